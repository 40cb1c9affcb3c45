"""Phone numbers as identity keys: E.164 wherever the country can be known."""

from __future__ import annotations

import polars as pl

from clientlens.sources.parsing import clean, mangled_number, placeholder_to_null

_ALLOWED = r"^[+0-9\s().\-/\u2010-\u2015]+$"
_SEPARATORS = r"[\s().\-/\u2010-\u2015]+"
_E164 = r"^\+[1-9][0-9]{6,14}$"
_ONE_DIGIT_ONLY = "^(?:" + "|".join(f"{digit}+" for digit in range(10)) + ")$"
_NANP = r"^1?[2-9][0-9]{2}[2-9][0-9]{6}$"


def read_phones(
    text: pl.Series, country: pl.Series, *, store: str, default_country: str | None
) -> tuple[pl.Series, pl.Series]:
    """Keys and display texts of phone numbers.

    Args:
        text: String, as in the file.
        country: String, ISO 3166 two-letter code of the record's own address, or anything else for unknown.
        store: for numbers whose country is unknown: they are only compared inside one store.
        default_country: the country of a record that has none.

    Returns:
        key: `p:+41…`, or `p:`, store, `:` and digits; null for what is no number.
        display: E.164, else as in the file; null for placeholders and for numbers that a spreadsheet destroyed.
    """
    pairs = pl.DataFrame({"text": text, "country": country})
    unique = pairs.unique(maintain_order=True).with_columns(
        shown=pl.when(~mangled_number(pl.col("text"))).then(placeholder_to_null(clean(pl.col("text"))))
    )
    unique = unique.with_columns(
        digits=pl.when(pl.col("shown").str.contains(_ALLOWED)).then(
            pl.col("shown").str.replace_all("(0)", "", literal=True).str.replace_all(_SEPARATORS, "")
        )
    ).with_columns(
        e164=pl.when(pl.col("digits").str.contains(r"^\+"))
        .then(pl.col("digits"))
        .when(pl.col("digits").str.starts_with("00"))
        .then("+" + pl.col("digits").str.slice(2))
    )
    known = pl.when(pl.col("e164").str.contains(_E164)).then(pl.col("e164"))
    national = pl.col("e164").is_null() & pl.col("digits").str.contains("^[0-9]{3,17}$")
    unique = unique.with_columns(e164=known, national=national.fill_null(value=False))
    unique = _national(unique, default_country)
    # A short number, or the same digit again and again, is shared by strangers.
    local = pl.when(
        pl.col("national")
        & pl.col("digits").str.contains("^[0-9]{7,15}$")
        & ~pl.col("digits").str.contains(_ONE_DIGIT_ONLY)
    ).then(pl.lit(f"p:{store}:") + pl.col("digits"))
    unique = unique.select(
        "text",
        "country",
        key=pl.coalesce(pl.lit("p:") + pl.col("e164"), local),
        shown=pl.coalesce("e164", "shown"),
    )
    out = pairs.join(unique, on=["text", "country"], how="left", nulls_equal=True, maintain_order="left")
    return out["key"], out["shown"]


def _national(unique: pl.DataFrame, default_country: str | None) -> pl.DataFrame:
    """`e164` filled for numbers in national form whose country is known."""
    region = pl.col("country").str.to_uppercase().fill_null((default_country or "").upper())
    unique = unique.with_columns(region=region)
    north_america = (
        pl.col("national") & pl.col("region").is_in(["US", "CA"]) & pl.col("digits").str.contains(_NANP)
    )
    unique = unique.with_columns(
        e164=pl.when(north_america)
        .then(pl.lit("+1") + pl.col("digits").str.tail(10))
        .otherwise(pl.col("e164"))
    )
    asked = unique.filter(pl.col("national") & pl.col("e164").is_null()).select("digits", "region").unique()
    found = [
        _e164(digits, region, default_country)
        for digits, region in zip(asked["digits"].to_list(), asked["region"].to_list(), strict=True)
    ]
    asked = asked.with_columns(pl.Series("found", found, dtype=pl.String))
    joined = unique.join(asked, on=["digits", "region"], how="left", maintain_order="left")
    # A number that was not asked about keeps its own answer.
    return joined.with_columns(
        e164=pl.when(pl.col("national")).then(pl.coalesce("e164", "found")).otherwise(pl.col("e164"))
    )


def _e164(digits: str, region: str, default_country: str | None) -> str | None:
    import phonenumbers

    known = phonenumbers.SUPPORTED_REGIONS
    place = region if region in known else (default_country or "").upper()
    if place not in known:
        return None
    try:
        number = phonenumbers.parse(digits, place)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

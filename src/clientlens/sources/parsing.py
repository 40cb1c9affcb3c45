"""Text cells to values: pure expressions. Each gives null for a blank cell and for a bad one; `bad` tells them apart.

Nothing is guessed and nothing is cut: a value either matches its whole pattern or is bad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.money import DECIMALS, MAX_DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MONEY = r"^[+-]?[0-9]{1,12}(\.[0-9]{1,4})?$"
_MONEY_COMMA = r"^[+-]?[0-9]{1,12}(,[0-9]{1,4})?$"
EMAIL = r"^[^\s@]+@[^\s@]+$"
_INT64 = (pl.lit(1 - 2**63, dtype=pl.Int128), pl.lit(2**63 - 1, dtype=pl.Int128))
_PLACEHOLDER = r"^[\s.\-_/]*$|^0+$|(?i)^(n/?a|none|null)$"


def by_distinct(text: pl.Series, parse: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """`parse` of a String column, worked out once for each distinct text; for columns that repeat themselves.

    Args:
        parse: an expression that looks at one cell at a time and gives null for null.
    """
    coded = text.cast(pl.Categorical(pl.Categories.random()))  # codes of its own, forgotten with the column
    codes = coded.to_physical()
    distinct = coded.drop_nulls().unique()
    values = distinct.cast(pl.String).to_frame("x").lazy().select(parse(pl.col("x"))).collect().to_series()
    if values.is_empty():
        return pl.Series(text.name, [None], dtype=values.dtype).new_from_index(0, len(text))
    size = 1 + int(codes.max())  # type: ignore[arg-type]
    places = pl.Series([0], dtype=pl.UInt32).new_from_index(0, size)
    places = places.scatter(distinct.to_physical(), pl.int_range(len(values), dtype=pl.UInt32, eager=True))
    return values.gather(places.gather(codes)).alias(text.name)


def unapostrophe(text: pl.Expr) -> pl.Expr:
    """Text without the one apostrophe that guards a cell from being read as a formula or a number."""
    return (
        pl.when(text.str.contains(r"^'+[0-9=+\-@\t\r\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"))
        .then(text.str.slice(1))
        .otherwise(text)
    )


def blank_to_null(text: pl.Expr) -> pl.Expr:
    """Outer blanks removed; nothing left is null."""
    bare = text.str.strip_chars()
    return pl.when(bare != "").then(bare)


def clean(text: pl.Expr, *, ascii_only: bool = False) -> pl.Expr:
    """Text as it is stored: no guarding apostrophe, no outer blanks, NFC, blank is null.

    `ascii_only` leaves out the NFC step, which then changes nothing.
    """
    bare = blank_to_null(unapostrophe(text))
    return bare if ascii_only else bare.str.normalize("NFC")


def bad(text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Boolean: something stands in the cell, and it is no value."""
    return blank_to_null(text).is_not_null() & value.is_null()


def decimals_of(currency: pl.Expr) -> pl.Expr:
    """Int64 decimals of ISO 4217 codes; null for anything else."""
    return currency.replace_strict(
        list(DECIMALS), list(DECIMALS.values()), default=None, return_dtype=pl.Int64
    )


def money(text: pl.Expr, decimals: pl.Expr, *, decimal_comma: bool = False) -> pl.Expr:
    """Int64 minor units of plain decimal text, by its digits, never by way of a float.

    At most 12 digits before the decimal sign, and no more behind it than the currency has; only `.00` is also
    taken where the currency has none. No thousands signs: `1.000` in EUR is bad, not 1.

    Args:
        text: String; a guarding apostrophe is taken off.
        decimals: Int64, of the row's currency; null makes every amount bad.
        decimal_comma: the decimal sign is a comma.
    """
    bare = blank_to_null(unapostrophe(text))
    valid: pl.Expr = pl.when(bare.str.contains(_MONEY_COMMA if decimal_comma else _MONEY)).then(bare)
    if decimal_comma:
        valid = valid.str.replace(",", ".", literal=True)
    whole_only = pl.when(decimals == 0).then(valid.str.strip_suffix(".00")).otherwise(valid)
    dot = whole_only.str.find(".", literal=True).cast(pl.Int64)
    behind = pl.when(dot.is_null()).then(0).otherwise(whole_only.str.len_bytes().cast(pl.Int64) - dot - 1)
    digits = whole_only.str.replace(".", "", literal=True).str.strip_prefix("+").cast(pl.Int64)
    missing = decimals - behind
    return pl.when(missing >= 0).then(digits * _power_of_ten(missing))


def quantity(text: pl.Expr, *, decimal_comma: bool = False) -> pl.Expr:
    """Int64 thousandths of a plain number with at most 3 decimals."""
    return money(text, pl.lit(3, dtype=pl.Int64), decimal_comma=decimal_comma)


def _power_of_ten(exponent: pl.Expr) -> pl.Expr:
    return exponent.replace_strict(
        list(range(MAX_DECIMALS + 1)),
        [10**places for places in range(MAX_DECIMALS + 1)],
        default=None,
        return_dtype=pl.Int64,
    )


def divide_half_even(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """Int64 quotient rounded half to even; both Int128, the divisor above 0. Null where it is not, or beyond Int64."""
    whole = dividend // divisor
    rest = dividend - whole * divisor
    up = (2 * rest > divisor) | ((2 * rest == divisor) & (whole % 2 != 0))
    return within_int64(pl.when(divisor > 0).then(whole + up.cast(pl.Int128)))


def within_int64(wide: pl.Expr) -> pl.Expr:
    """Int64 of an Int128; null beyond it, where a plain sum would wrap around without a word."""
    return pl.when(wide.is_between(*_INT64)).then(wide).cast(pl.Int64)


def boolean(text: pl.Expr) -> pl.Expr:
    """Boolean of yes/no/true/false, in any case."""
    word = blank_to_null(text).str.to_lowercase()
    return (
        pl.when(word.is_in(["yes", "true"]))
        .then(statement=True)
        .when(word.is_in(["no", "false"]))
        .then(statement=False)
    )


def word(text: pl.Expr) -> pl.Expr:
    """A status word as the tables hold it: lower case, blanks and dashes as underscores."""
    return blank_to_null(text).str.to_lowercase().str.replace_all(r"[\s-]+", "_")


def email(text: pl.Expr, *, ascii_only: bool = False) -> pl.Expr:
    """An e-mail as it is compared: trimmed, lower case, NFC; not checked for being one."""
    return clean(text, ascii_only=ascii_only).str.to_lowercase()


def email_key(address: pl.Expr) -> pl.Expr:
    """`e:` and the address (as `email` gives it), null unless text stands on both sides of one @ without blanks."""
    return pl.when(address.str.contains(EMAIL)).then(pl.lit("e:") + address)


def placeholder_to_null(text: pl.Expr) -> pl.Expr:
    """Text without what people type to leave a needed field empty: '-', '.', zeros, n/a."""
    bare = blank_to_null(text)
    return pl.when(~bare.str.contains(_PLACEHOLDER)).then(bare)


def mangled_number(text: pl.Expr) -> pl.Expr:
    """Boolean: a spreadsheet has turned a long number into E-notation (`4.83E+12`), so its digits are lost."""
    return blank_to_null(text).str.contains(r"^'?[0-9](?:[.,][0-9]+)?[Ee]\+?[0-9]+$").fill_null(value=False)


def number_text(text: pl.Expr) -> pl.Expr:
    """An id as text, letter for letter; null where a spreadsheet has lost its digits."""
    return pl.when(~mangled_number(text)).then(clean(text))


def residence_key(
    name: pl.Expr, street: pl.Expr, street2: pl.Expr, postcode: pl.Expr, city: pl.Expr, country: pl.Expr
) -> pl.Expr:
    """`r:` and name|street|street2|postcode|city|country, lower case, blanks collapsed.

    Null without a name, a street, or both of postcode and city: less than that is no one's address. A postcode or
    city of '-' counts as none.
    """
    postcode, city = placeholder_to_null(postcode), placeholder_to_null(city)
    parts: Sequence[pl.Expr] = (name, street, street2, postcode, city, country)
    folded = [_folded(part) for part in parts]
    known = name.is_not_null() & street.is_not_null() & (postcode.is_not_null() | city.is_not_null())
    return pl.when(known).then(pl.lit("r:") + pl.concat_str(folded, separator="|"))


def _folded(text: pl.Expr) -> pl.Expr:
    one_blank = text.str.strip_chars().str.replace_all(r"\s+", " ")
    # '|' is the separator; ß is the one common letter that folding and lower-casing treat differently.
    return (
        one_blank.str.replace_all("|", " ", literal=True)
        .str.to_lowercase()
        .str.replace_all("ß", "ss", literal=True)
        .fill_null("")
    )

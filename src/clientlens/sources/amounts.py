"""Amounts and quantities as people write them: with thousands signs, a currency beside them, a decimal comma.

Which sign is the decimal one is found once per file, from cells that can be read in one way only; a cell that is
written in the other way is then bad, not reinterpreted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.parsing import blank_to_null, money, unapostrophe

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS = {
    "€": ("EUR",),
    "£": ("GBP", "FKP", "GIP", "SHP"),
    "₹": ("INR",),
    "zł": ("PLN",),
    "₺": ("TRY",),
    "₩": ("KRW",),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("SEK", "NOK", "DKK", "ISK"),
    "$": tuple(
        "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BRL UYU DOP CUP BBD BMD BND BSD BZD CVE FJD GYD JMD KYD LRD "
        "MOP NAD NIO SBD SRD TOP TTD TVD WST XCD ZWG".split()
    ),
}
"""Currency signs and the currencies that they stand for."""
_VAGUE = ("$", "¥", "kr", "kr.")
"""Those that may stand beside an amount of which the currency is not known."""
_MARK = r"(?:[A-Za-z]{3}|US\$|[€£₹₺₩$¥]|zł|kr\.?)"
_AMOUNT = rf"^([+-]?)\s*({_MARK}?)\s*([+-]?)([0-9][0-9.,'\x{{2019}} ]*?)\s*({_MARK}?)$"
_BLANKS = r"[\s\x{a0}\x{202f}\x{2009}]"
_GROUPED = {
    "point": r"^[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?$|^[0-9]{1,3}(?:['\x{2019} ][0-9]{3})+(?:\.[0-9]{1,4})?$",
    "comma": r"^[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,4})?$|^[0-9]{1,3}(?:['\x{2019} ][0-9]{3})+(?:,[0-9]{1,4})?$",
}
_SAYS_COMMA = r"^[+-]?[0-9.'\x{2019} ]*[0-9],[0-9]{1,2}$|^[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+$|^[+-]?[0-9]{1,3}(?:\.[0-9]{3}){2,}$"
_SAYS_POINT = r"^[+-]?[0-9,'\x{2019} ]*[0-9]\.[0-9]{1,2}$|^[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+$|^[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}$"


class Decimal(StrEnum):
    """The decimal sign of a file."""

    POINT = "point"
    COMMA = "comma"


def find_decimal(columns: Iterable[pl.Series], told: str | None) -> Decimal | None:
    """The decimal sign of a file: as told, else the one that more cells can only be read with.

    None where no cell tells: then a point is a decimal sign, and 1,234 or 1.234.567 are bad, being one of two things.

    Args:
        columns: the amounts of one file, String.
        told: "comma", "point" or None.
    """
    if told is not None:
        return Decimal(told)
    comma = point = 0
    for column in columns:
        cells = column.drop_nulls().unique().to_frame("x").select(_parts(pl.col("x")).alias("parts"))
        bare = cells.unnest("parts")["number"]
        comma += int(bare.str.contains(_SAYS_COMMA).sum() or 0)
        point += int(bare.str.contains(_SAYS_POINT).sum() or 0)
    if not comma and not point:
        return None
    return Decimal.COMMA if comma > point else Decimal.POINT


def plain_amounts(text: pl.Series, currency: pl.Series | None, decimal: Decimal | None) -> pl.Series:
    """Amounts without thousands signs and currency, with a point: '1.234,50 €' -> '1234.50'.

    Null where a cell is blank, is written otherwise, or stands beside another currency than the row's.

    Args:
        text: String. currency: ISO code of each row; None: nothing may stand beside the number but a vague sign.
    """
    of_none = pl.lit(None, dtype=pl.String)
    cells = text.alias("text").to_frame().with_columns(currency=of_none if currency is None else currency)
    return _back(cells, _plain(cells.unique(maintain_order=True), decimal))


def _back(cells: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
    """The `plain` of each cell, by its text and currency."""
    joined = cells.join(
        found.select("text", "currency", "plain"),
        on=["text", "currency"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined["plain"]


def _plain(distinct: pl.DataFrame, decimal: Decimal | None) -> pl.DataFrame:
    """`distinct` (text, currency) with `plain`; see `plain_amounts`."""
    # Step by step, each a column of its own: one long expression would work its parts out again and again.
    found = distinct.with_columns(parts=_parts(pl.col("text"))).unnest("parts")
    found = found.with_columns(
        digits=pl.col("number").str.strip_prefix("-"), minus=pl.col("number").str.starts_with("-")
    )
    thousands, sign = (r"[.'\x{2019} ]", ",") if decimal is Decimal.COMMA else (r"[,'\x{2019} ]", ".")
    if decimal is not None:
        found = found.with_columns(
            digits=pl.when(pl.col("digits").str.contains(_GROUPED[decimal]))
            .then(pl.col("digits").str.replace_all(thousands, ""))
            .otherwise("digits")
        )
    found = found.with_columns(
        pl.when(pl.col("digits").str.contains(rf"^[0-9]+(?:\{sign}[0-9]+)?$")).then("digits")
    )
    return found.with_columns(
        plain=pl.when(_fits(pl.col("mark"), pl.col("currency"))).then(
            pl.when("minus").then(pl.lit("-")).otherwise(pl.lit(""))
            + pl.col("digits").str.replace(",", ".", literal=True)
        )
    )


def _parts(text: pl.Expr) -> pl.Expr:
    """Struct of number (digits and signs between them, with its minus), mark (currency beside it; "" none)."""
    bare = blank_to_null(unapostrophe(text)).str.replace_all(_BLANKS, " ")
    found = bare.str.extract_groups(_AMOUNT)
    signs = found.struct.field("1") + found.struct.field("3")
    minus = signs == "-"
    digits = found.struct.field("4")
    before, behind = found.struct.field("2"), found.struct.field("5")
    once = ((before == "") | (behind == "")) & (
        signs.str.len_bytes() <= 1
    )  # two marks or signs are one too many
    alone = pl.when(once).then(before + behind)
    return pl.struct(
        number=pl.when(alone.is_not_null()).then(pl.when(minus).then(pl.lit("-") + digits).otherwise(digits)),
        mark=alone,
    )


def _fits(mark: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """Boolean: the mark may stand beside an amount of this currency."""
    fits = (mark == "") | (mark.is_in(list(_VAGUE)) & currency.is_null())
    for sign, codes in _SIGNS.items():
        fits |= (mark == sign) & currency.is_in(list(codes)).fill_null(value=False)
    same = (mark.str.to_uppercase() == currency) | ((mark == "US$") & (currency == "USD"))
    return fits | same.fill_null(value=False)


def amounts(text: pl.Series, currency: pl.Series, decimals: pl.Series, decimal: Decimal | None) -> pl.Series:
    """Int64 minor units; null for a blank or a bad cell. See `parsing.money` for what the digits may be.

    Args:
        text: String. currency: ISO code of each row. decimals: Int64, of that currency; null makes an amount bad.
    """
    # A currency has one number of decimals, so each distinct cell is worked out once.
    cells = pl.DataFrame({"text": text, "currency": currency, "decimals": decimals})
    found = _plain(cells.unique(["text", "currency"], maintain_order=True), decimal)
    found = found.with_columns(plain=money(pl.col("plain"), pl.col("decimals")))
    return _back(cells, found).alias(text.name)


def quantities(text: pl.Series, decimal: Decimal | None) -> pl.Series:
    """Int64 thousandths; null for a blank cell and for what is no number. Zeros behind the third decimal say nothing."""
    plain = plain_amounts(text, None, decimal).to_frame("plain")
    plain = plain.with_columns(
        pl.when(pl.col("plain").str.contains(r"\.[0-9]{4,}$"))
        .then(pl.col("plain").str.strip_chars_end("0").str.strip_suffix("."))
        .otherwise("plain")
    )
    return plain.select(money(pl.col("plain"), pl.lit(3, dtype=pl.Int64))).to_series().alias(text.name)

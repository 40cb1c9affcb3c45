"""What the parts of an expression are worth: one value per client, with its type.

Numbers are exact fractions of 128-bit integers, so that money is compared to the cent and a division loses nothing;
what would not fit is told, never wrapped around. Null is not known, as in SQL: what is made of it is null as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from datetime import date

_WIDE = pl.Int128()
_LIMIT = 2**126


class Type(StrEnum):
    """What a value is, in the word that messages have for it."""

    TEXT = "text"
    NUMBER = "a number"
    DATE = "a date"
    BOOLEAN = "a condition"
    INTERVAL = "a length of time"


class Refused(Exception):
    """Something that cannot be worked out; `reason` and `hint` as in errors, without the part concerned."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Value:
    """One value per client, or a constant: then its series have one row.

    series: String, Int128 (numerator), Date or Boolean, by `type`; an INTERVAL has none.
    below: of a NUMBER the denominator (Int128, above 0; null where it was divided by 0).
    choices: of a text that is one of a few words. literal: the text that stands in the expression.
    span: of an INTERVAL its months and days.
    """

    type: Type
    series: pl.Series
    below: pl.Series | None = None
    choices: tuple[str, ...] = ()
    literal: str | None = None
    span: tuple[int, int] = (0, 0)


def constant(content: str | bool | date, kind: Type) -> Value:
    """The same for every client."""
    literal = content if isinstance(content, str) else None
    return Value(kind, pl.Series([content]), literal=literal)


def interval(months: int, days: int) -> Value:
    """A length of time; `days` may be whole weeks."""
    return Value(Type.INTERVAL, pl.Series([None], dtype=pl.Boolean), span=(months, days))


def number(digits: str) -> Value:
    """A number from its digits, with a point before the decimals."""
    whole, _, part = digits.partition(".")
    part = part.rstrip("0")
    return scaled(pl.Series([_small(int(f"{whole}{part}" or "0"))], dtype=_WIDE), len(part))


def scaled(series: pl.Series, decimals: int) -> Value:
    """Integers (any dtype) that count 10^-decimals."""
    return Value(Type.NUMBER, series.cast(_WIDE), _one(_small(10**decimals)))


def of_column(  # noqa: PLR0911 - one for each kind
    series: pl.Series, kind: Kind, *, decimals: int, timezone: str, choices: tuple[str, ...]
) -> Value | None:
    """A column of the table; None: its kind has no place in expressions.

    Args:
        kind: MONEY and SCALED are integers that count 10^-decimals; an INSTANT counts as its day in `timezone`.
    """
    match kind:
        case Kind.TEXT:
            return Value(Type.TEXT, series.str.normalize("NFC"), choices=choices)
        case Kind.INTEGER:
            return scaled(series, 0)
        case Kind.MONEY | Kind.SCALED:
            return scaled(series, decimals)
        case Kind.DATE:
            return Value(Type.DATE, series)
        case Kind.INSTANT:
            return Value(Type.DATE, series.dt.convert_time_zone(timezone).dt.date())
        case Kind.BOOLEAN:
            return Value(Type.BOOLEAN, series)
        case _:
            return None


def lower(value: Value) -> Value:
    """Text in small letters."""
    return Value(Type.TEXT, value.series.str.to_lowercase())


def upper(value: Value) -> Value:
    """Text in capital letters."""
    return Value(Type.TEXT, value.series.str.to_uppercase())


def length(value: Value) -> Value:
    """Characters of a text."""
    return scaled(value.series.str.len_chars(), 0)


def plus(left: Value, right: Value) -> Value:
    """Sum of two numbers."""
    one, other, below = _alike(left, right)
    _small(_most(one) + _most(other))
    return Value(Type.NUMBER, one + other, below)


def minus(left: Value, right: Value) -> Value:
    """Difference of two numbers."""
    return plus(left, negative(right))


def negative(value: Value) -> Value:
    """The number with the other sign."""
    return Value(Type.NUMBER, _one(0) - value.series, value.below)


def absolute(value: Value) -> Value:
    """The number without its sign."""
    return Value(Type.NUMBER, value.series.abs(), value.below)


def times(left: Value, right: Value) -> Value:
    """Product of two numbers."""
    return Value(Type.NUMBER, _product(left.series, right.series), _product(_below(left), _below(right)))


def over(left: Value, right: Value) -> Value:
    """Quotient of two numbers, a fraction; null where `right` is 0."""
    divisor = right.series
    sign = pl.select(
        pl.when(divisor > 0).then(pl.lit(1, dtype=_WIDE)).when(divisor < 0).then(pl.lit(-1, dtype=_WIDE))
    ).to_series()
    above = _product(_product(left.series, _below(right)), sign)
    return Value(Type.NUMBER, above, _product(_below(left), _product(divisor, sign)))


def compared(sign: str, left: Value, right: Value) -> pl.Series:
    """Whether it holds (Boolean, null where a side is null), of two values of one type."""
    one, other = left.series, right.series
    if left.type is Type.NUMBER:
        one, other, below = _alike(left, right)
        one = one + below - below  # null where a divisor was 0
    match sign:
        case "=":
            return one == other
        case "<>":
            return one != other
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case _:
            return one >= other


def known(value: Value) -> pl.Series:
    """Whether there is a value (Boolean, never null)."""
    there = value.series.is_not_null()
    return there if value.below is None else there & value.below.is_not_null()


def first_known(values: list[Value]) -> Value:
    """Of values of one type, for each client the first that is known."""
    result = values[0]
    for value in values[1:]:
        there = known(result)
        series = _chosen(there, result.series, value.series)
        below = None if result.below is None else _chosen(there, _below(result), _below(value))
        result = Value(result.type, series, below, result.choices if result.choices == value.choices else ())
    return result


def moved(day: Value, span: tuple[int, int], sign: int) -> Value:
    """A date so many months, then days, later or earlier; at the month's end where it has no such day."""
    months, days = span
    return Value(Type.DATE, day.series.dt.offset_by(f"{sign * months}mo").dt.offset_by(f"{sign * days}d"))


def days_between(left: Value, right: Value) -> Value:
    """`left` - `right` in days."""
    return scaled((left.series - right.series).dt.total_days(), 0)


def _chosen(there: pl.Series, one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.when(there).then(one).otherwise(other)).to_series()


def _alike(left: Value, right: Value) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Two numbers over one denominator."""
    one, other = _below(left), _below(right)
    if len(one) == 1 and len(other) == 1 and one[0] == other[0]:
        return left.series, right.series, one
    return _product(left.series, other), _product(right.series, one), _product(one, other)


def _below(value: Value) -> pl.Series:
    return _one(1) if value.below is None else value.below


def _product(one: pl.Series, other: pl.Series) -> pl.Series:
    _small(_most(one) * _most(other))
    return one * other


def _most(series: pl.Series) -> int:
    most = series.abs().max()
    return int(most) if isinstance(most, int) else 0


def _one(content: int) -> pl.Series:
    return pl.Series([content], dtype=_WIDE)


def _small(content: int) -> int:
    if content >= _LIMIT:
        raise Refused("the numbers become too large", "37 digits are the most, decimals among them")
    return content

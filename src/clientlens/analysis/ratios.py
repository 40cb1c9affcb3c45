"""Means and ratios of whole numbers, rounded half-even, without a float in between."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

SCALE = 4
"""Ratios are whole numbers of 10^-SCALE: 0.25 is 2500."""


def quotient(number: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """The quotient, rounded half-even, as Int64; null where the divisor is null or not above 0.

    Both are integers; the arithmetic is of 128 bits, so that products of two Int64 fit.
    """
    above = pl.when(divisor > 0).then(divisor.cast(pl.Int128))
    wide = number.cast(pl.Int128)
    whole = wide // above
    rest = wide - whole * above
    up = (2 * rest > above) | ((2 * rest == above) & (whole % 2 != 0))
    return (whole + up.cast(pl.Int128)).cast(pl.Int64)


def ratio(number: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """The quotient in 10^-SCALE; else as `quotient`."""
    return quotient(number.cast(pl.Int128) * 10**SCALE, divisor)


def portable_quotient(number: nw.Expr, divisor: nw.Expr) -> nw.Expr:
    """`quotient` in forms that every engine has, for numbers from 0 to 2^53 and divisors above 0."""
    rest = number % divisor
    # What divides without a rest is exact also where an engine divides with floating point.
    whole = (number - rest) // divisor
    up = (rest * 2 > divisor) | ((rest * 2 == divisor) & (whole % 2 != 0))
    return whole.cast(nw.Int64) + up.cast(nw.Int64)

"""Means and ratios of whole numbers, rounded half-even, without a float in between."""

from __future__ import annotations

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

"""What a campaign cost and brought: exact, in minor units; rounded half-even when it is told.

- ROAS: matchback revenue ÷ cost. It counts orders that would have come anyway.
- incremental revenue: what mailed clients spent, less what as many held-back clients would have spent.
- incremental ROAS: that ÷ cost; profit: that times margin - cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from clientlens.analysis.ratios import SCALE

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientlens.analysis.campaign_effect import Interval


@dataclass(frozen=True, slots=True)
class Range:
    """A figure and the ends of its interval, whole numbers of its unit."""

    value: int
    low: int
    high: int


def scaled(value: Fraction) -> int:
    """In 10^-SCALE, rounded half-even."""
    rounded: int = round(value * 10**SCALE)
    return rounded


def return_on_cost(revenue: int | Fraction, cost: int) -> int | None:
    """Revenue ÷ cost in 10^-SCALE; None where nothing was spent."""
    return None if cost <= 0 else scaled(Fraction(revenue) / cost)


def incremental_revenue(per_client: Interval, mailed: int) -> Range:
    """Of all mailed clients, in minor units, from the difference per assigned client."""
    return _each(per_client, lambda value: round(value * mailed))


def incremental_return(per_client: Interval, mailed: int, cost: int) -> Range | None:
    """Incremental revenue ÷ cost in 10^-SCALE; None where nothing was spent."""
    if cost <= 0:
        return None
    return _each(per_client, lambda value: scaled(value * mailed / cost))


def profit(per_client: Interval, mailed: int, *, margin: Fraction, cost: int) -> Range:
    """Incremental revenue times margin - cost, in minor units."""
    return _each(per_client, lambda value: round(value * mailed * margin - cost))


def _each(interval: Interval, of: Callable[[Fraction], int]) -> Range:
    return Range(of(interval.estimate), of(Fraction(interval.low)), of(Fraction(interval.high)))

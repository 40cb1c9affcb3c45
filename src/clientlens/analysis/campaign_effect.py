"""What letters changed: more buyers among those who were to get one than among those held back, or nothing that shows.

Both arms are compared as they were drawn, whatever became of the letters. The difference of two shares has Newcombe's
95 % interval, method 10, of Wilson's two intervals:

    d = p1 - p2,   low = d - √((p1 - l1)² + (u2 - p2)²),   high = d + √((u1 - p1)² + (p2 - l2)²)

R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
Statistics in Medicine 17 (1998) 873-890; 56/70 against 48/80 is its own example.

Waves are pooled by Mantel and Haenszel's difference, which holds with many small waves as with few large ones; its
variance is Sato's, taken at each difference that is asked about, so that the interval is where a quadratic is below 0:

    w = n1·n2/N,   D = Σ w·d ÷ Σ w,   |D - x|² <= z² (x·ΣP + ΣQ) ÷ (Σ w)²
    P = (n1²·x2 - n2²·x1 + n1·n2·(n2 - n1)/2) / N²,   Q = (x1·(n2 - x2) + x2·(n1 - x1)) / 2N

T. Sato, S. Greenland, J. M. Robins, On the variance estimator for the Mantel-Haenszel risk difference, Biometrics 45
(1989) 1323-1324; B. Klingenberg, A new and improved confidence interval for the Mantel-Haenszel risk difference,
Statistics in Medicine 33 (2014) 2968-2983.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from clientlens.analysis.wilson import Z_95, lower, upper

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUSPICIOUS = 0.001
"""A split this improbable or less is told as wrong."""


class Verdict(StrEnum):
    """What an interval of mailed less held says."""

    MORE = "more"
    FEWER = "fewer"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class Arms:
    """Clients of both arms and how many of them bought."""

    mailed: int
    mailed_buyers: int
    held: int
    held_buyers: int

    @property
    def comparable(self) -> bool:
        """Whether there is anybody on both sides."""
        return self.mailed > 0 and self.held > 0

    @property
    def difference(self) -> Fraction:
        """Share of buyers, mailed less held; exact.

        Raises:
            ZeroDivisionError: nobody is in one of the arms.
        """
        return Fraction(self.mailed_buyers, self.mailed) - Fraction(self.held_buyers, self.held)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the ends between which the true value lies, 95 times in 100.

    Of shares, between -1 and 1; of money, in minor units.
    """

    estimate: Fraction
    low: float
    high: float

    @property
    def verdict(self) -> Verdict:
        """An end that is 0 says nothing yet."""
        if self.low > 0:
            return Verdict.MORE
        return Verdict.FEWER if self.high < 0 else Verdict.NOT_SHOWN


def newcombe(arms: Arms, z: float = Z_95) -> Interval | None:
    """The difference of two shares with its interval; None where nobody is in one of the arms."""
    if not arms.comparable:
        return None
    first = arms.mailed_buyers / arms.mailed
    second = arms.held_buyers / arms.held
    below = math.hypot(
        first - lower(arms.mailed_buyers, arms.mailed, z), upper(arms.held_buyers, arms.held, z) - second
    )
    above = math.hypot(
        upper(arms.mailed_buyers, arms.mailed, z) - first, second - lower(arms.held_buyers, arms.held, z)
    )
    middle = float(arms.difference)
    return Interval(arms.difference, max(-1.0, middle - below), min(1.0, middle + above))


def pooled(waves: Sequence[Arms], z: float = Z_95) -> Interval | None:
    """The difference over several waves, each compared within itself; of one alone, Newcombe's.

    Waves in which nobody was held back, or nobody mailed, say nothing and count for nothing; None where all are such.
    """
    known = [arms for arms in waves if arms.comparable]
    if len(known) < 2:
        return newcombe(known[0], z) if known else None
    weight = p_sum = q_sum = middle = Fraction(0)
    for arms in known:
        n1, x1, n2, x2 = arms.mailed, arms.mailed_buyers, arms.held, arms.held_buyers
        both = n1 + n2
        weight += Fraction(n1 * n2, both)
        middle += arms.difference * Fraction(n1 * n2, both)
        p_sum += Fraction(2 * (n1 * n1 * x2 - n2 * n2 * x1) + n1 * n2 * (n2 - n1), 2 * both * both)
        q_sum += Fraction(x1 * (n2 - x2) + x2 * (n1 - x1), 2 * both)
    estimate = middle / weight
    square = Fraction(z) ** 2
    centre = estimate + square * p_sum / weight**2 / 2
    reach = math.sqrt(max(Fraction(0), centre**2 - estimate**2 + square * q_sum / weight**2))
    return Interval(estimate, max(-1.0, float(centre) - reach), min(1.0, float(centre) + reach))


def sample_ratio(counts: Iterable[tuple[int, int, Fraction]]) -> float | None:
    """How probable a split as uneven as this one is (chi-square, 1 degree of freedom), if the draw was as planned.

    Args:
        counts: of each wave: mailed, held, and the share that was to be held.

    Returns:
        The p-value; None where nothing was to be held, or all.
    """
    expected = variance = Fraction(0)
    held_back = 0
    for mailed, held, share in counts:
        expected += (mailed + held) * share
        variance += (mailed + held) * share * (1 - share)
        held_back += held
    if variance == 0:
        return None
    # The square of a standard normal variable: with one degree of freedom P(χ² > x) = erfc(√(x/2)).
    return math.erfc(math.sqrt((held_back - expected) ** 2 / variance / 2))


def points(value: Fraction | float) -> str:
    """A difference of shares in percentage points, signed; nothing that is not 0 is shown as 0."""
    hundredfold = float(value) * 100
    for digits in (1, 2):
        text = f"{hundredfold:+.{digits}f}"
        if hundredfold == 0 or float(text) != 0:
            return "0.0" if hundredfold == 0 else text
    return "above 0" if hundredfold > 0 else "below 0"


def verdict_words(interval: Interval) -> str:
    """The verdict in words: no more than the interval says."""
    ends = f"{points(interval.low)} to {points(interval.high)} points"
    match interval.verdict:
        case Verdict.MORE:
            return f"more orders: {ends}"
        case Verdict.FEWER:
            return f"fewer orders: {ends}"
        case _:
            return f"not shown: {ends}"

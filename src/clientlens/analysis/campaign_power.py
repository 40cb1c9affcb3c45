"""How large an effect must be for a campaign to show it, and how many clients a smaller one needs.

Two-sided 5 %, power 80 %, by the normal approximation with each arm's own variance:

    (p1 - p2)² = (z(0.975) + z(0.80))² · (p1(1 - p1)/n1 + p2(1 - p2)/n2)

S.-C. Chow, J. Shao, H. Wang, Sample Size Calculations in Clinical Research, 2nd ed. (2008), section 4.2.1. Of 5 %
against 6 % that is 8,155 in each arm, or 37,981 mailed and 4,221 held back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

SIGNIFICANCE, POWER = 0.05, 0.80
_Z = NormalDist().inv_cdf(1 - SIGNIFICANCE / 2) + NormalDist().inv_cdf(POWER)
FEW_BUYERS = 5
"""Below so many buyers expected in an arm the normal approximation promises too much."""


@dataclass(frozen=True, slots=True)
class Lift:
    """An effect: difference of the shares of buyers (0.01: one point), and relative to the baseline (0.2: +20 %)."""

    difference: float
    relative: float | None


@dataclass(frozen=True, slots=True)
class Needed:
    """Clients that a wanted effect needs."""

    mailed: int
    held: int


def smallest_lift(mailed: int, held: int, baseline: float) -> Lift | None:
    """The smallest increase that is found 4 times in 5.

    Args:
        mailed, held: clients of the arms.
        baseline: share of clients who buy anyway, from 0 to 1.

    Returns:
        None where no increase is large enough: an arm is empty, or everybody would have to buy.
    """
    if mailed <= 0 or held <= 0:
        return None
    # d² = z² ((b + d)(1 - b - d)/m + b(1 - b)/h), solved for d.
    square = _Z * _Z
    leading = 1 + square / mailed
    linear = -square * (1 - 2 * baseline) / mailed
    constant = -square * baseline * (1 - baseline) * (1 / mailed + 1 / held)
    difference = (-linear + math.sqrt(linear * linear - 4 * leading * constant)) / (2 * leading)
    if difference <= 0 or baseline + difference > 1:
        return None
    return Lift(difference, difference / baseline if baseline else None)


def needed(baseline: Fraction | float, lift: Fraction | float, holdout: Fraction | float) -> Needed | None:
    """Clients for an increase to be found 4 times in 5.

    Args:
        baseline: share of clients who buy anyway, above 0 and below 1.
        lift: the increase relative to it: 0.2 is from 5 % to 6 %.
        holdout: the share that is held back, above 0 and below 1.

    Returns:
        None where there is no such number: a share or the lift is out of its range, or more than everybody would buy.
    """
    share = baseline * (1 + lift)
    if not (0 < baseline < 1 and 0 < holdout < 1 and lift > 0 and share <= 1):
        return None
    ratio = (1 - holdout) / holdout
    variance = float(share * (1 - share) / ratio + baseline * (1 - baseline))
    held = _Z * _Z * variance / float(share - baseline) ** 2
    return Needed(math.ceil(held * float(ratio)), math.ceil(held))

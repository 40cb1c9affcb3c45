"""Wilson's interval for a share (E. B. Wilson, JASA 22, 1927, 209-212; without continuity correction)."""

from __future__ import annotations

import math

Z_80 = 1.2816
"""Two-sided 80 %."""


def ends(successes: int, trials: int, z: float = Z_80) -> tuple[float, float]:
    """The lower and the upper end, from 0 to 1; of no trials nothing is known: 0 and 1."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)

"""Wilson's interval for a share: between which ends the true one lies, seen that k of n did something.

    ends = (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n),   p = k/n

E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212; method 3
("score", without continuity correction) in R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.

`lower` and `upper` are floats, for people to read. What decides something is decided by `lower_reaches`, in whole
numbers: the ends are the t with n(p - t)² = z² t(1-t), so the lower one is at least t where p >= t and the left side is
at least the right one.
"""

from __future__ import annotations

import math

import polars as pl

Z_80 = 1.2816
"""Two-sided 80 %: the normal distribution's 90th percentile."""
Z_95 = 1.959964
"""Two-sided 95 %."""

_MILLE = 1000
_Z_80_SCALED, _SCALE = 12_816, 10_000


def lower(successes: int, trials: int, z: float = Z_80) -> float:
    """The lower end, between 0 and 1; NaN where there are no trials."""
    return _ends(successes, trials, z)[0]


def upper(successes: int, trials: int, z: float = Z_80) -> float:
    """The upper end, between 0 and 1; NaN where there are no trials."""
    return _ends(successes, trials, z)[1]


def lower_reaches(successes: pl.Expr, trials: pl.Expr, per_mille: int) -> pl.Expr:
    """Whether the lower end (two-sided 80 %) is at least `per_mille` / 1000, exactly; false where there are no trials.

    Args:
        successes, trials: integers, 0 <= successes <= trials < 10^12.
        per_mille: from 0 to 1000, which is never reached.
    """
    count, of = successes.cast(pl.Int128), trials.cast(pl.Int128)
    above = _MILLE * count - per_mille * of
    # (1000 k - 1000 n t)² against z² t(1-t) n, both times 1000² and the square of z's scale.
    left = above * above * _SCALE**2
    right = _Z_80_SCALED**2 * per_mille * (_MILLE - per_mille) * of
    # Of p = 1 the upper end is 1, and the lower one below it however many trials there are.
    possible = pl.lit(per_mille < _MILLE)
    return (possible & (of > 0) & (above >= 0) & (left >= right)).fill_null(value=False)


def _ends(successes: int, trials: int, z: float) -> tuple[float, float]:
    if trials == 0:
        return math.nan, math.nan
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)

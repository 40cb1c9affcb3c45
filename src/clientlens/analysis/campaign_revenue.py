"""Revenue per assigned client, mailed less held, with two intervals: Welch's, and a bootstrap's.

Most clients buy nothing and a few buy much, so that neither is exact; where they disagree, the figure hangs on a few.

Welch: m1 - m2 ± t · √(s1²/n1 + s2²/n2), t with Welch and Satterthwaite's degrees of freedom. B. L. Welch, The
generalization of 'Student's' problem when several different population variances are involved, Biometrika 34 (1947)
28-35. Over several waves: the differences weighed as for buyers, w = n1·n2/N, the spread within waves taken to be the
same in all of them; of one wave it is Welch's interval.

Bootstrap: the 2.5th and 97.5th percentile over resamples of each arm of each wave. B. Efron, R. J. Tibshirani, An
Introduction to the Bootstrap (1993), section 13.3.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.campaign_effect import Interval
from clientlens.analysis.student import t_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RESAMPLES = 4_000
_SHARE = 0.975
_CHUNK = 2_000_000
"""Draws that are held at once."""
_SPREAD = 40
"""Standard deviations around its mean outside which a count of draws does not lie, as far as doubles can tell."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What the clients of an arm spent.

    clients: all of it. amounts: Int64, minor units, of each who spent anything, in any order.
    """

    clients: int
    amounts: pl.Series

    @property
    def total(self) -> int:
        """Their sum, minor units."""
        return int(self.amounts.sum())

    @property
    def squares(self) -> int:
        """The sum of their squares."""
        wide = pl.col("amount").cast(pl.Int128)
        return int(self.amounts.to_frame("amount").select((wide * wide).sum()).item())

    @property
    def deviations(self) -> Fraction:
        """The sum of squared deviations from the mean."""
        return self.squares - Fraction(self.total**2, self.clients)


Pair = tuple[Spending, Spending]
"""Mailed and held of one wave."""


def difference(waves: Sequence[Pair]) -> Fraction | None:
    """Revenue per assigned client, mailed less held, over waves; None where there is nothing to compare."""
    known = [pair for pair in waves if pair[0].clients and pair[1].clients]
    if not known:
        return None
    weight = sum(_weight(pair) for pair in known)
    return sum((_weight(pair) * _difference(pair) for pair in known), Fraction(0)) / weight


def welch(waves: Sequence[Pair]) -> Interval | None:
    """The difference with its interval in minor units; None where an arm has no two clients in one wave, or no spread."""
    known = [pair for pair in waves if pair[0].clients and pair[1].clients]
    estimate = difference(known)
    if estimate is None:
        return None
    whole = sum(_weight(pair) for pair in known)
    parts = []
    for arm in (0, 1):
        freedom = sum(pair[arm].clients - 1 for pair in known)
        if freedom == 0:
            return None
        spread = sum((pair[arm].deviations for pair in known), Fraction(0)) / freedom
        share = sum(_weight(pair) ** 2 / pair[arm].clients for pair in known) / whole**2
        parts.append((spread * share, freedom))
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return None
    degrees = variance**2 / sum(part**2 / freedom for part, freedom in parts)
    reach = t_quantile(_SHARE, float(degrees)) * math.sqrt(variance)
    return Interval(estimate, float(estimate) - reach, float(estimate) + reach)


def bootstrap(waves: Sequence[Pair], *, seed: str, resamples: int = RESAMPLES) -> Interval | None:
    """The difference with its interval in minor units, the same for the same seed; None where an arm is empty.

    How many of an arm's draws fall on somebody who spent anything is binomial; only these are drawn one by one.
    """
    known = [pair for pair in waves if pair[0].clients and pair[1].clients]
    estimate = difference(known)
    if estimate is None:
        return None
    whole = sum(_weight(pair) for pair in known)
    random = Random(seed)  # noqa: S311 - statistics, not secrets
    found = pl.Series([0.0]).new_from_index(0, resamples)
    for pair in known:
        part = float(_weight(pair) / whole)
        for sign, arm in ((1, pair[0]), (-1, pair[1])):
            found += _resampled_sums(arm, random, resamples) * (sign * part / arm.clients)
    return Interval(estimate, _percentile(found, 1 - _SHARE), _percentile(found, _SHARE))


def largest_share(waves: Sequence[Pair]) -> Fraction:
    """The part of all revenue that the client who spent most brought; 0 where there is no revenue."""
    spent = pl.concat(arm.amounts for pair in waves for arm in pair).to_frame("amount")
    total, most = spent.select(
        pl.col("amount").sum().alias("total"), pl.col("amount").max().alias("most")
    ).row(0)
    return Fraction(most, total) if total > 0 else Fraction(0)


def _weight(pair: Pair) -> Fraction:
    mailed, held = pair[0].clients, pair[1].clients
    return Fraction(mailed * held, mailed + held)


def _difference(pair: Pair) -> Fraction:
    return Fraction(pair[0].total, pair[0].clients) - Fraction(pair[1].total, pair[1].clients)


def _percentile(values: pl.Series, share: float) -> float:
    # quantile's own type allows for a list of shares.
    return float(values.to_frame("value").select(pl.col("value").quantile(share, "linear")).item())


def _resampled_sums(arm: Spending, random: Random, resamples: int) -> pl.Series:
    """Sums of `clients` draws with replacement, so many times (Float64)."""
    values = arm.amounts.sort()
    hits = _binomials(arm.clients, len(values), random, resamples)
    sums: list[pl.Series] = []
    for counts in _chunks(hits):
        running = values.gather(_places(len(values), sum(counts), random)).cum_sum()
        ends = pl.Series(counts, dtype=pl.Int64).cum_sum()
        # Before the first draw the sum is 0.
        reached = pl.concat([pl.Series([0], dtype=pl.Int64), running.cast(pl.Int64)]).gather(ends)
        sums.append((reached - reached.shift(1, fill_value=0)).cast(pl.Float64))
    return pl.concat(sums)


def _chunks(counts: list[int]) -> Iterator[list[int]]:
    chunk: list[int] = []
    size = 0
    for count in counts:
        if chunk and size + count > _CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(count)
        size += count
    yield chunk


def _places(of: int, draws: int, random: Random) -> pl.Series:
    """So many places from 0 to below `of`, evenly: 32 random bits times `of`, without the lower 32 bits."""
    if not draws:
        return pl.Series([], dtype=pl.UInt32)
    bits = pl.Series([random.randbytes(4 * draws)]).bin.reinterpret(dtype=pl.Array(pl.UInt32, draws))
    return (bits.explode().cast(pl.UInt64) * of // 2**32).cast(pl.UInt32)


def _binomials(trials: int, successes: int, random: Random, resamples: int) -> list[int]:
    """How many of `trials` draws, each a success with probability `successes` / `trials`, are one; so many times."""
    if successes in {0, trials}:
        return [successes] * resamples
    share = successes / trials
    reach = math.ceil(_SPREAD * math.sqrt(trials * share * (1 - share))) + _SPREAD
    first, last = max(0, successes - reach), min(trials, successes + reach)
    logs = math.log(share), math.log1p(-share)
    below, reached = [], 0.0
    for count in range(first, last + 1):
        ways = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
        reached += math.exp(ways + count * logs[0] + (trials - count) * logs[1])
        below.append(reached)
    return [min(first + bisect_left(below, random.random() * reached), last) for _ in range(resamples)]

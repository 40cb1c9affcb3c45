"""Uplift, revenue and what it cost, of one wave or pooled over several: the third question of `campaign_results`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.campaign_arms import Span, arms_of, bought, counted, spending_of
from clientlens.analysis.campaign_effect import (
    SUSPICIOUS,
    Arms,
    newcombe,
    points,
    pooled,
    sample_ratio,
    verdict_words,
)
from clientlens.analysis.campaign_fields import INCREMENTAL, REVENUE
from clientlens.analysis.campaign_money import (
    incremental_return,
    incremental_revenue,
    profit,
    scaled,
)
from clientlens.analysis.campaign_revenue import bootstrap, largest_share, welch
from clientlens.analysis.letter_history import HELD, MAILED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.analysis.campaign_arms import Counted
    from clientlens.analysis.campaign_effect import Interval
    from clientlens.analysis.campaign_revenue import Pair, Spending
    from clientlens.analysis.letter_history import Assigned, Wave
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two arms of the waves that are compared.

    spans: of every chosen wave. compared: those that count: all that are over, else all that have begun. people,
    purchases: see `campaign_arms`. uplift, revenue, incremental, split, waves, curve: the answer's own keys.
    """

    spans: dict[str, Span]
    compared: tuple[str, ...]
    people: Counted
    purchases: pl.DataFrame
    final: bool
    uplift: dict[str, Any]
    revenue: dict[str, Any]
    incremental: dict[str, Any]
    split: dict[str, Any]
    waves: list[dict[str, Any]]
    curve: list[dict[str, Any]]


def compare(
    facts: Facts,
    members: Sequence[Assigned],
    waves: Mapping[str, Wave],
    *,
    fixed: int,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
) -> Comparison:
    """Set mailed against held.

    Args:
        members: everybody who was assigned in these waves. fixed: what the campaign cost beside its letters, minor units.
    """
    spans = {name: Span.of(wave, as_of) for name, wave in waves.items()}
    begun = tuple(name for name, span in spans.items() if span.day)
    over = tuple(name for name, span in spans.items() if span.complete)
    compared = over or begun
    people = counted(members, facts)
    purchases = bought(
        facts, people.rows, spans, as_of=as_of, completed_when=completed_when, home_currency=home_currency
    )
    arms = {name: arms_of(people, purchases, name) for name in waves}
    total = _sum([arms[name] for name in compared])
    interval = pooled([arms[name] for name in compared])
    pairs = [spending_of(people, purchases, name) for name in compared]
    seed = " ".join((members[0].campaign, *compared))
    per_client = None if home_currency is None else welch(pairs)
    margin = waves[compared[-1]].margin if compared else None
    currency = next((wave.currency for wave in waves.values() if wave.currency), None)
    cost = fixed + int(people.rows.filter(pl.col("wave").is_in(compared))["cost_minor"].sum())
    return Comparison(
        spans=spans,
        compared=compared,
        people=people,
        purchases=purchases,
        final=bool(over),
        uplift={
            **_shares(total, interval),
            "verdict": interval.verdict.value if interval is not None and over else None,
            "words": _words(
                interval, total if compared else _sum(list(arms.values())), spans, compared, final=bool(over)
            ),
        },
        revenue=_revenue(pairs, per_client, home_currency, seed=seed, final=bool(over)),
        incremental=_incremental(
            per_client, total.mailed, margin=margin, cost=cost, currency=currency, home_currency=home_currency
        ),
        split=_split({name: arms[name] for name in compared}, waves),
        waves=[
            {
                "wave": name,
                "in_home_on": span.first,
                "last_day": span.last,
                "window_days": span.days,
                "day": span.day,
                "complete": span.complete,
                "compared": name in compared,
                **_shares(arms[name], newcombe(arms[name])),
            }
            for name, span in spans.items()
        ],
        curve=_curve(purchases, total, spans, compared),
    )


def _sum(arms: Sequence[Arms]) -> Arms:
    return Arms(
        sum(one.mailed for one in arms),
        sum(one.mailed_buyers for one in arms),
        sum(one.held for one in arms),
        sum(one.held_buyers for one in arms),
    )


def _shares(arms: Arms, interval: Interval | None) -> dict[str, Any]:
    return {
        "mailed": arms.mailed,
        "mailed_buyers": arms.mailed_buyers,
        "mailed_rate": _share(arms.mailed_buyers, arms.mailed),
        "held": arms.held,
        "held_buyers": arms.held_buyers,
        "held_rate": _share(arms.held_buyers, arms.held),
        "difference": None if interval is None else scaled(interval.estimate),
        "difference_low": None if interval is None else scaled(Fraction(interval.low)),
        "difference_high": None if interval is None else scaled(Fraction(interval.high)),
    }


def _share(number: int, divisor: int) -> int | None:
    return scaled(Fraction(number, divisor)) if divisor else None


def _words(
    interval: Interval | None, total: Arms, spans: Mapping[str, Span], compared: Sequence[str], *, final: bool
) -> str:
    """What may be said: nothing before there is something to see, no verdict before the window is over."""
    if not compared and total.mailed and total.held:
        return f"not begun: the letters are planned to arrive on {min(span.first for span in spans.values())}"
    if interval is None:
        return f"nothing to compare with: nobody was {'held back' if total.mailed else 'to get a letter'}"
    if final:
        return verdict_words(interval)
    open_ = [spans[name] for name in compared]
    until = min(span.last for span in open_)
    day = f", day {open_[0].day} of {open_[0].days}" if len(open_) == 1 else ""
    ends = f"{points(interval.low)} to {points(interval.high)} points"
    return f"so far{day}: {ends}; the verdict comes after {until}"


def _revenue(
    pairs: Sequence[Pair], per_client: Interval | None, currency: str | None, *, seed: str, final: bool
) -> dict[str, Any]:
    if currency is None:
        return dict.fromkeys(field.name for field in REVENUE)
    resampled = bootstrap(pairs, seed=seed)
    mailed, held = (_per_client([pair[arm] for pair in pairs]) for arm in (0, 1))
    return {
        "mailed_per_client": mailed,
        "held_per_client": held,
        "difference": None if resampled is None else round(resampled.estimate),
        "welch_low": None if per_client is None else round(per_client.low),
        "welch_high": None if per_client is None else round(per_client.high),
        "bootstrap_low": None if resampled is None else round(resampled.low),
        "bootstrap_high": None if resampled is None else round(resampled.high),
        "largest_share": scaled(largest_share(pairs)) if pairs else None,
        "verdict": per_client.verdict.value if per_client is not None and final else None,
        "currency": currency,
    }


def _per_client(arm: Sequence[Spending]) -> int | None:
    clients = sum(one.clients for one in arm)
    return round(Fraction(sum(one.total for one in arm), clients)) if clients else None


def _incremental(
    per_client: Interval | None,
    mailed: int,
    *,
    margin: Fraction | None,
    cost: int,
    currency: str | None,
    home_currency: str | None,
) -> dict[str, Any]:
    """Revenue is of the home currency: set against a cost in another one it says nothing."""
    told: dict[str, Any] = dict.fromkeys(field.name for field in INCREMENTAL)
    told["margin"] = None if margin is None else scaled(margin)
    told["currency"] = home_currency
    if currency is not None and currency == home_currency:
        told["cost"] = cost
    if per_client is None:
        return told
    figures = {"incremental_revenue": incremental_revenue(per_client, mailed)}
    if told["cost"] is not None:
        returned = incremental_return(per_client, mailed, cost)
        if returned is not None:
            figures["incremental_roas"] = returned
        if margin is not None:
            figures["profit"] = profit(per_client, mailed, margin=margin, cost=cost)
    for name, figure in figures.items():
        told |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
    return told


def _split(arms: Mapping[str, Arms], waves: Mapping[str, Wave]) -> dict[str, Any]:
    counts = [(one.mailed, one.held, waves[name].holdout) for name, one in arms.items()]
    clients = sum(mailed + held for mailed, held, _ in counts)
    p_value = sample_ratio(counts)
    meant = sum(((mailed + held) * share for mailed, held, share in counts), Fraction(0))
    return {
        "planned_held": scaled(meant / clients) if clients else None,
        "held": _share(sum(held for _, held, _ in counts), clients),
        "p_value": None if p_value is None else scaled(Fraction(p_value)),
        "suspicious": p_value is not None and p_value < SUSPICIOUS,
    }


def _curve(
    purchases: pl.DataFrame, total: Arms, spans: Mapping[str, Span], compared: Sequence[str]
) -> list[dict[str, Any]]:
    """Buyers by day, as far as every wave that is compared has come."""
    days = min((spans[name].day for name in compared), default=0)
    mine = purchases.filter(pl.col("wave").is_in(compared))
    # A row for each day of the window and arm.
    counts = {(arm, day): count for arm, day, count in mine.group_by("arm", "day").len().iter_rows()}
    mailed = held = 0
    rows = []
    for day in range(1, days + 1):
        mailed += counts.get((MAILED, day), 0)
        held += counts.get((HELD, day), 0)
        rows.append(
            {
                "day": day,
                "mailed_buyers": mailed,
                "mailed_rate": _share(mailed, total.mailed),
                "held_buyers": held,
                "held_rate": _share(held, total.held),
            }
        )
    return rows

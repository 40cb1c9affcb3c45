"""What has to be known beside the figures of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.wording import counted_noun, undated_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from clientlens.analysis.campaign_comparison import Comparison
    from clientlens.model.timeframes import AsOf

_MUCH = 2_000
"""A fifth, in ten-thousandths."""
_FEW = 5


def notes_of(
    row: Mapping[str, Any],
    comparison: Comparison,
    after: pl.DataFrame,
    *,
    latest: date | None,
    reached: int,
    home_currency: str | None,
    as_of: AsOf,
) -> Iterator[str]:
    """The notes, what weighs most first.

    Args:
        row: the answer. after: the orders of matchback. latest: day of the latest order that is stored. reached: clients
            held back whom another campaign wrote to in the window.
    """
    yield from _trust(row, comparison)
    if reached:
        yield (
            f"{reached:,} of the clients held back got a letter of another campaign in the window: both arms come closer"
        )
    yield from _forgotten(row["letters"])
    yield from _left_out(comparison, latest, as_of)
    yield from _currencies(row, comparison, after, home_currency)
    yield from undated_note(sum(comparison.purchases["undated"]), as_of)


def _trust(row: Mapping[str, Any], comparison: Comparison) -> Iterator[str]:
    """Why a figure may mislead."""
    split, uplift, most = row["split"], row["uplift"], row["revenue"]["largest_share"]
    if split["suspicious"]:
        yield (
            f"do not trust the comparison: {split['held'] / 100:.1f} % held back where {split['planned_held'] / 100:.1f} % "
            "were meant; a split as uneven comes about by chance less than once in 1,000 times"
        )
    if uplift["held"] and comparison.compared and min(uplift["held_buyers"], uplift["mailed_buyers"]) < _FEW:
        yield f"fewer than {_FEW} buyers in an arm: the interval is wide, and the revenue's says little"
    if most is not None and most > _MUCH:
        yield f"one client brought {most / 100:.0f} % of this revenue: its lines hang on that one"


def _forgotten(letters: Mapping[str, Any]) -> Iterator[str]:
    mailed, held = letters["forgotten_mailed"], letters["forgotten_held"]
    if mailed or held:
        yield (
            f"{counted_noun(mailed + held, 'assignment')} of clients forgotten since ({mailed:,} mailed, {held:,} held back): "
            "in no figure here, nor are their orders and what their letters cost"
        )


def _left_out(comparison: Comparison, latest: date | None, as_of: AsOf) -> Iterator[str]:
    """What is not compared, and why."""
    spans, people = comparison.spans, comparison.people
    ends = [min(spans[name].last, as_of.day) for name in comparison.compared]
    if ends and latest is not None and latest < max(ends):
        yield f"the latest order stored is of {latest}: what was placed after it is not known"
    open_ = [name for name, span in spans.items() if not span.complete]
    if comparison.final and open_:
        yield f"{counted_noun(len(open_), 'wave')} still open: left out of uplift; --wave shows one as it stands"
    if people.both_arms:
        yield (
            f"{counted_noun(people.both_arms, 'client')} left out of uplift: known as two when they were assigned, one to "
            "each arm"
        )
    if people.unknown:
        yield f"{counted_noun(people.unknown, 'assignment')} left out of uplift: nobody is known by that key today"
    if people.again:
        yield f"{counted_noun(people.again, 'assignment')} of clients who count already: in their first wave alone"


def _currencies(
    row: Mapping[str, Any], comparison: Comparison, after: pl.DataFrame, home_currency: str | None
) -> Iterator[str]:
    if (comparison.purchases["foreign"] > 0).any() or after.filter(
        pl.col("currency") != (home_currency or "")
    ).height:
        yield f"orders in other currencies make buyers, but revenue is of {home_currency} alone"
    currency = row["letters"]["currency"]
    if currency is not None and currency != home_currency:
        yield f"the cost is in {currency}: not set against revenue in {home_currency or 'no currency'}"

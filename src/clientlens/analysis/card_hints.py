"""One line beside a figure of the client card: what to do with it. The hints of insights are in `insight_hints`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_OVERDUE = 2
"""So many times the usual gap without a purchase say that something changed."""
_SEGMENTS = {
    "Champions": "your best: thank them, show them new things first",
    "Loyal": "buys steadily: reward it",
    "Active": "bought lately: suggest what goes with it",
    "New": "first steps: make the second purchase easy",
    "Promising": "could become loyal: stay in touch",
    "Needs attention": "slows down: ask what is missing",
    "Previously loyal": "was among the best: win them back in person",
    "At risk": "drifts away: write soon",
    "Almost lost": "a last try with a good reason to come back",
    "Dormant": "long gone: do not spend much on it",
    "Prospects": "has not bought yet: invite",
}
_TO_BE_WRITTEN_TO = frozenset({"Promising", "At risk", "Prospects"})
"""Their hints ask for a letter, behind a colon; who opted out gets none."""


def hints_of(card: Mapping[str, Any], as_of: date) -> dict[str, str]:
    """Field of the card's purchases -> hint, of what is known.

    Args:
        card: one row of the card. as_of: its day.
    """
    figures = card["figures"]
    hints = {}
    if len(card["spending"]) == 1 and card["spending"][0]["average_order_amount"]:
        hints["average_order_amount"] = "an offer near it is easy to take"
    median, last = figures["median_days_between_orders"], figures["last_order_date"]
    # Who mostly orders several times a day has no rhythm to go by.
    if median:
        hints["median_days_between_orders"] = "the usual rhythm: remind them then"
        # Medians are in tenths of a day.
        gaps = 10 * (as_of - last).days / median
        hints["recency_days"] = (
            f"overdue: {gaps:.0f} times the usual gap" if gaps >= _OVERDUE else "within the usual rhythm"
        )
    if figures["segment"]:
        said = _SEGMENTS[figures["segment"]]
        silent = card["accepts_email"] is False and figures["segment"] in _TO_BE_WRITTEN_TO
        hints["segment"] = said.partition(":")[0] if silent else said
    return hints

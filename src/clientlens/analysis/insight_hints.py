"""One line about each figure of a client: what to do with it.

A hint belongs to the value, not to the figure alone: it says something else of a client who tips always than of one
who never does. Where nothing is known there is none. Its limits are words' limits, not settings: nothing else uses them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.analysis.insight_fields import NOVICE, WITH_YOU

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    Steps = tuple[tuple[int, str], ...]

_RECENT_DAYS, _SOME_DAYS = 60, 365


def hints_of(row: Mapping[str, Any], as_of: date) -> dict[str, str]:
    """Field -> hint, of what is known in one row of `insights.FIELDS`."""
    scope = _WITH_YOU if row["scope"] == WITH_YOU else _PLATFORM
    hints = {name: say(row[name], as_of) for name, say in scope.items() if row[name] is not None}
    # A window, or a currency, in which somebody ordered little says nothing of how well one knows them.
    lifetime = row["basis"]["lifetime_orders"]
    if scope is _WITH_YOU:
        hints["completed_orders"] = scope["completed_orders"](lifetime, as_of)
    elif lifetime and not row["completed_orders"]:
        del hints["completed_orders"]
    return hints


def _always(text: str) -> Callable[[Any, date], str]:
    return lambda _value, _as_of: text


def _from(steps: Steps, below: str) -> Callable[[Any, date], str]:
    """The text of the first step (highest first) that a number reaches, else `below`."""

    def say(value: int, _as_of: date) -> str:
        return next((text for least, text in steps if value >= least), below)

    return say


def _experience(novice: str, experienced: str) -> Callable[[Any, date], str]:
    return lambda value, _as_of: novice if value == NOVICE else experienced


def _last_order(value: date, as_of: date) -> str:
    days = (as_of - value).days
    if days <= _RECENT_DAYS:
        return "still fresh: follow it up"
    return "a while ago: say hello again" if days <= _SOME_DAYS else "long ago: begin with what is new"


_WITH_YOU: dict[str, Callable[[Any, date], str]] = {
    "completed_orders": _from(
        ((2, "knows you: build on it"), (1, "make the second one easy")),
        "nothing to build on yet",
    ),
    "average_rating": _from(
        ((45_000, "content: ask for an opinion"), (35_000, "mostly content: ask what lacked")),
        "not content: ask what went wrong",
    ),
    "average_order_price": _always("is used to it: offer close to it"),
    "tip_frequency": _from(
        ((5_000, "tips often: thank them in person"), (1, "tips now and then: say thank you")),
        "does not tip: do not count on it",
    ),
    "last_order_date": _last_order,
    "preferred_service": _always("start your offer with it"),
    "completion_rate": _from(
        ((9_000, "sees orders through"), (7_000, "cancels at times: confirm first")),
        "cancels: set clear expectations",
    ),
    "experience": _experience("may need more explanation", "knows how it goes: be brief"),
}
_PLATFORM: dict[str, Callable[[Any, date], str]] = {
    "completed_orders": _from(((1, "what the rest is based on"),), "nothing known: ask, do not guess"),
    "average_rating": _from(
        (
            (45_000, "generous: fewer stars say a lot"),
            (35_000, "fair: few stars are no surprise"),
        ),
        "strict: agree what good means",
    ),
    "price_low": _always("a quote from here on is usual"),
    "price_high": _always("above it, say what is worth more"),
    "last_order_date": _last_order,
    "preferred_service": _always("offer what goes with it"),
    "repeat_order_rate": _always("returns to sellers: plan ahead"),
    "completion_level": _always("such clients see orders through"),
    "experience": _experience("new to buying here: explain more", "knows the marketplace: be brief"),
}

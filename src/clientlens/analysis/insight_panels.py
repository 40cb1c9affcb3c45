"""How named clients are drawn: for each a panel of one's own orders and one of the platform, windows beside each other.

What each figure rests on stands in words below its panel. Only tables show this; other formats have the rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.insight_fields import FIELDS, PLATFORM, WITH_YOU
from clientlens.analysis.insight_hints import hints_of
from clientlens.analysis.similar_clients import BY_BOTH
from clientlens.analysis.wording import counted_noun
from clientlens.model.answer import Answer
from clientlens.model.timeframes import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.analysis.insight_question import Question
    from clientlens.model.timeframes import Window

_TITLES = {
    WITH_YOU: {
        "completed_orders": "orders",
        "average_rating": "rating",
        "average_order_price": "average price",
        "tip_frequency": "tips",
        "last_order_date": "last order",
        "preferred_service": "prefers",
        "completion_rate": "completed",
        "experience": "experience",
    },
    PLATFORM: {
        "completed_orders": "orders reviewed",
        "average_rating": "rating",
        "price_low": "price from",
        "price_high": "price to",
        "last_order_date": "last review",
        "preferred_service": "prefers",
        "repeat_order_rate": "repeat orders",
        "completion_level": "completion",
        "experience": "experience",
    },
}
_HEADINGS = {WITH_YOU: "With you", PLATFORM: "Platform"}
_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


def panels(rows: pl.DataFrame, question: Question, *, timezone: str, hints: bool) -> tuple[Answer, ...]:
    """What a table draws in place of the rows.

    Args:
        rows: of `insights.FIELDS`, of named clients.
        hints: beside each figure.
    """
    if rows["client_id"].n_unique() == 1:
        return _of_client(rows, question, timezone, hints=hints)
    who = tuple(replace(field, priority=0) for field in FIELDS if field.name in {"name", "email"})
    return tuple(
        Answer(
            name="client",
            fields=who,
            rows=of_client.head(1).select("client_id", "name", "email"),
            timezone=timezone,
            panels=("client_id",),
            parts=_of_client(of_client, question, timezone, hints=hints),
        )
        for of_client in rows.partition_by("client_id", maintain_order=True)
    )


def _of_client(rows: pl.DataFrame, question: Question, timezone: str, *, hints: bool) -> tuple[Answer, ...]:
    return tuple(
        _panel(of_scope, question, timezone, hints=hints)
        for of_scope in rows.partition_by("scope", maintain_order=True)
    )


def _panel(rows: pl.DataFrame, question: Question, timezone: str, *, hints: bool) -> Answer:
    scope = rows["scope"][0]
    titles = _TITLES[scope]
    currencies = ("currency",) if scope == WITH_YOU and rows["currency"].n_unique() > 1 else ()
    spoken = {window.label: in_words(window) for window in question.windows}
    # A row for each window and currency of one client, so few; here and in `_basis`.
    known = [row for row in rows.iter_rows(named=True) if row["basis"]["lifetime_orders"]]
    fields = (
        *(field for field in FIELDS if field.name in {"window", *currencies}),
        *(replace(field, title=titles[field.name], priority=0) for field in FIELDS if field.name in titles),
    )
    told = hints_of(_first_known(rows), question.as_of.day) if hints else {}
    return Answer(
        name=str(scope),
        fields=fields,
        rows=rows.with_columns(pl.col("window").replace(spoken)),
        timezone=timezone,
        title=_HEADINGS[scope],
        panels=("window", *currencies),
        # Of somebody who never reviewed anything, what similar clients do is all there is to see.
        blanks=bool(known),
        hints=told,
        notes=_basis(rows, question, spoken, several=bool(currencies)),
    )


def _first_known(rows: pl.DataFrame) -> dict[str, Any]:
    """One row of each figure's first known value: what a hint is about."""
    return rows.select(pl.all().drop_nulls().first()).row(0, named=True)


def in_words(window: Window) -> str:
    """How a window heads its column: `all time`, `last 60 days`, else as asked for."""
    if window.shape is Shape.ALL:
        return "all time"
    if window.shape is not Shape.COUNTED:
        return window.label
    unit = _UNITS[window.unit]
    return f"last {unit}" if window.count == 1 else f"last {window.count:,} {unit}s"


def _basis(
    rows: pl.DataFrame, question: Question, spoken: Mapping[str, str], *, several: bool
) -> tuple[str, ...]:
    """What the figures of each column rest on; columns that rest on the same are told once."""
    lines: dict[str, list[str]] = {}
    for row in rows.iter_rows(named=True):
        own = row["scope"] == WITH_YOU
        line = (
            _own_basis(row) if own else f"{_reviews(row)}; {_similar(row['basis'], question.home_currency)}"
        )
        head = spoken[row["window"]] + (f", {row['currency']}" if several else "")
        lines.setdefault(line, []).append(head)
    return tuple(f"basis, {' and '.join(heads)}: {line}" for line, heads in lines.items())


def _own_basis(row: Mapping[str, Any]) -> str:
    basis = row["basis"]
    if not row["completed_orders"] and not basis["cancelled_orders"]:
        return "no order completed or cancelled"
    orders = (
        f"{counted_noun(row['completed_orders'], 'completed order')}, {basis['cancelled_orders']:,} cancelled"
    )
    parts = [
        f"price known of {basis['priced_orders']:,}",
        f"tip in {basis['tipped_orders']:,}",
        f"stars for {basis['rated_orders']:,}",
    ]
    if row["preferred_service"] is not None:
        parts.append(f"preferred in {basis['preferred_service_orders']:,}")
    return f"{orders}; {', '.join(parts)}"


def _reviews(row: Mapping[str, Any]) -> str:
    basis = row["basis"]
    if not row["completed_orders"]:
        return "no review"
    parts = [
        counted_noun(row["completed_orders"], "review"),
        f"stars in {basis['rated_orders']:,}",
        f"{counted_noun(basis['sellers'], 'seller')}, {basis['repeat_sellers']:,} more than once",
    ]
    if row["preferred_service"] is not None:
        parts.append(f"preferred in {basis['preferred_service_orders']:,}")
    return ", ".join(parts)


def _similar(basis: Mapping[str, Any], home: str | None) -> str:
    if basis["similar_by"] is None:
        return "too few similar clients"
    by = "service and experience" if basis["similar_by"] == BY_BOTH else "service"
    done, cancelled = basis["similar_completed_orders"], basis["similar_cancelled_orders"]
    return (
        f"{counted_noun(basis['similar_clients'], 'client')} of yours alike in {by}, prices in {home} of "
        f"{basis['similar_priced_clients']:,}, {done:,} of {done + cancelled:,} orders completed"
    )

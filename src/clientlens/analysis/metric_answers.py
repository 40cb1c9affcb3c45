"""The metrics as answers: of every client, of a few beside each other, and the table of metrics itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.client_facts import facts_about
from clientlens.analysis.metric_table import CLIENT_COLUMNS, METRICS, Metric
from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.rfm import COLUMNS
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_NEVER_NULL = (Kind.TEXTS,)
_SHOWN = {"orders", "months", "days", "stars", "items", "checkouts"}
"""Units that a cell does not show by itself, as an amount or a share does."""


def _field(metric: Metric) -> Field:
    counted = metric.kind is Kind.INTEGER and not metric.null_when
    return Field(
        metric.name,
        metric.kind,
        metric.doc + (f"; null: {metric.null_when}" if metric.null_when else ""),
        nullable=not counted
        and metric.kind not in _NEVER_NULL
        and not (metric.values and not metric.null_when),
        values=metric.values,
        scale=metric.scale,
        trim=metric.trim,
        title=metric.title,
        priority=metric.priority,
        wide=metric.kind is Kind.TEXT,
        unit=metric.unit if metric.unit in _SHOWN else "",
    )


FIELDS: tuple[Field, ...] = (
    Field(
        "client_id", Kind.TEXT, "the client, over all stores", nullable=False, title="client", priority=None
    ),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", priority=7, wide=True),
    Field(
        "as_of",
        Kind.DATE,
        "day up to whose end, or until now, everything counts",
        nullable=False,
        priority=None,
    ),
    Field(
        "currency",
        Kind.TEXT,
        "ISO 4217 code of the home currency, of every amount; null: there are no orders",
    ),
    *(_field(metric) for metric in METRICS),
)

DESCRIBE_FIELDS = (
    Field("name", Kind.TEXT, "the metric's name, in answers and in expressions", nullable=False),
    Field(
        "scope",
        Kind.TEXT,
        "client: who it is; with_you: from own orders; segment: beside all other clients",
        nullable=False,
        values=("client", "with_you", "segment"),
    ),
    Field("kind", Kind.TEXT, "what it holds", nullable=False, values=tuple(Kind), priority=None),
    Field("unit", Kind.TEXT, "unit, empty for names and dates", priority=1),
    Field("doc", Kind.TEXT, "what it is", nullable=False, title="what it is", wide=True, fold=True),
    Field(
        "null_when", Kind.TEXT, "when nothing is known; null: always known", priority=2, wide=True, fold=True
    ),
)


def metrics(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    clients: Sequence[str] | None = None,
    among: Sequence[str] | None = None,
    **rules: Any,
) -> Answer:
    """Every metric of everyone, or of named clients.

    Args:
        facts: a workspace's facts.
        as_of, completed_when, rules: as for `client_metrics`.
        clients: client_ids, drawn beside each other; None: everyone.
        among: of everyone, these client_ids alone; None: all.

    Returns:
        Rows of `FIELDS`, one per client. Everyone: by completed orders (most first), then the last order (newest
        first), then client_id. Named clients: in the order named, without those who joined after `as_of`.
    """
    asked = {"as_of": as_of, "completed_when": completed_when, **rules}
    alone = clients is not None and rules.get("engine") is None
    found = _of_few(facts, clients or (), **asked) if alone else client_metrics(facts, **asked)
    rows = found.with_columns(as_of=pl.lit(as_of.day))
    if clients is not None:
        named = pl.DataFrame({"client_id": list(dict.fromkeys(clients))}, schema={"client_id": pl.String})
        rows = named.join(rows, on="client_id", how="inner", maintain_order="left")
    else:
        if among is not None:
            rows = rows.filter(pl.col("client_id").is_in(list(among)))
        rows = rows.sort(
            "completed_orders",
            "last_order_date",
            "client_id",
            descending=[True, True, False],
            nulls_last=True,
        )
    notes = _notes(rows, as_of, missing=0 if clients is None else len(set(clients)) - rows.height)
    if clients is None and among is None:
        notes = (*_unattributed_note(facts, as_of, completed_when), *notes)
    return Answer(
        name="metrics",
        fields=FIELDS if clients is None else _turned_fields(),
        rows=rows.select(field.name for field in FIELDS),
        timezone=facts.timezone,
        title=f"Metrics as of {as_of.day}",
        notes=notes,
        panels=() if clients is None else _heads(rows),
        explained=clients is not None,
    )


def _of_few(facts: Facts, clients: Sequence[str], **asked: Any) -> pl.DataFrame:
    """The rows that `client_metrics` has for these: what is stored of everybody is read for the scores alone."""
    narrow = facts_about(facts, clients)
    scores = client_metrics(facts, only=COLUMNS, **asked).select("client_id", *COLUMNS)
    return client_metrics(narrow, **asked).drop(COLUMNS).join(scores, on="client_id", how="left")


def _heads(rows: pl.DataFrame) -> tuple[str, ...]:
    """What tells named clients apart: their names, and the ids too where names are equal or missing."""
    if rows.height < 2:
        return ()
    apart = rows["name"].is_unique().all() and not rows["name"].null_count()
    return ("name",) if apart else ("name", "client_id")


def _turned_fields() -> tuple[Field, ...]:
    """In a turned table there is room for everything, under its own name."""
    whole = {metric.name: metric for metric in METRICS}

    def turned(field: Field) -> Field:
        if field.name in whole:
            return replace(field, doc=whole[field.name].doc, title="", priority=0)
        return replace(field, priority=0) if field.name in {"client_id", "name", "email"} else field

    return tuple(turned(field) for field in FIELDS)


def _notes(rows: pl.DataFrame, as_of: AsOf, *, missing: int) -> tuple[str, ...]:
    notes = []
    if missing:
        notes.append(f"{counted_noun(missing, 'client')} left out: known only from later than that")
    foreign = rows.filter(pl.col("foreign") > 0).height
    if foreign:
        home = rows["currency"][0]
        notes.append(
            f"{counted_noun(foreign, 'client')} with orders in other currencies: counted, but amounts are of {home} alone"
        )
    return (*notes, *undated_note(int(rows["undated"].sum()), as_of))


def _unattributed_note(facts: Facts, as_of: AsOf, completed_when: str) -> tuple[str, ...]:
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    count = orders.filter(pl.col("client_id").is_null()).select(pl.len()).collect().item()
    if not count:
        return ()
    return (f"{counted_noun(count, 'order')} left out: nothing says which client placed them",)


def description() -> Answer:
    """The table of metrics itself, with the columns that say who a client is."""
    rows = [
        (one.name, one.scope, one.kind.value, one.unit or None, one.doc, one.null_when or None)
        for one in (*CLIENT_COLUMNS, *METRICS)
    ]
    return Answer(
        "metrics_description",
        DESCRIBE_FIELDS,
        frame_of(DESCRIBE_FIELDS, rows),
        "UTC",
        title="Metrics",
    )

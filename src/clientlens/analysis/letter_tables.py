"""What the tables of letters are made of: last orders, checkouts left open, entries of points; for many clients at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.points import entries_of, with_owners
from clientlens.analysis.recoveries import MATCH_WINDOW_DAYS, MINIMUM_AGE_MINUTES, OPEN, recoveries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

MOST_ENTRIES = 8
"""Entries of points that a letter shows; the balance after each is of all."""


class Need(StrEnum):
    """What a template needs besides placeholders."""

    LAST_ORDER = "last_order"
    CHECKOUT = "checkout"
    POINTS_HISTORY = "points_history"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: quantity in thousandths; unit_price in minor units, None: not known."""

    quantity_milli: int
    product: str
    unit_price: int | None


@dataclass(frozen=True, slots=True)
class Basket:
    """An order or a checkout. total: minor units of `currency`; refunded: of it. on: its local day."""

    on: date
    currency: str
    total: int
    refunded: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """One entry. kind: one of `points.KINDS`; order: number of the order it is about. balance: after it."""

    on: date
    kind: str
    points: int
    reason: str | None
    order: str | None
    balance: int


@dataclass(frozen=True, slots=True)
class Tables:
    """What one client's letter can show; None or empty: there is no such thing."""

    last_order: Basket | None = None
    checkout: Basket | None = None
    points_history: tuple[PointsEntry, ...] = field(default=())


def last_orders(
    facts: Facts, client_ids: Sequence[str], *, as_of: AsOf, completed_when: str
) -> dict[str, Basket]:
    """The last completed order of each client who has one, by client_id; total is what was charged."""
    wanted = pl.LazyFrame({"client_id": list(client_ids)}, schema={"client_id": pl.String})
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    latest = (
        orders.filter(pl.col("status") == COMPLETED)
        .join(wanted, on="client_id", how="semi")
        .sort("placed_at", "store", "order_key", descending=[True, False, False])
        .unique("client_id", keep="first", maintain_order=True)
        .select(
            "client_id", "store", "order_key", "currency", "refunded", on="placed_on", total="order_total"
        )
    )
    return _baskets(latest, facts.order_lines, ["store", "order_key"])


def open_checkouts(
    facts: Facts,
    client_ids: Sequence[str],
    *,
    as_of: AsOf,
    completed_when: str,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
) -> dict[str, Basket]:
    """The latest checkout left open of each client who has one, by client_id; arguments as for `recoveries`."""
    found = recoveries(
        facts,
        as_of=as_of,
        completed_when=completed_when,
        minimum_age_minutes=minimum_age_minutes,
        match_window_days=match_window_days,
    )
    days = facts.checkouts.select("store", "checkout_key", on="created_on")
    latest = (
        found.lazy()
        .filter(pl.col("status") == OPEN, pl.col("client_id").is_in(list(client_ids)))
        .sort("created_at", "store", "checkout_key", descending=[True, False, False])
        .unique("client_id", keep="first", maintain_order=True)
        .join(days, on=["store", "checkout_key"], maintain_order="left")
        .select(
            "client_id",
            "store",
            "checkout_key",
            "currency",
            "on",
            "total",
            refunded=pl.lit(0, dtype=pl.Int64),
        )
    )
    return _baskets(latest, facts.checkout_lines, ["store", "checkout_key"])


def latest_points(
    entries: Sequence[Entry],
    facts: Facts,
    client_ids: Sequence[str],
    *,
    as_of: AsOf,
    most: int = MOST_ENTRIES,
) -> dict[str, tuple[PointsEntry, ...]]:
    """The latest entries of points of each client who has any, the earliest of them first, by client_id."""
    rows = (
        with_owners(entries_of(entries, as_of), facts.identities)
        .filter(pl.col("client_id").is_in(list(client_ids)))
        .with_columns(
            on=pl.col("at").dt.convert_time_zone(facts.timezone).dt.date(),
            balance=pl.col("points").cum_sum().over("client_id"),
        )
        .group_by("client_id", maintain_order=True)
        .agg(pl.struct("on", "kind", "points", "reason", "order", "balance").tail(most).alias("entries"))
    )
    # Those who are to get a letter, as below.
    return {client: tuple(PointsEntry(**one) for one in told) for client, told in rows.iter_rows()}


def _baskets(heads: pl.LazyFrame, lines: pl.LazyFrame, key: list[str]) -> dict[str, Basket]:
    """One basket per row of `heads`: client_id, `key`, on, currency, total, refunded."""
    inside = (
        lines.join(heads.select(key), on=key, how="semi")
        .sort(*key, "line_no")
        .group_by(key, maintain_order=True)
        .agg(pl.struct("quantity_milli", "product", "unit_price").alias("lines"))
    )
    rows = heads.join(inside, on=key, how="left", maintain_order="left").collect()
    return {row["client_id"]: _basket(row) for row in rows.iter_rows(named=True)}


def _basket(row: dict[str, Any]) -> Basket:
    lines = tuple(Line(**one) for one in row["lines"] or ())
    return Basket(row["on"], row["currency"], row["total"], row["refunded"], lines)

"""The facts about a few clients: what a look at one person reads, however large the workspace is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.recoveries import LINKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts

FEW = 1_000
"""For more clients than this reading everything is no slower."""


def facts_about(facts: Facts, client_ids: Sequence[str]) -> Facts:
    """What `recoveries`, `order_history` and `insights` need to say the same of these clients as from all facts.

    Rows are chosen by person_key, which the stored files are sorted by, so that most of them need not be read. Orders
    and checkouts of others are among them where the shop's own ids join them to those of these clients: whether a
    checkout came back may depend on them. So whoever counts these rows must first look whose they are.

    Returns:
        Facts in memory, `scans` as they were; for more than `FEW` clients the facts as they were.
    """
    if len(client_ids) > FEW:
        return facts
    chosen = pl.col("client_id").is_in(list(client_ids))
    mine = facts.identities.filter(chosen).collect()["person_key"].to_list()
    is_mine = pl.col("person_key").is_in(mine)
    orders, checkouts = pl.collect_all([facts.orders.filter(is_mine), facts.checkouts.filter(is_mine)])
    orders, checkouts = _with_linked(facts, orders, checkouts)
    keys = pl.concat([orders["person_key"], checkouts["person_key"], pl.Series(mine, dtype=pl.String)])
    known = keys.drop_nulls().unique().sort().to_list()
    belongs = pl.col("person_key").is_in(known)
    numbers = orders["number"].drop_nulls().unique().to_list()
    frames = {
        "order_lines": facts.order_lines.filter(belongs | _of(orders, "order_key")),
        "checkout_lines": facts.checkout_lines.filter(belongs | _of(checkouts, "checkout_key")),
        # A review rates the order whose number it names, whoever wrote it.
        "reviews": facts.reviews.filter(is_mine | pl.col("order_id").is_in(numbers)),
        "events": facts.events.filter(is_mine),
        "requests": facts.requests.filter(is_mine),
        "people": facts.people.filter(is_mine),
        "identities": facts.identities.filter(belongs),
        "clients": facts.clients.filter(chosen),
    }
    read = dict(zip(frames, pl.collect_all(list(frames.values())), strict=True))
    read |= {"orders": orders, "checkouts": checkouts}
    lazy: dict[str, Any] = {name: frame.lazy() for name, frame in read.items()}
    return replace(facts, **lazy)


def _of(heads: pl.DataFrame, key: str) -> pl.Expr:
    """Lines of those heads that nobody is known for."""
    nobodys = heads.filter(pl.col("person_key").is_null())
    return pl.col("person_key").is_null() & pl.col(key).is_in(nobodys[key].to_list())


def _with_linked(
    facts: Facts, orders: pl.DataFrame, checkouts: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders and checkouts, with all that these and what is added carry the ids of, until nothing is added."""
    while True:
        came_from = [
            pl.col(theirs).is_in(checkouts[mine].drop_nulls().to_list()) for mine, theirs in _OF_ORDERS
        ]
        led_to = [pl.col(mine).is_in(orders[theirs].drop_nulls().to_list()) for mine, theirs in _OF_ORDERS]
        more_checkouts = facts.checkouts.filter(pl.any_horizontal(led_to))
        known = orders.height, checkouts.height
        checkouts = _together(checkouts, more_checkouts.collect(), "checkout_key")
        if not checkouts.is_empty():
            # An order that came out of a checkout is no older: earlier months are not looked at.
            since = pl.col("placed_at") >= checkouts["created_at"].min()
            more_orders = facts.orders.filter(since, pl.any_horizontal(came_from))
            orders = _together(orders, more_orders.collect(), "order_key")
        if known == (orders.height, checkouts.height):
            return orders, checkouts


_OF_ORDERS = tuple((checkout, order) for order, checkout in LINKS)


def _together(some: pl.DataFrame, more: pl.DataFrame, key: str) -> pl.DataFrame:
    return pl.concat([some, more.join(some, on=["store", key], how="anti")])

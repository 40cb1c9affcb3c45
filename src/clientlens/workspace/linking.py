"""The same sale told twice: by the shop itself, and by a system that gathers the orders of several shops.

A gathered order (`external_id` is known) is a shop's own (`external_id` is null) when its external id
is that one's id or number, or its number is that one's number, charged the same and at most a day apart. With the same
day and another amount one of the two is wrong, and nothing says which.

What is found about an order depends on orders at most two days away from it, and on nothing else: so a month's file
can be derived from its own orders and its neighbours'.
"""

from __future__ import annotations

import polars as pl

from clientlens.model.tables import ORDERS

KEY = list(ORDERS.key)
OWN_KEY = [f"own_{name}" for name in KEY]
_DETAILS = ("placed_on", "currency", "order_total")


def counterparts(orders: pl.DataFrame) -> pl.DataFrame:
    """What must not count beside a shop's own order.

    Args:
        orders: one version per key (`tables.ORDERS`).

    Returns:
        store, order_key: a gathered order. own_store, own_order_key: the shop's order. linked (Boolean): they are the
        same sale; else they should be, but differ in what was charged. own_currency, own_order_total, currency,
        order_total. A gathered order is linked once or differs from one or more. Per gathering store a shop's order is
        linked once: to the one it fits best, for which it must be the one that fits best in turn.
    """
    pairs = _pairs(orders)
    order = ["_strength", "_apart", *OWN_KEY, *KEY]
    fitting = pairs.filter("_equal").sort(order).with_row_index("_rank")
    best = pl.col("_rank").min()
    linked = fitting.filter(
        (pl.col("_rank") == best.over(KEY)) & (pl.col("_rank") == best.over([*OWN_KEY, "store"]))
    )
    # Shops count alike: an order that names another id is not this one for having its number alone.
    differing = pairs.filter(~pl.col("_equal") & (pl.col("_apart") == 0) & ~pl.col("_other_id"))
    differing = differing.join(linked, on=KEY, how="anti")
    found = pl.concat(
        [linked.with_columns(linked=True).drop("_rank"), differing.sort(order).with_columns(linked=False)]
    )
    return found.drop("_strength", "_apart", "_equal", "_other_id")


def _pairs(orders: pl.DataFrame) -> pl.DataFrame:
    """Gathered and own orders that name each other, at most a day apart.

    `_strength` is 0 to 2, the surest first; `_apart` in days; `_equal`: charged the same; `_other_id`: only their
    numbers are the same, while both ids are known and differ.
    """

    def plain(name: str) -> pl.Expr:
        return pl.col(name).str.strip_prefix("#").alias(f"_{name}")

    told = orders.filter(pl.col("external_id").is_not_null())
    gathered = told.select(*KEY, *_DETAILS, plain("external_id"), plain("number"))
    own = orders.filter(pl.col("external_id").is_null()).select(
        *(pl.col(name).alias(f"own_{name}") for name in (*KEY, *_DETAILS)),
        plain("source_id"),
        plain("number"),
    )
    ways = (("_external_id", "_source_id"), ("_external_id", "_number"), ("_number", "_number"))
    found = [
        gathered.select(*KEY, *_DETAILS, _name=left, _told="_external_id")
        .drop_nulls("_name")
        .join(
            own.select(*_own_columns(), _name=right, _id="_source_id").drop_nulls("_name"),
            on="_name",
        )
        .with_columns(
            _strength=pl.lit(strength),
            _other_id=pl.lit(strength == len(ways) - 1)
            & pl.col("_id").is_not_null()
            & (pl.col("_told") != pl.col("_name")),
        )
        .drop("_name", "_told", "_id")
        for strength, (left, right) in enumerate(ways)
    ]
    apart = (pl.col("placed_on") - pl.col("own_placed_on")).dt.total_days().abs()
    return (
        pl.concat(found)
        .with_columns(
            _apart=apart,
            _equal=(pl.col("currency") == pl.col("own_currency"))
            & (pl.col("order_total") == pl.col("own_order_total")),
        )
        .filter(pl.col("_apart") <= 1)
        .sort("_strength")
        .unique([*KEY, *OWN_KEY], keep="first", maintain_order=True)
        .drop("placed_on", "own_placed_on")
    )


def _own_columns() -> list[str]:
    return [f"own_{name}" for name in (*KEY, *_DETAILS)]

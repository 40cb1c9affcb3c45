"""How many stars an order got: from reviews of one's own stores, else from what its own file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.ratios import quotient

if TYPE_CHECKING:
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


def with_stars(orders: pl.LazyFrame, facts: Facts, *, as_of: AsOf) -> pl.LazyFrame:
    """`orders` with `stars_milli` (Int64): the mean of the order's stars, in thousandths; null: not rated.

    A review counts from when it was written. It rates the order whose number it names; else the latest order that the
    same client placed before it with that service or article. Only reviews of a seller who is one of the stores count.
    An order that has reviews is rated by these, not also by the stars of its own file.

    Args:
        orders: `order_facts.order_facts`.
        facts: `reviews`, `order_lines` and `identities` are read.
    """
    own = pl.col("rating_milli")
    reviews = facts.reviews.filter(
        pl.col("rating_milli").is_not_null(), pl.col("reviewed_at") <= pl.lit(as_of.instant)
    )
    if reviews.head(1).collect().is_empty():
        return orders.with_columns(stars_milli=own)
    reviews = (
        reviews.join(facts.identities, on="person_key", how="left")
        .with_columns(seller=_folded("seller"))
        .with_row_index("review")
        .collect()
        .lazy()
    )
    known = orders.select("store", "order_key", "number", "placed_at", "client_id", seller=_folded("store"))
    named = reviews.join(known, left_on=["seller", "order_id"], right_on=["seller", "number"]).select(
        "review", "rating_milli", store="store_right", order_key="order_key"
    )
    by_service = (
        reviews.join(named, on="review", how="anti")
        .filter(pl.col("service").is_not_null())
        .join(known, on=["seller", "client_id"])
        .filter(pl.col("placed_at") <= pl.col("reviewed_at"))
        .join(
            facts.order_lines.select("store", "order_key", "product"),
            left_on=["store_right", "order_key"],
            right_on=["store", "order_key"],
        )
        .filter(
            (pl.col("product") == pl.col("service"))
            | pl.col("product").str.starts_with(pl.col("service") + pl.lit(" - "))
        )
        .sort("review", "placed_at", "store_right", "order_key", descending=[False, True, False, False])
        .unique("review", keep="first", maintain_order=True)
        .select("review", "rating_milli", store="store_right", order_key="order_key")
    )
    stars = (
        pl.concat([named, by_service])
        .group_by("store", "order_key")
        .agg(total=pl.col("rating_milli").sum(), count=pl.len().cast(pl.Int64))
        .select("store", "order_key", reviewed=quotient(pl.col("total"), pl.col("count")))
    )
    return (
        orders.join(stars, on=["store", "order_key"], how="left")
        .with_columns(stars_milli=pl.coalesce("reviewed", own))
        .drop("reviewed")
    )


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()

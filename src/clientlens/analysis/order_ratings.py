"""How many stars an order got: from reviews of one's own stores, else from what its own file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.engines import tables_on
from clientlens.analysis.ratios import portable_quotient

if TYPE_CHECKING:
    from typing import Any

    from clientlens.analysis.engines import Tables
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_REVIEW, _ORDER = ("review_store", "review_key"), ("store", "order_key")


def with_stars(orders: Any, facts: Facts | Tables, *, as_of: AsOf) -> Any:
    """`orders` with `stars_milli` (Int64): the mean of the order's stars, in thousandths; null: not rated.

    A review counts from when it was written. It rates the order whose number it names; else the latest order that the
    same client placed before it with that service or article. Only reviews of a seller who is one of the stores count.
    An order that has reviews is rated by these, not also by the stars of its own file.

    Args:
        orders: `order_facts.order_facts`, of any engine.
        facts: `reviews`, `order_lines` and `identities` are read, on the same engine.
    """
    tables, placed = tables_on(facts), nw.from_native(orders)
    reviews = nw.from_native(tables.reviews).filter(
        ~nw.col("rating_milli").is_null(), nw.col("reviewed_at") <= nw.lit(as_of.instant)
    )
    if tables.engine.collect(reviews.select("rating_milli").head(1).to_native())[0].is_empty():
        return placed.with_columns(stars_milli=nw.col("rating_milli")).to_native()
    names = _folded_names(tables, reviews, placed)
    written = (
        reviews.select(
            "review_key", "rating_milli", "reviewed_at", "service", "order_id", "person_key",
            name="seller", review_store="store",
        )
        .join(names, on="name", how="inner")
        .join(nw.from_native(tables.identities), on="person_key", how="left")
        .drop("name", "person_key")
    )  # fmt: skip
    known = (
        placed.select(*_ORDER, "number", "placed_at", "client_id", name="store")
        .join(names, on="name", how="inner")
        .drop("name")
    )
    rated = (*_REVIEW, "rating_milli", *_ORDER)
    named = written.drop("client_id").join(
        known.drop("client_id"), left_on=["seller", "order_id"], right_on=["seller", "number"], how="inner"
    )
    by_service = _latest_with_service(
        written.join(named.select(*_REVIEW), on=list(_REVIEW), how="anti"), known, tables
    )
    stars = (
        nw.concat([named.select(*rated), by_service.select(*rated)])
        .group_by(*_ORDER)
        .agg(
            nw.col("rating_milli").sum().cast(nw.Int64).alias("total"), nw.len().cast(nw.Int64).alias("count")
        )
        .select(*_ORDER, reviewed=portable_quotient(nw.col("total"), nw.col("count")))
    )
    return (
        placed.join(stars, on=list(_ORDER), how="left")
        .with_columns(stars_milli=nw.coalesce("reviewed", "rating_milli"))
        .drop("reviewed")
        .to_native()
    )


def _latest_with_service(written: Any, known: Any, tables: Tables) -> Any:
    """Each review with the one order it rates: of the same client, not after it, with a line of that service."""
    service = nw.col("service")
    held = (
        written.filter(~service.is_null())
        .join(known, on=["seller", "client_id"], how="inner")
        .filter(nw.col("placed_at") <= nw.col("reviewed_at"))
        .join(nw.from_native(tables.order_lines).select(*_ORDER, "product"), on=list(_ORDER), how="inner")
        .filter(
            (nw.col("product") == service)
            | nw.col("product").str.starts_with(nw.concat_str([service, nw.lit(" - ")]))
        )
        .select(*_REVIEW, "rating_milli", *_ORDER, "placed_at")
    )
    latest = held.group_by(*_REVIEW).agg(nw.col("placed_at").max())
    return held.join(latest, on=[*_REVIEW, "placed_at"], how="inner").unique(
        list(_REVIEW), keep="first", order_by=list(_ORDER)
    )


def _folded_names(tables: Tables, reviews: Any, orders: Any) -> Any:
    """Frame of name and seller: sellers and stores without outer blanks and case, of which each engine has its own idea."""
    found = tables.engine.collect(
        *(
            frame.select(name=name).unique().to_native()
            for frame, name in ((reviews, "seller"), (orders, "store"))
        )
    )
    names = pl.concat(found).unique().with_columns(seller=pl.col("name").str.strip_chars().str.to_lowercase())
    return nw.from_native(tables.engine.small(names))

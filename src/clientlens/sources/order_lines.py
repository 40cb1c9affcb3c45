"""Lines of plain orders: what was bought, how many, for how much; and what stars were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.order_values import value_of
from clientlens.sources.parsing import blank_to_null, boolean, by_distinct, clean, divide_half_even

if TYPE_CHECKING:
    from clientlens.sources.findings import Findings

_NAMES = ("product", "variant", "service", "package", "sku", "category", "vendor")
LEAST_STARS, MOST_STARS = 1_000, 5_000
"""In thousandths."""


def ratings_of(rows: pl.DataFrame) -> pl.DataFrame:
    """_head, o_rating_milli (Int64): the mean of the stars in an order's rows, in thousandths, rounded half to even."""
    stars = pl.col(value_of("rating"))
    return (
        rows.group_by("_head", maintain_order=True)
        .agg(total=stars.sum().cast(pl.Int128), count=stars.count().cast(pl.Int128))
        .select("_head", o_rating_milli=divide_half_even(pl.col("total"), pl.col("count")))
    )


def lines_of(rows: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """One row per line of an order, with `_head`: the columns of `tables.ORDER_LINES` that lines know themselves.

    A row with neither an article, a service nor an amount of a line holds none. A line's name is the article (else the
    service, else its number) with its variant (else package).
    """
    findings.check(
        rows,
        {"rating": ~pl.col(value_of("rating")).is_between(LEAST_STARS, MOST_STARS)},
        "stars go from 1 to 5",
    )
    rows = rows.filter(~pl.col("_refund")).with_columns(
        *(by_distinct(rows[name], clean).filter(~rows["_refund"]).alias(f"l_{name}") for name in _NAMES),
        l_is_tip=by_distinct(rows["is_tip"], boolean).filter(~rows["_refund"]).fill_null(value=False),
    )
    title = pl.coalesce("l_product", "l_service", "l_sku")
    detail = (
        pl.when(pl.col("l_product").is_not_null())
        .then("l_variant")
        .otherwise(pl.coalesce("l_package", "l_variant"))
    )
    named = title.is_not_null()
    counted = pl.any_horizontal(
        blank_to_null(pl.col(name)).is_not_null() for name in ("quantity", "unit_price", "line_total")
    )
    findings.check(rows, {"product": ~named & counted}, "a line needs a product or a service")
    rows = rows.filter(named)
    quantity, unit, total = (pl.col(value_of(name)) for name in ("quantity", "unit_price", "line_total"))
    findings.check(rows, {"quantity": quantity < 0}, "a quantity below 0")
    pieces = pl.when(blank_to_null(pl.col("quantity")).is_null()).then(1000).otherwise(quantity)
    rows = rows.with_columns(quantity_milli=pieces.cast(pl.Int64))
    wide = pl.col("quantity_milli").cast(pl.Int128)
    multiplied = divide_half_even(wide * unit, pl.lit(1000, dtype=pl.Int128))
    # The price of one follows from the line only where it comes out even.
    even = (total.cast(pl.Int128) * 1000) % wide == 0
    divided = divide_half_even(total.cast(pl.Int128) * 1000, wide)
    rows = rows.with_columns(
        unit_price=pl.coalesce(unit, pl.when((wide > 0) & even).then(divided)),
        line_total=pl.coalesce(total, multiplied),
        at=pl.int_range(pl.len(), dtype=pl.Int32),
    )
    findings.check(
        rows,
        {"quantity": quantity.is_not_null() & unit.is_not_null() & pl.col("line_total").is_null()},
        "quantity and unit_price make more than can be counted",
    )
    name = pl.when(detail.is_not_null()).then(title + " - " + detail).otherwise(title)
    rows = rows.with_columns(name.alias("o_product"))
    first = rows["_head"].rle().struct.field("len").cast(pl.Int32)
    starts = (
        (first.cum_sum() - first).gather(rows["_head"].rle_id())
        if rows.height
        else pl.Series([], dtype=pl.Int32)
    )
    return rows.select(
        "_head",
        "quantity_milli",
        "unit_price",
        "line_total",
        line_no=pl.col("at") - starts + 1,
        sku="l_sku",
        product="o_product",
        vendor="l_vendor",
        category="l_category",
        is_tip="l_is_tip",
    )

"""Orders one by one, with the checkouts that were abandoned between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.ratios import quotient
from clientlens.analysis.recoveries import (
    MATCH_WINDOW_DAYS,
    MINIMUM_AGE_MINUTES,
    OPEN,
    RECOVERED,
    recoveries,
)
from clientlens.analysis.wording import undated_note
from clientlens.model.answer import Answer, Field, Kind

if TYPE_CHECKING:
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

ROWS_SHOWN = 10

ORDER_FIELDS = (
    Field(
        "order_id",
        Kind.TEXT,
        "the shop system's id of the order, its number where it has none; null in the row of a checkout",
        priority=None,
    ),
    Field("number", Kind.TEXT, "order number, without a leading #; null in the row of a checkout"),
    Field("store", Kind.TEXT, "shop or seller account", nullable=False, priority=4),
    Field("placed_at", Kind.INSTANT, "when it was placed; of a checkout, when it was begun", nullable=False),
    Field(
        "status",
        Kind.TEXT,
        "state of the order; checkout: no order, the row stands for a checkout that was abandoned",
        nullable=False,
        values=("completed", "in_progress", "cancelled", "checkout"),
    ),
    Field(
        "badge",
        Kind.TEXT,
        "recovered: the order came out of an abandoned checkout; in the row of a checkout, recovered says that it was "
        "completed though its order is not stored, abandoned that it is still open",
        values=("recovered", "abandoned"),
        priority=1,
    ),
    Field(
        "price",
        Kind.MONEY,
        "goods or services alone: without tax, shipping, fees and tips; null where unknown",
        priority=5,
    ),
    Field(
        "order_total",
        Kind.MONEY,
        "charged, before refunds; null in the row of a checkout: nothing was charged",
        title="total",
    ),
    Field("net_total", Kind.MONEY, "order_total less refunds", priority=2),
    Field("currency", Kind.TEXT, "ISO 4217 code of every amount of the row", nullable=False, title=""),
    Field("tip", Kind.MONEY, "tips; null in the row of a checkout", priority=5),
    Field(
        "items",
        Kind.SCALED,
        "sum of the quantities of the lines, tips left out",
        nullable=False,
        scale=3,
        trim=True,
        priority=2,
    ),
)

LINES_FIELD = Field(
    "lines",
    Kind.LIST,
    "what was ordered, or lay in the checkout, in the order of the file; tips left out",
    nullable=False,
    fields=(
        Field("sku", Kind.TEXT, "article number", priority=5),
        Field("product", Kind.TEXT, "title, and variant where there is one", nullable=False, wide=True),
        Field("quantity", Kind.SCALED, "how many", nullable=False, scale=3, trim=True),
        Field("unit_price", Kind.MONEY, "price of one, before discounts", title="each", priority=4),
        Field("total", Kind.MONEY, "of the line: quantity x unit_price", title="line total", priority=3),
    ),
)
ORDER_FIELDS_WITH_LINES = (*ORDER_FIELDS, LINES_FIELD)

_NO_MONEY = pl.lit(None, dtype=pl.Int64)


def order_history(
    facts: Facts,
    *,
    client_id: str | None,
    as_of: AsOf,
    completed_when: str,
    lines: bool = False,
    limit: int | None = ROWS_SHOWN,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
) -> Answer:
    """Orders and abandoned checkouts, newest first.

    A checkout that came back stands in its order, which has the badge `recovered`; an earlier try at the same purchase
    (`repeated`) has no row either.

    Args:
        facts: a workspace's facts.
        client_id: whose; None: everybody's, orders and checkouts of nobody known included.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        lines: with the lines of each row.
        limit: rows at most; None: all.
        minimum_age_minutes: see `recoveries`.
        match_window_days: see `recoveries`.

    Returns:
        Rows of `ORDER_FIELDS`, and `LINES_FIELD` where asked for.
    """
    found = recoveries(
        facts,
        as_of=as_of,
        completed_when=completed_when,
        minimum_age_minutes=minimum_age_minutes,
        match_window_days=match_window_days,
    )
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    if client_id is not None:
        orders = orders.filter(pl.col("client_id") == client_id)
        shown = found.filter(pl.col("client_id") == client_id)
    else:
        shown = found
    history = pl.concat([_order_rows(orders, found), _checkout_rows(shown)], how="diagonal")
    total, undated = history.select(pl.len(), pl.col("undated").sum()).collect().row(0)
    history = history.sort(
        "placed_at",
        "store",
        "order_key",
        "checkout_key",
        descending=[True, False, True, True],
        nulls_last=True,
    )
    if limit is not None:
        history = history.head(limit)
    page = history.collect().with_row_index("row")
    page = page.join(
        _lines(facts, page, listed=lines), on="row", how="left", maintain_order="left"
    ).with_columns(pl.col("items").fill_null(0), *([pl.col("lines").fill_null([])] if lines else []))
    fields = ORDER_FIELDS_WITH_LINES if lines else ORDER_FIELDS
    return Answer(
        name="orders",
        fields=fields,
        rows=page.select(field.name for field in fields),
        timezone=facts.timezone,
        title=f"Orders as of {as_of.day}",
        notes=(
            *([f"{total - page.height} more: --all shows them"] if total > page.height else []),
            *undated_note(undated, as_of),
        ),
    )


def _order_rows(orders: pl.LazyFrame, found: pl.DataFrame) -> pl.LazyFrame:
    recovered = found.lazy().select(
        store="recovered_store", order_key="recovered_order_key", badge=pl.lit(RECOVERED)
    )
    return orders.join(recovered.drop_nulls(), on=["store", "order_key"], how="left").select(
        "store",
        "order_key",
        "number",
        "placed_at",
        "status",
        "badge",
        "price",
        "order_total",
        "net_total",
        "currency",
        "tip",
        "undated",
        order_id=pl.coalesce("source_id", "number"),
    )


def _checkout_rows(found: pl.DataFrame) -> pl.LazyFrame:
    """Open checkouts, and recovered ones that no stored order can stand for."""
    return (
        found.lazy()
        .filter(
            (pl.col("status") == OPEN)
            | ((pl.col("status") == RECOVERED) & pl.col("recovered_order_key").is_null())
        )
        .select(
            "store",
            "checkout_key",
            "currency",
            placed_at="created_at",
            badge=pl.when(pl.col("status") == OPEN).then(pl.lit("abandoned")).otherwise(pl.lit(RECOVERED)),
            status=pl.lit("checkout"),
            # Its total was never charged: in `order_total` it would be added up with what was.
            order_total=_NO_MONEY,
        )
    )


def _lines(facts: Facts, page: pl.DataFrame, *, listed: bool) -> pl.DataFrame:
    """row, items (thousandths) and, where `listed`, lines (list of struct) of those rows of `page` that have any."""
    keys = page.lazy().select("row", "store", "order_key", "checkout_key")
    ordered = facts.order_lines.filter(~pl.col("is_tip")).join(
        keys.drop_nulls("order_key"), on=["store", "order_key"]
    )
    begun = facts.checkout_lines.join(
        keys.drop_nulls("checkout_key"), on=["store", "checkout_key"]
    ).with_columns(line_total=quotient(pl.col("quantity_milli") * pl.col("unit_price"), pl.lit(1000)))
    columns = ("row", "line_no", "sku", "product", "quantity_milli", "unit_price", "line_total")
    both = pl.concat([ordered.select(columns), begun.select(columns)])
    # Over a whole workspace the lists cost ten times what the sums do.
    if not listed:
        return both.group_by("row").agg(items=pl.col("quantity_milli").sum()).collect()
    return (
        both.sort("row", "line_no")
        .group_by("row", maintain_order=True)
        .agg(
            items=pl.col("quantity_milli").sum(),
            lines=pl.struct(
                "sku",
                "product",
                quantity="quantity_milli",
                unit_price="unit_price",
                total="line_total",
            ),
        )
        .collect()
    )

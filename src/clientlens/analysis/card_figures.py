"""Figures of the client card that no other command gives: what was spent by currency, months, products, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.insight_figures import names_pattern
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.ratios import quotient
from clientlens.analysis.rfm import rfm
from clientlens.model.answer import Field, Kind
from clientlens.model.tables import IDENTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

MONTHS = 24
PRODUCTS = 5

SPENDING_FIELDS = (
    Field("currency", Kind.TEXT, "ISO 4217 code of the amounts", nullable=False, title=""),
    Field(
        "completed_orders", Kind.INTEGER, "completed orders in it", nullable=False, title="completed orders"
    ),
    Field(
        "total_spend",
        Kind.MONEY,
        "charged for them, less refunds",
        nullable=False,
        title="total of purchases",
    ),
    Field(
        "average_order_amount",
        Kind.MONEY,
        "total_spend / completed_orders",
        nullable=False,
        title="average transaction",
    ),
)
MONTH_FIELDS = (
    Field("month", Kind.TEXT, "calendar month, YYYY-MM", nullable=False),
    Field("completed_orders", Kind.INTEGER, "completed orders placed in it", nullable=False, title="orders"),
)
PRODUCT_FIELDS = (
    Field("product", Kind.TEXT, "title, and variant where there is one", nullable=False, wide=True),
    Field("orders", Kind.INTEGER, "completed orders that hold it", nullable=False),
    Field(
        "quantity",
        Kind.SCALED,
        "how many in these orders",
        nullable=False,
        scale=3,
        trim=True,
        priority=2,
    ),
    Field("last_order_date", Kind.DATE, "day of the last of these orders", nullable=False, title="last"),
)
ADDRESS_FIELDS = (
    Field("street", Kind.TEXT, "street and number", nullable=False),
    Field("street2", Kind.TEXT, "second address line"),
    Field("postcode", Kind.TEXT, "postcode"),
    Field("city", Kind.TEXT, "town"),
    Field("province", Kind.TEXT, "province or state"),
    Field("country", Kind.TEXT, "ISO 3166 two-letter code, or the word of the file"),
    Field("seen_at", Kind.INSTANT, "latest record with it; null: a list of clients, which has no times"),
)
_ADDRESS = tuple(field.name for field in ADDRESS_FIELDS[:-1])


def spending(orders: pl.DataFrame) -> pl.DataFrame:
    """What was bought by currency; the currency of most completed orders first, then by code.

    Args:
        orders: of one client, as `order_facts` gives them.

    Returns:
        Rows of `SPENDING_FIELDS`.
    """
    return (
        orders.filter(pl.col("status") == COMPLETED)
        .group_by("currency")
        .agg(completed_orders=pl.len().cast(pl.Int64), total_spend=pl.col("net_total").sum())
        .with_columns(average_order_amount=quotient(pl.col("total_spend"), pl.col("completed_orders")))
        .sort("completed_orders", "currency", descending=[True, False])
        .select(field.name for field in SPENDING_FIELDS)
    )


def months(orders: pl.DataFrame, last: date) -> pl.DataFrame:
    """Completed orders of each of the last `MONTHS` months, that of `last` included; the first one first.

    Returns:
        Rows of `MONTH_FIELDS`, also for months without an order.
    """
    of_last = pl.lit(last).dt.month_start()
    span = pl.date_range(of_last.dt.offset_by(f"-{MONTHS - 1}mo"), of_last, interval="1mo")
    counts = (
        orders.filter(pl.col("status") == COMPLETED)
        .group_by(month=pl.col("placed_on").dt.month_start())
        .agg(completed_orders=pl.len().cast(pl.Int64))
    )
    return (
        pl.select(month=span)
        .join(counts, on="month", how="left", maintain_order="left")
        .select(pl.col("month").dt.strftime("%Y-%m"), pl.col("completed_orders").fill_null(0))
    )


def products(orders: pl.DataFrame, lines: pl.LazyFrame, ignore: Sequence[str]) -> pl.DataFrame:
    """The products in most completed orders; ties go to the one ordered last, then by name, as for `insights`.

    Args:
        orders: as for `spending`. lines: `tables.ORDER_LINES`.
        ignore: names of lines that are no products.

    Returns:
        At most `PRODUCTS` rows of `PRODUCT_FIELDS`.
    """
    done = orders.lazy().filter(pl.col("status") == COMPLETED)
    bought = lines.filter(~pl.col("is_tip"))
    if ignore:
        bought = bought.filter(~pl.col("product").str.contains(names_pattern(ignore)))
    return (
        bought.join(done.select("store", "order_key", "placed_at"), on=["store", "order_key"])
        .group_by("product")
        .agg(
            orders=pl.struct("store", "order_key").n_unique().cast(pl.Int64),
            quantity=pl.col("quantity_milli").sum(),
            last_order_date=pl.col("placed_on").max(),
            latest=pl.col("placed_at").max(),
        )
        .sort("orders", "latest", "product", descending=[True, True, False])
        .head(PRODUCTS)
        .select(field.name for field in PRODUCT_FIELDS)
        .collect()
    )


def addresses(shown: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The addresses of a client: the one that is shown and written to first, then others, the latest first.

    Args:
        shown: the client's row of `tables.CLIENTS`. people: its records, `tables.PEOPLE`.

    Returns:
        Rows of `ADDRESS_FIELDS`; only those with a street.
    """
    known = (
        people.filter(pl.col("street").is_not_null())
        .group_by(_ADDRESS)
        .agg(pl.col("seen_at").max())
        .sort("seen_at", *_ADDRESS, descending=[True, *(False for _ in _ADDRESS)], nulls_last=True)
    )
    first = (
        shown.filter(pl.col("street").is_not_null())
        .select(_ADDRESS)
        .join(known, on=_ADDRESS, how="left", nulls_equal=True)
    )
    others = known.join(first, on=_ADDRESS, how="anti", nulls_equal=True)
    return pl.concat([first, others]).select(field.name for field in ADDRESS_FIELDS)


def scores(facts: Facts, *, as_of: AsOf, completed_when: str, home_currency: str | None) -> pl.DataFrame:
    """`rfm.rfm` of all clients, from no more than it needs: as `metrics.client_metrics` has it.

    Sums are made for each key first: giving every order its client costs more than all the rest.
    """
    at_home = pl.col("currency") == (home_currency or "")
    nobody = pl.LazyFrame(schema=IDENTITIES.schema)
    by_key = (
        order_facts(facts.orders, nobody, as_of=as_of, completed_when=completed_when)
        .filter(pl.col("status") == COMPLETED, pl.col("person_key").is_not_null())
        .group_by("person_key")
        .agg(
            completed_orders=pl.len().cast(pl.Int64),
            last_order_date=pl.col("placed_on").max(),
            home_spend=pl.when(at_home).then("net_total").sum(),
            at_home=at_home.any(),
        )
    )
    sums = (
        by_key.join(facts.identities, on="person_key")
        .group_by("client_id")
        .agg(
            pl.col("completed_orders").sum(),
            pl.col("last_order_date").max(),
            pl.col("home_spend").sum(),
            pl.col("at_home").any(),
        )
        .with_columns(total_spend=pl.when("at_home").then("home_spend"))
    )
    joined_later = (pl.col("joined_at") > as_of.instant).fill_null(value=False)
    everyone = facts.clients.filter(~joined_later).select("client_id", "anonymous")
    known = everyone.join(sums, on="client_id", how="left").with_columns(
        pl.col("completed_orders").fill_null(0)
    )
    return rfm(known.collect(engine="streaming"))

"""The keys of the client insights, in their documented order, and what each means in either scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.ratios import SCALE
from clientlens.analysis.similar_clients import BY_BOTH, BY_SERVICE
from clientlens.model.answer import Field, Kind

if TYPE_CHECKING:
    from clientlens.model.timeframes import AsOf

WITH_YOU, PLATFORM = "with_you", "platform"
NOVICE, EXPERIENCED = "novice", "experienced"
HIGH = "high"

BASIS_FIELDS = (
    Field("rated_orders", Kind.INTEGER, "orders (platform: reviews) behind average_rating", nullable=False),
    Field(
        "priced_orders",
        Kind.INTEGER,
        "completed orders whose price is known, behind average_order_price; with_you alone",
    ),
    Field(
        "tipped_orders",
        Kind.INTEGER,
        "completed orders with a tip, of completed_orders: tip_frequency; with_you alone",
    ),
    Field(
        "preferred_service_orders",
        Kind.INTEGER,
        "completed orders that hold preferred_service (platform: reviews of it)",
        nullable=False,
    ),
    Field(
        "cancelled_orders",
        Kind.INTEGER,
        "cancelled orders beside completed_orders: completion_rate; with_you alone",
    ),
    Field(
        "lifetime_orders",
        Kind.INTEGER,
        "completed orders of all time and all currencies (platform: reviews), behind experience",
        nullable=False,
    ),
    Field("sellers", Kind.INTEGER, "sellers reviewed, behind repeat_order_rate; platform alone"),
    Field("repeat_sellers", Kind.INTEGER, "of these, reviewed at least twice; platform alone"),
    Field(
        "similar_by",
        Kind.TEXT,
        "what makes the similar clients similar; null: there are too few; platform alone",
        values=(BY_BOTH, BY_SERVICE),
    ),
    Field("similar_clients", Kind.INTEGER, "how many clients of yours are similar; platform alone"),
    Field(
        "similar_priced_clients",
        Kind.INTEGER,
        "of these, with a priced order in the window: price_low, price_high; platform alone",
    ),
    Field(
        "similar_completed_orders",
        Kind.INTEGER,
        "completed orders of similar clients in the window: completion_level; platform alone",
    ),
    Field(
        "similar_cancelled_orders",
        Kind.INTEGER,
        "cancelled orders of similar clients in the window: completion_level; platform alone",
    ),
)

FIELDS: tuple[Field, ...] = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=None),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", priority=7, wide=True),
    Field(
        "scope",
        Kind.TEXT,
        "with_you: the orders placed with you; platform: public reviews of all sellers",
        nullable=False,
        values=(WITH_YOU, PLATFORM),
        priority=9,
    ),
    Field("window", Kind.TEXT, "window of time, as asked for", nullable=False),
    Field(
        "as_of",
        Kind.DATE,
        "day up to whose end, or until now, everything counts",
        nullable=False,
        priority=None,
    ),
    Field(
        "completed_orders",
        Kind.INTEGER,
        "completed orders; platform: reviews",
        nullable=False,
        title="orders",
    ),
    Field(
        "average_rating",
        Kind.SCALED,
        "mean stars that the client gave (platform: over the reviews); null where nothing was rated",
        scale=SCALE,
        trim=True,
        title="rating",
        priority=8,
    ),
    Field(
        "average_order_price",
        Kind.MONEY,
        "mean price of completed orders: goods and services, before refunds, tax, shipping and tips; with_you alone",
        title="average",
    ),
    Field(
        "price_low",
        Kind.MONEY,
        "first quartile of similar clients' average_order_price; platform alone",
        priority=9,
    ),
    Field(
        "price_high",
        Kind.MONEY,
        "third quartile of similar clients' average_order_price; platform alone",
        priority=9,
    ),
    Field(
        "currency",
        Kind.TEXT,
        "ISO 4217 code of the amounts; counts and dates are of its orders alone; platform: of the prices, where known",
    ),
    Field(
        "tip_frequency",
        Kind.SCALED,
        "completed orders with a tip / completed orders; with_you alone",
        scale=SCALE,
        title="tips",
        priority=3,
    ),
    Field(
        "last_order_date",
        Kind.DATE,
        "day of the last completed order; platform: of the last review",
        title="last order",
        priority=1,
    ),
    Field(
        "preferred_service",
        Kind.TEXT,
        "article or service in the most completed orders (platform: reviews); of several, the most recent one",
        title="prefers",
        priority=2,
        wide=True,
    ),
    Field(
        "repeat_order_rate",
        Kind.TEXT,
        "high: likely to order again from a seller already used; platform alone",
        values=(HIGH,),
        priority=9,
    ),
    Field(
        "completion_rate",
        Kind.SCALED,
        "completed / (completed + cancelled) orders; with_you alone",
        scale=SCALE,
        title="completed",
        priority=4,
    ),
    Field(
        "completion_level",
        Kind.TEXT,
        "high: similar clients tend to complete their orders; platform alone",
        values=(HIGH,),
        priority=9,
    ),
    Field(
        "experience",
        Kind.TEXT,
        "novice or experienced, by completed orders (platform: reviews) of all time",
        values=(NOVICE, EXPERIENCED),
        priority=5,
    ),
    Field(
        "basis",
        Kind.OBJECT,
        "counts behind the figures",
        nullable=False,
        fields=BASIS_FIELDS,
        priority=None,
    ),
)


def completed(rows: pl.DataFrame, as_of: AsOf) -> pl.DataFrame:
    """`rows` with every field but the client's name and e-mail, in order, and `window_no` as the last.

    Args:
        rows: what a scope knows, the members of `basis` as columns; the other scope's figures are missing: null.
    """
    missing = [one for one in (*FIELDS, *BASIS_FIELDS) if one.name not in rows.columns]
    filled = rows.with_columns(
        *(pl.lit(None, dtype=_DTYPES[one.kind]).alias(one.name) for one in missing if one.kind in _DTYPES)
    ).with_columns(as_of=pl.lit(as_of.day), basis=pl.struct(one.name for one in BASIS_FIELDS))
    return filled.select(*(one.name for one in FIELDS if one.name not in _WHO), "window_no")


_WHO = ("name", "email")
_DTYPES = {
    Kind.TEXT: pl.String(),
    Kind.INTEGER: pl.Int64(),
    Kind.MONEY: pl.Int64(),
    Kind.SCALED: pl.Int64(),
    Kind.DATE: pl.Date(),
}

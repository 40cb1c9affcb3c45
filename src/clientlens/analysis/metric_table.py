"""The one table of metrics: what can be said of a client in one figure.

Each is a named expression over the client's sums and counts, with a unit and a line that says exactly what it is.
Commands, JSON Schemas, docs/metrics.md and expressions (`--where`) all read this table; a metric is added here and
nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from clientlens.analysis.insight_fields import EXPERIENCED, NOVICE
from clientlens.analysis.metric_sums import YEAR_DAYS
from clientlens.analysis.ratios import SCALE, quotient, ratio
from clientlens.analysis.rfm import SCORES, SEGMENTS
from clientlens.model.answer import Kind

CLIENT, WITH_YOU, SEGMENT = "client", "with_you", "segment"
TOP = 5
HOME = "money"
SHARE = "share"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a client, over all time up to as_of.

    expression: over the columns of `metrics.client_metrics`' joined sums, `as_of` (Date) and `novice_below` beside
    them; of scope `segment`: over the metrics themselves and `rfm.rfm`. unit: days, orders, money (the home currency), share (of 1), ... ("" for names). doc:
    what it is; null_when: when nothing is known ("": never). scope: `client` (who it is), `with_you` (own orders),
    `segment` (beside all other clients). MONEY is in minor units of the home currency. title, priority: as of a
    `Field`, in a table of many clients.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    expression: pl.Expr
    scope: str = WITH_YOU
    scale: int = 0
    values: tuple[str, ...] = ()
    null_when: str = ""
    trim: bool = False
    title: str = ""
    priority: int | None = 8


def _who(name: str, kind: Kind, doc: str, null_when: str = "not known") -> Metric:
    return Metric(name, kind, "", doc, pl.col(name), CLIENT, null_when=null_when)


def _count(name: str, unit: str, doc: str, column: str, priority: int | None = 8, title: str = "") -> Metric:
    known = pl.col(column).fill_null(0)
    return Metric(name, Kind.INTEGER, unit, doc, known, priority=priority, title=title)


def _half(column: str) -> pl.Expr:
    return pl.col(column).fill_null(0).cast(pl.Int64)


CLIENT_COLUMNS: tuple[Metric, ...] = (
    _who("client_id", Kind.TEXT, "the client, over all stores", ""),
    _who("name", Kind.TEXT, "name, else company, else Anonymous and a number"),
    _who("email", Kind.TEXT, "e-mail, in lower case"),
    _who("phone", Kind.TEXT, "phone, international where that can be known"),
    _who("company", Kind.TEXT, "company"),
    _who("city", Kind.TEXT, "town"),
    _who("country", Kind.TEXT, "ISO 3166 two-letter code, or the word of the file"),
    _who("language", Kind.TEXT, "language tag, in lower case: de, en-gb"),
    _who("anonymous", Kind.BOOLEAN, "neither name, e-mail nor phone is known", ""),
    _who("accepts_email", Kind.BOOLEAN, "consent to e-mail marketing"),
    _who("joined_at", Kind.INSTANT, "earliest of entry date, first event and first order"),
)
"""Who a client is: expressions read these beside the metrics."""

_NO_ORDER = "no completed order"
_NO_HOME = "no completed order in the home currency"
_NO_SHOPIFY = "no Shopify store knows the client: not available, which is not 0"
_NO_SEGMENT = "anonymous, or no completed order"
_GAPS = pl.col("completed") > 1

METRICS: tuple[Metric, ...] = (
    _count("completed_orders", "orders", "completed orders", "completed", 0, "orders"),
    _count(
        "cancelled_orders", "orders", "orders cancelled, voided, expired or refunded in full", "cancelled"
    ),
    _count("in_progress_orders", "orders", "orders placed, but not yet paid or settled", "in_progress"),
    _count(
        "orders_last_365_days",
        "orders",
        f"completed orders of the {YEAR_DAYS} days that end with the as-of day",
        "in_year",
    ),
    _count("months_active", "months", "calendar months with a completed order", "months"),
    Metric(
        "first_order_date",
        Kind.DATE,
        "",
        "day of the first completed order",
        pl.col("first_on"),
        null_when=_NO_ORDER,
        title="first order",
    ),
    Metric(
        "last_order_date",
        Kind.DATE,
        "",
        "day of the last completed order",
        pl.col("last_on"),
        null_when=_NO_ORDER,
        title="last order",
        priority=1,
    ),
    Metric(
        "recency_days",
        Kind.INTEGER,
        "days",
        "days from the last completed order to the as-of day",
        (pl.col("as_of") - pl.col("last_on")).dt.total_days(),
        null_when=_NO_ORDER,
        title="recency",
        priority=4,
    ),
    Metric(
        "tenure_days",
        Kind.INTEGER,
        "days",
        "days from the first completed order to the as-of day",
        (pl.col("as_of") - pl.col("first_on")).dt.total_days(),
        null_when=_NO_ORDER,
        title="tenure",
    ),
    Metric(
        "mean_days_between_orders",
        Kind.SCALED,
        "days",
        "mean of the days from each completed order to the next; two on one day are 0 days apart",
        quotient(
            10 * (pl.col("last_on") - pl.col("first_on")).dt.total_days(),
            pl.when(_GAPS).then(pl.col("completed") - 1),
        ),
        scale=1,
        null_when="fewer than two completed orders",
        trim=True,
        title="days between",
        priority=6,
    ),
    Metric(
        "median_days_between_orders",
        Kind.SCALED,
        "days",
        "median of the same days; of an even number the mean of the middle two",
        pl.when(_GAPS).then(5 * (_half("gap_low") + _half("gap_high"))),
        scale=1,
        null_when="fewer than two completed orders",
        trim=True,
        title="median days between",
    ),
    Metric(
        "total_spend",
        Kind.MONEY,
        HOME,
        "charged for completed orders, less refunds",
        pl.when(pl.col("home_completed") > 0).then("spend"),
        null_when=_NO_HOME,
        title="spend",
        priority=0,
    ),
    Metric(
        "spend_last_365_days",
        Kind.MONEY,
        HOME,
        f"total_spend of the {YEAR_DAYS} days that end with the as-of day",
        pl.when(pl.col("home_completed") > 0).then("year_spend"),
        null_when=_NO_HOME,
    ),
    Metric(
        "average_order_amount",
        Kind.MONEY,
        HOME,
        "total_spend / completed orders in the home currency",
        quotient(pl.col("spend"), pl.col("home_completed")),
        null_when=_NO_HOME,
        title="average",
        priority=3,
    ),
    Metric(
        "average_order_price",
        Kind.MONEY,
        HOME,
        "mean price of completed orders: goods and services alone, before refunds, without tax, shipping and tips",
        quotient(pl.col("price"), pl.col("home_priced")),
        null_when="no completed order in the home currency has a known price",
    ),
    Metric(
        "refund_share",
        Kind.SCALED,
        SHARE,
        "refunded / charged, over completed orders and those refunded in full, in the home currency",
        ratio(pl.col("refunded"), pl.col("charged")),
        scale=SCALE,
        null_when="nothing was charged",
        title="refunds",
        priority=7,
    ),
    Metric(
        "discount_share",
        Kind.SCALED,
        SHARE,
        "completed orders with a discount or a coupon code / those of which a file says whether they had one",
        ratio(pl.col("discounted"), pl.col("discount_known")),
        scale=SCALE,
        null_when="no file says anything about discounts",
        title="discounts",
        priority=7,
    ),
    Metric(
        "tip_frequency",
        Kind.SCALED,
        SHARE,
        "completed orders with a tip / completed orders",
        ratio(pl.col("tipped"), pl.col("completed")),
        scale=SCALE,
        null_when=_NO_ORDER,
        title="tips",
    ),
    Metric(
        "completion_rate",
        Kind.SCALED,
        SHARE,
        "completed orders / (completed + cancelled orders)",
        ratio(pl.col("completed"), pl.col("completed") + pl.col("cancelled")),
        scale=SCALE,
        null_when="neither a completed nor a cancelled order",
        title="completed",
    ),
    Metric(
        "average_rating",
        Kind.SCALED,
        "stars",
        "mean over rated orders of the order's stars: the mean of its reviews, else what its own file says",
        # Stars are in thousandths, means have one digit more.
        quotient(pl.col("stars").cast(pl.Int128) * 10, pl.col("rated")),
        scale=SCALE,
        null_when="nothing was rated",
        trim=True,
        title="rating",
    ),
    Metric(
        "items_per_order",
        Kind.SCALED,
        "items",
        "quantity of products / completed orders that hold one; neither tips nor products.ignore",
        quotient(pl.col("items_milli"), 10 * pl.col("itemised")),
        scale=2,
        null_when="no completed order holds a product",
        trim=True,
        title="items",
    ),
    Metric(
        "preferred_service",
        Kind.TEXT,
        "",
        "product in the most completed orders; of several, that of the most recent order, then the first by name",
        pl.col("products").list.first(),
        null_when="no completed order holds a product",
        title="prefers",
        priority=5,
    ),
    Metric(
        "favourite_category",
        Kind.TEXT,
        "",
        "category in the most completed orders; ties as for preferred_service",
        pl.col("categories").list.first(),
        null_when="no product of a completed order has a category",
        title="category",
    ),
    Metric(
        "top_products",
        Kind.TEXTS,
        "",
        f"the {TOP} products in the most completed orders, the first being preferred_service; fewer where there are fewer",
        pl.col("products").fill_null([]),
        priority=None,
    ),
    Metric(
        "experience",
        Kind.TEXT,
        "",
        "novice with fewer completed orders than insights.novice_below (3), else experienced",
        pl.when(pl.col("completed").fill_null(0) < pl.col("novice_below"))
        .then(pl.lit(NOVICE))
        .otherwise(pl.lit(EXPERIENCED)),
        values=(NOVICE, EXPERIENCED),
    ),
    Metric(
        "abandoned_checkouts",
        Kind.INTEGER,
        "checkouts",
        "checkouts abandoned: those that are open and those recovered",
        pl.col("abandoned"),
        null_when=_NO_SHOPIFY,
        title="abandoned",
    ),
    Metric(
        "recovered_checkouts",
        Kind.INTEGER,
        "checkouts",
        "abandoned checkouts that came back as an order",
        pl.col("recovered"),
        null_when=_NO_SHOPIFY,
        title="recovered",
    ),
    Metric(
        "open_checkouts",
        Kind.INTEGER,
        "checkouts",
        "abandoned checkouts of which nothing has come so far",
        pl.col("open"),
        null_when=_NO_SHOPIFY,
        title="open",
    ),
    *(
        Metric(
            f"{letter}_score",
            Kind.INTEGER,
            f"1 to {SCORES}",
            doc,
            pl.col(f"{letter}_score"),
            SEGMENT,
            null_when=_NO_SEGMENT,
            priority=None,
        )
        for letter, doc in (
            (
                "r",
                "how recent last_order_date is among registered clients with a completed order: 5 the most",
            ),
            ("f", "the same of completed_orders"),
            ("m", "the same of total_spend, 0 where it is null"),
            ("fm", "mean of f_score and m_score, a half rounded up"),
        )
    ),
    Metric(
        "segment",
        Kind.TEXT,
        "",
        "name of the cell of r_score and fm_score in the grid of `segments`; Prospects: no completed order",
        pl.col("segment"),
        SEGMENT,
        values=SEGMENTS,
        null_when="anonymous",
        priority=2,
    ),
)
"""The metrics, in the order of every answer."""

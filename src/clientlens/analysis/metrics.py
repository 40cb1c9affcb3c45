"""The one table of metrics: what can be said of a client in one figure.

Each is a named expression over the client's sums and counts, with a unit and a line of explanation. Commands, JSON
Schemas, the documentation and expressions (`--where`) all read this table; a metric is added here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.insight_figures import count
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.ratios import quotient
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a client, over all time up to as_of.

    expression: over the columns of `totals`, `as_of` (Date) beside them. unit: days, orders, ... ("" for names).
    scope: `client` (who it is), `with_you` (own orders). MONEY is in minor units of the home currency.
    """

    name: str
    kind: Kind
    unit: str
    doc: str
    expression: pl.Expr
    scope: str = "with_you"
    scale: int = 0
    values: tuple[str, ...] = ()


METRICS: tuple[Metric, ...] = (
    Metric(
        "completed_orders", Kind.INTEGER, "orders", "completed orders, in any currency", pl.col("completed")
    ),
    Metric(
        "total_spend",
        Kind.MONEY,
        "home currency",
        "charged for completed orders, less refunds",
        pl.col("spend"),
    ),
    Metric(
        "average_order_amount",
        Kind.MONEY,
        "home currency",
        "total_spend / completed orders in the home currency",
        quotient(pl.col("spend"), pl.col("home_completed")),
    ),
    Metric("last_order_date", Kind.DATE, "", "day of the last completed order", pl.col("last_on")),
    Metric(
        "recency_days",
        Kind.INTEGER,
        "days",
        "days from the last completed order to as_of",
        (pl.col("as_of") - pl.col("last_on")).dt.total_days(),
    ),
)


def client_metrics(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ignore: Sequence[str] = (),
) -> pl.DataFrame:
    """One row per client: who it is and every metric.

    Args:
        facts: a workspace's facts.
        as_of: nothing after it counts; clients who joined after it have no row.
        completed_when: which orders count as completed, as for `order_facts`.
        home_currency: the only one whose amounts count (see `rates.home_currency`); None: there are no orders.
        ignore: line names that are never a favourite, as for `insights`.

    Returns:
        client_id, name, email, phone, company, city, country, language, anonymous, accepts_email, joined_at, and the
        columns of `METRICS`; counts are 0, other figures null, where nothing is known. By client_id.
    """
    del ignore
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    sums = totals(orders, home_currency or "").collect(engine="streaming")
    joined_later = (pl.col("joined_at") > as_of.instant).fill_null(value=False)
    who = (
        "email",
        "phone",
        "company",
        "city",
        "country",
        "language",
        "anonymous",
        "accepts_email",
        "joined_at",
    )
    people = facts.clients.filter(~joined_later).select("client_id", shown_name(), *who).collect()
    return (
        people.join(sums, on="client_id", how="left", maintain_order="left")
        .with_columns(pl.col("completed", "home_completed").fill_null(0), as_of=pl.lit(as_of.day))
        .select("client_id", "name", *who, *(one.expression.alias(one.name) for one in METRICS))
        .sort("client_id")
    )


def totals(orders: IntoLazyFrameT, home_currency: str) -> IntoLazyFrameT:
    """Per client: the sums and counts that metrics are made of. Portable: see `insight_figures`.

    Args:
        orders: `order_facts.order_facts`.
    """
    done = nw.col("status") == COMPLETED
    home = done & (nw.col("currency") == home_currency)
    return (
        nw.from_native(orders)
        .filter(~nw.col("client_id").is_null())
        .group_by("client_id")
        .agg(
            count(done).alias("completed"),
            count(home).alias("home_completed"),
            nw.when(home).then(nw.col("net_total")).sum().cast(nw.Int64).alias("spend"),
            nw.when(done).then(nw.col("placed_on")).max().alias("last_on"),
        )
        .to_native()
    )

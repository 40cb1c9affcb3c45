"""Every metric of every client, in one row each. What they are stands in `metric_table`.

What grows with the data is counted in `metric_sums`; here the small result becomes figures and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.engines import tables_on
from clientlens.analysis.insight_question import NOVICE_BELOW
from clientlens.analysis.metric_sums import STARS, YEAR_DAYS, foremost, name_counts, totals
from clientlens.analysis.metric_table import CLIENT_COLUMNS, METRICS, SEGMENT, TOP, Metric
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.order_ratings import with_stars
from clientlens.analysis.recoveries import (
    MATCH_WINDOW_DAYS,
    MINIMUM_AGE_MINUTES,
    checkout_counts,
    recoveries,
)
from clientlens.analysis.rfm import rfm
from clientlens.model.timeframes import parse_window

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clientlens.analysis.engines import Engine
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

__all__ = ["CLIENT_COLUMNS", "METRICS", "Metric", "client_metrics", "name_counts", "totals"]

_NOTED = ("undated", "foreign")
_ALWAYS = ("completed", "home_completed", "undated")
_LISTS = {"products": ("product", TOP), "categories": ("category", 1)}
_CHECKOUTS = ("abandoned", "recovered", "open")
_SCORED = ("last_order_date", "completed_orders", "total_spend")
"""What `rfm` reads."""


def client_metrics(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ignore: Sequence[str] = (),
    novice_below: int = NOVICE_BELOW,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
    exclude: Sequence[str] = (),
    engine: Engine | None = None,
    only: Collection[str] | None = None,
) -> pl.DataFrame:
    """One row per client: who it is and every metric.

    Args:
        facts: a workspace's facts.
        as_of: nothing after it counts; clients who joined after it have no row.
        completed_when: which orders count as completed, as for `order_facts`.
        home_currency: the only one whose amounts count (see `rates.home_currency`); None: there are no orders.
        ignore: names of lines that are no products, as for `insights`.
        novice_below: clients with fewer completed orders are novices.
        minimum_age_minutes, match_window_days: see `recoveries`.
        exclude: client_ids that take no part in the scores; they have a row, without scores and segment.
        engine: where what grows with the data is counted; None: Polars.
        only: names; of the metrics there are these alone, and what none of them is made of is not counted. None: all.

    Returns:
        The columns of `CLIENT_COLUMNS`, `currency` (the home currency, of every amount), those of `METRICS`, and for
        notes `undated` and `foreign` (Int64: orders of the client with a refund or a status without a time, and
        completed ones in other currencies). By client_id.
    """
    wanted = [one for one in METRICS if only is None or one.name in only]
    scored = any(one.scope == SEGMENT for one in wanted)
    names = {*(one.name for one in wanted), *(_SCORED if scored else ())}
    own = [one for one in METRICS if one.scope != SEGMENT and one.name in names]
    # What their expressions read is all that has to be counted.
    made_of = {*_ALWAYS, *(name for one in own for name in one.expression.meta.root_names())}
    tables = tables_on(facts, engine)
    orders = order_facts(tables.orders, tables.identities, as_of=as_of, completed_when=completed_when)
    if not made_of.isdisjoint(STARS):
        orders = with_stars(orders, tables, as_of=as_of)
    lists = {name: of for name, of in _LISTS.items() if name in made_of}
    counts = [name_counts(orders, tables.order_lines, column, ignore) for column, _ in lists.values()]
    if tables.engine.far:
        counts = [foremost(counted, most) for counted, (_, most) in zip(counts, lists.values(), strict=True)]
    sums, *leaders = tables.engine.collect(
        totals(
            orders,
            tables.order_lines,
            home_currency=home_currency or "",
            year=parse_window(f"{YEAR_DAYS}d").days(as_of),
            ignore=ignore,
            wanted=made_of,
        ),
        *counts,
    )
    joined_later = (pl.col("joined_at") > as_of.instant).fill_null(value=False)
    joined = (
        facts.clients.filter(~joined_later)
        .with_columns(shown_name(), in_shopify=pl.col("sources").str.contains("shopify_", literal=True))
        .collect()
        .join(sums, on="client_id", how="left")
    )
    for counted, (column, (_, most)) in zip(leaders, lists.items(), strict=True):
        joined = joined.join(_leading(counted, most, column), on="client_id", how="left")
    if not made_of.isdisjoint(_CHECKOUTS):
        begun = recoveries(
            facts,
            as_of=as_of,
            completed_when=completed_when,
            minimum_age_minutes=minimum_age_minutes,
            match_window_days=match_window_days,
        )
        joined = joined.join(checkout_counts(begun), on="client_id", how="left").with_columns(
            pl.when("in_shopify").then(pl.col(_CHECKOUTS).fill_null(0))
        )
    figures = (
        joined.with_columns(
            pl.col("undated").fill_null(0),
            foreign=(pl.col("completed") - pl.col("home_completed")).fill_null(0),
            as_of=pl.lit(as_of.day),
            novice_below=pl.lit(novice_below),
            currency=pl.lit(home_currency, dtype=pl.String),
        )
        .select(*(one.expression.alias(one.name) for one in (*CLIENT_COLUMNS, *own)), "currency", *_NOTED)
        .sort("client_id")
    )
    if scored:
        figures = figures.join(rfm(figures, exclude), on="client_id", how="left", maintain_order="left")
    return figures.select(
        *(one.name for one in CLIENT_COLUMNS),
        "currency",
        *((one.expression if one.scope == SEGMENT else pl.col(one.name)).alias(one.name) for one in wanted),
        *_NOTED,
    )


def _leading(counts: pl.DataFrame, number: int, column: str) -> pl.DataFrame:
    """client_id and a list of the names in most orders; of several the most recent one, then the first by name."""
    return (
        counts.sort("client_id", "times", "latest", "name", descending=[False, True, True, False])
        .group_by("client_id", maintain_order=True)
        .agg(pl.col("name").head(number).alias(column))
    )

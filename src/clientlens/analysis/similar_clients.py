"""Similar clients: what people pay and complete with you who want the same as a client, and know as much.

Own clients (who ever completed an order) are compared by the service or article they prefer and by their experience,
both of all time: that makes a client similar in every window, while what similar clients paid and completed is of the
window alone. A client who never ordered here is compared by what their reviews say.

Everything starts from one row per client, for all clients at once: groups are sorted once, and a client is left out of
its own group by its place in it, never by comparing pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.insight_figures import favourite
from clientlens.analysis.ratios import quotient

if TYPE_CHECKING:
    from collections.abc import Sequence

BY_BOTH, BY_SERVICE = "service_and_experience", "service"

_GROUPS = {BY_BOTH: ("service", "novice"), BY_SERVICE: ("service",)}
_FIGURES = ("similar_priced", "low", "high", "similar_completed", "similar_cancelled")
_FINE = 10**18
"""Means of fewer than 10^9 orders each that differ at all differ in their 18 decimals."""


def own_clients(
    sums: pl.DataFrame,
    counts: pl.DataFrame,
    *,
    windows: int,
    all_time: int,
    novice_below: int,
    home: str | None,
) -> pl.DataFrame:
    """One row for each client who ever completed an order.

    Args:
        sums: of `insight_figures.figures`, collected.
        counts: of `product_counts`, collected.
        windows: how many.
        all_time: the number of that span of `counts` which is all time.
        novice_below: see `insights.insights`.
        home: the currency of prices.

    Returns:
        client_id, service (preferred of all time over all currencies; null: none), novice (Boolean), and for each window
        completed_0, cancelled_0 (orders of any currency), priced_0, price_0 (in the home currency), and so on.
    """
    numbers = range(windows)
    at_home = pl.col("currency") == home if home is not None else pl.lit(value=False)
    per_client = (
        sums.filter(pl.col("client_id").is_not_null())
        .group_by("client_id")
        .agg(
            pl.col("lifetime").sum(),
            *(pl.col(f"{name}_{i}").sum() for name in ("completed", "cancelled") for i in numbers),
            *(pl.col(f"{name}_{i}").filter(at_home).sum() for name in ("priced", "price") for i in numbers),
        )
        .filter(pl.col("lifetime") > 0)
        .with_columns(novice=pl.col("lifetime") < novice_below)
    )
    times, latest = f"times_{all_time}", f"latest_{all_time}"
    merged = (
        counts.group_by("client_id", "product")
        .agg(pl.col(times).sum(), pl.col(latest).max())
        .with_columns(currency=pl.lit(""))
    )
    preferred = favourite(merged.lazy(), all_time).select("client_id", service="preferred_service").collect()
    return per_client.join(preferred, on="client_id", how="left")


def similar_figures(targets: pl.DataFrame, own: pl.DataFrame, *, windows: int, at_least: int) -> pl.DataFrame:
    """What similar clients pay and complete, for every target at once.

    Args:
        targets: client_id, service, novice; where a target is one of `own`, both are as they are there.
        own: of `own_clients`.
        windows: how many.
        at_least: how many clients make a group, and how many means a range of prices.

    Returns:
        One row per target, in any order: client_id, similar_by (`BY_BOTH`, `BY_SERVICE`, null: nobody is similar),
        similar_clients (how many), and for each window similar_priced_0 (clients with a mean price), low_0, high_0 (first
        and third quartile of these means by linear interpolation, minor units, rounded half-even once, null where there
        are fewer than `at_least`), similar_completed_0, similar_cancelled_0 (their orders). Of nobody: null throughout.
    """
    members = own.filter(pl.col("service").is_not_null())
    chosen = _with_group(targets, members, at_least)
    parts = [_nobody(chosen.filter(pl.col("similar_by").is_null()), windows)]
    for name, group in _GROUPS.items():
        rows = chosen.filter(pl.col("similar_by") == name)
        for i in range(windows):
            rows = rows.join(_in_window(rows, members, group, i, at_least), on="client_id", how="left")
        parts.append(rows)
    return pl.concat(parts, how="diagonal").drop("service", "novice")


def _with_group(targets: pl.DataFrame, members: pl.DataFrame, at_least: int) -> pl.DataFrame:
    """`similar_by` and `similar_clients`: the narrower group where it is large enough without the client."""
    found = targets.join(members.select("client_id", itself=pl.lit(1)), on="client_id", how="left")
    size = {name: f"size_{name}" for name in _GROUPS}
    for name, group in _GROUPS.items():
        sizes = members.group_by(group).agg(pl.len().cast(pl.Int64).alias(size[name]))
        others = pl.col(size[name]) - pl.col("itself").fill_null(0)
        found = found.join(sizes, on=group, how="left").with_columns(others.alias(size[name]))
    large = {name: pl.when(pl.col(size[name]) >= at_least) for name in _GROUPS}
    return found.select(
        "client_id",
        "service",
        "novice",
        similar_by=pl.coalesce(large[name].then(pl.lit(name)) for name in _GROUPS),
        similar_clients=pl.coalesce(large[name].then(pl.col(size[name])) for name in _GROUPS),
    )


def _in_window(
    targets: pl.DataFrame, members: pl.DataFrame, group: Sequence[str], number: int, at_least: int
) -> pl.DataFrame:
    """client_id and the figures of one window, their group's without the client's own."""
    priced, price = f"priced_{number}", f"price_{number}"
    ladder = (
        members.filter(pl.col(priced) > 0)
        .select("client_id", *group, orders=priced, paid=price)
        .with_columns(mean=pl.col("paid").cast(pl.Int128) * _FINE // pl.col("orders"))
        .sort(*group, "mean", "client_id")
        .with_columns(step=pl.int_range(pl.len(), dtype=pl.Int64).over(group))
    )
    sums = members.group_by(group).agg(
        steps=(pl.col(priced) > 0).sum().cast(pl.Int64),
        completed=pl.col(f"completed_{number}").sum(),
        cancelled=pl.col(f"cancelled_{number}").sum(),
    )
    own = members.select(
        "client_id", own_completed=f"completed_{number}", own_cancelled=f"cancelled_{number}"
    )
    rows = (
        targets.select("client_id", *group)
        .join(sums, on=group, how="left")
        .join(ladder.select("client_id", own_step="step"), on="client_id", how="left")
        .join(own, on="client_id", how="left")
        .with_columns(others=pl.col("steps") - pl.col("own_step").is_not_null().cast(pl.Int64))
    )
    for quarter, name in ((1, "low"), (3, "high")):
        rows = _with_quartile(rows, ladder, group, quarter, name)
    enough = pl.col("others") >= at_least
    return rows.select(
        "client_id",
        pl.col("others").alias(f"similar_priced_{number}"),
        pl.when(enough).then("low").alias(f"low_{number}"),
        pl.when(enough).then("high").alias(f"high_{number}"),
        (pl.col("completed") - pl.col("own_completed").fill_null(0)).alias(f"similar_completed_{number}"),
        (pl.col("cancelled") - pl.col("own_cancelled").fill_null(0)).alias(f"similar_cancelled_{number}"),
    )


def _with_quartile(
    rows: pl.DataFrame, ladder: pl.DataFrame, group: Sequence[str], quarter: int, name: str
) -> pl.DataFrame:
    """`quarter` quarters of the way up the ladder from its first step to its last (Hyndman and Fan's type 7).

    Between two steps the means s/c and t/d are mixed as fractions, (s d (4-r) + t c r) / 4cd, r being the quarters over.
    """
    way = quarter * (pl.col("others") - 1)
    below, over = way // 4, way % 4

    def skipping_own(step: pl.Expr) -> pl.Expr:
        return step + (pl.col("own_step").is_not_null() & (step >= pl.col("own_step"))).cast(pl.Int64)

    steps = rows.with_columns(
        over=over,
        first=skipping_own(below),
        second=skipping_own(pl.when(over > 0).then(below + 1).otherwise(below)),
    )
    for place in ("first", "second"):
        there = ladder.select(
            *group,
            pl.col("step").alias(place),
            pl.col("paid").cast(pl.Int128).alias(f"{place}_paid"),
            pl.col("orders").cast(pl.Int128).alias(f"{place}_orders"),
        )
        steps = steps.join(there, on=[*group, place], how="left")
    mixed = pl.col("first_paid") * pl.col("second_orders") * (4 - pl.col("over")) + pl.col(
        "second_paid"
    ) * pl.col("first_orders") * pl.col("over")
    between = quotient(mixed, 4 * pl.col("first_orders") * pl.col("second_orders"))
    return steps.select(*rows.columns, between.alias(name))


def _nobody(rows: pl.DataFrame, windows: int) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(None, dtype=pl.Int64).alias(f"{name}_{i}") for i in range(windows) for name in _FIGURES
    )

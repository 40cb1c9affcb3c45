"""The gate itself: whether the rules hold an order, and every reason. One definition for what comes in and for replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.requests.rules import Audience, folded
from clientlens.requests.schedule import away_at, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.requests.rules import Rules

REASONS = {
    "open_offer": "the client holds an open offer",
    "new_client": "the client has no completed order with you",
    "all_clients": "the rules hold the orders of all clients",
    "in_hours": "it comes within the hours of the rules",
    "any_time": "the rules hold at any time",
    "away": "it comes while you are away",
    "requirements_missing": "the text leaves questions of the checklist open",
    "agreed": "its request was approved, and the client accepted",
    "rules_disabled": "the rules are switched off",
    "known_client": "the client has completed an order with you",
    "service_off": "the service is switched off in the rules",
    "package_off": "the package is switched off in the rules",
    "out_of_hours": "it comes outside the hours of the rules",
    "away_passes": "it comes while you are away, when orders pass",
}
"""Code -> words. The first ones hold an order, `open_offer` and those from `agreed` on let it pass."""

SEPARATOR = " - "
"""Between the name of a line's article or service and its variant or package; see `sources.order_lines`."""


def named(products: pl.Series, services: Sequence[str]) -> pl.DataFrame:
    """What lines are of: product, service, package (String), one row per distinct line name.

    A line called as a service, or as a service, ' - ' and more, is of that service (the longest that fits); what follows
    is the package. Any other line is a service of its own.
    """
    known = sorted({folded(one): one for one in services}.items(), key=lambda pair: -len(pair[0]))
    rows: list[tuple[str, str, str | None]] = []
    for product in products.drop_nulls().unique().sort().to_list():
        compared = folded(product)
        fitting = next(
            (pair for pair in known if (compared + SEPARATOR).startswith(pair[0] + SEPARATOR)), None
        )
        if fitting is None:
            rows.append((product, product, None))
        else:
            rest = compared[len(fitting[0]) :].removeprefix(SEPARATOR)
            package = product.rstrip()[-len(rest) :] if rest else None
            rows.append((product, fitting[1], package))
    return pl.DataFrame(
        rows, schema={"product": pl.String, "service": pl.String, "package": pl.String}, orient="row"
    )


def switched(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Rows (service, package: String, null where nothing is named) with service_on and package_on (Boolean)."""
    pairs = rows.select("service", "package").unique()
    on = [
        (service, package, rules.services.of(service), rules.package_on(service, package))
        for service, package in pairs.iter_rows()
    ]
    schema: dict[str, type[pl.DataType]] = {
        "service": pl.String,
        "package": pl.String,
        "service_on": pl.Boolean,
        "package_on": pl.Boolean,
    }
    known = pl.DataFrame(on, schema=schema, orient="row")
    return rows.join(known, on=["service", "package"], how="left", nulls_equal=True, maintain_order="left")


def on_by_order(lines: pl.DataFrame | pl.LazyFrame, by: Sequence[str]) -> pl.LazyFrame:
    """Lines (service_on, package_on) as orders: service_on, package_on of those of which any line is held."""
    both = pl.col("service_on") & pl.col("package_on")
    return lines.lazy().group_by(by).agg(pl.col("service_on").any(), package_on=both.any())


def gated(rows: pl.LazyFrame, rules: Rules, *, timezone: str) -> pl.LazyFrame:
    """Rows with `hold` (Boolean), and `reasons` (List of String): all that hold the order, or all that let it pass.

    Args:
        rows: at (INSTANT), new, service_on, package_on (Boolean).
        timezone: of the hours.
    """
    away = away_at(rules.away, pl.col("at"))
    hours = within(rules.hours, pl.col("at"), timezone)
    everyone = rules.audience is Audience.ALL
    audience = pl.lit(value=True) if everyone else pl.col("new")
    rows = rows.with_columns(_away=away, _hours=hours, _audience=audience)
    timely = pl.coalesce("_away", "_hours")
    held = pl.col("_audience") & pl.col("service_on") & pl.col("package_on") & timely
    rows = rows.with_columns(hold=held & pl.lit(rules.enabled))

    def code(name: str, when: pl.Expr) -> pl.Expr:
        return pl.when(when.fill_null(value=False)).then(pl.lit(name))

    always = rules.hours is None
    why = [
        pl.lit("all_clients" if everyone else "new_client"),
        code("away", pl.col("_away")),
        code("any_time" if always else "in_hours", pl.col("_away").is_null()),
    ]
    why_not = [
        pl.lit(None if rules.enabled else "rules_disabled", dtype=pl.String),
        code("known_client", ~pl.col("_audience")),
        code("service_off", ~pl.col("service_on")),
        code("package_off", pl.col("service_on") & ~pl.col("package_on")),
        code("out_of_hours", pl.col("_away").is_null() & ~pl.col("_hours")),
        code("away_passes", ~pl.col("_away")),
    ]
    reasons = pl.when("hold").then(pl.concat_list(why)).otherwise(pl.concat_list(why_not)).list.drop_nulls()
    return rows.with_columns(reasons=reasons).drop("_away", "_hours", "_audience")

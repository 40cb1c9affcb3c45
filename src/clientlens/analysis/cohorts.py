"""Cohorts: clients by when they first ordered, how many order again, and what they bring over time."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.ratios import SCALE, quotient, ratio
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.errors import BadMinimumAge
from clientlens.model.answer import Answer, Field, Grid, Kind, frame_of
from clientlens.model.money import format_minor
from clientlens.model.timeframes import Shape, parse_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Window

MINIMUM_AGE = "90d"


class Period(StrEnum):
    """How long the periods are that first orders are gathered by, and that are counted after them."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Shown(StrEnum):
    """Which figure a table draws."""

    RETENTION = "retention"
    REVENUE = "revenue"


_INCOMPLETE = "null while the period is incomplete"

FIELDS: tuple[Field, ...] = (
    Field(
        "cohort",
        Kind.TEXT,
        "period of the first completed order: 2026-03, 2026-Q1, 2026 or 2026-W09 (ISO week)",
        nullable=False,
        title="first order",
    ),
    Field("period", Kind.INTEGER, "periods after that one; 0: itself", nullable=False, title="periods later"),
    Field("clients", Kind.INTEGER, "clients of the cohort, anonymous ones included", nullable=False),
    Field("active", Kind.INTEGER, f"those who completed an order in the period; {_INCOMPLETE}"),
    Field("retention", Kind.SCALED, f"active / clients; {_INCOMPLETE}", scale=SCALE),
    Field("revenue", Kind.MONEY, f"net total of their completed orders in the period; {_INCOMPLETE}"),
    Field("cumulative_revenue", Kind.MONEY, f"the same from period 0 to this one; {_INCOMPLETE}", priority=2),
    Field(
        "cumulative_revenue_per_client",
        Kind.MONEY,
        f"cumulative_revenue / clients; {_INCOMPLETE}",
        priority=1,
    ),
    Field("currency", Kind.TEXT, "ISO 4217 code of the home currency, whose orders alone bring revenue"),
    Field("complete", Kind.BOOLEAN, "all days of the period have passed", nullable=False, priority=3),
)

SUMMARY_FIELDS: tuple[Field, ...] = (
    Field("as_of", Kind.DATE, "day up to whose end, or until now, everything counts", nullable=False),
    Field(
        "min_age_days",
        Kind.INTEGER,
        "age of a client in days: from the first completed order",
        nullable=False,
    ),
    Field("clients", Kind.INTEGER, "clients of at least this age", nullable=False),
    Field("repeat_clients", Kind.INTEGER, "of these, those with a second completed order", nullable=False),
    Field(
        "repeat_purchase_rate",
        Kind.SCALED,
        "repeat_clients / clients; null: there are none",
        scale=SCALE,
    ),
    Field(
        "repeat_clients_within",
        Kind.INTEGER,
        "of these, those whose second order came within min_age_days of the first",
        nullable=False,
    ),
    Field(
        "repeat_purchase_rate_within",
        Kind.SCALED,
        "repeat_clients_within / clients: the same time for all; null: there are none",
        scale=SCALE,
    ),
)


def parse_minimum_age(text: str) -> Window:
    """An age: 90d, 12w, 6m or 1y.

    Raises:
        BadMinimumAge, BadWindow
    """
    window = parse_window(text)
    if window.shape is not Shape.COUNTED:
        raise BadMinimumAge(text)
    return window


def cohorts(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    by: Period = Period.MONTH,
    shown: Shown = Shown.RETENTION,
    minimum_age: Window | None = None,
    among: Sequence[str] | None = None,
) -> Answer:
    """Retention and revenue of clients by the period of their first completed order.

    Args:
        facts: a workspace's facts.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        home_currency: the only one whose amounts count; None: there are no orders.
        by: week, month, quarter or year, on both sides.
        shown: which figure a table draws.
        minimum_age: of the clients that the note about repeat purchases counts.
        among: these client_ids alone; None: everybody.

    Returns:
        Rows of `FIELDS`, cohorts from the first, each with every period from 0 to the one that `as_of` lies in.
    """
    known = _owned(facts, as_of, completed_when, among)
    orders = known.filter(_COMPLETED)
    number = _number(pl.col("placed_on"), by)
    bought = orders.select(
        "client_id",
        number.alias("at"),
        number.min().over("client_id").alias("cohort"),
        net=pl.when(pl.col("currency") == (home_currency or "")).then("net_total").otherwise(0),
    )
    counted, sizes = pl.collect_all(
        [
            bought.group_by("cohort", (pl.col("at") - pl.col("cohort")).alias("period")).agg(
                active=pl.col("client_id").n_unique().cast(pl.Int64), revenue=pl.col("net").sum()
            ),
            bought.group_by("cohort").agg(clients=pl.col("client_id").n_unique().cast(pl.Int64)),
        ],
        engine="streaming",
    )
    current, last_complete = _now(as_of, by)
    masked = ("active", "retention", "revenue", "cumulative_revenue", "cumulative_revenue_per_client")
    complete = pl.col("cohort") + pl.col("period") <= last_complete
    rows = (
        sizes.with_columns(period=pl.int_ranges(0, current - pl.col("cohort") + 1))
        .explode("period")
        .join(counted, on=["cohort", "period"], how="left")
        .sort("cohort", "period")
        .with_columns(pl.col("active", "revenue").fill_null(0))
        .with_columns(cumulative_revenue=pl.col("revenue").cum_sum().over("cohort", order_by="period"))
        .with_columns(
            retention=ratio(pl.col("active"), pl.col("clients")),
            cumulative_revenue_per_client=quotient(pl.col("cumulative_revenue"), pl.col("clients")),
            complete=complete,
            currency=pl.lit(home_currency, dtype=pl.String),
        )
        .with_columns(
            pl.when("complete").then(pl.col(masked)),
            cohort=_label(pl.col("cohort"), by),
        )
        .select(field.name for field in FIELDS)
    )
    return Answer(
        name="cohorts",
        fields=FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title=f"{_TITLES[shown]} by {by} of first order, as of {as_of.day}",
        notes=(
            *_notes(orders, as_of, home_currency, minimum_age),
            *_left_out(facts, known, as_of, completed_when, everybody=among is None),
        ),
        grid=_GRIDS[shown],
    )


_TITLES = {
    Shown.RETENTION: "Retention",
    Shown.REVENUE: "Revenue per client",
}
_GRIDS = {
    Shown.RETENTION: Grid("cohort", "period", ("retention",), beside=("clients",), hidden=("0",)),
    Shown.REVENUE: Grid("cohort", "period", ("cumulative_revenue_per_client",), beside=("clients",)),
}


def cohort_summary(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    minimum_age: Window,
    among: Sequence[str] | None = None,
) -> Answer:
    """The shop's repeat purchase rate among clients who first ordered long enough ago.

    Args:
        minimum_age: see `parse_minimum_age`. The others: as for `cohorts`.

    Returns:
        One object of `SUMMARY_FIELDS`.
    """
    known = _owned(facts, as_of, completed_when, among)
    return Answer(
        name="cohort_summary",
        fields=SUMMARY_FIELDS,
        rows=frame_of(SUMMARY_FIELDS, [_repeats(known.filter(_COMPLETED), as_of, minimum_age)]),
        timezone=facts.timezone,
        single=True,
        title=f"Repeat purchases as of {as_of.day}",
        notes=_left_out(facts, known, as_of, completed_when, everybody=among is None),
    )


_COMPLETED = pl.col("status") == COMPLETED


def _owned(
    facts: Facts, as_of: AsOf, completed_when: str, among: Sequence[str] | None = None
) -> pl.LazyFrame:
    """The orders of those whom the answer is about, of any status."""
    owner = pl.col("client_id")
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    return orders.filter(owner.is_not_null() if among is None else owner.is_in(list(among)))


def _number(day: pl.Expr, by: Period) -> pl.Expr:
    """The number of the period that a day lies in; periods that follow each other have numbers that do (Int64)."""
    year = day.dt.year().cast(pl.Int64)
    match by:
        case Period.WEEK:
            # 1970-01-01 was a Thursday: weeks that begin on Monday are three days ahead of it.
            return (day.cast(pl.Int32).cast(pl.Int64) + 3) // 7
        case Period.MONTH:
            return year * 12 + day.dt.month().cast(pl.Int64) - 1
        case Period.QUARTER:
            return year * 4 + day.dt.quarter().cast(pl.Int64) - 1
        case _:
            return year


def _label(number: pl.Expr, by: Period) -> pl.Expr:
    """The name of a period by its number."""
    if by is Period.WEEK:
        return (number * 7 - 3).cast(pl.Int32).cast(pl.Date).dt.to_string("%G-W%V")
    if by is Period.YEAR:
        return number.cast(pl.String)
    parts, mark, digits = (12, "-", 2) if by is Period.MONTH else (4, "-Q", 1)
    part = (number % parts + 1).cast(pl.String).str.zfill(digits)
    return pl.concat_str((number // parts).cast(pl.String), pl.lit(mark), part)


def _now(as_of: AsOf, by: Period) -> tuple[int, int]:
    """The number of the period that `as_of` lies in, and of the last one that has wholly passed then."""
    until = as_of.day + timedelta(days=1) if as_of.explicit and as_of.day < date.max else as_of.day
    days = pl.DataFrame({"day": [as_of.day, until]}).select(_number(pl.col("day"), by))
    current, next_one = days.to_series()
    return int(current), int(next_one) - 1


def _repeats(orders: pl.LazyFrame, as_of: AsOf, minimum_age: Window) -> Sequence[object]:
    """The cells of `SUMMARY_FIELDS`."""
    begin, _ = minimum_age.days(as_of)
    since = begin or as_of.day
    age = (as_of.day - since).days + 1
    clients = (
        orders.group_by("client_id")
        .agg(first=pl.col("placed_on").min(), second=pl.col("placed_on").sort().slice(1, 1).first())
        .filter(pl.col("first") < since)
    )
    within = (pl.col("second") - pl.col("first")).dt.total_days() <= age
    row = (
        clients.select(
            clients=pl.len().cast(pl.Int64),
            repeat=pl.col("second").is_not_null().sum().cast(pl.Int64),
            within=within.fill_null(value=False).sum().cast(pl.Int64),
        )
        .with_columns(
            rate=ratio(pl.col("repeat"), pl.col("clients")),
            rate_within=ratio(pl.col("within"), pl.col("clients")),
        )
        .collect()
        .row(0, named=True)
    )
    return (
        as_of.day,
        age,
        row["clients"],
        row["repeat"],
        row["rate"],
        row["within"],
        row["rate_within"],
    )


def _notes(
    orders: pl.LazyFrame, as_of: AsOf, home_currency: str | None, minimum_age: Window | None
) -> tuple[str, ...]:
    notes = []
    if minimum_age is not None:
        _, age, clients, repeat, rate, *_ = _repeats(orders, as_of, minimum_age)
        if isinstance(rate, int) and isinstance(clients, int):
            notes.append(
                f"repeat purchase rate {format_minor(rate, SCALE - 2)} %: {repeat:,} of "
                f"{counted_noun(clients, 'client')} who first ordered at least {age} days ago"
            )
    foreign = orders.filter(pl.col("currency") != (home_currency or "")).select(pl.len()).collect().item()
    if foreign:
        notes.append(
            f"{counted_noun(foreign, 'order')} in other currencies: counted, but revenue is of {home_currency} alone"
        )
    return tuple(notes)


def _left_out(
    facts: Facts, known: pl.LazyFrame, as_of: AsOf, completed_when: str, *, everybody: bool
) -> tuple[str, ...]:
    """Orders of nobody, where everybody's were asked for, and those that counted as last imported."""
    undated = known.select(pl.col("undated").sum()).collect(engine="streaming").item()
    told = undated_note(undated, as_of)
    if not everybody:
        return told
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    unowned = orders.filter(pl.col("client_id").is_null(), _COMPLETED)
    nobody = unowned.select(pl.len()).collect(engine="streaming").item()
    if not nobody:
        return told
    return (f"{counted_noun(nobody, 'order')} left out: nothing says which client placed them", *told)

"""Abandoned checkouts, one row each or summed up; the rule itself is in `recoveries`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.order_facts import CANCELLED, order_facts
from clientlens.analysis.ratios import SCALE, quotient, ratio
from clientlens.analysis.recoveries import (
    LINK,
    MATCH_WINDOW_DAYS,
    MINIMUM_AGE_MINUTES,
    OPEN,
    RECOVERED,
    REPEATED,
    SAME_EMAIL,
    recoveries,
)
from clientlens.analysis.wording import undated_note
from clientlens.model.answer import Answer, Field, Kind

if TYPE_CHECKING:
    from datetime import timedelta

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

STATUSES = (OPEN, RECOVERED, REPEATED)
ALL = "all"

_CSV_SOURCE = "shopify_checkouts"
_HOUR_SCALE = 2
_US_PER_HOUR_STEP = 3_600_000_000 // 10**_HOUR_SCALE

CHECKOUT_FIELDS = (
    Field(
        "checkout_id",
        Kind.TEXT,
        "the shop system's id of the checkout",
        nullable=False,
        title="checkout",
        priority=3,
    ),
    Field("client_id", Kind.TEXT, "the client; null where nobody is known", title="client", priority=4),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", wide=True, priority=2),
    Field("created_at", Kind.INSTANT, "when the checkout was begun", nullable=False, title="begun"),
    Field(
        "status",
        Kind.TEXT,
        "open; recovered: it came back as an order; repeated: an earlier try at a purchase that was recovered",
        nullable=False,
        values=STATUSES,
    ),
    Field("total", Kind.MONEY, "total of the checkout", nullable=False),
    Field("currency", Kind.TEXT, "ISO 4217 code of `total`", nullable=False, title=""),
    Field(
        "items",
        Kind.SCALED,
        "sum of the quantities of its lines",
        nullable=False,
        scale=3,
        trim=True,
        priority=3,
    ),
    Field(
        "recovered_at",
        Kind.INSTANT,
        "when it was completed, else when its order was placed",
        title="recovered",
        priority=2,
    ),
    Field(
        "recovered_order",
        Kind.TEXT,
        "number of the order it became; null also where that order is not stored",
        title="order",
        priority=1,
    ),
    Field(
        "recovered_by",
        Kind.TEXT,
        "link: the shop system's own ids or completion time; same_email_within_window: the client's next order with "
        "an article in common",
        values=(LINK, SAME_EMAIL),
        title="by",
        priority=5,
    ),
    Field(
        "hours_to_recovery",
        Kind.SCALED,
        "hours from `created_at` to `recovered_at`",
        scale=_HOUR_SCALE,
        trim=True,
        title="hours",
        priority=2,
    ),
)

_COUNTS = (
    Field("abandoned", Kind.INTEGER, "checkouts abandoned: open and recovered ones", nullable=False),
    Field("open", Kind.INTEGER, "of these, still open", nullable=False),
    Field("recovered", Kind.INTEGER, "of these, recovered", nullable=False),
    Field(
        "repeated",
        Kind.INTEGER,
        "earlier tries at a purchase that was recovered; in no other figure",
        nullable=False,
    ),
    Field(
        "recovery_rate",
        Kind.SCALED,
        "recovered / abandoned, by number; null where nothing was abandoned",
        scale=SCALE,
    ),
)
_MEDIAN = Field(
    "median_hours_to_recovery",
    Kind.SCALED,
    "median of hours_to_recovery over the recovered ones",
    scale=_HOUR_SCALE,
    trim=True,
)

SUMMARY_FIELDS = (
    Field("as_of", Kind.DATE, "the day up to whose end, or until now, everything counts", nullable=False),
    *_COUNTS,
    _MEDIAN,
    Field(
        "by_currency",
        Kind.LIST,
        "the same figures and the values, one entry per currency, by code",
        nullable=False,
        fields=(
            Field("currency", Kind.TEXT, "ISO 4217 code", nullable=False),
            *_COUNTS,
            Field(
                "abandoned_value",
                Kind.MONEY,
                "sum of the totals of the abandoned ones: open and recovered",
                nullable=False,
            ),
            Field("open_value", Kind.MONEY, "of these, of the open ones", nullable=False),
            Field(
                "recovered_value",
                Kind.MONEY,
                "of these, of the recovered ones: what the checkouts came to, not what the orders brought",
                nullable=False,
            ),
            Field(
                "value_recovery_rate",
                Kind.SCALED,
                "recovered_value / abandoned_value; null where that is 0",
                scale=SCALE,
            ),
            _MEDIAN,
        ),
    ),
)


def checkouts(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    status: str = ALL,
    older_than: timedelta | None = None,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
) -> Answer:
    """The abandoned checkouts, newest first.

    Args:
        facts: a workspace's facts.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        status: open, recovered, repeated or all.
        older_than: only those whose last activity is longer than this before `as_of`.
        minimum_age_minutes: see `recoveries`.
        match_window_days: see `recoveries`.

    Returns:
        Rows of `CHECKOUT_FIELDS`.
    """
    found = _found(facts, as_of, completed_when, minimum_age_minutes, match_window_days)
    shown = found
    if older_than is not None:
        shown = shown.filter(pl.col("last_activity") < as_of.instant - older_than)
    if status != ALL:
        shown = shown.filter(pl.col("status") == status)
    clients = facts.clients.select("client_id", shown_name(), "email")
    orders = facts.orders.select(
        recovered_store="store",
        recovered_order_key="order_key",
        recovered_order=pl.coalesce("number", "source_id"),
    )
    items = facts.checkout_lines.group_by("store", "checkout_key").agg(items=pl.col("quantity_milli").sum())
    rows = (
        shown.lazy()
        .join(clients, on="client_id", how="left")
        .join(orders, on=["recovered_store", "recovered_order_key"], how="left")
        .join(items, on=["store", "checkout_key"], how="left")
        .sort("created_at", "store", "checkout_key", descending=[True, False, False])
        .select(
            "client_id",
            "name",
            "email",
            "created_at",
            "status",
            "total",
            "currency",
            "recovered_at",
            "recovered_order",
            "recovered_by",
            checkout_id="checkout_key",
            items=pl.col("items").fill_null(0),
            hours_to_recovery=quotient(pl.col("us_to_recovery"), pl.lit(_US_PER_HOUR_STEP)),
        )
        .select(field.name for field in CHECKOUT_FIELDS)
        .collect()
    )
    return Answer(
        name="checkouts",
        fields=CHECKOUT_FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title=f"Abandoned checkouts as of {as_of.day}",
        notes=_notes(facts, as_of, completed_when, found),
    )


def checkout_summary(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    older_than: timedelta | None = None,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
) -> Answer:
    """Number and value of abandoned checkouts, and how many of them came back; arguments as for `checkouts`.

    Returns:
        One object of `SUMMARY_FIELDS`.
    """
    found = _found(facts, as_of, completed_when, minimum_age_minutes, match_window_days)
    counted = found
    if older_than is not None:
        counted = counted.filter(pl.col("last_activity") < as_of.instant - older_than)
    by_currency = [
        {"currency": str(part["currency"][0]), **_counts(part), **_values(part)}
        for part in counted.sort("currency", maintain_order=True).partition_by(
            "currency", maintain_order=True
        )
    ]
    row = {"as_of": as_of.day, **_counts(counted), "by_currency": by_currency}
    return Answer(
        name="checkout_summary",
        fields=SUMMARY_FIELDS,
        rows=pl.DataFrame([row], schema=_SUMMARY_SCHEMA),
        timezone=facts.timezone,
        single=True,
        title=f"Abandoned checkouts as of {as_of.day}",
        notes=_notes(facts, as_of, completed_when, found),
    )


def _dtype(field: Field) -> pl.DataType:
    if field.kind is Kind.LIST:
        return pl.List(pl.Struct({inner.name: _dtype(inner) for inner in field.fields}))
    if field.kind is Kind.DATE:
        return pl.Date()
    return pl.String() if field.kind is Kind.TEXT else pl.Int64()


_SUMMARY_SCHEMA = {field.name: _dtype(field) for field in SUMMARY_FIELDS}


def _found(
    facts: Facts, as_of: AsOf, completed_when: str, minimum_age_minutes: int, match_window_days: int
) -> pl.DataFrame:
    """`recoveries` with us_to_recovery: microseconds from creation to recovery (Int64)."""
    return recoveries(
        facts,
        as_of=as_of,
        completed_when=completed_when,
        minimum_age_minutes=minimum_age_minutes,
        match_window_days=match_window_days,
    ).with_columns(us_to_recovery=(pl.col("recovered_at") - pl.col("created_at")).dt.total_microseconds())


def _counts(part: pl.DataFrame) -> dict[str, int | None]:
    number = {status: part.filter(pl.col("status") == status).height for status in STATUSES}
    abandoned = number[OPEN] + number[RECOVERED]
    waited = sorted(part["us_to_recovery"].drop_nulls().to_list())
    # One or two in the middle; rounded once, from exact microseconds.
    middle = waited[(len(waited) - 1) // 2 : len(waited) // 2 + 1]
    return {
        "abandoned": abandoned,
        **number,
        "recovery_rate": _value(ratio(pl.lit(number[RECOVERED]), pl.lit(abandoned))),
        "median_hours_to_recovery": _value(
            quotient(pl.lit(sum(middle)), pl.lit(len(middle) * _US_PER_HOUR_STEP))
        ),
    }


def _values(part: pl.DataFrame) -> dict[str, int | None]:
    value = {
        status: int(part.filter(pl.col("status") == status)["total"].sum()) for status in (OPEN, RECOVERED)
    }
    abandoned = value[OPEN] + value[RECOVERED]
    return {
        "abandoned_value": abandoned,
        "open_value": value[OPEN],
        "recovered_value": value[RECOVERED],
        "value_recovery_rate": _value(ratio(pl.lit(value[RECOVERED]), pl.lit(abandoned))),
    }


def _value(expression: pl.Expr) -> int | None:
    value: int | None = pl.select(expression).item()
    return value


def _notes(facts: Facts, as_of: AsOf, completed_when: str, found: pl.DataFrame) -> tuple[str, ...]:
    known = facts.checkouts.filter(pl.col("created_at") <= as_of.instant)
    stored, silent, from_csv = (
        known.select(
            pl.len(),
            (~pl.col("has_contact")).sum().alias("silent"),
            (pl.col("source") == _CSV_SOURCE).sum().alias("csv"),
        )
        .collect()
        .row(0)
    )
    if not stored:
        return (
            "no checkouts are stored: import Shopify's export of abandoned checkouts; other shop systems have none",
        )
    notes = []
    if silent:
        notes.append(
            f"{_counted(silent, 'checkout')} left out: no e-mail or phone was given, so nobody can be written to"
        )
    if from_csv:
        notes.append(
            "Shopify's CSV export of checkouts reaches back about three months: "
            "numbers of earlier months are too low to compare"
        )
    cancelled = found.filter(pl.col("recovered_order_status") == CANCELLED).height
    if cancelled:
        notes.append(f"{_counted(cancelled, 'recovered checkout')} became an order that was cancelled later")
    undated = (
        order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
        .filter(pl.col("undated"))
        .join(
            found.lazy(),
            left_on=["store", "order_key"],
            right_on=["recovered_store", "recovered_order_key"],
            how="semi",
        )
        .select(pl.len())
        .collect()
        .item()
    )
    return (*notes, *undated_note(undated, as_of))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

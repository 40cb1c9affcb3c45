"""Rules over past orders: which would have been held, what they were worth, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.order_facts import CANCELLED, order_facts
from clientlens.analysis.ratios import SCALE, ratio
from clientlens.analysis.wilson import lower, upper
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.model.answer import Answer, Field, Kind
from clientlens.requests.gate import gated, named, switched
from clientlens.requests.known import first_completions, is_new
from clientlens.requests.rules import DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Days, Window
    from clientlens.requests.rules import Rules

_ORDER = ("store", "order_key")


class By(StrEnum):
    """What the orders are split by."""

    TOTAL = "total"
    SERVICE = "service"
    HOUR = "hour"
    WEEKDAY = "weekday"


def _count(name: str, doc: str, title: str = "", priority: int = 0) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False, title=title, priority=priority)


def _share(name: str, doc: str, title: str, priority: int = 0) -> Field:
    return Field(name, Kind.SCALED, doc, scale=SCALE, title=title, priority=priority)


FIELDS = (
    Field("rules", Kind.TEXT, "the rules file", nullable=False, file=True),
    Field("by", Kind.TEXT, "what `group` is", nullable=False, values=tuple(By), priority=None),
    Field("group", Kind.TEXT, "service, hour (00 to 23) or weekday; null: all orders, or no service known"),
    Field("currency", Kind.TEXT, "ISO 4217 code of the orders of the row", nullable=False),
    _count("orders", "orders placed, of any status"),
    _count("held", "those that the rules would have held"),
    _share("held_share", "held ÷ orders", "held share", 3),
    Field("value", Kind.MONEY, "charged for the orders, before refunds", nullable=False, priority=5),
    Field("held_value", Kind.MONEY, "charged for those held", nullable=False, title="held value", priority=1),
    _share("held_value_share", "held_value ÷ value", "held value share", 6),
    _count("held_new", "those held whose client was new then", "held of new clients", 7),
    _share("held_new_share", "held_new ÷ held", "of new clients", 2),
    _count("held_lost", "those held that were cancelled, or refunded in whole or part", "held and lost", 8),
    _share("held_lost_share", "held_lost ÷ held", "lost of held"),
    _share("held_lost_low", "lower end of its 80 % Wilson interval", "lost of held (low)", 4),
    _share("held_lost_high", "upper end of it", "lost of held (high)", 4),
    _count("passed_lost", "the same of those let through", "passed and lost", 8),
    _share("passed_lost_share", "passed_lost ÷ orders let through", "lost of passed"),
    _share("passed_lost_low", "lower end of its 80 % Wilson interval", "lost of passed (low)", 4),
    _share("passed_lost_high", "upper end of it", "lost of passed (high)", 4),
)


def replay(
    facts: Facts,
    rules: Sequence[Rules],
    *,
    window: Window,
    as_of: AsOf,
    completed_when: str,
    by: By = By.TOTAL,
) -> Answer:
    """What each of some rules would have held of the orders of a window.

    Whether a client was new is judged at each order's own moment. Rules that are switched off are replayed as if they
    were on, and checklists are not: past orders have no text.
    """
    span = window.days(as_of)
    orders = _orders(facts, span, as_of=as_of, completed_when=completed_when)
    parts = [
        _sums(_gated(facts, orders, span, one, by), by, one.timezone or facts.timezone).with_columns(
            rules=pl.lit(one.name), place=pl.lit(number)
        )
        for number, one in enumerate(rules)
    ]
    found = pl.concat([part.collect() for part in parts])
    # One file alone stands in the title.
    alone = len(rules) == 1 and by is not By.TOTAL
    fields = tuple(replace(one, priority=None) if alone and one.name == "rules" else one for one in FIELDS)
    return Answer(
        name="request_replay",
        fields=fields,
        rows=_finished(found, by),
        timezone=facts.timezone,
        title=f"Replayed over {window.describe(as_of)}, as of {as_of.day}"
        + (f", by {by}" if by is not By.TOTAL else "")
        + (f": {rules[0].name.rsplit('/', 1)[-1]}" if alone else ""),
        panels=("rules", "currency") if by is By.TOTAL and found.height else (),
        notes=tuple(_notes(found, rules, as_of)),
    )


def _orders(facts: Facts, span: Days, *, as_of: AsOf, completed_when: str) -> pl.LazyFrame:
    """The orders of a window: at (INSTANT), new, lost, undated (Boolean), and what is needed of them besides."""
    first, last = span
    known = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    since = first_completions(facts, as_of=as_of, completed_when=completed_when)
    placed = known.filter(pl.col("placed_on") <= last)
    if first is not None:
        placed = placed.filter(pl.col("placed_on") >= first)
    return placed.join(since, on="client_id", how="left").select(
        *_ORDER,
        "currency",
        "order_total",
        "undated",
        "client_id",
        at="placed_at",
        new=is_new(pl.col("placed_at")),
        lost=(pl.col("status") == CANCELLED) | (pl.col("refunded") > 0),
    )


def _gated(facts: Facts, orders: pl.LazyFrame, span: Days, rules: Rules, by: By) -> pl.LazyFrame:
    """The orders with `hold`, and `service` where that is asked for."""
    zone = rules.timezone or facts.timezone
    if by is By.SERVICE or rules.services.named or rules.packages:
        lines = _lines(facts, span)
        names = lines.select("product").unique().collect()["product"]
        asked = facts.requests.select("service").drop_nulls().unique().collect()["service"].sort()
        known = switched(named(names, [*rules.known_services, *asked]), rules)
        orders = _switched_orders(orders, lines, known, others=rules.services.others)
        if by is By.SERVICE:
            first = lines.group_by(_ORDER).agg(pl.col("product").get(pl.col("line_no").arg_min()))
            of_first = first.join(known.lazy().select("product", "service"), on="product")
            orders = orders.join(of_first.select(*_ORDER, "service"), on=_ORDER, how="left")
    else:
        # The lines have no say, and there are more of them than orders.
        orders = orders.with_columns(service_on=pl.lit(rules.services.others))
    orders = orders.with_columns(package_on=pl.lit(value=True))
    return gated(orders, replace(rules, enabled=True), timezone=zone)


def _switched_orders(
    orders: pl.LazyFrame, lines: pl.LazyFrame, known: pl.DataFrame, *, others: bool
) -> pl.LazyFrame:
    """The orders with `service_on`: one of their lines is on; of an order without lines, what holds for others.

    Only the lines of the fewer side are looked at order by order: grouping all of them would take most of the time.
    """
    both = known["service_on"] & known["package_on"]
    on, off = known.filter(both)["product"].to_list(), known.filter(~both)["product"].to_list()
    if not others:
        found = lines.filter(pl.col("product").is_in(on)).select(_ORDER).unique()
        marked = found.with_columns(service_on=pl.lit(value=True))
    else:
        touched = lines.filter(pl.col("product").is_in(off)).select(_ORDER).unique()
        saved = lines.filter(pl.col("product").is_in(on)).join(touched, on=_ORDER, how="semi")
        found = touched.join(saved.select(_ORDER).unique(), on=_ORDER, how="anti")
        marked = found.with_columns(service_on=pl.lit(value=False))
    return orders.join(marked, on=_ORDER, how="left").with_columns(
        pl.col("service_on").fill_null(value=others)
    )


def _lines(facts: Facts, span: Days) -> pl.LazyFrame:
    first, last = span
    lines = facts.order_lines.filter(~pl.col("is_tip"), pl.col("placed_on") <= last)
    if first is not None:
        lines = lines.filter(pl.col("placed_on") >= first)
    return lines.select(*_ORDER, "line_no", "product")


def _sums(orders: pl.LazyFrame, by: By, timezone: str) -> pl.LazyFrame:
    local = pl.col("at").dt.convert_time_zone(timezone)
    group = {
        By.TOTAL: pl.lit(None, dtype=pl.String),
        By.SERVICE: pl.col("service") if by is By.SERVICE else pl.lit(None, dtype=pl.String),
        By.HOUR: local.dt.hour().cast(pl.String).str.zfill(2),
        By.WEEKDAY: local.dt.weekday().cast(pl.String),
    }[by]
    hold = pl.col("hold")

    def count(what: pl.Expr) -> pl.Expr:
        return what.sum().cast(pl.Int64)

    return (
        orders.with_columns(group=group)
        .group_by("group", "currency")
        .agg(
            orders=pl.len().cast(pl.Int64),
            held=count(hold),
            value=pl.col("order_total").sum(),
            held_value=pl.col("order_total").filter(hold).sum(),
            held_new=count(hold & pl.col("new")),
            held_lost=count(hold & pl.col("lost")),
            passed_lost=count(~hold & pl.col("lost")),
            nobody=count(pl.col("client_id").is_null()),
            undated=count(pl.col("undated")),
        )
    )


def _finished(found: pl.DataFrame, by: By) -> pl.DataFrame:
    """The documented columns: currencies with most orders first, then groups; rules side by side."""
    passed = pl.col("orders") - pl.col("held")
    rows = found.with_columns(
        by=pl.lit(by.value),
        held_share=ratio(pl.col("held"), pl.col("orders")),
        held_value_share=ratio(pl.col("held_value"), pl.col("value")),
        held_new_share=ratio(pl.col("held_new"), pl.col("held")),
        held_lost_share=ratio(pl.col("held_lost"), pl.col("held")),
        passed_lost_share=ratio(pl.col("passed_lost"), passed),
        in_currency=pl.col("orders").sum().over("currency"),
        in_group=pl.col("orders").sum().over("group", "currency"),
    )
    for side, trials in (("held", "held"), ("passed", "passed")):
        pairs = rows.select(f"{side}_lost", passed.alias("passed"), "held")
        counts = [(row[f"{side}_lost"], row[trials]) for row in pairs.iter_rows(named=True)]
        for name, end in (("low", lower), ("high", upper)):
            scaled = [round(end(*one) * 10**SCALE) if one[1] else None for one in counts]
            rows = rows.with_columns(pl.Series(f"{side}_lost_{name}", scaled, dtype=pl.Int64))
    by_size = by is By.SERVICE
    rows = rows.sort(
        "in_currency", "currency", "in_group" if by_size else "group", "group", "place",
        descending=[True, False, by_size, False, False], nulls_last=True,
    )  # fmt: skip
    if by is By.WEEKDAY:
        rows = rows.with_columns(
            pl.col("group").replace_strict([str(n) for n in range(1, 8)], [day.title() for day in DAYS])
        )
    return rows.select(field.name for field in FIELDS)


def _notes(found: pl.DataFrame, rules: Sequence[Rules], as_of: AsOf) -> list[str]:
    notes = []
    off = [one.name for one in rules if not one.enabled]
    if off:
        notes.append(f"switched off, replayed as if they were on: {', '.join(off)}")
    if any(one.checklist for one in rules):
        notes.append("checklists are not replayed: past orders have no text")
    if found["currency"].n_unique() > 1:
        notes.append(f"a column or row for each of {found['currency'].n_unique()} currencies")
    first = found.filter(pl.col("place") == 0)
    nobody, undated = (int(first[name].sum()) for name in ("nobody", "undated"))
    if nobody:
        notes.append(f"{counted_noun(nobody, 'order')} of nobody known count as a new client's")
    notes += undated_note(undated, as_of)
    notes.append("intervals are two-sided 80 %, after Wilson")
    return notes

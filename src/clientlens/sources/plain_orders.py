"""Orders of the plain formats, and of every source that brings its own under their column names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.batch import Batch
from clientlens.model.tables import ORDER_LINES, ORDERS
from clientlens.sources.csvfile import CsvTable
from clientlens.sources.findings import Findings, counted
from clientlens.sources.grouping import from_heads, set_aside
from clientlens.sources.order_lines import lines_of, ratings_of
from clientlens.sources.order_rows import OF_LINE, contradictions, group_orders
from clientlens.sources.order_states import about_states, with_states
from clientlens.sources.order_values import (
    AMOUNTS,
    QUANTITIES,
    TIMES,
    check_currency,
    forms_of,
    read_amounts,
    read_quantities,
    read_times,
    value_of,
    with_currency,
)
from clientlens.sources.parsing import blank_to_null, clean, divide_half_even, number_text, within_int64
from clientlens.sources.plain_people import distinct_people, people_of
from clientlens.sources.shopify_people import bad_email_note
from clientlens.sources.shopify_values import local_day, reports, with_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Table

_OUTCOMES = (
    "kind", "payment_state", "fulfilment_state", "paid_at", "fulfilled_at", "cancelled_at", "order_total", "refunded",
    "price", "tax", "shipping", "fees", "tip", "discount", "rating_milli",
)  # fmt: skip
_PARTS_OF_TOTAL = ("tax", "shipping", "fees", "tip")

GATHERED = "gathered:"
"""Stands before the key of an order that another system gathered from a shop."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a format does in its own way.

    status: its own words -> a plain one (completed, in_progress, cancelled, refunded, …), beside `STATUS_WORDS`.
    sums: order-level amount -> columns (a '-' before the name takes off) that are added up over the rows of an order
        that does not state the amount itself.
    lines_only: numbers of the files that only hold lines of orders in other files of the call.
    versions_in_file: one file may hold several versions of an order, of which the latest counts.
    faults: the tables have `fault` (what is wrong with a row, else null) and `fault_column` (the plain column it is
        about): the row is set aside for it. skips: they have `skip` (test, offer; else null): the order is left out.
    tax_inside: an order's taxes are inside its prices and its shipping, in proportion.
    """

    status: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lines_only: frozenset[int] = frozenset()
    versions_in_file: bool = False
    faults: bool = False
    skips: bool = False
    tax_inside: bool = False

    @property
    def summed(self) -> tuple[str, ...]:
        """The columns that are added up."""
        return tuple(dict.fromkeys(name.removeprefix("-") for names in self.sums.values() for name in names))

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns of the tables beside the plain ones."""
        own = (("fault", "fault_column") if self.faults else ()) + (("skip",) if self.skips else ())
        return (*self.summed, *own)


def read_orders(
    tables: Sequence[Table], options: ReadOptions, source: str, rules: Rules | None = None
) -> Batch:
    """Orders, their lines and their people out of tables of plain columns; see `Batch` for what comes back.

    Args:
        tables: their frames may lack any column. source: what the facts are marked with.

    Raises:
        AmbiguousDates: see there.
    """
    rules = rules or Rules()
    findings = Findings(tables)
    findings.bad_records()
    grouped = group_orders(
        tables,
        rules.extra,
        options,
        findings,
        lines_only=rules.lines_only,
        versions_in_file=rules.versions_in_file,
    )
    if rules.faults:
        tell_faults(grouped.rows, findings)
    heads, rows, notes = read_values(grouped.heads, grouped.rows, tables, options, rules, findings)
    heads = heads.join(ratings_of(rows), on="_head", how="left", maintain_order="left")
    heads = _with_amounts(heads, rows, rules, findings)
    heads = with_states(heads, rules.status, findings, skips=rules.skips)
    people = people_of(heads, options, findings).with_columns(joined_at=heads[value_of("joined_at")])
    lines = lines_of(rows, findings)
    bad_heads, aside = set_aside(grouped, findings, "order", number="order_id")
    skipped = heads.filter(pl.col("_skip").is_not_null() & ~pl.col("_head").is_in(bad_heads.implode()))
    gone = pl.concat([bad_heads, skipped["_head"]]).implode()
    keep = heads.select(~pl.col("_head").is_in(gone)).to_series()
    heads, people = heads.filter(keep).with_row_index("version"), people.filter(keep)
    heads = heads.with_columns(
        person_key=people["person_key"],
        placed_on=local_day(value_of("placed_at"), options),
        _external=number_text(pl.col("external_id")).str.strip_prefix("#"),
    ).with_columns(
        # A gathered order and the shop's own may bear one number in one store: they are two records of one sale.
        _order_key=pl.when(pl.col("_external").is_not_null())
        .then(pl.lit(GATHERED) + pl.col("_key"))
        .otherwise("_key")
    )
    lines = lines.filter(~pl.col("_head").is_in(gone))
    lines = from_heads(lines, heads, "version", "placed_on", "person_key", "store_", "_order_key")
    lines = lines.with_columns(store="store_", order_key="_order_key")
    words = about_states(heads)
    heads = _finished(heads).with_columns(source=pl.lit(source))
    orders = with_places(ORDERS.conform(heads), heads, "version", "file_no", "line", "row_count")
    return Batch(
        source=source,
        store=options.store,
        files=reports(tables, source, options),
        orders=orders,
        order_lines=with_places(ORDER_LINES.conform(lines), lines, "version"),
        people=distinct_people(people, heads["placed_at"], source, ordered=True),
        rows_skipped=int(skipped["row_count"].sum()),
        test_orders_skipped=skipped.filter(pl.col("_skip") == "test").height,
        rows_duplicate=grouped.duplicates,
        rows_set_aside=int(aside["_weight"].sum()) + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(*notes, *words, *_skip_notes(skipped), *bad_email_note(people, "order")),
    )


def read_values(
    heads: pl.DataFrame,
    rows: pl.DataFrame,
    tables: Sequence[Table],
    options: ReadOptions,
    rules: Rules,
    findings: Findings,
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Heads and rows with their parsed values, and notes; contradictions between rows of an order are told."""
    heads = with_currency(heads, pl.col("currency"), options)
    check_currency(heads, findings, needed=pl.lit(value=True))
    rows = from_heads(rows, heads, "currency_", "decimals")
    forms = forms_of(tables, (*AMOUNTS, *rules.summed), options)
    rows = read_amounts(rows, (*AMOUNTS, *rules.summed), forms, findings)
    rows = read_quantities(rows, QUANTITIES, forms, findings)
    rows, notes = read_times(rows, TIMES, tables, options, findings)
    of_order = [name for name in (*AMOUNTS, *TIMES) if name not in OF_LINE]
    values = {name: value_of(name) for name in of_order}
    first = [
        pl.when(~pl.col("_refund")).then(value).drop_nulls().first().alias(value) for value in values.values()
    ]
    back = (
        pl.when("_refund").then(-pl.col(value_of("order_total"))).cast(pl.Int128).sum().alias("_given_back")
    )
    parsed = rows.group_by("_head", maintain_order=True).agg(*first, back)
    heads = heads.hstack(parsed.drop("_head"))
    contradictions(rows, heads, values, findings)
    return heads, rows, notes


def tell_faults(rows: pl.DataFrame, findings: Findings) -> None:
    """What the format's own reader found wrong with a row."""
    for (fault, column), found in (
        rows.filter(pl.col("fault").is_not_null())
        .with_columns(pl.col("fault_column").fill_null("order_id"))
        .partition_by("fault", "fault_column", as_dict=True)
        .items()
    ):
        findings.add_rows(found, str(fault), str(column))


def _with_amounts(heads: pl.DataFrame, rows: pl.DataFrame, rules: Rules, findings: Findings) -> pl.DataFrame:
    """Heads with the amounts of `tables.ORDERS` as `o_` and its names; what a file does not state is worked out.

    price = order_total - tax - shipping - fees - tip, where the file has a tax column; the total the other way round.
    """
    heads = heads.with_columns(_own_tax=value_of("tax"))
    if rules.sums:
        heads = _summed(heads, rows, rules)
    own_tax = pl.col("_own_tax")
    value = {name: pl.col(value_of(name)) for name in AMOUNTS if name not in OF_LINE}
    rest = pl.sum_horizontal(value[name].fill_null(0) for name in _PARTS_OF_TOTAL)
    with_column = [
        number
        for number, table in enumerate(findings.tables)
        if isinstance(table, CsvTable) and "tax" in table.frame.columns
    ]
    stated = (pl.col(value_of("tax")).is_not_null() | pl.col("tax").is_not_null()).any().over("_file")
    taxed = stated | pl.col("_file").is_in(with_column)
    given_back = within_int64(
        value["refunded"].fill_null(0).cast(pl.Int128) + pl.col("_given_back").fill_null(0)
    )
    total = pl.coalesce(value["order_total"], value["price"] + rest)
    heads = heads.with_columns(
        o_order_total=total,
        o_price=pl.coalesce(
            value["price"],
            *([_without_tax(total - rest, own_tax, value["shipping"])] if rules.tax_inside else []),
            pl.when(taxed).then(total - rest),
        ),
        o_tip=value["tip"].fill_null(0),
        o_refunded=given_back,
        **{f"o_{name}": value[name] for name in ("tax", "shipping", "fees", "discount")},
    )
    stated = pl.any_horizontal(blank_to_null(pl.col(name)).is_not_null() for name in ("order_total", "price"))
    findings.check(
        heads,
        {"order_total": ~stated & pl.col("o_order_total").is_null()},
        "the order needs a total or a price",
    )
    findings.check(
        heads,
        {"order_total": (pl.col("o_price") < 0) & (pl.col("o_order_total") >= 0)},
        "tax, shipping, fees and tip are more than the total",
    )
    findings.check(
        heads, {"refunded": pl.col("o_refunded").is_null()}, "its refunds are more than can be counted"
    )
    for name in ("refunded", "tax", "shipping", "fees", "tip", "price"):
        known = heads.filter(pl.col("o_order_total") >= 0)
        findings.check(known, {name: pl.col(value_of(name)) < 0}, "an amount below 0")
    return heads


def _without_tax(net: pl.Expr, tax: pl.Expr, shipping: pl.Expr) -> pl.Expr:
    """Int64: goods without their part of a tax that is inside goods and shipping; rounded half to even.

    Null where there is no tax, or nothing that it could be inside of.

    Args:
        net: goods less the whole tax.
    """
    goods = (net + tax).cast(pl.Int128)
    both = goods + shipping.fill_null(0)
    return pl.when((goods >= 0) & (both > 0)).then(divide_half_even(goods * (both - tax), both))


def _summed(heads: pl.DataFrame, rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Heads with the amounts that a format states line by line added up where the order itself states none."""
    parts = {
        amount: pl.sum_horizontal(
            -pl.col(value_of(name[1:])).fill_null(0)
            if name[0] == "-"
            else pl.col(value_of(name)).fill_null(0)
            for name in names
        )
        .cast(pl.Int128)
        .sum()
        for amount, names in rules.sums.items()
    }
    stated = {
        amount: pl.any_horizontal(
            pl.col(value_of(name.removeprefix("-"))).is_not_null() for name in names
        ).any()
        for amount, names in rules.sums.items()
    }
    added = (
        rows.filter(~pl.col("_refund"))
        .group_by("_head", maintain_order=True)
        .agg(
            *(
                pl.when(stated[amount]).then(within_int64(total)).alias(f"_sum_{amount}")
                for amount, total in parts.items()
            )
        )
    )
    heads = heads.join(added, on="_head", how="left", maintain_order="left")
    return heads.with_columns(
        pl.coalesce(value_of(amount), f"_sum_{amount}").alias(value_of(amount)) for amount in rules.sums
    )


def _finished(heads: pl.DataFrame) -> pl.DataFrame:
    """The heads of good orders under the names of `tables.ORDERS`, with `_file`, `_line`, `row_count`, `version`."""
    texts = ("discount_codes", "channel", "tags", "checkout_id", "checkout_token", "cart_token", "tax_basis")
    return heads.select(
        "_file",
        "_line",
        "row_count",
        "version",
        "person_key",
        "placed_on",
        *(pl.col(f"o_{name}").alias(name) for name in _OUTCOMES),
        *(clean(pl.col(name)).alias(name) for name in texts),
        store="store_",
        order_key="_order_key",
        number=pl.when(~pl.col("_key").str.starts_with("id:")).then("_key"),
        source_id=number_text(pl.col("source_id")),
        external_id="_external",
        placed_at=value_of("placed_at"),
        updated_at=value_of("updated_at"),
        currency="currency_",
    )


def _skip_notes(skipped: pl.DataFrame) -> list[str]:
    """What was left out on purpose, beside test orders, which the import counts itself."""
    others = skipped.filter(pl.col("_skip") != "test").group_by("_skip").len().sort("_skip")
    return [f"{counted(count, what)} left out: no sales" for what, count in others.rows()]

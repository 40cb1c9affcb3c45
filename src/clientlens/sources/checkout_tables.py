"""Checkouts: their two tables, however they were read; and reading them out of plain columns.

In plain columns a checkout looks like an order: `order_id` is its id, `placed_at` when it was begun, `order_total` its
total, `checkout_token` its own token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.batch import Batch
from clientlens.model.tables import CHECKOUT_LINES, CHECKOUTS
from clientlens.sources.findings import Findings
from clientlens.sources.grouping import from_heads, set_aside
from clientlens.sources.order_lines import lines_of
from clientlens.sources.order_rows import group_orders
from clientlens.sources.order_values import value_of
from clientlens.sources.parsing import blank_to_null, clean
from clientlens.sources.plain_orders import Rules, read_values, tell_faults
from clientlens.sources.plain_people import distinct_people, people_of
from clientlens.sources.shopify_notes import empty_files
from clientlens.sources.shopify_people import bad_email_note
from clientlens.sources.shopify_values import local_day, reports, with_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Table


def checkout_tables(
    heads: pl.DataFrame, lines: pl.DataFrame, source: str, options: ReadOptions
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`tables.CHECKOUTS` and `tables.CHECKOUT_LINES` with what a batch has beside them.

    Args:
        heads: one row per checkout, under the names of the table, without `created_on` and `source`; with `_head`,
            `_file`, `_line`, `row_count`. lines: under the names of theirs, with `_head`; both ordered by it.
    """
    heads = heads.with_row_index("version").with_columns(
        created_on=local_day("created_at", options), source=pl.lit(source)
    )
    lines = from_heads(lines, heads, "version", "created_on", "person_key", "checkout_key", "store")
    return (
        with_places(CHECKOUTS.conform(heads), heads, "version", "file_no", "line", "row_count"),
        with_places(CHECKOUT_LINES.conform(lines), lines, "version"),
    )


def read_checkouts(
    tables: Sequence[Table], options: ReadOptions, source: str, *, faults: bool = False
) -> Batch:
    """Checkouts, their lines and people out of tables of plain columns; see `Batch` for what comes back.

    A customer number counts as contact information as well: the shop has the customer's.

    Args:
        tables: their frames may lack any column. faults: they have `fault` and `fault_column`, see `plain_orders.Rules`.

    Raises:
        AmbiguousDates: see there.
    """
    rules = Rules(versions_in_file=True, faults=faults)
    findings = Findings(tables)
    findings.bad_records()
    grouped = group_orders(tables, rules.extra, options, findings, versions_in_file=True, what="checkout")
    if faults:
        tell_faults(grouped.rows, findings)
    heads, rows, notes = read_values(grouped.heads, grouped.rows, tables, options, rules, findings)
    for name, told in (
        ("placed_at", "the checkout needs a date"),
        ("order_total", "the checkout needs a total"),
    ):
        findings.check(heads, {name: blank_to_null(pl.col(name)).is_null()}, told)
    findings.check(heads, {"order_total": pl.col(value_of("order_total")) < 0}, "an amount below 0")
    people = people_of(heads, options, findings)
    lines = lines_of(rows, findings)
    bad_heads, aside = set_aside(grouped, findings, "checkout", number="order_id")
    keep = heads.select(~pl.col("_head").is_in(bad_heads.implode())).to_series()
    heads, people = heads.filter(keep), people.filter(keep)
    known = pl.any_horizontal(pl.col("email", "phone", "number_key").is_not_null())
    texts = {"token": "checkout_token", "cart_token": "cart_token", "discount_codes": "discount_codes"}
    heads = heads.select(
        "_head",
        "_file",
        "_line",
        "row_count",
        people["person_key"],
        people.select(known.alias("has_contact")).to_series(),
        **{name: clean(pl.col(column)) for name, column in texts.items()},
        store="store_",
        checkout_key="_key",
        created_at=value_of("placed_at"),
        updated_at=value_of("updated_at"),
        completed_at=value_of("completed_at"),
        currency="currency_",
        total=value_of("order_total"),
    )
    lines = lines.filter(~pl.col("_head").is_in(bad_heads.implode()))
    checkouts, checkout_lines = checkout_tables(heads, lines, source, options)
    return Batch(
        source=source,
        store=options.store,
        files=reports(tables, source, options),
        checkouts=checkouts,
        checkout_lines=checkout_lines,
        people=distinct_people(people, heads["created_at"], source, ordered=False),
        rows_duplicate=grouped.duplicates,
        rows_set_aside=int(aside["_weight"].sum()) + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(*notes, *empty_files(tables), *bad_email_note(people, "checkout")),
    )

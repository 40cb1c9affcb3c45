"""Shopify's abandoned checkouts export (CSV).

Its header is the orders header without the columns that only a placed order can fill. An orders export has had
Duties ever since it has Billing Province Name, so a header with the latter and Receipt Number but none of
`_ORDERS_ONLY` is a checkouts export; orders files of 70 or 71 columns keep Duties. Where people have deleted columns
the header cannot tell, and the rows do: checkouts have no financial status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import NotRecognised
from clientlens.model.batch import Batch
from clientlens.sources.checkout_tables import checkout_tables
from clientlens.sources.findings import Findings, stack
from clientlens.sources.grouping import set_aside
from clientlens.sources.parsing import clean, number_text
from clientlens.sources.shopify_notes import empty_files
from clientlens.sources.shopify_people import bad_email_note, distinct_people, people_of
from clientlens.sources.shopify_rows import CONTACT, LINE, group
from clientlens.sources.shopify_values import NEEDED, read_heads, read_lines, read_table, reports
from clientlens.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

NAME = "shopify_checkouts"
_MARKS = frozenset((*NEEDED, "id", "receipt number", "billing province name"))
_ORDERS_ONLY = frozenset((
    "duties", "outstanding balance", "employee", "location", "device id", "payment id", "payment terms name",
    "next payment due at", "payment references",
))  # fmt: skip
_TIMES = {"created at": "created_at"}
_AMOUNTS = {"total": "total_"}
COLUMNS = tuple(
    dict.fromkeys(
        (
            "name",
            "financial status",
            "currency",
            "subtotal",
            *_TIMES,
            *_AMOUNTS,
            "discount code",
            "id",
            *LINE,
            *CONTACT,
        )
    )
)


def is_checkouts(names: tuple[str, ...]) -> bool:
    """Whether a header is the checkouts export's; see the module's own words for the rule."""
    return set(names) >= _MARKS and not _ORDERS_ONLY & set(names)


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all checkouts files of one call; see `Batch` for what comes back.

    Raises:
        BadHeader: a needed column is missing. NotRecognised: these are orders.
        AmbiguousDates, UnterminatedQuote: see there.
    """
    tables = [_table(file) for file in files]
    ascii_only = all(file.text.isascii() for file in files)
    findings = Findings(tables)
    findings.bad_records()
    grouped = group(stack(tables, COLUMNS), COLUMNS, findings, what="checkout", ascii_only=ascii_only)
    heads, notes = read_heads(grouped.heads, tables, _TIMES, _AMOUNTS, options, findings, what="checkout")
    heads = heads.with_columns(
        checkout_key=pl.coalesce(number_text(pl.col("id")), pl.col("number")),
        discount_codes=clean(pl.col("discount code"), ascii_only=ascii_only),
    )
    lines = read_lines(grouped, heads, tables, options, findings, ascii_only=ascii_only)
    bad_heads, aside = set_aside(grouped, findings, "checkout")
    heads = heads.filter(~pl.col("_head").is_in(bad_heads.implode()))
    lines = lines.filter(~pl.col("_head").is_in(bad_heads.implode()))
    people = people_of(heads, options, ascii_only=ascii_only)
    heads = heads.with_columns(
        person_key=people["person_key"],
        has_contact=people.select(pl.col("email").is_not_null() | pl.col("phone").is_not_null()).to_series(),
        store=pl.lit(options.store),
        currency=pl.col("currency_"),
        total=pl.col("total_"),
    )
    checkouts, checkout_lines = checkout_tables(heads, lines, NAME, options)
    return Batch(
        source=NAME,
        store=options.store,
        files=reports(tables, NAME, options),
        checkouts=checkouts,
        checkout_lines=checkout_lines,
        people=distinct_people(people, heads["created_at"], options, NAME, ordered=False),
        rows_duplicate=grouped.duplicates,
        rows_set_aside=aside.height + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(*notes, *empty_files(tables), *bad_email_note(people, "checkout")),
    )


def _table(file: InputFile) -> CsvTable:
    table = read_table(file, COLUMNS, "a checkouts export")
    if (
        "financial status" in table.frame.columns
        and table.frame["financial status"].null_count() < table.frame.height
    ):
        raise NotRecognised(
            file.name, "these are orders, not abandoned checkouts", "add --source shopify_orders"
        )
    return table


SOURCE = Source(
    name=NAME,
    title="Shopify abandoned checkouts (CSV)",
    doc="Shopify admin, Orders, Abandoned checkouts, Export.",
    recognises=is_checkouts,
    read=read,
)

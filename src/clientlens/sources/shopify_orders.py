"""Shopify's orders export (CSV), from the 47 columns of 2012 to today's 79, and what spreadsheets leave of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import NotRecognised
from clientlens.model.batch import Batch
from clientlens.model.tables import ORDER_LINES, ORDERS
from clientlens.sources import shopify_notes as notes
from clientlens.sources.findings import Findings, stack
from clientlens.sources.grouping import from_heads, set_aside
from clientlens.sources.parsing import by_distinct, clean, divide_half_even, number_text, word
from clientlens.sources.shopify_checkouts import is_checkouts
from clientlens.sources.shopify_people import bad_email_note, distinct_people, people_of
from clientlens.sources.shopify_rows import CONTACT, LINE, group
from clientlens.sources.shopify_values import (
    NEEDED,
    local_day,
    read_heads,
    read_lines,
    read_table,
    reports,
    with_places,
)
from clientlens.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.findings import Table
    from clientlens.sources.input import InputFile

NAME = "shopify_orders"
TIMES = {
    "created at": "placed_at",
    "paid at": "paid_at",
    "fulfilled at": "fulfilled_at",
    "cancelled at": "cancelled_at",
}
AMOUNTS = {
    "total": "order_total",
    "subtotal": "subtotal_",
    "shipping": "shipping_",
    "taxes": "tax",
    "discount amount": "discount",
    "refunded amount": "refunded",
    "duties": "duties_",
}
STATES = (
    "pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired",
)  # fmt: skip
HEAD = (
    "financial status", "fulfillment status", "currency", *TIMES, *AMOUNTS, "discount code", "id", "tags", "source",
)  # fmt: skip
COLUMNS = tuple(dict.fromkeys(("name", *HEAD, *LINE, *CONTACT)))


def recognises(names: tuple[str, ...]) -> bool:
    """The columns without which there is no order; checkouts have them too and are told apart by their own rule."""
    return set(NEEDED) <= set(names) and not is_checkouts(names)


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all order files of one call; see `Batch` for what comes back.

    Raises:
        BadHeader: a needed column is missing. NotRecognised: these are checkouts.
        AmbiguousDates, UnterminatedQuote: see there.
    """
    tables: Sequence[Table] = [_table(file) for file in files]
    ascii_only = all(file.text.isascii() for file in files)
    findings = Findings(tables)
    findings.bad_records()
    file_notes = notes.about_files(tables)
    grouped = group(stack(tables, COLUMNS), COLUMNS, findings, what="order", ascii_only=ascii_only)
    heads, time_notes = read_heads(grouped.heads, tables, TIMES, AMOUNTS, options, findings, what="order")
    heads = heads.with_columns(
        payment_state=by_distinct(heads["financial status"], word),
        fulfilment_state=by_distinct(heads["fulfillment status"], word),
        source_id=number_text(pl.col("id")),
        discount_codes=clean(pl.col("discount code"), ascii_only=ascii_only),
        placed_on=local_day("placed_at", options),
    )
    _check_states(heads, findings)
    lines = read_lines(grouped, heads, tables, options, findings, ascii_only=ascii_only)
    bad_heads, aside = set_aside(grouped, findings, "order")
    duplicates = grouped.duplicates
    del grouped
    tables = findings.without_cells()
    if len(bad_heads):
        heads = heads.filter(~pl.col("_head").is_in(bad_heads.implode()))
        lines = lines.filter(~pl.col("_head").is_in(bad_heads.implode()))
    people = people_of(heads, options, ascii_only=ascii_only)
    heads = heads.drop(CONTACT).with_columns(person_key=people["person_key"]).with_row_index("version")
    tips = lines.filter("is_tip").group_by("_head").agg(tip=pl.col("line_total").sum())
    heads = _with_price(heads.join(tips, on="_head", how="left", maintain_order="left"))
    orders = _orders(heads, options, ascii_only=ascii_only)
    lines = from_heads(lines, heads, "version", "placed_on", "person_key")
    lines = from_heads(lines, heads.select("_head", order_key="number"), "order_key")
    return Batch(
        source=NAME,
        store=options.store,
        files=reports(tables, NAME, options),
        orders=orders,
        order_lines=with_places(
            ORDER_LINES.conform(lines.with_columns(store=pl.lit(options.store))), lines, "version"
        ),
        people=distinct_people(people, heads["placed_at"], options, NAME, ordered=True),
        rows_duplicate=duplicates,
        rows_set_aside=aside.height + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(
            *file_notes,
            *time_notes,
            *notes.about_orders(orders),
            *notes.about_offsets(tables, heads, options),
            *bad_email_note(people, "order"),
        ),
    )


def _table(file: InputFile) -> CsvTable:
    table = read_table(file, COLUMNS, "an orders export")
    # A reduced checkouts export has the header of a reduced orders export; its rows tell.
    frame = table.frame
    stateless = "financial status" in frame.columns and frame["financial status"].null_count() == frame.height
    if stateless and _numbered_by_id(frame):
        raise NotRecognised(
            file.name, "these are abandoned checkouts, not orders", "add --source shopify_checkouts"
        )
    return table


def _numbered_by_id(frame: pl.DataFrame) -> bool:
    if "id" not in frame.columns:
        return False
    heads = frame.filter(pl.col("id").is_not_null())
    return heads.height > 0 and bool((heads["name"] == "#" + heads["id"]).all())


def _check_states(heads: pl.DataFrame, findings: Findings) -> None:
    status = pl.col("payment_state")
    findings.check(
        heads, {"financial status": status.is_null()}, "an order's first row needs a financial status"
    )
    findings.check(heads, {"financial status": ~status.is_in(STATES)}, "not a financial status of Shopify's")


def _with_price(heads: pl.DataFrame) -> pl.DataFrame:
    """`price` and `tax_basis`: whether taxes come on top of Subtotal and Shipping, or stand inside them.

    rest = Total - tips - duties. Subtotal + Shipping + Taxes = rest: on top, the price is the Subtotal.
    Subtotal + Shipping = rest with Taxes > 0: inside, and the Subtotal bears its part of the Taxes:
    price = Subtotal x (Subtotal + Shipping - Taxes) / (Subtotal + Shipping), rounded once, half to even.
    """
    subtotal, charged = pl.col("subtotal_"), pl.col("subtotal_") + pl.col("shipping_").fill_null(0)
    tax = pl.col("tax").fill_null(0)
    rest = pl.col("order_total") - pl.col("tip").fill_null(0) - pl.col("duties_").fill_null(0)
    basis = (
        pl.when(subtotal.is_null())
        .then(None)
        .when(charged + tax == rest)
        .then(pl.lit("on_top"))
        .when((charged == rest) & (tax > 0))
        .then(pl.lit("inside"))
        .otherwise(pl.lit("unclear"))
    )
    wide = charged.cast(pl.Int128)
    inside = divide_half_even(subtotal.cast(pl.Int128) * (wide - tax), wide)
    return (
        heads.lazy()
        .with_columns(tax_basis=basis, tip=pl.col("tip").fill_null(0))
        .with_columns(
            price=pl.when(pl.col("tax_basis") == "inside")
            .then(pl.coalesce(inside, subtotal))
            .otherwise(subtotal)
        )
        .collect()
    )


def _orders(heads: pl.DataFrame, options: ReadOptions, *, ascii_only: bool) -> pl.DataFrame:
    orders = heads.with_columns(
        clean(pl.col("tags"), ascii_only=ascii_only).alias("tags"),
        store=pl.lit(options.store),
        channel=clean(pl.col("source"), ascii_only=ascii_only),
        order_key=pl.col("number"),
        source=pl.lit(NAME),
        kind=pl.lit("purchase"),
        currency=pl.col("currency_"),
        shipping=pl.col("shipping_"),
        refunded=pl.col("refunded").fill_null(0),
    )
    return with_places(ORDERS.conform(orders), orders, "version", "file_no", "line", "row_count")


SOURCE = Source(
    name=NAME,
    title="Shopify orders (CSV)",
    doc="Shopify admin, Orders, Export: 'CSV for Excel, Numbers, or other spreadsheet programs' or 'Plain CSV file'.",
    recognises=recognises,
    read=read,
)

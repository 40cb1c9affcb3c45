"""What Shopify's API files have in common: records of orders, checkouts and customers become one batch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.canonical import Kind, names_of
from clientlens.sources.checkout_tables import read_checkouts
from clientlens.sources.csvfile import BadRow
from clientlens.sources.findings import counted, stack
from clientlens.sources.plain import merged
from clientlens.sources.plain_clients import read_clients
from clientlens.sources.plain_orders import read_orders
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.shopify_api_orders import COLUMNS, RULES, ApiOrder, order_rows
from clientlens.sources.shopify_api_people import customer_cells
from clientlens.sources.shopify_checkout_rows import checkout_rows
from clientlens.sources.shopify_notes import about_offsets, about_orders
from clientlens.sources.shopify_objects import ShapeError
from clientlens.sources.times import zoned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.recordtable import RecordTable


_OF_CHECKOUTS = {
    "order_id": "id",
    "placed_at": "created_at",
    "order_total": "total_price",
    "checkout_token": "token",
    "client_ref": "customer_id",
}
"""What messages call the columns of checkouts."""


@dataclass(slots=True)
class Gathered:
    """What one file has given so far.

    currency: where a record does not state its own. orders, checkouts, customers: rows; bad: records that are none; skipped: how many nobody needs; unbalanced: orders
    whose amounts do not add up. above: line of an order -> line and text of the customer it hangs on.
    """

    currency: str | None = None
    orders: list[Row] = field(default_factory=list)
    checkouts: list[Row] = field(default_factory=list)
    customers: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    above: dict[int, tuple[int, str]] = field(default_factory=dict)
    skipped: int = 0
    unbalanced: int = 0

    def order(self, order: ApiOrder) -> None:
        """Take an order. Raises: ShapeError"""
        self.orders += order_rows(order, len(self.orders), self.currency)
        self.unbalanced += order.unbalanced

    def checkout(self, checkout: ApiOrder) -> None:
        """Take a checkout. Raises: ShapeError"""
        self.checkouts += checkout_rows(checkout, len(self.checkouts), self.currency)

    def customer(self, customer: ApiOrder) -> None:
        """Take a customer. Raises: ShapeError"""
        self.customers.append(Row(customer.line, customer_cells(customer.value), weight=customer.weight))

    def take(self, kind: str, one: ApiOrder, texts: Sequence[tuple[int, str]]) -> None:
        """Take a record of a kind ("order", "checkout", "customer"); if that cannot be, all its texts are bad.

        Args:
            texts: physical line and text of every record of the file that belongs to it, its own first.
        """
        rows = {"order": self.orders, "checkout": self.checkouts, "customer": self.customers}[kind]
        first = len(rows)
        try:
            {"order": self.order, "checkout": self.checkout, "customer": self.customer}[kind](one)
        except ShapeError as error:
            self.reject(kind, texts, str(error))
        else:
            rows[first] = replace(rows[first], texts=tuple(texts))

    def reject(self, kind: str, texts: Sequence[tuple[int, str]], told: str) -> None:
        """Set a record aside with all that belongs to it; the first is told why."""
        for number, (line, text) in enumerate(texts):
            self.bad.append(BadRow(line, (text,), f"set aside with its {kind}" if number else told))


def batch_of(
    gathered: Sequence[tuple[InputFile, Gathered]],
    options: ReadOptions,
    source: str,
    spelled: Mapping[str, str],
    notes: Sequence[str] = (),
) -> Batch:
    """All files of a call as one batch; see `Batch`.

    Args:
        spelled: plain name -> key in the file, for messages.

    Raises:
        AmbiguousDates: see there.
    """
    # JSON has points whatever the files beside it in the call have.
    options = replace(options, decimal="point")
    files = [file for file, _ in gathered]
    orders, checkouts, customers = [], [], []
    for file, one in gathered:
        bad = tuple(sorted(one.bad, key=lambda row: row.line))
        records = _records(one.orders) + one.skipped + len(bad)
        orders.append(
            record_table(
                file, one.orders, COLUMNS, records=records, bad=bad, spelled=spelled, above=one.above
            )
        )
        if one.checkouts:
            told = {**spelled, **_OF_CHECKOUTS}
            checkouts.append(_table(file, one.checkouts, COLUMNS, told))
        if one.customers:
            customers.append(_table(file, one.customers, names_of(Kind.CLIENTS), {"client_ref": "id"}))
    batches = [read_orders(orders, options, source, RULES)]
    said = [
        *notes,
        *(note for file, one in gathered for note in _notes(file, one)),
        *(about_orders(found) if (found := batches[0].orders) is not None else ()),
        *about_offsets(orders, _heads(orders), options),
    ]
    if checkouts:
        batches.append(read_checkouts(checkouts, options, source, faults=True))
    if customers:
        batches.append(read_clients(customers, options, source))
    batch = merged(batches, source, options.store, files, said)
    return replace(batch, rows_skipped=batch.rows_skipped + sum(one.skipped for _, one in gathered))


def _heads(tables: Sequence[RecordTable]) -> pl.DataFrame:
    """What `about_offsets` wants to know of the orders."""
    rows = stack(tables, ("placed_at",)).filter(pl.col("placed_at").is_not_null())
    rows = rows.rename({"placed_at": "created at"})
    return rows.with_columns(placed_at=zoned(rows["created at"])).filter(pl.col("placed_at").is_not_null())


def _records(rows: Sequence[Row]) -> int:
    return sum(row.weight for row in rows)


def _table(
    file: InputFile,
    rows: Sequence[Row],
    columns: Sequence[str],
    spelled: Mapping[str, str],
) -> RecordTable:
    return record_table(file, rows, columns, records=_records(rows), spelled=spelled)


def _notes(file: InputFile, one: Gathered) -> list[str]:
    out = []
    if not _records(one.orders) + len(one.checkouts) + len(one.customers) + len(one.bad) + one.skipped:
        out.append(f"{file.name}: no records")
    if one.unbalanced:
        out.append(
            f"{file.name}: {counted(one.unbalanced, 'order')} of which the parts do not add up to the total; "
            "the price is what the shop calls the subtotal"
        )
    return out

"""Pages of Billbee's API as JSON: orders, customers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clientlens.errors import NotRecognised
from clientlens.sources.billbee_fields import Clock, WrongTypeError, text
from clientlens.sources.billbee_records import (
    SPELLED,
    Cells,
    Reading,
    customer,
    names_of_order,
    of_shopify,
    order_rows,
    platform_of,
    store_of,
)
from clientlens.sources.billbee_states import STATUS
from clientlens.sources.canonical import Kind, kind_of, names_of, plain_name
from clientlens.sources.csvfile import BadRow
from clientlens.sources.findings import counted
from clientlens.sources.jsonfile import read_json
from clientlens.sources.plain import read_plain
from clientlens.sources.plain_orders import Rules
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.jsonfile import JsonFile, Record
    from clientlens.sources.recordtable import RecordTable

NAME = "billbee_api"
_PAGING = re.compile(rb'"Paging"\s*:\s*(\{[^{}]{0,400}\})')
_CUSTOMER = {"Id", "Name", "Number", "Tel1"}
_COLUMNS = (*names_of(Kind.ORDERS), "skip", "fault", "fault_column")
_RULES = Rules(status=STATUS, versions_in_file=True, faults=True, skips=True)
_SHOWN = 20


def recognises(names: tuple[str, ...]) -> bool:
    """Orders by Billbee's own id, customers by their number and phone, or a page that holds none."""
    keys = {name for name in names if not name.endswith(":")}
    around = set(names) - keys
    if kind_of(tuple(plain_name(key) for key in keys)) is not None:
        return False
    empty = not keys and "Data:" in around and bool(around & {"Paging:", "ErrorCode:", "ErrorMessage:"})
    return "BillBeeOrderId" in keys or keys >= _CUSTOMER or empty


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all pages of one call; see `Batch` for what comes back.

    A page may repeat an order, and of one that stands there in several states the last changed one counts.

    Raises:
        BadJson: a file is not JSON throughout. NotRecognised: it holds neither orders nor customers.
    """
    # JSON has its own way to write numbers and times, whatever was said about the call's other files.
    options = replace(options, decimal="point", date_format=None)
    found = [read_json(file) for file in files]
    kinds = [_kind(page) for page in found]
    orders = [page for page, kind in zip(found, kinds, strict=True) if kind is Kind.ORDERS]
    clock = Clock(options.timezone or options.workspace_timezone)
    reading, cancelling, notes = _cancellations(orders, Reading(clock, options.store, options.currency))
    tables: dict[Kind, list[RecordTable]] = {}
    for page, kind in zip(found, kinds, strict=True):
        table = _orders(page, reading, cancelling) if kind is Kind.ORDERS else _customers(page)
        tables.setdefault(kind, []).append(table)
    notes += [f"{counted(count, 'order')} {told}" for told, count in sorted(reading.counts.items())]
    if clock.zoneless:
        zone = clock.zone.key
        notes.append(f"times without a time zone were read as {zone} time (--timezone to say otherwise)")
    return read_plain(tables, options, NAME, files, (*_missing_pages(files), *notes), _RULES)


def _kind(page: JsonFile) -> Kind:
    first: Mapping[str, Any] = page.records[0].value if page.records else {}
    if "BillBeeOrderId" in first or not page.records:
        return Kind.ORDERS
    if set(first) >= _CUSTOMER:
        return Kind.CLIENTS
    raise NotRecognised(
        page.file.name,
        "these are neither Billbee's orders nor its customers",
        "save what the API answers to /api/v1/orders or /api/v1/customers, whole",
    )


def _cancellations(pages: Sequence[JsonFile], reading: Reading) -> tuple[Reading, frozenset[int], list[str]]:
    """What to read with: the orders that records of the call cancel, `id` of these records, and notes.

    Billbee states this of Shopify's orders alone; elsewhere the field counts where it names an order of the call.
    """
    named: set[tuple[str, str]] = set()
    said: list[tuple[int, tuple[str, str], str | None, bool]] = []
    for page in pages:
        for record in page.records:
            value = record.value
            try:
                store = store_of(value, reading.store)
                mine = names_of_order(value)
                target = text(value, "IsCancelationFor")
                when = reading.clock.read(text(value, "CreatedAt"))
                likely = of_shopify(platform_of(value))
            except WrongTypeError:
                continue  # told when the record is read
            if target is not None and target not in mine:
                said.append((id(record), (store, target), when, likely))
            else:
                named.update((store, name) for name in mine)
    cancelled: dict[tuple[str, str], str | None] = {}
    for _, order, at, _ in said:
        if order in named:
            times = [time for time in (at, cancelled.get(order)) if time is not None]
            cancelled[order] = min(times, default=None)
    cancelling = frozenset(own for own, target, _, likely in said if likely or target in named)
    alone = len({target for own, target, _, _ in said if own in cancelling and target not in named})
    notes = [f"{counted(alone, 'cancellation')} of orders that no file holds: import both together"]
    return replace(reading, cancelled=cancelled), cancelling, notes if alone else []


def _orders(page: JsonFile, reading: Reading, cancelling: frozenset[int]) -> RecordTable:
    rows: list[Row] = []
    bad = list(page.bad)
    for number, record in enumerate(page.records):
        try:
            found = order_rows(record.value, reading, cancels=id(record) in cancelling)
        except WrongTypeError as error:
            bad.append(_bad(record, error))
            continue
        rows += [_row(record, cells, number, first=not at) for at, cells in enumerate(found)]
    bad.sort(key=lambda row: row.line)
    return record_table(
        page.file, rows, _COLUMNS, records=page.rows, bad=tuple(bad), spelled=SPELLED, kind=Kind.ORDERS
    )


def _row(record: Record, cells: Cells, number: int, *, first: bool) -> Row:
    texts = ((record.line, record.text),) if first else ()
    return Row(record.line, cells, record=number, weight=int(first), texts=texts)


def _customers(page: JsonFile) -> RecordTable:
    rows: list[Row] = []
    bad = list(page.bad)
    for record in page.records:
        try:
            rows.append(Row(record.line, customer(record.value), texts=((record.line, record.text),)))
        except WrongTypeError as error:
            bad.append(_bad(record, error))
    bad.sort(key=lambda row: row.line)
    return record_table(
        page.file,
        rows,
        names_of(Kind.CLIENTS),
        records=page.rows,
        bad=tuple(bad),
        spelled=SPELLED,
        kind=Kind.CLIENTS,
    )


def _bad(record: Record, error: WrongTypeError) -> BadRow:
    return BadRow(record.line, (record.text,), str(error))


def _missing_pages(files: Sequence[InputFile]) -> list[str]:
    """Pages that the answers count and no file holds."""
    pages: set[int] = set()
    last = 0
    for file in files:
        found = _PAGING.search(file.text)
        if found is None:
            continue
        try:
            paging = json.loads(found[1])
        except ValueError:
            continue
        page, of = paging.get("Page"), paging.get("TotalPages")
        if type(page) is int and type(of) is int and 0 < page <= of:
            pages.add(page)
            last = max(last, of)
    missing = last - len(pages)
    if not missing:
        return []
    shown = [str(page) for page in range(1, min(last, len(pages) + _SHOWN) + 1) if page not in pages]
    return [f"of {last} pages {missing} are in none of the files: {', '.join(shown[:_SHOWN])}"]


SOURCE = Source(
    name=NAME,
    title="Billbee API (JSON)",
    doc="What Billbee's API answers to /api/v1/orders or /api/v1/customers, one file a page, all pages in one call.",
    recognises=recognises,
    read=read,
    layout=Layout.JSON,
)

"""What comes in to be screened: orders of any format that is known, and requests, as one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from clientlens.errors import NothingToScreen
from clientlens.model.tables import INSTANT, PEOPLE
from clientlens.requests.gate import named
from clientlens.requests.states import ORDER_PREFIX
from clientlens.sources import registry
from clientlens.sources.canonical import CLIENT_COLUMNS, NEEDED, Kind, names_of, plain_name
from clientlens.sources.csvfile import read_csv, read_header
from clientlens.sources.input import open_inputs
from clientlens.sources.jsonfile import read_json
from clientlens.sources.plain_json import LINES, cells_of
from clientlens.sources.plain_records import read_records
from clientlens.sources.reading import glimpse, recognise, refuse_hopeless
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.source import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.problems import Problem
    from clientlens.sources.findings import Table
    from clientlens.sources.input import InputFile

_AS_ASKED = {"order_id": "request_id", "placed_at": "requested_at", "order_total": "price"}
"""An incoming order of one row is a request by other names."""
_OF_LINES_ONLY = {LINES, "product", "variant", "sku", "quantity", "unit_price", "line_total"}
_READ = tuple(dict.fromkeys((*names_of(Kind.REQUESTS), *(column.name for column in CLIENT_COLUMNS), "store")))
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.UInt32, "kind": pl.String, "store": pl.String, "request_id": pl.String, "at": INSTANT,
    "person_key": pl.String, "service": pl.String, "package": pl.String, "requirements": pl.String,
    "start_date": pl.Date, "amount": pl.Int64, "currency": pl.String, "judged": pl.Boolean,
}  # fmt: skip


_OF_LINES = ("store", "request_id", "service", "package")


@dataclass(frozen=True, slots=True)
class Incoming:
    """Incoming orders.

    rows: `_COLUMNS`; amount in minor units; request_id of an order that was not asked for is 'order:' and its number;
        judged: the file tells what the client wrote, so that the checklist applies. In the order of the file.
    lines: store, request_id, service, package: what each is of, a row a line.
    people: `tables.PEOPLE` of all of them.
    """

    rows: pl.DataFrame
    lines: pl.DataFrame
    people: pl.DataFrame
    problems: tuple[Problem, ...]
    set_aside: int
    notes: tuple[str, ...]


def read_incoming(
    name: str, options: ReadOptions, services: Sequence[str], *, stdin: BinaryIO | None, folder: str
) -> Incoming:
    """Read a file, or stdin under the name '-'.

    Args:
        services: names of services, by which a line's service is told from its package.

    Raises:
        NothingToScreen: it is of a known format that holds neither orders nor requests.
        InputError: as an import does.
    """
    found = []
    for file in open_inputs(name, encoding=options.encoding, stdin=stdin, folder=folder):
        batch, names = _batch_of(file, options)
        refuse_hopeless(batch)
        if batch.orders is None and batch.requests is None:
            raise NothingToScreen(name)
        found.append((*_rows(batch, names, services), batch))
    rows, lines, batches = zip(*found, strict=True)
    people = [batch.people for batch in batches if batch.people is not None]
    return Incoming(
        rows=pl.concat(rows),
        lines=pl.concat(lines),
        people=pl.concat(people) if people else PEOPLE.conform(pl.DataFrame(schema=PEOPLE.schema)),
        problems=tuple(problem for batch in batches for problem in batch.problems),
        set_aside=sum(batch.rows_set_aside for batch in batches),
        notes=tuple(note for batch in batches for note in batch.notes),
    )


def _batch_of(file: InputFile, options: ReadOptions) -> tuple[Batch, set[str]]:
    """What a file holds, and the plain names of its columns or keys.

    Orders of one row are read like requests, which need no price; orders with lines as an import reads them.
    """
    layout, names, _ = glimpse(file)
    if layout is Layout.JSON:
        names = tuple(dict.fromkeys(key for record in read_json(file).records for key in record.value))
    plain = {plain_name(name) for name in names}
    asked = {_AS_ASKED.get(name, name) for name in plain}
    single = all(asked & set(group) for group in NEEDED[Kind.REQUESTS])
    if layout is not Layout.LOG and single and not plain & _OF_LINES_ONLY:
        table: Table = _json_table(file) if layout is Layout.JSON else _csv_table(file)
        if "request_id" in plain or not _several_rows(table):
            return read_records(Kind.REQUESTS, [table], options, "incoming"), plain
    return recognise(file, registry.load()).read([file], options), plain


def _several_rows(table: Table) -> bool:
    """Whether an order stands in several different rows, which are its lines then."""
    return bool(table.frame.unique()["request_id"].drop_nulls().is_duplicated().any())


def _as_asked(names: Sequence[str]) -> tuple[str, ...]:
    """Plain names of a request; what is there already under its own name keeps it."""
    there = {plain_name(name) for name in names}
    return tuple(
        to if (to := _AS_ASKED.get(plain_name(name), "")) and to not in there else plain_name(name)
        for name in names
    )


def _csv_table(file: InputFile) -> Table:
    header = read_header(file)
    names = _as_asked(header.names)
    wanted = [own for own, name in zip(header.names, names, strict=True) if name in _READ]
    return read_csv(file, wanted, header).renamed(names)


def _json_table(file: InputFile) -> Table:
    found = read_json(file)
    rows: list[Row] = []
    spelled: dict[str, str] = {}
    for record in found.records:
        cells = cells_of(record.value)
        names = _as_asked(tuple(cells))
        spelled.update(zip(names, cells, strict=True))
        own = dict(zip(names, cells.values(), strict=True))
        rows.append(Row(record.line, own, texts=((record.line, record.text),)))
    return record_table(
        file, rows, _READ, records=found.rows, bad=found.bad, kind=Kind.REQUESTS, spelled=spelled
    )


def _rows(batch: Batch, names: set[str], services: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`Incoming.rows` and `Incoming.lines` of one file."""
    parts, lines = [], []
    if batch.requests is not None:
        asked = "request_id" in names
        own = pl.col("request_key")
        rows = batch.requests.select(
            "line", "store", "person_key", "service", "package", "requirements", "start_date", "currency",
            kind=pl.lit("request" if asked else "order"),
            request_id=own if asked else pl.lit(ORDER_PREFIX) + own.str.strip_prefix("#"),
            at="requested_at", amount="price", judged=pl.lit(value=asked or "requirements" in names),
        )  # fmt: skip
        rows = _parted(rows, services)
        parts.append(rows)
        lines.append(rows.select(_OF_LINES))
    if batch.orders is not None:
        orders = batch.orders.unique(["store", "order_key"], keep="last", maintain_order=True)
        number = pl.lit(ORDER_PREFIX) + pl.coalesce("number", "order_key")
        none = pl.DataFrame(
            schema={"version": pl.Int32, "line_no": pl.Int32, "product": pl.String, "is_tip": pl.Boolean}
        )
        sold = none if batch.order_lines is None else batch.order_lines.filter(~pl.col("is_tip"))
        of_order = (
            orders.select("version", "store", request_id=number)
            .join(sold.select("version", "line_no", "product"), on="version", how="left")
            .sort("line_no")
        )
        told = of_order.join(
            named(of_order["product"], services), on="product", how="left", maintain_order="left"
        )
        first = told.unique(["store", "request_id"], keep="first", maintain_order=True)
        parts.append(
            orders.select(
                "line", "store", "person_key", "currency", kind=pl.lit("order"), request_id=number,
                at="placed_at", amount="order_total", judged=pl.lit(value=False),
                requirements=pl.lit(None, dtype=pl.String),
                start_date=pl.lit(None, dtype=pl.Date),
            ).join(
                first.select("store", "request_id", "service", "package"), on=["store", "request_id"], how="left"
            )
        )  # fmt: skip
        lines.append(told.select(_OF_LINES))
    empty = pl.DataFrame(schema=_COLUMNS)
    typed = [one.select(pl.col(name).cast(kind) for name, kind in _COLUMNS.items()) for one in parts]
    return pl.concat([empty, *typed]).sort("line"), pl.concat([empty.select(_OF_LINES), *lines])


def _parted(rows: pl.DataFrame, services: Sequence[str]) -> pl.DataFrame:
    """Rows (service, package) in which a service that is called as a line with its package is parted, as of lines."""
    alone = pl.col("package").is_null()
    lines = named(rows.filter(alone)["service"], services)
    return (
        rows.join(
            lines, left_on="service", right_on="product", how="left", suffix="_of", maintain_order="left"
        )
        .with_columns(
            service=pl.when(alone).then(pl.coalesce("service_of", "service")).otherwise("service"),
            package=pl.coalesce("package", "package_of"),
        )
        .drop("service_of", "package_of")
    )

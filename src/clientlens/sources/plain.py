"""Plain tables of several kinds as one batch: whatever they were read from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.model.batch import Batch, FileReport
from clientlens.sources.canonical import Kind
from clientlens.sources.plain_clients import read_clients
from clientlens.sources.plain_orders import Rules, read_orders
from clientlens.sources.plain_records import read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Table
    from clientlens.sources.input import InputFile

_TABLES = (
    "orders", "order_lines", "checkouts", "checkout_lines", "reviews", "events", "scans", "requests", "people",
)  # fmt: skip
_NAMED = 12
_COUNTS = ("people_rows", "rows_skipped", "rows_duplicate", "rows_set_aside", "test_orders_skipped")


def read_files(
    files: Sequence[InputFile],
    options: ReadOptions,
    source: str,
    table_of: Callable[[InputFile], tuple[Kind, Table, list[str]]],
    what: str,
) -> Batch:
    """Files of plain names as one batch, with a note on the names of each that no plain file has.

    Args:
        table_of: a file's kind, its table, and those names. what: they are, for the note: columns or keys.
    """
    tables: dict[Kind, list[Table]] = {}
    notes = []
    for file in files:
        kind, table, unknown = table_of(file)
        tables.setdefault(kind, []).append(table)
        if unknown:
            notes.append(f"{file.name}: {what} that no plain file has were not read: {shortened(unknown)}")
    return read_plain(tables, options, source, files, notes)


def read_plain(
    tables: Mapping[Kind, Sequence[Table]],
    options: ReadOptions,
    source: str,
    files: Sequence[InputFile],
    notes: Sequence[str] = (),
    rules: Rules | None = None,
) -> Batch:
    """All tables of a call as one batch.

    Args:
        tables: by what their rows are. files: in the order in which the batch is to report them.
        rules: of the orders.
    """
    batches = []
    for kind, mine in tables.items():
        if kind is Kind.ORDERS:
            batches.append(read_orders(mine, options, source, rules))
        elif kind is Kind.CLIENTS:
            batches.append(read_clients(mine, options, source))
        else:
            batches.append(read_records(kind, mine, options, source))
    return merged(batches, source, options.store, files, notes)


def shortened(names: Sequence[str]) -> str:
    """Names in one line, the first dozen of many."""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def merged(
    batches: Sequence[Batch], source: str, store: str, files: Sequence[InputFile], notes: Sequence[str] = ()
) -> Batch:
    """Batches of one source as one: each table's versions and files numbered anew."""
    by_name: dict[str, FileReport] = {}
    for batch in batches:
        for report in batch.files:
            known = by_name.get(report.file)
            by_name[report.file] = report if known is None else replace(known, rows=known.rows + report.rows)
    reports = tuple(by_name[file.name] for file in files)
    place = {report.file: number for number, report in enumerate(reports)}
    frames: dict[str, list[pl.DataFrame]] = {name: [] for name in _TABLES}
    offset = 0
    for batch in batches:
        moved = [place[report.file] for report in batch.files]
        highest = 0
        for name in _TABLES:
            frame = getattr(batch, name)
            if frame is None:
                continue
            if "version" in frame.columns:
                highest = max(highest, 1 + int(frame["version"].max() if frame.height else -1))
                frame = frame.with_columns(pl.col("version") + offset)
            if "file_no" in frame.columns:
                new = pl.Series(moved, dtype=pl.Int32).gather(frame["file_no"])
                frame = frame.with_columns(file_no=new)
            frames[name].append(frame)
        offset += highest
    counts: dict[str, Any] = {name: sum(getattr(batch, name) for batch in batches) for name in _COUNTS}
    order = {file.name: number for number, file in enumerate(files)}
    problems = sorted(
        (problem for batch in batches for problem in batch.problems),
        key=lambda problem: (order[problem.file], problem.line or 0),
    )
    together: dict[str, Any] = {name: pl.concat(found) if found else None for name, found in frames.items()}
    return Batch(
        source=source,
        store=store,
        files=reports,
        **together,
        **counts,
        problems=tuple(problems),
        rejects=tuple(one for batch in batches for one in batch.rejects),
        notes=(*notes, *(note for batch in batches for note in batch.notes)),
    )

"""Records of another layout (JSON, mostly) as a table of the plain formats' columns.

A record becomes one row, or one a line of its order: the first of these rows has the order's own cells, all of them
those of their line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.csvfile import Header
from clientlens.sources.rejecting import line_by_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientlens.model.batch import Rejects
    from clientlens.sources.csvfile import BadRow
    from clientlens.sources.findings import Table
    from clientlens.sources.input import InputFile
    from clientlens.sources.rejecting import Written


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the physical line it is told by, its cells by plain name, and which record it is of.

    record: number of the record whose rows belong together; None: they belong together by their order number, as in a
    CSV file. weight: how many records of the file the row stands for; 0 for all but the first of a record's rows.
    texts: line and text of each of these records.
    """

    line: int
    cells: Mapping[str, str | None]
    record: int | None = None
    weight: int = 1
    texts: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SpelledHeader(Header):
    """Plain names as cells; messages use the words of the file.

    shown: plain name -> what messages call it; the name itself where it is not there.
    """

    shown: Mapping[str, str] = field(default_factory=dict)

    def spelled(self, name: str) -> str:
        """What messages call a column."""
        return self.shown.get(name, name)


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A `findings.Table`. record (Int64, null where rows belong together by number), weight (Int64), texts: of each row.

    kind, suffix: see `batch.Rejects`. above: see `rejecting.line_by_line`.
    """

    file: InputFile
    header: Header
    frame: pl.DataFrame
    lines: pl.Series
    rows: int
    bad: tuple[BadRow, ...]
    record: pl.Series
    weight: pl.Series
    texts: tuple[tuple[tuple[int, str], ...], ...]
    kind: str
    suffix: str
    above: Mapping[int, tuple[int, str]]

    def written(self, records: Iterable[int]) -> list[Written]:
        """Line and text of the records behind some rows, by position."""
        return [(line, (text,)) for number in records for line, text in self.texts[number]]

    def rejects(self, rows: Sequence[Written], records: int) -> Rejects:
        """Records to be written out; see `rejecting.line_by_line`."""
        return line_by_line(self.file, rows, records, self.suffix, self.kind, self.above)

    def without_cells(self) -> RecordTable:
        """The table with an empty frame."""
        return replace(self, frame=self.frame.clear())


def record_table(
    file: InputFile,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    records: int,
    bad: tuple[BadRow, ...] = (),
    spelled: Mapping[str, str] | None = None,
    kind: str = "",
    suffix: str = ".jsonl",
    above: Mapping[int, tuple[int, str]] | None = None,
) -> RecordTable:
    """A table of rows.

    Args:
        columns: the plain names it has, in order. records: of the file, the bad ones counted.
        spelled: plain name -> what messages call it; the name itself where it is not there.
        kind, suffix: see `batch.Rejects`. above: see `rejecting.line_by_line`.
    """
    filled = {name for row in rows for name in row.cells}
    frame = pl.DataFrame(
        {
            name: pl.Series([row.cells.get(name) or None for row in rows], dtype=pl.String)
            if name in filled
            else pl.repeat(None, len(rows), dtype=pl.String, eager=True)
            for name in columns
        }
    )
    record = pl.Series([row.record for row in rows], dtype=pl.Int64)
    return RecordTable(
        file,
        SpelledHeader(tuple(columns), tuple(columns), ",", 0, 1, spelled or {}),
        frame,
        pl.Series([row.line for row in rows], dtype=pl.UInt32),
        records,
        bad,
        record,
        pl.Series([row.weight for row in rows], dtype=pl.Int64),
        tuple(row.texts for row in rows),
        kind,
        suffix,
        above or {},
    )


def places(tables: Sequence[Table]) -> pl.DataFrame:
    """_record, _weight (Int64) of every row of all tables, in the order of `findings.stack`."""
    return pl.concat(
        pl.DataFrame({"_record": table.record, "_weight": table.weight})
        if isinstance(table, RecordTable)
        else pl.select(
            _record=pl.repeat(None, len(table.lines), dtype=pl.Int64),
            _weight=pl.repeat(1, len(table.lines), dtype=pl.Int64),
        )
        for table in tables
    )

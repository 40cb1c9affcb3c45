"""What reading found wrong: problems by row, and the rows that are set aside because of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

import polars as pl

from clientlens.problems import Problem
from clientlens.sources.parsing import bad

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from clientlens.model.batch import Rejects
    from clientlens.sources.csvfile import BadRow, Header
    from clientlens.sources.input import InputFile
    from clientlens.sources.rejecting import Written

PLACE = {"_i": pl.UInt32, "_file": pl.Int32, "_row": pl.UInt32, "_line": pl.UInt32}
"""Where a row comes from: number over all files, index of the file, record in its table, physical line."""


class Table(Protocol):
    """A file as columns of text, whatever it is made of; see `csvfile.CsvTable` for what each part means."""

    @property
    def file(self) -> InputFile: ...
    @property
    def header(self) -> Header: ...
    @property
    def frame(self) -> pl.DataFrame: ...
    @property
    def lines(self) -> pl.Series: ...
    @property
    def rows(self) -> int: ...
    @property
    def bad(self) -> tuple[BadRow, ...]: ...

    def written(self, records: Iterable[int]) -> list[Written]:
        """Line and cells of the file's records behind some rows of `frame`, by position: as they stand there."""
        ...

    def rejects(self, rows: Sequence[Written], records: int) -> Rejects:
        """Some of these, and cells of bad records, to be written out."""
        ...

    def without_cells(self) -> Self:
        """The table with an empty frame."""
        ...


def stack(tables: Sequence[Table], columns: Sequence[str]) -> pl.DataFrame:
    """All rows of all files below each other: `PLACE` and `columns`, null where a file lacks a column."""
    frames = [
        table.frame.select(
            pl.lit(number, dtype=pl.Int32).alias("_file"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"),
            table.lines.alias("_line"),
            *(
                pl.col(name) if name in table.frame.columns else pl.lit(None, dtype=pl.String).alias(name)
                for name in columns
            ),
        )
        for number, table in enumerate(tables)
    ]
    return pl.concat(frames).with_row_index("_i")


def counted(number: int, noun: str) -> str:
    """'1 order', '2 orders'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(slots=True)
class Findings:
    """Problems gathered while reading the files `tables`."""

    tables: Sequence[Table]
    problems: list[tuple[int, int, Problem]] = field(default_factory=list)
    """Index of the file, physical line, the problem."""
    rows: set[int] = field(default_factory=set)
    """`_i` of every row with a problem of its own."""
    cells: set[tuple[int, str]] = field(default_factory=set)
    """`_i` and column of every cell with a problem; the first told of a cell is enough."""
    _told: set[tuple[int, str, str]] = field(default_factory=set)
    """`_i`, column as the file spells it, and message."""

    def add_rows(self, rows: pl.DataFrame, message: str, column: str | None = None) -> None:
        """Each of `rows` (`PLACE` columns and, when named, `column`) gets this problem."""
        values = rows[column].to_list() if column else [None] * rows.height
        places = zip(
            rows["_i"].to_list(), rows["_file"].to_list(), rows["_line"].to_list(), values, strict=True
        )
        for i, file, line, value in places:
            if column is not None:
                if (i, column) in self.cells:
                    continue
                self.cells.add((i, column))
            table = self.tables[file]
            spelled = table.header.spelled(column) if column else None
            if spelled is not None:
                # Two columns may be read from one of the file.
                if (i, spelled, message) in self._told:
                    continue
                self._told.add((i, spelled, message))
            self.problems.append((file, line, Problem(table.file.name, line, spelled, value, message)))
            self.rows.add(i)

    def without_cells(self) -> Sequence[Table]:
        """The tables without their frames, from here on: when all values are read, the cells only fill memory."""
        self.tables = [table.without_cells() for table in self.tables]
        return self.tables

    def check(
        self, frame: pl.DataFrame, faults: Mapping[str, pl.Expr], message: Callable[[str], str] | str
    ) -> None:
        """Rows of `frame` where a fault (Boolean, by column name) holds get a problem of that column."""
        names = list(faults)
        anywhere = pl.any_horizontal(faults.values()).fill_null(value=False)
        found = frame.lazy().select(anywhere.alias("any")).collect()["any"]
        if not found.any():
            return
        rows = frame.filter(found)
        for name in names:
            hits = rows.filter(faults[name].fill_null(value=False))
            self.add_rows(hits, message if isinstance(message, str) else message(name), name)

    def unreadable(self, frame: pl.DataFrame, values: Mapping[str, str], message: str) -> None:
        """Cells of the text columns (keys) that are filled though their parsed column (value) is null."""
        doubtful = pl.any_horizontal(
            pl.col(value).is_null() & pl.col(text).is_not_null() for text, value in values.items()
        )
        # Looking at nulls costs next to nothing, and mostly settles it.
        rows = frame.filter(doubtful) if frame.select(doubtful.any()).item() else frame.clear()
        self.check(rows, {text: bad(pl.col(text), pl.col(value)) for text, value in values.items()}, message)

    def bad_records(self) -> None:
        """The records that were no rows at all."""
        for number, table in enumerate(self.tables):
            for row in table.bad:
                self.problems.append(
                    (number, row.line, Problem(table.file.name, row.line, None, None, row.message))
                )

    def sorted_problems(self) -> tuple[Problem, ...]:
        """By file, then by line."""
        return tuple(problem for _, _, problem in sorted(self.problems, key=lambda entry: entry[:2]))

    def rejects(self, aside: pl.DataFrame) -> tuple[Rejects, ...]:
        """Rows set aside (`PLACE` columns) and bad records as they stood, by file, in the order of their lines."""
        out = []
        for number, table in enumerate(self.tables):
            mine = aside.filter(pl.col("_file") == number)
            rows = [*table.written(mine["_row"].to_list()), *((row.line, row.cells) for row in table.bad)]
            if rows:
                rows.sort(key=lambda row: row[0])
                whole = int(mine["_weight"].sum()) if "_weight" in mine.columns else mine.height
                out.append(table.rejects(rows, whole + len(table.bad)))
        return tuple(out)

    def tell_members(self, aside: pl.DataFrame, message: str) -> None:
        """Each record behind rows set aside (`PLACE` columns) that no problem names gets this one."""
        told = {(file, line) for file, line, _ in self.problems}
        for file, row in aside.filter(pl.col("_weight") > 1).select("_file", "_row").rows():
            table = self.tables[file]
            for line, _ in table.written([row]):
                if (file, line) not in told:
                    told.add((file, line))
                    self.problems.append((file, line, Problem(table.file.name, line, None, None, message)))

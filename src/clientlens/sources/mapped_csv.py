"""Tables of somebody else's making, read as plain columns by a mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import BadHeader, LinesAlone
from clientlens.model.mapping import LINES
from clientlens.sources.canonical import ORDER_COLUMNS, Kind, Part
from clientlens.sources.csvfile import Header, normalise, read_csv
from clientlens.sources.findings import counted
from clientlens.sources.headers import candidates
from clientlens.sources.mapping import their_columns
from clientlens.sources.order_rows import OF_LINE
from clientlens.sources.parsing import blank_to_null
from clientlens.sources.plain import read_plain
from clientlens.sources.plain_orders import Rules
from clientlens.sources.tomllines import meant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.model.mapping import FileMapping, Section
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

_FILLED_IN_FOOTER = 3
"""A row in which more of the mapped columns than these, or all of them, are filled is data, whatever it says."""
_WHOSE = ("order_id", "number", "source_id", "store")
_OF_SUMMARY = tuple(
    column.name for column in ORDER_COLUMNS if column.part is not Part.LINE and column.name not in _WHOSE
)


@dataclass(frozen=True, slots=True)
class Fit:
    """A section that reads a file, the header it found there, and which section of the mapping it is."""

    section: Section
    header: Header
    number: int


@dataclass(frozen=True, slots=True)
class _MappedHeader(Header):
    """A file's header that knows which of its columns became a plain one."""

    own: Mapping[str, str]

    def spelled(self, name: str) -> str:
        return self.own.get(name, name)


def fit(file: InputFile, mapping: FileMapping) -> Fit | None:
    """The section whose columns a file has, the one with most of them; None: no section fits."""
    found = []
    for number, section in enumerate(mapping.sections):
        for header in candidates(file, section.delimiter):
            if not _missing(section, header):
                known = {normalise(column) for column in their_columns(section)} & set(header.names)
                found.append((len(known), -number, Fit(section, header, number)))
                break
    return max(found, key=lambda one: one[:2])[2] if found else None


def misfit(file: InputFile, mapping: FileMapping) -> list[str]:
    """What the section that comes nearest misses: each of its columns, with the one that may be meant."""
    nearest: tuple[int, int, list[str]] | None = None
    for section in mapping.sections:
        for header in candidates(file, section.delimiter):
            missing = _missing(section, header)
            found = len(section.columns) + len(section.sums) - len(missing)
            told = [
                " or ".join(repr(name) for name in names)
                + meant(names[0], [cell.strip() for cell in header.cells if cell.strip()])
                for names in missing
            ]
            if nearest is None or (found, -len(missing)) > nearest[:2]:
                nearest = (found, -len(missing), told)
    return nearest[2] if nearest else []


def _missing(section: Section, header: Header) -> list[tuple[str, ...]]:
    """Of what a section needs the alternatives that a header has none of."""
    there = set(header.names)
    needed = [
        *section.columns.values(),
        *((name.removeprefix("-"),) for names in section.sums.values() for name in names),
        *([(section.summary_row,)] if section.summary_row else []),
    ]
    missing = [names for names in needed if not there & {normalise(name) for name in names}]
    return list(dict.fromkeys(missing))


def read_mapped(
    files: Sequence[tuple[InputFile, Fit]], mapping: FileMapping, options: ReadOptions, source: str
) -> Batch:
    """Read files of one call that fit sections of a mapping; see `Batch` for what comes back.

    Raises:
        LinesAlone: only lines, and no orders. BadHeader: a column that is read stands there twice.
        AmbiguousDates, UnterminatedQuote: see there.
    """
    alone = [file.name for file, found in files if found.section.kind == LINES]
    if alone and not any(found.section.kind == Kind.ORDERS for _, found in files):
        raise LinesAlone(alone[0], mapping.name)
    tables: dict[Kind, list[CsvTable]] = {}
    lines_only = set()
    notes = [] if mapping.note is None else [mapping.note.strip().replace("\n", " ")]
    skipped = 0
    sums: dict[str, list[str]] = {}
    status: dict[str, str] = {}
    for file, found in files:
        table, left_out = _table(file, found)
        skipped += left_out
        if left_out:
            notes.append(f"{file.name}: {counted(left_out, 'row')} of its foot left out: no data")
        mine = tables.setdefault(Kind.ORDERS if found.section.kind == LINES else Kind(found.section.kind), [])
        if found.section.kind == LINES:
            lines_only.add(len(mine))
        mine.append(table)
        status |= found.section.status
        for amount, columns in found.section.sums.items():
            known = sums.setdefault(amount, [])
            known += [name for name in _sum_names(found, columns) if name not in known]
    rules = Rules(status=status, sums=sums, lines_only=frozenset(lines_only))
    batch = read_plain(tables, _by(mapping, options), source, [file for file, _ in files], notes, rules)
    return replace(batch, rows_skipped=batch.rows_skipped + skipped)


def _by(mapping: FileMapping, options: ReadOptions) -> ReadOptions:
    """The options, and where they say nothing what the mapping says."""
    return replace(
        options,
        timezone=options.timezone or mapping.timezone,
        date_format=options.date_format or mapping.date_format,
        decimal=options.decimal or mapping.decimal,
        currency=options.currency or mapping.currency,
    )


def _sum_names(found: Fit, columns: Sequence[str]) -> list[str]:
    """What the columns that are added up are called in the table: of their own, since they may be plain ones too."""
    return [
        ("-" if name.startswith("-") else "") + f"{found.number}:{normalise(name.removeprefix('-'))}"
        for name in columns
    ]


def _table(file: InputFile, found: Fit) -> tuple[CsvTable, int]:
    """A file under plain names, and how many of its rows are a foot without data."""
    section, header = found.section, found.header
    wanted = [name for name in map(normalise, their_columns(section)) if name in header.names]
    for name in wanted:
        if header.names.count(name) > 1:
            raise BadHeader(
                file.name,
                f"the column {header.spelled(name)!r} stands there twice",
                "remove or rename one of them",
            )
    table = read_csv(file, wanted, header)
    table, skipped = _without_foot(table, section)
    columns, own = _columns(found)
    frame = table.frame.select(columns)
    if section.summary_row is not None:
        blank = table.frame.select(blank_to_null(_cell(section, section.summary_row)).is_null()).to_series()
        frame = _summarised(frame, blank)
    spelled = _MappedHeader(header.cells, header.names, header.delimiter, header.start, header.line, own)
    return replace(table, header=spelled, frame=frame), skipped


def _cell(section: Section, column: str) -> pl.Expr:
    """The cells of one of the file's columns: null where they mean nothing, else as they stand."""
    cell = pl.col(normalise(column))
    bare = cell.str.strip_chars()
    cell = pl.when((bare != "") & ~bare.is_in(list(section.blank))).then(cell)
    fill = {normalise(name): value for name, value in section.fill.items()}.get(normalise(column))
    return cell if fill is None else cell.fill_null(fill)


def _columns(found: Fit) -> tuple[list[pl.Expr], dict[str, str]]:
    """The plain columns of a file, and what the file itself calls each of them."""
    section, header = found.section, found.header
    exprs, own = [], {}
    for plain, theirs in {**section.columns, **section.optional}.items():
        there = [name for name in theirs if normalise(name) in header.names]
        if there:
            exprs.append(pl.coalesce(_cell(section, name) for name in there).alias(plain))
            own[plain] = header.spelled(normalise(there[0]))
    exprs += [pl.lit(value).alias(plain) for plain, value in section.constants.items()]
    for columns in section.sums.values():
        for name, column in zip(_sum_names(found, columns), columns, strict=True):
            bare, summand = name.removeprefix("-"), column.removeprefix("-")
            if bare not in own:
                exprs.append(_cell(section, summand).alias(bare))
                own[bare] = header.spelled(normalise(summand))
    return exprs, own


def _without_foot(table: CsvTable, section: Section) -> tuple[CsvTable, int]:
    """The table without the rows that a pattern of its foot fits, and how many they were."""
    if not section.footer:
        return table, 0
    patterns = [
        re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)
        for pattern in section.footer
    ]

    def is_foot(cells: Sequence[str]) -> bool:
        text = " ".join(cell.strip() for cell in cells if cell.strip())
        return any(pattern.fullmatch(text) for pattern in patterns)

    filled = pl.sum_horizontal(pl.all().is_not_null().cast(pl.Int64))
    few = (filled <= _FILLED_IN_FOOTER) & (filled < table.frame.width)
    rows = table.frame.select(few.arg_true()).to_series().to_list()
    foot = [row for row, cells in zip(rows, table.raw(rows), strict=True) if is_foot(cells)]
    bad = tuple(row for row in table.bad if not is_foot(row.cells))
    skipped = len(foot) + len(table.bad) - len(bad)
    if not skipped:
        return table, 0
    keep = ~pl.Series(range(table.frame.height), dtype=pl.UInt32).is_in(foot)
    return replace(
        table,
        frame=table.frame.filter(keep),
        starts=table.starts.filter(keep),
        ends=table.ends.filter(keep),
        lines=table.lines.filter(keep),
        bad=bad,
    ), skipped


def _summarised(frame: pl.DataFrame, summary: pl.Series) -> pl.DataFrame:
    """In an order with a summary row only that row speaks of the order, and it is no line.

    Args:
        summary: Boolean, which rows are such.
    """
    if not summary.any():
        return frame
    speaks = pl.col("_summary").any().over("order_id")
    of_order = [name for name in frame.columns if name in _OF_SUMMARY or ":" in name]
    lines = [name for name in frame.columns if name in OF_LINE]
    return (
        frame.with_columns(_summary=summary)
        .with_columns(
            *(pl.when(~speaks | pl.col("_summary")).then(name).alias(name) for name in of_order),
            *(pl.when(~pl.col("_summary")).then(name).alias(name) for name in lines),
        )
        .drop("_summary")
    )

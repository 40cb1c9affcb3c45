"""CSV files record by record: for files with a fault somewhere, where every record must be judged alone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import UnterminatedQuote
from clientlens.sources.csvfile import (
    HEADER_AGAIN,
    MARK,
    MARKED,
    BadRow,
    CsvTable,
    Header,
    Taken,
    is_header,
    quote_fault,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientlens.sources.input import InputFile

_PIECE = 20_000


def read_exactly(file: InputFile, header: Header, columns: list[str]) -> CsvTable:
    """Read a file with Python's csv module.

    Lines may end in LF, CR LF or CR. Blank lines and all-blank records are no rows. Bad rows: another number of
    cells than the header, a NUL, text glued to a closing quote, the header again.

    Raises:
        UnterminatedQuote: a quote that never closes, or closes only lines later in the middle of a cell, which is
            the same fault: it swallowed rows.
    """
    picks = [header.names.index(column) for column in columns]
    width = len(header.cells)
    has_nul = b"\0" in file.text
    frames: list[pl.DataFrame] = []
    rows: list[tuple[str, ...]] = []
    places: list[tuple[int, int, int]] = []
    bad: list[BadRow] = []
    schema = dict.fromkeys(columns, pl.String)
    for record, cells in _records(file.text, header):
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        message = _fault(file.name, record, cells, header, width, nul=has_nul)
        if message is not None:
            bad.append(BadRow(record.line, tuple(cells), message))
            continue
        places.append((record.start, record.end, record.line))
        rows.append(tuple(cells[pick] for pick in picks))
        if len(rows) == _PIECE:
            frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
            rows = []
    frames.append(pl.DataFrame(rows, schema=schema, orient="row"))
    frame = (
        pl.concat(frames).with_columns(pl.when(pl.all() != "").then(pl.all())) if columns else pl.DataFrame()
    )
    at = pl.DataFrame(places, schema={"start": pl.UInt64, "end": pl.UInt64, "line": pl.UInt32}, orient="row")
    return CsvTable(
        file, header, frame, at["start"], at["end"], at["line"], len(places) + len(bad), tuple(bad)
    )


class _Record:
    """Where a record stands, and its text as it was written."""

    __slots__ = ("end", "line", "raw", "start")

    def __init__(self, start: int, end: int, line: int, raw: str) -> None:
        self.start = start
        self.end = end
        self.line = line
        self.raw = raw


def _records(text: bytes, header: Header) -> Iterator[tuple[_Record, list[str]]]:
    source = io.BytesIO(text)
    source.seek(header.start)
    taken = Taken()
    start, line = header.start, header.line
    # newline="" leaves line ends as they are and knows all three kinds; the csv reader joins quoted ones again.
    for cells in csv.reader(
        taken.keeping(io.TextIOWrapper(source, encoding="utf-8", newline="")), delimiter=header.delimiter
    ):
        raw = taken.text()
        end = start + (len(raw) if raw.isascii() else len(raw.encode()))
        yield _Record(start, end, line, raw), cells
        start, line = end, line + taken.count
        taken.clear()


def _fault(
    file: str, record: _Record, cells: list[str], header: Header, width: int, *, nul: bool
) -> str | None:
    if '"' in record.raw:
        opening = quote_fault(record.raw, header.delimiter)
        if opening is not None:
            if _spans_lines(record.raw, opening):
                before = record.raw[:opening]
                above = before.count("\n") + before.count("\r") - before.count("\r\n")
                raise UnterminatedQuote(file, record.line + above)
            return "text is glued to a closing quote"
    if nul and "\0" in record.raw:
        return "the row holds a NUL byte"
    if len(cells) != width:
        return f"the row has {len(cells)} cells, the header {width}"
    if is_header(tuple(cells), header):
        return HEADER_AGAIN
    return MARKED if record.raw.startswith(MARK) else None


def _spans_lines(raw: str, opening: int) -> bool:
    """Whether the quote that opens there closes on a later line, or never."""
    closing = raw.find('"', opening + 1)
    while closing >= 0 and raw[closing + 1 : closing + 2] == '"':
        closing = raw.find('"', closing + 2)
    return closing < 0 or "\n" in raw[opening:closing] or "\r" in raw[opening:closing]

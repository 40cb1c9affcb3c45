"""CSV files as columns of text, with every record accounted for.

Two ways lead to the same table. The fast one (Polars) is taken only when a scan of the bytes proves that the file
follows RFC 4180 to the letter: each quote stands where one may stand, there is no NUL and no lone carriage return,
every record has as many cells as the header, and as many records come out as the scan counted. (Polars itself would
fill up a record that is too short without a word.) Anything else goes the exact way (`csvexact`), record by record,
where bad rows are set aside with their physical line.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from clientlens.errors import BadHeader, Unreadable, UnterminatedQuote
from clientlens.sources.rejecting import under_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clientlens.model.batch import Rejects
    from clientlens.sources.input import InputFile
    from clientlens.sources.rejecting import Written

csv.field_size_limit(2**31 - 1)

_HEADER_LIMIT = 1 << 22
_SLICE = 1 << 28
_BLOCK = 1 << 23
"""A record larger than this is none of a shop's; readers that work in pieces are not to be trusted with it."""
_FEW = 1 << 20
_QUOTE, _LF, _CR = b'"\n\r'
_DELIMITERS = ",;\t|"
_JOINED = 4096


def normalise(cell: str) -> str:
    """A header cell as it is compared: trimmed, lower case, '-' as a blank, 'cancelled' with two l."""
    return " ".join(cell.replace("-", " ").lower().split()).replace("canceled", "cancelled")


@dataclass(frozen=True, slots=True)
class Header:
    """The first record of a file.

    cells: as spelled; names: normalised; start: byte at which the data begins; line: its physical line.
    """

    cells: tuple[str, ...]
    names: tuple[str, ...]
    delimiter: str
    start: int
    line: int

    def spelled(self, name: str) -> str:
        """How this file spells a normalised name (the name itself when the file does not have it)."""
        return self.cells[self.names.index(name)] if name in self.names else name


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that is no row of its table: its physical line, its cells as far as they can be told, the reason."""

    line: int
    cells: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class CsvTable:
    """One CSV file.

    frame: the wanted columns that the file has, by normalised name, all String, blank cells null; good records only.
    starts, ends (UInt64), lines (UInt32): where each of them stands in `file.text`, and on which physical line.
    rows: records in the file, the bad ones counted, blank lines not.
    """

    file: InputFile
    header: Header
    frame: pl.DataFrame
    starts: pl.Series
    ends: pl.Series
    lines: pl.Series
    rows: int
    bad: tuple[BadRow, ...]

    def raw(self, records: Iterable[int]) -> list[tuple[str, ...]]:
        """All cells, as they stand, of some records of `frame`, by position."""
        return [
            _cells(self.file.text[self.starts[record] : self.ends[record]], self.header.delimiter)
            for record in records
        ]

    def written(self, records: Iterable[int]) -> list[Written]:
        """The same, each with its line."""
        rows = list(records)
        return list(zip(self.lines.gather(rows).to_list(), self.raw(rows), strict=True))

    def rejects(self, rows: Sequence[Written], records: int) -> Rejects:
        """Rows to be written out; see `rejecting.under_header`."""
        return under_header(self.file, self.header, rows, records)

    def without_cells(self) -> CsvTable:
        """The table with an empty frame."""
        return replace(self, frame=self.frame.clear())

    def renamed(self, names: Sequence[str]) -> CsvTable:
        """The table with other names for its columns, by position; messages still spell them as the file does."""
        new = dict(zip(self.header.names, names, strict=True))
        return replace(
            self,
            header=replace(self.header, names=tuple(names)),
            frame=self.frame.rename({name: new[name] for name in self.frame.columns}),
        )


def read_header(file: InputFile) -> Header:
    """The header record, its delimiter found on that record alone (or told by a first line `sep=;`).

    Raises:
        Unreadable: there is no record at all.
        BadHeader: a name stands there twice.
        UnterminatedQuote: the header itself never ends.
    """
    whole = len(file.text) <= _HEADER_LIMIT
    text = file.text[:_HEADER_LIMIT].decode("utf-8", "strict" if whole else "ignore")
    lines = io.StringIO(text, newline="")
    skipped, line, told = 0, 1, None
    for first in lines:
        bare = first.strip().strip('"')
        if told is None and bare[:4].lower() == "sep=" and len(bare) == 5:
            told = bare[4]
        elif first.strip():
            break
        skipped, line = skipped + len(first), line + 1
    else:
        raise Unreadable(file.name, "the file holds no data", "export it again")
    delimiter = told or _sniff(text[skipped:])
    lines.seek(skipped)
    taken = Taken()
    cells = next(csv.reader(taken.keeping(lines), delimiter=delimiter))
    raw = taken.text()
    if quote_fault(raw, delimiter) is not None:
        raise UnterminatedQuote(file.name, line)
    names = tuple(normalise(cell) for cell in cells)
    counts = Counter(names)
    repeated = [cell for cell, name in zip(cells, names, strict=True) if name and counts[name] > 1]
    if repeated:
        raise BadHeader(
            file.name, f"the column {repeated[0]!r} stands there twice", "remove or rename one of them"
        )
    start = len((text[:skipped] + raw).encode())
    return Header(tuple(cells), names, delimiter, start, line + taken.count)


def _sniff(text: str) -> str:
    """The delimiter that the header record has most often outside quotes; a comma when it has none."""
    outside = "".join(text[: _end_of_record(text)].split('"')[::2])
    mark, count = Counter({mark: outside.count(mark) for mark in _DELIMITERS}).most_common(1)[0]
    return mark if count else ","


def _end_of_record(text: str) -> int:
    quoted = False
    for position, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted:
            return position
    return len(text)


class Taken:
    """What a csv reader has consumed for one record: how many lines, and their text."""

    __slots__ = ("_lines", "_pieces", "count")

    def __init__(self) -> None:
        self.count = 0
        self._lines: list[str] = []
        self._pieces: list[str] = []

    def keeping(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines, each also kept here. A record of millions of short ones is joined as it goes: they weigh much."""
        for line in lines:
            self.count += 1
            self._lines.append(line)
            if len(self._lines) == _JOINED:
                self._pieces.append("".join(self._lines))
                self._lines.clear()
            yield line

    def text(self) -> str:
        """All of it."""
        if self.count == 1:
            return self._lines[0]
        return "".join((*self._pieces, *self._lines))

    def clear(self) -> None:
        """Forget it: the next record begins."""
        self.count = 0
        self._lines.clear()
        self._pieces.clear()


def quote_fault(record: str, delimiter: str) -> int | None:
    """Where in one record a quote opens that does not close as it should, or None.

    A quote inside an unquoted cell (`5" pipe`) is text and no fault.
    """
    position = 0
    while position < len(record):
        if record[position] == '"':
            close = _closing_quote(record, position)
            if close is None or (close + 1 < len(record) and record[close + 1] not in f"{delimiter}\r\n"):
                return position
            position = close + 1
        next_cell = record.find(delimiter, position)
        if next_cell < 0:
            return None
        position = next_cell + 1
    return None


def _closing_quote(record: str, opening: int) -> int | None:
    position = opening + 1
    while (position := record.find('"', position)) >= 0:
        if record[position + 1 : position + 2] != '"':
            return position
        position += 2
    return None


def _cells(record: bytes, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader(io.StringIO(record.decode(), newline=""), delimiter=delimiter), []))


def read_csv(file: InputFile, wanted: Iterable[str], header: Header | None = None) -> CsvTable:
    """Read the wanted columns (normalised names) of a file; columns it does not have are left out.

    Raises:
        UnterminatedQuote: a quote that never closes, naming the line where it opens.
    """
    from clientlens.sources.csvexact import read_exactly

    header = header or read_header(file)
    columns = [name for name in dict.fromkeys(wanted) if name in header.names]
    return _read_fast(file, header, columns) or read_exactly(file, header, columns)


def _read_fast(file: InputFile, header: Header, columns: list[str]) -> CsvTable | None:
    layout = _scan(file.text, header)
    if layout is None or not columns:
        return None
    frame = _parse(file.text, header, columns)
    if frame is None or frame.height != layout.height:
        return None
    if layout["blank"].any():
        frame, layout = frame.filter(~layout["blank"]), layout.filter(~pl.col("blank"))
    first = pl.col(columns[0]).str.strip_chars().str.to_lowercase()
    again = first == header.spelled(columns[0]).strip().lower()
    doubtful = frame.select(
        (pl.all_horizontal(pl.all().is_null()) | again.fill_null(value=False)).arg_true()
    ).to_series()
    table = CsvTable(file, header, frame, layout["start"], layout["end"], layout["line"], frame.height, ())
    return _without(table, doubtful.to_list()) if len(doubtful) else table


def _without(table: CsvTable, doubtful: list[int]) -> CsvTable:
    """The table without records that are all blank (no rows) or repeat the header (bad rows)."""
    blank: list[int] = []
    bad: dict[int, BadRow] = {}
    for record, cells in zip(doubtful, table.raw(doubtful), strict=True):
        if not any(cell.strip() for cell in cells):
            blank.append(record)
        elif is_header(cells, table.header):
            bad[record] = BadRow(table.lines[record], cells, HEADER_AGAIN)
    keep = ~pl.Series(range(table.frame.height), dtype=pl.UInt32).is_in([*blank, *bad])
    return CsvTable(
        table.file,
        table.header,
        table.frame.filter(keep),
        table.starts.filter(keep),
        table.ends.filter(keep),
        table.lines.filter(keep),
        table.frame.height - len(blank),
        tuple(bad.values()),
    )


HEADER_AGAIN = "the header stands here again"
MARK = "\ufeff"
MARKED = "a byte order mark stands here, as where two files were joined"


def is_header(cells: tuple[str, ...], header: Header) -> bool:
    """Whether a record repeats the header."""
    return tuple(normalise(cell.removeprefix(MARK)) for cell in cells) == header.names


def _scan(text: bytes, header: Header) -> pl.DataFrame | None:
    """start, end (UInt64), line (UInt32), blank (Boolean) of each record; None when in any doubt.

    Quotes alternate between opening and closing, a doubled one being a closing and an opening one. So with an even
    number of them, all opening ones after a delimiter, a line end or a quote, and all closing ones before one, the
    file is well-formed and a line end ends a record when an even number of quotes stands before it.
    """
    if b"\0" in text or MARK.encode() in text or (b"\r" in text and text.count(b"\r") != text.count(b"\r\n")):
        return None
    body = _bytes_of(text, header.start)
    quotes = _positions(body, _QUOTE)
    if len(quotes) % 2 or not _quotes_in_place(body, quotes, ord(header.delimiter)):
        return None
    newlines = _positions(body, _LF)
    if len(newlines) * len(header.names) > 2 * max(len(body), _FEW):
        # More lines than so many cells leave room for: most are blank, or all of one cell, and would each be a record.
        return None
    ends = pl.DataFrame({"end": newlines}).with_row_index("line", offset=header.line + 1)
    if len(quotes):
        ends = ends.filter(quotes.search_sorted(newlines) % 2 == 0)
    if len(body) and body[-1] != _LF:
        ends = pl.concat([ends, pl.DataFrame({"line": [0], "end": [len(body)]}, schema=ends.schema)])
    layout = ends.with_columns(
        start=pl.col("end").shift(1).cast(pl.Int64) + 1,
        line=pl.col("line").shift(1),  # a record begins on the line after the end of the one before
    ).select(
        start=pl.col("start").fill_null(0).cast(pl.UInt64),
        end=pl.col("end"),
        line=pl.col("line").fill_null(header.line).cast(pl.UInt32),
    )
    layout = layout.with_columns(blank=_blank_line(body))
    largest = layout.select((pl.col("end") - pl.col("start")).max()).item()
    if (largest or 0) > _BLOCK or not _cells_fit(body, layout, quotes, header):
        return None
    return layout.with_columns(pl.col("start", "end") + header.start)


def _blank_line(body: pl.Series) -> pl.Expr:
    length = pl.col("end") - pl.col("start")
    # "\r" alone before the line end; looking at the byte is safe, since no record of one byte is cut at the end.
    first = pl.col("start").map_batches(lambda at: body.gather(at.clip(0, max(len(body) - 1, 0))), pl.UInt8)
    return (length == 0) | ((length == 1) & (first == _CR))


def _cells_fit(body: pl.Series, layout: pl.DataFrame, quotes: pl.Series, header: Header) -> bool:
    """Whether each record that is no blank line has as many cells as the header; quoted delimiters do not count."""
    delimiters = body == ord(header.delimiter)
    ends = layout["end"]
    found = _counts_between(delimiters, ends).cum_sum()
    opening, closing = quotes.gather_every(2), quotes.gather_every(2, 1)
    filled = closing - opening > 1
    if filled.any():
        opening, closing = opening.filter(filled), closing.filter(filled)
        both = (
            pl.DataFrame({"o": opening, "c": closing}).select(pl.concat_list("o", "c").explode()).to_series()
        )
        quoted = _counts_between(delimiters, both).gather_every(2, 1).cum_sum()
        before = pl.concat([pl.Series(quoted.name, [0], dtype=quoted.dtype), quoted])
        found -= before.gather(closing.search_sorted(ends))
    expected = (~layout["blank"]).cast(pl.Int64).cum_sum() * (len(header.names) - 1)
    return bool((found == expected).all())


def _counts_between(marks: pl.Series, places: pl.Series) -> pl.Series:
    """How many marks (Boolean) stand before the first of some places (ascending), between it and the next, and so on.

    The marks stay the bits they are: each stretch of them becomes one list, without a copy.
    """
    offsets = pl.concat([pl.Series(places.name, [0], dtype=pl.Int64), places.cast(pl.Int64)])
    stretches = pl.from_arrow(pa.LargeListArray.from_arrays(offsets.to_arrow(), marks.to_arrow()))
    assert isinstance(stretches, pl.Series)  # noqa: S101  # from_arrow's type is a union; an array gives a series
    return stretches.list.sum().cast(pl.Int64)


def _bytes_of(text: bytes, start: int) -> pl.Series:
    buffer = pa.py_buffer(text).slice(start)
    series = pl.from_arrow(pa.Array.from_buffers(pa.uint8(), len(buffer), [None, buffer]))
    assert isinstance(series, pl.Series)  # noqa: S101  # from_arrow's type is a union; an array gives a series
    return series


def _positions(body: pl.Series, byte: int) -> pl.Series:
    parts = [
        (body.slice(begin, _SLICE) == byte).arg_true().cast(pl.UInt64) + begin
        for begin in range(0, max(len(body), 1), _SLICE)
    ]
    return pl.concat(parts)


def _quotes_in_place(body: pl.Series, quotes: pl.Series, delimiter: int) -> bool:
    if not len(quotes):
        return True
    opening, closing = quotes.gather_every(2), quotes.gather_every(2, 1)
    before = body.gather(opening.filter(opening > 0) - 1)
    after = body.gather(closing.filter(closing < len(body) - 1) + 1)
    return bool(before.is_in([delimiter, _LF, _QUOTE]).all()) and bool(
        after.is_in([delimiter, _LF, _CR, _QUOTE]).all()
    )


def _parse(text: bytes, header: Header, columns: list[str]) -> pl.DataFrame | None:
    """The columns by Polars, blank cells null; None when it cannot."""
    if header.start >= len(text):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    names = [str(position) for position in range(len(header.names))]
    try:
        frame = (
            pl.scan_csv(
                io.BytesIO(text),
                has_header=False,
                skip_lines=header.line - 1,
                schema=dict.fromkeys(names, pl.String),
                separator=header.delimiter,
            )
            # A blank cell means the same whether it is written as nothing or as "".
            .select(
                pl.when(pl.col(names[header.names.index(name)]) != "")
                .then(pl.col(names[header.names.index(name)]))
                .alias(name)
                for name in columns
            )
            .collect()
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None
    return frame.rechunk()

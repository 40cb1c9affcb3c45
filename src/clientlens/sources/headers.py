"""Finding the header of a table that does not begin with it: below a title, blank rows, rows of bare commas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from clientlens.sources.csvfile import Header, Taken, normalise, quote_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientlens.sources.input import InputFile

_START = 1 << 18
_RECORDS = 30
"""A header stands among the first so many records."""
MARKS = ",;\t|"


def candidates(file: InputFile, delimiter: str | None = None) -> Iterator[Header]:
    """Each of the first records as a header, read with a delimiter (None: with each of `MARKS`)."""
    text = file.text[:_START].decode("utf-8", "ignore")
    if len(file.text) > _START:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    for mark in delimiter or MARKS:
        yield from _records(text, mark)


def _records(text: str, mark: str) -> Iterator[Header]:
    taken = Taken()
    start, line = 0, 1
    reader = csv.reader(taken.keeping(io.StringIO(text, newline="")), delimiter=mark)
    for _ in range(_RECORDS):
        try:
            cells = next(reader, None)
        except csv.Error:
            return
        if cells is None:
            return
        raw = taken.text()
        start, line = start + len(raw.encode()), line + taken.count
        taken.clear()
        if quote_fault(raw, mark) is None:
            yield Header(tuple(cells), tuple(normalise(cell) for cell in cells), mark, start, line)

"""Records set aside, in the form in which their format is read again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.batch import Rejects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.sources.csvfile import Header
    from clientlens.sources.input import InputFile

Written = tuple[int, tuple[str, ...]]
"""A record as it stands in its file: physical line and cells; of a file without columns the text is the only cell."""

_BREAK = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")


def under_header(file: InputFile, header: Header, rows: Sequence[Written], records: int) -> Rejects:
    """Rows of a table, under its own header.

    Missing cells are blank; cells too many are joined into the last column, so that nothing is lost.

    Args:
        records: how many records of the file they are.
    """
    width = len(header.cells)
    fitted = [
        (*cells[: width - 1], header.delimiter.join(cells[width - 1 :]))
        if len(cells) > width
        else (*cells, *[""] * (width - len(cells)))
        for _, cells in rows
    ]
    frame = pl.DataFrame(fitted, schema=dict.fromkeys(_distinct(header.cells), pl.String), orient="row")
    return Rejects(file.name, frame, records, header.cells, header.delimiter, file.encoding)


def line_by_line(
    file: InputFile,
    rows: Sequence[Written],
    records: int,
    suffix: str,
    kind: str,
    above: Mapping[int, tuple[int, str]],
) -> Rejects:
    """Records of a file without a header, each on one line.

    Args:
        records: how many records of the file are set aside. suffix, kind: see `Rejects`.
        above: line of a record -> line and text of the one it hangs on, which goes along though nothing is wrong with it.
    """
    there = {line for line, _ in rows}
    needed = {above[line] for line in there if line in above and above[line][0] not in there}
    texts = sorted([*needed, *((line, text) for line, (text,) in rows)], key=lambda row: row[0])
    frame = pl.DataFrame({"text": [one_line(text) for _, text in texts]}, schema={"text": pl.String})
    return Rejects(file.name, frame, records, encoding=file.encoding, suffix=suffix, kind=kind)


def one_line(text: str) -> str:
    """A record without line breaks, otherwise letter for letter: in JSON none can stand inside a string."""
    return _BREAK.sub(" ", text)


def _distinct(cells: Sequence[str]) -> list[str]:
    """Column names with unnamed ones, and those of one name, told apart."""
    return [
        cell if cell.strip() and cell not in cells[: number - 1] else f"{cell.strip() or 'column'} {number}"
        for number, cell in enumerate(cells, start=1)
    ]

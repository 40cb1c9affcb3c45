"""A few rows turned, each figure with its unit and, where there is room, what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from clientlens.model.answer import Kind
from clientlens.outputs.columns import GAP
from clientlens.outputs.drawing import plain_table, runs

if TYPE_CHECKING:
    from rich.table import Table

    from clientlens.model.answer import Answer
    from clientlens.outputs.columns import Column

_WHOSE = {"name": "bold cyan", "email": "cyan"}
_NUMBERS = {Kind.INTEGER, Kind.MONEY, Kind.SCALED}
_VALUE = 24
"""A longer text is folded where several rows stand beside each other."""
_READABLE = 36
"""What an explanation needs to be drawn."""


def explanation(
    answer: Answer, columns: list[Column], width: int | None, rows: int
) -> tuple[list[Table | Text], list[str]]:
    """What to print, and what the footer should say."""
    heads = [column for column in columns if column.field.name in answer.panels]
    whose = [column for column in columns if column.field.name in _WHOSE and column not in heads]
    figures = [column for column in columns if column not in heads and column not in whose]
    parts: list[Table | Text] = []
    if rows == 1:
        parts += [
            Text(str(column.cells[0]), style=_WHOSE[column.field.name]) for column in whose if column.cells[0]
        ]
    titles = ["\n".join(column.cells[row] or "" for column in heads) for row in range(rows)]
    cells = _with_units(figures)
    names = max((cell_len(column.title) for column in figures), default=0)
    widest = [max([_width(titles[row]), *(_width(own[row]) for own in cells)]) for row in range(rows)]
    room = None if width is None else width - names
    limit = _VALUE if rows > 1 else max(_VALUE, (room or widest[0] + GAP) - GAP) if rows else _VALUE
    widths = [min(one, limit) for one in widest]
    explain = max((cell_len(column.field.doc) for column in figures), default=0)
    footer: list[str] = []
    for first, last in runs(widths, room):
        if first:
            parts.append(Text(""))
        said = explain if room is None else room - sum(widths[first:last]) - GAP * (last - first + 1)
        table = plain_table(header=any(titles))
        table.add_column("", width=names, no_wrap=True)
        for row in range(first, last):
            table.add_column(Text(titles[row]), width=widths[row], overflow="fold")
        if said >= _READABLE:
            table.add_column("", width=min(said, explain), overflow="fold")
        else:
            footer = ["not shown at this width: what each is"]
        for column, own in zip(figures, cells, strict=True):
            more = [Text(column.field.doc, style="dim")] if said >= _READABLE else []
            table.add_row(Text(column.title, style="dim"), *(Text(text) for text in own[first:last]), *more)
        parts.append(table)
    return parts, footer


def _with_units(figures: list[Column]) -> list[list[str]]:
    """The cells of each figure; numbers stand under each other, their units behind them."""
    digits = max(
        (
            cell_len(cell)
            for column in figures
            if column.field.kind in _NUMBERS
            for cell in column.cells
            if cell
        ),
        default=0,
    )
    return [
        [
            f"{cell.rjust(digits)} {_of(column.field.unit, cell)}".rstrip()
            if cell and column.field.kind in _NUMBERS
            else cell or ""
            for cell in column.cells
        ]
        for column in figures
    ]


def _of(unit: str, cell: str) -> str:
    return unit.removesuffix("s") if cell == "1" else unit


def _width(text: str) -> int:
    return max((cell_len(line) for line in text.split("\n")), default=0)

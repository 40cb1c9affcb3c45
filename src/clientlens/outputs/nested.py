"""Rows with the items inside them below each, where they do not fit beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from clientlens.outputs.columns import GAP, fit
from clientlens.outputs.drawing import NUMBERS, cell_text

if TYPE_CHECKING:
    from rich.table import Table

    from clientlens.outputs.columns import Column, Items

_INDENT = 4
_LINE = "─"


def nested(columns: list[Column], items: Items, width: int | None) -> tuple[list[Table | Text], list[str]]:
    """What to print, and the titles of what does not fit."""
    outer, hidden = fit(columns, width)
    inner, hidden_inside = fit(items.columns, None if width is None else width - _INDENT)
    indent = Text(" " * _INDENT)
    heads = _line(outer, [Text(column.title) for column in outer], style="bold")
    inner_heads = indent + _line(inner, [Text(column.title) for column in inner], style="dim")
    ruled = max(heads.cell_len, inner_heads.cell_len)
    drawn: list[Table | Text] = [heads, inner_heads, Text(_LINE * ruled)]
    place = 0
    for row, length in enumerate(items.lengths):
        drawn.append(_line(outer, [cell_text(column, column.cells[row]) for column in outer]))
        for item in range(place, place + length):
            cells = [cell_text(column, column.cells[item]) for column in inner]
            drawn.append(indent + _line(inner, cells, style="dim"))
        place += length
    return drawn, [*hidden, *hidden_inside]


def _line(columns: list[Column], cells: list[Text], style: str = "") -> Text:
    line = Text(style=style)
    for column, cell in zip(columns, cells, strict=True):
        if line.plain:
            line.append(" " * GAP)
        cell.truncate(column.width, overflow="ellipsis")
        cell.align("right" if column.field.kind in NUMBERS else "left", column.width)
        line.append(cell)
    return line

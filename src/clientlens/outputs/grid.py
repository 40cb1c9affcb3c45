"""Rows drawn as the cells of a grid: one field's values down, another's across."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from clientlens.model.answer import Kind
from clientlens.outputs.columns import GAP, columns_of
from clientlens.outputs.drawing import plain_table

if TYPE_CHECKING:
    from rich.table import Table

    from clientlens.model.answer import Answer
    from clientlens.outputs.columns import Column

TONES = {
    "Champions": "black on green",
    "Loyal": "black on green",
    "Active": "black on cyan",
    "New": "black on cyan",
    "Promising": "black on cyan",
    "Needs attention": "black on yellow",
    "At risk": "black on yellow",
    "Almost lost": "black on yellow",
    "Previously loyal": "white on red",
    "Dormant": "black on white",
}
"""Colour of a cell by its text: letters and ground both, so that it can be read on a dark and on a light screen."""
UNKNOWN = "·"
_PERCENT = " %"
_FEWEST = 3
"""Columns without which a triangle says less than rows do."""


def grid(answer: Answer, width: int | None, limit: int) -> tuple[list[Table | Text], list[str]] | None:
    """What to print, and what the footer should say; None where it does not fit: draw rows.

    Texts are folded first. Of cells of one figure, columns that do not fit are left out from the right; of cells of
    several, which are few, all are drawn or none. Rows without a value down stand in no cell: the notes tell them.
    """
    shape = answer.grid if answer.rows.height else None
    drawn, _ = columns_of(answer, answer.rows)
    columns = {column.field.name: column for column in drawn}
    if shape is None or not {shape.down, shape.across, *shape.cells[:1]} <= set(columns):
        return None
    down, across = columns[shape.down], columns[shape.across]
    inside = [columns[name] for name in shape.cells if name in columns]
    beside = [columns[name] for name in shape.beside if name in columns]
    lines = list(dict.fromkeys(cell for cell in down.cells if cell))
    heads = list(dict.fromkeys(cell for cell in across.cells if cell and cell not in shape.hidden))
    kept = len(heads)
    room = None if width is None else width - _taken(down, lines, beside)
    places = {
        place: row for row, place in enumerate(zip(down.cells, across.cells, strict=True)) if all(place)
    }
    for folded in (False, True):
        texts = {place: _lines(inside, row, folded=folded) for place, row in places.items()}
        widths = [_width_of(head, [texts.get((line, head), []) for line in lines]) for head in heads]
        kept = _fitting(widths, room)
        if kept == len(heads):
            break
    if kept < len(heads) and (len(inside) > 1 or kept < _FEWEST):
        return None
    shown = lines[:limit] if limit else lines
    tone = columns.get(shape.tone or "")
    table = _ruled([down.title, *(column.title for column in beside)], heads[:kept], widths, inside)
    for line in shown:
        row = next(row for (below, _), row in places.items() if below == line)
        cells = [
            _cell(texts.get((line, head)), own, _tone(tone, places.get((line, head))))
            # Widths stand for all heads, those that are not shown too.
            for head, own in zip(heads[:kept], widths, strict=False)
        ]
        table.add_row(Text(line, style="bold"), *(Text(one.cells[row] or "") for one in beside), *cells)
        table.rows[-1].end_section = len(inside) > 1
    told = [f"across: {across.title}; in each cell: {', '.join(_titled(column) for column in inside)}"]
    if len(shown) < len(lines):
        told.append(f"{len(shown):,} of {len(lines):,} lines; --limit 0 shows them")
    if kept < len(heads):
        told.append(f"not shown at this width: {across.title} {heads[kept]} to {heads[-1]}")
    return [table], told


def _taken(down: Column, lines: list[str], beside: list[Column]) -> int:
    """The width of the heads of the lines and of what stands beside them."""
    return max(cell_len(text) for text in (down.title, *lines)) + sum(one.width + GAP for one in beside)


def _lines(inside: list[Column], row: int, *, folded: bool) -> list[str]:
    """The lines of one cell; a text takes two where it is folded, also a short one."""
    lines: list[str] = []
    for column in inside:
        text = column.cells[row] or UNKNOWN
        if _in_percent(column):
            text = text.removesuffix(_PERCENT)
        first, _, rest = text.partition(" ")
        lines += [first, rest] if folded and column.field.kind is Kind.TEXT else [text]
    return lines


def _in_percent(column: Column) -> bool:
    return all(cell.endswith(_PERCENT) for cell in column.cells if cell)


def _titled(column: Column) -> str:
    return column.title + (" in %" if _in_percent(column) else "")


def _width_of(head: str, cells: list[list[str]]) -> int:
    return max([cell_len(head), *(cell_len(text) for lines in cells for text in lines)])


def _fitting(widths: list[int], room: int | None) -> int:
    """How many of the columns fit."""
    kept = len(widths)
    while room is not None and kept and sum(widths[:kept]) + GAP * kept > room:
        kept -= 1
    return kept


def _ruled(titles: list[str], heads: list[str], widths: list[int], inside: list[Column]) -> Table:
    table = plain_table()
    for number, title in enumerate(titles):
        table.add_column(Text(title), justify="right" if number else "left", no_wrap=True)
    for head, own in zip(heads, widths, strict=False):
        table.add_column(Text(head), justify="right" if len(inside) == 1 else "left", width=own)
    return table


def _tone(column: Column | None, row: int | None) -> str:
    return "" if column is None or row is None else TONES.get(column.cells[row] or "", "")


def _cell(lines: list[str] | None, width: int, tone: str) -> Text:
    """The lines of one cell, filled up to its width where it is coloured."""
    shown = (line + " " * (width - cell_len(line)) if tone else line for line in lines or ())
    return Text("\n".join(shown), style=tone)

"""Tables for people: as wide as the terminal, and honest about what they leave out."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from clientlens.model.answer import Answer, Kind
from clientlens.model.text import safe
from clientlens.outputs.columns import GAP, Column, columns_of, fit, with_items
from clientlens.outputs.drawing import plain_table, runs
from clientlens.outputs.explained import explanation
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from rich.table import Table

    from clientlens.outputs.format import Style

_ENDLESS = 10_000_000
"""Wider than any table: Rich never cuts, the widths were worked out before."""
_FOLDED = 20
_TONES = {
    "abandoned": "yellow",
    "cancelled": "red",
    "completed": "green",
    "in_progress": "yellow",
    "open": "yellow",
    "recovered": "green",
    "repeated": "dim",
}
_WHOSE = {"name": "bold cyan", "email": "cyan"}
_NUMBERS = {Kind.INTEGER, Kind.MONEY, Kind.SCALED}


def write(answer: Answer, style: Style) -> bytes:
    """A title, the rows, and below them whatever the table leaves out.

    Without a width (a pipe) every column keeps its natural one. Columns that hold nothing, or the same in every row
    and in the title, are not drawn.
    """
    cut = answer.rows.head(style.limit) if style.limit and not answer.panels else answer.rows
    columns, constants = columns_of(answer, cut)
    parts: list[Table | Text] = []
    title = Text(safe(answer.title), style="bold")
    for constant in constants:
        title.append(f"  {constant}", style="dim")
    footer: list[str] = []
    if answer.explained:
        drawn, missing = explanation(answer, columns, style.width, cut.height)
        parts += drawn
        footer += missing
    elif answer.panels or answer.single:
        heads = [column for column in columns if column.field.name in answer.panels]
        whose = [column for column in columns if column.field.name in _WHOSE and column not in heads]
        told = [column for column in whose if len(set(column.cells)) == 1 and column.cells[0]]
        parts += [Text(str(column.cells[0]), style=_WHOSE[column.field.name]) for column in told]
        parts += _turned([column for column in columns if column not in whose], heads, style, cut.height)
        parts += _below(answer, style)
    elif cut.height:
        columns, hidden = fit(with_items(answer, cut, columns), style.width)
        parts.append(_upright(columns))
        if cut.height < answer.rows.height:
            footer.append(f"{cut.height:,} of {answer.rows.height:,} rows; --limit 0 shows them")
        if hidden:
            footer.append(f"not shown at this width: {', '.join(hidden)}")
    else:
        footer.append("nothing to show")
    footer += answer.notes
    return _rendered(title, parts, footer, style)


def _below(answer: Answer, style: Style) -> list[Table | Text]:
    """The lists inside a single answer, each as a table of its own."""
    parts: list[Table | Text] = []
    for field in answer.fields:
        if not answer.single or field.kind is not Kind.LIST or field.priority is None:
            continue
        items = answer.rows.select(field.name).explode(field.name).drop_nulls().unnest(field.name)
        if items.height:
            inner = Answer(field.name, field.fields, items, answer.timezone)
            columns, _ = columns_of(inner, items, keep_currency=True)
            heads = [column for column in columns if column.field.name == "currency"]
            rest = [column for column in columns if column not in heads]
            parts += [Text(""), *_turned([*heads, *rest], heads, style, items.height)]
    return parts


def _rendered(title: Text, parts: list[Table | Text], footer: list[str], style: Style) -> bytes:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=_ENDLESS,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        soft_wrap=True,
        _environ={},
    )
    if title.plain:
        console.print(title)
    for part in parts:
        console.print(part)
    for line in footer:
        for piece in _wrapped(safe(line), style.width):
            console.print(Text(piece, style="dim"))
    lines = (line.rstrip() for line in stream.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _wrapped(line: str, width: int | None) -> list[str]:
    return [line] if width is None else wrap(line, max(width, _FOLDED), break_on_hyphens=False)


def _upright(columns: list[Column]) -> Table:
    table = plain_table()
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.field.kind in _NUMBERS else "left",
            width=column.width,
            no_wrap=not column.field.fold,
            overflow="fold" if column.field.fold else "ellipsis",
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(_cell(column, cell) for column, cell in zip(columns, cells, strict=True)))
    for place in _breaks(columns):
        table.rows[place].end_section = True
    return table


def _breaks(columns: list[Column]) -> list[int]:
    """Rows after which a ranking begins anew in another currency."""
    currency = next((column.cells for column in columns if column.field.name == "currency"), ())
    ranked = any(column.field.name == "rank" for column in columns)
    return [place for place, (one, other) in enumerate(pairwise(currency)) if ranked and one != other]


def _cell(column: Column, cell: str | None) -> Text:
    text = cell or ""
    if column.field.signed and text:
        return Text(text, style="green" if text.startswith("+") else "red" if text != "0" else "dim")
    return Text(text, style=_TONES.get(text, "") if column.field.values else "")


def _turned(columns: list[Column], heads: list[Column], style: Style, rows: int) -> list[Table]:
    """Fields down, one column per row; as many beside each other as fit, the others below. No figure is ever cut."""
    figures = [column for column in columns if column not in heads]
    if not heads:
        figures = _lined_up(figures)
    names = max((cell_len(column.title) for column in figures), default=0)
    titles = ["  ".join(column.cells[row] or "" for column in heads) for row in range(rows)]
    widths = [
        max(cell_len(text) for text in (titles[row], *(column.cells[row] or "" for column in figures)))
        for row in range(rows)
    ]
    tables = []
    for first, last in runs(widths, None if style.width is None else style.width - names):
        table = plain_table(header=any(titles))
        table.add_column("", width=names, no_wrap=True)
        for row in range(first, last):
            table.add_column(
                Text(titles[row]),
                justify="right" if heads else "left",
                width=_held(widths[row], names, style),
                overflow="fold",
            )
        for column in figures:
            table.add_row(
                Text(column.title, style="dim"), *(_cell(column, cell) for cell in column.cells[first:last])
            )
        tables.append(table)
    return tables


def _lined_up(columns: list[Column]) -> list[Column]:
    """Numbers padded to the width of the widest number: right-aligned among each other, not against a long text."""
    cells = [cell for column in columns if column.field.kind in _NUMBERS for cell in column.cells]
    widest = max((cell_len(cell) for cell in cells if cell), default=0)
    return [
        replace(column, cells=tuple(cell and cell.rjust(widest) for cell in column.cells))
        if column.field.kind in _NUMBERS
        else column
        for column in columns
    ]


def _held(width: int, names: int, style: Style) -> int:
    """A text wider than the terminal is folded."""
    return width if style.width is None else min(width, max(_FOLDED, style.width - names - GAP))


FORMAT = Format("table", (".txt",), write, notes_inside=True)

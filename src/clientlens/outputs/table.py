"""Tables for people: as wide as the terminal, and honest about what they leave out."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from clientlens.model.answer import Answer, Kind
from clientlens.outputs.columns import Column, columns_of, fit
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from clientlens.outputs.format import Style

_NATURAL = 10_000
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
    title = Text(answer.title, style="bold")
    for constant in constants:
        title.append(f"  {constant}", style="dim")
    footer: list[str] = []
    if answer.panels or answer.single:
        heads = [column for column in columns if column.field.name in answer.panels]
        whose = [column for column in columns if column.field.name in _WHOSE and column not in heads]
        told = [column for column in whose if len(set(column.cells)) == 1 and column.cells[0]]
        parts += [Text(str(column.cells[0]), style=_WHOSE[column.field.name]) for column in told]
        parts.append(_turned([column for column in columns if column not in whose], heads, style, cut.height))
        parts += _below(answer, style)
    elif cut.height:
        columns, hidden = fit(columns, style.width)
        parts.append(_upright(columns))
        if cut.height < answer.rows.height:
            footer.append(f"{cut.height:,} of {answer.rows.height:,} rows; --limit 0 shows all")
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
            columns, _ = fit(columns_of(inner, items, keep_currency=True)[0], style.width)
            parts += [Text(""), _upright(columns)]
    return parts


def _rendered(title: Text, parts: list[Table | Text], footer: list[str], style: Style) -> bytes:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=style.width or _NATURAL,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    if title.plain:
        console.print(title)
    for part in parts:
        console.print(part)
    for line in footer:
        console.print(Text(line, style="dim"))
    lines = (line.rstrip() for line in stream.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _upright(columns: list[Column]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.field.kind in _NUMBERS else "left",
            width=column.width,
            no_wrap=True,
            overflow="ellipsis",
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


def _turned(columns: list[Column], heads: list[Column], style: Style, rows: int) -> Table:
    """Fields down, one column per row: few rows with many figures."""
    table = Table(
        box=box.SIMPLE_HEAD if heads else None,
        show_header=bool(heads),
        show_edge=False,
        pad_edge=False,
        padding=(0, 1),
        header_style="bold",
    )
    figures = [column for column in columns if column not in heads]
    names = max((cell_len(column.title) for column in figures), default=0)
    table.add_column("", no_wrap=True)
    room = None if style.width is None else max(8, (style.width - names - 2) // max(rows, 1) - 2)
    for row in range(rows):
        head = "  ".join(column.cells[row] or "" for column in heads)
        table.add_column(Text(head), justify="right", max_width=room, overflow="fold")
    for column in figures:
        table.add_row(Text(column.title, style="dim"), *(_cell(column, cell) for cell in column.cells))
    return table


FORMAT = Format("table", (".txt",), write, notes_inside=True)

"""Tables for people: as wide as the terminal, and honest about what they leave out."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from textwrap import wrap
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from clientlens.model.answer import Answer, Kind
from clientlens.model.text import safe
from clientlens.outputs.columns import GAP, Column, columns_of, fit, items_of
from clientlens.outputs.drawing import NUMBERS, cell_text, plain_table, runs
from clientlens.outputs.explained import explanation
from clientlens.outputs.format import Format
from clientlens.outputs.grid import grid
from clientlens.outputs.nested import nested

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl
    from rich.table import Table

    from clientlens.outputs.format import Style

_ENDLESS = 10_000_000
"""Wider than any table: Rich never cuts, the widths were worked out before."""
_FOLDED = 20
_NARROW = 16
"""A text beside which a hint is to stand may be folded to this width."""
_HINT_AT_LEAST = 24
_NO_HINTS: Mapping[str, str] = MappingProxyType({})
_INNER_HEADING = "bold magenta"
"""Of a part: told from the bold heads of its table, and readable on a light and on a dark ground."""
_WHOSE = {"name": "bold cyan", "email": "cyan"}


def write(answer: Answer, style: Style) -> bytes:
    """A title, the rows, and below them whatever the table leaves out.

    Without a width (a pipe) every column keeps its natural one. Columns that hold nothing, or the same in every row
    and in the title, are not drawn.
    """
    stream = io.StringIO()
    console = _console(stream, style)
    _print(answer, console, style)
    lines = (line.rstrip() for line in stream.getvalue().split("\n"))
    return "\n".join(lines).encode("utf-8", "backslashreplace")


def _print(answer: Answer, console: Console, style: Style, heading: str = "bold") -> None:
    """The title in the style `heading`, the rows or the parts, and the notes."""
    cut = answer.rows.head(style.limit) if style.limit and not answer.panels else answer.rows
    columns, constants = columns_of(answer, cut)
    shown, below = _body(answer, cut, columns, style)
    for part in (*_title(answer, [] if answer.parts else constants, heading), *shown):
        for line in _within(part, console, style.width):
            console.print(line)
    for text in answer.drawing:
        console.print(Text(safe(text)))
    for inner in answer.parts:
        console.print()
        _print(inner, console, style, _INNER_HEADING)
    if answer.parts and answer.notes:
        console.print()
    for note in (*below, *answer.notes):
        for piece in _wrapped(safe(note), style.width):
            console.print(Text(piece, style="dim"))


def _body(
    answer: Answer, cut: pl.DataFrame, columns: list[Column], style: Style
) -> tuple[list[Table | Text], list[str]]:
    """What stands below the title, and what to say below that."""
    gridded = grid(answer, style.width, style.limit)
    if gridded is not None:
        return gridded
    if answer.parts:
        return [*_whose(answer, columns)[1]], []
    if answer.explained:
        return explanation(answer, columns, style.width, cut.height)
    if answer.panels or answer.single:
        return _about(answer, columns, style, cut.height), []
    return _listed(answer, cut, columns, style)


def _within(part: Table | Text, console: Console, width: int | None) -> Iterable[Table | Text]:
    """A line that is wider than the terminal, in several: a name may be as long as a story."""
    if isinstance(part, Text) and width is not None and part.cell_len > width:
        return part.wrap(console, max(width, _FOLDED))
    return [part]


def _title(answer: Answer, constants: list[str], style: str) -> list[Text]:
    title = Text()
    title.append(safe(answer.title), style)
    for constant in constants:
        title.append(f"  {constant}", style="dim")
    return [title] if answer.title else []


def _listed(
    answer: Answer, cut: pl.DataFrame, columns: list[Column], style: Style
) -> tuple[list[Table | Text], list[str]]:
    """One line per row, and what to say below."""
    if not cut.height:
        return [], [] if answer.drawing else ["nothing to show"]
    drawn, hidden = _rows(answer, cut, columns, style.width)
    below = []
    if cut.height < answer.rows.height:
        below.append(f"{cut.height:,} of {answer.rows.height:,} rows; --limit 0 shows them")
    if hidden:
        below.append(f"not shown at this width: {', '.join(hidden)}")
    return drawn, below


def _rows(
    answer: Answer, rows: pl.DataFrame, columns: list[Column], width: int | None
) -> tuple[list[Table | Text], list[str]]:
    """The rows with the items inside them beside each other, or below each other where that does not fit."""
    items = items_of(answer, rows)
    flat, hidden = fit(columns if items is None else items.beside(columns), width)
    if items is None or not hidden:
        return [_upright(flat)], hidden
    return nested(columns, items, width)


def _about(answer: Answer, columns: list[Column], style: Style, rows: int) -> list[Table | Text]:
    """One thing, or a few beside each other: fields down, whose they are above."""
    heads = [column for column in columns if column.field.name in answer.panels]
    whose, told = _whose(answer, columns)
    figures = [column for column in columns if column not in whose]
    return [*told, *_turned(figures, heads, style, rows, answer.hints), *_below(answer, style)]


def _whose(answer: Answer, columns: list[Column]) -> tuple[list[Column], list[Text]]:
    """The columns that say whose figures these are, and what they say where that is one person."""
    whose = [
        column for column in columns if column.field.name in _WHOSE and column.field.name not in answer.panels
    ]
    told = [column for column in whose if len(set(column.cells)) == 1 and column.cells[0]]
    return whose, [Text(str(column.cells[0]), style=_WHOSE[column.field.name]) for column in told]


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


def _console(stream: io.StringIO, style: Style) -> Console:
    return Console(
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


def _wrapped(line: str, width: int | None) -> list[str]:
    return [line] if width is None else wrap(line, max(width, _FOLDED), break_on_hyphens=False)


def _upright(columns: list[Column]) -> Table:
    table = plain_table()
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.field.kind in NUMBERS else "left",
            width=column.width,
            no_wrap=not column.field.fold,
            overflow="fold" if column.field.fold else "ellipsis",
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(cell_text(column, cell) for column, cell in zip(columns, cells, strict=True)))
    for place in _breaks(columns):
        table.rows[place].end_section = True
    return table


def _breaks(columns: list[Column]) -> list[int]:
    """Rows after which a ranking begins anew in another currency."""
    currency = next((column.cells for column in columns if column.field.name == "currency"), ())
    ranked = any(column.field.name == "rank" for column in columns)
    return [place for place, (one, other) in enumerate(pairwise(currency)) if ranked and one != other]


def _turned(
    columns: list[Column], heads: list[Column], style: Style, rows: int, hints: Mapping[str, str] = _NO_HINTS
) -> list[Table | Text]:
    """Fields down, one column per row; as many beside each other as fit, the others below. No figure is ever cut.

    Hints stand beside the figures, where all columns fit and leave them room; else below.
    """
    figures = [column for column in columns if column not in heads]
    if not heads:
        figures = _lined_up(figures)
    names = max((cell_len(column.title) for column in figures), default=0)
    titles = ["  ".join(column.cells[row] or "" for column in heads) for row in range(rows)]
    widths = [
        max(cell_len(text) for text in (titles[row], *(column.cells[row] or "" for column in figures)))
        for row in range(rows)
    ]
    fitting = runs(widths, None if style.width is None else style.width - names)
    longest = max((cell_len(hint) for hint in hints.values()), default=0)
    beside = _room_beside(figures, titles, style, names, longest) if hints else None
    tables: list[Table | Text] = []
    if beside is not None:
        widths, fitting = beside[0], [(0, rows)]
    for first, last in fitting:
        table = plain_table(header=any(titles))
        table.add_column("", width=names, no_wrap=True)
        for row in range(first, last):
            table.add_column(
                Text(titles[row]),
                justify="right" if heads else "left",
                width=_held(widths[row], names, style),
                overflow="fold",
            )
        if beside is not None:
            table.add_column("", width=beside[1], overflow="fold")
        for column in figures:
            hint = [Text(safe(hints.get(column.field.name, "")), style="dim italic")] if beside else []
            table.add_row(
                Text(column.title, style="dim"),
                *(cell_text(column, cell) for cell in column.cells[first:last]),
                *hint,
            )
        tables.append(table)
    if beside is None:
        tables += _hints_below(figures, hints, names, style)
    return tables


def _room_beside(
    figures: list[Column], titles: list[str], style: Style, names: int, longest: int
) -> tuple[list[int], int | None] | None:
    """The widths of the columns and of the hints beside them; None: these have to stand below.

    Texts give way: they are folded to make room. Numbers, dates and headings never are.
    """

    def widest(row: int, most: int | None) -> int:
        texts = [titles[row], *(_least(column, column.cells[row] or "", most) for column in figures)]
        return max(cell_len(text) for text in texts)

    if style.width is None:
        return [widest(row, None) for row in range(len(titles))], None
    for wanted in (max(longest, _HINT_AT_LEAST), _HINT_AT_LEAST):
        for most in (None, _NARROW):
            widths = [widest(row, most) for row in range(len(titles))]
            left = style.width - names - sum(widths) - GAP * (len(widths) + 1)
            if left >= wanted:
                return widths, left
    return None


def _least(column: Column, cell: str, most: int | None) -> str:
    return cell[:most] if column.field.wide and most is not None else cell


def _hints_below(
    figures: list[Column], hints: Mapping[str, str], names: int, style: Style
) -> list[Table | Text]:
    said = [(column.title, hints[column.field.name]) for column in figures if column.field.name in hints]
    if not said:
        return []
    table = plain_table(header=False)
    table.add_column("", width=names, no_wrap=True)
    longest = max(cell_len(hint) for _, hint in said)
    table.add_column("", width=_held(longest, names, style), overflow="fold")
    for title, hint in said:
        table.add_row(Text(title, style="dim"), Text(safe(hint), style="dim italic"))
    return [Text(""), table]


def _lined_up(columns: list[Column]) -> list[Column]:
    """Numbers padded to the width of the widest number: right-aligned among each other, not against a long text."""
    cells = [cell for column in columns if column.field.kind in NUMBERS for cell in column.cells]
    widest = max((cell_len(cell) for cell in cells if cell), default=0)
    return [
        replace(column, cells=tuple(cell and cell.rjust(widest) for cell in column.cells))
        if column.field.kind in NUMBERS
        else column
        for column in columns
    ]


def _held(width: int, names: int, style: Style) -> int:
    """A text wider than the terminal is folded."""
    return width if style.width is None else min(width, max(_FOLDED, style.width - names - GAP))


FORMAT = Format("table", (".txt",), write, notes_inside=True)

"""What tables of every shape share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from clientlens.model.answer import Kind
from clientlens.outputs.columns import GAP

if TYPE_CHECKING:
    from clientlens.outputs.columns import Column


_TONES = {
    "abandoned": "yellow",
    "cancelled": "red",
    "completed": "green",
    "high": "green",
    "in_progress": "yellow",
    "open": "yellow",
    "recovered": "green",
    "repeated": "dim",
}
NUMBERS = {Kind.INTEGER, Kind.MONEY, Kind.SCALED}
"""What stands to the right of its column."""


def plain_table(*, header: bool = True) -> Table:
    """A table without any line but the one under its header."""
    # One blank of padding and one of the box make GAP; without a box both are padding.
    return Table(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1 if header else GAP, 0, 0),
        header_style="bold",
    )


def runs(widths: list[int], room: int | None) -> list[tuple[int, int]]:
    """Runs of columns that fit beside each other: the first, and one after the last; at least one in each."""
    found, first = [], 0
    while first < len(widths):
        last = first + 1
        while last < len(widths) and (
            room is None or sum(widths[first : last + 1]) + GAP * (last + 1 - first) <= room
        ):
            last += 1
        found.append((first, last))
        first = last
    return found


def cell_text(column: Column, cell: str | None) -> Text:
    """A cell in its colour: states by what they mean, changes by their sign."""
    text = cell or ""
    if column.field.signed and text:
        return Text(text, style="green" if text.startswith("+") else "red" if text != "0" else "dim")
    return Text(text, style=_TONES.get(text, "") if column.field.values else "")

"""What tables of every shape share."""

from __future__ import annotations

from rich import box
from rich.table import Table

from clientlens.outputs.columns import GAP


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

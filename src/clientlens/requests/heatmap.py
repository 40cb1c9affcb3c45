"""Counts by weekday and hour drawn at 80 columns, in shades that read on a light and on a dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.requests.rules import DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE = "··"
SHADES = ("░░", "▒▒", "▓▓", "██")
Cell = tuple[int, int]
"""Weekday from 0 (Monday), hour from 0."""


def heat_map(counts: Mapping[Cell, int]) -> tuple[str, ...]:
    """A row a day, two signs an hour; a day's count behind it."""
    most = max(counts.values(), default=0)
    ruler = "".join(f"{hour:<6}" for hour in range(0, 24, 3))
    lines = [f"     {ruler}"]
    for day, name in enumerate(DAYS):
        cells = "".join(_sign(counts.get((day, hour), 0), most) for hour in range(24))
        total = sum(counts.get((day, hour), 0) for hour in range(24))
        lines.append(f"{name[:3].title()}  {cells}  {total:>6,}")
    return (*lines, f"     {_legend(most)}")


def _level(count: int, most: int) -> int:
    """1 to 4 by quarters of the largest count."""
    return -(-count * len(SHADES) // most)


def _sign(count: int, most: int) -> str:
    return NONE if not count else SHADES[_level(count, most) - 1]


def _legend(most: int) -> str:
    parts = [f"{NONE[0]} none"]
    first = 1
    for number, shade in enumerate(SHADES, start=1):
        last = most * number // len(SHADES)
        if last >= first:
            parts.append(f"{shade[0]} {first}" + (f" to {last}" if last > first else ""))
            first = last + 1
    return "  ".join(parts)

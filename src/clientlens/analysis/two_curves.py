"""Two growing shares drawn in one picture of signs that are told apart without colour."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST, SECOND, BOTH = "●", "○", "◉"
_SIGNS = {(True, True): BOTH, (True, False): FIRST, (False, True): SECOND, (False, False): " "}
WIDTH, HEIGHT = 60, 10
_STEPS = (10, 15, 20, 30, 40, 50, 60, 80)
_TICKS = 4


def two_curves(first: Sequence[int], second: Sequence[int], *, scale: int, days: int) -> tuple[str, ...]:
    """A row for each height, the highest first, and an axis of days below.

    Args:
        first, second: shares in 10^-`scale`, day by day; as many of each, and no more than `days`.
        days: of the whole axis, at least 1.
    """
    top = _top(max((*first, *second), default=0), 10**scale)
    width = _column(days, days)
    high, other = (_heights(values, top, days) for values in (first, second))
    label = max(len(_label(top, scale)), len(_label(0, scale)))
    lines = []
    for height in range(HEIGHT - 1, -1, -1):
        text = _label(top if height else 0, scale) if height in {0, HEIGHT - 1} else ""
        body = "".join(_SIGNS[one == height, two == height] for one, two in zip(high, other, strict=True))
        lines.append(f"{text:>{label}} │{body}".rstrip())
    lines.append(f"{'':>{label}} └{'─' * width}")
    lines.append(f"{'':>{label}}  {_axis(days, width)}".rstrip())
    return tuple(lines)


def _heights(values: Sequence[int], top: int, days: int) -> list[int]:
    """The height in each column; of days that share a column the last one stands."""
    heights: list[int] = []
    for day, value in enumerate(values):
        height = int(Fraction(value * (HEIGHT - 1), top) + Fraction(1, 2))
        heights[_column(day, days) :] = [height] * max(_column(day + 1, days) - _column(day, days), 1)
    return heights


def _column(day: int, days: int) -> int:
    """The first column of a day, counted from 0."""
    return day * (WIDTH // days) if days <= WIDTH else day * WIDTH // days


def _top(most: int, whole: int) -> int:
    """The end of the axis: a round number, at least 1 % and as high as the highest value."""
    power = max(whole // 1000, 1)
    while True:
        for step in _STEPS:
            if step * power >= max(most, whole // 100):
                return step * power
        power *= 10


def _label(value: int, scale: int) -> str:
    return (
        f"{value * 100 // 10**scale} %" if value * 100 % 10**scale == 0 else f"{value * 100 / 10**scale:g} %"
    )


def _axis(days: int, width: int) -> str:
    """The first day, and the quarters of the axis, each under the last column of its day."""
    line = f"day {1:<{width}}"
    for day in dict.fromkeys(days * tick // _TICKS for tick in range(1, _TICKS + 1)):
        text, last = str(day), _column(day, days)
        begin = last - len(text)
        if not line[max(begin - 1, 0) : last].strip():
            line = line[:begin] + text + line[last:]
    return line

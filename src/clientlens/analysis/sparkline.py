"""A line of small columns: how a number went, month by month, in the width of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = "·"
_COLUMNS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int]) -> str:
    """One character a value: a dot for 0, else a column, the highest one for the largest value, never one for 0.

    Values are at least 0. A single height says little, so where all are equal they are drawn half as high.
    """
    highest, lowest = max(values, default=0), min((value for value in values if value), default=0)
    if highest == lowest:
        middle = _COLUMNS[len(_COLUMNS) // 2 - 1]
        return "".join(middle if value else _NOTHING for value in values)
    # Rounded up, so that the smallest number is seen.
    return "".join(
        _COLUMNS[-(-value * len(_COLUMNS) // highest) - 1] if value else _NOTHING for value in values
    )

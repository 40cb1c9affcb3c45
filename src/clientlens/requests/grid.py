"""A week drawn at 80 columns: a row a day, a sign a half hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.requests.rules import DAYS, MINUTES_A_DAY, MINUTES_A_WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.requests.rules import Minutes

ON, PART, OFF = "█", "▒", "·"
_STEP = 30


def week_grid(hours: Sequence[Minutes] | None) -> tuple[str, ...]:
    """The week's hours; None: all of them are on."""
    ranges = [(0, MINUTES_A_WEEK)] if hours is None else hours
    ruler = "".join(f"{hour:<6}" for hour in range(0, 24, 3))
    return (
        f"     {ruler}24",
        *(
            f"{day[:3].title()}  " + "".join(_sign(ranges, start) for start in _half_hours(number))
            for number, day in enumerate(DAYS)
        ),
        f"     {ON} on  {PART} partly  {OFF} off; a sign is half an hour",
    )


def _half_hours(day: int) -> range:
    return range(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY, _STEP)


def _sign(ranges: Sequence[Minutes], start: int) -> str:
    covered = sum(max(0, min(end, start + _STEP) - max(begin, start)) for begin, end in ranges)
    return OFF if not covered else ON if covered == _STEP else PART

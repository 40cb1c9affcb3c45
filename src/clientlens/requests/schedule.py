"""When the gate is on: hours of the week on the clock on the wall, and times away.

An instant is looked at by what the clock on the wall shows then. So of an hour that clocks skip there is nothing, and an
hour that comes twice counts both times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.requests.rules import MINUTES_A_DAY, MINUTES_A_WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientlens.requests.rules import Away, Minutes


def minute_of_week(at: pl.Expr, timezone: str) -> pl.Expr:
    """Int32: minutes since Monday 00:00 on the local clock.

    Args:
        at: instants (Datetime, UTC).
    """
    local = at.dt.convert_time_zone(timezone)
    day = local.dt.weekday().cast(pl.Int32) - 1
    return day * MINUTES_A_DAY + local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32)


def within(hours: Sequence[Minutes] | None, at: pl.Expr, timezone: str) -> pl.Expr:
    """Boolean: whether instants lie in the hours of the week; None: they always do."""
    if hours is None:
        return at.is_not_null()
    marks = [False] * MINUTES_A_WEEK
    for begin, end in hours:
        marks[begin:end] = [True] * (end - begin)
    return pl.lit(pl.Series("on", marks)).gather(minute_of_week(at, timezone))


def away_at(away: Sequence[Away], at: pl.Expr) -> pl.Expr:
    """Boolean: true in a time away in which orders are held, false in one in which they pass, null in none.

    Where two overlap, holding counts.
    """

    def inside(hold: bool) -> pl.Expr:
        spans = [
            at.is_between(pl.lit(one.begins), pl.lit(one.ends), closed="left")
            for one in away
            if one.hold is hold
        ]
        return pl.any_horizontal(spans) if spans else pl.lit(value=False)

    return pl.when(inside(hold=True)).then(True).when(inside(hold=False)).then(False).otherwise(None)


def lies_within(hours: Sequence[Minutes], instants: Sequence[datetime], timezone: str) -> list[bool]:
    """`within` for a few instants (aware)."""
    at = pl.Series("at", instants, dtype=pl.Datetime("us", "UTC"))
    return at.to_frame().select(within(hours, pl.col("at"), timezone)).to_series().to_list()

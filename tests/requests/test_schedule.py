"""Hours of the week against the clock on the wall, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.requests.rules import DAYS, merged
from clientlens.requests.rulesfile import read_rules
from clientlens.requests.schedule import away_at, lies_within, within

ZONES = ("Europe/Rome", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
# Weeks in which the clocks of Rome, New York and Lord Howe change, and one in which none does.
STARTS = ("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-06-10")

times = st.integers(0, 1439)
day_ranges = st.lists(
    st.tuples(times, times).filter(lambda pair: pair[0] != pair[1] or pair[1] == 0), max_size=3
)
weeks = st.fixed_dictionaries(dict.fromkeys(DAYS, day_ranges))


def clock(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


def rules_of(week, zone):
    lines = [f"{day} = {[f'{clock(a)}-{clock(b)}' for a, b in ranges]}" for day, ranges in week.items()]
    return read_rules(("[schedule]\n" + "\n".join(lines)).replace("'", '"').encode(), "r.toml", zone)


def on_the_wall(week, at, zone):
    """The definition, word for word: a range of a day, or of the day before where it goes over midnight."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    today, before = week[DAYS[local.weekday()]], week[DAYS[local.weekday() - 1]]
    return any(
        begin <= minute < (1440 if end == 0 else end) if end > begin or end == 0 else minute >= begin
        for begin, end in today
    ) or any(end < begin and minute < end for begin, end in before)


@settings(max_examples=60, deadline=None)
@given(weeks, st.sampled_from(ZONES), st.sampled_from(STARTS), st.integers(0, 59))
def test_hours_agree_with_the_wall_clock_in_every_minute(week, zone, start, second):
    rules = rules_of(week, zone)
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(hours=12)
    instants = [begin + timedelta(minutes=n, seconds=second) for n in range(2 * 1440)]
    expected = [on_the_wall(week, at, zone) for at in instants]
    assert lies_within(rules.hours, instants, zone) == expected


def test_merged_ranges_neither_touch_nor_overlap():
    assert merged([(5, 9), (0, 3), (3, 4), (8, 12)]) == ((0, 4), (5, 12))


def test_no_schedule_is_always_and_an_empty_one_never():
    at = [datetime(2026, 3, 2, 10, tzinfo=UTC)]
    always, never = read_rules(b"", "r", "UTC"), read_rules(b"[schedule]\n", "r", "UTC")
    assert (always.hours, never.hours) == (None, ())
    frame = pl.DataFrame({"at": at}, schema={"at": pl.Datetime("us", "UTC")})
    assert frame.select(within(None, pl.col("at"), "UTC")).item() is True
    assert lies_within(never.hours, at, "UTC") == [False]


def away(text, zone="Europe/Rome"):
    return read_rules(f"[[away]]\n{text}".encode(), "r.toml", zone).away[0]


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        # a day is from its midnight to the next one; Rome is one hour ahead of UTC in winter, two in summer
        ("from = 2026-12-24\nto = 2026-12-26", "2026-12-23T23:00", "2026-12-26T23:00"),
        ("from = 2026-03-29\nto = 2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        ("from = 2026-10-25\nto = 2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        ('from = "2026-12-24"\nto = "2026-12-24 18:00"', "2026-12-23T23:00", "2026-12-24T17:00"),
        # 02:30 comes twice: the first one begins it, the second one ends it
        ("from = 2026-10-25T02:30:00\nto = 2026-10-25T12:00:00", "2026-10-25T00:30", "2026-10-25T11:00"),
        ("from = 2026-10-25T00:00:00\nto = 2026-10-25T02:30:00", "2026-10-24T22:00", "2026-10-25T01:30"),
        # 02:30 does not come: it is 03:30 then
        ("from = 2026-03-29T02:30:00\nto = 2026-03-29T12:00:00", "2026-03-29T01:30", "2026-03-29T10:00"),
        ("from = 2026-03-29T00:00:00\nto = 2026-03-29T02:30:00", "2026-03-28T23:00", "2026-03-29T01:30"),
        # a time with an offset is what it says
        ("from = 2026-12-24T10:00:00-05:00\nto = 2026-12-24T17:00:00Z", "2026-12-24T15:00", "2026-12-24T17:00"),
    ],
)  # fmt: skip
def test_a_time_away_begins_and_ends(text, begins, ends):
    one = away(text)
    assert (one.begins, one.ends) == tuple(
        datetime.fromisoformat(when).replace(tzinfo=UTC) for when in (begins, ends)
    )


def test_where_two_times_away_overlap_holding_counts():
    text = (
        '[[away]]\nfrom=2026-01-01\nto=2026-01-10\norders="pass"\n[[away]]\nfrom=2026-01-05\nto=2026-01-06\n'
    )
    rules = read_rules(text.encode(), "r", "UTC")
    days = pl.DataFrame({"at": [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 5, 7, 11)]})
    days = days.cast(pl.Datetime("us", "UTC"))
    assert days.select(away_at(rules.away, pl.col("at"))).to_series().to_list() == [False, True, False, None]

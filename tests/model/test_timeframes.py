"""Which days a window covers; every expected day is read off a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.errors import BadDate, BadInstant, BadWindow, UnknownTimezone
from clientlens.model.timeframes import (
    AsOf,
    as_of_from_date,
    as_of_now,
    parse_date,
    parse_instant,
    parse_window,
)

# Noon of a day is enough: windows look at the local day alone.


def on(text):
    day = date.fromisoformat(text)
    return AsOf(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), day, explicit=True)


def spelled(days):
    return None if days is None else " ".join(str(day) for day in days)


@pytest.mark.parametrize(
    ("window", "day", "days", "before"),
    [
        ("1d", "2026-03-01", "2026-03-01 2026-03-01", "2026-02-28 2026-02-28"),
        ("60d", "2026-03-31", "2026-01-31 2026-03-31", "2025-12-02 2026-01-30"),
        ("60d", "2024-03-31", "2024-02-01 2024-03-31", "2023-12-03 2024-01-31"),  # leap year
        ("2w", "2026-01-04", "2025-12-22 2026-01-04", "2025-12-08 2025-12-21"),
        ("1m", "2026-03-15", "2026-02-16 2026-03-15", "2026-01-16 2026-02-15"),
        ("1m", "2026-03-31", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28"),  # 31 February is the 28th
        ("1m", "2024-03-30", "2024-03-01 2024-03-30", "2024-01-31 2024-02-29"),
        ("1m", "2026-02-28", "2026-01-29 2026-02-28", "2025-12-29 2026-01-28"),
        ("6m", "2026-08-31", "2026-03-01 2026-08-31", "2025-09-01 2026-02-28"),
        ("12m", "2026-01-31", "2025-02-01 2026-01-31", "2024-02-01 2025-01-31"),
        ("1y", "2024-02-29", "2023-03-01 2024-02-29", "2022-03-01 2023-02-28"),
        ("2y", "2026-11-24", "2024-11-25 2026-11-24", "2022-11-25 2024-11-24"),
        (
            "last-week",
            "2026-01-01",
            "2025-12-22 2025-12-28",
            "2025-12-15 2025-12-21",
        ),  # a Thursday, ISO week 1
        ("last-week", "2026-01-05", "2025-12-29 2026-01-04", "2025-12-22 2025-12-28"),  # a Monday
        (
            "last-week",
            "2021-01-03",
            "2020-12-21 2020-12-27",
            "2020-12-14 2020-12-20",
        ),  # a Sunday, ISO week 53
        ("last-month", "2026-01-31", "2025-12-01 2025-12-31", "2025-11-01 2025-11-30"),
        ("last-month", "2024-03-31", "2024-02-01 2024-02-29", "2024-01-01 2024-01-31"),
        ("last-quarter", "2026-01-01", "2025-10-01 2025-12-31", "2025-07-01 2025-09-30"),
        ("last-quarter", "2026-06-30", "2026-01-01 2026-03-31", "2025-10-01 2025-12-31"),
        ("last-year", "2024-12-31", "2023-01-01 2023-12-31", "2022-01-01 2022-12-31"),
        ("week-to-date", "2026-01-01", "2025-12-29 2026-01-01", "2025-12-22 2025-12-25"),
        ("week-to-date", "2026-01-05", "2026-01-05 2026-01-05", "2025-12-29 2025-12-29"),
        ("month-to-date", "2026-03-31", "2026-03-01 2026-03-31", "2026-02-01 2026-02-28"),
        ("month-to-date", "2026-01-15", "2026-01-01 2026-01-15", "2025-12-01 2025-12-15"),
        ("month-to-date", "2026-02-28", "2026-02-01 2026-02-28", "2026-01-01 2026-01-28"),
        ("quarter-to-date", "2026-05-31", "2026-04-01 2026-05-31", "2026-01-01 2026-02-28"),
        ("quarter-to-date", "2026-02-10", "2026-01-01 2026-02-10", "2025-10-01 2025-11-10"),
        ("year-to-date", "2024-02-29", "2024-01-01 2024-02-29", "2023-01-01 2023-02-28"),
        ("year-to-date", "2026-11-24", "2026-01-01 2026-11-24", "2025-01-01 2025-11-24"),
        ("2026-01-01..2026-03-31", "2020-01-01", "2026-01-01 2026-03-31", "2025-10-03 2025-12-31"),
        ("2024-02-29..2024-02-29", "2026-01-01", "2024-02-29 2024-02-29", "2024-02-28 2024-02-28"),
    ],
)
def test_a_window_covers_these_days_and_is_compared_with_those(window, day, days, before):
    asked = parse_window(window)
    assert asked.label == window
    assert spelled(asked.days(on(day))) == days
    assert spelled(asked.previous(on(day))) == before


def test_all_has_no_beginning_and_nothing_before_it():
    everything = parse_window("all")
    assert everything.days(on("2026-03-31")) == (None, date(2026, 3, 31))
    assert everything.previous(on("2026-03-31")) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (" 60D ", "60d"),
        ("007w", "7w"),
        ("ALL", "all"),
        ("Last-Month", "last-month"),
        (" 2026-01-01 .. 2026-03-31 ", "2026-01-01..2026-03-31"),
    ],
)
def test_a_window_has_one_spelling(text, label):
    assert parse_window(text).label == label
    assert parse_window(label) == parse_window(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a time window: ''"),
        ("60", "not a time window: '60'"),
        ("-5d", "not a time window: '-5d'"),
        ("1.5d", "not a time window: '1.5d'"),
        ("٣d", "not a time window: '٣d'"),  # digits, but not 0 to 9
        ("d", "not a time window: 'd'"),
        ("60 d", "not a time window: '60 d'"),
        ("last-day", "not a time window: 'last-day'"),
        ("day-to-date", "not a time window: 'day-to-date'"),
        ("last-week-to-date", "not a time window: 'last-week-to-date'"),
        ("0d", "not a time window: '0d' (it must count at least 1)"),
        ("000m", "not a time window: '000m' (it must count at least 1)"),
        ("1000000d", "not a time window: '1000000d' (it can count 999999 at most)"),
        ("2026-03-31..2026-03-30", "not a time window: '2026-03-31..2026-03-30' (it ends before it begins)"),
        (
            "2026-02-30..2026-03-30",
            "not a time window: '2026-02-30..2026-03-30' (both ends are days such as 2026-03-31)",
        ),
        ("2026-01-01..", "not a time window: '2026-01-01..' (both ends are days such as 2026-03-31)"),
        (
            "20260101..20260201",
            "not a time window: '20260101..20260201' (both ends are days such as 2026-03-31)",
        ),
        ("2026-01-01..2026-01-02..2026-01-03", "not a time window: '2026-01-01..2026-01-02..2026-01-03'"),
    ],
)
def test_what_is_no_window_is_refused_with_the_reason(text, says):
    with pytest.raises(BadWindow) as caught:
        parse_window(text)
    assert caught.value.message == says
    assert caught.value.hint.startswith("use all, 60d")


@pytest.mark.parametrize("text", ["9" * 5000 + "d", "x" * 5000, "2026-01-01.." + "9" * 5000])
def test_a_very_long_argument_makes_a_short_message(text):
    with pytest.raises(BadWindow) as caught:
        parse_window(text)
    assert len(caught.value.message) < 160


@pytest.mark.parametrize("unit", "dwmy")
def test_a_window_longer_than_the_calendar_begins_with_it(unit):
    window = parse_window(f"999999{unit}")
    assert window.days(on("2026-03-31")) == (date.min, date(2026, 3, 31))
    assert window.previous(on("2026-03-31")) is None


@pytest.mark.parametrize(
    "window", "last-week last-month last-quarter last-year week-to-date year-to-date 1d 1m".split()
)
def test_the_first_day_of_the_calendar_breaks_nothing(window):
    first, last = parse_window(window).days(on("0001-01-01"))
    assert date.min == first <= last
    assert parse_window(window).previous(on("0001-01-01")) is None


DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(DAYS, st.sampled_from("dwmy"), st.integers(1, 40))
def test_the_time_before_a_counted_window_ends_the_day_before_it_begins(day, unit, count):
    as_of = on(str(day))
    window = parse_window(f"{count}{unit}")
    first, last = window.days(as_of)
    before_first, before_last = window.previous(as_of)
    assert last == day
    assert before_last + timedelta(days=1) == first
    assert before_first <= before_last
    if unit in "dw":
        assert (
            last - first
            == before_last - before_first
            == timedelta(days=count * (7 if unit == "w" else 1) - 1)
        )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(DAYS, st.sampled_from("week month quarter year".split()))
def test_last_ends_the_day_before_to_date_begins(day, unit):
    as_of = on(str(day))
    assert (
        parse_window(f"last-{unit}").days(as_of)[1] + timedelta(days=1)
        == parse_window(f"{unit}-to-date").days(as_of)[0]
    )
    before_first, before_last = parse_window(f"{unit}-to-date").previous(as_of)
    whole_first, whole_last = parse_window(f"last-{unit}").days(as_of)
    assert before_first == whole_first <= before_last <= whole_last


def test_a_window_states_its_days_where_its_name_does_not():
    assert parse_window("last-month").describe(on("2026-03-31")) == "last-month (2026-02-01 to 2026-02-28)"
    assert parse_window("all").describe(on("2026-03-31")) == "all time"
    assert parse_window("2026-01-01..2026-01-02").describe(on("2026-03-31")) == "2026-01-01..2026-01-02"


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        ("2026-03-31", "Europe/Rome", "2026-03-31T21:59:59.999999+00:00"),
        ("2026-01-31", "Europe/Rome", "2026-01-31T22:59:59.999999+00:00"),
        ("2026-01-31", "America/New_York", "2026-02-01T04:59:59.999999+00:00"),
        # Clocks went back at midnight of 17 to 16 February: 23:59 came twice, the second time in UTC-3.
        ("2019-02-16", "America/Sao_Paulo", "2019-02-17T02:59:59.999999+00:00"),
        # Midnight to one did not exist on 4 November: the day before ended at 24:00 all the same.
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.999999+00:00"),
        # Samoa skipped the 30th: nothing of it lies after the end of the 29th (UTC-10).
        ("2011-12-30", "Pacific/Apia", "2011-12-30T09:59:59.999999+00:00"),
    ],
)
def test_a_date_means_the_last_microsecond_of_that_local_day(day, zone, end):
    as_of = as_of_from_date(date.fromisoformat(day), zone)
    assert as_of.instant.isoformat() == end
    assert (as_of.day, as_of.explicit) == (date.fromisoformat(day), True)


def test_now_lies_in_the_local_day():
    instant = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert as_of_now(instant, "Europe/Rome") == AsOf(instant, date(2026, 4, 1), explicit=False)
    assert as_of_now(instant, "America/New_York").day == date(2026, 3, 31)


def test_the_end_of_time_is_refused():
    with pytest.raises(BadDate, match="not a date: '9999-12-31'"):
        as_of_from_date(date(9999, 12, 31), "America/New_York")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_named(zone):
    with pytest.raises(UnknownTimezone):
        as_of_from_date(date(2026, 3, 31), zone)


def test_a_date_is_year_month_day():
    assert parse_date(" 2024-02-29 ") == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text", ["2026-02-29", "2026-2-1", "20260201", "01.02.2026", "2026-W05-1", "today", ""]
)
def test_another_date_is_refused(text):
    with pytest.raises(BadDate) as caught:
        parse_date(text)
    assert caught.value.message == f"not a date: {text!r}"


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["Europe/Rome", "America/New_York", "UTC"]),
)
def test_a_time_with_its_offset_is_read_as_it_was_written(at, zone):
    assert parse_instant(at.astimezone(ZoneInfo(zone)).isoformat(), zone) == at


@given(st.text(max_size=30))
def test_whatever_is_no_time_is_refused_in_one_way(text):
    try:
        assert parse_instant(text, "Europe/Rome").tzinfo is UTC
    except BadInstant:
        return

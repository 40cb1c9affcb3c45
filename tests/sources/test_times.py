"""Times with and without an offset, real days only."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.errors import AmbiguousDates, BadSetting
from clientlens.model.batch import ReadOptions
from clientlens.sources.times import FAULTS, NO_SUCH, OTHER_FORM, UNLIKELY, Form, find_reader, zoned

SETTINGS = settings(max_examples=50, deadline=None, derandomize=True)
FIRST = dt.datetime(1990, 1, 2)  # noqa: DTZ001  # hypothesis wants its limits without a zone
OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome", today=dt.date(2026, 11, 24))


def read(*texts, options=OPTIONS):
    frame = pl.DataFrame({"created at": texts}, schema={"created at": pl.String})
    reader, notes = find_reader(frame, ["created at"], options, "f.csv", lambda row: row + 2)
    return reader, [t.isoformat() if t else None for t in reader.read(frame["created at"]).to_list()], notes


def test_both_offsets_of_a_shops_year_are_read():
    reader, times, notes = read("2026-03-28 22:29:09 -0700", "2026-01-05 00:00:00 -0800")
    assert (reader.form, notes) == (Form.ZONED, [])
    assert times == ["2026-03-29T05:29:09+00:00", "2026-01-05T08:00:00+00:00"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30 10:00:00 +0100", "2025-02-29 10:00:00 +0100", "1900-02-29 10:00:00 +0100", "2026-13-01 10:00:00 +0100",
        "2026-04-31 10:00:00 +0100", "2026-01-01 24:00:00 +0100", "2026-01-01 10:60:00 +0100", "2026-01-01 10:00:00 +1500",
        "2026-01-01 10:00:00", "2026-1-1 10:00:00 +0100", "0226-01-01 10:00:00 +0100", "1989-12-01 10:00:00 +0100",
        "2028-12-01 10:00:00 +0100", "2026-01-01", "x", "2026-01-01 10:00:00 +01:0x", "01/02/2026 10:00",
    ],
)  # fmt: skip
def test_what_is_no_time_of_this_file_is_bad(text):
    _, times, _ = read("2024-02-29 10:00:00 +0100", "2026-01-01 10:00:00 +0100", text)
    assert times == ["2024-02-29T09:00:00+00:00", "2026-01-01T09:00:00+00:00", None]


@SETTINGS
@given(
    st.datetimes(FIRST, FIRST.replace(year=2099)).map(lambda t: t.replace(microsecond=0)),
    st.integers(-14 * 4, 14 * 4).map(lambda q: dt.timezone(dt.timedelta(minutes=15 * q))),
)
def test_a_time_written_is_the_time_read(local, zone):
    time = local.replace(tzinfo=zone)
    assert zoned(pl.Series([time.strftime("%Y-%m-%d %H:%M:%S %z")])).to_list() == [time]


@SETTINGS
@given(st.datetimes(FIRST, FIRST.replace(year=2028)).map(lambda t: t.replace(second=0, microsecond=0)))
def test_a_spreadsheets_time_is_the_local_time_read(local):
    decisive = "31/12/2020 00:00"
    _, times, _ = read(decisive, local.strftime("%d/%m/%Y %H:%M"), options=replace(OPTIONS, timezone="UTC"))
    assert times[1] == local.isoformat() + "+00:00"


def test_a_value_above_twelve_decides_the_order_of_the_whole_file():
    assert read("02/01/2024 11:23", "13/01/2024 11:23")[1][0] == "2024-01-02T10:23:00+00:00"
    assert read("02/01/2024 11:23", "01/13/2024 11:23")[1][0] == "2024-02-01T10:23:00+00:00"
    assert read("11/10/24 09:17", "11/28/24 9:17 PM")[1] == [
        "2024-11-10T08:17:00+00:00",
        "2024-11-28T20:17:00+00:00",
    ]
    assert read("03.04.2024 10:00")[1] == ["2024-04-03T08:00:00+00:00"]
    assert read("05/05/2024 10:00")[1] == ["2024-05-05T08:00:00+00:00"]
    assert read("31/02/2024 10:00")[1] == [None]


def test_what_is_no_day_in_either_order_decides_nothing():
    assert read("13/28/2024 10:00", "01/13/2024 11:23")[1] == [None, "2024-01-13T10:23:00+00:00"]
    assert read("00/13/2024 10:00", "03/14/2024 10:00")[1] == [None, "2024-03-14T09:00:00+00:00"]
    assert read("13/28/2024 10:00")[1] == [None]


@pytest.mark.parametrize("other", ["04/05/2024 10:00", None])
def test_dates_that_can_be_both_are_not_guessed(other):
    with pytest.raises(AmbiguousDates) as error:
        read("05/05/2024 10:00", "03/04/2024 10:00", other)
    assert error.value.line == 3


def test_evidence_for_both_orders_is_not_guessed_either():
    with pytest.raises(AmbiguousDates):
        read("13/01/2024 10:00", "01/13/2024 10:00")


def test_the_date_format_given_is_taken():
    options = replace(OPTIONS, date_format="%m/%d/%y %H:%M", timezone="America/New_York")
    reader, times, notes = read("03/04/24 10:00", "13/04/24 10:00", None, options=options)
    assert (reader.form, times) == (Form.CUSTOM, ["2024-03-04T15:00:00+00:00", None, None])
    assert "America/New_York" in notes[0]
    with pytest.raises(BadSetting):
        read("03/04/24 10:00", options=replace(OPTIONS, date_format="%Q"))


def test_zoneless_times_are_the_workspaces_with_a_note():
    _, times, notes = read("2026-07-01 12:00:00", "2026-01-01 12:00", "2026-01-01")
    assert times == ["2026-07-01T10:00:00+00:00", "2026-01-01T11:00:00+00:00", "2025-12-31T23:00:00+00:00"]
    assert notes == [
        "f.csv: its times carry no time zone; they were read as Europe/Rome time (--timezone to say otherwise)"
    ]


def test_hours_that_the_clock_repeats_or_skips_are_read_the_earlier_way():
    _, times, notes = read("2026-10-25 02:30:00", "2026-03-29 02:30:00")
    assert times == ["2026-10-25T00:30:00+00:00", "2026-03-29T01:30:00+00:00"]
    assert "2 times" in notes[1]


@pytest.mark.parametrize(
    ("texts", "date_format", "wrong"),
    [
        (
            ("2026-02-03", "2026-02-30", "2026-02-03 25:00", "1985-02-03", "2031-02-03", "0206-02-03", "03/02/2026", "soon"),
            None,
            (NO_SUCH, NO_SUCH, UNLIKELY, UNLIKELY, UNLIKELY, OTHER_FORM, OTHER_FORM),
        ),
        (
            ("17/02/2026", "16/02/2026", "30/02/2026", "03/02/1985", "03/02/31", "2026-02-03"),
            None,
            (NO_SUCH, UNLIKELY, UNLIKELY, OTHER_FORM),
        ),
        (
            ("2026-02-03 10:00:00 +0100", "2026-02-30 10:00:00 +0100", "1985-02-03 10:00:00 +0100", "2026-02-03"),
            None,
            (NO_SUCH, UNLIKELY, OTHER_FORM),
        ),
        (
            ("3. Feb 2026", "30. Feb 2026", "1. Jan 0001", "1. Jan 1985", "2026-02-03"),
            "%d. %b %Y",
            (NO_SUCH, UNLIKELY, UNLIKELY, OTHER_FORM),
        ),
    ],
)  # fmt: skip
def test_a_bad_time_is_told_as_what_it_is(texts, date_format, wrong):
    options = replace(OPTIONS, date_format=date_format)
    reader, times, _ = read(*texts, options=options)
    bad = [text for text, time in zip(texts, times, strict=True) if time is None]
    assert tuple(reader.why_not(pl.Series(bad, dtype=pl.String))) == wrong
    assert set(wrong) <= set(FAULTS)

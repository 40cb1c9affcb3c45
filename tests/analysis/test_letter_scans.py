"""Scans by people, told from those of programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from clientlens.analysis.letter_scans import scans_of
from clientlens.model.tables import SCANS

MORNING = datetime(2026, 9, 4, 8, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


def scans(*rows):
    """Rows of code, seconds after the morning, program."""
    made = [
        {
            "scan_key": str(number),
            "source": "plain_csv",
            "code": code,
            "scanned_at": MORNING + timedelta(seconds=after),
            "scanned_on": MORNING.date(),
            "user_agent": agent,
        }
        for number, (code, after, agent) in enumerate(rows)
    ]
    return pl.DataFrame(made, schema=SCANS.schema).lazy()


def test_programs_and_what_is_loaded_twice_are_no_scans():
    known = scans(
        ("a", 0, "WhatsApp/2.23.20.0"),  # somebody sent the address to a friend
        ("a", 60, PHONE),
        ("a", 90, PHONE),  # loaded again
        ("a", 90, None),  # another program, at the same second
        ("a", 149, PHONE),  # within a minute of the one before
        ("a", 300, PHONE),
        ("b", 5, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ("c", 400, PHONE),
        ("c", 86_400, PHONE),
    )
    found = scans_of(known, until=MORNING + timedelta(hours=1)).rows()
    at = [MORNING + timedelta(seconds=after) for after in (60, 300, 400)]
    assert found == [("a", 3, at[0], at[1], 1), ("b", 0, None, None, 1), ("c", 1, at[2], at[2], 0)]

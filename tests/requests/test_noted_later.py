"""Decisions that are noted after they were made: `--at`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


@pytest.fixture
def ended(shop):
    """An offer to Ada, made on 1 November at 13:00 in Rome, whose last day is the 5th; now it is the 8th."""
    assert shop("requests", "approve", "Q-1", "--expires", "2026-11-05").code == 0
    shop.now = datetime(2026, 11, 8, 12, tzinfo=UTC)
    return shop


def test_who_took_an_offer_in_time_can_be_noted_later(ended):
    late = ended("requests", "accept", "Q-1")
    assert (late.code, late.stdout) == (2, "")
    assert (
        "request Q-1 is expired: it cannot be accepted (the offer ended at 2026-11-05 23:00 UTC; what was before is noted with --at)"
        in late.stderr
    )
    one = ended.json("accept", "Q-1", "--at", "2026-11-05T23:59")
    assert (one["status"], one["changed"]) == ("accepted", True)
    assert one["history"][-1] == {
        "at": "2026-11-05T23:59:00+01:00", "status": "accepted", "actor": "ada", "note": None,
    }  # fmt: skip
    # The ledger has both times.
    entry = ended.entries()[-1]
    assert (entry.at, entry.body["at"]) == (ended.now, "2026-11-05T22:59:00+00:00")


def test_the_same_again_changes_nothing(ended):
    for args in (("--at", "2026-11-04 10:00"), ("--at", "2026-11-04 10:00"), ()):
        assert ended("requests", "accept", "Q-1", *args).code == 0
    assert len(ended.entries()) == 2
    assert ended.json("show", "Q-1")["history"][-1]["at"] == "2026-11-04T10:00:00+01:00"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-06T00:00", "request Q-1 is expired: it cannot be accepted"),
        ("2026-11-01T12:59", "--at 2026-11-01 11:59 UTC: it was offered at 2026-11-01 12:00 UTC"),
        ("2026-11-08T13:01", "--at 2026-11-08T13:01: that is still to come"),
        ("2026-11-05", "'2026-11-05' is no day with a time"),
        ("yesterday", "'yesterday' is no day with a time"),
        ("2026-11-31T10:00", "'2026-11-31T10:00' is no day with a time"),
        ("2026-03-29T02:30", "'2026-03-29T02:30' does not come in Europe/Rome"),
        ("2026-10-25T02:30", "'2026-10-25T02:30' comes twice in Europe/Rome"),
        ("0001-01-01T00:00+14:00", "is no day with a time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(ended, at, told):
    done = ended("requests", "accept", "Q-1", "--at", at)
    assert (done.code, done.stdout, len(ended.entries())) == (2, "", 1)
    assert told in done.stderr


def test_an_offset_says_which_of_two_is_meant(shop):
    assert shop.json("decline", "Q-2", "--at", "2026-10-25T02:30+01:00")["history"][-1]["at"] == (
        "2026-10-25T02:30:00+01:00"
    )


def test_an_offer_noted_later_ends_and_answers_by_its_own_time(shop):
    (shop.workspace / "requests.toml").write_text("[offers]\nexpires_days = 7\n")
    one = shop.json("approve", "Q-1", "--at", "2026-03-02T11:30")
    # Open to the end of the seventh day, long ago.
    assert (one["status"], one["expires_at"]) == ("expired", "2026-03-10T00:00:00+01:00")
    response = shop.json("report", "--window", "2026-03-02..2026-03-02")["response"][0]
    assert response["median_minutes"] == 90
    assert shop.json("list", "--as-of", "2026-03-05")[-1]["status"] == "offered"


def test_after_a_clock_that_was_wrong_every_decision_still_counts(shop):
    right = shop.now
    shop.now = datetime(2027, 5, 1, tzinfo=UTC)
    assert shop("requests", "decline", "Q-2").code == 0
    shop.now = right
    assert shop("requests", "decline", "Q-4").code == 0
    assert shop("requests", "approve", "Q-2", "--price", "5").code == 2

"""What may become of a request, and what may not; each change once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from itertools import product

import pytest

from clientlens.requests.states import LEGAL, Status

# How each state is brought about, on Q-1.
OFFER = ("approve", "Q-1", "--expires", "2026-11-05")
WAYS = {
    "requested": [],
    "offered": [OFFER],
    "accepted": [OFFER, ("accept", "Q-1")],
    "declined": [("decline", "Q-1")],
    "withdrawn": [("withdraw", "Q-1")],
    "expired": [OFFER],
}
LATER = datetime(2026, 11, 6, tzinfo=UTC)
ACTIONS = {"approve": "offered", "accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}
DONE = {"approve": "approved", "accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}
# From the drawing in the documentation, not from the code.
ALLOWED = {
    ("requested", "approve"), ("requested", "decline"), ("requested", "withdraw"),
    ("offered", "accept"), ("offered", "decline"), ("offered", "withdraw"),
}  # fmt: skip


def in_state(shop, state):
    for way in WAYS[state]:
        assert shop("requests", *way).code == 0
    if state == "expired":
        shop.now = LATER
    assert shop.json("show", "Q-1")["status"] == state


@pytest.mark.parametrize(("state", "action"), list(product(WAYS, ACTIONS)))
def test_a_change_is_made_refused_or_stands_already(shop, state, action):
    in_state(shop, state)
    before = shop.entries()
    done = shop("requests", action, "Q-1", "--json")
    if (state, action) in ALLOWED:
        answer = json.loads(done.stdout)
        assert (done.code, answer["status"], answer["changed"]) == (0, ACTIONS[action], True)
        assert len(shop.entries()) == len(before) + 1
        return
    assert shop.entries() == before
    if state == ACTIONS[action]:
        answer = json.loads(done.stdout)
        assert (done.code, answer["status"], answer["changed"]) == (0, state, False)
    else:
        error = json.loads(done.stderr.splitlines()[-1])["error"]
        assert (done.code, error["code"], done.stdout) == (2, "illegal_state", "")
        assert error["message"].startswith(f"request Q-1 is {state}: it cannot be {DONE[action]}")


def test_the_table_of_the_code_is_the_drawing():
    assert {(str(one), action) for action, to in ACTIONS.items() for one in LEGAL[Status(to)]} == ALLOWED


def test_the_same_command_again_writes_nothing_and_says_so(shop):
    first = shop("requests", "decline", "Q-2", "--reason", "booked")
    again = shop("requests", "decline", "Q-2", "--reason", "booked")
    assert (first.code, again.code, len(shop.entries())) == (0, 0, 1)
    assert first.stdout.splitlines()[0].startswith("Request Q-2 is declined now")
    assert again.stdout.splitlines()[0].startswith("Nothing changed: request Q-2 is declined already")
    assert shop.json("show", "Q-2")["reason"] == "booked"


def test_an_offer_again_on_other_terms_is_refused_and_on_the_same_is_not(shop):
    shop("requests", "approve", "Q-1", "--price", "150", "--delivery-days", "7")
    assert shop("requests", "approve", "Q-1", "--price", "150.00").code == 0
    assert shop("requests", "approve", "Q-1").code == 0
    done = shop("requests", "approve", "Q-1", "--price", "151")
    assert done.code == 2
    assert "request Q-1 is offered: it cannot be approved (on other terms than these)" in done.stderr
    assert len(shop.entries()) == 1


def test_an_offer_has_what_was_said_else_what_was_asked_else_what_the_rules_say(shop):
    (shop.workspace / "requests.toml").write_text("[offers]\nexpires_days = 7\ndelivery_days = 5\n")
    one = shop.json("approve", "Q-1", "--price", "150.5", "--terms", "two drafts")
    assert (one["offer_price"], one["offer_currency"], one["offer_package"]) == ("150.50", "EUR", "basic")
    assert (one["terms"], one["delivery_days"], one["offer_start"]) == ("two drafts", 5, "2026-12-10")
    # Offered on 1 November: open for seven days, to the end of the 8th in Rome.
    assert one["expires_at"] == "2026-11-09T00:00:00+01:00"
    assert one["offer_text"] == (
        "Hello Ada,\n\nthank you for your request Q-1. This is my offer:\n\n"
        "Service:  Logo, package basic\nTerms:    two drafts\nPrice:    €150.50\nStart:    December 10, 2026\n"
        "Delivery: within 5 days\n\n"
        "It is open until the end of November 8, 2026. Until then you can order without asking again.\n"
    )
    # A wished start that has passed is none; --no-expiry beats the rules.
    other = shop.json("approve", "Q-4", "--no-expiry")
    assert (other["offer_price"], other["offer_start"], other["expires_at"]) == ("200.00", None, None)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("Q-2",), "it has no price"),
        (("Q-1", "--price", "1,50"), "'1,50' is no price in EUR"),
        (("Q-1", "--price", "1.505"), "'1.505' is no price in EUR"),
        (("Q-1", "--price", "-1"), "'-1' is no price in EUR"),
        (("Q-1", "--currency", "XYZ"), "unknown currency 'XYZ'"),
        (("Q-1", "--currency", "USD"), "it has no price"),  # the request's is in euros
        (("Q-1", "--start", "2026-10-31"), "--start 2026-10-31 has passed"),
        (("Q-1", "--expires", "2026-10-31"), "--expires 2026-10-31 has passed"),
    ],
)
def test_an_offer_that_cannot_be_is_refused(shop, args, told):
    done = shop("requests", "approve", *args)
    assert (done.code, done.stdout, shop.entries()) == (2, "", [])
    assert told in done.stderr


def test_an_anonymous_client_gets_no_offer_but_can_be_declined(shop):
    done = shop("requests", "approve", "Q-3")
    assert done.code == 2
    assert "request Q-3 is of an anonymous client" in done.stderr
    assert shop("requests", "decline", "Q-3").code == 0


def test_an_offer_has_expired_at_its_very_end_and_not_a_moment_before(shop):
    shop("requests", "approve", "Q-1", "--expires", "2026-11-05")
    shop.now = datetime(2026, 11, 5, 22, 59, 59, 999999, tzinfo=UTC)
    assert shop.json("show", "Q-1")["status"] == "offered"
    shop.now = datetime(2026, 11, 5, 23, tzinfo=UTC)
    one = shop.json("show", "Q-1")
    assert one["status"] == "expired"
    assert [step["status"] for step in one["history"]] == ["requested", "offered", "expired"]
    assert one["history"][-1]["at"] == "2026-11-06T00:00:00+01:00"


def test_as_of_looks_back(shop):
    shop("requests", "approve", "Q-1", "--expires", "2026-11-05")
    shop.now = datetime(2026, 11, 10, tzinfo=UTC)
    shop("requests", "decline", "Q-2")
    status = {
        day: {row["request_id"]: row["status"] for row in shop.json("list", "--as-of", day)}
        for day in ("2026-03-02", "2026-10-31", "2026-11-01", "2026-11-05", "2026-11-06")
    }
    assert status["2026-03-02"] == {"Q-1": "requested"}
    assert status["2026-10-31"] == dict.fromkeys(("Q-1", "Q-2", "Q-3", "Q-4"), "requested")
    assert status["2026-11-01"]["Q-1"] == "offered"
    # --as-of a day is its end, and the offer stands to the end of the 5th.
    assert status["2026-11-05"]["Q-1"] == "offered"
    assert status["2026-11-06"]["Q-1"] == "expired"
    assert status["2026-11-06"]["Q-2"] == "requested"
    now = {row["request_id"]: row["status"] for row in shop.json("list")}
    assert now == {"Q-1": "expired", "Q-2": "declined", "Q-3": "requested", "Q-4": "requested"}
    assert [row["request_id"] for row in shop.json("list", "--status", "requested")] == ["Q-4", "Q-3"]


def test_an_unknown_id_and_one_that_two_stores_have(shop):
    done = shop("requests", "show", "Q-9")
    assert (done.code, done.stdout) == (2, "")
    assert "there is no request 'Q-9'; did you mean" in done.stderr
    shop("import", "requests.csv", "--store", "other")
    done = shop("requests", "decline", "Q-1")
    assert done.code == 2
    assert "2 requests are called 'Q-1': Q-1 in main, Q-1 in other" in done.stderr
    assert shop.json("decline", "Q-1", "--store", "other")["store"] == "other"
    assert shop.json("show", "Q-1", "--store", "main")["status"] == "requested"


def test_declining_does_not_touch_the_completion_rate(shop):
    def rates():
        done = shop("insights", "--scope", "with-you", "--json")
        return {row["email"]: row["completion_rate"] for row in json.loads(done.stdout, parse_float=str)}

    before = rates()
    assert before == {"ada@example.org": "1.0000"}
    for request in ("Q-1", "Q-2", "Q-3", "Q-4"):
        assert shop("requests", "decline", request).code == 0
    assert rates() == before


def test_a_request_follows_its_client_through_a_merge(shop):
    shop("requests", "approve", "Q-4")
    before = shop.json("show", "Q-4")
    merged = shop("clients", "merge", "ada@example.org", "cleo@example.org")
    assert merged.code == 0, merged.stderr
    after = shop.json("show", "Q-4")
    assert after["client_id"] != before["client_id"]
    assert after["client_id"] == shop.json("show", "Q-1")["client_id"]
    assert (after["name"], after["status"]) == ("Ada", "offered")
    # And so does the offer that its client holds.
    order = {"order_id": "9", "placed_at": "2026-11-02T10:00", "email": "ada@example.org", "service": "Logo"}
    assert shop.screen(order)[0]["decision"] == "bypass"


_RACE = """
import sys
from clientlens.cli.main import main
sys.argv = ["clientlens", "requests", *sys.argv[1:], "--json", "--quiet"]
main()
"""


def test_of_two_processes_that_decide_at_once_one_wins(shop):
    calls = [("approve", "Q-1", "--price", "10"), ("decline", "Q-1"), ("withdraw", "Q-1")]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _RACE, *call],
            cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for call in calls
    ]  # fmt: skip
    ended = [(process.communicate(timeout=120), process.returncode) for process in running]
    entries = shop.entries()
    kinds = [entry.kind for entry in entries]
    assert len(kinds) == len(set(kinds)) <= 2
    assert [code for _, code in ended].count(0) == len(kinds)
    # Only an offer can be followed by another change.
    assert len(kinds) == 1 or kinds[0] == "request_offered"
    for (_, stderr), code in ended:
        assert code == 0 or json.loads(stderr.splitlines()[-1])["error"]["code"] == "illegal_state"


def test_requests_that_are_asked_at_a_time_still_to_come_are_counted(shop):
    (shop.folder / "ahead.csv").write_text(
        "request_id,requested_at,email\nQ-9,2026-11-01 18:00,zoe@example.org\n"
    )
    assert shop("import", "ahead.csv").code == 0
    done = shop("requests", "list")
    assert "Q-9" not in done.stdout
    assert "note: 1 request not shown: asked at a time still to come" in done.stderr
    assert "not shown: asked" not in shop("requests", "list", "--as-of", "2026-10-31").stderr

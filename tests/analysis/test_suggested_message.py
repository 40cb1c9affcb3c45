"""What is suggested to write to a client, and what the ledger tells of messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clientlens.analysis.message_history import Written, messages_of
from clientlens.analysis.message_permission import Refusal, may_be_written_to
from clientlens.analysis.placeholder_values import client_rows
from clientlens.analysis.suggested_message import suggestion
from clientlens.model.entries import Entry
from clientlens.model.timeframes import as_of_from_date, parse_date

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


def entry(kind, subject="m1", *, days=0, person="e:ann@example.org", **body):
    known = {"template": "invitation", "language": "en", "sha256": "0"} if kind == "message_drafted" else {}
    return Entry(1, AT + timedelta(days=days), None, kind, person, subject, known | body, None, 1)


@pytest.fixture
def suggested(shop):
    """What is suggested for Ann, who bought on 1 March; details and entries as a test says."""

    def ask(day="2026-05-31", *, entries=(), client=None, **changes):
        facts = shop.facts_of([shop.order("1", "ann", **changes)], clients={"ann": client or {}})
        found = suggestion(
            facts,
            "ann",
            entries,
            as_of=as_of_from_date(parse_date(day), "Europe/Rome"),
            completed_when="paid",
            cooldown_days=30,
        )
        return found.template, found.reason, found.written_on and str(found.written_on)

    return ask


def test_who_bought_is_asked_for_an_opinion(suggested):
    assert suggested() == ("review_request", "1 completed order: ask for an opinion", None)


@pytest.mark.parametrize(
    ("day", "changes"),
    [
        ("2026-05-31", {"payment_state": "pending", "paid_at": None}),
        ("2026-05-31", {"order_total": 0, "payment_state": "voided"}),
        ("2026-02-28", {}),
    ],
)
def test_who_has_not_bought_by_then_is_invited(suggested, day, changes):
    assert suggested(day, **changes)[:2] == ("invitation", "has not bought or booked yet: invite them")


def test_a_booking_counts_as_an_order(suggested):
    assert suggested(kind="booking")[0] == "review_request"


@pytest.mark.parametrize(("days", "wait"), [(0, True), (1, True), (29, True), (30, False)])
def test_who_was_written_to_lately_is_left_alone(suggested, days, wait):
    # The last second of 31 May in Rome.
    end = datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC)
    at = (end - timedelta(days=days) - AT) / timedelta(days=1)
    found = suggested(entries=[entry("message_drafted", days=at)])
    assert (found[0] is None) == wait
    if wait:
        assert found[1] == f"written to on {found[2]}, less than 30 days ago"


def test_a_draft_of_long_ago_that_was_sent_lately_counts_from_then(suggested):
    entries = [entry("message_drafted"), entry("message_sending", days=29), entry("message_sent", days=29)]
    found = suggested("2026-06-15", entries=entries)
    assert found[::2] == (None, "2026-05-30")


def test_a_message_of_later_or_to_another_does_not_count(suggested):
    later = entry("message_drafted", days=60)
    other = entry("message_drafted", person="e:bob@example.org")
    assert suggested(entries=[other, later])[0] == "review_request"


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        ({"anonymous": True, "email": None, "name": None}, "anonymous"),
        ({"email": None}, "no e-mail address known"),
        ({"accepts_email": False}, "opted out of e-mail"),
    ],
)
def test_nothing_is_suggested_to_who_cannot_be_written_to(suggested, client, reason):
    assert suggested(client=client) == (None, reason, None)


@pytest.mark.parametrize(
    ("accepts", "basis", "refusal"),
    [
        (True, None, None),
        (None, None, Refusal.NO_CONSENT),
        (None, "a contract", None),
        (False, None, Refusal.OPTED_OUT),
        (False, "a contract", Refusal.OPTED_OUT),
    ],
)
def test_consent_or_a_ground_is_needed_and_an_opt_out_always_holds(accepts, basis, refusal):
    client = {"anonymous": False, "email": "a@example.org", "accepts_email": accepts}
    assert may_be_written_to(client, lawful_basis=basis) is refusal


def test_the_last_entry_says_how_a_message_stands():
    drafted, sending = entry("message_drafted", lawful_basis="x"), entry("message_sending", days=1)
    refused, again, sent = (
        entry("message_not_sent", days=2),
        entry("message_sending", days=3),
        entry("message_sent", days=4),
    )
    other = entry("message_drafted", "m2", days=5, person="e:bob@example.org")
    story = [drafted, sending, refused, entry("note", days=2), again, sent, other]
    states = [messages_of(story[:end])[0].state for end in range(1, 7)]
    assert states == ["drafted", "maybe_sent", "not_sent", "not_sent", "maybe_sent", "sent"]
    first, second = messages_of(story)
    assert first == Written(
        "m1", "e:ann@example.org", "invitation", "en", AT, "sent", AT + timedelta(days=4), 2, 1, "x", "0"
    )
    assert second.message_id == "m2"
    assert messages_of(story, person_keys=["e:bob@example.org"]) == [second]
    assert messages_of(story, until=AT + timedelta(days=1))[0].state == "maybe_sent"


def test_what_placeholders_know_is_that_of_completed_orders_up_to_the_day(shop):
    order = shop.order
    facts = shop.facts_of(
        [
            order("1", "ann", "2026-03-01", order_total=1500, refunded=500),
            order("2", "ann", "2026-04-01"),
            order("3", "ann", "2026-04-20", payment_state="pending", paid_at=None),
            order("4", "ann", "2026-06-20"),
            order("5", "ann", "2026-04-10", currency="USD", order_total=700),
            order("6", "bob", "2026-04-10", payment_state="voided"),
        ],
        lines=[("2", "Tip", "main", True), ("2", "Candle"), ("2", "Wick"), ("1", "Soap"), ("3", "Lamp")],
    )
    rows = client_rows(
        facts,
        ["bob", "ann"],
        as_of=as_of_from_date(parse_date("2026-05-31"), "Europe/Rome"),
        completed_when="paid",
        home_currency="EUR",
        points={"ann": 12},
    )
    known = rows.select(
        "client_id", "completed_orders", "last_order_date", "last_product", "total_spend", "points"
    )
    assert [tuple(map(str, row)) for row in known.rows()] == [
        ("bob", "0", "None", "None", "None", "0"),
        # 10.00 + 10.00 EUR; the order of 10 April is in dollars and has no line.
        ("ann", "3", "2026-04-10", "Candle", "2000", "12"),
    ]

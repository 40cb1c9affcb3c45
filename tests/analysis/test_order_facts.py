"""What an order was at an instant. T is the instant; 'before' and 'after' are one microsecond away from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from clientlens.analysis.order_facts import order_facts, stored_orders
from clientlens.model.timeframes import AsOf

T = datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC)
AFTER = T + timedelta(microseconds=1)
PLACED = T - timedelta(days=9)
AS_OF = AsOf(T, T.date(), explicit=True)


@pytest.fixture
def seen(shop):
    def one(completed_when="paid", **order):
        facts = shop.facts_of([shop.order("1", "ann", PLACED, **{"paid_at": None, **order})])
        found = order_facts(
            facts.orders, facts.identities, as_of=AS_OF, completed_when=completed_when
        ).collect()
        return found.select("status", "undated").row(0)

    return one


@pytest.mark.parametrize(
    ("order", "status", "undated"),
    [
        ({"payment_state": "paid", "paid_at": T}, "completed", False),
        ({"payment_state": "paid", "paid_at": AFTER}, "in_progress", False),
        ({"payment_state": "paid"}, "completed", True),
        ({"payment_state": "paid", "order_total": 0, "paid_at": T}, "completed", False),
        ({"payment_state": "partially_refunded", "paid_at": T, "refunded": 999}, "completed", True),
        ({"payment_state": "paid", "paid_at": T, "refunded": 1000}, "cancelled", True),
        ({"payment_state": "paid", "paid_at": AFTER, "refunded": 1000}, "in_progress", True),
        ({"payment_state": "refunded", "paid_at": T, "refunded": 1000}, "cancelled", True),
        ({"payment_state": "refunded", "paid_at": AFTER, "refunded": 1000}, "in_progress", True),
        ({"payment_state": "paid", "paid_at": T, "cancelled_at": T}, "cancelled", False),
        ({"payment_state": "paid", "paid_at": T, "cancelled_at": AFTER}, "in_progress", False),
        ({"payment_state": "paid", "paid_at": AFTER, "cancelled_at": T}, "cancelled", False),
        ({"payment_state": "voided", "cancelled_at": AFTER}, "in_progress", False),
        ({"payment_state": "voided"}, "cancelled", True),
        ({"payment_state": "expired"}, "cancelled", True),
        ({"payment_state": "pending"}, "in_progress", False),
        ({"payment_state": "authorized"}, "in_progress", False),
        ({"payment_state": "partially_paid", "paid_at": T}, "in_progress", False),
        (
            {"payment_state": "pending", "fulfilment_state": "fulfilled", "fulfilled_at": T},
            "in_progress",
            False,
        ),
    ],
)
def test_the_status_where_payment_completes(seen, order, status, undated):
    assert seen(**order) == (status, undated)


DELIVERED = {"fulfilment_state": "fulfilled", "payment_state": "pending"}


@pytest.mark.parametrize(
    ("order", "fulfilled", "either"),
    [
        ({"fulfilled_at": T}, "completed", "completed"),
        ({"fulfilled_at": AFTER}, "in_progress", "in_progress"),
        ({}, "completed", "completed"),
        ({"fulfilment_state": "partial", "fulfilled_at": T}, "in_progress", "in_progress"),
        ({"fulfilment_state": None, "payment_state": "paid", "paid_at": T}, "in_progress", "completed"),
        # Cash on delivery: the parcel was there, the money followed.
        ({"payment_state": "paid", "fulfilled_at": T, "paid_at": AFTER}, "completed", "completed"),
        ({"payment_state": "paid", "fulfilled_at": AFTER, "paid_at": T}, "in_progress", "completed"),
        ({"payment_state": "voided", "fulfilled_at": T}, "cancelled", "cancelled"),
        ({"payment_state": "voided", "fulfilled_at": AFTER}, "in_progress", "in_progress"),
        # Given back at an unknown time, after it was settled.
        ({"payment_state": "refunded", "paid_at": T, "fulfilled_at": AFTER}, "in_progress", "cancelled"),
        ({"payment_state": "refunded", "paid_at": AFTER, "fulfilled_at": T}, "in_progress", "in_progress"),
        (
            {"payment_state": "paid", "refunded": 1000, "paid_at": AFTER, "fulfilled_at": T},
            "in_progress",
            "in_progress",
        ),
        ({"fulfilled_at": T, "cancelled_at": T}, "cancelled", "cancelled"),
    ],
)
def test_the_status_where_delivery_completes(seen, order, fulfilled, either):
    assert seen("fulfilled", **{**DELIVERED, **order})[0] == fulfilled
    assert seen("paid_or_fulfilled", **{**DELIVERED, **order})[0] == either


@pytest.mark.parametrize(
    ("completed_when", "undated"), [("paid", True), ("fulfilled", False), ("paid_or_fulfilled", False)]
)
def test_one_known_time_is_enough(seen, completed_when, undated):
    both = {"payment_state": "paid", "fulfilment_state": "fulfilled", "fulfilled_at": T}
    assert seen(completed_when, **both) == ("completed", undated)


def test_nothing_placed_later_is_there(shop):
    facts = shop.facts_of([shop.order("1", "ann", T), shop.order("2", "ann", AFTER)])
    found = order_facts(facts.orders, facts.identities, as_of=AS_OF, completed_when="paid").collect()
    assert found["order_key"].to_list() == ["1"]


def test_each_order_has_its_client_and_what_it_brought(shop):
    facts = shop.facts_of(
        [
            shop.order("1", "ann", PLACED, refunded=250),
            shop.order("2", None, PLACED),
            shop.order("3", "ann+old", PLACED),
        ]
    )
    found = order_facts(facts.orders, facts.identities, as_of=AS_OF, completed_when="paid").collect()
    assert found.select("order_key", "client_id", "net_total").sort("order_key").rows() == [
        ("1", "ann", 750),
        ("2", None, 1000),
        ("3", "ann", 1000),
    ]
    assert found.columns == [*facts.orders.collect_schema(), "client_id", "status", "net_total", "undated"]
    assert found.schema["net_total"] == pl.Int64


def test_what_is_stored_counts_whenever_it_happened(shop):
    facts = shop.facts_of(
        [shop.order("1", "ann", AFTER, paid_at=AFTER), shop.order("2", None, AFTER, cancelled_at=AFTER)]
    )
    found = stored_orders(facts.orders, completed_when="paid").collect()
    assert found["status"].to_list() == ["completed", "cancelled"]


def test_an_unknown_rule_is_our_own_mistake(shop):
    facts = shop.facts_of([shop.order("1", "ann")])
    with pytest.raises(ValueError, match="shipped"):
        order_facts(facts.orders, facts.identities, as_of=AS_OF, completed_when="shipped")

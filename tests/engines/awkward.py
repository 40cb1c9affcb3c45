"""A shop of every row that engines might see differently, written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from clientlens.model.tables import REVIEWS


def awkward_facts(shop):
    at = datetime(2026, 2, 28, 22, 59, 59, 999_999, tzinfo=UTC)  # one microsecond before March in Rome
    order, noon = shop.order, shop.noon
    rows = [
        # anna: ties in number and time between two products; no price; a tip; a refund without and with an end
        order("1", "anna", at, number="1", price=None, tip=50),
        order("2", "anna", at + timedelta(microseconds=1), number="2", refunded=400),
        order("3", "anna", "2026-03-05", number="3", refunded=1000),
        order("4", "anna", "2026-03-06", number="4", currency="USD", order_total=333, price=333),
        order("5", "anna", "2026-03-07", number="5", currency="JPY", order_total=2**53 + 1, price=2**53 + 1),
        order("6", "anna", "2026-03-07", number="6", currency="JPY", order_total=2**53 + 2, price=2**53 + 2),
        # ben: the same figures as cleo, so that they share a rank; a negative total
        order("7", "ben", "2026-03-01", number="7"),
        order("8", "cleo", "2026-03-01", number="8"),
        order("9", "ben", "2026-02-01", number="9", order_total=-250, price=-250),
        order("10", "cleo", "2026-02-01", number="10", order_total=-250, price=-250),
        # nobody, in progress, cancelled at an unknown time, cancelled after as_of, fulfilled alone
        order("11", None, "2026-03-01"),
        order("12", "dora", "2026-03-02", payment_state="pending", paid_at=None),
        order("13", "dora", "2026-03-02", payment_state="voided", paid_at=None),
        order("14", "dora", "2026-03-02", cancelled_at=noon("2026-06-01")),
        order("15", "dora", "2026-03-02", paid_at=None),
        order(
            "16", "dora", "2026-03-02", payment_state="pending", paid_at=None, fulfilment_state="fulfilled"
        ),
        order("17", "emil", "2026-05-01"),
        # two keys of one client; another store under a name whose case engines fold differently; own stars
        order("1", "anna+other", "2026-03-08", store="ΟΔΟΣ", number="1"),
        order("2", "fay", "2026-03-08", store="ΟΔΟΣ", number="2", rating_milli=4500),
        order("3", "fay", "2026-03-08", store="ΟΔΟΣ", number="3", rating_milli=1000),
        order("4", "fay", "2026-03-08", store="ΟΔΟΣ", number="4"),
    ]
    lines = [
        ("1", "Soap"),
        ("1", "Soap"),
        ("2", "Candle - red"),
        ("3", "Candle"),
        ("4", "Äpfel"),
        ("5", "soap"),
        ("6", "Zimt"),
        ("6", "Tip", "main", True),
        ("7", "GESCHENK Äpfel.+"),
        ("8", "geschenk ÄPFEL.+"),
        ("8", "ẞ straße"),
        ("10", "Geschenk\nzwei Zeilen"),
        ("1", "Candle - red", "ΟΔΟΣ"),
        ("2", "Candle", "ΟΔΟΣ"),
        ("3", "Candle", "ΟΔΟΣ"),
        ("4", "Candle - Candle - red", "ΟΔΟΣ"),
    ]
    facts = shop.facts_of(rows, lines, {"dora": {"anonymous": True, "name": None, "email": None}})
    reviews = [
        review("a", "anna", at + timedelta(hours=1), 5, order_id="1"),
        review("b", "anna", at + timedelta(hours=1), 4, order_id="1"),
        review("c", "anna", at + timedelta(hours=1), 4, order_id="1"),
        review("d", "anna", noon("2026-03-09"), 3, service="Candle"),  # order 3, the latest with it
        review("e", "anna", noon("2026-03-09"), 2, seller=" ΟΔΟΣ", service="Candle"),
        # three orders of one instant: that of the smallest key
        review("f", "fay", noon("2026-03-09"), 1, seller="οδος", service="Candle"),
        review(
            "g", "fay", noon("2026-03-09"), 2, seller="οδος", service="Candle - red"
        ),  # none: not a whole name
        review("h", "fay", noon("2026-03-09"), 2, seller="οδοσ", order_id="3"),  # none: not that name
        review("i", "ben", noon("2026-03-09"), 5, seller="elsewhere", order_id="7"),
        review("j", "ben", noon("2026-03-09"), None, order_id="7"),
        review("k", "cleo", noon("2026-06-01"), 5, order_id="8"),
    ]
    return replace(facts, reviews=pl.LazyFrame(reviews, schema=REVIEWS.schema, orient="row"))


def review(key, client, at, stars, *, seller="main", order_id=None, service=None):
    return {
        "store": "main",
        "review_key": key,
        "source": "plain_csv",
        "seller": seller,
        "service": service,
        "rating_milli": None if stars is None else stars * 1000,
        "reviewed_at": at,
        "reviewed_on": at.date(),
        "order_id": order_id,
        "person_key": f"e:{client}@example.org",
    }

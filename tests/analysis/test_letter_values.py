"""What letters to many clients say: placeholders, last orders, checkouts left open, points."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.analysis.letter_tables import Basket, Line, Need, PointsEntry, Tables
from clientlens.analysis.letter_values import materials
from clientlens.analysis.placeholder_values import known_of
from clientlens.model.entries import Entry
from clientlens.model.tables import BY_NAME
from clientlens.model.timeframes import as_of_from_date, parse_date

AS_OF = as_of_from_date(parse_date("2026-05-31"), "Europe/Rome")
ALSO = {"shop": "Lantern\nCandles", "sender_name": "Ada", "coupon": "HELLO26"}
RULES = {"as_of": AS_OF, "completed_when": "paid", "home_currency": "EUR"}


def entry(number, kind, points, person, /, **body):
    at = datetime(2026, 5, number, 12, tzinfo=UTC)
    return Entry(number, at, None, kind, f"e:{person}@example.org", None, {"points": points, **body}, None, 1)


@pytest.fixture(scope="module")
def told(shop):
    order = shop.order
    facts = shop.facts_of(
        [
            order("1", "ann", "2026-03-01", order_total=1500, refunded=500),
            order("2", "ann", "2026-04-01", order_total=1001),
            order("3", "ann", "2026-04-20", payment_state="pending", paid_at=None),
            order("4", "ann", "2026-06-20"),
            order("5", "ann", "2026-04-10", currency="USD", order_total=700, refunded=100),
            order("6", "bob", "2026-04-10", payment_state="voided"),
        ],
        lines=[("5", "Wick"), ("5", "Lamp"), ("2", "Soap")],
        clients={
            "ann": {"first_name": "Ann", "last_name": "Öz", "language": "de", "birthday": "1990-02-29"},
            "bob": {"name": "Bob Ltd", "company": "Bob Ltd"},
        },
    )

    def checkout(key, day, **other):
        at = shop.noon(day)
        return {
            "store": "main", "checkout_key": key, "source": "t", "created_at": at, "created_on": at.date(),
            "currency": "USD", "total": 900, "has_contact": True, "person_key": "e:bob@example.org", **other,
        }  # fmt: skip

    lines = [
        {"store": "main", "checkout_key": "B", "created_on": date(2026, 5, 3), "line_no": number, "product": name,
         "quantity_milli": 1500, "unit_price": 300, "person_key": "e:bob@example.org"}
        for number, name in ((2, "Wick"), (1, "Candle"))
    ]  # fmt: skip
    rows = {
        "checkouts": [
            checkout("A", "2026-05-01"),
            checkout("B", "2026-05-03"),
            checkout("C", "2026-05-04", completed_at=shop.noon("2026-05-09")),
        ],
        "checkout_lines": lines,
    }
    frames = {
        name: BY_NAME[name].conform(pl.DataFrame(found, schema_overrides=BY_NAME[name].schema)).lazy()
        for name, found in rows.items()
    }
    entries = [
        entry(1, "points_earned", 90, "ann", number="2"),
        entry(2, "points_added", 270, "ann", reason="a gift"),
        entry(3, "points_subtracted", -20, "ann"),
        entry(4, "points_added", 7, "bob"),
    ]
    return materials(
        replace(facts, **frames),
        ["bob", "ann"],
        ["en", "de"],
        names={"checkout_total"},
        needs=set(Need),
        entries=entries,
        also=ALSO,
        ranks={"ann": 2},
        **RULES,
    )


def test_placeholders_of_many_clients_are_filled_each_in_its_language(told):
    bob, ann = (
        {name: one.known.text(name) for name in one.known.values if one.known.text(name) is not None}
        for one in told
    )
    assert ann == {
        "salutation": "Guten Tag Ann Öz",
        "first_name": "Ann",
        "last_name": "Öz",
        "name": "Ann",
        "last_product": "Wick",
        "last_order_date": "10. April 2026",
        "completed_orders": "3",
        "days_since_last_order": "51",
        # 10.00 + 10.01 in euros; half a cent goes to the even one.
        "total_spend": "20,01\xa0€",
        "average_order": "10,00\xa0€",
        "points": "340",
        "points_to_next_hundred": "60",
        "birthday": "29. Februar",
        "today": "31. Mai 2026",
        "shop": "Lantern Candles",
        "sender_name": "Ada",
        "rank": "2",
        "coupon": "HELLO26",
    }
    assert bob == {
        "name": "Bob Ltd",
        "company": "Bob Ltd",
        "completed_orders": "0",
        "points": "7",
        "points_to_next_hundred": "93",
        "today": "May 31, 2026",
        "shop": "Lantern Candles",
        "sender_name": "Ada",
        "coupon": "HELLO26",
        "checkout_date": "May 3, 2026",
        "checkout_total": "$9.00",
        "checkout_items": "2",
        "checkout_product": "Candle",
    }


def test_tables_are_of_the_last_completed_order_and_the_latest_checkout_left_open(told):
    bob, ann = (one.tables for one in told)
    assert ann == Tables(
        last_order=Basket(
            date(2026, 4, 10), "USD", 700, 100, (Line(1000, "Wick", None), Line(1000, "Lamp", None))
        ),
        points_history=(
            PointsEntry(date(2026, 5, 1), "points_earned", 90, None, "2", 90),
            PointsEntry(date(2026, 5, 2), "points_added", 270, "a gift", None, 360),
            PointsEntry(date(2026, 5, 3), "points_subtracted", -20, None, None, 340),
        ),
    )
    # C was completed within five days; A is the earlier one.
    candle, wick = Line(1500, "Candle", 300), Line(1500, "Wick", 300)
    assert bob.checkout == Basket(date(2026, 5, 3), "USD", 900, 0, (candle, wick))
    assert bob.last_order is None


@pytest.mark.parametrize(
    ("first", "last", "name", "company", "greeted"),
    [
        ("Mara", "Lindt", "Mara Lindt", None, "Gentile Mara Lindt"),
        (None, None, "Mara Lindt", None, "Gentile Mara Lindt"),
        ("Mara", None, "Mara", "Lindt KG", "Gentile Mara"),
        # A family name alone would need a title, which nobody knows; a company cannot be greeted.
        (None, "Lindt", "Lindt", None, None),
        (None, None, "Lindt Sons KG", "Lindt Sons KG", None),
        (None, None, None, None, None),
    ],
)
def test_a_salutation_has_the_name_where_it_can_be_said_without_a_title(first, last, name, company, greeted):
    people = {"first_name": first, "last_name": last, "name": name, "company": company}
    schema = dict.fromkeys(people, pl.String)
    row = pl.DataFrame([people], schema=schema).with_columns(
        anonymous=pl.lit(value=False),
        birthday=pl.lit("--02-30"),
        points=pl.lit(-5),
        last_order_date=pl.lit(None, dtype=pl.Date),
    )
    (known,) = known_of(row, ["it-ch"], as_of=AS_OF, also={})
    assert known.text("salutation") == greeted
    assert known.text("birthday") is None
    assert known.text("points_to_next_hundred") == "5"

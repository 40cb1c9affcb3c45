"""How many stars an order got."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.order_ratings import with_stars
from clientlens.model.tables import REVIEWS
from clientlens.model.timeframes import as_of_from_date, parse_date

END = as_of_from_date(parse_date("2026-12-31"), "Europe/Rome")


def review(key, client, day, stars, *, seller="main", order_id=None, service=None):
    at = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    return {
        "store": "main",
        "review_key": key,
        "source": "plain_csv",
        "seller": seller,
        "service": service,
        "rating_milli": stars * 1000,
        "reviewed_at": at,
        "reviewed_on": at.date(),
        "order_id": order_id,
        "person_key": f"e:{client}@example.org",
    }


@pytest.fixture
def stars(shop):
    """number -> stars_milli, of four orders of anna's and one of ben's, as reviews and `own` stars say."""

    def of(*reviews, own=None, as_of=END):
        rows = [
            shop.order("1", "anna", shop.noon("2026-01-10"), number="1"),
            shop.order("2", "anna", shop.noon("2026-02-10"), number="2"),
            shop.order("3", "anna", shop.noon("2026-03-10"), number="3"),
            shop.order("4", "ben", shop.noon("2026-03-11"), number="4"),
        ]
        rows = [{**row, "rating_milli": (own or {}).get(row["order_key"])} for row in rows]
        lines = [
            ("1", "Candle", "main"),
            ("2", "Candle - red", "main"),
            ("3", "Soap", "main"),
            ("4", "Candle", "main"),
        ]
        facts = shop.facts_of(rows, lines, {})
        facts = replace(facts, reviews=pl.LazyFrame(list(reviews), schema=REVIEWS.schema, orient="row"))
        orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when="paid")
        found = with_stars(orders, facts, as_of=as_of).sort("order_key").collect()
        return dict(zip(found["order_key"], found["stars_milli"], strict=True))

    return of


def test_without_reviews_an_order_has_the_stars_of_its_own_file(stars):
    assert stars(own={"1": 4500}) == {"1": 4500, "2": None, "3": None, "4": None}


def test_a_review_rates_the_order_it_names_and_several_their_mean(stars):
    found = stars(
        review("a", "anna", "2026-02-20", 5, order_id="1"),
        review("b", "anna", "2026-02-20", 4, order_id="1"),
        review("c", "anna", "2026-02-20", 4, order_id="1"),
    )
    assert found == {"1": 4333, "2": None, "3": None, "4": None}  # 13 / 3 = 4.333


def test_reviews_stand_for_the_stars_of_the_file_and_are_not_added_to_them(stars):
    assert stars(review("a", "anna", "2026-02-20", 1, order_id="1"), own={"1": 5000, "2": 2000}) == {
        "1": 1000,
        "2": 2000,
        "3": None,
        "4": None,
    }


def test_without_a_number_it_is_the_clients_latest_order_of_that_service_before_it(stars):
    assert stars(review("a", "anna", "2026-02-11", 3, service="Candle"))["2"] == 3000
    assert stars(review("a", "anna", "2026-02-09", 3, service="Candle"))["1"] == 3000
    assert stars(review("a", "ben", "2026-02-11", 3, service="Candle")) == dict.fromkeys("1234")
    assert stars(review("a", "anna", "2026-12-11", 3, service="Can")) == dict.fromkeys("1234")


def test_reviews_of_other_sellers_and_later_ones_rate_nothing(stars):
    other = review("a", "anna", "2026-02-20", 5, seller="inkwell", order_id="1")
    later = review("b", "anna", "2026-06-20", 5, order_id="1")
    spring = as_of_from_date(parse_date("2026-05-31"), "Europe/Rome")
    assert stars(other) == dict.fromkeys("1234")
    assert stars(later, as_of=spring) == dict.fromkeys("1234")
    assert stars(later)["1"] == 5000


def test_a_seller_is_a_store_whatever_its_case(stars):
    assert stars(review("a", "anna", "2026-02-20", 5, seller=" MAIN ", order_id="3"))["3"] == 5000

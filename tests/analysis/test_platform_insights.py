"""The platform scope: what it keeps apart, what never leaks, and one client against the run over all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.insights import PLATFORM, WITH_YOU, Thresholds, insights
from clientlens.analysis.rates import parse_rates
from clientlens.model.timeframes import AsOf, as_of_from_date, parse_window

END_OF_MARCH = as_of_from_date(date(2026, 3, 31), "Europe/Rome")


def ask(facts, *windows, as_of=END_OF_MARCH, scopes=(PLATFORM,), home_currency="EUR", **options):
    return insights(
        facts,
        windows=[parse_window(window) for window in windows or ("all",)],
        as_of=as_of,
        completed_when="paid",
        scopes=scopes,
        home_currency=home_currency,
        **options,
    )


def one(facts, client, *windows, **options):
    (row,) = ask(facts, *windows, clients=[client], **options).rows.to_dicts()
    return row


@pytest.fixture
def buyers(shop):
    """`buyers(10, 20, ...)`: one client per price, each with one order of a Candle; and then `reviews`."""

    def of(*prices, reviews=(), **other):
        orders = [shop.order(str(n), f"b{n}", price=price, **other) for n, price in enumerate(prices)]
        facts = shop.facts_of(orders, [(str(n), "Candle") for n in range(len(prices))])
        return shop.with_reviews(facts, list(reviews))

    return of


def test_five_similar_clients_are_the_least(shop, buyers):
    reviews = [shop.review("1", "rita", service="Candle")]
    four, five = (one(buyers(*prices, reviews=reviews), "rita") for prices in ([10] * 4, [10] * 5))
    assert (four["price_low"], four["currency"], four["basis"]["similar_clients"]) == (None, None, 0)
    assert (five["price_low"], five["currency"], five["basis"]["similar_clients"]) == (10, "EUR", 5)
    limits = Thresholds(similar_clients=6)
    assert one(buyers(*[10] * 5, reviews=reviews), "rita", thresholds=limits)["price_low"] is None


@pytest.mark.parametrize(
    ("prices", "low", "high"),
    [
        # (n - 1) / 4 = 1.25: 20 + 1/4 of 10 = 22.5, to the even one; 3.75: 40 + 3/4 of 10 = 47.5, to the even one.
        ((10, 20, 30, 40, 50, 60), 22, 48),
        # 1.5: 20 + 1/2 of 11 = 25.5, to the even one; 4.5: 50 + 1/2 of 11 = 55.5.
        ((10, 20, 31, 40, 50, 61, 99), 26, 56),
        ((7, 7, 7, 7, 7), 7, 7),
        ((0, 0, 0, 0, 9_000_000_000_000_000), 0, 0),
    ],
)
def test_quartiles_are_mixed_exactly_and_rounded_once(shop, buyers, prices, low, high):
    row = one(buyers(*prices, reviews=[shop.review("1", "rita", service="Candle")]), "rita")
    assert (row["price_low"], row["price_high"]) == (low, high)


def test_means_that_differ_by_less_than_a_cent_are_not_rounded_before_they_are_mixed(shop):
    # Three orders each, of 100, 100 and 101: 100.333...; with two of them at a quarter: 100 + 3/4 of 1/3 = 100.25.
    orders = []
    for client, third in (("a", 100), ("b", 100), ("c", 101), ("d", 101), ("e", 101), ("f", 102)):
        orders += [
            shop.order(f"{client}{n}", client, price=price) for n, price in enumerate((100, 100, third))
        ]
    facts = shop.facts_of(orders, [(row["order_key"], "Candle") for row in orders])
    facts = shop.with_reviews(facts, [shop.review(str(n), "rita", service="Candle") for n in range(3)])
    row = one(facts, "rita")
    # Means in thirds of a cent: 300 300 301 301 301 302; at 1.25: 300.25 / 3 = 100.083; at 3.75: 301 / 3 = 100.33.
    assert (row["price_low"], row["price_high"]) == (100, 100)
    assert row["basis"]["similar_by"] == "service_and_experience"


def test_a_client_is_not_similar_to_itself(shop, buyers):
    facts = buyers(1000, 10, 20, 30, 40, 50)
    # Without its own 1000: 10 20 30 40 50.
    assert [one(facts, "b0")[name] for name in ("price_low", "price_high")] == [20, 40]
    # Without its own 30: 10 20 40 50 1000.
    assert [one(facts, "b3")[name] for name in ("price_low", "price_high")] == [20, 50]


def test_own_orders_decide_who_is_similar_before_reviews_do(shop, buyers):
    soap = [shop.review(str(n), "b0", service="Soap") for n in range(4)]
    row = one(buyers(10, 20, 30, 40, 50, 60, reviews=soap), "b0")
    assert row["preferred_service"] == "Soap"
    assert row["basis"]["similar_clients"] == 5
    assert row["experience"] == "experienced"  # four reviews; with you a novice of one order


def test_prices_are_those_of_the_home_currency(shop, buyers):
    facts = buyers(10, 20, 30, 40, 50, currency="USD", reviews=[shop.review("1", "rita", service="Candle")])
    row = one(facts, "rita")
    assert (row["price_low"], row["basis"]["similar_clients"], row["basis"]["similar_priced_clients"]) == (
        None,
        5,
        0,
    )
    assert one(facts, "rita", home_currency="USD")["price_low"] == 20
    rates = parse_rates(b"date,currency,rate\n2026-01-01,USD,2\n", "rates.csv")
    assert one(facts, "rita", rates=rates)["price_low"] == 40
    assert one(facts, "rita", home_currency=None)["price_low"] is None


def test_a_service_of_the_same_name_as_an_ignored_product_is_never_preferred(shop, buyers):
    facts = buyers(reviews=[shop.review("1", "rita", service="Gift card"), shop.review("2", "rita")])
    assert one(facts, "rita")["preferred_service"] == "Gift card"
    assert one(facts, "rita", ignore=["gift%"])["preferred_service"] is None


def test_equally_many_reviews_are_decided_by_the_latest_then_by_name(shop, buyers):
    reviews = [
        shop.review("1", "rita", "2026-03-01", service="Wick"),
        shop.review("2", "rita", "2026-03-02", service="Soap"),
        shop.review("3", "rita", "2026-03-02", service="Äpfel"),
    ]
    assert one(buyers(reviews=reviews), "rita")["preferred_service"] == "Soap"


def test_a_review_counts_from_when_it_was_written(shop, buyers):
    late = datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC)  # the last instant of March in Rome
    facts = buyers(
        reviews=[shop.review("1", "rita", late), shop.review("2", "rita", late + timedelta(microseconds=1))]
    )
    assert one(facts, "rita")["completed_orders"] == 1
    assert (
        one(facts, "rita", as_of=as_of_from_date(date(2026, 3, 30), "Europe/Rome"))["completed_orders"] == 0
    )


def test_of_somebody_unknown_there_is_nothing_but_the_count(shop, buyers):
    row = one(buyers(10, reviews=[shop.review("1", "rita")]), "b0")
    assert (row["completed_orders"], row["experience"], row["scope"]) == (0, None, "platform")
    assert row["basis"]["similar_by"] is None
    assert all(row[name] is None for name in ("average_rating", "last_order_date", "preferred_service"))


def test_notes_say_who_has_the_platform_alone(shop, buyers):
    facts = buyers(10, reviews=[shop.review("1", "rita")])
    assert ask(facts, clients=["rita"], scopes=(WITH_YOU, PLATFORM)).notes == (
        "1 client on the platform alone: no order ever completed with you",
    )
    assert ask(facts, clients=["rita"]).notes == ()


def test_an_empty_workspace_has_an_empty_answer(shop):
    answer = ask(shop.facts_of([]), "all", "60d", scopes=(WITH_YOU, PLATFORM), home_currency=None)
    assert answer.rows.height == 0
    assert answer.rows.schema["price_low"] == pl.Int64


SEEDS = st.integers(0, 10_000)


def random_market(shop, seed, clients=15):
    return shop.with_reviews(
        shop.random_facts(seed, clients=clients, orders=90),
        shop.random_reviews(seed, clients=clients, reviews=60),
    )


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SEEDS, st.integers(0, 1095))
def test_what_comes_after_changes_nothing(shop, seed, day):
    facts = random_market(shop, seed)
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=seed % 24)
    as_of = AsOf(instant, instant.date(), explicit=True)
    known = facts.orders.filter(pl.col("placed_at") <= instant)
    earlier = replace(
        facts,
        orders=known,
        order_lines=facts.order_lines.join(known, on=["store", "order_key"], how="semi"),
        reviews=facts.reviews.filter(pl.col("reviewed_at") <= instant),
    )
    limits = Thresholds(similar_clients=2)
    now, then = (
        ask(each, "all", "60d", as_of=as_of, scopes=(WITH_YOU, PLATFORM), thresholds=limits)
        for each in (facts, earlier)
    )
    assert now.rows.equals(then.rows)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(SEEDS)
def test_one_client_has_the_rows_of_the_run_over_all(shop, seed):
    facts = random_market(shop, seed, clients=8)
    options = {"scopes": (WITH_YOU, PLATFORM), "thresholds": Thresholds(similar_clients=2)}
    everyone = ask(facts, "1y", "all", **options).rows
    keys = ["scope", "window", "currency"]
    for client in facts.clients.collect()["client_id"]:
        alone = ask(facts, "1y", "all", clients=[client], **options).rows
        theirs = everyone.filter(pl.col("client_id") == client)
        same = alone.join(theirs, on=keys, how="semi", nulls_equal=True)
        assert same.sort(keys).equals(theirs.sort(keys))
        assert alone.join(theirs, on=keys, how="anti", nulls_equal=True)["completed_orders"].sum() == 0


@settings(max_examples=8, deadline=None, derandomize=True)
@given(SEEDS)
def test_some_of_everyone_have_the_rows_of_the_run_over_all(shop, seed):
    facts = random_market(shop, seed)
    options = {"scopes": (WITH_YOU, PLATFORM), "thresholds": Thresholds(similar_clients=2)}
    everyone = ask(facts, "1y", "all", **options).rows
    some = facts.clients.collect()["client_id"].sort().to_list()[seed % 3 :: 3]
    chosen = ask(facts, "1y", "all", among=some, **options).rows
    assert chosen.equals(everyone.filter(pl.col("client_id").is_in(some)))


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_stored_does_not_matter(shop, seed, rng):
    facts = random_market(shop, seed)
    shuffled = {
        name: getattr(facts, name).collect().sample(fraction=1, shuffle=True, seed=rng.randrange(1000)).lazy()
        for name in ("orders", "order_lines", "reviews", "identities", "clients")
    }
    limits = Thresholds(similar_clients=2)
    assert ask(replace(facts, **shuffled), "all", thresholds=limits).rows.equals(
        ask(facts, "all", thresholds=limits).rows
    )

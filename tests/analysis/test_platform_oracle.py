"""Every figure of the platform against the same question asked in SQL, where similar clients are found pair by pair."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.insights import PLATFORM, Thresholds, insights
from clientlens.model.timeframes import AsOf, parse_window

# Rome is two hours ahead of UTC on both days. The windows' days are worked out by hand.
END_OF_MARCH = AsOf(datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 3, 31), explicit=True)
JULY = AsOf(datetime(2025, 7, 15, 8, tzinfo=UTC), date(2025, 7, 15), explicit=False)
ASKED = {
    "all": (END_OF_MARCH, None, "2026-03-31"),
    "60d": (END_OF_MARCH, "2026-01-31", "2026-03-31"),
    "last-quarter": (JULY, "2025-04-01", "2025-06-30"),
    "2024-02-01..2025-01-31": (JULY, "2024-02-01", "2025-01-31"),
}


@pytest.fixture(scope="module")
def facts(shop):
    return shop.with_reviews(shop.random_facts(2026), shop.random_reviews(7))


@pytest.fixture(scope="module")
def con(facts, oracle):
    return oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})


def found(facts, window, as_of, **options):
    answer = insights(
        facts,
        windows=[parse_window(window)],
        as_of=as_of,
        completed_when=options.pop("completed_when", "paid"),
        scopes=[PLATFORM],
        home_currency="EUR",
        ignore=["gift card%"],
        **options,
    )
    return {row["client_id"]: row for row in answer.rows.iter_rows(named=True)}


def same(ours, wanted):
    assert set(ours) == set(wanted)
    for client, figures in wanted.items():
        assert {name: ours[client][name] for name in figures} == figures, client


@pytest.mark.parametrize("window", ASKED)
@pytest.mark.parametrize("completed_when", ["paid", "paid_or_fulfilled"])
def test_the_platform_is_what_sql_says(facts, con, oracle, window, completed_when):
    as_of, first, last = ASKED[window]
    wanted = oracle.platform(
        con,
        instant=as_of.instant,
        first=first,
        last=last,
        completed_when=completed_when,
        home="EUR",
        never="Gift card%",
    )
    same(found(facts, window, as_of, completed_when=completed_when), wanted)
    if (window, completed_when) == ("all", "paid"):
        for name in ("price_low", "repeat_order_rate", "preferred_service"):
            assert {row[name] is None for row in wanted.values()} == {True, False}
        assert {row["basis"]["similar_by"] for row in wanted.values()} == {
            "service_and_experience",
            "service",
            None,
        }
        assert {row["experience"] for row in wanted.values()} == {"novice", "experienced"}


@pytest.mark.parametrize("limit", ["60", "68"])
def test_so_it_is_with_other_thresholds(facts, con, oracle, limit):
    as_of, first, last = ASKED["all"]
    wanted = oracle.platform(
        con,
        instant=as_of.instant,
        first=first,
        last=last,
        completed_when="paid",
        home="EUR",
        never="Gift card%",
        novice_below=5,
        similar_clients=12,
        repeat_sellers=2,
        repeat_lower=0.3,
        completion_lower=int(limit) / 100,
    )
    limits = Thresholds(
        similar_clients=12, repeat_sellers=2, repeat_percent=30, completion_percent=int(limit)
    )
    same(found(facts, "all", as_of, novice_below=5, thresholds=limits), wanted)
    assert {row["completion_level"] for row in wanted.values()} == {None, "high"}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_so_it_is_in_small_shops(shop, oracle, seed, least):
    facts = shop.with_reviews(
        shop.random_facts(seed, clients=15, orders=80), shop.random_reviews(seed, clients=15, reviews=60)
    )
    con = oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})
    wanted = oracle.platform(
        con,
        instant=END_OF_MARCH.instant,
        first=None,
        last="2026-03-31",
        completed_when="paid",
        home="EUR",
        never="Gift card%",
        similar_clients=least,
    )
    same(found(facts, "all", END_OF_MARCH, thresholds=Thresholds(similar_clients=least)), wanted)

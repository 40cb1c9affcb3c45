"""Client insights, every figure worked out by hand; amounts in cents, 31 March 2026 unless stated."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.insights import FIELDS, insights
from clientlens.model.timeframes import AsOf, as_of_from_date, parse_window

PLATFORM_BASIS = dict.fromkeys(
    (
        *("sellers", "repeat_sellers", "similar_by", "similar_clients", "similar_priced_clients"),
        *("similar_completed_orders", "similar_cancelled_orders"),
    )
)
END_OF_MARCH = as_of_from_date(date(2026, 3, 31), "Europe/Rome")


def ask(facts, *windows, as_of=END_OF_MARCH, completed_when="paid", **options):
    return insights(
        facts,
        windows=[parse_window(window) for window in windows or ("all",)],
        as_of=as_of,
        completed_when=completed_when,
        **options,
    )


@pytest.fixture
def dozen(shop):
    """Twelve orders of three clients, one of nobody known."""
    order = shop.order
    return shop.facts_of(
        [
            # Ann: five completed orders in EUR, one cancelled, one open; one completed in USD.
            order("1", "ann", "2025-06-01", price=1000),
            order("2", "ann", "2025-07-01", price=1001, tip=50),
            order("3", "ann+old", "2026-02-10", price=None, tip=1),
            order("4", "ann", "2026-02-20", price=1002, order_total=0),
            order("5", "ann", "2026-03-30", price=1003, refunded=999),
            order("6", "ann", "2026-03-31", price=9999, cancelled_at=shop.noon("2026-03-31"), tip=7),
            order("7", "ann", "2026-03-31", price=9999, payment_state="pending", paid_at=None),
            order("8", "ann", "2026-01-15", price=500, currency="USD"),
            # Bob: one completed, long ago; one cancelled now.
            order("9", "bob", "2024-05-05", price=2000),
            order("10", "bob", "2026-03-01", price=2000, payment_state="voided", paid_at=None),
            # Cleo: never completed an order.
            order("11", "cleo", "2026-03-01", payment_state="pending", paid_at=None),
            order("12", None, "2026-03-02"),
        ],
        [
            # Candle stands in three of Ann's orders in EUR, Soap in three; the latest with Soap is of 30 March.
            *(("1", "Candle"), ("1", "Candle"), ("1", "Candle"), ("2", "Candle"), ("3", "Candle")),
            *(("2", "Soap"), ("4", "Soap"), ("5", "Soap"), ("5", "Tip", "main", True)),
            *(("3", "Tip", "main", True), ("4", "Tip", "main", True), ("2", "Tip", "main", True)),
            *(("6", "Wick"), ("7", "Wick"), ("8", "Wick"), ("8", "Äpfel"), ("8", "Gift card 10")),
            *(("9", "Candle"), ("11", "Candle"), ("12", "Candle")),
        ],
        {"bob": {"name": None, "company": "Bob & Sons"}},
    )


def test_the_keys_are_the_documented_ones_in_their_order(dozen):
    answer = ask(dozen)
    assert (
        answer.rows.columns
        == [field.name for field in FIELDS]
        == (
            "client_id name email scope window as_of completed_orders average_rating average_order_price price_low "
            "price_high currency tip_frequency last_order_date preferred_service repeat_order_rate completion_rate "
            "completion_level experience basis"
        ).split()
    )
    assert (answer.name, answer.timezone, answer.single, answer.panels) == (
        "insights",
        "Europe/Rome",
        False,
        (),
    )


def test_the_figures_of_all_time(dozen):
    rows = ask(dozen).rows.to_dicts()
    platform_alone = dict.fromkeys(["price_low", "price_high", "repeat_order_rate", "completion_level"])
    common = {
        "scope": "with_you",
        "window": "all",
        "as_of": date(2026, 3, 31),
        "average_rating": None,
        **platform_alone,
    }
    ann = {
        "client_id": "ann",
        "name": "Ann",
        "email": "ann@example.org",
        "experience": "experienced",
        **common,
    }
    assert rows == [
        {
            **ann,
            "currency": "EUR",
            "completed_orders": 5,  # 1 to 5
            "average_order_price": 1002,  # (1000 + 1001 + 1002 + 1003) / 4 = 1001.5, to the even one
            "tip_frequency": 4000,  # 2 and 3 of 5
            "last_order_date": date(2026, 3, 30),
            "preferred_service": "Soap",
            "completion_rate": 8333,  # 5 / (5 + 1)
            "basis": {
                "rated_orders": 0,
                "priced_orders": 4,
                "tipped_orders": 2,
                "preferred_service_orders": 3,
                "cancelled_orders": 1,
                "lifetime_orders": 6,
                **PLATFORM_BASIS,
            },
        },
        {
            **ann,
            "currency": "USD",
            "completed_orders": 1,
            "average_order_price": 500,
            "tip_frequency": 0,
            "last_order_date": date(2026, 1, 15),
            "preferred_service": "Gift card 10",  # by name: G < W < Ä
            "completion_rate": 10_000,
            "basis": {
                "rated_orders": 0,
                "priced_orders": 1,
                "tipped_orders": 0,
                "preferred_service_orders": 1,
                "cancelled_orders": 0,
                "lifetime_orders": 6,
                **PLATFORM_BASIS,
            },
        },
        {
            "client_id": "bob",
            "name": "Bob & Sons",
            "email": "bob@example.org",
            "experience": "novice",
            **common,
            "currency": "EUR",
            "completed_orders": 1,
            "average_order_price": 2000,
            "tip_frequency": 0,
            "last_order_date": date(2024, 5, 5),
            "preferred_service": "Candle",
            "completion_rate": 5000,
            "basis": {
                "rated_orders": 0,
                "priced_orders": 1,
                "tipped_orders": 0,
                "preferred_service_orders": 1,
                "cancelled_orders": 1,
                "lifetime_orders": 1,
                **PLATFORM_BASIS,
            },
        },
    ]


SHORT = (
    "client_id",
    "window",
    "currency",
    "completed_orders",
    "average_order_price",
    "completion_rate",
    "experience",
)


def test_everyone_in_a_window_are_those_with_an_order_in_it(dozen):
    # 60 days begin on 31 January: order 8 is out; Bob's only order in it is cancelled.
    assert ask(dozen, "60d").rows.select(*SHORT, "preferred_service", "last_order_date").rows() == [
        # prices 1002 and 1003: 1002.5, to the even one
        ("ann", "60d", "EUR", 3, 1002, 7500, "experienced", "Soap", date(2026, 3, 30)),
        ("bob", "60d", "EUR", 0, None, 0, "novice", None, None),
    ]


def test_a_named_client_has_a_row_of_nothing_where_nothing_was_ordered(dozen):
    answer = ask(dozen, "60d", "all", clients=["bob", "ann"])
    assert answer.rows.select(SHORT).rows() == [
        ("bob", "60d", "EUR", 0, None, 0, "novice"),
        ("bob", "all", "EUR", 1, 2000, 5000, "novice"),
        ("ann", "60d", "EUR", 3, 1002, 7500, "experienced"),
        ("ann", "all", "EUR", 5, 1002, 8333, "experienced"),
        ("ann", "60d", "USD", 0, None, None, "experienced"),
        ("ann", "all", "USD", 1, 500, 10_000, "experienced"),
    ]
    blank = answer.rows.row(4, named=True)
    assert {blank[name] for name in ("tip_frequency", "last_order_date", "preferred_service")} == {None}
    assert blank["basis"] == {
        **dict.fromkeys(
            "rated_orders priced_orders tipped_orders preferred_service_orders cancelled_orders".split(), 0
        ),
        "lifetime_orders": 6,
        **PLATFORM_BASIS,
    }
    assert answer.panels == ("name", "window", "currency")


def test_one_client_is_drawn_by_window(dozen):
    assert ask(dozen, "all", "60d", clients=["bob"]).panels == ("window",)


def test_who_never_completed_an_order_has_no_row(dozen):
    answer = ask(dozen, clients=["cleo", "nobody", "bob"])
    assert answer.rows["client_id"].to_list() == ["bob"]
    assert answer.notes[0] == "2 clients left out: no order ever completed with you"
    assert ask(dozen, clients=["cleo"]).rows.is_empty()


def test_the_notes_count_what_is_split_left_out_or_uncertain(dozen):
    # Undated: the refund of 5 and the voided 10.
    assert ask(dozen).notes == (
        "1 client with orders in several currencies: a row for each",
        "1 order left out: nothing says which client placed them",
        "2 orders with a refund or a status without a time: counted as last imported",
    )
    assert ask(dozen, "last-year").notes == (
        "2 orders with a refund or a status without a time: counted as last imported",
    )
    now = AsOf(END_OF_MARCH.instant, END_OF_MARCH.day, explicit=False)
    assert ask(dozen, "1d", as_of=now).notes == ()


def test_ignored_names_are_never_preferred(dozen):
    def preferred(*ignore):
        rows = ask(dozen, clients=["ann"], ignore=ignore).rows
        return rows["preferred_service"].to_list()

    assert preferred("gift%") == ["Soap", "Wick"]
    assert preferred("SOAP", "gift%", "wic_") == ["Candle", "Äpfel"]
    assert preferred("äPFEL", "%card%", "soa", "W.ck", "") == ["Soap", "Wick"]  # whole names, dots are dots
    assert preferred("%") == [None, None]


def test_a_novice_is_whom_the_setting_makes_one(dozen):
    def experience(novice_below):
        return ask(dozen, novice_below=novice_below).rows["experience"].to_list()

    assert experience(6) == ["experienced", "experienced", "novice"]
    assert experience(7) == ["novice"] * 3
    assert experience(1) == ["experienced"] * 3


def test_the_title_states_window_and_day(dozen):
    assert ask(dozen, "last-month").title == (
        "Client insights, last-month (2026-02-01 to 2026-02-28), as of 2026-03-31"
    )
    assert ask(dozen, "all", "60d").title == "Client insights as of 2026-03-31"


def test_the_past_is_seen_as_it_was(dozen):
    # On 19 February Ann had 1, 2 and 3 in EUR: prices 1000 and 1001, to the even 1000.
    rows = ask(dozen, as_of=as_of_from_date(date(2026, 2, 19), "Europe/Rome"), clients=["ann"]).rows
    assert rows.select(*SHORT, "preferred_service").rows() == [
        ("ann", "all", "EUR", 3, 1000, 10_000, "experienced", "Candle"),
        ("ann", "all", "USD", 1, 500, 10_000, "experienced", "Gift card 10"),
    ]


def test_anonymous_clients_are_there(shop):
    facts = shop.facts_of(
        [shop.order("1", "abcdef")], clients={"abcdef": {"name": None, "email": None, "anonymous": True}}
    )
    assert ask(facts).rows.select("name", "email", "completed_orders").rows() == [("Anonymous abcd", None, 1)]


def test_the_best_come_first_then_the_newest_then_by_id(shop):
    order = shop.order
    facts = shop.facts_of(
        [
            order("1", "zoe", "2026-01-01"),
            order("2", "yves", "2026-01-02"),
            order("3", "xena", "2026-01-01"),
            order("4", "will", "2025-01-01"),
            order("5", "will", "2025-01-02", currency="USD"),
            order("6", "will", "2025-01-02", currency="USD"),
        ]
    )
    assert ask(facts).rows.select("client_id", "currency").rows() == [
        *(("will", "USD"), ("will", "EUR"), ("yves", "EUR"), ("xena", "EUR"), ("zoe", "EUR"))
    ]
    both = ask(facts, "90d", "all").rows.select("client_id", "window", "currency").rows()
    assert [row[:2] for row in both] == [
        *(("yves", "90d"), ("yves", "all"), ("xena", "90d"), ("xena", "all"), ("zoe", "90d"), ("zoe", "all")),
        *(("will", "all"), ("will", "all")),
    ]


def test_a_window_named_twice_is_shown_once(dozen):
    assert ask(dozen, "60d", "060D").rows.equals(ask(dozen, "60d").rows)


def test_an_empty_workspace_has_an_empty_answer(shop):
    answer = ask(shop.facts_of([]), "all", "60d")
    assert answer.rows.height == 0
    assert answer.rows.schema["average_order_price"] == pl.Int64
    assert answer.rows.schema["last_order_date"] == pl.Date
    assert answer.notes == ()


SHOPS = st.integers(0, 10_000)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SHOPS, st.integers(0, 1095))
def test_what_comes_after_changes_nothing(shop, seed, day):
    facts = shop.random_facts(seed, clients=12, orders=80)
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=seed % 24)
    as_of = AsOf(instant, instant.date(), explicit=True)
    known = facts.orders.filter(pl.col("placed_at") <= instant)
    lines = facts.order_lines.join(known, on=["store", "order_key"], how="semi")
    earlier = type(facts)(
        **{name: getattr(facts, name) for name in facts.__slots__} | {"orders": known, "order_lines": lines}
    )
    now, then = ask(facts, "all", "60d", as_of=as_of), ask(earlier, "all", "60d", as_of=as_of)
    assert now.rows.equals(then.rows)
    assert now.notes == then.notes


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SHOPS)
def test_one_client_has_the_rows_of_the_run_over_all(shop, seed):
    facts = shop.random_facts(seed, clients=6, orders=60)
    everyone = ask(facts, "1y", "all").rows
    for client in everyone["client_id"].unique().to_list():
        alone = ask(facts, "1y", "all", clients=[client]).rows
        keys = ["window", "currency"]
        theirs = everyone.filter(pl.col("client_id") == client)
        assert alone.join(theirs, on=keys, how="semi").sort(keys).equals(theirs.sort(keys))
        others = alone.join(theirs, on=keys, how="anti")
        assert others["completed_orders"].sum() == 0
        assert others["completion_rate"].null_count() == others.height


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SHOPS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_stored_does_not_matter(shop, seed, rng):
    facts = shop.random_facts(seed, clients=8, orders=60)
    shuffled = {}
    for name in facts.__slots__:
        stored = getattr(facts, name)
        if isinstance(stored, pl.LazyFrame):
            stored = stored.collect().sample(fraction=1, shuffle=True, seed=rng.randrange(1000)).lazy()
        shuffled[name] = stored
    assert ask(type(facts)(**shuffled), "all", "60d").rows.equals(ask(facts, "all", "60d").rows)

"""The leaderboard, worked out by hand; amounts in cents, 31 March 2026 unless stated."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.leaderboard import FIELDS, leaderboard
from clientlens.analysis.order_facts import order_facts
from clientlens.model.timeframes import AsOf, as_of_from_date, parse_window

END_OF_MARCH = as_of_from_date(date(2026, 3, 31), "Europe/Rome")


def ask(facts, window="all", **options):
    return leaderboard(
        facts, window=parse_window(window), as_of=END_OF_MARCH, **{"completed_when": "paid", **options}
    )


def ranks(answer, *columns):
    return answer.rows.select("rank", "client_id", *columns).rows()


@pytest.fixture
def board(shop):
    order = shop.order
    return shop.facts_of(
        [
            # March: Ann 3 for 30.00, Bob 1 for 30.00, Cleo 2 for 20.01, Dan 1 for 5.00, somebody anonymous 1 for 40.00
            order("1", "ann", "2026-03-01", order_total=1000),
            order("2", "ann", "2026-03-02", order_total=1000),
            order("3", "ann", "2026-03-03", order_total=1500, refunded=500),
            order("4", "bob", "2026-03-04", order_total=3000),
            order("5", "cleo", "2026-03-05", order_total=1000),
            order("6", "cleo", "2026-03-06", order_total=1001, store="second"),
            order("7", "dan", "2026-03-07", order_total=500),
            order("8", "anon", "2026-03-08", order_total=4000),
            # Not completed, or nobody's.
            order("9", "dan", "2026-03-09", order_total=9000, payment_state="pending", paid_at=None),
            order("10", "bob", "2026-03-10", order_total=9000, cancelled_at=shop.noon("2026-03-11")),
            order("11", None, "2026-03-12", order_total=9000),
            # Another currency.
            order("12", "ann", "2026-03-13", order_total=700, currency="USD"),
            # February: Dan 60.00, Cleo 10.00, Eve 10.00
            order("13", "dan", "2026-02-01", order_total=6000),
            order("14", "cleo", "2026-02-02", order_total=1000),
            order("15", "eve", "2026-02-03", order_total=1000),
        ],
        clients={"anon": {"anonymous": True, "name": None, "email": None, "source_number": "77"}},
    )


def test_the_keys_are_the_documented_ones_in_their_order(board):
    answer = ask(board)
    assert (
        answer.rows.columns
        == [field.name for field in FIELDS]
        == (
            "rank client_id name email purchases average_order_amount total_spend currency last_purchase_date "
            "previous_rank rank_change revenue_share"
        ).split()
    )
    assert (answer.name, answer.timezone, answer.single) == ("leaderboard", "Europe/Rome", False)


def test_a_month_by_spend_compared_with_the_month_before(board):
    # EUR in March: 3000 + 3000 + 2001 + 500 + 4000 = 12501, the anonymous client's included.
    # February: Dan 1, Cleo and Eve 2.
    answer = ask(board, "month-to-date")
    assert answer.rows.drop("name", "email").rows() == [
        (1, "ann", 3, 1000, 3000, "EUR", date(2026, 3, 3), None, None, 2400),
        (1, "bob", 1, 3000, 3000, "EUR", date(2026, 3, 4), None, None, 2400),
        (3, "cleo", 2, 1000, 2001, "EUR", date(2026, 3, 6), 2, -1, 1601),  # 1000.5 to the even one
        (4, "dan", 1, 500, 500, "EUR", date(2026, 3, 7), 1, -3, 400),
        (1, "ann", 1, 700, 700, "USD", date(2026, 3, 13), None, None, 10_000),
    ]
    assert answer.rows.row(0, named=True)["name"] == "Ann"
    assert answer.rows.row(0, named=True)["email"] == "ann@example.org"
    assert answer.title == "Leaderboard by spend, month-to-date (2026-03-01 to 2026-03-31), as of 2026-03-31"
    assert answer.notes == (
        "1 client with purchases in several currencies: a row for each",
        "1 order left out: nothing says which client placed them",
        "1 order with a refund or a status without a time: counted as last imported",
    )


def test_uncertain_facts_are_only_told_of_a_past_that_was_asked_for(board):
    now = AsOf(END_OF_MARCH.instant, END_OF_MARCH.day, explicit=False)
    told = leaderboard(
        board, window=parse_window("2026-03-02..2026-03-05"), as_of=now, completed_when="paid"
    ).notes
    assert told == ()
    assert ask(board, "2026-03-02..2026-03-05").notes == (
        "1 order with a refund or a status without a time: counted as last imported",
    )


def test_by_purchases_and_by_average(board):
    euro = pl.col("currency") == "EUR"
    by_purchases = ask(board, "1m", rank_by="purchases").rows.filter(euro)
    assert by_purchases.select("rank", "client_id", "previous_rank").rows() == [
        (1, "ann", None),
        (2, "cleo", 1),
        (3, "bob", None),  # equal purchases: the larger spend first
        (3, "dan", 1),
    ]
    by_average = ask(board, "1m", rank_by="average").rows.filter(euro)
    assert by_average.select("rank", "client_id", "previous_rank").rows() == [
        (1, "bob", None),
        (2, "cleo", 2),  # 1000.5, shown as 1000, is more than 1000
        (3, "ann", None),
        (4, "dan", 1),
    ]


def test_all_time_has_nothing_to_compare_with(board):
    answer = ask(board, "all")
    assert answer.rows["previous_rank"].null_count() == answer.rows.height == 6
    assert answer.rows["rank_change"].dtype == pl.Int64


def test_ties_at_the_cut_are_kept_and_said(board):
    answer = ask(board, "month-to-date", top=1)
    assert ranks(answer, "currency") == [(1, "ann", "EUR"), (1, "bob", "EUR"), (1, "ann", "USD")]
    assert answer.notes[:2] == ("3 of 5 rows shown", "top 1 in EUR has 2 clients: the last of them are equal")
    assert ask(board, "last-month", top=2).notes[0] == "top 2 has 3 clients: the last of them are equal"
    assert ask(board, "month-to-date", top=0).rows.height == 5
    assert ask(board, "month-to-date", top=None).rows.height == 5


def test_a_minimum_of_orders_counts_before_the_ranks_and_in_the_month_before(board):
    assert ranks(ask(board, "month-to-date", min_orders=2), "previous_rank", "revenue_share") == [
        (1, "ann", None, 2400),
        (2, "cleo", None, 1601),  # one order in February is not enough there either
    ]
    assert ask(board, "month-to-date", min_orders=0).rows.height == 5  # no purchase, no row


def test_anonymous_clients_rank_when_asked_for(board):
    answer = ask(board, "month-to-date", anonymous=True, top=1)
    assert answer.rows.select("rank", "name", "email", "revenue_share", "currency").rows() == [
        (1, "Anonymous 77", None, 3200, "EUR"),
        (1, "Ann", "ann@example.org", 10_000, "USD"),
    ]


def test_chosen_clients_rank_among_themselves_but_share_the_whole(board):
    answer = ask(board, "month-to-date", clients=["dan", "cleo", "eve", "anon", "nobody"])
    assert ranks(answer, "previous_rank", "revenue_share") == [(1, "cleo", 2, 1601), (2, "dan", 1, 400)]
    assert ask(board, clients=[]).rows.is_empty()


def test_one_store_has_its_own_board(board):
    answer = ask(board, stores=["second"])
    assert ranks(answer, "total_spend", "revenue_share") == [(1, "cleo", 1001, 10_000)]
    assert ask(board, stores=["main", "second"]).rows.equals(ask(board).rows)
    assert (
        ask(board, stores=["main"]).rows.filter(pl.col("client_id") == "cleo")["total_spend"].item() == 2000
    )


def test_equal_ranks_stand_by_the_other_figures_then_by_id(shop):
    order = shop.order
    facts = shop.facts_of(
        [
            *(order(f"b{n}", "bea", order_total=1000) for n in range(2)),
            *(order(f"a{n}", "amy", order_total=1000) for n in range(2)),
            order("c", "cid", order_total=2000),
            *(order(f"d{n}", "dot", order_total=500) for n in range(4)),
        ]
    )
    assert ranks(ask(facts)) == [(1, "dot"), (1, "amy"), (1, "bea"), (1, "cid")]  # by purchases
    assert ranks(ask(facts, rank_by="average")) == [(1, "cid"), (2, "amy"), (2, "bea"), (4, "dot")]
    assert ranks(ask(facts, rank_by="purchases")) == [(1, "dot"), (2, "amy"), (2, "bea"), (4, "cid")]


def test_means_that_differ_by_a_hair_are_not_equal(shop):
    # 10^17 + 1 cents over 3 and 10^17 + 2 over 3: a float holds neither apart.
    order, large = shop.order, 10**17
    facts = shop.facts_of(
        [
            *(order(f"a{n}", "amy", order_total=total) for n, total in enumerate([large, 1, 0])),
            *(order(f"b{n}", "bea", order_total=total) for n, total in enumerate([large, 2, 0])),
        ]
    )
    assert ranks(ask(facts, rank_by="average")) == [(1, "bea"), (2, "amy")]


def test_there_is_no_share_of_nothing(shop):
    facts = shop.facts_of([shop.order("1", "ann", order_total=0), shop.order("2", "bob", order_total=-500)])
    assert ranks(ask(facts), "total_spend", "average_order_amount", "revenue_share") == [
        (1, "ann", 0, 0, None),
        (2, "bob", -500, -500, None),
    ]


def test_an_empty_workspace_has_an_empty_board(shop):
    answer = ask(shop.facts_of([]), "last-month")
    assert answer.rows.is_empty()
    assert answer.rows.schema["revenue_share"] == pl.Int64
    assert answer.notes == ()


SHOPS = st.integers(0, 10_000)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SHOPS)
def test_spend_adds_up_to_what_clients_completed(shop, seed):
    facts = shop.random_facts(seed, clients=10, orders=80)
    orders = order_facts(facts.orders, facts.identities, as_of=END_OF_MARCH, completed_when="paid").collect()
    completed = orders.filter(pl.col("status") == "completed", pl.col("client_id").is_not_null())
    wanted = completed.group_by("currency").agg(pl.col("net_total").sum(), pl.len().cast(pl.Int64))
    rows = ask(facts, top=None, anonymous=True).rows
    found = rows.group_by("currency").agg(pl.col("total_spend").sum(), pl.col("purchases").sum())
    assert sorted(found.rows()) == sorted(wanted.rows())


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SHOPS, st.sampled_from(["spend", "purchases", "average"]))
def test_a_rank_is_one_more_than_the_number_of_better_clients(shop, seed, rank_by):
    rows = ask(shop.random_facts(seed, clients=15, orders=80), "1y", rank_by=rank_by, top=None).rows
    for row in rows.iter_rows(named=True):
        spend, count = row["total_spend"], row["purchases"]
        better = {
            "spend": pl.col("total_spend") > spend,
            "purchases": pl.col("purchases") > count,
            "average": pl.col("total_spend") * count > spend * pl.col("purchases"),
        }[rank_by]
        assert row["rank"] == 1 + rows.filter(pl.col("currency") == row["currency"], better).height


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SHOPS)
def test_what_comes_after_changes_nothing(shop, seed):
    facts = shop.random_facts(seed, clients=12, orders=80)
    known = facts.orders.filter(pl.col("placed_at") <= END_OF_MARCH.instant)
    earlier = type(facts)(**{name: getattr(facts, name) for name in facts.__slots__} | {"orders": known})
    now, then = ask(facts, "quarter-to-date"), ask(earlier, "quarter-to-date")
    assert now.rows.equals(then.rows)
    assert now.notes == then.notes

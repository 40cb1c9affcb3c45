"""The list of clients: one row per client and currency."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.client_list import CLIENT_FIELDS, client_list

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, as_of, client, moment = (factory[name] for name in ("Shop", "as_of", "client", "moment"))

A, B = ("A", "Candle"), ("B", "Wick")


def clients(shop, query=None, until=24 * 60):
    return client_list(shop.facts(), query=query, as_of=as_of(until), completed_when="paid")


def small_shop():
    """Ann: two currencies, two checkouts; Bob: elsewhere than Shopify; Cyd: a profile alone; Dee: cancelled alone."""
    shop = (
        Shop()
        .order("1001", 0, [A], name="Ann Élan", order_total=2500, refunded=500)
        .order("1002", 30, [A], name="Ann Élan", order_total=1000)
        .order("1003", 40, [A], name="Ann Élan", order_total=9900, status="in_progress")
        .order("1004", 50, [A], name="Ann Élan", order_total=700, currency="GBP")
        .checkout("1", 20, [A])
        .checkout("2", 60, [B])
        .order(
            "2001", 5, [A], name="bob Other", email="bob@example.org", source="billbee_orders", store="shop2"
        )
        .order("3001", 6, [A], name="Dee Last", email="dee@example.org", status="cancelled")
    )
    shop.person(
        source="shopify_customers",
        profile=True,
        email="cyd@example.org",
        name="Cyd Profile",
        company="Ünion Ltd",
        street="Rua 1",
        city="São Paulo",
        country="BR",
        phone="+5511999",
    )
    return shop


def test_a_row_has_every_documented_key_in_order():
    answer = clients(small_shop())
    keys = (
        "client_id name email phone city country anonymous joined_at completed_orders total_spend currency "
        "last_order_date abandoned_checkouts recovered_checkouts groups points"
    ).split()
    assert (
        answer.rows.columns
        == keys
        == [field.name for field in answer.fields]
        == [f.name for f in CLIENT_FIELDS]
    )
    assert answer.rows.schema["groups"] == pl.List(pl.String)


def test_counts_dates_and_money_are_those_of_the_currency_of_the_row():
    # EUR: 25.00 - 5.00 and 10.00; the order in progress does not count.
    rows = clients(small_shop(), "ann").rows.select(
        "currency", "completed_orders", "total_spend", "last_order_date", "joined_at"
    )
    assert rows.rows() == [
        ("EUR", 2, 3000, moment(30).date(), moment(0)),
        ("GBP", 1, 700, moment(50).date(), moment(0)),
    ]


@pytest.mark.parametrize("who", ["cyd", "dee"])
def test_a_client_without_a_completed_order_has_one_row_without_a_currency(who):
    rows = clients(small_shop(), who).rows
    assert rows.select("completed_orders", "total_spend", "currency", "last_order_date").rows() == [
        (0, None, None, None)
    ]


def test_a_client_of_no_shopify_store_has_no_checkouts_which_is_not_0():
    rows = (
        clients(small_shop())
        .rows.select("name", "abandoned_checkouts", "recovered_checkouts")
        .unique(maintain_order=True)
    )
    # Ann: checkout 1 came back as order 1002, checkout 2 is open.
    assert rows.rows() == [
        ("Ann Élan", 2, 1),
        ("bob Other", None, None),
        ("Cyd Profile", 0, 0),
        ("Dee Last", 0, 0),
    ]


def test_repeated_checkouts_are_not_counted():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [A]).order("1001", 2, [A])
    assert clients(shop).rows.select("abandoned_checkouts", "recovered_checkouts").rows() == [(1, 1)]


def test_they_stand_by_name_whatever_its_case_and_accents_and_nameless_ones_last():
    shop = Shop()
    for i, name in enumerate(["Zoe", "émile", "Eva", None, "adam"]):
        shop.order(f"{i}", i, email=f"c{i}@example.org", name=name)
    assert clients(shop).rows["name"].to_list() == ["adam", "émile", "Eva", "Zoe", None]


def test_an_anonymous_client_is_shown_with_its_number():
    shop = Shop().order("1", 0, email=None, customer="1042")
    assert clients(shop).rows.select("name", "anonymous").rows() == [("Anonymous 1042", True)]
    assert clients(shop, "1042").rows.height == 1


def test_groups_and_points_are_there_and_empty():
    assert clients(Shop().order("1", 0)).rows.select("groups", "points").rows() == [([], 0)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ELAN", ["Ann Élan"]),
        ("sao", ["Cyd Profile"]),
        ("union", ["Cyd Profile"]),
        ("Élan ann", ["Ann Élan"]),
        ("ann cyd", []),
        ("dee@exa", ["Dee Last"]),
        ("example.org", ["Ann Élan", "bob Other", "Cyd Profile", "Dee Last"]),
        ("1002", ["Ann Élan"]),
        ("#2001", ["bob Other"]),
        ("100", []),
        ("bob 2001", ["bob Other"]),
        ("bob 1001", []),
        (client("cyd@example.org"), ["Cyd Profile"]),
        (".*", []),
        ("  ", ["Ann Élan", "bob Other", "Cyd Profile", "Dee Last"]),
    ],
)
def test_a_query_needs_every_word_somewhere(query, names):
    rows = clients(small_shop(), query).rows
    assert rows["name"].unique(maintain_order=True).to_list() == names


def test_nothing_after_as_of_counts_and_who_joined_later_is_left_out():
    answer = clients(small_shop(), until=4)
    assert answer.rows.select("name", "completed_orders", "total_spend", "abandoned_checkouts").rows() == [
        ("Ann Élan", 1, 2000, 0),
        ("Cyd Profile", 0, None, 0),
    ]
    assert answer.notes == ("2 clients who joined later left out",)


def test_clients_with_several_currencies_are_counted_in_a_note():
    assert clients(small_shop()).notes == ("1 client has orders in several currencies: one row for each",)


def test_an_empty_workspace_has_no_rows():
    answer = clients(Shop())
    assert answer.rows.is_empty()
    assert answer.notes == ()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["EUR", "GBP"]),
            st.sampled_from(["completed", "in_progress", "cancelled"]),
            st.integers(0, 9999),
        ),
        max_size=12,
    )
)
def test_spend_over_the_rows_is_net_total_over_completed_orders(orders):
    shop = Shop()
    for i, (who, currency, status, total) in enumerate(orders):
        shop.order(
            f"{i}", i, email=f"c{who}@example.org", currency=currency, status=status, order_total=total
        )
    rows = clients(shop).rows
    for currency in ("EUR", "GBP"):
        done = [total for _, c, status, total in orders if c == currency and status == "completed"]
        mine = rows.filter(pl.col("currency") == currency)
        assert (mine["completed_orders"].sum(), mine["total_spend"].sum()) == (len(done), sum(done))
    assert rows.select("client_id", "currency").is_unique().all()
    assert rows["client_id"].n_unique() == len({who for who, *_ in orders})


def test_a_past_instant_says_how_many_orders_have_an_undated_state():
    note = "1 order with a refund or a status without a time: counted as last imported"
    facts = small_shop().facts()
    for query, expected in (("ann", True), ("bob", False)):
        answer = client_list(facts, query=query, as_of=as_of(explicit=True), completed_when="paid")
        assert (note in answer.notes) is expected


def test_groups_are_those_that_any_record_names_and_nobody_has_none():
    shop = Shop().order("1", 0, email="ann@example.org").order("2", 1, email="bob@example.org")
    shop.person(source="plain_csv", profile=True, email="ann@example.org", groups="vip, b2b")
    shop.person(source="plain_csv", email="ann@example.org", groups="regulars,vip", seen=2)
    rows = clients(shop).rows.sort("email").select("groups").to_series().to_list()
    assert rows == [["b2b", "regulars", "vip"], []]

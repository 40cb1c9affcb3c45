"""The facts about a few clients say the same of them as all facts do."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis import client_facts
from clientlens.analysis.client_facts import facts_about
from clientlens.analysis.client_list import client_list
from clientlens.analysis.order_history import order_history
from clientlens.analysis.recoveries import recoveries

here = Path(__file__)
factory = run_path(str(here.with_name("factory_h5.py")))
Shop, client, as_of, moment = (factory[name] for name in ("Shop", "client", "as_of", "moment"))

ARTICLES = [("A", "Candle"), ("B", "Wick")]
PEOPLE = ["ann@example.org", "bob@example.org", "cyd@example.org", None]

minute = st.integers(0, 2000)
common = {
    "at": minute,
    "email": st.sampled_from(PEOPLE),
    "article": st.sampled_from(ARTICLES),
    "token": st.sampled_from([None, "t1", "t2"]),
    "cart": st.sampled_from([None, "k1", "k2"]),
}
checkouts = st.fixed_dictionaries({**common, "done": st.none() | minute})
orders = st.fixed_dictionaries(
    {
        **common,
        "status": st.sampled_from(["completed", "completed", "in_progress", "cancelled"]),
        "checkout": st.sampled_from([None, "c0", "c1", "c2", "c3"]),
    }
)


def shop_of(begun, bought):
    shop = Shop()
    for i, one in enumerate(begun):
        shop.checkout(
            f"c{i}",
            one["at"] / 60,
            [one["article"]],
            # Somebody is behind a checkout without an e-mail too, though nobody knows who.
            email=one["email"],
            completed_at=None if one["done"] is None else moment((one["at"] + one["done"]) / 60),
            token=one["token"],
            cart_token=one["cart"],
            **({"has_contact": True} if one["email"] is None else {}),
        )
    for i, one in enumerate(bought):
        shop.order(
            f"o{i}",
            one["at"] / 60,
            [one["article"]],
            email=one["email"],
            status=one["status"],
            checkout_id=one["checkout"],
            checkout_token=one["token"],
            cart_token=one["cart"],
        )
    return shop


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(checkouts, max_size=6), st.lists(orders, max_size=6))
def test_what_became_of_a_clients_checkouts_and_orders_is_the_same(begun, bought):
    facts = shop_of(begun, bought).facts()
    rules = {"as_of": as_of(), "completed_when": "paid"}
    everything = recoveries(facts, **rules)
    for email in PEOPLE[:3]:
        one = client(email)
        narrow = facts_about(facts, [one])
        mine = pl.col("client_id") == one
        assert recoveries(narrow, **rules).filter(mine).equals(everything.filter(mine))
        histories = [
            order_history(some, client_id=one, lines=True, limit=None, **rules).rows
            for some in (narrow, facts)
        ]
        assert histories[0].equals(histories[1])


def test_only_what_belongs_to_the_client_is_kept():
    shop = Shop().order("1", 0, [ARTICLES[0]]).order("2", 1, [ARTICLES[1]], email="bob@example.org")
    shop.checkout("c", 2, [ARTICLES[0]], email="bob@example.org")
    narrow = facts_about(shop.facts(), [client("ann@example.org")])
    for name in ("orders", "order_lines", "people", "identities"):
        keys = getattr(narrow, name).select("person_key").collect().to_series().to_list()
        assert keys == ["e:ann@example.org"], name
    assert narrow.clients.select("email").collect().rows() == [("ann@example.org",)]
    assert narrow.checkouts.collect().is_empty()


def test_nobody_has_no_facts():
    narrow = facts_about(Shop().order("1", 0).facts(), [])
    assert narrow.orders.collect().is_empty()


def test_of_very_many_clients_everything_is_read(monkeypatch):
    monkeypatch.setattr(client_facts, "FEW", 1)
    facts = Shop().order("1", 0).facts()
    assert facts_about(facts, ["a", "b"]) is facts


def test_a_query_that_finds_very_many_lists_them_alone(monkeypatch):
    monkeypatch.setattr(client_facts, "FEW", 1)
    shop = Shop()
    for number, name in enumerate(["Ann One", "Ann Two", "Bob"]):
        shop.order(f"{number}", number, email=f"c{number}@x.test", name=name)
    rows = client_list(shop.facts(), query="ann", as_of=as_of(), completed_when="paid").rows
    assert rows["name"].to_list() == ["Ann One", "Ann Two"]

"""What `metrics` answers: of everyone, of named clients, and about itself."""

from __future__ import annotations

from datetime import date

import pytest

from clientlens.analysis import metric_answers
from clientlens.analysis.metric_answers import FIELDS, description, metrics
from clientlens.analysis.metrics import CLIENT_COLUMNS, METRICS, client_metrics
from clientlens.analysis.rfm import COLUMNS
from clientlens.model.timeframes import as_of_from_date

END_OF_JUNE = as_of_from_date(date(2026, 6, 30), "Europe/Rome")
RULES = {"completed_when": "paid", "home_currency": "EUR"}


@pytest.fixture(scope="module")
def many(shop):
    return shop.random_facts(6)


@pytest.fixture(scope="module")
def everyone(many):
    return metrics(many, as_of=END_OF_JUNE, **RULES)


def test_everyone_has_one_row_by_completed_orders(many, everyone):
    frame = client_metrics(many, as_of=END_OF_JUNE, **RULES)
    assert everyone.rows.height == frame.height == everyone.rows["client_id"].n_unique()
    assert everyone.rows.columns == [field.name for field in FIELDS]
    orders = everyone.rows["completed_orders"].to_list()
    assert orders == sorted(orders, reverse=True)
    assert set(everyone.rows["as_of"]) == {date(2026, 6, 30)}


def test_the_answer_for_one_client_is_its_row_in_the_run_over_all(many, everyone):
    for client in everyone.rows["client_id"][:5].to_list() + everyone.rows["client_id"][-5:].to_list():
        alone = metrics(many, as_of=END_OF_JUNE, clients=[client], **RULES)
        assert alone.rows.equals(everyone.rows.filter(client_id=client))
        assert (alone.explained, alone.panels) == (True, ())


def test_named_clients_come_in_the_order_named_each_once(many):
    answer = metrics(many, as_of=END_OF_JUNE, clients=["c002", "c000", "c002"], **RULES)
    assert answer.rows["client_id"].to_list() == ["c002", "c000"]
    assert answer.panels == ("name",)


def test_clients_of_one_name_are_told_apart_by_their_ids(shop):
    facts = shop.facts_of(
        [shop.order("1", "ann"), shop.order("2", "bob")], clients={"bob": {"name": "Ann"}, "ann": {}}
    )
    answer = metrics(facts, as_of=END_OF_JUNE, clients=["ann", "bob"], **RULES)
    assert answer.panels == ("name", "client_id")


def test_everyone_can_be_some(many, everyone):
    some = metrics(many, as_of=END_OF_JUNE, among=["c003", "c001", "nobody"], **RULES)
    assert some.rows.equals(everyone.rows.filter(everyone.rows["client_id"].is_in(["c001", "c003"])))
    assert not some.explained


def test_what_is_left_out_or_mixed_is_told(shop):
    order = shop.order
    facts = shop.facts_of(
        [
            order("1", "ann"),
            order("2", "ann", currency="USD"),
            order("3", None),
            order("4", "bob", "2026-06-01", refunded=1, payment_state="partially_refunded"),
            order("5", "late", "2026-07-02"),
        ],
        clients={"late": {"joined_at": shop.noon("2026-07-02")}},
    )
    assert metrics(facts, as_of=END_OF_JUNE, **RULES).notes == (
        "1 order left out: nothing says which client placed them",
        "1 client with orders in other currencies: counted, but amounts are of EUR alone",
        "1 order with a refund or a status without a time: counted as last imported",
    )
    assert metrics(facts, as_of=END_OF_JUNE, clients=["late", "ann"], **RULES).notes == (
        "1 client left out: known only from later than that",
        "1 client with orders in other currencies: counted, but amounts are of EUR alone",
    )


def test_the_table_of_metrics_describes_each_of_them():
    rows = description().rows
    assert rows["name"].to_list() == [one.name for one in (*CLIENT_COLUMNS, *METRICS)]
    assert rows.filter(name="recency_days").row(0) == (
        "recency_days",
        "with_you",
        "integer",
        "days",
        "days from the last completed order to the as-of day",
        "no completed order",
    )


def test_fields_that_are_never_null_say_so(everyone):
    for field in FIELDS:
        if not field.nullable:
            assert everyone.rows[field.name].null_count() == 0, field.name


def test_of_named_clients_all_but_the_scores_is_counted_from_their_own_orders(many, everyone, monkeypatch):
    read = []

    def counting(facts, **asked):
        read.append((facts.orders.collect().height, asked.get("only")))
        return client_metrics(facts, **asked)

    monkeypatch.setattr(metric_answers, "client_metrics", counting)
    clients = everyone.rows["client_id"].to_list()
    for client in clients[::7]:
        alone = metrics(many, as_of=END_OF_JUNE, clients=[client], **RULES)
        assert alone.rows.equals(everyone.rows.filter(client_id=client))
    whole = many.orders.collect().height
    assert {only for height, only in read if height == whole} == {COLUMNS}

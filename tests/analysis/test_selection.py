"""Whom an expression chooses in a shop: figures of the metrics, and who bought what, beside SQL of our own."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.analysis.expressions import Asked, Column
from clientlens.analysis.metrics import METRICS, client_metrics
from clientlens.analysis.selection import Extra, check, clients_where, columns, select
from clientlens.errors import BadExpression
from clientlens.model.answer import Kind
from clientlens.model.timeframes import AsOf

END_OF_MARCH = AsOf(datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 3, 31), explicit=True)
RULES = {"completed_when": "paid", "home_currency": "EUR"}


@pytest.fixture(scope="module")
def facts(shop):
    return shop.random_facts(2026)


@pytest.fixture(scope="module")
def con(facts, oracle):
    return oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})


@pytest.fixture(scope="module")
def bought_by_sql(con, oracle):
    """Who completed an order with a line that a condition in SQL is true of."""

    def ask(condition):
        sql = f"""WITH {oracle._facts_sql("paid")}
            SELECT DISTINCT client_id FROM facts JOIN order_lines l USING (store, order_key)
            WHERE is_completed AND client_id IS NOT NULL AND NOT l.is_tip AND {condition} ORDER BY 1"""
        return [one for (one,) in con.execute(sql, {"instant": END_OF_MARCH.instant}).fetchall()]

    return ask


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("bought('Candle%')", "product ILIKE 'candle%'"),
        ("bought('soap')", "lower(product) = 'soap'"),
        ("bought('%')", "true"),
        ("bought('_ick')", "product ILIKE '_ick'"),
        ("bought('äpfel')", "product IN ('Äpfel')"),
        ("bought('Gift card%')", "product LIKE 'Gift card%'"),
        ("bought('Tip')", "false"),
        ("bought('nothing')", "false"),
    ],
)
def test_bought_finds_whom_sql_finds(facts, bought_by_sql, text, condition):
    found = clients_where(facts, text, as_of=END_OF_MARCH, **RULES)
    assert found == bought_by_sql(condition)


def test_cross_selling_candidates_are_those_with_the_one_and_without_the_other(facts, bought_by_sql):
    found = clients_where(facts, "bought('Candle%') and not bought('Wick%')", as_of=END_OF_MARCH, **RULES)
    assert found == sorted(
        set(bought_by_sql("product ILIKE 'Candle%'")) - set(bought_by_sql("product ILIKE 'Wick%'"))
    )
    assert found


def test_a_category_is_asked_for_like_a_name(shop):
    facts = shop.facts_of(
        [shop.order("1", "ann"), shop.order("2", "bob"), shop.order("3", "cleo", payment_state="pending")],
        [("1", "Candle"), ("2", "Soap"), ("3", "Candle")],
    )
    wax = pl.when(pl.col("product") == "Candle").then(pl.lit("Wax & co")).alias("category")
    facts = _with(facts, order_lines=facts.order_lines.with_columns(wax))
    assert clients_where(facts, "bought_category('wax%')", as_of=END_OF_MARCH, **RULES) == ["ann"]
    assert clients_where(facts, "not bought_category('wax%')", as_of=END_OF_MARCH, **RULES) == ["bob", "cleo"]
    assert clients_where(facts, "bought_category('%')", as_of=END_OF_MARCH, **RULES) == [
        "ann"
    ]  # bob's is null


def _with(facts, **frames):
    names = inspect.signature(type(facts)).parameters
    return type(facts)(**{name: frames.get(name, getattr(facts, name)) for name in names})


def test_what_was_bought_after_as_of_was_not_bought(shop):
    facts = shop.facts_of(
        [
            shop.order("1", "ann", "2026-03-31"),
            shop.order("2", "ann", "2026-04-01"),
            shop.order("3", "bob", "2026-04-01"),
        ],
        [("1", "Candle"), ("2", "Soap"), ("3", "Candle")],
    )
    assert clients_where(facts, "bought('candle')", as_of=END_OF_MARCH, **RULES) == ["ann"]
    assert clients_where(facts, "bought('soap')", as_of=END_OF_MARCH, **RULES) == []
    assert clients_where(facts, "completed_orders = 1", as_of=END_OF_MARCH, **RULES) == ["ann"]


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("completed_orders >= 3", pl.col("completed_orders") >= 3),
        ("total_spend > 99.99", pl.col("total_spend") > 9999),
        ("last_order_date < as_of - interval '90 days'", pl.col("last_order_date") < date(2025, 12, 31)),
        ("recency_days between 10 and 20", pl.col("recency_days").is_between(10, 20)),
        (
            "not anonymous and email like '%@example.org'",
            ~pl.col("anonymous") & pl.col("email").is_not_null(),
        ),
        ("average_order_amount is null", pl.col("average_order_amount").is_null()),
    ],
)
def test_a_condition_chooses_the_rows_of_the_table_of_metrics(facts, text, keep):
    table = client_metrics(facts, as_of=END_OF_MARCH, **RULES)
    expected = table.filter(keep)["client_id"].to_list()
    assert 0 < len(expected) < table.height
    assert clients_where(facts, text, as_of=END_OF_MARCH, **RULES) == expected


def test_every_metric_may_be_asked(facts):
    """By its kind alone: a metric that is added is asked here without a change of this test."""
    sides = {
        Kind.TEXT: "like '%'",
        Kind.INTEGER: "> 1",
        Kind.MONEY: "> 1.50",
        Kind.SCALED: "> 0.5",
        Kind.DATE: "< as_of",
        Kind.INSTANT: "< as_of",
        Kind.BOOLEAN: "is true",
    }
    known = columns()
    assert {metric.name for metric in METRICS} <= {column.name for column in known}
    listed = [column for column in known if column.kind not in sides]
    assert {column.kind for column in listed} <= {Kind.TEXTS, Kind.LIST}
    text = " or ".join(f"{column.name} is null" for column in known if column.kind in sides)
    everybody = client_metrics(facts, as_of=END_OF_MARCH, **RULES).height
    assert len(clients_where(facts, text, as_of=END_OF_MARCH, **RULES)) <= everybody
    for column in known:
        if column.kind in sides:
            clients_where(facts, f"{column.name} {sides[column.kind]}", as_of=END_OF_MARCH, **RULES)
        else:
            with pytest.raises(BadExpression, match="a list and cannot be compared"):
                check(f"{column.name} = 'x'")


def test_a_selection_says_of_how_many_it_is(facts):
    everybody = client_metrics(facts, as_of=END_OF_MARCH, **RULES).height
    found = select(facts, "completed_orders > 5", as_of=END_OF_MARCH, **RULES)
    assert found.notes == (f"--where holds for {len(found.clients)} of {everybody} clients",)


def test_without_a_home_currency_no_amount_is_known(shop):
    facts = shop.facts_of([shop.order("1", "ann")])
    rules = {"completed_when": "paid", "home_currency": None}
    assert clients_where(facts, "total_spend is null", as_of=END_OF_MARCH, **rules) == ["ann"]


@dataclass
class Ledger:
    """What somebody else knows of clients."""

    points: dict = field(default_factory=dict)
    vip: tuple = ()

    def extra(self):
        def add(table):
            known = pl.DataFrame(
                {"client_id": list(self.points), "points": list(self.points.values())},
                schema={"client_id": pl.String, "points": pl.Int64},
            )
            return table.join(known, on="client_id", how="left").with_columns(pl.col("points").fill_null(0))

        return Extra(
            columns=(Column("points", Kind.INTEGER, "balance of points", "points"),),
            add=add,
            asked=(Asked("in_group", "is in the group", lambda name: self.vip if name == "vip" else ()),),
        )


def test_others_may_add_columns_and_functions(shop):
    facts = shop.facts_of([shop.order("1", "ann"), shop.order("2", "bob"), shop.order("3", "cleo")])
    extra = Ledger({"ann": 100, "bob": 5}, ("cleo", "ann")).extra()

    def ask(text):
        return clients_where(facts, text, as_of=END_OF_MARCH, extra=extra, **RULES)

    assert ask("points >= 5") == ["ann", "bob"]
    assert ask("points = 0") == ["cleo"]
    assert ask("in_group('vip')") == ["ann", "cleo"]
    assert ask("in_group('vip') and points > 50") == ["ann"]
    with pytest.raises(BadExpression, match="no figure or column has this name"):
        clients_where(facts, "points >= 5", as_of=END_OF_MARCH, **RULES)


def test_a_mistake_is_found_before_anything_is_read():
    with pytest.raises(BadExpression):
        select(None, "total_spnd > 5", as_of=END_OF_MARCH, **RULES)


def test_what_an_expression_does_not_speak_of_is_not_read(facts):
    nowhere = pl.scan_parquet("nowhere.parquet", schema=facts.order_lines.collect_schema())
    narrow = _with(facts, order_lines=nowhere, checkouts=nowhere)
    text = "not (completed_orders < 3 or coalesce(abs(total_spend), 0) = 0) and segment in ('Champions', 'Loyal')"
    found = clients_where(narrow, text, as_of=END_OF_MARCH, **RULES)
    assert found == clients_where(facts, text, as_of=END_OF_MARCH, **RULES)
    assert found

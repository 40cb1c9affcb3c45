"""The list of abandoned checkouts and its summary."""

# ruff: noqa: S106 (tokens of checkouts, not passwords)

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from runpy import run_path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.checkouts import CHECKOUT_FIELDS, SUMMARY_FIELDS, checkout_summary, checkouts

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, as_of, client, moment = (factory[name] for name in ("Shop", "as_of", "client", "moment"))

A, B = ("A", "Candle"), ("B", "Wick")
OPTIONS = {"completed_when": "paid"}


def small_shop():
    """1: a try repeated by 2; 2: recovered after 2.5 h; 3: open; 4: linked after 40 h; 5: open in pounds; 6: silent."""
    return (
        Shop()
        .checkout("1", 0, [A], total=1000)
        .checkout("2", 1, [A, ("B", "Wick", 2500)], total=3000)
        .order("1001", 3.5, [A], name="Ann Example")
        .checkout("3", 50, [B], total=2000)
        .checkout("4", 100, [B], total=4000, email="bob@example.org", token="t")
        .order("1002", 140, [B], email="bob@example.org", checkout_token="t")
        .checkout("5", 60, [], total=700, currency="GBP", email="bob@example.org")
        .checkout("6", 61, [A], email=None)
    )


def test_a_row_has_every_documented_key_in_order():
    answer = checkouts(small_shop().facts("Europe/Berlin"), as_of=as_of(200), **OPTIONS)
    assert answer.rows.columns == [field.name for field in CHECKOUT_FIELDS]
    assert (
        answer.rows.columns
        == (
            "checkout_id client_id name email created_at status total currency items recovered_at recovered_order "
            "recovered_by hours_to_recovery"
        ).split()
    )
    assert (answer.name, answer.timezone, answer.single) == ("checkouts", "Europe/Berlin", False)
    assert answer.rows.row(4) == (
        "1", client("ann@example.org"), "Ann Example", "ann@example.org", moment(0), "repeated", 1000, "EUR", 1000, None,
        None, None, None,
    )  # fmt: skip
    assert answer.rows.row(3) == (
        "2", client("ann@example.org"), "Ann Example", "ann@example.org", moment(1), "recovered", 3000, "EUR", 3500,
        moment(3.5), "1001", "same_email_within_window", 250,
    )  # fmt: skip


def test_the_newest_comes_first():
    answer = checkouts(small_shop().facts(), as_of=as_of(200), **OPTIONS)
    assert answer.rows["checkout_id"].to_list() == ["4", "5", "3", "2", "1"]
    assert answer.rows["items"].to_list() == [1000, 0, 1000, 3500, 1000]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("open", ["5", "3"]),
        ("recovered", ["4", "2"]),
        ("repeated", ["1"]),
        ("all", ["4", "5", "3", "2", "1"]),
    ],
)
def test_one_status_at_a_time(status, expected):
    answer = checkouts(small_shop().facts(), as_of=as_of(200), status=status, **OPTIONS)
    assert answer.rows["checkout_id"].to_list() == expected


@pytest.mark.parametrize(
    ("older_than", "expected"),
    [
        (timedelta(hours=150), ["2", "1"]),  # exactly 150 hours idle is not older
        (timedelta(hours=150, microseconds=-1), ["3", "2", "1"]),
    ],
)
def test_older_than_goes_by_the_last_activity(older_than, expected):
    answer = checkouts(small_shop().facts(), as_of=as_of(200), older_than=older_than, **OPTIONS)
    assert answer.rows["checkout_id"].to_list() == expected


def test_a_checkout_touched_lately_is_not_old():
    shop = Shop().checkout("1", 0, [A], updated_at=moment(10)).checkout("2", 0, [A])
    answer = checkouts(shop.facts(), as_of=as_of(12), older_than=timedelta(hours=3), **OPTIONS)
    assert answer.rows["checkout_id"].to_list() == ["2"]
    summary = checkout_summary(shop.facts(), as_of=as_of(12), older_than=timedelta(hours=3), **OPTIONS)
    assert summary.rows["abandoned"].to_list() == [1]


def test_what_older_than_hides_still_takes_part_in_the_rule():
    # Seen alone, checkout 1 would have taken the order.
    answer = checkouts(
        small_shop().facts(), as_of=as_of(4), older_than=timedelta(hours=3, minutes=30), **OPTIONS
    )
    assert answer.rows.select("checkout_id", "status").rows() == [("1", "repeated")]


def test_the_recovered_order_is_named_by_its_id_where_it_has_no_number():
    shop = Shop().checkout("1", 0, [A]).order("id:9", 2, [A], number=None, source_id="9")
    assert checkouts(shop.facts(), as_of=as_of(), **OPTIONS).rows["recovered_order"].to_list() == ["9"]


def test_the_notes_say_what_is_left_out_and_how_far_the_export_reaches():
    assert checkouts(small_shop().facts(), as_of=as_of(200), **OPTIONS).notes == (
        "1 checkout left out: no e-mail or phone was given, so nobody can be written to",
        (
            "Shopify's CSV export of checkouts reaches back about three months: "
            "numbers of earlier months are too low to compare"
        ),
    )
    shop = Shop().checkout("1", 0, [A], source="shopify_rest")
    shop.order("1001", 2, [A], status="cancelled", checkout_id="1")
    assert checkouts(shop.facts(), as_of=as_of(), **OPTIONS).notes == (
        "1 recovered checkout became an order that was cancelled later",
    )


def test_without_checkouts_the_answer_is_empty_and_says_why():
    answer = checkouts(Shop().order("1001", 0, [A]).facts(), as_of=as_of(), **OPTIONS)
    assert answer.rows.is_empty()
    assert answer.notes == (
        "no checkouts are stored: import Shopify's export of abandoned checkouts; other shop systems have none",
    )


def test_the_summary_counts_and_sums_by_hand():
    answer = checkout_summary(small_shop().facts(), as_of=as_of(200), **OPTIONS)
    assert answer.single
    assert answer.rows.columns == [field.name for field in SUMMARY_FIELDS]
    # Abandoned: 2, 3, 4, 5. Recovered: 2 (2.5 h) and 4 (40 h), median 21.25 h. EUR 70 of 90 = 0.7778.
    assert answer.rows.row(0, named=True) == {
        "as_of": as_of(200).day,
        "abandoned": 4,
        "open": 2,
        "recovered": 2,
        "repeated": 1,
        "recovery_rate": 5000,
        "median_hours_to_recovery": 2125,
        "by_currency": [
            {
                "currency": "EUR",
                "abandoned": 3,
                "open": 1,
                "recovered": 2,
                "repeated": 1,
                "recovery_rate": 6667,
                "abandoned_value": 9000,
                "open_value": 2000,
                "recovered_value": 7000,
                "value_recovery_rate": 7778,
                "median_hours_to_recovery": 2125,
            },
            {
                "currency": "GBP",
                "abandoned": 1,
                "open": 1,
                "recovered": 0,
                "repeated": 0,
                "recovery_rate": 0,
                "abandoned_value": 700,
                "open_value": 700,
                "recovered_value": 0,
                "value_recovery_rate": 0,
                "median_hours_to_recovery": None,
            },
        ],
    }


def test_a_summary_of_nothing_has_no_rate():
    row = checkout_summary(Shop().facts(), as_of=as_of(), **OPTIONS).rows.row(0, named=True)
    assert row == {
        "as_of": as_of().day,
        "abandoned": 0,
        "open": 0,
        "recovered": 0,
        "repeated": 0,
        "recovery_rate": None,
        "median_hours_to_recovery": None,
        "by_currency": [],
    }


def test_a_median_of_an_odd_number_is_the_middle_one():
    shop = Shop()
    for i, hours in enumerate((1, 30, 2)):
        email = f"c{i}@example.org"
        shop.checkout(f"c{i}", 0, [A], email=email).order(f"o{i}", hours, [A], email=email)
    answer = checkout_summary(shop.facts(), as_of=as_of(), **OPTIONS)
    assert answer.rows["median_hours_to_recovery"].to_list() == [200]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.sampled_from([A, B]), st.sampled_from(["EUR", "GBP"])), max_size=6
    ),
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from([A, B])), max_size=4),
)
def test_the_summary_is_the_sum_of_the_list(begun, bought):
    shop = Shop()
    for i, (hour, article, currency) in enumerate(begun):
        shop.checkout(f"c{i}", hour, [article], currency=currency, total=100 + i)
    for i, (hour, article) in enumerate(bought):
        shop.order(f"o{i}", hour, [article])
    facts = shop.facts()
    rows = checkouts(facts, as_of=as_of(), **OPTIONS).rows
    summary = checkout_summary(facts, as_of=as_of(), **OPTIONS).rows.row(0, named=True)
    parts = [
        {
            s: checkouts(facts, as_of=as_of(), status=s, **OPTIONS).rows.height
            for s in ("open", "recovered", "repeated")
        }
    ]
    assert rows.height == len(begun) == sum(parts[0].values())
    assert summary["abandoned"] == summary["open"] + summary["recovered"] == rows.height - summary["repeated"]
    for entry in summary["by_currency"]:
        mine = rows.filter((rows["currency"] == entry["currency"]) & (rows["status"] != "repeated"))
        assert (entry["abandoned"], entry["abandoned_value"]) == (mine.height, mine["total"].sum())
    for key in ("abandoned", "open", "recovered", "repeated"):
        assert summary[key] == sum(entry[key] for entry in summary["by_currency"])


def test_a_past_instant_says_how_many_recovering_orders_have_an_undated_state():
    shop = Shop().checkout("1", 0, [A], source="shopify_rest").order("1001", 2, [A], paid_at=None)
    shop.order("1002", 90, [A], paid_at=None)
    note = "1 order with a refund or a status without a time: counted as last imported"
    assert checkouts(shop.facts(), as_of=as_of(explicit=True), **OPTIONS).notes == (note,)
    assert checkouts(shop.facts(), as_of=as_of(), **OPTIONS).notes == ()

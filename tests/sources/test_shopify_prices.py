"""Exact amounts, and the price of an order's goods without tax."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientlens.model.money import format_minor
from clientlens.sources.shopify_prices import Charges, Purse, half_even, minor, price_of


def charges(total, **parts):
    known = {"subtotal": None, "goods": None, "goods_tax": None, "shipping": 0, "shipping_tax": 0, "tax": 0}
    return Charges(total, **{**known, "tip": 0, "fees": 0, "inside": None, **parts})


@pytest.mark.parametrize(
    ("text", "decimals", "amount"),
    [
        ("100.0", 2, 10000),
        ("100.5", 2, 10050),
        ("-0.05", 2, -5),
        ("1200.0", 0, 1200),  # GraphQL writes a decimal even where the currency has none
        ("1.2340", 3, 1234),
        ("7", 2, 700),
    ],
)
def test_an_amount_is_read_by_its_digits(text, decimals, amount):
    assert minor(text, decimals) == amount


@pytest.mark.parametrize(
    "text", ["", "x", "1,000.00", "1e5", "+5", ".5", "5.", "1.234", "NaN", "1" * 13, "٣", "5 EUR"]
)
def test_what_is_no_amount_is_none(text):
    assert minor(text, 2) is None


@given(st.integers(-(10**11), 10**11), st.sampled_from([0, 2, 3, 4]))
def test_every_amount_comes_back_from_its_text(amount, decimals):
    assert minor(format_minor(amount, decimals), decimals) == amount


@pytest.mark.parametrize(
    ("dividend", "divisor", "quotient"),
    [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (8, 3, 3), (7, 3, 2)],
)
def test_a_half_goes_to_the_even_neighbour(dividend, divisor, quotient):
    assert half_even(dividend, divisor) == quotient


def test_taxes_on_top_leave_the_subtotal_as_the_price():
    # 60.00 + 12.00 shipping + 5.33 tax = 77.33
    found = price_of(charges(7733, subtotal=6000, shipping=1200, tax=533, inside=False))
    assert found == (6000, "on_top", True)


def test_taxes_inside_come_off_by_the_lines_own_taxes():
    # 72.00 + 4.90 + 5.00 tip = 81.90; taxes of the lines 11.50, of shipping 0.78, together 12.28; 72.00 - 11.50 = 60.50
    parts = {"shipping": 490, "shipping_tax": 78, "tax": 1228, "tip": 500, "inside": True}
    assert price_of(charges(8190, goods=7200, goods_tax=1150, subtotal=7200, **parts)) == (
        6050,
        "inside",
        True,
    )


def test_without_the_lines_taxes_the_goods_bear_their_share():
    # 90.00 x (94.90 - 15.15) / 94.90 = 75.6322...
    found = price_of(charges(9490, subtotal=9000, shipping=490, tax=1515, inside=True))
    assert found == (7563, "inside", True)


def test_taxes_of_lines_that_are_not_all_there_are_do_not_count():
    # Lines say 0.00 though 15.15 were charged and shipping has none of it: the share counts instead.
    parts = {"shipping": 490, "tax": 1515, "inside": True}
    assert price_of(charges(9490, goods=9000, goods_tax=0, **parts)) == (7563, "inside", True)


def test_of_lines_and_subtotal_the_one_counts_that_the_total_agrees_with():
    # Shopify's own example: the subtotal of 597.00 is before the discount of 10.00; 587.00 + 11.94 = 598.94.
    found = price_of(charges(59894, subtotal=59700, goods=58700, tax=1194, inside=False))
    assert found == (58700, "on_top", True)


def test_what_does_not_add_up_is_told_and_the_subtotal_stands():
    assert price_of(charges(5000, subtotal=4200, goods=4100, inside=False)) == (4200, "on_top", False)


@pytest.mark.parametrize(("total", "basis"), [(12000, "on_top"), (10000, "inside"), (11000, "unclear")])
def test_where_nothing_says_how_taxes_are_charged_the_amounts_do(total, basis):
    assert price_of(charges(total, subtotal=10000, tax=2000))[1] == basis


def test_an_amount_of_another_currency_is_a_fault():
    purse = Purse("EUR")
    usd = {"total_price_set": {"shop_money": {"amount": "1.00", "currency_code": "USD"}}}
    assert purse.take(usd, "total_price", "order_total") is None
    assert (purse.fault.column, purse.fault.value) == ("order_total", "1.00 USD")

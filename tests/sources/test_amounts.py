"""Amounts as people write them, each read in one way or not at all."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.sources.amounts import Decimal, amounts, find_decimal, plain_amounts, quantities

POINT, COMMA = Decimal.POINT, Decimal.COMMA
DECIMALS = {"JPY": 0, "EUR": 2, "USD": 2, "CAD": 2, "CHF": 2, "SEK": 2, "PLN": 2, "KWD": 3, "CLF": 4}


def one(text, currency="EUR", decimal=POINT):
    return amounts(
        pl.Series([text], dtype=pl.String), pl.Series([currency], dtype=pl.String), pl.Series([DECIMALS.get(currency)], dtype=pl.Int64), decimal
    ).item()  # fmt: skip


@pytest.mark.parametrize(
    ("text", "decimal", "minor"),
    [
        ("12.50", POINT, 1250),
        ("12.5", POINT, 1250),
        ("12", POINT, 1200),
        ("0012.50", POINT, 1250),
        ("+12.50", POINT, 1250),
        ("-12.50", POINT, -1250),
        ("- 12.50", POINT, -1250),
        (" 12.50 ", POINT, 1250),
        ("'-12.50", POINT, -1250),
        ("1,234.50", POINT, 123450),
        ("1,234,567.89", POINT, 123456789),
        ("1,234", POINT, 123400),
        ("1'234.50", POINT, 123450),
        ("1\u2019234.50", POINT, 123450),
        ("1 234.50", POINT, 123450),
        ("1\u00a0234.50", POINT, 123450),
        ("1\u202f234,50", COMMA, 123450),
        ("12,50", COMMA, 1250),
        ("1.234,50", COMMA, 123450),
        ("1.234", COMMA, 123400),
        ("1.234.567", COMMA, 123456700),
        ("€12.50", POINT, 1250),
        ("€ -12.50", POINT, -1250),
        ("-€12.50", POINT, -1250),
        ("12,50 €", COMMA, 1250),
        ("12.50 EUR", POINT, 1250),
        ("eur 12.50", POINT, 1250),
        ("999999999999.99", POINT, 99_999_999_999_999),
    ],
)
def test_an_amount_in_euro(text, decimal, minor):
    assert one(text, decimal=decimal) == minor


@pytest.mark.parametrize(
    "text",
    [
        "12.345", "12.", ".5", "1,23,4.00", "12,34", "1.234.567", "1,2345.00", "12 34.50", "--5", "+-5", "- -5", "-+5", "5-",
        "(5)", "5%", "EUR", "€", "€€5", "€5€", "EUR 5 EUR", "£5", "USD 5", "5 USD", "NaN", "inf", "1e5", "1E5", "0x10", "5 5",
        "٥", "\u22125", "1234567890123", "5\u200b", "=5", "five", "-", "12.50.00", "1''234", "1 234,50",
    ],
)  # fmt: skip
def test_what_is_no_amount_in_euro_is_none(text):
    assert one(text) is None


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("500", "JPY", 500),
        ("500.00", "JPY", 500),
        ("500.0", "JPY", None),
        ("500.50", "JPY", None),
        ("¥500", "JPY", 500),
        ("5.125", "KWD", 5125),
        ("5.1234", "CLF", 51234),
        ("5.12345", "CLF", None),
        ("$5.00", "USD", 500),
        ("US$5.00", "USD", 500),
        ("US$5.00", "EUR", None),
        ("$5.00", "EUR", None),
        ("$5.00", "CAD", 500),
        ("¥500", "USD", None),
        ("5.00 kr", "EUR", None),
        ("5.00 kr", "SEK", 500),
        ("5.00 zł", "PLN", 500),
        ("5.00 zł", "EUR", None),
        ("£5.00", "CHF", None),
        ("CHF 5.00", "CHF", 500),
        ("5.00", None, None),
    ],
)
def test_what_stands_beside_it_must_be_the_rows_own_currency(text, currency, minor):
    assert one(text, currency) == minor


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["12.50", "1,234"], POINT),
        (["12,50", "1.234"], COMMA),
        (["1.234,5", "7"], COMMA),
        (["1.234.567"], COMMA),
        (["1,234,567"], POINT),
        (["1,234", "1.234", "7", None], None),
        (["12.50", "12,50", "13.50"], POINT),
        (["12.50", "12,50", "13,50"], COMMA),
        (["12.50", "12.50", "12,50", "13,50"], COMMA),  # distinct cells count, not rows
        ([], None),
    ],
)
def test_the_decimal_sign_is_the_one_that_cells_can_only_be_read_with(cells, decimal):
    assert find_decimal([pl.Series(cells, dtype=pl.String)], None) == decimal


def test_a_told_sign_is_not_argued_with():
    assert find_decimal([pl.Series(["12.50"])], "comma") is COMMA


def test_where_no_cell_tells_a_point_is_decimal_and_no_thousands_sign_is_believed():
    assert [one(text, decimal=None) for text in ("12", "1,234", "1.234", "1 234")] == [1200, None, None, None]
    assert one("1.234", "KWD", None) == 1234


def test_each_row_keeps_its_place():
    text = pl.Series("t", ["5", None, "x", "5", " ", "6"])
    found = amounts(
        text, pl.Series(["EUR", "EUR", "EUR", "JPY", "EUR", "EUR"]), pl.Series([2, 2, 2, 0, 2, 2]), POINT
    )
    assert (found.name, found.to_list()) == ("t", [500, None, None, 5, None, 600])


@pytest.mark.parametrize(
    ("text", "milli"),
    [("2", 2000), ("2.5", 2500), ("2.500000", 2500), ("1,000", 1_000_000), ("2.0005", None), ("two", None), ("-1", -1000)],
)  # fmt: skip
def test_quantities_are_thousandths(text, milli):
    assert quantities(pl.Series([text]), POINT).item() == milli


def test_a_quantity_has_no_currency():
    assert plain_amounts(pl.Series(["2 EUR", "2 €", "2"]), None, POINT).to_list() == [None, None, "2"]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.integers(-(10**14) + 1, 10**14 - 1),
    st.sampled_from([POINT, COMMA]),
    st.sampled_from(["", "g", "'", " "]),
)
def test_whatever_is_written_by_the_rules_is_read_as_it_was_meant(minor, decimal, grouping):
    group = {"g": "," if decimal is POINT else "."}.get(grouping, grouping)
    whole, cents = divmod(abs(minor), 100)
    text = f"{'-' if minor < 0 else ''}{f'{whole:,}'.replace(',', group)}{'.' if decimal is POINT else ','}{cents:02d}"
    assert one(text, decimal=decimal) == minor

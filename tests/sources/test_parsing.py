"""Cells to values, exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.model.money import DECIMALS, format_minor
from clientlens.sources import parsing

SETTINGS = settings(max_examples=50, deadline=None, derandomize=True)


def evaluate(function, *values, **how):
    frame = pl.DataFrame({str(n): [value] for n, value in enumerate(values)}, strict=False)
    frame = frame.with_columns(pl.col(pl.Null).cast(pl.String))
    return frame.select(function(*(pl.col(name) for name in frame.columns), **how)).item()


@pytest.mark.parametrize(
    ("text", "decimals", "minor"),
    [
        ("12.34", 2, 1234), ("12", 2, 1200), ("12.3", 2, 1230), ("-0.05", 2, -5), ("'-5.00", 2, -500), ("+3", 2, 300),
        ("0.005", 3, 5), ("1000", 0, 1000), ("1000.00", 0, 1000), (" 7.00 ", 2, 700), ("999999999999.99", 2, 99999999999999),
        ("12.345", 2, None), ("12.340", 2, None), ("1.000", 2, None), ("1,000.00", 2, None), ("1.5", 0, None), ("1e3", 2, None),
        ("NaN", 2, None), ("inf", 2, None), ("1e308", 2, None), ("9999999999999", 2, None), ("EUR 5", 2, None), ("5-", 2, None),
        (".5", 2, None), ("5.", 2, None), ("", 2, None), (None, 2, None), ("١٢", 2, None), ("12.34", None, None),
    ],
)  # fmt: skip
def test_money_is_its_digits(text, decimals, minor):
    frame = pl.DataFrame({"t": [text], "d": [decimals]}, schema={"t": pl.String, "d": pl.Int64})
    assert frame.select(parsing.money(pl.col("t"), pl.col("d"))).item() == minor


@pytest.mark.parametrize(
    ("text", "minor"), [("12,34", 1234), ("12", 1200), ("12.34", None), ("1.234,56", None)]
)
def test_money_with_a_decimal_comma(text, minor):
    assert evaluate(lambda t: parsing.money(t, pl.lit(2), decimal_comma=True), text) == minor


@SETTINGS
@given(st.integers(-(10**12) + 1, 10**12 - 1), st.sampled_from(sorted(set(DECIMALS.values()))))
def test_money_written_is_money_read(amount, decimals):
    text = format_minor(amount, decimals)
    assert evaluate(lambda t: parsing.money(t, pl.lit(decimals)), text) == amount


@SETTINGS
@given(st.integers(-(10**20), 10**20), st.integers(1, 10**10))
def test_division_rounds_half_to_even(dividend, divisor):
    quotient = int((Decimal(dividend) / Decimal(divisor)).quantize(Decimal(1), ROUND_HALF_EVEN))
    if abs(quotient) > 2**62:
        return
    expression = parsing.divide_half_even(pl.lit(dividend, dtype=pl.Int128), pl.lit(divisor, dtype=pl.Int128))
    assert pl.select(expression).item() == quotient


def test_exact_halves_go_to_the_even_neighbour():
    halves = pl.DataFrame({"n": [1, 3, 5, -1, -3, 0]}, schema={"n": pl.Int128})
    expression = parsing.divide_half_even(pl.col("n"), pl.lit(2, dtype=pl.Int128))
    assert halves.select(expression).to_series().to_list() == [0, 2, 2, 0, -2, 0]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("'12345", "12345"), ("'+32 9", "+32 9"), ("'-text", "-text"), ("'=1", "=1"), ("'@x", "@x"), ("''5", "'5"),
        ("'s Gravenhage", "'s Gravenhage"), ("it's", "it's"), ("'", "'"),
    ],
)  # fmt: skip
def test_one_guarding_apostrophe_is_taken_off(text, bare):
    assert evaluate(parsing.unapostrophe, text) == bare


def test_text_is_composed_and_trimmed():
    assert evaluate(parsing.clean, "  Zoe\u0308 \u00a0") == "Zoë"
    assert evaluate(parsing.clean, " \u00a0 ") is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Ann@Example.COM ", "e:ann@example.com"), ("ann@@x", None), ("@x", None), ("x@", None), ("a b@x.y", None),
        ("-", None), ("'s@x.nl", "e:'s@x.nl"),
    ],
)  # fmt: skip
def test_an_e_mail_is_a_key_only_when_it_can_be_one(text, key):
    assert evaluate(lambda t: parsing.email_key(parsing.email(t)), text) == key


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("TRUE", True), ("No", False), ("false", False), ("1", None)]
)
def test_booleans_are_words(text, value):
    assert evaluate(parsing.boolean, text) is value


@pytest.mark.parametrize(
    ("text", "mangled"),
    [
        ("4.83E+12", True),
        ("7E+12", True),
        ("'4,83E+12", True),
        ("1e5", True),
        ("7022550000000", False),
        ("E12", False),
    ],
)
def test_numbers_that_a_spreadsheet_destroyed_are_seen(text, mangled):
    assert evaluate(parsing.mangled_number, text) is mangled


def test_a_residence_is_folded_and_needs_a_name_a_street_and_a_place():
    def key(*parts):
        frame = pl.DataFrame([parts], schema=dict.fromkeys("nstpcl", pl.String), orient="row")
        return frame.select(parsing.residence_key(*(pl.col(name) for name in "nstpcl"))).item()

    assert (
        key("Ann  ARBOR", "Via Roma 1", None, "39100", " Bolzano", "IT")
        == "r:ann arbor|via roma 1||39100|bolzano|it"
    )
    assert key("Ann", "Große Str. 1", None, None, "Köln", None) == key(
        "ann", "GROSSE str. 1", None, None, "KÖLN", None
    )
    assert key("Ann", "Via Roma 1", None, "-", None, "IT") is None
    assert key(None, "Via Roma 1", None, "39100", "Bolzano", "IT") is None
    assert key("Ann", None, None, "39100", "Bolzano", "IT") is None


@SETTINGS
@given(st.lists(st.none() | st.sampled_from(["12.5", "7", "x", "", " 7", "0.05", "1e3", "é"]), max_size=12))
def test_working_out_each_distinct_text_once_changes_nothing(cells):
    text = pl.Series("t", cells, dtype=pl.String)
    for parse in (lambda t: parsing.money(t, pl.lit(2, dtype=pl.Int64)), parsing.clean, parsing.boolean):
        direct = text.to_frame().select(parse(pl.col("t"))).to_series()
        once = parsing.by_distinct(text, parse)
        assert (once.name, once.dtype, once.to_list()) == ("t", direct.dtype, direct.to_list())

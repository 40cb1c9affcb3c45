"""Half-even division without floats."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.ratios import quotient, ratio

WHOLE = st.integers(-(2**63), 2**63 - 1)


def computed(expression, number, divisor):
    frame = pl.DataFrame({"n": [number], "d": [divisor]}, schema={"n": pl.Int64, "d": pl.Int64})
    return frame.select(expression(pl.col("n"), pl.col("d"))).to_series()


@pytest.mark.parametrize(
    ("number", "divisor", "expected"),
    [(5, 10, 0), (15, 10, 2), (25, 10, 2), (26, 10, 3), (-5, 10, 0), (-15, 10, -2), (-26, 10, -3), (7, 1, 7)],
)
def test_a_tie_goes_to_the_even_number(number, divisor, expected):
    assert computed(quotient, number, divisor).item() == expected


@settings(max_examples=50, deadline=None, derandomize=True)
@given(WHOLE, st.integers(1, 2**63 - 1))
def test_it_is_the_exact_fraction_rounded(number, divisor):
    assert computed(quotient, number, divisor).item() == round(Fraction(number, divisor))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_a_ratio_has_four_decimals(number, divisor):
    number = min(number, divisor)
    assert computed(ratio, number, divisor).item() == round(Fraction(number, divisor) * 10_000)


@pytest.mark.parametrize(("number", "divisor"), [(1, 0), (1, -2), (1, None), (None, 2)])
def test_there_is_no_figure_without_a_divisor_above_0(number, divisor):
    assert computed(ratio, number, divisor).to_list() == [None]
    assert computed(quotient, number, divisor).dtype == pl.Int64

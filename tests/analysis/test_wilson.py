"""Wilson's interval against published ends, and the exact decision against the formula."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientlens.analysis.wilson import Z_95, lower, lower_reaches, upper


def reaches(successes, trials, per_mille):
    frame = pl.DataFrame({"k": [successes], "n": [trials]}, schema={"k": pl.Int64, "n": pl.Int64})
    return frame.select(lower_reaches(pl.col("k"), pl.col("n"), per_mille)).item()


# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I,
# method 3.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_ends_are_the_published_ones(successes, trials, low, high):
    assert (round(lower(successes, trials, Z_95), 4), round(upper(successes, trials, Z_95), 4)) == (low, high)


def test_of_nothing_the_ends_are_unknown_and_nothing_is_reached():
    assert math.isnan(lower(0, 0))
    assert math.isnan(upper(0, 0))
    assert reaches(0, 0, 0) is False
    assert reaches(None, None, 500) is False


# By hand, with z² = 1.64249856 and p = 1: the lower end is n / (n + z²), so it reaches 0.9 from n = 9 z² = 14.78 on.
@pytest.mark.parametrize(("trials", "reached"), [(14, False), (15, True)])
def test_nothing_called_off_is_high_from_fifteen_orders_on(trials, reached):
    assert reaches(trials, trials, 900) is reached


# By hand for 0.5: (k - n/2)² >= z² n/4 = 0.41062 n. 2 of 3: 0.25 < 1.23; 3 of 3: 2.25; 3 of 4: 1 < 1.64; 4 of 5: 2.25 >= 2.05.
@pytest.mark.parametrize(
    ("again", "sellers", "reached"), [(2, 3, False), (3, 3, True), (3, 4, False), (4, 5, True), (1, 5, False)]
)
def test_sellers_come_back_to_by_half(again, sellers, reached):
    assert reaches(again, sellers, 500) is reached


@given(st.integers(0, 100_000), st.integers(1, 100_000), st.integers(1, 1000))
def test_the_decision_is_that_of_the_formula(successes, trials, per_mille):
    successes = min(successes, trials)
    end = lower(successes, trials)
    if abs(end - per_mille / 1000) > 1e-9:
        assert reaches(successes, trials, per_mille) is (end >= per_mille / 1000)


def test_counts_of_hundreds_of_millions_do_not_overflow():
    assert reaches(999_000_000, 1_000_000_000, 998) is True
    assert reaches(998_000_000, 1_000_000_000, 998) is False

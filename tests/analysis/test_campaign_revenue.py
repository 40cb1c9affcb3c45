"""Revenue per assigned client: Welch's interval and the bootstrap's against scipy on fixed data, money by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
import scipy.stats

from clientlens.analysis.campaign_effect import Interval
from clientlens.analysis.campaign_money import (
    Range,
    incremental_return,
    incremental_revenue,
    profit,
    return_on_cost,
)
from clientlens.analysis.campaign_revenue import Spending, bootstrap, difference, largest_share, welch
from clientlens.analysis.student import t_quantile


def arm(clients, *amounts):
    return Spending(clients, pl.Series("amount", amounts, dtype=pl.Int64))


def drawn(seed, clients, share, scale):
    """Amounts of all clients, most of them 0, and the same as an arm."""
    random = np.random.default_rng(seed)
    spent = np.where(
        random.random(clients) < share, random.gamma(1.5, scale, clients).astype(np.int64) + 1, 0
    )
    return spent, arm(clients, *spent[spent != 0].tolist())


@pytest.mark.parametrize("freedom", [0.7, 1, 1.5, 2, 3.3, 10, 57.3, 1e3, 9_999, 10_000, 1e6])
def test_quantiles_of_student_are_those_of_scipy(freedom):
    for probability in (0.9, 0.975, 0.995):
        assert math.isclose(
            t_quantile(probability, freedom), scipy.stats.t.ppf(probability, freedom), rel_tol=1e-9
        )


@pytest.mark.parametrize(("clients", "held"), [(2700, 300), (40, 60)])
def test_welch_is_that_of_scipy(clients, held):
    (mailed, first), (held_back, second) = drawn(3, clients, 0.3, 3000), drawn(4, held, 0.2, 3000)
    interval = welch([(first, second)])
    expected = scipy.stats.ttest_ind(mailed, held_back, equal_var=False).confidence_interval(0.95)
    assert math.isclose(float(interval.estimate), mailed.mean() - held_back.mean(), rel_tol=1e-12)
    assert math.isclose(interval.low, expected.low, rel_tol=1e-9)
    assert math.isclose(interval.high, expected.high, rel_tol=1e-9)


def test_the_bootstrap_is_that_of_scipy_but_for_chance():
    (mailed, first), (held_back, second) = drawn(3, 2700, 0.06, 3000), drawn(4, 300, 0.05, 3000)
    interval = bootstrap([(first, second)], seed="winter")
    expected = scipy.stats.bootstrap(
        (mailed, held_back),
        lambda one, other, axis: one.mean(axis) - other.mean(axis),
        method="percentile",
        n_resamples=4000,
        batch=200,
        rng=1,
    )
    # Of 4,000 resamples an end is off by 0.042 standard errors; two of them by 0.06; four times that is allowed.
    assert abs(interval.low - expected.confidence_interval.low) < 0.25 * expected.standard_error
    assert abs(interval.high - expected.confidence_interval.high) < 0.25 * expected.standard_error
    assert interval.low < interval.estimate < interval.high


def test_the_bootstrap_hangs_on_its_seed_and_on_nothing_else():
    (_, first), (_, second) = drawn(3, 500, 0.1, 3000), drawn(4, 100, 0.1, 3000)
    turned = Spending(first.clients, first.amounts.reverse())
    interval = bootstrap([(first, second)], seed="a", resamples=200)
    assert bootstrap([(turned, second)], seed="a", resamples=200) == interval
    assert bootstrap([(first, second)], seed="b", resamples=200) != interval
    # Written down once, so that another version of anything beneath would be seen.
    assert (interval.low, interval.high) == pytest.approx((-318.7478, 344.5354))


def test_nothing_spent_and_everything_spent_are_resampled_too():
    assert bootstrap([(arm(5), arm(5))], seed="a", resamples=50) == Interval(Fraction(0), 0.0, 0.0)
    same = bootstrap([(arm(3, 100, 100, 100), arm(2, 40, 40))], seed="a", resamples=50)
    assert same == Interval(Fraction(60), 60.0, 60.0)


def test_without_two_arms_or_any_spread_there_is_no_interval():
    assert welch([(arm(5, 100), arm(0))]) is None
    assert difference([(arm(5, 100), arm(0))]) is None
    assert bootstrap([(arm(0), arm(5, 100))], seed="a") is None
    assert welch([(arm(1, 100), arm(5, 20))]) is None
    assert welch([(arm(5), arm(5))]) is None


# By hand: wave 1: 4 mailed spent 0, 0, 100, 300 (mean 100, deviations 60,000), 2 held 0, 100 (50; 5,000); weight 8/6.
# Wave 2: 3 mailed 0, 0, 60 (20; 2,400), 3 held 0, 0, 0 (0; 0); weight 9/6.
# D = (8·50 + 9·20)/17 = 580/17 = 34.1176. Mailed: spread 62,400/(3 + 2) = 12,480, share ((8/6)²/4 + (9/6)²/3)/(17/6)² =
# 1.194444/8.027778 = 0.1487889; held: 5,000/(1 + 2) = 1,666.667, share ((8/6)²/2 + (9/6)²/3)/(17/6)² = 0.2041522.
# Variance 1,856.886 + 340.254 = 2,197.139; degrees 2,197.139²/(1,856.886²/5 + 340.254²/3) = 6.6288; t = 2.3919.
def test_waves_are_weighed_as_for_buyers():
    interval = welch([(arm(4, 100, 300), arm(2, 100)), (arm(3, 60), arm(3))])
    assert interval.estimate == Fraction(580, 17)
    reach = scipy.stats.t.ppf(0.975, 6.6288) * math.sqrt(2197.139)
    assert math.isclose(interval.high, 580 / 17 + reach, rel_tol=1e-4)
    assert bootstrap([(arm(4, 100, 300), arm(2, 100)), (arm(3, 60), arm(3))], seed="a").estimate == Fraction(
        580, 17
    )


def test_one_client_who_spent_most_is_seen():
    assert largest_share([(arm(5, 700, 100), arm(5, 200))]) == Fraction(7, 10)
    assert largest_share([(arm(5), arm(5))]) == 0


# By hand: 2,700 letters at 0.95 EUR cost 2,565.00. Per assigned client 1.20 EUR more, from -0.30 to 2.70: 3,240.00 more,
# from -810.00 to 7,290.00; ÷ 2,565 = 1.2632, from -0.3158 to 2.8421; at a margin of 40 % 1,296.00 - 2,565.00 =
# -1,269.00, from -324 - 2,565 = -2,889.00 to 2,916 - 2,565 = 351.00.
def test_money_is_exact():
    more = Interval(Fraction(120), -30.0, 270.0)
    assert incremental_revenue(more, 2700) == Range(324_000, -81_000, 729_000)
    assert incremental_return(more, 2700, 256_500) == Range(12_632, -3158, 28_421)
    assert profit(more, 2700, margin=Fraction(2, 5), cost=256_500) == Range(-126_900, -288_900, 35_100)
    assert return_on_cost(1_000_000, 256_500) == 38_986
    assert return_on_cost(1_000_000, 0) is None
    assert incremental_return(more, 2700, 0) is None

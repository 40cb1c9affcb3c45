"""The difference of two arms against published figures, scipy and campaigns made up by the thousand."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from clientlens.analysis.campaign_effect import (
    Arms,
    Interval,
    Verdict,
    newcombe,
    pooled,
    sample_ratio,
    verdict_words,
)
from clientlens.analysis.campaign_power import FEW_BUYERS, Lift, Needed, needed, smallest_lift


def ends(interval, digits=4):
    return round(float(interval.estimate), digits), round(interval.low, digits), round(interval.high, digits)


# R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: examples (a) to (h).
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_the_published_one(first, second, low, high):
    arms = Arms(first[1], first[0], second[1], second[0])
    assert ends(newcombe(arms))[1:] == (low, high)
    assert pooled([arms]) == newcombe(arms)


# By hand: 6 % - 4 % = 2 points. Wilson of 162/2,700: 0.0516 to 0.0696; of 12/300: 0.0230 to 0.0686; so the lower end is
# 0.02 - √(0.0084² + 0.0286²) = -0.0098, the upper one 0.02 + √(0.0096² + 0.0170²) = 0.0395.
def test_two_points_more_are_not_told_where_they_may_be_chance():
    interval = newcombe(Arms(2700, 162, 300, 12))
    assert ends(interval) == (0.02, -0.0098, 0.0395)
    assert verdict_words(interval) == "not shown: -1.0 to +3.9 points"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0524, 0.3339, "more orders: +5.2 to +33.4 points"),
        (-0.03, -0.002, "fewer orders: -3.0 to -0.2 points"),
        (0.0, 0.02, "not shown: 0.0 to +2.0 points"),
        (-0.02, 0.0, "not shown: -2.0 to 0.0 points"),
        (0.0004, 0.02, "more orders: +0.04 to +2.0 points"),
        (1e-9, 0.02, "more orders: above 0 to +2.0 points"),
        (-0.02, -1e-9, "fewer orders: -2.0 to below 0 points"),
    ],
)
def test_the_words_are_those_of_the_interval(low, high, words):
    assert verdict_words(Interval(Fraction(1, 100), low, high)) == words


@st.composite
def arms_of(draw, most=5000):
    mailed, held = draw(st.integers(1, most)), draw(st.integers(1, most))
    return Arms(mailed, draw(st.integers(0, mailed)), held, draw(st.integers(0, held)))


def swapped(arms):
    return Arms(arms.held, arms.held_buyers, arms.mailed, arms.mailed_buyers)


@given(st.lists(arms_of(), min_size=1, max_size=4))
def test_the_interval_holds_its_estimate_and_turns_round_with_the_arms(waves):
    interval, other = pooled(waves), pooled([swapped(arms) for arms in waves])
    assert -1 <= interval.low <= interval.estimate <= interval.high <= 1
    assert other.estimate == -interval.estimate
    assert math.isclose(other.low, -interval.high, abs_tol=1e-9)
    assert math.isclose(other.high, -interval.low, abs_tol=1e-9)
    turned = {Verdict.MORE: Verdict.FEWER, Verdict.FEWER: Verdict.MORE}
    if min(abs(interval.low), abs(interval.high)) > 1e-9:
        assert other.verdict == turned.get(interval.verdict, interval.verdict)


def test_nobody_held_back_shows_nothing():
    assert newcombe(Arms(10, 3, 0, 0)) is None
    assert pooled([Arms(10, 3, 0, 0), Arms(0, 0, 5, 1)]) is None
    assert pooled([Arms(10, 3, 0, 0), Arms(70, 56, 80, 48)]) == newcombe(Arms(70, 56, 80, 48))


# By hand: w = 200·100/300 = 66.67 and 50·50/100 = 25; d = 0.10 - 0.05 = 0.05 and 0.40 - 0.20 = 0.20;
# D = (3.3333 + 5) / 91.667 = 0.090909. P = (40,000·5 - 10,000·20 + 20,000·(-100)/2)/90,000 = -11.1111 and
# (2,500·10 - 2,500·20)/10,000 = -2.5; Q = (20·95 + 5·180)/600 = 4.66667 and (20·40 + 10·30)/200 = 5.5.
# J1 = -13.6111/8402.78 = -0.00161983, J2 = 10.16667/8402.78 = 0.00120992; z² = 3.841459;
# centre 0.0909091 - 0.0031113 = 0.0877978, reach √(0.00770846 - 0.00826446 + 0.00464785) = 0.0639676.
def test_waves_are_pooled_within_themselves():
    interval = pooled([Arms(200, 20, 100, 5), Arms(50, 20, 50, 10)])
    assert interval.estimate == Fraction(1, 11)
    assert ends(interval, 5) == (0.09091, 0.02383, 0.15177)


# More letters in the season of many orders: 10 % of both arms buy in one wave, 50 % in the other; all together, 26 %
# against 14 %, though no letter did anything.
def test_a_season_is_not_taken_for_an_effect():
    waves = [Arms(600, 60, 900, 90), Arms(400, 200, 100, 50)]
    assert pooled(waves).estimate == 0
    assert newcombe(Arms(1000, 260, 1000, 140)).verdict is Verdict.MORE


@pytest.mark.parametrize(("mailed", "held"), [(2700, 300), (2700, 400), (2712, 288), (95, 5)])
def test_the_split_is_checked_as_by_scipy(mailed, held):
    expected = scipy.stats.chisquare([mailed, held], [(mailed + held) * 0.9, (mailed + held) * 0.1]).pvalue
    assert math.isclose(sample_ratio([(mailed, held, Fraction(1, 10))]), expected, rel_tol=1e-9)


def test_waves_of_other_shares_are_checked_together_and_nothing_held_back_not_at_all():
    # By hand: held 60 of an expected 50, variance 90·... = 100·0.25 + 0 = 25 and of the other wave 0: χ² = 4.
    assert math.isclose(
        sample_ratio([(40, 60, Fraction(1, 2)), (500, 0, Fraction(0))]), scipy.stats.chi2.sf(4, 1)
    )
    assert sample_ratio([(500, 0, Fraction(0))]) is None


# Published: 5 % against 6 % (+20 %), two-sided 5 %, power 80 %: 8,155 in each of two equal cells; with 10 % held back
# 37,981 and 4,221.
@pytest.mark.parametrize(
    ("holdout", "mailed", "held"), [(Fraction(1, 2), 8155, 8155), (Fraction(1, 10), 37981, 4221)]
)
def test_the_clients_needed_are_the_published_ones(holdout, mailed, held):
    assert needed(Fraction(5, 100), Fraction(20, 100), holdout) == Needed(mailed, held)
    assert needed(0.05, 0.2, float(holdout)) == Needed(mailed, held)


@given(
    st.floats(0.01, 0.5), st.floats(0.05, 0.9), st.floats(0.05, 0.95)
)  # 0.5 and 0.9 more is 0.95: still possible
def test_the_smallest_lift_is_the_one_that_the_clients_are_needed_for(baseline, lift, holdout):
    arms = needed(baseline, lift, holdout)
    found = smallest_lift(arms.mailed, arms.held, baseline)
    assert found.relative <= lift * (1 + 1e-9)
    assert math.isclose(found.difference, found.relative * baseline)
    if min(arms.mailed, arms.held) > 1000:
        assert math.isclose(found.relative, lift, rel_tol=1e-2)


@pytest.mark.parametrize(
    ("mailed", "held", "baseline"), [(100, 0, 0.1), (0, 100, 0.1), (10, 10, 0.9), (100, 100, 1.0)]
)
def test_some_lists_can_show_nothing(mailed, held, baseline):
    assert smallest_lift(mailed, held, baseline) is None


def test_what_cannot_be_needed_is_not_counted():
    assert needed(0, 0.2, 0.5) is None
    assert needed(0.05, 0.2, 0) is None
    assert needed(0.05, 0, 0.5) is None
    assert needed(0.6, 1, 0.5) is None
    assert isinstance(smallest_lift(100, 100, 0), Lift)
    assert smallest_lift(100, 100, 0).relative is None
    assert FEW_BUYERS == 5


def campaigns(seed, share, effect, *, count=1000, mailed=2700, held=300):
    random = np.random.default_rng(seed)
    of_mailed = random.binomial(mailed, share + effect, count)
    of_held = random.binomial(held, share, count)
    return [newcombe(Arms(mailed, int(x), held, int(y))) for x, y in zip(of_mailed, of_held, strict=True)]


# 5 % and three standard errors of 1,000 draws: 0.05 + 3·√(0.05·0.95/1000) = 7.1 %.
@pytest.mark.slow
@pytest.mark.parametrize(("mailed", "held", "share"), [(2700, 300, 0.05), (500, 500, 0.02), (150, 150, 0.3)])
def test_of_a_thousand_campaigns_without_effect_at_most_one_in_twenty_shows_one(mailed, held, share):
    found = campaigns(9, share, 0.0, mailed=mailed, held=held)
    assert sum(one.verdict is not Verdict.NOT_SHOWN for one in found) <= 71


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mailed", "held", "share", "effect"), [(2700, 300, 0.05, 0.02), (400, 400, 0.1, -0.03)]
)
def test_a_known_effect_lies_in_95_of_100_intervals(mailed, held, share, effect):
    found = campaigns(17, share, effect, count=4000, mailed=mailed, held=held)
    assert abs(sum(one.low <= effect <= one.high for one in found) / 4000 - 0.95) <= 0.02


# Twenty waves of some twenty clients, a tenth held back: by hand, nobody would see anything in one of them.
@pytest.mark.slow
@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_a_known_effect_lies_in_95_of_100_pooled_intervals_of_small_waves(effect):
    random = np.random.default_rng(23)
    covered = shown = 0
    for _ in range(2000):
        held = random.binomial(20, 0.1, 20)
        base = random.uniform(0.02, 0.15, 20)
        mailed_buyers, held_buyers = random.binomial(20 - held, base + effect), random.binomial(held, base)
        interval = pooled(
            [
                Arms(20 - int(n), int(x), int(n), int(y))
                for n, x, y in zip(held, mailed_buyers, held_buyers, strict=True)
            ]
        )
        covered += interval.low <= effect <= interval.high
        shown += interval.verdict is not Verdict.NOT_SHOWN
    assert abs(covered / 2000 - 0.95) <= 0.02
    assert effect or shown / 2000 <= 0.07

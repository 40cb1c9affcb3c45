"""Quantiles of Student's t distribution, for any number of degrees of freedom above 0.

The tail is the regularized incomplete beta function, P(|T| > t) = I(n/(n + t²); n/2, 1/2), by its continued fraction
(NIST Digital Library of Mathematical Functions, 8.17.22), which the modified algorithm of Lentz evaluates; of many degrees n, the quantile's own expansion (Abramowitz and Stegun, 26.7.5).
"""

from __future__ import annotations

import math
from statistics import NormalDist

_STEPS = 10_000
_TINY = 1e-300
_EXACT = 1e-15
_EXPANDED_FROM = 1e4
"""From so many degrees of freedom on the expansion about the normal quantile is the more exact."""


def t_quantile(probability: float, freedom: float) -> float:
    """The t that is exceeded with probability 1 - `probability`, which is from 0.5 to below 1."""
    if freedom >= _EXPANDED_FROM:
        z = NormalDist().inv_cdf(probability)
        second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        return z + (z**3 + z) / (4 * freedom) + second
    tail = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while two_sided(high, freedom) > tail:
        low, high = high, high * 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if two_sided(middle, freedom) > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def two_sided(value: float, freedom: float) -> float:
    """The probability of being further from 0 than `value`."""
    square = value * value
    return _incomplete_beta(freedom / (freedom + square), square / (freedom + square), freedom / 2, 0.5)


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """I(x; a, b); rest: 1 - x, given for its digits."""
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(rest, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    ratio, below = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    found = below
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            below = 1 / _not_zero(1 + step * below)
            ratio = _not_zero(1 + step / ratio)
            found *= below * ratio
        if abs(below * ratio - 1) < _EXACT:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY

"""Months of other languages."""

from __future__ import annotations

import pytest

from clientlens.sources.months import in_english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("10-Dez-25", "10-Dec-25"), ("3. März 2026", "3. Mar 2026"), ("12 ott 2026", "12 Oct 2026"),
        ("1 févr. 2026", "1 Feb 2026"), ("7 août 2026", "7 Aug 2026"), ("5 ENE 2026", "5 Jan 2026"),
        ("5 mrt 2026 10:00 PM", "5 Mar 2026 10:00 PM"), ("July 4, 2026", "Jul 4, 2026"), ("2026-07-04", "2026-07-04"),
        ("5 foo 2026", "5 foo 2026"),
    ],
)  # fmt: skip
def test_a_month_becomes_three_english_letters(text, english):
    assert in_english(text, full_stop=False) == english


def test_a_full_stop_that_the_form_asks_for_stays():
    assert in_english("3. Sept. 2026", full_stop=True) == "3. Sep. 2026"

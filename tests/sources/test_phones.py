"""Phone numbers as keys."""

from __future__ import annotations

import polars as pl
import pytest

from clientlens.sources.phones import read_phones


def phones(text, country=None, default=None):
    texts = text if isinstance(text, list) else [text]
    key, shown = read_phones(
        pl.Series(texts, dtype=pl.String),
        pl.Series([country] * len(texts), dtype=pl.String),
        store="main",
        default_country=default,
    )
    return (key.to_list(), shown.to_list()) if isinstance(text, list) else (key.item(), shown.item())


@pytest.mark.parametrize(
    ("text", "country", "default", "key"),
    [
        ("+32 477 12 34 56", None, None, "p:+32477123456"), ("'+32 477/12.34-56", "IT", None, "p:+32477123456"),
        ("0032477123456", None, None, "p:+32477123456"), ("+44 (0)20 7946 0018", None, None, "p:+442079460018"),
        ("0477 12 34 56", "BE", None, "p:+32477123456"), ("0477 12 34 56", "be", None, "p:+32477123456"),
        ("0477 12 34 56", None, "BE", "p:+32477123456"), ("0477 12 34 56", "Belgium", "BE", "p:+32477123456"),
        ("(415) 555-2671", "US", None, "p:+14155552671"), ("1-415-555-2671", "CA", None, "p:+14155552671"),
        ("02 1234 5678", "IT", None, "p:+390212345678"), ("0477 12 34 56", None, None, "p:main:0477123456"),
        ("-", "BE", None, None), ("0000000", None, None, None), ("1111111", None, None, None), ("12345", None, None, None),
        ("call me", "US", None, None), ("8.22900E+21", "US", None, None), ("+0123456789", None, None, None),
        ("+1234", None, None, None), ("+1234567890123456", None, None, None), ("", None, None, None), (None, "US", "US", None),
    ],
)  # fmt: skip
def test_a_number_is_a_key_in_e164_or_inside_its_store(text, country, default, key):
    assert phones(text, country, default)[0] == key


def test_the_number_shown_is_e164_or_as_in_the_file_but_never_a_placeholder():
    shown = phones(["+32 477 12 34 56", "0477 12", "-", "000000000", "8.22E+21", None])[1]
    assert shown == ["+32477123456", "0477 12", None, None, None, None]


def test_numbers_stay_in_their_rows():
    texts = ["+41791234567", None, "x", "+41791234567", "0041 79 123 45 67"]
    assert phones(texts)[0] == ["p:+41791234567", None, None, "p:+41791234567", "p:+41791234567"]

"""The registry of placeholders, and texts with slots."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientlens.analysis.placeholder_values import _locale
from clientlens.analysis.placeholders import PLACEHOLDERS, Slot, read_text
from clientlens.errors import BadMessageTemplate, EmptyPlaceholder, PlaceholderOfLetters, UnknownPlaceholder
from clientlens.model.answer import Kind


def test_every_placeholder_has_a_label_and_a_sample_of_its_kind():
    assert len({one.name for one in PLACEHOLDERS}) == len(PLACEHOLDERS)
    for one in PLACEHOLDERS:
        assert one.label
        assert one.sample
        assert isinstance(one.expression, pl.Expr)
        assert ("\n" in one.sample) <= one.block
        assert one.kind is not Kind.INTEGER or one.sample.isdigit()


def test_a_preview_needs_no_client():
    samples = {one.name: one.sample for one in PLACEHOLDERS}
    text = read_text("Hello {first_name|there}, {last_product}!", "t")
    assert text.fill(samples, "-") == "Hello Mara, Candle - Lavender!"


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("{first_name}", "Ada", "Ada"),
        ("{ first_name | you }", None, "you"),
        ("{first_name|you}", " ", "you"),
        ("{first_name|}", None, ""),
        ("{first_name|a|b}", None, "a|b"),
        ("{{first_name}}", "Ada", "{first_name}"),
        ("{{{first_name}}}", "Ada", "{Ada}"),
    ],
)
def test_a_slot_says_the_value_or_what_to_say_instead(text, value, said):
    assert read_text(text, "t").fill({"first_name": value}, "Ada") == said


def test_a_value_is_never_read_as_a_template():
    assert read_text("{first_name}", "t").fill({"first_name": "{shop}{{"}, "x") == "{shop}{{"


@pytest.mark.parametrize(
    "wrong", ["{", "}", "a{b\n}", "{}", "{0}", "{a.b}", "{a[0]}", "{first_name!r}", "{:>9}"]
)
def test_what_is_no_placeholder_is_refused(wrong):
    with pytest.raises(BadMessageTemplate):
        read_text(wrong, "t")


def test_an_unknown_name_is_told_with_its_line():
    with pytest.raises(UnknownPlaceholder) as refused:
        read_text("a\nb {fist_name}", "t.txt", first_line=3)
    assert (refused.value.file, refused.value.line) == ("t.txt", 4)


def test_a_message_cannot_say_what_only_letters_know():
    with pytest.raises(PlaceholderOfLetters):
        read_text("{coupon}", "t")


def test_nothing_known_and_nothing_instead_stops_the_text():
    with pytest.raises(EmptyPlaceholder):
        read_text("{city}", "t").fill({}, "Ada")


@given(st.text())
def test_text_with_its_braces_doubled_comes_back(text):
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert read_text(doubled, "t").fill({}, "x") == text


def test_the_names_of_a_text_are_those_of_its_slots():
    text = read_text("{city} {city|x} {shop}", "t")
    assert text.names == {"city", "shop"}
    assert [part for part in text.parts if isinstance(part, Slot)][1] == Slot("city", "x")


@pytest.mark.parametrize(
    ("tag", "known"),
    [("de-at", "de_AT"), ("de-xx", "de"), ("en", "en"), ("zz", "en"), ("", "en"), ("i t", "en")],
)
def test_a_language_tag_becomes_a_locale_that_exists(tag, known):
    assert _locale(tag) == known

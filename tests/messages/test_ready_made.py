"""The templates that come with the program, as a client would read them."""

from __future__ import annotations

import re

import pytest

from clientlens.analysis.placeholders import PLACEHOLDERS
from clientlens.analysis.suggested_message import INVITATION, REVIEW_REQUEST
from clientlens.messages.composing import _LINK, _OBJECTION
from clientlens.messages.templates import LANGUAGES, NEEDED, ready_made, ready_made_files

SAMPLES = {one.name: one.sample for one in PLACEHOLDERS}
ALL = [(name, language) for name, files in ready_made_files().items() for language in files]


def test_each_is_there_in_each_language_and_what_is_suggested_is_there():
    assert {name: set(files) for name, files in ready_made_files().items()} == {
        name: set(LANGUAGES) for name in (REVIEW_REQUEST, INVITATION, "win_back")
    }
    assert set(_OBJECTION) == set(_LINK) == set(LANGUAGES)


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_template_is_in_the_language_of_its_name_and_says_who_and_how_to_object(name, language):
    template = ready_made(name, [language])
    assert (template.name, template.language) == (name, language)
    assert template.body.names >= set(NEEDED)


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_template_reads_well_with_everything_known_and_with_the_least(name, language):
    template = ready_made(name, [language])
    least = {key: SAMPLES[key] for key in ("shop", "sender", "objection", "last_order_date")}
    for values in (SAMPLES, least):
        text = template.body.fill(values, "-")
        said = template.subject.fill(values, "-") + "\n" + text
        assert not re.search(r"[{}|]|  | [,.!?]|\n\n\n", said), said
        assert len(text) < 1100


def test_nobody_is_asked_about_an_order_they_never_made():
    for name in (REVIEW_REQUEST, "win_back"):
        for language in LANGUAGES:
            body = ready_made(name, [language]).body
            assert [
                s.fallback for s in body.parts if not isinstance(s, str) and s.name == "last_order_date"
            ] == [None]


def test_a_language_without_a_template_falls_to_the_next():
    assert ready_made(INVITATION, ["fr", "it", "en"]).language == "it"
    assert ready_made(INVITATION, ["fr"]).language == "en"

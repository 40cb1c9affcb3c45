"""A campaign with its letter: faults of both told at once, what is allowed and yet to be thought of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clientlens.campaigns.checking import check_campaign, read_campaign
from clientlens.errors import BadCampaign
from clientlens.letters.template import ready_made_files

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "campaigns").glob("*.toml"))
LEAST = '[audience]\neveryone = true\n[letter]\ntemplate = "{}"\n'
TEXT = "language: {}\nsubject: {}\n\n{}\n\n{{objection}}\n"


def check(text, folder):
    return check_campaign(text.encode(), "c.toml", folder, language="en")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_each_example_passes_with_its_letter_in_three_languages(file):
    checked = check_campaign(file.read_bytes(), file.name, file.parent, language="en")
    assert checked.faults == ()
    assert sorted(checked.templates) == ["de", "en", "it"]
    assert checked.spec.name == file.stem


def test_there_is_an_example_of_each_ready_made_letter():
    named = [read_campaign(file.read_bytes(), file.name, file.parent, language="en") for file in EXAMPLES]
    assert sorted(one.spec.template for one in named) == sorted(ready_made_files())


def test_faults_of_the_letter_are_told_under_its_own_file_beside_those_of_the_campaign(tmp_path):
    (tmp_path / "spring.de.md").write_text(TEXT.format("de", "Hallo {firstname}", "Text"))
    text = '[audience]\neveryone = false\n[letter]\ntemplate = "spring.de.md"\nprovider = "pingn"\n'
    with pytest.raises(BadCampaign) as caught:
        read_campaign(text.encode(), "c.toml", tmp_path, language="en")
    places = [(file, line) for file, line, _ in caught.value.everywhere]
    assert places == [("c.toml", 2), ("c.toml", 5), ("spring.de.md", 2)]
    assert "did you mean 'pingen'?" in caught.value.message


def test_files_of_one_letter_in_several_languages_belong_together(tmp_path):
    for language in ("de", "en"):
        (tmp_path / f"spring.{language}.md").write_text(TEXT.format(language, "Hallo", "Text"))
    (tmp_path / "other.it.md").write_text("not of this letter")
    checked = check(LEAST.format("spring.de.md") + "[qr]\nurl = 'https://shop.example/{code}'\n", tmp_path)
    assert list(checked.templates) == ["de", "en"]
    told = "[qr] has an address, and the letter (de, en) shows no code: put {qr} on a line of its own"
    assert [fault for _, _, fault in checked.faults] == [told]


def test_a_letter_that_says_what_the_campaign_does_not_have_is_a_fault(tmp_path):
    (tmp_path / "own.md").write_text(TEXT.format("en", "Hi", "Say {coupon}."))
    text = LEAST.format("own.md")
    told = "the letter (en) cannot be written: coupon is not known; or put it under a condition"
    assert check(text, tmp_path).faults == (("c.toml", 4, told),)
    assert check(f"{text}[coupon]\ncode = 'TEN'\n", tmp_path).faults == ()


def test_what_is_allowed_and_yet_to_be_thought_of_is_told(tmp_path):
    (tmp_path / "own.md").write_text(TEXT.format("en", "Hi", "Text"))
    bare = check(LEAST.format("own.md"), tmp_path)
    assert bare.faults == ()
    assert [one.partition(":")[0] for one in bare.advice] == [
        "nobody is held out",
        "no QR code and no coupon",
        "no print service named",
        "no cost of a letter",
        "neither limit nor budget",
    ]
    more = "[holdout]\nshare = 0.2\n[coupon]\ncode = 'TEN'\n[money]\ncurrency = 'EUR'\nper_letter = 1\nbudget = 9\n"
    silent = check(LEAST.format("own.md") + 'provider = "pingen"\n' + more, tmp_path)
    assert silent.advice == ("the letter (en) does not say the coupon: {coupon}",)


def test_without_the_packages_that_draw_it_is_said_that_the_letter_was_not_tried(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (tmp_path / "own.md").write_text(TEXT.format("en", "Hi", "Text"))
    assert check(LEAST.format("own.md"), tmp_path).advice[0].endswith("pip install 'clientlens[letters]'")


def test_pages_are_as_many_as_the_letter_says_where_the_campaign_does_not(tmp_path):
    (tmp_path / "own.md").write_text("most_pages: 4\n" + TEXT.format("en", "Hi", "Text"))
    assert check(LEAST.format("own.md"), tmp_path).spec.most_pages == 4
    assert check(LEAST.format("own.md") + "most_pages = 1\n", tmp_path).spec.most_pages == 1


def test_what_would_keep_every_letter_from_being_drawn_is_a_fault(tmp_path):
    (tmp_path / "logo.png").write_bytes((EXAMPLES[0].parents[1] / "letters" / "logo.png").read_bytes())
    (tmp_path / "own.md").write_text(TEXT.format("en\nlogo: logo.png 22mm", "Hi", "Text"))
    text = LEAST.format("own.md")
    assert check(text, tmp_path).faults == ()
    told = "the letter (en) cannot be drawn: the logo is 22 by 22.0 mm, its place 165 by 16 mm"
    assert check(text + 'layout = "din5008-a"\n', tmp_path).faults == (("c.toml", 4, told),)
    (tmp_path / "own.md").write_text(TEXT.format("en", "Hi", "Text \u2192"))
    (fault,) = check(text, tmp_path).faults
    assert fault[2] == "the letter (en) cannot be drawn: U+2192 RIGHTWARDS ARROW"
    (tmp_path / "own.md").write_text(TEXT.format("en", "Hi", "Text\n\n" * 200))
    (fault,) = check(text + "most_pages = 1\n", tmp_path).faults
    assert fault[2].endswith("it would need 6 pages, and one page is allowed")

"""Campaigns' files: what they mean, and every slip told with its line."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from clientlens.campaigns.codes import LENGTH, PLACEHOLDER, PREVIEW, code_of
from clientlens.campaigns.newfile import new_file
from clientlens.campaigns.specfile import KEYS, read_spec
from clientlens.campaigns.specvalues import url_fault

PROJECT = Path(__file__).resolve().parents[2]
READY_MADE = ("birthday", "checkout_reminder", "points_statement", "thank_you", "win_back")
LEAST = '[audience]\neveryone = true\n[letter]\ntemplate = "win_back"\n'


def faults(text, file="c.toml"):
    return list(read_spec(text.encode(), file, Path("/nowhere")).faults)


def spec(text, file="c.toml", **more):
    read = read_spec(text.encode(), file, Path("/nowhere"), **more)
    assert read.faults == ()
    return read.spec


@pytest.mark.parametrize("template", [*READY_MADE, "own 'quoted\".md"])
def test_a_new_file_passes_and_so_does_each_key_that_it_explains(template):
    text = new_file("spring-2027", template, "de", READY_MADE)
    assert (spec(text).template, spec(text).language, spec(text).name) == (template, "de", "spring-2027")
    # Other ways to say who is meant exclude the one that stands there.
    every = re.sub(r"^# (?!group)(?=\w+ = |\[)", "", text, flags=re.MULTILINE)
    assert faults(every) == []
    explained = set(re.findall(r"^(?:# )?(\w+) = ", every, re.MULTILINE))
    said_in_words = {"group", "where", "rank_by", "window", "top", "birthday_within_days", "everyone"}
    assert {key for keys in KEYS.values() for key in keys} - explained <= said_in_words


def test_the_least_file_has_defaults():
    least = spec(LEAST, "letters/Spring_2027 final.toml", language="it")
    named = (least.name, least.language, least.layout, least.provider)
    assert named == ("spring-2027-final", "it", "din5008-b", "")
    assert (least.holdout.share, least.holdout.seed, least.repeat) == (0, "spring-2027-final", "")
    assert (least.money.currency, least.money.per_letter_minor, least.money.budget_minor) == ("", 0, None)
    assert (least.qr_url, least.coupon, least.cooldown_days) == (None, None, None)
    assert (least.most_pages, least.in_home_days, least.window_days) == (2, 2, 60)


def test_amounts_and_shares_are_exact_in_every_spelling():
    text = '[money]\ncurrency = "{}"\nper_letter = {}\nbudget = {}\nmargin = 0.35\n[holdout]\nshare = "0.1"\n'
    read = spec(LEAST + text.format("EUR", '"0.95"', "1200"))
    assert (read.money.per_letter_minor, read.money.budget_minor) == (95, 120_000)
    assert (read.money.margin, read.holdout.share) == (Fraction(7, 20), Fraction(1, 10))
    # In binary 29.07 * 100 is 2907.0000000000005 and 1.005 * 1000 is 1004.9999999999999.
    assert spec(LEAST + text.format("EUR", "29.07", "29.07")).money.per_letter_minor == 2907
    assert spec(LEAST + text.format("KWD", "1.005", "2")).money.per_letter_minor == 1005
    told = "'per_letter' has more decimals than JPY, which has 0"
    assert faults(LEAST + text.format("JPY", "0.5", "1")) == [(7, told)]


def test_every_fault_is_told_at_once_by_line():
    text = """nam = "Spring"
[audience]
group = "regulars"
everyone = false
top = 3
birthday_within_days = 100
where = "completed_orderz >= 3"
[holdout]
share = 10
[letter]
template = "win_back"
language = "fr"
[money]
per_letter = 0.925
currency = "EUR"
margin = 30
"""
    found = faults(text)
    assert [line for line, _ in found] == [1, 4, 4, 5, 6, 6, 6, 7, 9, 12, 14, 16]
    assert (1, "unknown key 'nam' (did you mean 'name'?)") in found
    assert (9, "'share' is a share from 0 to 0.9, such as 0.1 for a tenth") in found
    assert "did you mean completed_orders?" in dict(found)[7]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("[letter]\ntemplate = 'win_back'\n", None, "nobody is meant"),
        ("[audience]\neveryone = true\n", None, "which letter?"),
        (LEAST + "[qr]\ncaption = 'Look'\n", 5, "[qr] needs url"),
        (LEAST + "[coupon]\ncode = 'TEN OFF'\n", 6, "'code' is one word"),
        (LEAST + "[money]\nper_letter = 1\n", 6, "an amount needs its currency"),
        (LEAST + "[money]\ncurrency = 'EUR'\nper_letter = 2\nbudget = 1\n", 8, "does not pay for one letter"),
        (LEAST + "[money]\ncurrency = 'EUR'\nper_letter = nan\n", 7, "takes an amount such as 0.92"),
        (LEAST + "[money]\ncurrency = 'EUR'\nper_letter = -1\n", 7, "takes an amount such as 0.92"),
        (LEAST + "[money]\ncurrency = 'EURO'\n", 6, "(did you mean 'EUR'?)"),
        (LEAST + '[sender]\nname = "a\\u001bb"\n', 6, "'name' takes a line of text"),
        (LEAST + "[sender]\ncountry = 'Germany'\n", 6, "'country' takes an ISO 3166 code"),
        ("name = 'Spring!'\n" + LEAST, 1, "'name' takes letters a to z, digits and hyphens"),
        (
            LEAST.replace("everyone = true", "everyone = true\ncooldown_days = true"),
            3,
            "takes a whole number",
        ),
        (LEAST + "[repeat]\nevery = 'week'\n", 6, "'every' is month or year, not 'week'"),
        ("audience = 3\n" + LEAST[27:], 1, "'audience' is a table"),
    ],
)
def test_a_slip_is_told_with_its_line(text, line, told):
    found = [one for one in faults(text) if told in one[1]]
    assert len(found) == 1
    assert line is None or found[0][0] == line


def test_a_birthday_comes_every_year():
    text = "[audience]\nbirthday_within_days = 7\n[letter]\ntemplate = 'birthday'\n"
    assert [line for line, _ in faults(text)] == [2]
    assert faults(text + "[repeat]\nevery = 'year'\n") == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://shop.example/l/{code}", None),
        ("https://shop.example:8443/?letter={code}&x=%20", None),
        ("http://shop.example/{code}", "https://"),
        ("https://shop.example/", "needs {code} once"),
        ("https://shop.example/{code}/{code}", "needs {code} once"),
        ("https://{code}.shop.example/", "not into the host"),
        ("https://shop.example/#{code}", "before the #"),
        ("https://ada:secret@shop.example/{code}", "user or a password"),
        ("https:///{code}", "needs a host"),
        ("https://shop.example:99999/{code}", "no address"),
        ("https://shop.example/ü/{code}", "%20"),
        ("https://shop.example/%zz/{code}", "%20"),
        ("https://shop.example/{name}/{code}", "%20"),
        ("javascript:alert({code})", "https://"),
        (f"https://shop.example/{'a' * 262}/{{code}}", None),
        (f"https://shop.example/{'a' * 263}/{{code}}", "301 characters"),
    ],
)
def test_a_codes_address_is_https_of_one_host_and_short(url, told):
    found = url_fault(url)
    assert found is None if told is None else told in str(found)


def test_a_code_is_16_characters_and_a_preview_has_none():
    assert code_of(bytes(10)) == "0" * 16
    assert code_of(bytes([255] * 10)) == "Z" * 16
    assert code_of(bytes([0, 0, 0, 0, 0, 0, 0, 0, 4, 1])) == "0000000000000101"  # 4 * 256 + 1 = 32 * 32 + 1
    assert {len(PREVIEW), len(PLACEHOLDER)} == {LENGTH}
    assert "-" in PREVIEW


def test_the_page_on_campaigns_explains_every_key():
    page = (PROJECT / "docs" / "campaigns.md").read_text()
    told = {
        (heading, key)
        for heading, part in re.findall(r"^### `\[(\w+)\]`(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
        for key in re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
    }
    assert told == {(table, key) for table, keys in KEYS.items() for key in keys}

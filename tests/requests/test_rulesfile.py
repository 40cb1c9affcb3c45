"""Rules files: what they mean, and every slip told with its line."""

from __future__ import annotations

import re

import pytest

from clientlens.errors import BadRules
from clientlens.requests.rules import Audience, folded
from clientlens.requests.rulesfile import read_rules
from clientlens.requests.template import TEMPLATE


def read(text, zone="Europe/Rome"):
    return read_rules(text.encode(), "r.toml", zone)


def faults(text):
    with pytest.raises(BadRules) as caught:
        read(text)
    return caught.value.faults


def test_the_template_is_in_order_and_holds_new_clients_at_any_time():
    rules = read(TEMPLATE)
    assert (rules.enabled, rules.audience, rules.hours) == (True, Audience.NEW, ((0, 7 * 1440),))
    assert rules.services.of("anything")
    assert (rules.offers.expires_days, rules.offers.delivery_days) == (7, 5)


def test_the_template_with_everything_uncommented_is_in_order_too():
    setting = re.compile(r'# (\[[^\]]+\]+|"?[\w ]+"? = ["\[{0-9a-z].*)')
    lines = [line[2:] if setting.fullmatch(line) else line for line in TEMPLATE.splitlines()]
    rules = read("\n".join(lines))
    assert rules.timezone == "Europe/Rome"
    assert rules.working_hours == ((540, 750), (840, 1080))
    assert len(rules.away) == 1
    assert rules.wanted_of("logo design") == ("Brand name", "Colours")
    assert not rules.services.of("gift card")
    assert not rules.package_on("LOGO design", "Basic")


def test_nothing_at_all_holds_new_clients():
    rules = read("")
    assert (rules.enabled, rules.audience, rules.hours, rules.away) == (True, Audience.NEW, None, ())
    assert (rules.offers.expires_days, rules.timezone) == (None, "Europe/Rome")


def test_names_are_compared_without_case_blanks_and_composition():
    assert folded("  Cafe\u0301   LOGO ") == folded("caf\u00e9 logo")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a = 1\nenabeld = true", 2, "unknown key 'enabeld' (did you mean 'enabled'?)"),
        ("enabled = 'yes'", 1, "'enabled' takes true or false"),
        ('\naudience = "nwe"', 2, "'audience' is new or all, not 'nwe' (did you mean 'new'?)"),
        ("audience = 3", 1, "'audience' is new or all, not 3"),
        ('timezone = "Europe/Roma"', 1, "unknown time zone 'Europe/Roma': an IANA name such as Europe/Rome"),
        ("timezone = 5", 1, "unknown time zone 5: an IANA name such as Europe/Rome"),
        ("schedule = 3", 1, "'schedule' is a table: write [schedule] and its lines below"),
        ('[schedule]\nmon = ["09:00-10:00"]', 2, "unknown key 'mon' (did you mean 'monday'?)"),
        ('[schedule]\nmonday = ["9-10"]', 2, "'9-10' is no range of hours such as '09:00-12:30'"),
        ("[schedule]\nmonday = [3]", 2, "3 is no range of hours such as '09:00-12:30'"),
        ('[schedule]\nmonday = ["09:00-24:01"]', 2, "'09:00-24:01' is no range of hours: they go from 00:00 to 24:00"),
        ('[schedule]\nmonday = ["24:00-03:00"]', 2, "'24:00-03:00' is no range of hours: they go from 00:00 to 24:00"),
        ('[schedule]\nmonday = ["09:60-10:00"]', 2, "'09:60-10:00' is no range of hours: they go from 00:00 to 24:00"),
        ('[working_hours]\nsunday = ["10:00-10:00"]', 2, "'10:00-10:00' ends when it begins; the whole day is '00:00-24:00'"),
        ("[away]\nfrom = 2026-01-01", 1, "write [[away]] with two brackets, one for each time away"),
        ("[[away]]\nfrom = 2026-01-01", 1, "'to' is missing: a day such as 2026-12-24, or with a time"),
        ('[[away]]\nfrom = "soon"\nto = 2026-01-01', 2, "'from' takes a day such as 2026-12-24, or 2026-12-24T18:00:00"),
        ("[[away]]\nfrom = 2026-01-02\nto = 2026-01-01", 3, "the time away ends before it begins"),
        ("[[away]]\nfrom = 2026-01-02\nto = 2026-01-03\ntill = 1", 4, "unknown key 'till'"),
        ('[[away]]\nfrom = 2026-01-02\nto = 2026-01-03\norders = "keep"', 4, "'orders' is hold or pass, not 'keep'"),
        ("[[away]]\nfrom = 2026-01-02\nto = 2026-01-03\nnote = 5", 4, "'note' takes text in quotes"),
        ("[[away]]\nfrom = 9999-12-31\nto = 9999-12-31", 3, "that day is out of reach"),
        ("[services]\nLogo = true", 1, "say whether all others are on: others = true, or others = false"),
        ('[services]\nothers = true\nLogo = "on"', 3, "'Logo' takes true or false"),
        ("[services]\nothers = true\nLogo = true\nlogo = false", 4, "'logo' and 'Logo' are the same name"),
        ('[services]\nothers = true\n" " = true', 3, "a name is missing"),
        ("[packages]\nLogo = true", 2, "'Logo' is a table: write [Logo] and its lines below"),
        ("[packages.Logo]\nbasic = true", 1, "say whether all others are on: others = true, or others = false"),
        ('[requirements]\nLogo = "Colours"', 2, "'Logo' takes a list of texts: what a request must tell"),
        ('[requirements]\nLogo = ["Colours", "colours "]', 2, "the same is asked twice"),
        ("[offers]\nexpires_days = 0", 2, "'expires_days' takes whole days from 1 to 3650, or 'never'"),
        ("[offers]\ndelivery_days = true", 2, "'delivery_days' takes whole days from 1 to 3650"),
        ("[offers]\nexpiry = 3", 2, "unknown key 'expiry' (did you mean 'expires_days'?)"),
        ("enabled = true\nenabled = ", 2, "not TOML: Invalid value"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(text, line, told):
    assert (line, told) in faults(text)


def test_all_slips_are_told_at_once_in_the_order_of_their_lines():
    found = faults('audience = "x"\n[schedule]\nmondai = []\n[offers]\nexpires_days = "soon"\n')
    assert [line for line, _ in found] == [1, 3, 5]


def test_a_file_that_is_no_text_names_the_line():
    with pytest.raises(BadRules) as caught:
        read_rules(b"enabled = true\n# \xff\n", "r.toml", "UTC")
    assert caught.value.faults == [(2, "not UTF-8 text")]

"""Every answer about requests keeps to its JSON Schema, and shows nothing that could act on a terminal."""

from __future__ import annotations

import json

import jsonschema
import pytest

NASTY = "Eve \x1b]0;gone\x07 \u202e[bold]:skull:"


@pytest.fixture
def busy(shop):
    """A shop with rules, a held order of somebody with a nasty name, an offer and a no."""
    (shop.workspace / "requests.toml").write_text(
        'audience = "all"\n[schedule]\nmonday = ["09:00-12:00"]\n[[away]]\nfrom = 2026-12-24\nto = 2026-12-26\n'
        "[services]\nothers = true\nLogo = true\n[packages.Logo]\nbasic = true\nothers = false\n"
        '[requirements]\nLogo = ["Colours"]\n[offers]\nexpires_days = 2\n'
    )
    (shop.folder / "incoming.json").write_text(
        json.dumps(
            {"order_id": "9", "placed_at": "2026-11-02T10:00:00+01:00", "email": "eve@example.org", "name": NASTY,
             "service": "Logo", "package": "basic", "requirements": NASTY, "price": "5.00", "currency": "EUR"}
        )
    )  # fmt: skip
    done = shop("requests", "screen", "incoming.json", "--record")
    assert done.code == 0, done.stderr
    shop("requests", "approve", "Q-1", "--terms", NASTY)
    shop("requests", "decline", "Q-2", "--reason", NASTY)
    return shop


ANSWERS = {
    "requests": ["list"],
    "requests show": ["show", "Q-1"],
    "requests approve": ["approve", "Q-4"],
    "requests decline": ["decline", "Q-3"],
    "requests withdraw": ["withdraw", "9"],
    "requests accept": ["accept", "Q-1"],
    "requests screen": ["screen", "incoming.json"],
    "requests report": ["report"],
    "requests replay": ["replay", "--by", "service"],
    "requests rules show": ["rules", "show"],
    "requests rules check": ["rules", "check"],
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_keeps_to_its_schema(busy, name):
    schema = json.loads(busy("schema", name).stdout)
    done = busy("requests", *ANSWERS[name], "--json")
    assert done.code == 0, done.stderr
    jsonschema.validate(json.loads(done.stdout), schema)


@pytest.mark.parametrize("name", ANSWERS)
def test_nothing_in_a_table_can_act_on_a_terminal(busy, name):
    done = busy("requests", *ANSWERS[name])
    assert done.code == 0, done.stderr
    for text in (done.stdout, done.stderr):
        assert not set(text) & {"\x1b", "\x07", "\u202e"}


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("name", ANSWERS)
def test_every_format_can_be_written(busy, name, form):
    done = busy("requests", *ANSWERS[name], "-o", f"answer.{form}")
    assert (done.code, done.stdout) == (0, ""), done.stderr
    assert (busy.folder / f"answer.{form}").exists()


def test_rules_are_written_once(shop):
    done = shop("requests", "rules", "init")
    path = shop.workspace / "requests.toml"
    assert (done.code, done.stdout) == (0, f"{path}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    again = shop("requests", "rules", "init")
    assert (again.code, again.stdout) == (2, "")
    assert "exists already" in again.stderr
    path.write_text("nonsense = 1\n")
    assert shop("requests", "rules", "init", "--force").code == 0
    assert shop("requests", "rules", "check").code == 0


def test_every_fault_of_the_rules_is_listed_and_the_exit_code_is_2(shop):
    (shop.folder / "bad.toml").write_text('audience = "nwe"\nenabeld = true\n')
    done = shop("requests", "rules", "check", "--rules", "bad.toml", "--json")
    assert done.code == 2
    assert json.loads(done.stdout) == [
        {"file": "bad.toml", "line": 1, "fault": "'audience' is new or all, not 'nwe' (did you mean 'new'?)"},
        {"file": "bad.toml", "line": 2, "fault": "unknown key 'enabeld' (did you mean 'enabled'?)"},
    ]


def test_rules_without_faults_and_what_they_hold_is_told_in_words(busy):
    (busy.folder / "new.toml").write_text("")
    done = busy("requests", "rules", "check", "--rules", "new.toml")
    assert (done.code, "no faults" in done.stdout, "nothing to show" in done.stdout) == (0, True, False)
    assert (
        "Orders of new clients are held\n" in busy("requests", "rules", "show", "--rules", "new.toml").stdout
    )
    assert "Orders of all clients are held\n" in busy("requests", "rules", "show").stdout

"""Tables: never wider than the terminal, never silent about what they leave out, coloured only when they may be."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

CLIENT = "theodelaroche-vernet@mail.example"
ANSWERS = [
    ("insights",),
    ("insights", CLIENT),
    ("leaderboard",),
    ("checkouts",),
    ("checkouts", "--summary"),
    ("orders",),
    ("orders", CLIENT, "--lines", "--all"),
    ("clients",),
    ("clients", "explain", CLIENT),
    ("clients", "fields", CLIENT),
    ("points", "earn", "--dry-run"),
    ("workspace", "status"),
    ("workspace", "imports"),
    ("config", "show"),
    ("sources",),
]
COMMANDS = pytest.mark.parametrize("command", ANSWERS, ids=" ".join)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@COMMANDS
def test_no_line_is_wider_than_the_terminal(ask, command):
    for width in (80, 200):
        drawn = ask(*command, tty=True, width=width, stderr_tty=False)
        assert drawn.code == 0
        assert drawn.lines
        for line in drawn.lines:
            assert cell_len(COLOUR.sub("", line)) <= width, line


@COMMANDS
def test_no_control_character_reaches_the_terminal_but_colours(ask, command):
    drawn = ask(*command, "--limit", "0", tty=True, width=120)
    left = COLOUR.sub("", drawn.text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", left)


def test_columns_left_out_for_width_are_named(ask):
    drawn = ask("clients", tty=True, width=60)
    assert re.search(r"not shown at this width: \w+", COLOUR.sub("", drawn.text))


def test_a_pipe_gets_the_natural_width_whole(ask):
    piped = ask("clients", "--limit", "0")
    assert "not shown" not in piped.text
    assert "…" not in piped.text


@pytest.mark.parametrize(
    "command", [("insights",), ("orders", "--all"), ("clients",), ("checkouts",)], ids=" ".join
)
def test_a_cut_is_said_and_limit_0_shows_all(ask, shown, command):
    rows = len(shown(*command, "--json").json)
    cut = ask(*command, "--limit", "7").text
    assert f"\n7 of {rows:,} rows; --limit 0 shows them\n" in cut
    usual = ask(*command).text
    assert f"\n50 of {rows:,} rows; --limit 0 shows them\n" in usual
    assert len(usual.splitlines()) - len(cut.splitlines()) == 43
    whole = ask(*command, "--limit", "0").text
    assert "--limit 0" not in whole
    assert len(whole.splitlines()) - len(cut.splitlines()) == rows - 7 - 1


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "parquet"])
def test_other_formats_are_whole_whatever_the_limit(ask, shown, name):
    assert ask("clients", "-f", name, "--limit", "2").stdout == shown("clients", "-f", name).stdout


def test_a_negative_limit_is_wrong_usage(ask):
    refused = ask("clients", "--limit", "-1")
    assert (refused.code, refused.stdout) == (2, b"")
    assert "'--limit'" in refused.stderr


@pytest.mark.parametrize(
    ("options", "coloured"),
    [
        ({}, False),
        ({"tty": True}, True),
        ({"tty": True, "environment": {"NO_COLOR": "1"}}, False),
        ({"tty": True, "environment": {"NO_COLOR": ""}}, True),
        ({"tty": True, "environment": {"TERM": "dumb"}}, False),
        ({"environment": {"FORCE_COLOR": "1"}}, True),
        ({"environment": {"FORCE_COLOR": "1", "NO_COLOR": "1"}}, False),
        ({"args": ("--color", "always")}, True),
        ({"args": ("--color", "always"), "environment": {"NO_COLOR": "1"}}, True),
        ({"args": ("--color", "never"), "tty": True}, False),
        ({"args": ("--color", "never"), "environment": {"FORCE_COLOR": "1"}}, False),
        ({"args": ("--color", "auto"), "tty": True}, True),
    ],
    ids=str,
)
def test_colour_follows_the_option_then_the_environment_then_the_terminal(ask, options, coloured):
    options = dict(options)
    drawn = ask("sources", *options.pop("args", ()), **options)
    assert ("\x1b[" in drawn.text) is coloured
    assert "\x1b" not in drawn.stderr


def test_colour_changes_nothing_but_colour(ask):
    plain, coloured = ask("orders", "--all"), ask("orders", "--all", "--color", "always")
    assert COLOUR.sub("", coloured.text).replace(" ", "") == plain.text.replace(" ", "")


def test_a_file_gets_no_colour_and_no_terminal_width(ask, tmp_path):
    ask("clients", "-o", "clients.txt", "--color", "always", tty=True, width=40)
    assert (tmp_path / "clients.txt").read_bytes() == ask("clients").stdout


@COMMANDS
def test_notes_stand_below_a_table_or_on_stderr_and_quiet_hides_only_stderr(ask, command):
    table, other = ask(*command), ask(*command, "--json")
    assert table.stderr == ""
    for line in other.stderr.splitlines():
        assert line.removeprefix("note: ") in table.lines
    quiet = ask(*command, "--json", "--quiet")
    assert (quiet.stdout, quiet.stderr, quiet.code) == (other.stdout, "", 0)


def test_quiet_hides_no_error(ask):
    refused = ask("-q", "insights", "nobody@example.org")
    assert (refused.stdout, refused.code) == (b"", 2)
    assert refused.stderr == (
        "clientlens: error: no client matches 'nobody@example.org'\n"
        "hint: search with 'clientlens clients PART-OF-A-NAME'\n"
    )

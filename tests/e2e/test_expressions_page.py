"""What docs/expressions.md shows can be asked, and its tables are those of the code."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from clientlens.analysis.selection import check

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "expressions.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL).split("## Functions", maxsplit=1)[0]
WRITTEN = re.findall(r"`([^`]+)`", PROSE)
CONDITIONS = [
    text
    for text in WRITTEN
    if re.match(
        r"(?:[a-z_]+ (?:=|<|>|between|in|is|like)|not [a-z_]+$|total|as_of - \w+ >|tip_|bought\()", text
    )
    and "..." not in text
    and text != "not like"
]


def test_the_tables_are_those_of_the_code():
    made = runpy.run_path(str(PROJECT / "tools" / "expressions_page.py"))["expressions_page"]()
    assert made == PAGE, "run: python tools/expressions_page.py --write"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(command, ask):
    done = ask(*shlex.split(command)[1:])
    assert done.code == 0, done.stderr
    assert done.stdout


def test_there_are_conditions_on_the_page():
    assert len(CONDITIONS) >= 15, CONDITIONS


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_of_the_page_can_be_asked(text):
    check(text)


def test_the_mistake_of_the_page_is_told_as_it_says(ask):
    told = ask("clients", "--where", "total_spnd > 5").stderr
    assert told in PAGE

"""`campaigns results` as it is shown, and what its page says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from clientlens.analysis.campaign_power import needed, smallest_lift

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "campaign-results.md").read_text("utf-8")
RECORD = runpy.run_path(str(PROJECT / "tools" / "example_campaigns.py"))["record"]


@pytest.fixture(scope="module")
def campaigns(program, tmp_path_factory):
    """The invented campaigns over the orders of lantern."""
    folder = tmp_path_factory.mktemp("campaigns")
    workspace = folder / ".clientlens"
    files = sorted((PROJECT / "data" / "sample" / "lantern").glob("*.csv"))
    assert (
        program("-w", workspace, "import", *files, "--store", "lantern", "--timezone", "Europe/Berlin").code
        == 0
    )
    (folder / "scans.csv").write_text("\n".join(RECORD(workspace)) + "\n", "utf-8")
    assert program("-w", workspace, "import", folder / "scans.csv").code == 0

    def ask(*args, **more):
        return program("-w", workspace, "--as-of", "2026-10-31", "campaigns", "results", *args, **more)

    return ask


def test_the_page_shows_what_is_printed(campaigns):
    shown = re.search(r"<!-- output of: .*? -->\n```\n(.*?)```\n", PAGE, re.DOTALL)
    asked = campaigns("advent", "--color", "never", tty=True, width=80)
    assert (asked.code, asked.stderr) == (0, "")
    assert asked.text == shown[1]
    assert max(len(line) for line in asked.lines) <= 80


def test_a_window_that_is_open_has_no_verdict_in_either_form(campaigns):
    text, body = campaigns("autumn").text, campaigns("autumn", "--json").json
    assert "so far, day 37 of 60: " in text
    assert "the verdict comes after 2026-11-23" in text
    assert (body["final"], body["uplift"]["verdict"], body["revenue"]["verdict"]) == (False, None, None)
    assert len(body["curve"]) == 37


def test_the_page_has_the_clients_that_are_needed():
    for buy_anyway in (2, 5, 10, 20):
        cells = []
        for lift in (0.2, 0.5, 1.0):
            half, tenth = (needed(buy_anyway / 100, lift, held) for held in (0.5, 0.1))
            cells.append(f"{half.mailed + half.held:,} ({tenth.mailed + tenth.held:,})")
        assert f"| {buy_anyway} | {' | '.join(cells)} |\n" in PAGE
    for clients in (200, 500, 1000, 3000, 10_000):
        ends = [
            f"from 5.0 % to {5 + 100 * smallest_lift(clients - held, held, 0.05).difference:.1f} %"
            for held in (clients // 2, clients // 10)
        ]
        assert f"| {clients:,} | {' | '.join(ends)} |\n" in PAGE

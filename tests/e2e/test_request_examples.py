"""The examples of order requests, run as they stand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = PROJECT / "examples" / "requests"

ORDER = {
    "order_id": "1042", "placed_at": "2026-11-22T11:00:00+01:00", "email": "nora@example.org", "name": "Nora",
    "service": "Logo design", "package": "premium", "requirements": "Brand name: Nora. Colours: blue",
}  # fmt: skip


@pytest.fixture
def shell(own_sample):
    if shutil.which("jq") is None:
        pytest.skip("needs jq")

    def call(script, text="", **environment):
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", str(EXAMPLES / script)],
            input=text, capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "PATH": path, "CLIENTLENS_WORKSPACE": str(own_sample), **environment},
        )  # fmt: skip

    return call


def test_the_webhook_holds_answers_and_says_what_it_cannot_read(shell):
    held = shell("webhook.sh", json.dumps(ORDER))
    assert (held.returncode, held.stderr) == (0, "")
    assert json.loads(held.stdout) == {
        "order": "order:1042", "hold": True, "decision": "request", "reasons": ["new_client", "in_hours"],
    }  # fmt: skip
    small = shell("webhook.sh", json.dumps({**ORDER, "order_id": "1043", "package": "basic"}))
    assert json.loads(small.stdout)["reasons"] == ["package_off"]
    broken = shell("webhook.sh", json.dumps({**ORDER, "placed_at": "now"}))
    assert broken.returncode == 3
    assert json.loads(broken.stdout)["reasons"] == ["unreadable"]
    assert "placed_at 'now'" in broken.stderr
    waiting = shell("waiting.sh")
    assert (waiting.returncode, waiting.stdout) == (0, "2026-11-22 11:00  order:1042  Nora  Logo design\n")


def test_of_several_lines_those_that_can_be_read_are_answered_in_their_order(shell):
    lines = [
        json.dumps({**ORDER, "order_id": "7"}),
        '{"order_id": "8", nothing',
        json.dumps({**ORDER, "order_id": "6", "requirements": "x" * 1_000_000}),
        json.dumps({**ORDER, "order_id": "5", "placed_at": "now"}),
    ]
    done = shell("webhook.sh", "\n".join(lines))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["order"] for one in told] == ["order:7", "order:6"]
    assert told[1]["reasons"] == ["new_client", "in_hours", "requirements_missing"]
    assert done.returncode == 1
    assert "-:2: " in done.stderr
    assert "-:4: placed_at 'now'" in done.stderr


@pytest.mark.parametrize("text", ["", "\n\n", "{", "null", "[1]"])
def test_what_is_no_order_is_held(shell, text):
    done = shell("webhook.sh", text)
    assert (done.returncode, json.loads(done.stdout)["hold"]) == (3, True)
    assert "Traceback" not in done.stderr


def test_the_rules_are_in_order(program, own_sample):
    done = program(
        "-w", own_sample, "requests", "rules", "check", "--rules", EXAMPLES / "rules.toml", "--json"
    )
    assert (done.code, done.json) == (0, [])
    shown = program(
        "-w",
        own_sample,
        "requests",
        "rules",
        "show",
        "--rules",
        EXAMPLES / "rules.toml",
        tty=True,
        width=80,
        environment={"NO_COLOR": "1"},
    )
    assert max(map(len, shown.lines)) <= 80

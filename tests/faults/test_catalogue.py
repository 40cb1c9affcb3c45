"""Each file of the catalogue, imported by the program: what is stored, what is set aside, what is refused."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from decimal import Decimal

import pytest
from fault_catalogue import CASES, GROUPS
from fault_catalogue.case import Refused

from clientlens.model.money import DECIMALS
from clientlens.workspace.workspace import Workspace

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""JSON is for programs: it holds other characters as they are, and these as escapes."""
RECORDS = ("reviews", "events", "scans", "requests")


def _hostile(case):
    # Every archive is full of such bytes; of other files each may come to be shown.
    if case in GROUPS["Archives"]:
        return "ESC" in case.fault
    return CONTROL.search(case.data.decode("utf-8", "ignore").replace("\r", "")) or "\\u" in str(case.data)


HOSTILE = [case for case in CASES if _hostile(case)]


def test_the_catalogue_is_as_large_as_it_should_be():
    assert len(CASES) >= 120
    names = Counter((group, case.fault) for group, cases in GROUPS.items() for case in cases)
    assert names.most_common(1)[0][1] == 1


def test_its_files_are_the_same_every_time():
    assert all(isinstance(case.data, bytes) for case in CASES)
    assert len({(case.data, case.options, case.name, case.beside) for case in CASES}) >= len(CASES) - 2


def _write(case, folder):
    for name, data in ((case.name, case.data), *case.beside):
        (folder / name).write_bytes(data)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.name}: {case.fault}" for case in CASES])
def test_a_fault_is_told(case, program, tmp_path):
    _write(case, tmp_path)
    place = tmp_path / ".clientlens"
    done = program(
        *("--workspace", place, "import", "--json", "--timezone", "Europe/Rome", *case.options, case.name),
        folder=tmp_path,
    )
    assert "Traceback" not in done.stderr
    assert not CONTROL.search(done.stderr)
    assert not RAW.search(done.text)
    assert done.code == case.outcome.code, done.stderr
    if isinstance(case.outcome, Refused):
        _check_refusal(case, done, place)
    else:
        _check_answer(case.outcome, json.loads(done.stdout, parse_float=str, parse_int=str), done.stderr)
        _check_facts(case.outcome, place)


@pytest.mark.parametrize("case", HOSTILE, ids=[case.fault for case in HOSTILE])
def test_no_file_steers_the_terminal(case, program, tmp_path):
    _write(case, tmp_path)
    words = (
        "--workspace",
        tmp_path / ".clientlens",
        "import",
        "--timezone",
        "Europe/Rome",
        *case.options,
        case.name,
    )
    for tty in (False, True):
        done = program(*words, "--color", "never", folder=tmp_path, tty=tty)
        assert done.code == case.outcome.code
        shown = (
            re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", done.stderr + done.text)
            if tty
            else done.stderr + done.text
        )
        assert not CONTROL.search(shown)


@pytest.mark.parametrize("name", ["a\x1b[2Jb.csv", "a\u202eb.csv", "a*.csv", "[a].csv", "a\nb.csv"])
def test_a_file_of_any_name_is_read_letter_for_letter(name, program, tmp_path):
    data = CASES[[case.fault for case in CASES].index("a row too short")].data
    (tmp_path / name).write_bytes(data)
    (tmp_path / "a.csv").write_bytes(data.replace(b"A-1", b"Z-9"))
    done = program(
        "-w", tmp_path / ".clientlens", "import", "--timezone", "Europe/Rome", name, folder=tmp_path
    )
    assert done.code == 1
    assert not CONTROL.search(done.stderr + done.text)
    with Workspace.open(tmp_path / ".clientlens") as opened:
        assert opened.facts().orders.collect()["order_key"].to_list() == ["A-1", "A-2"]


def _folder(path):
    path.mkdir()


def _fifo(path):
    os.mkfifo(path)


def _locked(path):
    path.write_bytes(b"order_id,placed_at,order_total\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root reads what nobody may read")


@pytest.mark.parametrize(
    ("name", "make", "part"),
    [
        ("orders.csv", None, "there is no such file"),
        ("*.csv", None, "there is no such file"),
        ("https://example.org/orders.csv", None, "there is no such file"),
        ("s3://bucket/orders.csv", None, "there is no such file"),
        ("-x.csv\x1b[2J".replace("-", "_"), None, "there is no such file"),
        ("a" * 300, None, "ame too long"),
        ("folder", _folder, "this is a folder"),
        ("pipe", _fifo, "not a regular file"),
        ("locked.csv", _locked, "ermission denied"),
    ],
)
def test_what_is_no_file_is_refused(name, make, part, program, tmp_path):
    if make:
        make(tmp_path / name)
    done = program("-w", tmp_path / ".clientlens", "import", "--json", name, folder=tmp_path)
    assert (done.code, done.stdout) == (3, b"")
    assert (done.error["code"], done.error["file"]) == ("unreadable", name)
    assert re.search(part, done.error["message"])
    assert not RAW.search(done.stderr.replace("\n", ""))
    assert not (tmp_path / ".clientlens").exists()


def _check_refusal(case, done, place):
    error = done.error
    assert done.stdout == b""
    assert (error["code"], error["exit"], error["file"]) == (
        case.outcome.error,
        3,
        case.outcome.file or case.name,
    )
    assert case.outcome.part in error["message"]
    if case.outcome.line is not None:
        assert error["line"] == case.outcome.line
    assert error["hint"]
    assert "\n" not in error["message"]
    assert not place.exists()


def _check_answer(wanted, said, stderr):
    rows = sum(int(file["rows"]) for file in said["files"])
    parts = {name: int(said[f"rows_{name}"]) for name in ("stored", "duplicate", "skipped", "set_aside")}
    assert rows == sum(parts.values())
    assert (rows, parts["duplicate"], parts["skipped"], parts["set_aside"]) == (
        wanted.rows,
        wanted.duplicate,
        wanted.skipped,
        wanted.aside,
    )
    totals = {one["currency"]: (int(one["orders"]), one["order_total"]) for one in said["totals"]}
    assert totals == wanted.totals
    problems = [(int(one["line"]), one["column"], one["message"]) for one in said["problems"]]
    for line, column, part in wanted.problems:
        fitting = [one for one in problems if one[0] == line and part in one[2]]
        assert fitting, problems
        assert column is None or column in {one[1] for one in fitting}
    assert {line for line, _, _ in problems} >= {line for line, _, _ in wanted.problems}
    told = wanted.aside if wanted.told is None else wanted.told
    assert len({(one["file"], one["line"]) for one in said["problems"]}) == told
    assert {name: int(said[f"{name}_added"]) for name in RECORDS} == {
        **dict.fromkeys(RECORDS, 0),
        **wanted.records,
    }
    if wanted.note:
        assert wanted.note in stderr


def _check_facts(wanted, place):
    with Workspace.open(place) as opened:
        facts = opened.facts()
        orders, lines = facts.orders.collect(), facts.order_lines.collect()
        clients = facts.clients.collect().height
        records = {name: getattr(facts, name).collect().height for name in RECORDS}
    sums = {}
    for currency, total in orders.select("currency", "order_total").iter_rows():
        count, known = sums.get(currency, (0, 0))
        sums[currency] = (count + 1, known + total)
    assert {
        currency: (count, f"{Decimal(total).scaleb(-DECIMALS[currency]):f}")
        for currency, (count, total) in sums.items()
    } == wanted.totals
    assert records == {**dict.fromkeys(RECORDS, 0), **wanted.records}
    if wanted.lines is not None:
        assert lines.height == wanted.lines
    if wanted.keys is not None:
        assert tuple(sorted(orders["order_key"])) == tuple(sorted(wanted.keys))
    if wanted.clients is not None:
        assert clients == wanted.clients

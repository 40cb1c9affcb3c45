"""Processes of the program beside each other: the result is that of one after the other, for readers too."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import clientlens

HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Refunded Amount,Id"
).split(",")


@pytest.fixture(autouse=True)
def _zone(monkeypatch):
    monkeypatch.setenv("CLIENTLENS_TIMEZONE", "Europe/Rome")


def _export(path, numbers, *, refunded="0.00"):
    """An orders export with one order for each number, over a year and a third as many clients."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in numbers:
            day = f"2026-{n % 12 + 1:02}-{n % 27 + 1:02} 10:00:00 +0100"
            cells = (
                f"#{1001 + n}",
                f"p{n % (len(numbers) // 3 + 1)}@example.org",
                "paid",
                day,
                "fulfilled",
                "EUR",
            )
            cells += (
                "20.00",
                "5.00",
                "0.00",
                "25.00",
                day,
                "1",
                "Candle",
                "20.00",
                "CA-1",
                f"P {n}",
                refunded,
            )
            writer.writerow((*cells, str(50_000_000 + n)))
    return path


def _keys(call, ws):
    return sorted(
        row["number"] for row in call("orders", "--all", "--json", "--as-of", "2027-12-31", ws=ws).json
    )


def test_six_imports_at_once_store_every_row_once(call, start, tmp_path, record_property):
    ws = tmp_path / "ws"
    parts = [range(at, at + 40) for at in range(0, 240, 40)]
    files = [_export(tmp_path / f"{part.start}.csv", part) for part in parts]
    running = [start("import", "-q", file, ws=ws) for file in files]
    ended = [(*one.communicate(timeout=120), one.returncode) for one in running]
    assert [code for _, _, code in ended] == [0] * 6, ended
    for file in files:
        call("import", "--timezone", "Europe/Rome", file, ws=tmp_path / "alone")
    found = call("workspace", "status", "--json", ws=ws).json
    record_property("operation", "six imports of different files at once")
    record_property("way", "every row once, current files as of one after the other")
    record_property("trials", 6)
    record_property("failures", 0 if found["orders"] == 240 else 6)
    assert (found["orders"], found["imports"]) == (240, 6)
    assert _keys(call, ws) == sorted(str(1001 + n) for n in range(240))
    paths = {}
    for where in (ws, tmp_path / "alone"):
        tables = ("orders", "order_lines", "clients", "identities", "people")
        paths[where] = [call("workspace", "paths", table, "--json", ws=where).json for table in tables]
    hashes = [[row["sha256"] for rows in found for row in rows] for found in paths.values()]
    assert hashes[0] == hashes[1]
    assert call("workspace", "check", ws=ws).code == 0


def test_the_same_file_imported_by_two_at_once_is_stored_once(call, start, tmp_path, record_property):
    file = _export(tmp_path / "a.csv", range(300))
    failures = 0
    for trial in range(3):
        ws = tmp_path / f"ws{trial}"
        running = [start("import", "--json", file, ws=ws) for _ in range(2)]
        answers = [json.loads(one.communicate(timeout=120)[0]) for one in running]
        assert [one.returncode for one in running] == [0, 0]
        done = sorted(answers, key=lambda answer: answer["import_id"] is None)
        failures += (done[0]["rows_stored"], done[1]["rows_stored"], done[1]["import_id"]) != (300, 0, None)
        assert len(call("workspace", "imports", "--json", ws=ws).json) == 1
    record_property("operation", "the same file imported by two at once")
    record_property("way", "stored once")
    record_property("trials", 3)
    record_property("failures", failures)
    assert failures == 0


_READER = """
import hashlib, io, json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    out, err = io.BytesIO(), io.StringIO()
    run = Run(Console(out, err), {}, Path("/"), lambda: datetime(2027, 1, 1, tzinfo=UTC))
    code = execute(["-w", sys.argv[1], "clients", "--json"], run)
    time.sleep(0.05)
    print(json.dumps([int(code), err.getvalue(), hashlib.sha256(out.getvalue()).hexdigest()]), flush=True)
"""


def test_readers_beside_twenty_imports_see_committed_states_alone(call, tmp_path, record_property):
    ws, stop = tmp_path / "ws", tmp_path / "stop"
    # Overlapping months and clients, refunds of known orders: each import changes what the one before wrote.
    files = [
        _export(tmp_path / f"{n}.csv", range(n * 5, n * 5 + 30), refunded=f"{n % 10}.00") for n in range(21)
    ]

    def state(where):
        answer = call("clients", "--json", "--as-of", "2026-12-31", ws=where).stdout
        return hashlib.sha256(answer).hexdigest()

    call("import", "--timezone", "Europe/Rome", files[0], ws=ws)
    environment = {**os.environ, "PYTHONPATH": str(Path(clientlens.__file__).parents[1])}
    environment.pop("CLIENTLENS_TIMEZONE")
    readers = []
    for number in range(2):
        log = (tmp_path / f"reader{number}").open("w")
        command = [sys.executable, "-c", _READER, str(ws), str(stop)]
        readers.append(subprocess.Popen(command, stdout=log, env=environment))
        log.close()
    while not all((tmp_path / f"reader{number}").stat().st_size for number in range(2)):
        time.sleep(0.02)
    # An answer depends on the state alone, and states are equal when their answers at one moment are.
    states = [state(ws)]
    for file in files[1:]:
        assert call("import", "--timezone", "Europe/Rome", file, ws=ws).code == 0
        states.append(state(ws))
    time.sleep(0.3)
    stop.touch()
    assert [reader.wait(60) for reader in readers] == [0, 0]
    answers = [
        json.loads(line)
        for number in range(2)
        for line in (tmp_path / f"reader{number}").read_text().splitlines()[1:]
    ]
    wrong = [one for one in answers if one[0] != 0 or one[1] or one[2] not in states]
    record_property("operation", "readers in a loop beside twenty imports")
    record_property("way", "each answer is that of some committed state")
    record_property("trials", len(answers))
    record_property("failures", len(wrong))
    assert wrong == []
    assert len(set(states)) == 21
    assert len({one[2] for one in answers}) > 3


@pytest.mark.slow
def test_an_import_of_100_000_rows_killed_at_200_random_moments(call, start, tmp_path, record_property):
    known = _export(tmp_path / "known.csv", range(1000))
    large = _export(tmp_path / "large.csv", range(500, 100_500))
    chance = random.Random(11)
    template = tmp_path / "template"
    call("import", "--timezone", "Europe/Rome", known, ws=template)

    def look(ws):
        done = call("workspace", "check", ws=ws)
        assert done.code == 0, done.stderr
        rows = call("workspace", "paths", "orders", "--json", ws=ws).json
        return sorted((row["month"], row["sha256"]) for row in rows)

    before = look(template)
    whole = tmp_path / "whole"
    shutil.copytree(template, whole)
    begin = time.monotonic()
    undisturbed = start("import", "-q", large, ws=whole)
    undisturbed.communicate(timeout=120)
    assert undisturbed.returncode == 0
    length = time.monotonic() - begin
    after = look(whole)
    assert before != after
    wrong, killed, completed = [], 0, 0
    ws = tmp_path / "ws"
    for trial in range(200):
        if not ws.exists():
            shutil.copytree(template, ws)
        running = start("import", "-q", large, ws=ws)
        time.sleep(chance.uniform(0.2, 1.1) * length)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        killed += running.returncode == -signal.SIGKILL
        found = look(ws)
        if found not in (before, after) or (running.returncode == 0 and found != after):
            wrong.append(trial)
        # A killed import is followed by another kill over what it left, until one has come through.
        if found != before:
            completed += 1
            shutil.rmtree(ws)
    record_property("operation", "import of 100,000 rows")
    record_property(
        "way", f"killed at 200 random moments ({killed} before its end, {completed} had come through)"
    )
    record_property("trials", 200)
    record_property("failures", len(wrong))
    assert wrong == []
    assert killed > 100

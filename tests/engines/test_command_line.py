"""`--engine` as a user meets it, on the sample data: the same bytes, and nothing else on stdout and stderr."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
AS_OF = ("--as-of", "2026-10-31")
QUESTIONS = {
    "insights of everyone": ("insights", "--scope", "both", "--window", "all", "--window", "60d"),
    "leaderboard": ("leaderboard", "--window", "last-quarter", "--rank-by", "average"),
    "metrics": ("metrics",),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory, program):
    """Workspace of all sample shops."""
    path = tmp_path_factory.mktemp("sample") / ".clientlens"
    for shop in ("lantern", "harbour", "studio"):
        files = sorted(
            file
            for file in (SAMPLE / shop).iterdir()
            if file.suffix in {".csv", ".json", ".jsonl"} and "scans" not in file.name
        )
        done = program("-w", path, "import", "--store", shop, "--timezone", "Europe/Berlin", *files)
        assert done.code == 0, done.stderr
    return path


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_same_to_the_byte(engine, sample, program, question):
    asked = ("-w", sample, *AS_OF, *QUESTIONS[question], "--json")
    ours, theirs = program(*asked), program(*asked, "--engine", engine)
    assert (theirs.code, theirs.stderr) == (0, ours.stderr)
    assert theirs.stdout == ours.stdout
    assert len(json.loads(ours.stdout)) > 20


def test_named_clients_and_rates_are_the_same_too(sample, program, tmp_path):
    (tmp_path / "rates.csv").write_text("date,currency,rate\n2020-01-01,USD,0.9213\n")
    board = json.loads(program("-w", sample, *AS_OF, "leaderboard", "--top", "3", "--json").stdout)
    clients = [row["client_id"] for row in board]
    asked = ("-w", sample, *AS_OF, "insights", *clients, "--rates", "rates.csv")
    ours, theirs = (program(*asked, *more, folder=tmp_path) for more in ((), ("--engine", "duckdb")))
    assert (theirs.code, theirs.stdout, theirs.stderr) == (0, ours.stdout, ours.stderr)


def test_spark_says_nothing_of_itself(sample, tmp_path):
    """A process of its own, since what Java writes goes past Python."""
    command = [sys.executable, "-m", "clientlens", "-w", str(sample), *AS_OF, "leaderboard", "--json"]
    environment = {**os.environ, "SPARK_MASTER": "local[2]", "HOME": str(tmp_path)}
    ours = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, env=environment)
    theirs = subprocess.run(
        [*command, "--engine", "spark"], capture_output=True, check=False, cwd=tmp_path, env=environment
    )
    assert (theirs.returncode, theirs.stderr.decode()) == (0, ours.stderr.decode())
    assert theirs.stdout == ours.stdout
    assert not list(tmp_path.iterdir())  # no folder of its own either


def test_a_damaged_file_that_an_engine_stumbles_over_is_damage_of_the_workspace(sample, program, tmp_path):
    path = tmp_path / ".clientlens"
    shutil.copytree(sample, path)
    file = max(path.glob("facts/orders-*.parquet"), key=lambda file: file.stat().st_size)
    before, data = file.stat(), bytearray(file.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    done = program("-w", path, "leaderboard", "--engine", "duckdb")
    assert (done.code, done.stdout) == (4, b"")
    assert file.name in done.stderr
    assert "its content has changed" in done.stderr


def test_a_word_that_is_no_engine_is_wrong_usage(sample, program):
    done = program("-w", sample, "leaderboard", "--engine", "pandas")
    assert (done.code, done.stdout) == (2, b"")
    assert "polars" in done.stderr

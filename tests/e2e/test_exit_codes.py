"""One test for each exit code, and for what decides between them; signals and pipes with real processes."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "clientlens"]
GOOD, BAD = {}, {"Total": "25,00"}


@pytest.fixture
def begin(tmp_path):
    """Start a process of the program; killed when the test is over."""
    started = []

    def call(*args, **kwargs):
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CLIENTLENS_", "NO_COLOR", "FORCE_COLOR"))
        }
        process = subprocess.Popen(
            [*PROGRAM, *map(str, args)],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **kwargs,
        )
        started.append(process)
        return process

    yield call
    for process in started:
        process.kill()
        process.communicate()


def test_0_when_all_is_fine(clientlens, orders_csv):
    done = clientlens("import", orders_csv("orders.csv"))
    assert done.code == 0
    assert done.lines[0] == "Import 1"


def test_1_when_rows_were_set_aside_and_the_rest_is_stored(clientlens, orders_csv, tmp_path):
    done = clientlens("import", orders_csv("orders.csv", GOOD, BAD), "--timezone", "UTC")
    assert done.code == 1
    assert (
        done.stderr
        == (
            f"made a new workspace at {tmp_path}/.clientlens, time zone UTC\n"
            "warning: 1 row was set aside:\n"
            f"warning:   {tmp_path}/orders.csv:3: Total '25,00': not an amount\n"
        )
        or "Total '25,00'" in done.stderr
    )
    assert clientlens("workspace", "status", "--json").json["orders"] == 1


def test_2_for_wrong_usage(clientlens):
    assert clientlens("import").code == 2


def test_3_when_the_input_is_refused_and_nothing_is_stored(clientlens, tmp_path):
    (tmp_path / "notes.csv").write_text("colour,shape\nred,round\n")
    refused = clientlens("import", "notes.csv")
    assert (refused.code, refused.stdout) == (3, b"")
    assert refused.stderr.startswith(
        "clientlens: error: notes.csv:1: no known format has the columns 'colour', 'shape'\nhint: 'clientlens sources' lists "
    )
    assert not (tmp_path / ".clientlens").exists()


def test_4_without_a_workspace(clientlens):
    assert clientlens("insights").code == 4


def test_130_when_interrupted(begin, tmp_path):
    process = begin("import", "-", "--source", "shopify_orders")
    _until_it_reads(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert err == b"clientlens: interrupted; nothing is half done\n"
    assert not (tmp_path / ".clientlens").exists()


def test_143_when_terminated(begin, tmp_path):
    process = begin("import", "-", "--source", "shopify_orders")
    _until_it_reads(process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (143, b"")
    assert err == b"clientlens: terminated; nothing is half done\n"
    assert not (tmp_path / ".clientlens").exists()


def _until_it_reads(process):
    """Wait until the process sleeps in a read of its stdin: more than its pipe holds has been taken."""
    piece = b"x" * 65536
    os.set_blocking(process.stdin.fileno(), False)
    taken, deadline = 0, time.monotonic() + 30
    while taken < 20 * len(piece):
        assert time.monotonic() < deadline
        try:
            taken += os.write(process.stdin.fileno(), piece)
        except BlockingIOError:
            time.sleep(0.02)


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_closed_pipe_is_no_error(sample, unbuffered):
    """The answer is larger than a pipe holds, so that the program is still writing when its reader goes."""
    name = "jsonl"
    line = f"'{sys.executable}' -m clientlens -w '{sample}' -q orders --all --lines -f {name}"
    script = f'{{ {line}; echo "exit $?" >&3; }} 3>&2 | head -1'
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, check=False, timeout=60, env=environment
    )
    assert done.stderr == b"exit 0\n"
    assert done.stdout.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_behind_stdout_is_told(sample):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "-w", str(sample), "orders", "--all", "-f", "csv", "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "clientlens: error: cannot write standard output: No space left on device"
    )
    assert len(done.stderr.splitlines()) == 2


# --- import: what counts as bad enough ----------------------------------------------------------------


def test_accept_rejects_allows_so_many_rows(clientlens, orders_csv):
    file = orders_csv("orders.csv", GOOD, BAD, BAD)
    for allowed, code in ((1, 1), (2, 0)):
        shutil.rmtree(file.parent / ".clientlens", ignore_errors=True)
        done = clientlens("import", file, "--json", "--accept-rejects", allowed)
        assert done.code == code
        assert (done.json["rows_set_aside"], done.json["orders_added"]) == (2, 1)


def test_strict_refuses_everything_for_one_bad_row(clientlens, orders_csv, tmp_path):
    refused = clientlens("import", orders_csv("orders.csv", GOOD, BAD, BAD), "--strict")
    assert (refused.code, refused.stdout) == (3, b"")
    assert refused.stderr.startswith(f"clientlens: error: {tmp_path}/orders.csv:3: ")
    assert refused.stderr.endswith(
        "(and 1 more)\nhint: --strict refuses a file with any bad row; nothing was stored\n"
    )
    assert not (tmp_path / ".clientlens").exists()
    assert clientlens("import", orders_csv("fine.csv"), "--strict").code == 0


def test_no_good_row_at_all_is_refused(clientlens, orders_csv, tmp_path):
    refused = clientlens("import", orders_csv("orders.csv", BAD, BAD))
    assert (refused.code, refused.stdout) == (3, b"")
    assert refused.stderr.startswith(
        f"clientlens: error: {tmp_path}/orders.csv:2: no good row; the first is set aside: "
    )
    assert not (tmp_path / ".clientlens").exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--expect-rows", "2"), 0, None),
        (("--expect-rows", "3"), 3, "expected rows 3, found 2"),
        (("--expect-total", "EUR=50.00"), 0, None),
        (("--expect-total", "EUR=50"), 0, None),
        (("--expect-total", "EUR=50.01"), 3, "expected total EUR 50.01, found 50.00"),
        (("--expect-total", "USD=1.00"), 3, "expected total USD 1.00, found 0.00"),
        (("--expect-total", "USD=0"), 0, None),
        (("--expect-rows", "2", "--expect-total", "EUR=49.99"), 3, "expected total EUR 49.99, found 50.00"),
    ],
    ids=str,
)
def test_expectations_that_are_not_met_store_nothing(
    clientlens, orders_csv, tmp_path, options, code, message
):
    done = clientlens("import", orders_csv("orders.csv", GOOD, GOOD), *options, "--quiet")
    assert done.code == code
    assert (tmp_path / ".clientlens").exists() is (code == 0)
    if message is not None:
        assert done.stdout == b""
        assert done.stderr == f"clientlens: error: {message}\nhint: nothing was stored\n"


def test_a_dry_run_tells_what_would_happen_and_stores_nothing(clientlens, orders_csv, tmp_path):
    file = orders_csv("orders.csv", GOOD, BAD)
    tried = clientlens("import", file, "--dry-run", "--json")
    assert tried.code == 1
    assert not (tmp_path / ".clientlens").exists()
    done = clientlens("import", file, "--json")
    assert done.json == {**tried.json, "import_id": 1}
    assert tried.json["import_id"] is None
    before = _files(tmp_path / ".clientlens")
    other = orders_csv("more.csv", {"Name": "#2001", "Id": "7001", "Total": "99.00"})
    again = clientlens("import", other, "--dry-run")
    assert again.lines[0] == "Dry run: nothing was stored"
    assert _files(tmp_path / ".clientlens") == before


def _files(folder):
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".parquet", ".sqlite"}
    }


def test_rejects_are_written_corrected_and_imported_again(clientlens, orders_csv, tmp_path):
    rows = [{}, {"Total": "25,00", "Lineitem name": 'Candle, "big"\nred'}, {"Created at": "soon"}]
    done = clientlens("import", orders_csv("orders.csv", *rows), "--rejects", "bad.csv", "--json")
    assert done.code == 1
    assert (tmp_path / "bad.csv").stat().st_mode & 0o777 == 0o600
    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        bad = list(csv.DictReader(file))
    assert [row["Name"] for row in bad] == ["#1002", "#1003"]
    assert bad[0]["Total"] == "25,00"
    assert bad[0]["Lineitem name"] == 'Candle, "big"\nred'
    bad[0]["Total"], bad[1]["Created at"] = "25.00", "2026-03-01 10:00:00 +0100"
    with (tmp_path / "corrected.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(bad[0]))
        writer.writeheader()
        writer.writerows(bad)
    again = clientlens("import", "corrected.csv", "--json")
    assert again.code == 0
    assert (again.json["orders_added"], again.json["orders_updated"]) == (2, 0)
    assert clientlens("workspace", "status", "--json").json["orders"] == 3


def test_a_file_of_rejects_is_not_replaced_and_then_nothing_is_stored(clientlens, orders_csv, tmp_path):
    (tmp_path / "bad.csv").write_text("mine")
    file = orders_csv("orders.csv", GOOD, BAD)
    refused = clientlens("import", file, "--rejects", "bad.csv")
    assert (refused.code, refused.stdout) == (2, b"")
    assert (tmp_path / "bad.csv").read_text() == "mine"
    assert not (tmp_path / ".clientlens").exists()
    assert clientlens("import", file, "--rejects", "bad.csv", "--force").code == 1
    assert (tmp_path / "bad.csv").read_text() != "mine"


@pytest.mark.parametrize("option", ["--output", "--rejects"])
def test_nothing_is_imported_when_the_answer_could_not_be_written(clientlens, orders_csv, tmp_path, option):
    refused = clientlens("import", orders_csv("orders.csv", GOOD, BAD), option, "nowhere/out.csv")
    assert (refused.code, refused.stdout) == (2, b"")
    assert refused.stderr.startswith(
        "clientlens: error: cannot write nowhere/out.csv: there is no such folder\n"
    )
    assert not (tmp_path / ".clientlens").exists()


def test_a_second_writer_is_told_who_holds_the_workspace(clientlens, orders_csv, begin, tmp_path):
    file = orders_csv("orders.csv")
    assert clientlens("import", file).code == 0
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys\nfrom pathlib import Path\nfrom clientlens.workspace.lock import writing\n"
                f"with writing(Path({str(tmp_path / '.clientlens')!r}), 'clientlens import big.csv', 0):\n"
                "    print('held', flush=True)\n    sys.stdin.read()\n"
            ),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        more = orders_csv("more.csv", {"Name": "#2001", "Id": "7001"})
        refused = clientlens("import", more, "--lock-timeout", "0.1")
        assert (refused.code, refused.stdout) == (4, b"")
        assert refused.stderr == (
            f"clientlens: error: the workspace is locked by process {holder.pid} (clientlens import big.csv) "
            "(waited 0.1 s)\nhint: wait for it to end, or allow more time with --lock-timeout\n"
        )
        # Readers do not wait.
        assert clientlens("insights", "--json").code == 0
    finally:
        holder.communicate()
    assert clientlens("import", more, "--lock-timeout", "0.1").code == 0

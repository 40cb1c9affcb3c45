"""What the machine does to the program: locks, folders it may not write in, a full disk, signals."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import pytest

from clientlens.workspace.lock import writing

CHANGES = {
    "import": ("import", "FILE"),
    "undo": ("workspace", "undo"),
    "repair": ("workspace", "check", "--repair"),
    "vacuum": ("workspace", "vacuum"),
}
READS = (
    ("insights",),
    ("orders", "--all"),
    ("clients",),
    ("workspace", "status"),
    ("workspace", "check"),
    ("workspace", "history"),
)


def _words(command, files):
    return [str(files["third"][0]) if word == "FILE" else word for word in CHANGES[command]]


@pytest.mark.parametrize("command", CHANGES)
def test_a_second_writer_waits_and_then_says_who_holds_the_lock(call, ws, files, command):
    with writing(ws, "clientlens import march.csv", 0):
        done = call(*_words(command, files), "--lock-timeout", "0.1", ws=ws)
    assert (done.code, done.stdout) == (4, b"")
    holder = f"process {os.getpid()} (clientlens import march.csv)"
    assert done.stderr.splitlines() == [
        f"clientlens: error: the workspace is locked by {holder} (waited 0.1 s)",
        "hint: wait for it to end, or allow more time with --lock-timeout",
    ]


def test_readers_wait_for_no_writer(call, ws):
    with writing(ws, "clientlens import march.csv", 0):
        assert [call(*words, ws=ws).code for words in READS] == [0] * len(READS)


@pytest.fixture
def powerless():
    """What makes root a user whom modes bind."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("modes do not bind root, and setpriv (util-linux) is not here to change that")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


@pytest.fixture
def read_only(ws):
    kept = {one: one.stat().st_mode for one in [ws, *ws.rglob("*")]}
    for one in kept:
        one.chmod(0o555 if one.is_dir() else 0o444)
    yield ws
    for one, mode in kept.items():
        one.chmod(mode)


def test_a_read_only_workspace_answers(process, call, read_only, powerless):
    for words in (("clients", "--json"), ("workspace", "check")):
        expected = call(*words, ws=read_only).text
        out, err, code = process(*words, ws=read_only, before=powerless)
        # Modes of 0444 are what others may read.
        assert (out, code) == (expected, 0), err


@pytest.mark.parametrize("command", CHANGES)
def test_a_read_only_workspace_is_not_written_to(process, read_only, files, powerless, command):
    out, err, code = process(*_words(command, files), ws=read_only, before=powerless)
    assert (out, code) == ("", 4)
    first, hint = err.splitlines()
    assert first.startswith(f"clientlens: error: {read_only}")
    assert first.endswith("cannot be written to")
    assert hint == "hint: check the folder's permissions, or use another --workspace"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("command", ["import", "undo"])
def test_a_full_disk_changes_nothing_and_is_told_in_one_line(process, call, ws, files, small_disk, command):
    place = small_disk / "shop"
    shutil.copytree(ws, place)
    before = call("clients", "--json", ws=place).stdout
    with (small_disk / "filler").open("wb") as filler:
        left = os.statvfs(small_disk)
        filler.write(bytes(max(left.f_bavail * left.f_frsize - 8192, 0)))
    files = {"third": files["second"]}
    words = (
        ("import", "--store", "new", files["third"][0]) if command == "import" else ("workspace", "undo", 1)
    )
    out, err, code = process(*words, ws=place)
    assert (out, code) == ("", 4), err
    first, hint = err.splitlines()
    assert first.startswith(f"clientlens: error: {place}")
    assert "o space left on" in first
    assert hint.startswith("hint: nothing was changed; free some space")
    assert call("clients", "--json", ws=place).stdout == before
    (small_disk / "filler").unlink()
    assert process(*words, ws=place)[2] == 0
    assert call("workspace", "check", ws=place).code == 0


@pytest.mark.parametrize(
    ("sent", "code", "word"), [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")]
)
def test_a_signal_while_it_waits_for_the_lock_ends_it_in_one_line(start, ws, sent, code, word):
    with writing(ws, "clientlens import march.csv", 0):
        running = start("workspace", "undo", ws=ws)
        time.sleep(1.5)
        running.send_signal(sent)
        out, err = running.communicate(timeout=30)
    assert (out, running.returncode) == ("", code)
    assert err == f"clientlens: {word}; nothing is half done\n"

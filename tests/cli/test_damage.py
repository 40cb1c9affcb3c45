"""A damaged workspace is never answered from: each command names the file and exits with 4."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3

import pytest

from clientlens.workspace.folder import CATALOGUE
from clientlens.workspace.workspace import Workspace

COMMANDS = {
    "insights": ("insights",),
    "leaderboard": ("leaderboard",),
    "checkouts": ("checkouts",),
    "clients": ("clients",),
    "clients explain": ("clients", "explain", "ada@example.org"),
    "orders": ("orders",),
    "status": ("workspace", "status"),
    "imports": ("workspace", "imports"),
    "history": ("workspace", "history"),
    "check": ("workspace", "check"),
    "paths": ("workspace", "paths", "orders"),
    "export": ("workspace", "export", "copy"),
    "undo": ("workspace", "undo", "2"),
    "vacuum": ("workspace", "vacuum"),
    "repair": ("workspace", "check", "--repair"),
    "import": ("import", "FILE"),
}
every_command = pytest.mark.parametrize("command", COMMANDS)


def _words(command, files):
    return [str(files["third"][0]) if word == "FILE" else word for word in COMMANDS[command]]


def _truth(ws):
    """The file that import 1 brought for a month of orders."""
    with Workspace.open(ws) as workspace:
        return next(
            ws / live.file.path
            for live in workspace.state.live("batch", "orders")
            if live.import_id == 1 and live.file.month == "2026-03"
        )


def _cut(path):
    os.truncate(path, path.stat().st_size // 2)


def _empty(path):
    os.truncate(path, 0)


def _remove(path):
    path.unlink()


def _replace(path):
    path.write_bytes(bytes(path.stat().st_size))


def _another_version(path):
    """A whole Parquet file of the same table, from another import or month."""
    others = sorted(one for one in path.parent.glob("orders-*") if one.stat().st_size != path.stat().st_size)
    shutil.copyfile(others[0], path)


DAMAGES = {
    "cut": _cut,
    "empty": _empty,
    "gone": _remove,
    "replaced": _replace,
    "another version": _another_version,
}


@every_command
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_ends_every_command_by_its_name(call, ws, files, damage, command):
    path = _truth(ws)
    DAMAGES[damage](path)
    done = call(*_words(command, files), ws=ws)
    assert done.code == 4
    assert str(path) in done.stderr.splitlines()[0]
    assert done.stderr.startswith("clientlens: error: ")
    assert len(done.stderr.splitlines()) == 2
    assert command == "check" or done.stdout == b""
    told = call(*_words(command, files), "--json", ws=ws).error
    assert (told["code"], told["exit"], told["file"]) == ("workspace_damaged", 4, str(path))


@every_command
@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "text"])
def test_a_damaged_catalogue_ends_every_command_by_its_name(call, ws, files, damage, command):
    path = ws / CATALOGUE
    if damage == "text":
        path.write_text("not a database " * 1000)
    else:
        DAMAGES[damage](path)
    done = call(*_words(command, files), ws=ws)
    assert (done.code, len(done.stderr.splitlines())) == (4, 2)
    assert str(path) in done.stderr.splitlines()[0]


@every_command
def test_a_workspace_of_a_later_version_ends_every_command_and_is_not_touched(call, ws, files, command):
    connection = sqlite3.connect(ws / CATALOGUE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = {path: path.read_bytes() for path in ws.rglob("*") if path.suffix in {".sqlite", ".parquet"}}
    done = call(*_words(command, files), ws=ws)
    assert (done.code, len(done.stderr.splitlines())) == (4, 2)
    assert f"{ws / CATALOGUE}: the workspace has format 99" in done.stderr
    assert before == {path: path.read_bytes() for path in before}


def _flip(path, at):
    """Change one bit and leave size and times as they were."""
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[at // 8] ^= 1 << at % 8
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_check_finds_a_flipped_bit_in_100_of_100_files(call, ws, record_property):
    chance = random.Random(5)
    with Workspace.open(ws) as workspace:
        live = sorted({ws / one.file.path for one in workspace.state.files})
    found = 0
    for _ in range(100):
        path = chance.choice(live)
        at = chance.randrange(path.stat().st_size * 8)
        _flip(path, at)
        done = call("workspace", "check", ws=ws)
        found += done.code == 4 and f"{path}: its content has changed" in done.stderr
        _flip(path, at)
    record_property("operation", "check")
    record_property("way", "one bit flipped in a stored file, size and time kept")
    record_property("trials", 100)
    record_property("failures", 100 - found)
    assert found == 100
    assert call("workspace", "check", ws=ws).code == 0


def test_a_flipped_bit_that_an_answer_stumbles_over_is_damage_and_no_bug(call, ws, record_property):
    """The end of a Parquet file says what is in it, so most of its bits are looked at."""
    chance = random.Random(11)
    with Workspace.open(ws) as workspace:
        live = sorted({ws / one.file.path for one in workspace.state.files if one.file.table == "orders"})
    named = 0
    for _ in range(60):
        path = chance.choice(live)
        size = path.stat().st_size
        at = chance.randrange(8 * (size - 2000), 8 * size)
        _flip(path, at)
        done = call("insights", ws=ws)
        assert done.code in {0, 4}, done.stderr
        named += done.code == 4 and f"{path}: its content has changed" in done.stderr
        _flip(path, at)
    record_property("operation", "insights")
    record_property("way", "one bit flipped in the end of a stored file: an answer, or the file named")
    record_property("trials", 60)
    record_property("failures", 0)
    assert named > 0


def _values(path):
    """Everything that the catalogue says."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    finally:
        connection.close()


def test_a_check_finds_a_flipped_bit_in_what_the_catalogue_says(call, ws, record_property):
    """Bits between the values, which nobody reads, may flip unseen."""
    chance = random.Random(7)
    path = ws / CATALOGUE
    whole = path.read_bytes()
    before = _values(path)
    missed = tried = 0
    while tried < 100:
        at = chance.randrange(len(whole) * 8)
        path.write_bytes(whole)
        _flip(path, at)
        try:
            if _values(path) == before:
                continue
        except (sqlite3.Error, UnicodeDecodeError):
            pass
        done = call("workspace", "check", ws=ws)
        assert done.code in {0, 4}, done.stderr
        tried += 1
        missed += done.code == 0
        for name in ("-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
    record_property("operation", "check")
    record_property("way", "one bit flipped in a value of the catalogue")
    record_property("trials", tried)
    record_property("failures", missed)
    assert missed == 0

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from clientlens.errors import EntryConflict, WorkspaceMissing
from clientlens.workspace import ledger, upkeep
from clientlens.workspace.events import Event
from clientlens.workspace.folder import CATALOGUE
from clientlens.workspace.workspace import Workspace
from clientlens.workspace.writing import change_of, hold

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIVE = Event("points", {"points": 5}, key="p1", person_key="e:anna@example.com", subject="order 1001")


@pytest.fixture
def filled(ws, make):
    make.add(ws, make.batch(make.order()))
    return ws


def _append(path, *events, at=NOON, actor="ada"):
    return ledger.append(path, events, at=at, actor=actor, command="points add")


def _history(path, **wanted):
    with Workspace.open(path) as workspace:
        return ledger.history(workspace, **wanted)


def _points(path):
    return [(entry.seq, entry.body) for entry in _history(path, kinds=["points"])]


def test_an_entry_says_who_did_what_when_about_whom(filled):
    (entry,) = _append(filled, FIVE, at=NOON.astimezone(timezone(timedelta(hours=2))))
    assert _history(filled)[-1] == entry
    assert (entry.seq, entry.at, entry.actor, entry.kind) == (2, NOON, "ada", "points")
    assert (entry.person_key, entry.subject) == ("e:anna@example.com", "order 1001")
    assert (entry.body, entry.key, entry.snapshot) == ({"points": 5}, "p1", 1)


def test_the_same_key_counts_once(filled):
    first = _append(filled, FIVE)
    assert _append(filled, FIVE, at=NOON + timedelta(days=1), actor="bob") == first
    assert _append(filled, FIVE, FIVE, Event("note")) == [first[0], first[0], _history(filled)[-1]]
    assert _points(filled) == [(2, {"points": 5})]


def test_entries_without_a_key_count_each_time(filled):
    for _ in range(2):
        _append(filled, Event("points", {"points": 1}))
    assert _points(filled) == [(2, {"points": 1}), (3, {"points": 1})]


def test_a_key_that_stands_for_something_else_refuses_all(filled):
    _append(filled, FIVE)
    with pytest.raises(EntryConflict, match="'p1' is the key of another entry"):
        _append(filled, Event("note", key="n1"), Event("points", {"points": 6}, key="p1"))
    assert len(_history(filled)) == 2


def test_an_entry_that_cannot_be_written_down_refuses_all(filled):
    with pytest.raises(ValueError, match="not JSON compliant"):
        _append(filled, Event("note", key="n1"), Event("points", {"points": float("nan")}))
    assert len(_history(filled)) == 1


def test_entries_can_be_asked_for_by_kind_person_and_place(filled):
    for number in range(4):
        _append(filled, Event("points", {"points": number}, person_key=f"e:{number % 2}"), Event("note"))
    assert [e.body["points"] for e in _history(filled, person_keys=["e:1", "e:9"])] == [1, 3]
    assert [e.seq for e in _history(filled, kinds=["note"], after=4)] == [5, 7, 9]
    assert _history(filled, person_keys=[]) == []


def test_an_open_workspace_does_not_see_later_entries(filled):
    with Workspace.open(filled) as workspace:
        _append(filled, FIVE)
        assert [entry.kind for entry in ledger.history(workspace)] == ["import"]


def test_an_entry_goes_with_its_files_or_not_at_all(filled, make, monkeypatch):
    def change(fail):
        with (
            hold(filled, timezone=None, command="forget", lock_timeout=1) as writer,
            change_of(writer) as one,
        ):
            if fail:
                monkeypatch.setattr("clientlens.workspace.catalogue.refresh_mtimes", lambda *_: 1 / 0)
            writer.commit(one, timezone="Europe/Rome", at=NOON, command="forget", also=[FIVE])

    with pytest.raises(ZeroDivisionError):
        change(fail=True)
    assert _points(filled) == []
    monkeypatch.undo()
    change(fail=False)
    assert _points(filled) == [(2, {"points": 5})]


def test_an_entry_makes_no_new_state_of_the_files(filled, make):
    with Workspace.open(filled) as workspace:
        before = workspace.state.snapshot
    _append(filled, FIVE)
    with Workspace.open(filled) as workspace:
        assert workspace.state.snapshot == before


def test_there_is_no_ledger_without_a_workspace(ws):
    with pytest.raises(WorkspaceMissing):
        _append(ws, FIVE)
    assert not ws.exists()


@pytest.mark.parametrize("statement", ["UPDATE event SET at = ''", "DELETE FROM event"])
def test_the_ledger_only_grows(filled, statement):
    connection = sqlite3.connect(filled / CATALOGUE)
    with pytest.raises(sqlite3.IntegrityError, match="the ledger only grows"):
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE event SET body = '{\"points\": 6}' WHERE seq = 2", "entry 2 of the ledger has changed"),
        ("UPDATE event SET actor = 'eve' WHERE seq = 2", "entry 2 of the ledger has changed"),
        ("DELETE FROM event WHERE seq = 2", "entry 3 of the ledger has changed"),
        ("DELETE FROM event WHERE seq = 3", "its content has changed"),
        ("UPDATE import SET rows_stored = 7", "its content has changed"),
        ("UPDATE meta SET value = 'Europe/Paris' WHERE key = 'timezone'", "its content has changed"),
        ("DELETE FROM meta WHERE key = 'seal'", "its content has changed"),
    ],
)
def test_a_check_finds_what_was_changed_behind_our_back(filled, statement, told):
    _append(filled, FIVE, Event("note"))
    connection = sqlite3.connect(filled / CATALOGUE, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.close()
    assert [(one.file, one.reason) for one in upkeep.check(filled).damage] == [
        (str(filled / CATALOGUE), told)
    ]


_MANY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from clientlens.workspace import ledger
from clientlens.workspace.events import Event
name = sys.argv[2]
for n in range(10):
    two = Event("points", {"by": name}, key=f"{name}-{n}"), Event("points", key=f"both-{n}")
    ledger.append(Path(sys.argv[1]), two, at=datetime(2026, 6, 1, tzinfo=UTC), actor=name, command="points add")
"""


def test_two_processes_write_each_key_once_in_one_order(filled):
    running = [subprocess.Popen([sys.executable, "-c", _MANY, str(filled), name]) for name in ("a", "b")]
    assert [one.wait(60) for one in running] == [0, 0]
    entries = _history(filled, kinds=["points"])
    assert [entry.seq for entry in entries] == list(range(2, 32))
    assert len({entry.key for entry in entries}) == 30
    assert upkeep.check(filled).damage == ()

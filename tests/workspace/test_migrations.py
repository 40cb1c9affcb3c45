"""A workspace that an earlier version wrote, kept as files: it opens, answers, and is brought up by the next writer."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientlens.analysis.order_history import order_history
from clientlens.model.timeframes import as_of_from_date, parse_date
from clientlens.outputs.format import Style, format_for
from clientlens.workspace import ledger, upkeep
from clientlens.workspace.events import Event
from clientlens.workspace.folder import CATALOGUE
from clientlens.workspace.migrations import FORMAT
from clientlens.workspace.workspace import Workspace

KEPT = Path(__file__).parent / "kept"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULES = {"completed_when": "paid", "minimum_age_minutes": 60, "match_window_days": 60}


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old"
    shutil.copytree(KEPT / "format-1", path)
    return path


def _stored_format(path):
    connection = sqlite3.connect(f"file:{path / CATALOGUE}?mode=ro&immutable=1", uri=True)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return found


def _orders(path):
    with Workspace.open(path) as workspace:
        as_of = as_of_from_date(parse_date("2026-07-31"), workspace.timezone)
        answer = order_history(
            workspace.facts(), client_id=None, as_of=as_of, lines=False, limit=None, **RULES
        )
        return json.loads(format_for("json", None).write(answer, Style()))


def _told(path):
    with Workspace.open(path) as workspace:
        return [(e.seq, e.kind, e.body, e.actor, e.snapshot) for e in ledger.history(workspace)]


HISTORY = [
    (1, "import", {"import_id": 1}, None, 1),
    (2, "import", {"import_id": 2}, None, 2),
    (3, "import", {"import_id": 3}, None, 3),
    (4, "undo", {"import_id": 2}, None, 4),
]


def test_an_old_workspace_is_answered_from_and_not_written_to(old):
    before = (old / CATALOGUE).read_bytes()
    assert _orders(old) == json.loads((KEPT / "format-1-orders.json").read_text())
    assert _told(old) == HISTORY
    assert upkeep.check(old).damage == ()
    with Workspace.open(old) as workspace:
        assert workspace.status().format == 1
    assert (old / CATALOGUE).read_bytes() == before


def test_the_next_writer_brings_it_to_the_newest_format(old, make):
    ledger.append(old, [Event("note", key="n")], at=NOW, actor="ada", command="note")
    assert _stored_format(old) == FORMAT == 2
    assert _told(old) == [*HISTORY, (5, "note", {}, "ada", 4)]
    assert _orders(old) == json.loads((KEPT / "format-1-orders.json").read_text())
    assert upkeep.check(old).damage == ()


def test_an_import_and_an_undo_work_on_it(old, make):
    upkeep.undo(old, 1, at=NOW, command="undo")
    make.add(old, make.batch(make.order("9")), timezone="Europe/Berlin")
    assert [kind for _, kind, *_ in _told(old)][4:] == ["undo", "import"]
    assert make.orders_of(old)["order_key"].to_list() == ["9"]
    assert upkeep.check(old).damage == ()


def test_a_writer_that_fails_leaves_it_in_its_format(old):
    with pytest.raises(ValueError, match="JSON"):
        ledger.append(old, [Event("x", {"v": float("inf")})], at=NOW, actor=None, command="x")
    assert _stored_format(old) == 1


def _schema(path):
    connection = sqlite3.connect(f"file:{path / CATALOGUE}?mode=ro", uri=True)
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
    connection.close()
    return found


def test_an_old_workspace_ends_with_the_tables_of_a_new_one(old, ws, make):
    ledger.append(old, [Event("note")], at=NOW, actor=None, command="note")
    make.add(ws, make.batch(make.order()))
    assert _schema(old) == _schema(ws)


def test_a_reader_that_began_before_keeps_its_state(old):
    with Workspace.open(old) as workspace:
        ledger.append(old, [Event("note")], at=NOW, actor=None, command="note")
        assert len(ledger.history(workspace)) == 4

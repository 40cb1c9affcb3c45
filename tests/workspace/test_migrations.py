"""A workspace that an earlier version wrote, kept as files: it opens, answers, and is brought up by the next writer."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
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


@pytest.fixture(params=[1, 2])
def found(request):
    """The format that the old workspace has."""
    return request.param


@pytest.fixture
def old(tmp_path, found):
    path = tmp_path / "old"
    shutil.copytree(KEPT / f"format-{found}", path)
    return path


def _kept_orders(found):
    return json.loads((KEPT / f"format-{found}-orders.json").read_text())


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


def _history(found):
    """Who did it was not written down before format 2."""
    actor = None if found == 1 else "root"
    return [
        (1, "import", {"import_id": 1}, actor, 1),
        (2, "import", {"import_id": 2}, actor, 2),
        (3, "import", {"import_id": 3}, actor, 3),
        (4, "undo", {"import_id": 2}, actor, 4),
    ]


def test_an_old_workspace_is_answered_from_and_not_written_to(old, found):
    before = (old / CATALOGUE).read_bytes()
    assert _orders(old) == _kept_orders(found)
    assert _told(old) == _history(found)
    assert upkeep.check(old).damage == ()
    with Workspace.open(old) as workspace:
        assert workspace.status().format == found
    assert (old / CATALOGUE).read_bytes() == before


def test_the_next_writer_brings_it_to_the_newest_format(old, found, make):
    ledger.append(old, [Event("note", key="n")], at=NOW, actor="ada", command="note")
    assert _stored_format(old) == FORMAT == 3
    assert _told(old) == [*_history(found), (5, "note", {}, "ada", 4)]
    assert _orders(old) == _kept_orders(found)
    assert upkeep.check(old).damage == ()


def test_an_import_and_an_undo_work_on_it(old, found, make):
    upkeep.undo(old, 1, at=NOW, command="undo")
    make.add(old, make.batch(make.order("9")), timezone="Europe/Berlin")
    assert [kind for _, kind, *_ in _told(old)][4:] == ["undo", "import"]
    assert make.orders_of(old)["order_key"].to_list() == [*([] if found == 1 else ["1032", "1034"]), "9"]
    assert upkeep.check(old).damage == ()


def test_a_writer_that_fails_leaves_it_in_its_format(old, found):
    with pytest.raises(ValueError, match="JSON"):
        ledger.append(old, [Event("x", {"v": float("inf")})], at=NOW, actor=None, command="x")
    assert _stored_format(old) == found


def _schema(path):
    connection = sqlite3.connect(f"file:{path / CATALOGUE}?mode=ro", uri=True)
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
    connection.close()
    return found


def test_an_old_workspace_ends_with_the_tables_of_a_new_one(old, found, ws, make):
    ledger.append(old, [Event("note")], at=NOW, actor=None, command="note")
    make.add(ws, make.batch(make.order()))
    assert _schema(old) == _schema(ws)


def test_a_reader_that_began_before_keeps_its_state(old, found):
    with Workspace.open(old) as workspace:
        ledger.append(old, [Event("note")], at=NOW, actor=None, command="note")
        assert len(ledger.history(workspace)) == 4


def test_what_older_programs_did_not_know_can_be_added_to_it(old, found, make):
    """Orders gathered elsewhere among orders whose stored files have no column that says so."""
    own = make.orders_of(old).filter(pl.col("source_id").is_not_null()).row(0, named=True)
    same = {name: own[name] for name in ("placed_at", "placed_on", "currency", "order_total")}
    gathered = make.order("77", store="billbee", external_id=own["source_id"], **same)
    before = _orders(old)
    batch = make.batch(gathered, reviews=[make.review()], name="g")
    result = make.add(old, batch, timezone="Europe/Berlin")
    assert (result.orders_linked, result.orders_added, result.reviews_added) == (1, 0, 1)
    assert _orders(old) == before
    upkeep.undo(old, None, at=NOW, command="undo")
    assert _orders(old) == before


def test_repairing_it_changes_no_answer(old, found):
    upkeep.rebuild(old, at=NOW, command="repair")
    assert _orders(old) == _kept_orders(found)
    assert upkeep.rebuild(old, at=NOW, command="repair").files == 0

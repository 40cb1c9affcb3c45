from __future__ import annotations

import os

import pytest

from clientlens.errors import UnknownImport, WorkspaceDamaged, WorkspaceMissing
from clientlens.workspace import upkeep
from clientlens.workspace.folder import FACTS
from clientlens.workspace.upkeep import Damage
from clientlens.workspace.workspace import Workspace
from clientlens.workspace.writing import Tidied


@pytest.fixture
def batches(make):
    return {
        "a": make.batch(make.order("1"), make.order("2", email="bob@x.it"), name="a"),
        "b": make.batch(
            make.order("1", refunded=5), make.order("3", "2026-02-02"), checkouts=[make.checkout()], name="b"
        ),
        "c": make.batch(
            make.order("1"),
            make.order("2", email="bob@x.it", tags="x"),
            people=[make.person("bob@x.it", seen_at=make.at)],
            name="c",
        ),
    }


def _undo(path, make, import_id=None):
    return upkeep.undo(path, import_id, at=make.at, command="undo")


@pytest.mark.parametrize("gone", ["a", "b", "c"])
def test_taking_an_import_back_gives_the_state_without_it(tmp_path, make, batches, gone):
    for name in "abc":
        make.add(tmp_path / "ws", batches[name])
        if name != gone:
            make.add(tmp_path / "without", batches[name])
    record = _undo(tmp_path / "ws", make, "abc".index(gone) + 1)
    assert record.files[0].report.file == gone
    assert make.content(tmp_path / "ws") == make.content(tmp_path / "without")


def test_without_an_id_the_latest_import_that_counts_is_taken_back(ws, make, batches):
    for name in "abc":
        make.add(ws, batches[name])
    assert [_undo(ws, make).import_id for _ in range(3)] == [3, 2, 1]
    assert make.orders_of(ws).is_empty()
    with Workspace.open(ws) as workspace:
        assert workspace.state.files == ()
        assert [record.removed for record in workspace.imports()] == [6, 5, 4]
    with pytest.raises(UnknownImport, match="there is no import to take back"):
        _undo(ws, make)


def test_an_import_taken_back_can_be_made_again(ws, make, batches):
    make.add(ws, batches["a"])
    before = make.content(ws)
    _undo(ws, make)
    result = make.add(ws, batches["a"])
    assert (result.import_id, result.orders_added, result.clients_added) == (2, 2, 2)
    assert make.content(ws) == before


def test_an_unknown_import_is_refused(ws, make, batches):
    make.add(ws, batches["a"])
    with pytest.raises(UnknownImport, match="there is no import 7"):
        _undo(ws, make, 7)


def test_there_is_nothing_to_undo_or_check_where_there_is_no_workspace(ws, make):
    for call in (
        lambda: _undo(ws, make),
        lambda: upkeep.check(ws),
        lambda: upkeep.vacuum(ws, at=make.at, command="vacuum"),
    ):
        with pytest.raises(WorkspaceMissing):
            call()
    assert not ws.exists()


def test_deriving_everything_anew_changes_nothing_when_all_is_well(ws, make, batches):
    for name in "abc":
        make.add(ws, batches[name])
    before = make.content(ws)
    assert upkeep.rebuild(ws, at=make.at, command="repair").files == 0
    assert make.content(ws) == before


@pytest.mark.parametrize("table", ["orders-2026-01", "identities", "clients", "people"])
def test_a_lost_current_file_is_derived_anew(ws, make, batches, table):
    for name in "abc":
        make.add(ws, batches[name])
    before = make.content(ws)
    with Workspace.open(ws) as workspace:
        kept = {f.file.path for f in workspace.state.live("batch")}
        current = [f.file.path for f in workspace.state.live("current")]
    (lost,) = [p for p in current if p.startswith(f"facts/{table}-") and p not in kept]
    (ws / lost).unlink()
    done = upkeep.rebuild(ws, at=make.at, command="repair")
    assert (done.files, done.damaged) == (1, (str(ws / lost),))
    assert make.content(ws) == before


def test_a_lost_batch_file_cannot_be_derived(ws, make, batches):
    make.add(ws, batches["a"])
    path = next((ws / FACTS).glob("orders-*"))
    path.unlink()
    with pytest.raises(WorkspaceDamaged, match="is missing"):
        upkeep.rebuild(ws, at=make.at, command="repair")


def test_a_full_check_finds_a_flipped_bit_that_opening_does_not(ws, make, batches):
    make.add(ws, batches["a"])
    assert upkeep.check(ws).damage == ()
    path = next((ws / FACTS).glob("orders-*"))
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with Workspace.open(ws):
        pass
    assert upkeep.check(ws).damage == (Damage(str(path), "its content has changed", repairable=False),)


def test_vacuum_deletes_what_no_state_names_unless_someone_reads(ws, make, batches):
    make.add(ws, batches["a"])
    orphan = ws / FACTS / ".orders-2026-01-0.parquet.tmp"
    orphan.write_bytes(b"12345")
    with Workspace.open(ws):
        assert upkeep.vacuum(ws, at=make.at, command="vacuum") == Tidied(0, 0, alone=False)
    assert upkeep.check(ws).orphans == (str(orphan),)
    assert upkeep.vacuum(ws, at=make.at, command="vacuum") == Tidied(1, 5, alone=True)
    assert not orphan.exists()

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import polars as pl
import pytest

from clientlens.errors import (
    NotAWorkspace,
    WorkspaceDamaged,
    WorkspaceMissing,
    WorkspaceNewer,
    WorkspaceReadOnly,
)
from clientlens.model.tables import ORDERS, TABLES
from clientlens.workspace import database, facts
from clientlens.workspace.folder import CATALOGUE, FACTS
from clientlens.workspace.workspace import Workspace, locate, stored_timezone


@pytest.fixture
def filled(ws, make):
    make.add(ws, make.batch(make.order("1001", "2026-01-10"), make.order("1002", "2026-02-10")))
    return ws


def _fails(path, error):
    with pytest.raises(error) as caught, Workspace.open(path) as workspace:
        workspace.facts()
    assert caught.value.exit_code == 4
    return caught.value


# --- where it is ------------------------------------------------------------------------------------------


def test_the_named_folder_wins_whether_or_not_it_exists(tmp_path):
    assert locate(tmp_path / "x", tmp_path, None) == tmp_path / "x"


def test_the_nearest_folder_upwards_is_found_before_the_users_own(tmp_path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / ".clientlens").mkdir()
    (tmp_path / "a" / ".clientlens").mkdir()
    own = tmp_path / "own"
    own.mkdir()
    assert locate(None, tmp_path / "a" / "b" / "c", own) == tmp_path / "a" / ".clientlens"
    assert locate(None, tmp_path, own) == tmp_path / ".clientlens"


def test_the_users_own_is_taken_only_when_it_exists(tmp_path):
    assert locate(None, tmp_path, tmp_path / "own") is None
    (tmp_path / "own").mkdir()
    assert locate(None, tmp_path, tmp_path / "own") == tmp_path / "own"


def test_the_stored_time_zone_is_told_before_an_import(ws, make):
    assert stored_timezone(ws) is None
    make.add(ws, make.batch(make.order()), timezone="America/Lima")
    assert stored_timezone(ws) == "America/Lima"


# --- missing, half made, foreign ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["absent", "empty", "foreign"])
def test_where_nothing_was_imported_there_is_no_workspace(tmp_path, kind):
    path = tmp_path / "ws"
    if kind != "absent":
        path.mkdir()
    if kind == "foreign":
        (path / "letter.txt").write_text("x")
    assert _fails(path, WorkspaceMissing).message == f"no workspace at {path}"


def test_a_folder_with_other_files_is_not_adopted(tmp_path, make):
    path = tmp_path / "documents"
    path.mkdir()
    (path / "letter.txt").write_text("x")
    for dry_run in (True, False):
        with pytest.raises(NotAWorkspace, match="a folder with other files in it, not a workspace"):
            make.add(path, make.batch(make.order()), dry_run=dry_run)
    assert [p.name for p in path.iterdir()] == ["letter.txt"]


def test_a_file_is_not_a_workspace(tmp_path, make):
    (tmp_path / "ws").write_text("x")
    with pytest.raises(NotAWorkspace, match="a file, not a workspace"):
        make.add(tmp_path / "ws", make.batch(make.order()))


def test_another_programs_database_is_left_alone(tmp_path, make):
    path = tmp_path / "ws"
    path.mkdir()
    with sqlite3.connect(path / CATALOGUE) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    before = (path / CATALOGUE).read_bytes()
    with pytest.raises(WorkspaceDamaged, match="not a catalogue of clientlens"):
        make.add(path, make.batch(make.order()))
    assert (path / CATALOGUE).read_bytes() == before


def test_an_empty_folder_is_taken_and_made_private(tmp_path, make):
    path = tmp_path / "ws"
    path.mkdir(mode=0o755)
    make.add(path, make.batch(make.order()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_half_made_workspace_is_missing_to_readers_and_completed_by_the_next_import(filled, tmp_path, make):
    half = tmp_path / "half"
    half.mkdir()
    (half / "write.lock").touch()
    _fails(half, WorkspaceMissing)
    (half / CATALOGUE).touch()
    _fails(half, WorkspaceMissing)
    with sqlite3.connect(half / CATALOGUE) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    (half / FACTS).mkdir()
    orphan = half / FACTS / "orders-2026-01-00.parquet"
    orphan.write_bytes(b"half")
    _fails(half, WorkspaceMissing)
    assert make.add(half, make.batch(make.order())).created
    assert not orphan.exists()
    assert make.orders_of(half).height == 1


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_stored_files_without_their_catalogue_are_damage_and_never_begun_anew(filled, make, how):
    if how == "missing":
        (filled / CATALOGUE).unlink()
    else:
        (filled / CATALOGUE).write_bytes(b"")
    error = _fails(filled, WorkspaceDamaged)
    assert error.message == f"{filled / CATALOGUE}: is {how}, though stored files lie beside it"
    for dry_run in (False, True):
        with pytest.raises(WorkspaceDamaged):
            make.add(filled, make.batch(make.order("9"), name="b"), dry_run=dry_run)
    assert list((filled / FACTS).iterdir())


# --- private ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_folders_are_0700_and_files_0600_under_any_umask(ws, make, umask):
    ws.parent.mkdir()
    before = os.umask(umask)
    try:
        make.add(ws, make.batch(make.order("1"), name="a"))
        make.add(ws, make.batch(make.order("2"), name="b"))
        with Workspace.open(ws) as workspace:
            assert not workspace.status().readable_by_others
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in [ws, *ws.rglob("*")]}
    assert {modes.pop(".clientlens"), modes.pop(FACTS)} == {0o700}
    assert set(modes.values()) == {0o600}
    assert (ws / ".gitignore").read_text() == "*\n"


def test_the_status_warns_when_others_can_read(filled):
    filled.chmod(0o755)
    with Workspace.open(filled) as workspace:
        assert workspace.status().readable_by_others


# --- reading ------------------------------------------------------------------------------------------------


def test_the_status_tells_what_is_in_it(filled, make):
    (filled / FACTS / "orders-2026-01-0000.parquet").write_bytes(b"left over")
    with Workspace.open(filled) as workspace:
        status = workspace.status()
    assert (status.format, status.path, status.timezone, status.imports) == (3, filled, "Europe/Rome", 1)
    assert [(t.name, t.rows, t.files) for t in status.tables] == [
        ("orders", 2, 2),
        ("order_lines", 2, 2),
        ("checkouts", 0, 0),
        ("checkout_lines", 0, 0),
        ("reviews", 0, 0),
        ("events", 0, 0),
        ("scans", 0, 0),
        ("requests", 0, 0),
        ("people", 1, 1),
        ("identities", 1, 1),
        ("clients", 1, 1),
    ]
    assert status.orphans == 1
    assert status.disk_bytes > sum(t.bytes for t in status.tables) > 0


def test_a_leftover_file_is_not_read_and_goes_with_the_next_import(filled, make):
    live = next((filled / FACTS).glob("orders-*"))
    copy = live.with_name("orders-2026-01-0000.parquet")
    shutil.copy(live, copy)
    assert make.orders_of(filled).height == 2
    make.add(filled, make.batch(make.order("1003"), name="b"))
    assert not copy.exists()


def test_every_table_has_its_schema_even_when_it_is_empty(ws, make):
    make.add(ws, make.batch(people=[make.person("a@x.it")], people_rows=1))
    with Workspace.open(ws) as workspace:
        for table in TABLES:
            assert workspace.scan(table).collect_schema() == table.schema
            assert workspace.scan(table).collect().schema == table.schema


def test_rows_are_sorted_in_each_file_and_cut_into_groups(ws, make):
    orders = [make.order(str(n), email=f"{n % 7}@x.it") for n in range(30)]
    make.add(ws, make.batch(*orders))
    with Workspace.open(ws) as workspace:
        (path,) = workspace.paths(ORDERS)
        frame = pl.read_parquet(path)
    assert frame.equals(frame.sort(ORDERS.sort))
    assert facts.ROW_GROUP == 65_536


def test_a_column_that_an_older_file_lacks_is_null(ws, make, monkeypatch):
    make.add(ws, make.batch(make.order("1")))
    from dataclasses import replace

    from clientlens.model.tables import Column

    wider = replace(ORDERS, columns=(*ORDERS.columns, Column("note", pl.String, True, "")))
    with Workspace.open(ws) as workspace:
        assert workspace.scan(wider).select("order_key", "note").collect().rows() == [("1", None)]


def test_odd_characters_in_the_path_are_letters_not_patterns(tmp_path, make):
    path = tmp_path / "a [x]*?#%20 ü" / "ws"
    make.add(path, make.batch(make.order("1001"), name="a"))
    make.add(path, make.batch(make.order("1002"), name="b"))
    assert make.orders_of(path).height == 2


def test_an_open_workspace_keeps_its_state_while_others_import(filled, make):
    with Workspace.open(filled) as workspace:
        frame = workspace.facts().orders
        for n in range(6):
            make.add(filled, make.batch(make.order(f"2{n}"), name=str(n)))
        assert frame.collect()["order_key"].sort().to_list() == ["1001", "1002"]
    assert make.orders_of(filled).height == 8


def test_replaced_files_go_after_three_states(ws, make):
    names = []
    for n in range(5):
        make.add(ws, make.batch(make.order(str(n)), name=str(n)))
        with Workspace.open(ws) as workspace:
            (path,) = workspace.paths(ORDERS)
            batches = {f.file.path for f in workspace.state.live("batch")}
        names.append(path)
    replaced = [path for path in names if f"facts/{path.name}" not in batches]
    # The first is its import's batch file as well and stays; of the merged ones the last three states' are there.
    assert [path.exists() for path in names] == [True, False, True, True, True]
    assert len(replaced) == 4


# --- damage ---------------------------------------------------------------------------------------------------


def test_a_missing_file_is_named(filled, make):
    path = next((filled / FACTS).glob("order_lines-*"))
    path.unlink()
    assert _fails(filled, WorkspaceDamaged).message == f"{path}: is missing"
    with pytest.raises(WorkspaceDamaged):
        make.add(filled, make.batch(make.order("9"), name="b"))


def test_a_cut_file_is_named(filled):
    path = next((filled / FACTS).glob("orders-2026-02*"))
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(10)
    assert _fails(filled, WorkspaceDamaged).message == f"{path}: has 10 bytes, {size:,} were written"


def test_a_file_replaced_by_one_of_its_size_is_named(filled):
    path = next((filled / FACTS).glob("clients-*"))
    path.write_bytes(bytes(path.stat().st_size))
    assert _fails(filled, WorkspaceDamaged).message == f"{path}: its content has changed"


def test_a_link_in_place_of_a_file_is_damage(filled, tmp_path):
    path = next((filled / FACTS).glob("clients-*"))
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert _fails(filled, WorkspaceDamaged).message == f"{path}: is not a regular file"


def test_a_copied_workspace_is_read_and_its_times_are_learnt_by_the_next_import(filled, tmp_path, make):
    copy = tmp_path / "copy"
    shutil.copytree(filled, copy, copy_function=shutil.copyfile)
    assert make.orders_of(copy).height == 2
    make.add(copy, make.batch(make.order("9"), name="b"))
    with Workspace.open(copy) as workspace:
        assert facts.verify(copy, [f.file for f in workspace.state.files]) == {}


@pytest.mark.parametrize("place", [0.3, 0.5, 0.9])
def test_an_import_does_not_build_on_silently_flipped_bits(filled, make, place):
    path = next((filled / FACTS).glob("orders-2026-01*"))
    times = path.stat()
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(WorkspaceDamaged, match="its content has changed"):
        make.add(filled, make.batch(make.order("9"), name="b"))


@pytest.mark.parametrize("how", ["text", "cut", "zeros"])
def test_a_damaged_catalogue_is_named(filled, how):
    path = filled / CATALOGUE
    data = path.read_bytes()
    path.write_bytes({"text": b"hello " * 2000, "cut": data[:4096], "zeros": bytes(len(data))}[how])
    assert _fails(filled, WorkspaceDamaged).file == str(path)


def test_a_newer_format_is_refused_and_not_touched(filled, make):
    connection = sqlite3.connect(filled / CATALOGUE)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = (filled / CATALOGUE).read_bytes()
    expected = f"{filled / CATALOGUE}: the workspace has format 7, this program knows formats up to 3"
    assert _fails(filled, WorkspaceNewer).message == expected
    with pytest.raises(WorkspaceNewer):
        make.add(filled, make.batch(make.order("9"), name="b"))
    assert (filled / CATALOGUE).read_bytes() == before


# --- read-only ------------------------------------------------------------------------------------------------

_READ = """
import sys
from pathlib import Path
from clientlens.errors import ClientlensError
from clientlens.workspace.workspace import Workspace
try:
    with Workspace.open(Path(sys.argv[1])) as workspace:
        print(workspace.facts().orders.collect().height)
except ClientlensError as error:
    print(type(error).__name__)
    sys.exit(int(error.exit_code))
"""


@pytest.fixture
def read_as_reader():
    """Run a reader that may not write in the folder; root first gives up its right to do so all the same."""
    command = [sys.executable, "-c", _READ]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("modes do not bind root, and setpriv (util-linux) is not here to change that")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]

    def run(path):
        kept = {one: one.stat().st_mode for one in [path, *path.rglob("*")]}
        for one in kept:
            one.chmod(0o555 if one.is_dir() else 0o444)
        try:
            return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
        finally:
            for one, mode in kept.items():
                one.chmod(mode)

    return run


def test_a_read_only_folder_is_read(filled, read_as_reader):
    done = read_as_reader(filled)
    assert (done.stdout, done.stderr, done.returncode) == ("2\n", "", 0)


def test_a_read_only_folder_with_an_unfinished_log_is_not_answered_from_an_older_state(
    filled, make, read_as_reader
):
    # A reader keeps the log from being folded into the catalogue when the writer ends.
    holder = sqlite3.connect(f"file:{filled / CATALOGUE}?mode=ro", uri=True)
    holder.execute("SELECT count(*) FROM file").fetchall()
    make.add(filled, make.batch(make.order("9"), name="b"))
    saved = (filled / f"{CATALOGUE}-wal").read_bytes()
    holder.close()
    assert saved
    (filled / f"{CATALOGUE}-wal").write_bytes(saved)
    (filled / f"{CATALOGUE}-shm").unlink()
    done = read_as_reader(filled)
    assert (done.stdout, done.returncode) == ("WorkspaceReadOnly\n", 4)


def test_a_folder_without_permission_to_write_is_refused_by_name(ws, make, monkeypatch):
    ws.parent.mkdir()

    def forbidden(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(ws))

    monkeypatch.setattr("pathlib.Path.mkdir", forbidden)
    with pytest.raises(WorkspaceReadOnly) as caught:
        make.add(ws, make.batch(make.order()))
    assert caught.value.message == f"{ws} cannot be written to"


def test_sqlite_failures_have_their_own_errors(tmp_path):
    found = {}
    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY):
        error = sqlite3.OperationalError("x")
        error.sqlite_errorcode = code
        with pytest.raises(Exception) as caught, database.sqlite_errors(tmp_path / CATALOGUE):
            raise error
        found[code] = type(caught.value).__name__
    assert list(found.values()) == ["DiskFailed", "DiskFailed", "WorkspaceLocked", "WorkspaceReadOnly"]

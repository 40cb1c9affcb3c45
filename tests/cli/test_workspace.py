from __future__ import annotations

import os
import shutil
import stat
from decimal import Decimal

import polars as pl
import pytest
from jsonschema import validate

from clientlens.cli.schemas import schema_of
from clientlens.model.tables import BY_NAME
from clientlens.workspace.lock import reading
from clientlens.workspace.workspace import Workspace

ASKED = (("orders", "--all"), ("insights",), ("leaderboard",), ("checkouts",), ("clients",))


def _answers(call, ws):
    return [call(*words, "--as-of", "2026-10-31", "--json", ws=ws).json for words in ASKED]


def _hashes(ws):
    with Workspace.open(ws) as workspace:
        return sorted((f.file.table, f.file.month, f.file.sha256) for f in workspace.state.live("current"))


def _derived(ws, table):
    """A current file of a table that is no import's own."""
    with Workspace.open(ws) as workspace:
        truth = {live.file.path for live in workspace.state.live("batch")}
        return next(
            ws / f.file.path for f in workspace.state.live("current", table) if f.file.path not in truth
        )


# --- undo -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_import_taken_back_leaves_what_never_having_made_it_gives(call, ws, tmp_path, files, number):
    done = call("workspace", "undo", number, "--json", ws=ws)
    assert (done.code, done.stderr) == (0, "")
    assert done.json["import_id"] == number
    validate(done.json, schema_of("workspace undo"))
    for place, names in enumerate(files.values(), 1):
        if place != number:
            call("import", "--timezone", "Europe/Berlin", *names, ws=tmp_path / "without")
    assert _hashes(ws) == _hashes(tmp_path / "without")
    assert _answers(call, ws) == _answers(call, tmp_path / "without")


def test_without_an_id_the_last_import_is_taken_back(call, ws):
    done = call("workspace", "undo", ws=ws)
    assert done.text.splitlines()[0] == "Import 3 is taken back"
    taken_back = [one["taken_back"] for one in call("workspace", "imports", "--json", ws=ws).json]
    assert taken_back == [False, False, True]


def test_an_import_can_be_taken_back_once(call, ws):
    call("workspace", "undo", 2, ws=ws)
    done = call("workspace", "undo", 2, ws=ws)
    assert done.code == 2
    assert done.stderr.splitlines()[0] == "clientlens: error: there is no import 2"


def test_a_damaged_import_is_mended_by_taking_it_back_and_making_it_again(call, ws, files):
    before = _hashes(ws)
    with Workspace.open(ws) as workspace:
        own = [live.file.path for live in workspace.state.live("batch", "orders") if live.import_id == 1]
    (ws / own[0]).write_bytes(b"gone")
    (ws / own[1]).unlink()
    found = call("workspace", "check", "--repair", ws=ws)
    assert found.code == 4
    assert "(and 1 more file is damaged)" in found.stderr
    assert call("workspace", "undo", 1, ws=ws).code == 0
    assert call("workspace", "check", ws=ws).code == 0
    assert call("import", *files["first"], ws=ws).code == 0
    assert _hashes(ws) == before


# --- check ----------------------------------------------------------------------------------------------------


def test_a_check_says_nothing_when_all_is_well(call, ws):
    done = call("workspace", "check", ws=ws)
    assert (done.stdout, done.stderr, done.code) == (b"", "", 0)
    assert call("workspace", "check", "--json", ws=ws).json == []


def test_a_check_names_every_damaged_file(call, ws):
    derived, truth = _derived(ws, "orders"), next((ws / "facts").glob("checkouts-*"))
    derived.write_bytes(b"x")
    truth.unlink()
    done = call("workspace", "check", "--json", ws=ws)
    validate(done.json, schema_of("workspace check"))
    assert done.code == 4
    assert {row["file"]: row["problem"].split(",")[0] for row in done.json} == {
        str(derived): "has 1 bytes",
        str(truth): "is missing",
    }
    assert done.error["file"] in {str(derived), str(truth)}
    assert not any(row["repairable"] for row in done.json)


def test_a_check_warns_when_others_can_read(call, ws):
    ws.chmod(0o755)
    next((ws / "facts").iterdir()).chmod(0o644)
    done = call("workspace", "check", ws=ws)
    assert (done.code, done.stderr) == (0, "warning: others can read files here: chmod -R go= the folder\n")


def test_a_repair_derives_what_is_damaged_and_deletes_what_nobody_names(call, ws):
    before, answers = _hashes(ws), _answers(call, ws)
    cut, gone = _derived(ws, "orders"), _derived(ws, "clients")
    os.truncate(cut, 100)
    gone.unlink()
    orphan = ws / "facts" / "orders-2020-01-00.parquet"
    orphan.write_bytes(b"12345")
    assert call("workspace", "check", ws=ws).code == 4
    done = call("workspace", "check", "--repair", "--json", ws=ws)
    validate(done.json, schema_of("workspace check --repair"))
    assert (done.code, done.json["files_derived"], done.json["orphans_deleted"]) == (0, 2, 1)
    assert sorted(done.json["damaged"]) == sorted([str(cut), str(gone)])
    assert not orphan.exists()
    assert call("workspace", "check", ws=ws).code == 0
    assert (_hashes(ws), _answers(call, ws)) == (before, answers)
    again = call("workspace", "check", "--repair", ws=ws)
    assert (again.code, again.text.splitlines()[0]) == (0, "There was nothing to repair")


# --- vacuum, paths, history ---------------------------------------------------------------------------------------


def test_a_vacuum_says_what_it_deleted_and_why_it_did_not(call, ws):
    (ws / "facts" / "orders-2020-01-00.parquet").write_bytes(b"12345")
    with reading(ws):
        done = call("workspace", "vacuum", ws=ws)
    assert done.text.splitlines()[-1] == "somebody is reading; nothing was deleted, run it again later"
    done = call("workspace", "vacuum", "--json", ws=ws)
    assert done.json == {"files_deleted": 1, "bytes_freed": 5, "beside_reader": False}
    validate(done.json, schema_of("workspace vacuum"))


def test_paths_are_those_of_the_live_files_alone(call, ws):
    done = call("workspace", "paths", "orders", ws=ws)
    names = done.text.splitlines()
    assert pl.read_parquet(names).height == call("workspace", "status", "--json", ws=ws).json["orders"]
    assert len(names) < len(list((ws / "facts").glob("orders-*")))
    rows = call("workspace", "paths", "orders", "--json", ws=ws).json
    validate(rows, schema_of("workspace paths"))
    assert [row["path"] for row in rows] == names
    wrong = call("workspace", "paths", "sales", ws=ws)
    assert (wrong.code, wrong.stderr.splitlines()[0]) == (2, "clientlens: error: no table is called 'sales'")


def test_the_history_tells_who_did_what(call, ws):
    call("workspace", "undo", 2, ws=ws, user="bob")
    _derived(ws, "clients").unlink()
    call("workspace", "check", "--repair", ws=ws, user=None)
    (ws / "facts" / "orders-2020-01-00.parquet").write_bytes(b"12345")
    call("workspace", "vacuum", ws=ws)
    rows = call("workspace", "history", "--json", ws=ws).json
    validate(rows, schema_of("workspace history"))
    assert [(row["number"], row["actor"], row["kind"]) for row in rows] == [
        (1, "ada", "import"),
        (2, "ada", "import"),
        (3, "ada", "import"),
        (4, "bob", "undo"),
        (5, None, "repair"),
        (6, "ada", "vacuum"),
    ]
    assert rows[3]["what"].endswith("orders_2.csv (import 2)")
    assert rows[3]["at"] == "2026-11-01T13:00:00+01:00"
    assert rows[4]["what"] == "current files derived anew: 1; orphans deleted: 0"
    assert rows[5]["what"] == "old files deleted: 1, 5 bytes"
    assert "took back" in call("workspace", "history", ws=ws).text


# --- export ---------------------------------------------------------------------------------------------------


def test_an_export_holds_every_table_with_client_ids_and_decimals(call, ws, tmp_path):
    done = call("workspace", "export", "copy", "--json", ws=ws)
    validate(done.json, schema_of("workspace export"))
    status = call("workspace", "status", "--json", ws=ws).json
    rows = {row["table"]: row["rows"] for row in done.json}
    assert {name: rows[name] for name in ("orders", "order_lines", "checkouts", "clients")} == {
        name: status[name] for name in ("orders", "order_lines", "checkouts", "clients")
    }
    orders = pl.read_parquet(tmp_path / "copy" / "orders.parquet")
    one = orders.filter(pl.col("order_key") == "1001").row(0, named=True)
    assert (one["order_total"], one["currency"]) == (Decimal("29.0000"), "EUR")
    clients = set(pl.read_parquet(tmp_path / "copy" / "clients.parquet")["client_id"])
    for table in ("orders", "order_lines", "checkouts", "checkout_lines", "people"):
        frame = pl.read_parquet(tmp_path / "copy" / f"{table}.parquet")
        ids = frame.filter(pl.col("person_key").is_not_null())["client_id"]
        assert ids.null_count() == 0
        assert set(ids) <= clients
    lines = pl.read_parquet(tmp_path / "copy" / "order_lines.parquet")
    assert lines["currency"].null_count() == 0


def test_an_export_is_private_and_replaces_nothing_unless_told(call, ws, tmp_path):
    (tmp_path / "copy").mkdir(mode=0o700)
    there = tmp_path / "copy" / "people.csv"
    there.write_text("mine")
    done = call("workspace", "export", "copy", "--format", "csv", ws=ws)
    assert (done.code, done.stderr.splitlines()[0]) == (
        2,
        "clientlens: error: copy/people.csv exists already",
    )
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["people.csv"]
    assert call("workspace", "export", "copy", "--format", "csv", "--force", ws=ws).code == 0
    files = list((tmp_path / "copy").iterdir())
    assert sorted(file.stem for file in files) == sorted(BY_NAME)
    there.unlink()
    assert {stat.S_IMODE(path.stat().st_mode) for path in files if path.exists()} == {0o600}
    made = call("workspace", "export", "new/place", ws=ws)
    assert made.code == 0
    assert stat.S_IMODE((tmp_path / "new" / "place").stat().st_mode) == 0o700


def test_an_export_as_csv_says_what_the_parquet_says(call, ws, tmp_path):
    call("workspace", "export", "a", ws=ws)
    call("workspace", "export", "b", "--format", "csv", ws=ws)
    for table in ("orders", "order_lines", "clients"):
        typed = pl.read_parquet(tmp_path / "a" / f"{table}.parquet")
        text = pl.read_csv(tmp_path / "b" / f"{table}.csv", infer_schema=False)
        assert text.columns == typed.columns
        assert text.height == typed.height
        assert text[typed.columns[0]].equals(typed[typed.columns[0]])
    assert text["client_id"].to_list() == sorted(text["client_id"])


def test_an_export_never_goes_into_the_workspace(call, ws):
    done = call("workspace", "export", ws / "facts", ws=ws)
    assert (done.code, "it lies in the workspace" in done.stderr) == (2, True)


# --- one answer after the other ---------------------------------------------------------------------------------


def test_the_commands_that_change_something_need_a_workspace(call, tmp_path):
    for words in (("undo",), ("check",), ("check", "--repair"), ("vacuum",), ("history",), ("export", "x")):
        done = call("workspace", *words, ws=tmp_path / "none")
        assert (done.code, done.stderr.splitlines()[0]) == (
            4,
            f"clientlens: error: no workspace at {tmp_path / 'none'}",
        )
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "x").exists()


def test_a_copied_workspace_answers_the_same(call, ws, tmp_path):
    shutil.copytree(ws, tmp_path / "other", copy_function=shutil.copyfile)
    assert call("workspace", "check", ws=tmp_path / "other").code == 0
    assert _answers(call, ws) == _answers(call, tmp_path / "other")

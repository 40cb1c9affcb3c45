"""One suite over every command that answers: keys, formats, files, and streams that do not mix."""

from __future__ import annotations

import csv
import io
import json
import runpy
import stat
from pathlib import Path

import jsonschema
import polars as pl
import pytest

CLIENT = "theodelaroche-vernet@mail.example"
"""A client of both sample shops, with checkouts."""
WIN_BACK = str(Path(__file__).resolve().parents[2] / "examples" / "campaigns" / "win-back.toml")

INSIGHTS = [
    *("client_id", "name", "email", "scope", "window", "as_of", "completed_orders", "average_rating"),
    *("average_order_price", "price_low", "price_high", "currency", "tip_frequency", "last_order_date"),
    *("preferred_service", "repeat_order_rate", "completion_rate", "completion_level", "experience", "basis"),
]
LEADERBOARD = [
    *("rank", "client_id", "name", "email", "purchases", "average_order_amount", "total_spend", "currency"),
    *("last_purchase_date", "previous_rank", "rank_change", "revenue_share"),
]
CHECKOUTS = [
    *("checkout_id", "client_id", "name", "email", "created_at", "status", "total", "currency", "items"),
    *("recovered_at", "recovered_order", "recovered_by", "hours_to_recovery"),
]
ORDERS = [
    *("order_id", "number", "store", "placed_at", "status", "badge", "price", "order_total", "net_total"),
    *("currency", "tip", "items"),
]
CLIENTS = [
    *("client_id", "name", "email", "phone", "city", "country", "anonymous", "joined_at", "completed_orders"),
    *("total_spend", "currency", "last_order_date", "abandoned_checkouts", "recovered_checkouts", "groups"),
    "points",
]
IMPORT = [
    *("import_id", "files", "orders_added", "orders_updated", "orders_unchanged", "orders_linked"),
    *("order_lines", "clients_added", "clients_updated", "checkouts_added", "checkouts_updated"),
    *("reviews_added", "events_added", "scans_added", "requests_added", "rows_stored", "rows_duplicate"),
    *("rows_skipped", "test_orders_skipped", "unattributed_orders", "totals", "problems", "rows_set_aside"),
]
LINES = ["sku", "product", "quantity", "unit_price", "total"]

# What is asked -> (name of its schema, its documented keys; None where they are the project's own choice).
ASKED = {
    ("insights",): ("insights", INSIGHTS),
    ("insights", CLIENT): ("insights", INSIGHTS),
    ("insights", "--window", "last-quarter", "--window", "1y"): ("insights", INSIGHTS),
    ("leaderboard",): ("leaderboard", LEADERBOARD),
    ("leaderboard", "--window", "60d", "--rank-by", "average"): ("leaderboard", LEADERBOARD),
    ("checkouts",): ("checkouts", CHECKOUTS),
    ("checkouts", "--summary"): ("checkouts --summary", None),
    ("orders",): ("orders", ORDERS),
    ("orders", CLIENT, "--all"): ("orders", ORDERS),
    ("orders", CLIENT, "--lines"): ("orders --lines", [*ORDERS, "lines"]),
    ("client", CLIENT): ("client", None),
    ("client", CLIENT, "--lines"): ("client --lines", None),
    ("clients",): ("clients", CLIENTS),
    ("clients", "list", "lindt"): ("clients", CLIENTS),
    ("clients", "explain", CLIENT): ("clients explain", None),
    ("clients", "suggest-merges"): ("clients suggest-merges", None),
    ("metrics",): ("metrics", None),
    ("metrics", CLIENT): ("metrics", None),
    ("metrics", "--describe"): ("metrics --describe", None),
    ("segments",): ("segments", None),
    ("segments", "--clients"): ("segments --clients", None),
    ("cohorts",): ("cohorts", None),
    ("cohorts", "--summary"): ("cohorts --summary", None),
    ("workspace", "status"): ("workspace status", None),
    ("workspace", "imports"): ("workspace imports", None),
    ("campaigns", "check", WIN_BACK): ("campaigns check", None),
    ("config", "show"): ("config show", None),
    ("sources",): ("sources", None),
}
THOROUGHLY = [("insights",), ("orders", CLIENT, "--lines"), ("checkouts", "--summary")]
COMMANDS = pytest.mark.parametrize("command", ASKED, ids=" ".join)
SUFFIXES = {".txt": "table", ".json": "json", ".JSONL": "jsonl", ".csv": "csv", ".parquet": "parquet"}


def rows_of(result):
    found = result.json
    return found if isinstance(found, list) else [found]


@COMMANDS
def test_json_has_the_documented_keys_in_order_and_keeps_to_its_schema(shown, command):
    name, keys = ASKED[command]
    answered = shown(*command, "--json")
    assert answered.code == 0
    told = shown("schema", *name.split())
    assert (told.code, told.stderr) == (0, "")
    schema = json.loads(told.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = json.loads(answered.stdout)
    jsonschema.validate(found, schema)
    rows = rows_of(answered)
    assert rows
    promised = list((schema if isinstance(found, dict) else schema["items"])["properties"])
    for row in rows:
        assert list(row) == promised
    if keys is not None:
        assert promised == keys


def test_lines_of_orders_have_their_documented_keys(shown):
    rows = shown("orders", CLIENT, "--lines", "--json").json
    lines = [line for row in rows for line in row["lines"]]
    assert lines
    assert {tuple(line) for line in lines} == {tuple(LINES)}


def test_import_json_has_the_documented_keys_and_keeps_to_its_schema(shown, sample_imports):
    schema = json.loads(shown("schema", "import").stdout)
    for said in sample_imports[1].values():
        jsonschema.validate(json.loads(said.stdout), schema)
        assert list(said.json) == IMPORT
        assert [list(one) for one in said.json["files"]] == [
            ["file", "source", "store", "rows", "bytes", "sha256"]
        ] * 5
        assert [list(one) for one in said.json["totals"]] == [["currency", "orders", "order_total"]]


@COMMANDS
def test_jsonl_is_the_rows_of_json_one_on_each_line(shown, command):
    assert [json.loads(line, parse_float=str) for line in shown(*command, "-f", "jsonl").lines] == rows_of(
        shown(*command, "--json")
    )


@COMMANDS
def test_csv_says_what_json_says(shown, command):
    """A cell is the number as JSON writes it, the text itself, or nothing for null; what is nested is JSON."""
    table = list(csv.reader(io.StringIO(shown(*command, "-f", "csv", "--no-csv-safe").text, newline="")))
    rows = rows_of(shown(*command, "--json"))
    assert table[0] == list(rows[0])
    assert len(table) == 1 + len(rows)
    for cells, row in zip(table[1:], rows, strict=True):
        for cell, value in zip(cells, row.values(), strict=True):
            if isinstance(value, dict | list):
                assert json.loads(cell, parse_float=str) == value
            elif isinstance(value, bool):
                assert cell == ("true" if value else "false")
            else:
                assert cell == ("" if value is None else str(value))


@COMMANDS
def test_parquet_says_what_json_says(shown, command):
    frame = pl.read_parquet(io.BytesIO(shown(*command, "-f", "parquet").stdout))
    rows = rows_of(shown(*command, "--json"))
    assert frame.columns == list(rows[0])
    assert frame.height == len(rows)
    for name, dtype in frame.schema.items():
        assert not dtype.is_float(), name
        if dtype in {pl.String, pl.Boolean} or dtype.is_integer():
            assert frame[name].to_list() == [row[name] for row in rows]
        elif isinstance(dtype, pl.Decimal):
            exact = [None if value is None else value.normalize() for value in frame[name].to_list()]
            wanted = pl.Series([row[name] and str(row[name]) for row in rows], dtype=pl.String)
            assert exact == [
                None if value is None else value.normalize() for value in wanted.cast(dtype).to_list()
            ]


@COMMANDS
def test_only_data_on_stdout_and_no_data_on_stderr(shown, command):
    answered = shown(*command, "--json")
    assert all(line.startswith("note: ") for line in answered.stderr.splitlines())
    for row in rows_of(answered)[:50]:
        for key in ("client_id", "email", "name"):
            if row.get(key) and command[0] != "config":
                assert str(row[key]) not in answered.stderr


@COMMANDS
def test_a_file_holds_the_bytes_that_stdout_had_when_asked_before(ask, shown, tmp_path, command):
    for suffix, name in SUFFIXES.items() if command in THOROUGHLY else [(".csv", "csv"), (".json", "json")]:
        written = ask(*command, "-o", "out" + suffix)
        assert (written.stdout, written.code) == (b"", 0)
        file = tmp_path / ("out" + suffix)
        assert shown(*command, "-f", name).stdout
        assert file.read_bytes() == shown(*command, "-f", name).stdout
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert all(path.name.startswith("out.") for path in tmp_path.iterdir())


@COMMANDS
def test_a_file_is_not_replaced_without_force(ask, tmp_path, command):
    file = tmp_path / "out.json"
    file.write_bytes(b"mine")
    refused = ask(*command, "-o", "out.json")
    assert (refused.stdout, refused.code) == (b"", 2)
    assert refused.stderr == ("clientlens: error: out.json exists already\nhint: add --force to replace it\n")
    assert file.read_bytes() == b"mine"
    replaced = ask(*command, "-o", "out.json", "--force")
    assert (replaced.stdout, replaced.code) == (b"", 0)
    assert file.read_bytes() == ask(*command, "--json").stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_named_format_beats_the_suffix(ask, tmp_path):
    ask("sources", "-o", "out.csv", "-f", "json")
    assert (tmp_path / "out.csv").read_bytes() == ask("sources", "--json").stdout


@pytest.mark.parametrize("command", [("sources",), ("insights",), ("import", "nothing.csv")], ids=" ".join)
def test_an_unknown_format_is_refused_before_any_work(ask, command):
    refused = ask(*command, "-f", "xml")
    assert (refused.stdout, refused.code) == (b"", 2)
    assert refused.stderr == (
        "clientlens: error: unknown format 'xml'\nhint: use one of table, csv, json, jsonl, parquet\n"
    )


@pytest.mark.parametrize("name", ["json", "csv"])
@pytest.mark.parametrize(
    "command", [("clients",), ("insights", CLIENT), ("checkouts", "--summary")], ids=" ".join
)
def test_machine_formats_do_not_depend_on_terminal_or_colour(ask, shown, command, name):
    drawn = ask(
        *command, "-f", name, "--color", "always", tty=True, width=20, environment={"FORCE_COLOR": "1"}
    )
    assert drawn.stdout == shown(*command, "-f", name).stdout


def test_every_schema_is_of_a_command_that_was_asked_here(shown):
    # Those of commands that need a workspace of their own are held to their schemas in tests/cli.
    changing = {
        f"workspace {name}" for name in ("check", "check --repair", "export", "paths", "undo", "vacuum")
    } | {"clients merge", "clients split", "privacy export"}
    written_down = runpy.run_path(str(Path(__file__).with_name("test_schemas_of_changes.py")))["STEPS"]
    asked = {name for name, _ in (*ASKED.values(), *written_down)}
    assert asked | {"import"} | changing == set(shown("schema").lines)

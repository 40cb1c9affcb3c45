"""Import from end to end: the order of files is no matter, no order is lost, and the totals add up to the cent."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT / "../shared/samples"
ZONE = ("--timezone", "Europe/Berlin")
ANSWERS = [
    ("insights",),
    ("leaderboard", "--window", "last-quarter", "--rank-by", "purchases"),
    ("checkouts",),
    ("checkouts", "--summary"),
    ("orders", "--all", "--lines"),
    ("clients",),
]


def test_the_same_import_again_changes_and_records_nothing(clientlens, own_sample, sample_files, shown):
    said = clientlens("-w", own_sample, "import", "--json", "--store", "lantern", *sample_files["lantern"])
    assert said.code == 0
    again = said.json
    assert again["import_id"] is None
    assert {name: again[name] for name in again if name.endswith(("_added", "_updated"))} == dict.fromkeys(
        [name for name in again if name.endswith(("_added", "_updated"))], 0
    )
    assert again["orders_unchanged"] == 758
    assert (again["rows_stored"], again["rows_duplicate"]) == (0, sum(one["rows"] for one in again["files"]))
    assert (
        clientlens("-w", own_sample, "workspace", "imports", "--json").stdout
        == shown("workspace", "imports", "--json").stdout
    )
    told = clientlens("-w", own_sample, "import", "--store", "lantern", *sample_files["lantern"])
    assert told.lines[0] == "Nothing changed: these files are stored already"


TURNS = list(itertools.permutations(range(3)))


@pytest.fixture(scope="module")
def answered_in_one_call(sample_files, tmp_path_factory, ask_of):
    return ask_of(tmp_path_factory.mktemp("reference"), [sample_files["harbour"]])


@pytest.fixture(scope="module")
def ask_of(program):
    """`ask_of(folder, calls)`: every answer after some calls of import, as bytes."""

    def call(folder, calls):
        where = ("-w", folder / ".clientlens", "--as-of", "2026-10-31")
        for files in calls:
            done = program(*where, "import", "--store", "harbour", *ZONE, *files, folder=folder)
            assert done.code == 0, done.stderr
        return {asked: program(*where, *asked, "--json", folder=folder).stdout for asked in ANSWERS}

    return call


@pytest.mark.parametrize("turn", TURNS, ids=str)
@pytest.mark.parametrize("calls", ["one call", "three calls"])
def test_parts_and_an_older_export_in_any_order_give_the_same_answers(
    ask_of, answered_in_one_call, sample_files, tmp_path, turn, calls
):
    orders, others = sample_files["harbour"][:3], sample_files["harbour"][3:]
    turned = [orders[place] for place in turn]
    if calls == "one call":
        asked = [[others[0], *turned, others[1]]]
    else:
        asked = [[turned[0]], [others[1], turned[1]], [turned[2], others[0]]]
    assert ask_of(tmp_path, asked) == answered_in_one_call


# --- no money is lost ---------------------------------------------------------------------------------


def test_totals_of_an_import_are_the_sum_of_what_became_of_every_order(
    sample, sample_imports, shown, sums_of
):
    parts = {
        currency: {name: Decimal(amount) for name, amount in amounts.items()}
        for currency, amounts in sums_of(sample, "2026-12-31").items()
    }
    totals = {
        one["currency"]: Decimal(one["order_total"])
        for said in sample_imports[1].values()
        for one in said.json["totals"]
    }
    assert totals == {currency: sum(amounts.values()) for currency, amounts in parts.items()}
    assert all(
        amount > 0 for amounts in parts.values() for name, amount in amounts.items() if name != "unattributed"
    )
    spent: dict[str, Decimal] = {}
    for row in shown("clients", "--as-of", "2026-12-31", "--json").json:
        if row["total_spend"] is not None:
            spent[row["currency"]] = spent.get(row["currency"], Decimal(0)) + Decimal(row["total_spend"])
    assert spent == {currency: amounts["completed_net"] for currency, amounts in parts.items()}


def test_the_leaderboard_of_everybody_adds_up_to_what_clients_spent(shown):
    board = shown("leaderboard", "--top", "0", "--anonymous", "--json").json
    clients = shown("clients", "--json").json
    for currency in ("EUR", "USD"):
        assert sum(Decimal(row["total_spend"]) for row in board if row["currency"] == currency) == sum(
            Decimal(row["total_spend"]) for row in clients if row["currency"] == currency
        )


# --- files in the wild --------------------------------------------------------------------------------


def _shared():
    found = sorted(SHARED.glob("shopify-*.csv")) if SHARED.is_dir() else []
    kinds = ("shopify-orders", "shopify-customers", "shopify-abandoned")
    return [path for path in found if path.name.startswith(kinds)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of samples is not here")
@pytest.mark.parametrize("file", _shared(), ids=lambda path: path.name)
def test_every_known_layout_is_imported_and_every_row_accounted_for(clientlens, file):
    options = ("--date-format", "%m/%d/%y %H:%M") if "38col" in file.name else ()
    done = clientlens("import", file, *ZONE, "--json", *options)
    assert done.code in {0, 1}, done.stderr
    said = done.json
    assert (done.code == 1) is (said["rows_set_aside"] > 0)
    rows = sum(one["rows"] for one in said["files"])
    assert rows > 0
    assert rows == sum(said[f"rows_{name}"] for name in ("stored", "duplicate", "skipped", "set_aside"))
    stored = said["orders_added"] + said["clients_added"] + said["checkouts_added"]
    assert stored > 0
    for question in (("insights",), ("checkouts", "--summary"), ("orders", "--all", "--lines"), ("clients",)):
        assert clientlens(*question, tty=True, width=80).code == 0


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of samples is not here")
def test_dates_that_can_be_read_two_ways_are_not_guessed(clientlens, tmp_path):
    refused = clientlens("import", SHARED / "shopify-orders-excel-mangled-38col.csv")
    assert (refused.code, refused.stdout) == (3, b"")
    assert "can be day first or month first" in refused.stderr
    assert "--date-format" in refused.stderr.splitlines()[1]
    assert not (tmp_path / ".clientlens").exists()


# --- ways in ------------------------------------------------------------------------------------------


def test_stdin_is_read_when_its_source_is_named(clientlens, orders_csv):
    data = orders_csv("orders.csv", {}, {}).read_bytes()
    done = clientlens("import", "-", "--source", "shopify_orders", "--json", stdin=data)
    assert done.code == 0
    assert done.json["orders_added"] == 2
    assert done.json["files"][0]["file"] == "-"


def test_stdin_without_a_source_is_refused(clientlens, orders_csv):
    refused = clientlens("import", "-", stdin=orders_csv("orders.csv").read_bytes())
    assert refused.stdout == b""
    assert refused.code in {2, 3}
    assert "--source" in refused.stderr


def test_stdin_and_the_file_are_the_same_import(clientlens, orders_csv):
    file = orders_csv("orders.csv", {}, {})
    clientlens("import", file)
    again = clientlens("import", "-", "--source", "shopify_orders", "--json", stdin=file.read_bytes())
    assert (again.json["import_id"], again.json["orders_added"]) == (None, 0)


def test_one_bad_file_stores_none_of_the_call(clientlens, orders_csv, tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert clientlens("import", orders_csv("orders.csv"), "other.csv").code == 3
    assert not (tmp_path / ".clientlens").exists()


@pytest.mark.parametrize(
    ("options", "drawn"),
    [
        ({"stderr_tty": True}, True),
        ({"tty": True, "stderr_tty": False}, False),
        ({}, False),
        ({"stderr_tty": True, "args": ("--quiet",)}, False),
    ],
    ids=str,
)
def test_progress_is_drawn_on_stderr_only_when_that_is_a_terminal(clientlens, sample_files, options, drawn):
    options = dict(options)
    done = clientlens("import", *options.pop("args", ()), *sample_files["lantern"], "--json", **options)
    assert done.code == 0
    assert ("importing" in done.stderr) is drawn
    assert ("\x1b[" in done.stderr) is drawn
    json.loads(done.stdout)


def test_another_shop_with_the_same_numbers_is_not_mixed_in(clientlens, orders_csv, tmp_path):
    assert clientlens("import", orders_csv("orders.csv")).code == 0
    other = orders_csv("other.csv", {"Id": "9999"})
    refused = clientlens("import", other)
    assert (refused.code, refused.stdout) == (3, b"")
    assert (
        refused.stderr
        == (
            f"clientlens: error: {tmp_path}/other.csv:2: order 1001 of store 'main' is known with another id\n"
            "hint: is this another shop? give it its own name with --store; nothing was stored\n"
        )
        or "is this another shop?" in refused.stderr
    )
    assert clientlens("import", other, "--store", "second").code == 0


# --- demo ---------------------------------------------------------------------------------------------


def test_the_demo_shows_commands_and_answers_and_leaves_nothing_behind(
    clientlens, ask, tmp_path, monkeypatch
):
    import tempfile

    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    home.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    told = clientlens("demo", folder=home)
    assert told.code == 0
    commands = re.findall(r"^\$ clientlens (\S+)", told.text, re.MULTILINE)
    assert " ".join(commands) == (
        "import import insights insights leaderboard segments clients checkouts checkouts campaigns campaigns"
    )
    for title in (
        "Client insights, all time, as of 2026-10-31",
        "Leaderboard by spend",
        "Segments as of 2026-10-31",
        "\n$ clientlens clients --where \"bought('Candle%') and not bought('Wick%') ",
        "Abandoned checkouts as of",
        "Plan of win-back as of 2026-10-31",
    ):
        assert title in told.text
    assert "--as-of 2026-10-31" in told.stderr
    assert list(scratch.iterdir()) == []
    assert list(home.iterdir()) == []
    # Each answer is what the command itself would say.
    answers = told.text.split("\n$ clientlens ")
    board = next(answer for answer in answers if answer.startswith("leaderboard "))
    assert board.split("\n", 1)[1] == ask("leaderboard", "--window", "last-quarter", "--top", "10").text

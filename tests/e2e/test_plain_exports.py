"""Exports of one's own that overlap, are corrected, and come in several kinds: through the program, end to end."""

from __future__ import annotations

import json

import pytest

OLDER = """\
order_id;placed_at;order_total;currency;status;email;product
1;01.03.2026;10,00;EUR;completed;ann@x.org;Jar
2;02.03.2026;1.020,00;EUR;in progress;bob@x.org;Lid
3;03.03.2026;30,00;EUR;in progress;ann@x.org;Jar
"""
NEWER = """\
order_id;placed_at;order_total;currency;status;email;product
2;02.03.2026;1.020,00;EUR;completed;bob@x.org;Lid
3;03.03.2026;30,00;EUR;in progress;ann@x.org;Jar
4;04.03.2026;40,00;EUR;completed;cay@x.org;Jar
"""
AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture
def ask(clientlens):
    """`ask("import", ...)` in the workspace ws: its JSON, and the exit code that it must have."""

    def call(*words, workspace="ws", code=0):
        done = clientlens("-w", workspace, *AS_OF, *words, "--json")
        assert done.code == code, done.stderr
        return done.json

    return call


def _counts(said):
    return tuple(said[f"orders_{what}"] for what in ("added", "updated", "unchanged"))


def test_a_newer_export_updates_only_what_changed(ask, tmp_path):
    (tmp_path / "older.csv").write_text(OLDER, "utf-8")
    (tmp_path / "newer.csv").write_text(NEWER, "utf-8")
    assert _counts(ask("import", "older.csv")) == (3, 0, 0)
    assert _counts(ask("import", "newer.csv")) == (1, 1, 1)  # 4 is new, 2 was completed, 3 is what it was
    assert _counts(ask("import", "newer.csv")) == (0, 0, 3)
    board = ask("leaderboard")
    assert [(row["email"], row["total_spend"]) for row in board] == [
        ("bob@x.org", "1020.00"),
        ("cay@x.org", "40.00"),
        ("ann@x.org", "10.00"),
    ]


def test_the_order_of_imports_changes_no_answer(ask, tmp_path):
    (tmp_path / "older.csv").write_text(OLDER, "utf-8")
    (tmp_path / "newer.csv").write_text(NEWER, "utf-8")
    answers = []
    for number, files in enumerate((["older.csv", "newer.csv"], ["newer.csv", "older.csv"])):
        for file in files:
            ask("import", file, workspace=f"ws{number}")
        answers.append(
            [ask(*words, workspace=f"ws{number}") for words in (["insights"], ["clients"], ["orders"])]
        )
    ask("import", "older.csv", "newer.csv", workspace="ws2")
    answers.append([ask(*words, workspace="ws2") for words in (["insights"], ["clients"], ["orders"])])
    assert answers[0] == answers[1] == answers[2]


def test_rows_set_aside_can_be_corrected_and_imported_again(ask, clientlens, tmp_path):
    spoiled = NEWER.replace("1.020,00;EUR;completed", "1.020,00;EUR;shipped?")
    (tmp_path / "own.csv").write_text(spoiled, "utf-8")
    said = ask("import", "own.csv", "--rejects", "bad.csv", code=1)
    assert (said["orders_added"], said["rows_set_aside"]) == (2, 1)
    (problem,) = said["problems"]
    assert (problem["line"], problem["column"], problem["value"]) == (2, "status", "shipped?")
    bad = (tmp_path / "bad.csv").read_text("utf-8")
    (tmp_path / "bad.csv").write_text(bad.replace("shipped?", "delivered"), "utf-8")
    assert _counts(ask("import", "bad.csv")) == (1, 0, 0)
    assert ask("leaderboard")[0]["total_spend"] == "1020.00"
    assert clientlens("-w", "ws", "workspace", "check").stdout == b""


def test_every_kind_of_plain_file_comes_in_with_one_call_and_goes_with_one_undo(ask, sample_studio):
    said = ask("import", *sample_studio, "--store", "studio", "--timezone", "Europe/Berlin")
    kinds = ("orders", "reviews", "events", "scans", "requests")
    assert {kind: said[f"{kind}_added"] for kind in kinds} == {
        "orders": 16, "reviews": 14, "events": 6, "scans": 4, "requests": 3,
    }  # fmt: skip
    assert said["rows_stored"] + said["rows_skipped"] == sum(file["rows"] for file in said["files"]) == 49
    # 180 + 420 + 95 + 180 + 285 + 640 + 180 + 400 + 95 + 1200 + 180 + 180 + 95 + 64.90 + 28.90 + 12.00
    assert said["totals"] == [{"currency": "EUR", "orders": 16, "order_total": "4235.80"}]
    again = ask("import", *sample_studio, "--store", "studio")
    assert [again[f"{kind}_added"] for kind in kinds] == [0, 0, 0, 0, 0]
    ask("workspace", "undo")
    status = ask("workspace", "status")
    assert [status[kind] for kind in kinds] == [0, 0, 0, 0, 0]


def test_stars_given_stand_in_the_insights(ask, sample_studio):
    ask("import", *sample_studio, "--store", "studio", "--timezone", "Europe/Berlin")
    rows = {row["name"]: row for row in ask("insights")}
    # Lena: 5, 5 and 4 for three orders of four; Marco: 4, 5 and 5 in the file of orders.
    assert (rows["Lena Krüger"]["average_rating"], rows["Lena Krüger"]["basis"]["rated_orders"]) == (
        "4.6667",
        3,
    )
    assert (rows["Marco Bianchi"]["average_rating"], rows["Marco Bianchi"]["completed_orders"]) == (
        "4.6667",
        3,
    )
    assert rows["Amélie Roux"]["average_rating"] is None


def test_jsonl_as_a_stream_gives_what_the_file_gives(ask, clientlens, sample_studio):
    (file,) = [path for path in sample_studio if path.suffix == ".jsonl"]
    ask("import", file, "--timezone", "Europe/Berlin")
    words = ("import", "-", "--source", "plain_json", "--timezone", "Europe/Berlin", "--json")
    piped = clientlens("-w", "ws2", *words, stdin=file.read_bytes())
    assert (piped.code, json.loads(piped.stdout)["orders_added"]) == (0, 3)
    assert ask("orders") == ask("orders", workspace="ws2")


def test_a_correction_that_nothing_dates_is_told(clientlens, tmp_path):
    (tmp_path / "own.csv").write_text(OLDER, "utf-8")
    clientlens("-w", "ws", "import", "own.csv")
    (tmp_path / "own.csv").write_text(OLDER.replace("30,00", "29,00"), "utf-8")
    again = clientlens("-w", "ws", "import", "own.csv")
    assert again.code == 0
    assert "note: 1 of these orders differ from what is stored, and no time, refund or status" in again.stderr
    dated = (
        OLDER.replace("product\n", "product;updated_at\n")
        .replace("Jar\n", "Jar;\n")
        .replace("Lid\n", "Lid;\n")
    )
    (tmp_path / "own.csv").write_text(
        dated.replace(
            "30,00;EUR;in progress;ann@x.org;Jar;", "29,00;EUR;in progress;ann@x.org;Jar;05.03.2026"
        ),
        "utf-8",
    )
    again = clientlens("-w", "ws", "import", "own.csv", "--json")
    assert (again.json["orders_updated"], "differ from what is stored" in again.stderr) == (1, False)


def test_nothing_good_beside_a_test_order_is_refused(clientlens, tmp_path):
    (tmp_path / "own.csv").write_text(
        "order_id,placed_at,order_total,currency,status,test\n1,2026-03-01,x,EUR,paid,\n2,2026-03-01,5.00,EUR,paid,yes\n"
    )
    done = clientlens("-w", "ws", "import", "own.csv")
    assert (done.code, done.stdout) == (3, b"")
    assert "own.csv:2: no good row; the first is set aside: order_total 'x'" in done.stderr
    assert not (tmp_path / "ws").exists()


def test_the_zone_of_a_new_workspace_is_not_that_of_a_file_which_has_its_own(clientlens, tmp_path):
    mapping = (
        'kind = "orders"\ntimezone = "UTC"\n[columns]\norder_id = "id"\nplaced_at = "at"\norder_total = "sum"\n'
        '[constants]\ncurrency = "EUR"\nemail = "a@x.org"\n'
    )
    (tmp_path / "m.toml").write_text(mapping)
    (tmp_path / "x.csv").write_text("id,at,sum\n1,2026-06-30 23:30,5.00\n")
    words = ("-w", "ws", "import", "x.csv", "--mapping", "m.toml", "--timezone", "Europe/Berlin")
    assert clientlens(*words).code == 0
    (row,) = clientlens("-w", "ws", "orders", "--json").json
    assert row["placed_at"] == "2026-07-01T01:30:00+02:00"
    assert "Nothing changed" in clientlens(*words).text
    # For one file of a workspace that exists, the zone that is named counts.
    other = clientlens(
        "-w", "ws2", "import", "x.csv", "--mapping", "m.toml", environment={"CLIENTLENS_TIMEZONE": "UTC"}
    )
    assert other.code == 0
    assert (
        clientlens(
            "-w", "ws2", "import", "x.csv", "--mapping", "m.toml", "--timezone", "Asia/Tokyo", "--dry-run"
        ).code
        == 0
    )

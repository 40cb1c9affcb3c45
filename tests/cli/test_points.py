"""`points`: what each command prints, refuses and leaves; figures by hand beside each test."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import jsonschema
import pytest

import clientlens

HEAD = "order_id,placed_at,order_total,currency,status,refunded,email,name,client_ref,anonymous"
ANNA, BOB = "anna@example.org", "bob@example.org"


@pytest.fixture
def file(tmp_path):
    """Write a plain CSV of orders; each row is the text of its cells."""

    def write(*rows, name="orders.csv"):
        path = tmp_path / name
        path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
        return path

    return write


ROWS = (
    f"1,2026-03-01T10:00:00Z,25.90,EUR,paid,,{ANNA},Anna,,",
    f"2,2026-03-02T10:00:00Z,10.10,EUR,paid,,{ANNA},Anna,,",
    f"3,2026-04-01T10:00:00Z,40.00,EUR,paid,15.50,{BOB},Bob,,",
    f"4,2026-04-02T10:00:00Z,99.00,EUR,pending,,{BOB},Bob,,",
    f"5,2026-04-03T10:00:00Z,7.00,USD,paid,,{BOB},Bob,,",
    "6,2026-04-04T10:00:00Z,30.00,EUR,paid,,,,u77,yes",
    "7,2026-04-05T10:00:00Z,30.00,EUR,paid,,,Nobody,,",
)


@pytest.fixture
def shop(call, file, tmp_path):
    """Anna with two orders; Bob with one refunded in part, one unpaid, one in dollars; a stranger; a bare name."""
    path = tmp_path / "ws"
    done = call("import", file(*ROWS), "--timezone", "Europe/Rome", ws=path)
    assert done.code == 0, done.stderr
    return path


@pytest.fixture
def points(call, shop):
    """`points("add", ANNA, 5)`: the answer, checked against its schema."""

    def ask(*args, code=0):
        done = call("points", *args, "--json", ws=shop)
        assert done.code == code, done.stderr
        if code:
            return done.error
        jsonschema.validate(done.json, json.loads(call("schema", f"points {args[0]}").text))
        return done.json

    return ask


def balance(points, who):
    return points("balance", who)[0]["points"]


def test_points_are_given_and_taken_and_the_balance_is_their_sum(points):
    first = points("add", ANNA, 50, "--reason", "sorry", "--order", "2")
    assert (first["points"], first["balance"], first["reason"], first["order"]) == (50, 50, "sorry", "2")
    assert (first["actor"], first["written"], first["name"]) == ("ada", True, "Anna")
    assert points("subtract", ANNA, 20)["balance"] == 30
    rows = points("history", ANNA)
    assert [(row["kind"], row["points"], row["balance"], row["order"]) for row in rows] == [
        ("added", 50, 50, "2"),
        ("subtracted", -20, 30, None),
    ]
    assert [(row["name"], row["points"]) for row in points("balance")] == [("Anna", 30)]
    assert balance(points, BOB) == 0


def test_an_order_that_is_not_the_clients_is_told(call, shop):
    for number, told in (("#2", False), ("3", True), ("99", True)):
        done = call("points", "add", ANNA, 1, "--order", number, ws=shop)
        assert ("of this client is known" in done.text) == told, number


def test_a_client_known_by_phone_alone_is_told_by_it(points, call, tmp_path, shop):
    (tmp_path / "by_phone.csv").write_text(
        "order_id,placed_at,order_total,currency,phone\n9,2026-03-01T10:00:00Z,5.00,EUR,+4930123456\n"
    )
    assert call("import", tmp_path / "by_phone.csv", ws=shop).code == 0
    points("add", "9", 5)
    assert call("groups", "add", "callers", "9", ws=shop).code == 0
    for told in (("points",), ("groups", "show", "callers")):
        assert "  +4930123456  " in call(*told, ws=shop).text, told


def test_a_balance_never_goes_below_0_unless_that_is_allowed(points, call, shop):
    points("add", ANNA, 5)
    error = points("subtract", ANNA, 6, code=2)
    assert (error["code"], error["message"].split(" ", 2)[2]) == (
        "not_enough_points",
        "has 5 points, 6 cannot be taken off",
    )
    assert balance(points, ANNA) == 5
    assert points("subtract", ANNA, 6, "--allow-negative")["balance"] == -1
    done = call("points", "subtract", ANNA, 1, ws=shop)
    assert (done.code, done.stdout) == (2, b"")
    assert done.stderr.splitlines()[1] == "hint: take off fewer, or add --allow-negative"


def test_the_same_key_posts_once_also_when_the_points_are_gone(points):
    for written in (True, False):
        done = points("add", ANNA, 5, "--key", "spring")
        assert (done["written"], done["balance"]) == (written, 5)
    for written in (True, False):
        done = points("subtract", ANNA, 5, "--key", "redeem")
        assert (done["written"], done["balance"]) == (written, 0)
    assert len(points("history", ANNA)) == 2


def test_the_same_key_for_something_else_is_refused(points):
    points("add", ANNA, 5, "--key", "spring")
    for other in ((ANNA, 6), (BOB, 5), (ANNA, 5, "--reason", "x")):
        error = points("add", *other, "--key", "spring", code=2)
        assert (error["code"], error["exit"]) == ("entry_conflict", 2)
        assert error["message"].startswith("'spring' is the key of another entry")
    assert (balance(points, ANNA), balance(points, BOB)) == (5, 0)


def test_a_key_still_counts_after_its_client_became_part_of_another(points, call, shop):
    points("add", BOB, 5, "--key", "spring")
    assert call("clients", "merge", ANNA, BOB, ws=shop).code == 0
    done = points("add", BOB, 5, "--key", "spring")
    assert (done["written"], done["balance"], done["name"]) == (False, 5, "Bob")


def test_all_clients_of_a_condition_get_points_once_by_a_key(points, call, shop):
    spring = ("add-all", 5, "--where", "completed_orders >= 1", "--key", "spring")
    tried = points(*spring, "--dry-run")
    assert (tried["clients"], balance(points, ANNA)) == (2, 0)
    done = points(*spring)
    assert [done[one] for one in ("clients", "before", "anonymous", "total")] == [2, 0, 1, 10]
    assert call("clients", "edit", "Anonymous u77", "--name", "Ursula", ws=shop).code == 0
    assert call("clients", "merge", ANNA, BOB, ws=shop).code == 0
    again = points(*spring)
    assert [again[one] for one in ("clients", "before", "anonymous", "total")] == [1, 1, 0, 5]
    assert (balance(points, ANNA), balance(points, "Ursula")) == (10, 5)


def test_a_group_gets_points_and_its_key_is_for_one_gift(points, call, shop):
    assert call("groups", "add", "fair", ANNA, ws=shop).code == 0
    fair = ("add-all", 5, "--group", "Fair", "--key", "fair")
    assert points(*fair)["clients"] == 1
    # The same word as the key of a single entry is another key.
    points("add", ANNA, 1, "--key", "fair")
    error = points("add-all", 6, "--group", "fair", "--key", "fair", code=2)
    assert error["code"] == "entry_conflict"
    assert points(*fair)["clients"] == 0
    assert (balance(points, ANNA), balance(points, BOB)) == (6, 0)
    assert points("add-all", 5, "--key", "all", code=2)["code"] == "nothing_asked"


def test_an_anonymous_client_gets_none_until_somebody_says_who_it_is(points, call, shop):
    error = points("add", "Anonymous u77", 5, code=2)
    assert error["code"] == "not_registered"
    assert error["message"].endswith(" is anonymous; points need a registered client")
    assert call("clients", "edit", "Anonymous u77", "--name", "Ursula", ws=shop).code == 0
    assert points("add", "Ursula", 5)["balance"] == 5
    assert {row["order"]: row["points"] for row in points("earn")}["6"] == 30


@pytest.mark.parametrize("number", ["0", "1.5", "many", "1000000001"])
def test_points_are_whole_numbers_above_0(points, number):
    assert points("add", ANNA, number, code=2)["code"] == "usage_error"


def test_orders_earn_once_rounded_down(points, call, shop):
    # 25.90 -> 25, 10.10 -> 10, 40.00 - 15.50 = 24.50 -> 24; unpaid, in dollars, anonymous and unattributed: none.
    expected = [("1", ANNA, 25), ("2", ANNA, 10), ("3", BOB, 24)]
    rows = points("earn")
    emails = {row["client_id"]: row["email"] for row in call("clients", "--json", ws=shop).json}
    assert [(row["order"], emails[row["client_id"]], row["points"]) for row in rows] == expected
    assert points("earn") == []
    assert (balance(points, ANNA), balance(points, BOB)) == (35, 24)
    told = call("points", "earn", ws=shop)
    assert told.text.splitlines() == [
        "Nothing to do: every order has its points",
        "nothing to show",
        "1 order in currencies without a rate earned nothing",
        "1 order of anonymous clients earned nothing",
        "1 order left out: nothing says which client placed them",
    ]
    listed = {row["email"]: row["points"] for row in call("clients", "--json", ws=shop).json}
    assert (listed[ANNA], listed[BOB]) == (35, 24)


def test_rates_are_by_currency_and_exact(points):
    # 25.90 x 0.3 = 7.77, 10.10 x 0.3 = 3.03, 24.50 x 0.3 = 7.35; 7.00 USD x 1.1429 = 8.0003.
    rows = points("earn", "--rate", "0.3", "--rate", "usd=1.1429")
    assert [(row["order"], row["points"]) for row in rows] == [("1", 7), ("2", 3), ("3", 7), ("5", 8)]


def test_an_order_keeps_its_rate_when_the_rate_changes(points, call, file, shop):
    points("earn")
    changed = f"1,2026-03-01T10:00:00Z,25.90,EUR,paid,5.90,{ANNA},Anna,,"
    new = f"8,2026-05-01T10:00:00Z,10.00,EUR,paid,,{ANNA},Anna,,"
    assert call("import", file(changed, new, name="later.csv"), ws=shop).code == 0
    # 25.90 - 5.90 = 20.00 -> 20 at the old rate, 5 fewer; 10.00 x 2 = 20 at the new one.
    rows = points("earn", "--rate", "2")
    assert [(row["order"], row["points_before"], row["points"]) for row in rows] == [
        ("1", 25, -5),
        ("8", 0, 20),
    ]
    assert balance(points, ANNA) == 50


def test_a_cancelled_order_gives_its_points_back_as_far_as_they_are_there(points, call, file, shop):
    points("earn")
    points("subtract", ANNA, 20)
    gone = f"1,2026-03-01T10:00:00Z,25.90,EUR,refunded,25.90,{ANNA},Anna,,"
    assert call("import", file(gone, name="later.csv"), ws=shop).code == 0
    # 35 - 20 = 15 are left of the 25 that are to be taken back.
    done = call("points", "earn", "--json", ws=shop)
    assert [(row["order"], row["points"]) for row in done.json] == [("1", -15)]
    assert "10 points of 1 client could not be taken back: they are spent" in done.stderr
    assert (balance(points, ANNA), points("earn")) == (0, [])
    points("add", ANNA, 4)
    assert [row["points"] for row in points("earn")] == [-4]
    assert [row["points"] for row in points("earn", "--allow-negative")] == [-6]
    assert balance(points, ANNA) == -6
    assert points("earn", "--allow-negative") == []


def test_orders_before_a_day_or_after_as_of_are_left_alone(points, call, shop):
    assert [row["order"] for row in points("earn", "--since", "2026-03-02", "--dry-run")] == ["2", "3"]
    done = call("points", "earn", "--json", "--as-of", "2026-03-01", ws=shop)
    assert [row["order"] for row in done.json] == ["1"]
    (shop / "clientlens.toml").write_text("[points]\nrates = ['2']\nsince = 2026-04-01\n")
    assert [(row["order"], row["points"]) for row in points("earn")] == [("3", 49)]
    assert balance(points, ANNA) == 25


def test_a_dry_run_writes_nothing(points):
    assert len(points("earn", "--dry-run")) == 3
    assert points("balance") == []


def test_an_import_taken_back_takes_its_points_back_at_the_next_earn(points, call, file, shop):
    points("earn")
    more = file(f"9,2026-05-01T10:00:00Z,12.00,EUR,paid,,{ANNA},Anna,,", name="more.csv")
    call("import", more, ws=shop)
    assert [row["points"] for row in points("earn")] == [12]
    assert call("workspace", "undo", ws=shop).code == 0
    assert balance(points, ANNA) == 47
    rows = points("earn")
    assert [(row["order"], row["placed_on"], row["points"]) for row in rows] == [("9", None, -12)]
    call("import", more, ws=shop)
    assert [row["points"] for row in points("earn")] == [12]
    assert (points("earn"), balance(points, ANNA)) == ([], 47)


def test_points_follow_who_is_one_client(points, call, shop):
    points("earn")
    points("add", BOB, 1)
    call("clients", "merge", ANNA, BOB, ws=shop)
    assert (balance(points, ANNA), points("earn")) == (60, [])
    call("clients", "split", ANNA, BOB, ws=shop)
    assert (balance(points, ANNA), balance(points, BOB), points("earn")) == (35, 25, [])


def test_an_order_that_turns_out_to_be_somebody_elses_moves_its_points(points, call, file, shop):
    points("earn")
    moved = f"2,2026-03-02T10:00:00Z,10.10,EUR,paid,0.01,{BOB},Bob,,"
    assert call("import", file(moved, name="later.csv"), ws=shop).code == 0
    # 10.10 - 0.01 = 10.09 -> 10, Bob's.
    assert sorted(row["points"] for row in points("earn")) == [-10, 10]
    assert (balance(points, ANNA), balance(points, BOB)) == (25, 34)


def test_a_statement_carries_the_balance_forward_and_adds_up(call, shop, points, monkeypatch):
    points("add", ANNA, 50, "--reason", "welcome")
    points("subtract", ANNA, 20)
    rows = points("statement", ANNA, "--window", "month-to-date")
    assert [(row["text"], row["received"], row["spent"], row["balance"]) for row in rows] == [
        ("carried forward", None, None, 0),
        ("welcome", 50, None, 50),
        ("subtracted", None, 20, 30),
        ("balance", 50, 20, 30),
    ]
    later = call("points", "statement", ANNA, "--window", "7d", "--as-of", "2026-12-01", "--json", ws=shop)
    assert [(row["date"], row["text"], row["balance"]) for row in later.json] == [
        ("2026-11-25", "carried forward", 30),
        ("2026-12-01", "balance", 30),
    ]


def test_a_report_adds_up_by_month(points, call, file, shop):
    points("earn")
    points("subtract", ANNA, 35)
    gone = f"3,2026-04-01T10:00:00Z,40.00,EUR,paid,20.00,{BOB},Bob,,"
    call("import", file(gone, name="later.csv"), ws=shop)
    points("earn")
    # 59 earned, 35 redeemed, 24 -> 20 for Bob: 4 taken back.
    assert points("report") == [
        {"month": "2026-11", "issued": 59, "redeemed": 35, "taken_back": 4, "outstanding": 20, "clients": 1}
    ]
    later = call("points", "report", "--as-of", "2027-01-05", "--json", ws=shop).json
    assert [(row["month"], row["issued"], row["outstanding"], row["clients"]) for row in later] == [
        ("2026-11", 59, 20, 1),
        ("2026-12", 0, 20, 1),
        ("2027-01", 0, 20, 1),
    ]
    assert call("points", "report", "--as-of", "2026-01-01", "--json", ws=shop).json == []


def test_points_of_a_client_who_is_gone_wait_for_the_records(points, call, file, shop):
    cora = file("10,2026-05-01T10:00:00Z,12.00,EUR,paid,,cora@example.org,Cora,,", name="cora.csv")
    call("import", cora, ws=shop)
    points("add", "Cora", 7)
    call("workspace", "undo", ws=shop)
    assert points("balance") == []
    told = call("points", "balance", ws=shop).text
    assert "1 entry over 7 points left out: no record names the client today" in told
    call("import", cora, ws=shop)
    assert balance(points, "Cora") == 7


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("-1", "a number up to"),
        ("1e3", "a number up to"),
        ("0.12345", "a number up to"),
        ("XXQ=1", "unknown currency 'XXQ'"),
    ],
)
def test_a_rate_that_is_none_is_refused(points, rate, reason):
    error = points("earn", f"--rate={rate}", code=2)
    assert error["code"] == "bad_points_rate"
    assert reason in error["message"]


_TOGETHER = textwrap.dedent("""
    import io, sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from clientlens.cli.context import Run
    from clientlens.cli.main import execute
    from clientlens.console import Console
    ws, go, word, times, number = sys.argv[1:6]
    print("ready", flush=True)
    while not Path(go).exists():
        time.sleep(0.001)
    codes = []
    for n in range(int(times)):
        run = Run(Console(io.BytesIO(), io.StringIO()), {}, Path("/"), lambda: datetime(2026, 11, 1, 12, tzinfo=UTC))
        codes.append(int(execute(["-w", ws, "points", word, "anna@example.org", number], run)))
    print(*codes, flush=True)
""")


def _together(shop, tmp_path, word, times, number):
    """Two processes begin at the same moment; the exit codes of each."""
    go, source = tmp_path / "go", str(Path(clientlens.__file__).parents[1])
    command = [sys.executable, "-c", _TOGETHER, str(shop), str(go), word, str(times), str(number)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": source}) for _ in "ab"
    ]
    for one in running:
        assert one.stdout.readline() == "ready\n"
    go.touch()
    return [[int(code) for code in one.communicate(timeout=120)[0].split()] for one in running]


def _made(folder):
    folder.mkdir()
    return folder


def test_two_processes_adding_at_once_give_the_exact_sum(points, shop, tmp_path, record_property):
    codes = _together(shop, tmp_path, "add", 50, 3)
    found = balance(points, ANNA)
    record_property("operation", "two processes adding points at once")
    record_property("way", "50 times each, exact sum")
    record_property("trials", 100)
    record_property("failures", 0 if found == 300 else 1)
    assert (codes, found, len(points("history", ANNA))) == ([[0] * 50] * 2, 300, 100)


def test_of_two_processes_taking_the_last_points_one_is_refused(points, shop, tmp_path, record_property):
    failures = 0
    for trial in range(5):
        points("add", ANNA, 10)
        codes = _together(shop, _made(tmp_path / str(trial)), "subtract", 1, 10)
        failures += (sorted(codes), balance(points, ANNA)) != ([[0], [2]], 0)
    record_property("operation", "two processes taking the last points at once")
    record_property("way", "one succeeds")
    record_property("trials", 5)
    record_property("failures", failures)
    assert failures == 0

"""`groups`: by hand, by rule and by files; what each command prints, refuses and leaves."""

from __future__ import annotations

import json

import jsonschema
import pytest

HEAD = "order_id,placed_at,order_total,currency,email,name,client_ref,anonymous,group"
ANNA, BOB, CORA = "anna@example.org", "bob@example.org", "cora@example.org"
ROWS = (
    f"1,2026-03-01T10:00:00Z,25.00,EUR,{ANNA},Anna,,,",
    f"2,2026-03-02T10:00:00Z,10.00,EUR,{ANNA},Anna,,,",
    f"3,2026-04-01T10:00:00Z,40.00,EUR,{BOB},Bob,,,Café",
    f"4,2026-05-01T10:00:00Z,5.00,EUR,{CORA},Cora,,,",
    "5,2026-05-02T10:00:00Z,5.00,EUR,,,u77,yes,",
)


@pytest.fixture
def shop(call, tmp_path):
    """Anna with two orders, Bob (whom the file puts into Café) and Cora with one each, and a stranger."""
    (tmp_path / "orders.csv").write_text("\n".join([HEAD, *ROWS]) + "\n", "utf-8")
    path = tmp_path / "ws"
    done = call("import", tmp_path / "orders.csv", "--timezone", "Europe/Rome", ws=path)
    assert done.code == 0, done.stderr
    return path


@pytest.fixture
def groups(call, shop):
    """`groups("add", "vip", ANNA)`: the answer, checked against its schema."""

    def ask(*args, code=0, before=()):
        done = call(*before, "groups", *args, "--json", ws=shop)
        assert done.code == code, done.stderr
        if code == 2:
            return done.error
        name = "groups" if args[:1] in {(), ("list",)} and len(args) < 2 else f"groups {args[0]}"
        jsonschema.validate(done.json, json.loads(call("schema", name).text))
        return done.json

    return ask


def members(groups, group, **more):
    return [row["name"] for row in groups("show", group, **more)]


def test_clients_are_put_into_a_group_by_hand_and_taken_out(groups):
    done = groups("add", "vip", ANNA, "Bob")
    assert done == {"group": "vip", "changed": 2, "unchanged": 0, "not_found": 0, "members": 2}
    assert groups("add", "vip", ANNA, CORA)["changed"] == 1
    assert members(groups, "vip") == ["Anna", "Bob", "Cora"]
    assert groups("remove", "vip", ANNA, BOB)["changed"] == 2
    assert groups("remove", "vip", ANNA) == {
        "group": "vip",
        "changed": 0,
        "unchanged": 1,
        "not_found": 0,
        "members": 1,
    }
    assert groups() == [
        {"group": "Café", "members": 1, "by": ["files"], "since": None, "rule": None},
        {"group": "vip", "members": 1, "by": ["hand"], "since": "2026-11-01", "rule": None},
    ]


def test_a_group_of_files_counts_as_one_and_is_found_in_either_case(groups, call, shop):
    # The decomposed spelling of é, as a Mac types it.
    done = groups("add", "cafe\u0301", ANNA)
    assert (done["group"], done["members"]) == ("Café", 2)
    assert [(row["name"], row["by"], row["since"]) for row in groups("show", "café")] == [
        ("Anna", ["hand"], "2026-11-01"),
        ("Bob", ["files"], None),
    ]
    stays = call("groups", "remove", "Café", BOB, ws=shop)
    assert stays.code == 0
    assert "1 of these stays in the group: its rule, or an imported file, says so" in stays.text
    assert {row["name"]: row["groups"] for row in call("clients", "--json", ws=shop).json} == {
        "Anna": ["Café"],
        "Anonymous u77": [],
        "Bob": ["Café"],
        "Cora": [],
    }


def test_a_rule_is_asked_whenever_the_group_is(groups, call, shop, tmp_path):
    done = groups("rule", "two", "completed_orders >= 2")
    assert done == {"group": "two", "rule": "completed_orders >= 2", "before": None, "members": 1}
    more = f"6,2026-06-01T10:00:00Z,5.00,EUR,{CORA},Cora,,,"
    (tmp_path / "more.csv").write_text(f"{HEAD}\n{more}\n", "utf-8")
    call("import", tmp_path / "more.csv", ws=shop)
    assert members(groups, "two") == ["Anna", "Cora"]
    assert members(groups, "two", before=("--as-of", "2026-05-31")) == ["Anna"]
    assert groups("rule", "two", "completed_orders = 1")["before"] == "completed_orders >= 2"
    assert groups("rule", "two", "--clear")["members"] == 0
    assert groups("rule", "two", "--clear", code=2)["code"] == "unknown_group"


def test_a_rule_and_hands_may_share_a_group(groups):
    groups("rule", "mixed", "completed_orders >= 2")
    groups("add", "mixed", BOB)
    assert [(row["name"], row["by"]) for row in groups("show", "mixed")] == [
        ("Anna", ["rule"]),
        ("Bob", ["hand"]),
    ]
    listed = {row["group"]: row for row in groups()}
    assert listed["mixed"]["by"] == ["hand", "rule"]


def test_a_rule_may_name_other_groups_but_not_lead_back_to_itself(groups, call, shop):
    groups("add", "vip", ANNA, BOB)
    groups("rule", "top", "in_group('VIP') and total_spend > 35")
    assert members(groups, "top") == ["Bob"]
    groups("rule", "above", "in_group('top') or in_group('vip')")
    assert members(groups, "above") == ["Anna", "Bob"]
    for who, expected in ((BOB, ["Café", "above", "top", "vip"]), (CORA, [])):
        card = call("client", who, "--json", ws=shop).json
        assert [one["group"] for one in card["groups"]] == expected
    error = groups("rule", "top", "in_group('above')", code=2)
    assert (error["code"], error["message"]) == (
        "circular_rule",
        "a rule that goes in a circle: top -> above -> top",
    )
    assert groups("rule", "new", "not in_group('new')", code=2)["code"] == "circular_rule"
    assert groups("rule", "new", "in_group('tap')", code=2)["message"].endswith(
        "no group is called 'tap'; did you mean 'top'?"
    )
    assert groups("rule", "new", "nonsense > 1", code=2)["code"] == "bad_expression"
    assert members(groups, "top") == ["Bob"]
    assert "new" not in {row["group"] for row in groups()}


def test_a_rule_may_ask_for_points(groups, call, shop):
    call("points", "add", BOB, 5, ws=shop)
    groups("rule", "pointed", "points > 0")
    assert members(groups, "pointed") == ["Bob"]
    card = call("client", BOB, "--json", ws=shop).json
    assert [one["group"] for one in card["groups"]] == ["Café", "pointed"]
    assert call("client", ANNA, "--json", ws=shop).json["groups"] == []
    found = call("clients", "--where", "points = 0 and not anonymous", "--json", ws=shop).json
    assert [row["name"] for row in found] == ["Anna", "Cora"]


def test_many_come_by_a_condition_or_a_list(groups, call, shop, tmp_path):
    assert groups("add", "one", "--where", "completed_orders = 1 and not anonymous")["changed"] == 2
    (tmp_path / "list.txt").write_text(
        f"\ufeff{ANNA.upper()}\n\n# Bob\n{BOB}\nnobody@example.org\nAnna\n", "utf-8"
    )
    done = call("groups", "add", "listed", "--from", "list.txt", "--json", ws=shop)
    assert done.code == 1
    assert done.json == {"group": "listed", "changed": 2, "unchanged": 0, "not_found": 1, "members": 2}
    assert done.stderr == "warning: list.txt:5: no client matches 'nobody@example.org'\n"
    assert groups("remove", "one", "--from", str(tmp_path / "list.txt"), code=1)["changed"] == 1


def test_a_list_that_cannot_be_read_changes_nothing(groups, call, shop, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"# members\nann\xe4@example.org\n")
    for name, told in (("missing.txt", "unreadable"), ("latin.txt", "bad_encoding")):
        done = call("groups", "add", "x", "--from", name, "--json", ws=shop)
        assert (done.code, done.error["code"], done.stdout) == (3, told, b"")
        assert name in done.error["message"]
    assert [row["group"] for row in groups()] == ["Café"]


def test_an_unknown_client_changes_nothing(groups):
    assert groups("add", "vip", ANNA, "nobody", code=2)["code"] == "unknown_client"
    assert groups("add", "vip", code=2)["code"] == "nobody_named"
    assert [row["group"] for row in groups()] == ["Café"]


def test_anonymous_clients_are_in_no_group_by_hand(groups, call, shop):
    error = groups("add", "vip", "Anonymous u77", code=2)
    assert error["message"].endswith(" is anonymous; groups need a registered client")
    done = call("groups", "add", "vip", "--where", "completed_orders >= 1", ws=shop)
    assert done.code == 0
    assert "1 anonymous client left out: groups need registered clients" in done.text
    assert members(groups, "vip") == ["Anna", "Bob", "Cora"]


@pytest.mark.parametrize("name", ["", " ", "a,b", "a\nb\x1b", "x" * 101, "\u202e"])
def test_a_name_that_cannot_be_a_groups_is_refused(groups, name):
    assert groups("add", name, ANNA, code=2)["code"] == "bad_group_name"


def test_membership_has_a_day_and_is_looked_back_on(groups):
    groups("add", "vip", ANNA, "--since", "2026-05-01")
    groups("add", "vip", BOB)
    assert members(groups, "vip", before=("--as-of", "2026-05-01")) == ["Anna"]
    assert members(groups, "vip", before=("--as-of", "2026-04-30")) == []
    groups("remove", "vip", ANNA)
    assert members(groups, "vip") == ["Bob"]
    assert members(groups, "vip", before=("--as-of", "2026-10-31")) == ["Anna"]


def test_a_group_is_deleted_with_its_rule_and_those_put_into_it(groups, call, shop):
    groups("add", "Café", ANNA)
    groups("rule", "Café", "completed_orders >= 2")
    told = call("groups", "delete", "café", ws=shop)
    assert "1 stay in it: imported files name it" in told.text
    assert members(groups, "Café") == ["Bob"]
    assert groups("delete", "Café", code=2)["code"] == "nothing_by_hand"
    groups("add", "vip", ANNA)
    assert groups("delete", "vip")["members"] == 0
    assert groups("show", "vip", code=2)["code"] == "unknown_group"
    groups("add", "vip", BOB)
    assert members(groups, "vip") == ["Bob"]


def test_a_group_that_was_emptied_is_still_there(groups, call, shop):
    groups("add", "vip", ANNA)
    groups("remove", "vip", ANNA)
    assert members(groups, "vip") == []
    assert call("leaderboard", "--group", "vip", "--json", ws=shop).json == []


def test_membership_follows_who_is_one_client(groups, call, shop):
    groups("add", "vip", BOB)
    call("clients", "merge", ANNA, BOB, ws=shop)
    assert len(members(groups, "vip")) == 1
    assert groups("add", "vip", ANNA)["changed"] == 0
    groups("add", "other", ANNA)
    call("clients", "split", ANNA, BOB, ws=shop)
    assert (members(groups, "vip"), members(groups, "other")) == (["Bob"], ["Anna"])
    call("clients", "merge", ANNA, BOB, ws=shop)
    groups("remove", "vip", ANNA)
    assert members(groups, "vip") == []


def test_a_group_can_be_asked_for_wherever_clients_are_chosen(groups, call, shop):
    groups("add", "vip", ANNA, BOB)
    board = call("leaderboard", "--group", "VIP", "--json", ws=shop).json
    # 40.00 and 35.00 of the 85.00 that everybody spent.
    assert [(row["name"], str(row["revenue_share"])) for row in board] == [
        ("Bob", "0.4706"),
        ("Anna", "0.4118"),
    ]
    assert [row["name"] for row in call("insights", "--group", "vip", "--json", ws=shop).json] == [
        "Anna",
        "Bob",
    ]
    both = call("clients", "--group", "vip", "--where", "total_spend > 35", "--json", ws=shop)
    assert [row["name"] for row in both.json] == ["Bob"]
    assert [row["name"] for row in call("metrics", "--group", "vip", "--json", ws=shop).json] == [
        "Anna",
        "Bob",
    ]
    cells = call("segments", "--group", "vip", "--json", ws=shop).json
    assert sum(row["clients"] for row in cells) == 2
    scored = {row["name"]: row["m_score"] for row in call("segments", "--clients", "--json", ws=shop).json}
    shown = call("segments", "--clients", "--group", "vip", "--json", ws=shop).json
    # Scores are among all: 1 + floor(5 x 2 / 3) for Bob, of three clients with two below him.
    assert {row["name"]: row["m_score"] for row in shown} == {"Bob": 4, "Anna": 2}
    assert scored == {"Bob": 4, "Anna": 2, "Cora": 1}
    for command in ("leaderboard", "insights", "clients", "metrics", "segments"):
        done = call(command, "--group", "vp", ws=shop)
        assert (done.code, done.stdout) == (2, b"")
        assert done.stderr.startswith("clientlens: error: no group is called 'vp'; did you mean 'vip'?\n")

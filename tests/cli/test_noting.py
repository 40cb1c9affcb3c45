"""`clients edit`, `nickname`, `note`, `fields`, `history`: what they print, and that it survives what is imported."""

from __future__ import annotations

import json

import jsonschema
import pytest

HEAD = "order_id,placed_at,order_total,currency,email,name,street,postcode,city,country,phone"
ANNA, BOB = "anna@example.org", "bob@example.org"
AT_HOME = "Road 1,10115,Berlin,DE,+4930123456"


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="orders.csv", head=HEAD):
        path = tmp_path / name
        path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
        return path

    return write


@pytest.fixture
def shop(call, file, tmp_path):
    path = tmp_path / "ws"
    rows = (
        f"1,2026-03-01T10:00:00Z,25.00,EUR,{ANNA},Anna Example,{AT_HOME}",
        f"2,2026-03-02T10:00:00Z,10.00,EUR,{BOB},Bob Example,,,,,",
    )
    done = call("import", file(*rows), "--timezone", "Europe/Rome", ws=path)
    assert done.code == 0, done.stderr
    return path


@pytest.fixture
def clients(call, shop):
    """`clients("note", ANNA, "text")`: the answer, checked against its schema."""

    def ask(*args, code=0):
        done = call("clients", *args, "--json", ws=shop)
        assert done.code == code, done.stderr
        if code:
            return done.error
        jsonschema.validate(done.json, json.loads(call("schema", f"clients {args[0]}").text))
        return done.json

    return ask


def values(clients, who):
    return {row["field"]: row["value"] for row in clients("fields", who)}


def changes(rows):
    return [(row["field"], row["before"], row["after"]) for row in rows]


def test_a_correction_is_told_and_shows_everywhere(clients, call, shop):
    rows = clients("edit", ANNA, "--company", " Example & Co ", "--language", "EN_gb", "--birthday=--02-29")
    assert changes(rows) == [
        ("company", None, "Example & Co"),
        ("language", None, "en-gb"),
        ("birthday", None, "--02-29"),
    ]
    assert [row["name"] for row in call("clients", "example & co", "--json", ws=shop).json] == [
        "Anna Example"
    ]
    clients("edit", ANNA, "--name", "Anna Neumann")
    for answer in (("leaderboard",), ("insights", ANNA), ("clients", "neumann")):
        assert "Anna Neumann" in call(*answer, ws=shop).text


def test_a_correction_survives_later_imports_their_undo_and_a_repair(clients, call, file, shop):
    clients("edit", ANNA, "--city", "Potsdam", "--postcode", "14467", "--name", "Anna Neumann")
    moved = f"3,2026-06-01T10:00:00Z,9.00,EUR,{ANNA},A. Example,Lane 9,20095,Hamburg,DE,"
    assert call("import", file(moved, name="later.csv"), ws=shop).code == 0
    for after in ((), ("workspace", "undo"), ("workspace", "check", "--repair")):
        if after:
            assert call(*after, ws=shop).code == 0
        found = values(clients, ANNA)
        # The whole address stays as it was corrected: half of a later one would be of nowhere.
        assert [found[name] for name in ("street", "postcode", "city", "country")] == [
            "Road 1",
            "14467",
            "Potsdam",
            "DE",
        ]
        assert found["name"] == "Anna Neumann"


def test_it_is_said_where_each_detail_comes_from(clients, shop):
    clients("edit", ANNA, "--name", "Anna Neumann")
    rows = {row["field"]: row for row in clients("fields", ANNA)}
    name, street, company = rows["name"], rows["street"], rows["company"]
    assert (name["value"], name["origin"], name["in_files"]) == ("Anna Neumann", "edited", "Anna Example")
    assert (name["actor"], name["at"], name["source"]) == ("ada", "2026-11-01T13:00:00+01:00", None)
    assert (street["value"], street["origin"], street["source"]) == ("Road 1", "file", "plain_csv")
    assert (street["store"], street["at"]) == ("main", "2026-03-01T11:00:00+01:00")
    assert (company["value"], company["origin"]) == (None, None)


def test_fields_agree_with_what_every_other_answer_shows(call, ws, clients):
    del clients
    shown = {row["client_id"]: row for row in call("clients", "--json", ws=ws).json}
    for client_id, row in shown.items():
        found = {
            one["field"]: one["value"] for one in call("clients", "fields", client_id, "--json", ws=ws).json
        }
        names = ("email", "phone", "city", "country")
        assert {name: found[name] for name in names} == {name: row[name] for name in names}
        assert found["name"] in {row["name"], None}


def test_a_corrected_email_is_found_but_does_not_join_clients(clients, call, shop):
    done = call("clients", "edit", ANNA, "--email", BOB.upper(), ws=shop)
    assert done.code == 0
    assert "not who is one client" in done.text
    assert "'clientlens clients merge' makes two clients one" in done.text
    rows = call("clients", "--json", ws=shop).json
    assert [(row["name"], row["email"]) for row in rows] == [("Anna Example", BOB), ("Bob Example", BOB)]
    assert values(clients, BOB)["name"] == "Bob Example"
    clients("edit", ANNA, "--email", "new@example.org")
    assert values(clients, "new@example.org")["name"] == "Anna Example"
    assert values(clients, ANNA)["name"] == "Anna Example"


def test_a_detail_can_be_left_empty_and_given_back_to_the_files(clients):
    assert changes(clients("edit", ANNA, "--clear", "phone")) == [("phone", "+4930123456", None)]
    assert values(clients, ANNA)["phone"] is None
    assert changes(clients("edit", ANNA, "--restore", "phone")) == [("phone", None, "+4930123456")]
    assert clients("edit", ANNA, "--restore", "phone") == []


def test_a_name_is_corrected_as_a_whole(clients):
    clients("edit", ANNA, "--first-name", "Anna", "--last-name", "Neumann")
    found = values(clients, ANNA)
    assert [found[name] for name in ("name", "first_name", "last_name")] == [
        "Anna Neumann",
        "Anna",
        "Neumann",
    ]
    clients("edit", ANNA, "--name", "A. N.")
    found = values(clients, ANNA)
    assert [found[name] for name in ("name", "first_name", "last_name")] == ["A. N.", None, None]


def test_a_phone_is_kept_in_international_form(clients):
    clients("edit", ANNA, "--phone", "030 / 765 432")
    assert values(clients, ANNA)["phone"] == "+4930765432"


def test_what_is_the_same_already_writes_nothing(clients, call, shop):
    before = len(call("workspace", "history", "--json", ws=shop).json)
    assert clients("edit", ANNA, "--city", "Berlin") == []
    assert len(call("workspace", "history", "--json", ws=shop).json) == before


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--email", "anna", "not an e-mail: 'anna'"),
        ("--birthday", "1999-02-29", "not a birthday: '1999-02-29'"),
        ("--birthday", "31.12.1999", "not a birthday: '31.12.1999'"),
        ("--language", "German", "not a language: 'German'"),
        ("--phone", "call me", "not a phone: 'call me'"),
        ("--name", "a\x1bb", r"not a name: 'a\x1bb'"),
        ("--name", " ", "not a name: ' '"),
        ("--clear", "shoe-size", "not a field: 'shoe-size'"),
    ],
)
def test_a_detail_that_cannot_be_one_is_refused(clients, option, text, told):
    before = values(clients, ANNA)
    error = clients("edit", ANNA, option, text, code=2)
    assert (error["code"], error["message"]) == ("bad_detail", told)
    assert values(clients, ANNA) == before


def test_an_edit_of_nothing_is_refused(clients):
    assert clients("edit", ANNA, code=2)["code"] == "nothing_asked"
    assert clients("nickname", ANNA, code=2)["code"] == "nothing_asked"


def test_a_nickname_is_set_changed_and_taken_away(clients, call, shop):
    assert changes(clients("nickname", ANNA, "Annie")) == [("nickname", None, "Annie")]
    assert changes(clients("nickname", ANNA, "Queen Anna")) == [("nickname", "Annie", "Queen Anna")]
    assert call("clients", "--json", ws=shop).json[0]["name"] == "Anna Example"
    assert changes(clients("nickname", ANNA, "--clear")) == [("nickname", "Queen Anna", None)]
    rows = clients("history", ANNA)
    assert [(row["what"], row["before"], row["after"], row["actor"]) for row in rows] == [
        ("nickname", None, "Annie", "ada"),
        ("nickname", "Annie", "Queen Anna", "ada"),
        ("nickname", "Queen Anna", None, "ada"),
    ]


def test_notes_are_added_listed_replaced_and_removed(clients):
    (first,) = clients("note", ANNA, "prefers lavender")
    two = clients("note", ANNA, "rings twice\nat the back door")
    assert [row["text"] for row in two] == ["prefers lavender", "rings twice\nat the back door"]
    replaced = clients("note", ANNA, "prefers rose", "--remove", first["number"])
    assert [row["text"] for row in replaced] == ["rings twice\nat the back door", "prefers rose"]
    assert [row["text"] for row in clients("note", ANNA, "--remove", two[1]["number"])] == ["prefers rose"]
    assert clients("note", ANNA, "--remove", two[1]["number"]) == clients("note", ANNA, "--list")
    error = clients("note", ANNA, "--remove", "999", code=2)
    assert (error["code"], error["message"][-12:]) == ("unknown_note", "has no note 999"[-12:])
    assert clients("note", BOB) == []
    assert [(row["before"], row["after"]) for row in clients("history", ANNA)] == [
        (None, "prefers lavender"),
        (None, "rings twice\nat the back door"),
        ("prefers lavender", None),
        (None, "prefers rose"),
        ("rings twice\nat the back door", None),
    ]


def test_a_note_that_was_just_written_is_listed_whatever_the_day_asked_for(clients):
    assert clients("note", ANNA, "likes tea", "--as-of", "2026-05-01")[0]["text"] == "likes tea"
    assert clients("note", ANNA, "--list", "--as-of", "2026-05-01") == []


def test_a_note_with_a_key_is_written_once(clients):
    for _ in range(2):
        assert len(clients("note", ANNA, "once", "--key", "k")) == 1
    assert clients("note", ANNA, "other", "--key", "k", code=2)["code"] == "entry_conflict"


def test_a_merge_brings_both_together_and_a_split_takes_them_apart(clients, call, shop):
    clients("note", ANNA, "of Anna")
    clients("note", BOB, "of Bob")
    clients("edit", ANNA, "--company", "First")
    clients("edit", BOB, "--company", "Second")
    call("clients", "merge", ANNA, BOB, ws=shop)
    assert [row["text"] for row in clients("note", ANNA)] == ["of Anna", "of Bob"]
    assert values(clients, ANNA)["company"] == "Second"
    call("clients", "split", ANNA, BOB, ws=shop)
    assert [row["text"] for row in clients("note", ANNA)] == ["of Anna"]
    assert (values(clients, ANNA)["company"], values(clients, BOB)["company"]) == ("First", "Second")


def test_what_people_wrote_stands_in_the_bodies_of_entries_alone(clients, call, shop):
    clients("note", ANNA, "secret")
    clients("nickname", ANNA, "secret")
    clients("edit", ANNA, "--company", "secret")
    for row in call("workspace", "history", "--json", ws=shop).json:
        held = {name: value for name, value in row.items() if name not in {"details", "what"}}
        assert "secret" not in json.dumps(held)

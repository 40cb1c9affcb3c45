"""Objections: whom they fit, where they are applied, and that nothing imported later undoes one."""

from __future__ import annotations

import json

import jsonschema
import pytest

from clientlens.analysis.suppression import Address
from clientlens.cli.suppressing import objections
from clientlens.workspace.workspace import Workspace

HEAD = "order_id,placed_at,order_total,currency,email,name,street,postcode,city,client_ref,accepts_email"
ROWS = (
    "1,2026-03-01T10:00:00Z,25.00,EUR,anna@example.org,Anna Müller,Große Str. 1,10115,Berlin,,yes",
    "2,2026-03-02T10:00:00Z,10.00,EUR,bob@example.org,Bob Fels,Ring 2,10115,Berlin,,yes",
    "3,2026-03-03T10:00:00Z,10.00,EUR,,,,,,7,",
)
ANNA = ("privacy", "suppress", "anna@example.org")


@pytest.fixture
def bring(call, tmp_path):
    """Import orders of these rows, the last of which makes the file another one than before."""
    path = tmp_path / "ws"

    def write(*rows):
        file = tmp_path / f"orders-{rows[-1].partition(',')[0]}.csv"
        file.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
        assert call("import", file, "--timezone", "Europe/Rome", ws=path).code == 0
        return path

    return write


@pytest.fixture
def shop(bring):
    path = bring(*ROWS)
    (path / "clientlens.toml").write_text("[sender]\nemail = 'shop@example.org'\nshop = 'Lantern'\n")
    return path


@pytest.fixture
def ask(call, shop):
    """`ask("privacy", "suppress", ...)`: the answer, held to its schema."""

    def put(*args):
        done = call(*args, "--json", ws=shop)
        assert done.code == 0, done.stderr
        name = " ".join(args[:1] if args[1:2] == ("list",) else args[:2])
        jsonschema.validate(done.json, json.loads(call("schema", *name.split()).text))
        return done.json

    return put


def suppressed(call, shop):
    rows = call("privacy", "--json", ws=shop).json
    return {row["email"] for row in rows if row["client_id"] is not None}


def test_who_objected_is_written_to_no_more_and_is_marked_where_they_show(ask, call, shop):
    assert call("message", "anna@example.org", ws=shop).code == 0
    (row,) = ask(*ANNA, "--reason", "by phone")
    assert (row["number"], row["email"], row["reason"], row["changed"]) == (
        *(1, "anna@example.org", "by phone"),
        True,
    )
    said = call(*ANNA, ws=shop)
    assert "nothing changed" in said.text
    assert "1 draft to them in" in said.text
    refused = call("message", "anna@example.org", "--again", "--lawful-basis", "a contract", ws=shop)
    assert (refused.code, refused.text) == (2, "")
    assert "Anna Müller objected to being written to" in refused.stderr
    ranked = call("leaderboard", "--message", "win_back", "--lawful-basis", "a contract", ws=shop)
    assert "1 draft in" in ranked.text
    assert "no message: Anna Müller objected to being written to" in ranked.text
    for answer in (ranked, call("insights", ws=shop), call("clients", ws=shop)):
        assert "Anna Müller" in answer.text
        assert "1 of these clients objected to being written to" in answer.text
    card = call("client", "anna@example.org", "--json", ws=shop).json
    assert card["suppressed_since"] == "2026-11-01T13:00:00+01:00"
    assert card["suggested_message"]["template"] is None
    assert "1 draft to who opted out or objected since" in call("message", "--list", ws=shop).text
    call("groups", "add", "vip", "anna@example.org", "bob@example.org", ws=shop)
    members = call("groups", "show", "vip", "--json", ws=shop).json
    assert [(one["name"], one["suppressed"]) for one in members] == [
        ("Anna Müller", True),
        ("Bob Fels", False),
    ]


def test_an_objection_between_composing_and_writing_still_counts(call, shop, monkeypatch):
    from clientlens.cli import messaging

    composed = messaging._composed

    def and_then_she_objects(*args):
        done = composed(*args)
        assert call(*ANNA, ws=shop).code == 0
        return done

    monkeypatch.setattr(messaging, "_composed", and_then_she_objects)
    assert "objected" in call("message", "anna@example.org", ws=shop).stderr
    assert not (shop / "outbox").exists()


@pytest.mark.parametrize(
    "later",
    [
        "9,2026-05-01T10:00:00Z,9.00,EUR,ANNA@example.org ,Anna Other,Way 9,20095,Hamburg,,yes",
        '9,2026-05-01T10:00:00Z,9.00,EUR,new@example.org,"Mueller, Anna",Grosse Straße 1,10115,,,yes',
        "9,2026-05-01T10:00:00Z,9.00,EUR,,Anna Muller,grosse str 1,10115,Berlin,,",
    ],
)
def test_nothing_that_is_imported_later_undoes_it(ask, call, bring, shop, later):
    ask(*ANNA)
    assert call("workspace", "undo", ws=shop).code == 0
    assert suppressed(call, shop) == set()
    bring(later)
    assert len(suppressed(call, shop)) == 1
    bring(*ROWS)
    assert "anna@example.org" in suppressed(call, shop)
    assert "bob@example.org" not in suppressed(call, shop)


def test_an_anonymous_client_is_known_by_the_customer_number(ask, call, bring, shop):
    ask("privacy", "suppress", "Anonymous 7")
    bring("8,2026-05-01T10:00:00Z,9.00,EUR,who@example.org,,,,,7,")
    assert suppressed(call, shop) == {"who@example.org"}


def test_somebody_who_is_not_stored_can_object_and_a_letter_is_asked_for(ask, call, bring, shop):
    typed = ("--name", "Cora Neu", "--street", "Weg 3", "--city", "Köln")
    (row,) = ask("privacy", "suppress", *typed)
    assert (row["client_id"], row["known_by"]) == (None, 1)
    with Workspace.open(shop) as workspace:
        known = objections(workspace)
    assert known.covers(Address(None, "CORA NEU", "Weg 3", None, "Koeln"))
    assert not known.covers(Address("cora@example.org", "Cora Neu", "Weg 4", None, "Köln"))
    bring("9,2026-05-01T10:00:00Z,9.00,EUR,cora@example.org,Cora Neu,Weg 3,,Köln,,yes")
    assert suppressed(call, shop) == {"cora@example.org"}
    assert call("privacy", "suppress", "--name", "Cora", ws=shop).code == 2
    assert call("privacy", "suppress", ws=shop).code == 2


def test_it_is_taken_back_with_a_reason_and_the_history_shows_no_fingerprint(ask, call, shop):
    ask(*ANNA, "--reason", "by phone")
    taken = ("privacy", "unsuppress", "anna@example.org")
    assert call(*taken, ws=shop).code == 2
    (row,) = ask(*taken, "--reason", "wrote on 3 May")
    assert row["email"] == "anna@example.org"
    assert ask("privacy", "list") == []
    assert call("message", "anna@example.org", ws=shop).code == 0
    again = call(*taken, "--reason", "x", ws=shop)
    assert (again.code, again.stderr.splitlines()[0]) == (
        2,
        "clientlens: error: no objection of anna@example.org is known",
    )
    told = call("workspace", "history", "--json", ws=shop).json
    assert [
        json.loads(one["details"]) for one in told if "press" in one["kind"] or "secret" in one["kind"]
    ] == [
        *({}, {"reason": "by phone"}),
        {"reason": "wrote on 3 May"},
    ]


def test_the_workspace_keeps_nothing_that_names_who_objected(ask, shop):
    """Only keyed hashes: without the secret nobody can try out e-mails."""
    ask("privacy", "suppress", "--email", "gone@example.org", "--name", "Gone Away", "--street", "Weg 5",
        "--city", "Bonn")  # fmt: skip
    for file in shop.rglob("*"):
        if file.is_file():
            held = file.read_bytes().lower()
            assert not [word for word in (b"gone@", b"gone away", b"away gone", b"weg 5") if word in held], (
                file
            )

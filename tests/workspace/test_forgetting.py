"""What forgetting leaves is what there would be if the client had never been imported."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clientlens.model.identity import client_id_of
from clientlens.model.tables import TABLES
from clientlens.workspace import forgetting, ledger, upkeep
from clientlens.workspace.persons import WHOSE
from clientlens.workspace.workspace import Workspace

ANNA, BOB = "anna@example.com", "bob@example.com"


def forget(path, make, email=ANNA, **values):
    values = {"at": make.at + timedelta(days=1), "command": "forget", **values}
    return forgetting.forget(path, [client_id_of(f"e:{email}")], **values)


def shops(make, *, with_anna):
    """Two imports that differ in Anna alone, a third one, reviews, events, requests, and the same sale by Billbee."""
    annas = (make.order("1"), make.order("3", "2026-02-03", tags="x")) if with_anna else ()
    bobs = make.order("2", email=BOB)
    others = {
        "reviews": [make.review(email=BOB)] + ([make.review("id:2")] if with_anna else []),
        "events": [make.event(email=BOB)] + ([make.event("row:2")] if with_anna else []),
        "requests": [make.request(email=BOB)] + ([make.request("r2")] if with_anna else []),
        "checkouts": [make.checkout("8", email=BOB)] + ([make.checkout("9")] if with_anna else []),
    }
    gathered = (
        make.order("1", store="billbee", source_id="b1", external_id="51", email="relay@market.example"),
        make.order("7", store="billbee", source_id="b7", external_id="57", email=BOB),
    )
    return [
        make.batch(*annas[:1], bobs, name="first"),
        make.batch(*annas, bobs, name="second"),
        make.batch(bobs, name="third", **others),
        make.batch(*gathered[0 if with_anna else 1 :], name="fourth"),
    ]


def test_what_is_left_is_to_the_byte_what_there_would_be_without_them(ws, make, tmp_path):
    for batch in shops(make, with_anna=True):
        make.add(ws, batch)
    never = tmp_path / "never" / ".clientlens"
    for batch in shops(make, with_anna=False):
        make.add(never, batch)
    done = forget(ws, make)
    # The order that Billbee tells of under another address is hers: nothing else is known of that address.
    assert done.clients == {client_id_of(f"e:{who}") for who in (ANNA, "relay@market.example")}
    assert (done.erased, done.doubtful) == (True, 0)
    assert make.content(ws) == make.content(never)
    assert upkeep.check(ws).damage == ()
    assert upkeep.rebuild(ws, at=make.at, command="repair").files == 0
    for path in (ws, never):
        upkeep.undo(path, 2, at=make.at, command="undo")
    assert make.content(ws) == make.content(never)
    for batch in shops(make, with_anna=True):
        result = make.add(ws, batch)
        rows = sum(file.rows for file in result.files)
        assert (
            rows == result.rows_stored + result.rows_duplicate + result.rows_skipped + result.rows_set_aside
        )
    make.add(never, shops(make, with_anna=False)[1])
    assert make.content(ws) == make.content(never)


def test_a_sale_of_somebody_who_bought_more_is_told_and_left(ws, make):
    relay = "relay@market.example"
    make.add(ws, make.batch(make.order("1"), name="own"))
    others = (
        make.order("1", store="billbee", source_id="b1", external_id="51", email=relay),
        make.order("8", "2026-03-01", store="billbee", source_id="b8", external_id="58", email=relay),
    )
    make.add(ws, make.batch(*others, name="gathered"))
    assert forget(ws, make).doubtful == 1
    assert make.orders_of(ws)["order_key"].to_list() == ["8"]


def test_a_phone_that_somebody_else_has_too_is_nobodys_to_be_known_by(ws, make):
    phone, own = "p:+4930111", "p:+4930222"
    people = [
        make.person(ANNA, phone_key=phone),
        make.person(ANNA, phone_key=own, name="A."),
        make.person(BOB, phone_key=phone),
    ]
    make.add(ws, make.batch(make.order("1"), make.order("2", email=BOB), people=people, name="first"))
    forget(ws, make)
    weak = [
        {**make.person("x"), "person_key": key, "email_key": None, "email": None, "phone_key": key}
        for key in (phone, own)
    ]
    orders = [make.order(str(number), person_key=one["person_key"]) for number, one in enumerate(weak, 5)]
    result = make.add(ws, make.batch(*orders, people=weak, name="by phone"))
    assert (result.rows_stored, result.rows_skipped) == (1, 1)


def test_an_order_that_became_somebody_elses_is_theirs_in_every_version(ws, make):
    """Who it belongs to is what the version says that counts."""
    early, late = make.instant("2026-01-11T10:00:00"), make.instant("2026-01-12T10:00:00")
    make.add(ws, make.batch(make.order("1", email=BOB, updated_at=early), name="first"))
    make.add(ws, make.batch(make.order("1", updated_at=late), make.order("2", email=BOB), name="second"))
    forget(ws, make)
    assert make.orders_of(ws)["order_key"].to_list() == ["2"]


def test_forgetting_two_at_once_leaves_the_ledger_whole(ws, make):
    make.add(ws, make.batch(make.order("1"), make.order("2", email=BOB), name="first"))
    ids = [client_id_of(f"e:{who}") for who in (ANNA, BOB)]
    done = forgetting.forget(ws, ids, at=make.at, command="retention", suppress=False)
    assert (sorted(done.clients), done.rows["orders"]) == (sorted(ids), 2)
    assert make.orders_of(ws).is_empty()
    assert upkeep.check(ws).damage == ()
    with Workspace.open(ws) as workspace:
        kinds = [entry.kind for entry in ledger.history(workspace)]
    assert kinds == [
        "import",
        "privacy_secret",
        *["client_forgotten"] * 2,
        "forgotten_sums",
        "forgetting_done",
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_of_every_table_somebody_has_said_whose_its_rows_are(table):
    """A new table, or a new way for a row to be somebody's, is to be dealt with in `workspace/persons.py`."""
    columns = {"record": "person_key", "person_key": "person_key", "client_id": "client_id", "code": "code"}
    assert columns[WHOSE[table.name]] in table.schema

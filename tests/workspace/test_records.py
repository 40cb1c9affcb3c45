"""Reviews, events, scans and requests: stored, counted, replaced by later versions, taken back."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import polars as pl
import pytest

from clientlens.analysis.table_export import exported
from clientlens.model.identity import client_id_of
from clientlens.model.tables import REVIEWS
from clientlens.outputs.format import Style, format_for
from clientlens.workspace import upkeep
from clientlens.workspace.workspace import Workspace

TABLES = ("reviews", "events", "scans", "requests")


def _rows(path, name, *columns):
    with Workspace.open(path) as workspace:
        return getattr(workspace.facts(), name).select(columns).collect().rows()


def test_each_kind_is_counted_once_and_by_itself(ws, make):
    batch = make.batch(
        reviews=[make.review("id:1"), make.review("id:2", email="bob@example.com")],
        events=[make.event("row:1"), make.event("row:2"), make.event("row:3")],
        scans=[make.scan("row:1")],
        requests=[make.request("r1"), make.request("r1"), make.request("r2")],
        name="a",
    )
    result = make.add(ws, batch)
    assert [getattr(result, f"{name}_added") for name in TABLES] == [2, 3, 1, 2]
    assert (result.rows_stored, result.rows_duplicate, result.clients_added) == (8, 1, 2)
    assert (result.orders_added, result.orders_unchanged, result.totals) == (0, 0, ())
    again = make.add(ws, replace(batch, files=(replace(batch.files[0], sha256="x"),)))
    assert [getattr(again, f"{name}_added") for name in TABLES] == [0, 0, 0, 0]
    assert again.rows_stored == 8
    with Workspace.open(ws) as workspace:
        rows = {table.name: table.rows for table in workspace.status().tables}
    assert [rows[name] for name in TABLES] == [2, 3, 1, 2]


def test_an_event_is_when_a_client_joined_until_its_import_is_taken_back(ws, make):
    make.add(ws, make.batch(make.order("1", "2026-03-01"), name="a"))
    before = _rows(ws, "clients", "joined_at")
    event = make.event(at="2026-02-01T08:00:00")
    make.add(ws, make.batch(events=[event], name="b"))
    assert _rows(ws, "clients", "joined_at") == [(event["happened_at"],)]
    upkeep.undo(ws, None, at=event["happened_at"], command="undo")
    assert _rows(ws, "clients", "joined_at") == before


def test_an_update_is_not_an_addition(ws, make):
    make.add(ws, make.batch(reviews=[make.review()], requests=[make.request()], name="a"))
    edited = make.review(at="2026-03-01T09:00:00", rating_milli=2000)
    asked = make.request(at="2026-03-02T09:00:00", service="Banner")
    result = make.add(ws, make.batch(reviews=[edited], requests=[asked], name="b"))
    assert (result.reviews_added, result.requests_added) == (0, 0)
    assert _rows(ws, "reviews", "rating_milli", "reviewed_on") == [(2000, edited["reviewed_on"])]
    assert _rows(ws, "requests", "service") == [("Banner",)]


@pytest.mark.parametrize("later_first", [True, False])
def test_the_later_version_stays_in_whichever_order_and_months_they_came(ws, make, later_first):
    versions = [make.review(), make.review(at="2026-02-01T00:00:00", rating_milli=1000)]
    for number, one in enumerate(reversed(versions) if later_first else versions):
        make.add(ws, make.batch(reviews=[one], name=str(number)))
    assert _rows(ws, "reviews", "rating_milli") == [(1000,)]


def test_at_equal_times_the_contents_decide(ws, make):
    found = []
    for number, services in enumerate((("A", "B"), ("B", "A"))):
        for service in services:
            make.add(
                ws / str(number),
                make.batch(requests=[make.request(service=service)], name=f"{number}{service}"),
            )
        found.append(_rows(ws / str(number), "requests", "service"))
    assert found[0] == found[1] == [("B",)]


def test_two_stores_may_have_the_same_key(ws, make):
    make.add(ws, make.batch(reviews=[make.review(), make.review(store="two")]))
    assert len(_rows(ws, "reviews", "store")) == 2


@pytest.fixture
def batches(make):
    return [
        make.batch(
            make.order("1"),
            reviews=[make.review("id:1"), make.review("id:2", "2026-04-01T08:00:00")],
            scans=[make.scan("row:1")],
            name="a",
        ),
        make.batch(
            reviews=[make.review("id:1", "2026-05-01T08:00:00", email="bob@example.com")],
            events=[make.event("row:1"), make.event("row:2", "2026-06-01T08:00:00")],
            requests=[make.request("r1")],
            name="b",
        ),
        make.batch(
            reviews=[make.review("id:1", seller="Other")],
            requests=[make.request("r1", "2025-12-31T08:00:00", price=500, currency="EUR")],
            scans=[make.scan("row:1"), make.scan("row:2")],
            events=[make.event("row:1")],
            name="c",
        ),
    ]


def test_every_order_of_imports_gives_the_same_bytes(tmp_path, make, batches):
    found = []
    for number, permutation in enumerate(itertools.permutations(batches)):
        for one in permutation:
            make.add(tmp_path / str(number), one)
        found.append(make.content(tmp_path / str(number)))
    make.add(tmp_path / "at-once", *batches)
    assert {repr(one) for one in found} == {repr(make.content(tmp_path / "at-once"))}


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_taking_an_import_back_gives_the_state_without_it(tmp_path, make, batches, gone):
    for number, one in enumerate(batches):
        make.add(tmp_path / "ws", one)
        if number != gone:
            make.add(tmp_path / "without", one)
    upkeep.undo(tmp_path / "ws", gone + 1, at=make.at, command="undo")
    assert make.content(tmp_path / "ws") == make.content(tmp_path / "without")
    assert upkeep.check(tmp_path / "ws").damage == ()


def test_a_lost_current_file_is_derived_anew(ws, make, batches):
    for one in batches:
        make.add(ws, one)
    before = make.content(ws)
    with Workspace.open(ws) as workspace:
        (lost,) = workspace.paths(REVIEWS)
    lost.unlink()
    assert upkeep.rebuild(ws, at=make.at, command="repair").files == 1
    assert make.content(ws) == before


def test_an_export_has_decimals_and_the_client(ws, make):
    yen = make.review("id:2", "2026-02-01T00:00:00", price=700, currency="JPY", rating_milli=5000)
    unpriced = make.review("id:3", price=None, currency=None, rating_milli=None)
    make.add(ws, make.batch(reviews=[make.review(), yen, unpriced], scans=[make.scan()]))
    with Workspace.open(ws) as workspace:
        answer = exported(workspace.facts())["reviews"]()
    found = json.loads(format_for("json", None).write(answer, Style()), parse_float=str)
    assert [(one["rating"], one["price"], one["currency"]) for one in found] == [
        ("4.5", "19.90", "EUR"),
        (5, 700, "JPY"),
        (None, None, None),
    ]
    assert {one["client_id"] for one in found} == {client_id_of("e:anna@example.com")}


def test_a_price_without_a_currency_is_a_fault_of_the_source(ws, make):
    with pytest.raises(ValueError, match="reviews: a price without a currency"):
        make.add(ws, make.batch(reviews=[make.review(currency=None)]))
    make.add(ws, make.batch(reviews=[make.review(price=None, currency=None)]))


def test_a_batch_accounts_for_the_rows_of_each_kind(ws, make):
    batch = make.batch(scans=[make.scan()])
    wrong = replace(batch, scans=batch.scans.with_columns(row_count=pl.lit(2, pl.Int64)))
    with pytest.raises(ValueError, match="1 rows read, 2 accounted for"):
        make.add(ws, wrong)

from __future__ import annotations

import itertools
from dataclasses import fields, replace

import polars as pl
import pytest

from clientlens.errors import (
    AnotherShop,
    CheckoutConflict,
    ExpectationFailed,
    NoGoodRow,
    StrictProblems,
    TimezoneConflict,
    UnknownCurrency,
    WorkspaceMissing,
)
from clientlens.problems import Problem
from clientlens.workspace.importing import ImportResult, Total
from clientlens.workspace.workspace import Workspace

CONTRACT = (
    "import_id files orders_added orders_updated orders_unchanged orders_linked order_lines clients_added "
    "clients_updated checkouts_added checkouts_updated reviews_added events_added scans_added requests_added "
    "rows_stored rows_duplicate rows_skipped test_orders_skipped unattributed_orders totals problems rows_set_aside"
).split()


def test_the_result_has_every_key_of_the_json_answer_in_its_order():
    assert [f.name for f in fields(ImportResult)][: len(CONTRACT)] == CONTRACT


def test_a_first_import_counts_what_it_stores(ws, make):
    result = make.add(
        ws,
        make.batch(
            make.order("1001", lines=(("Candle", 1), ("Wick", 2))),
            make.order(
                "1002", "2026-02-03", email="bob@example.com", order_total=250, payment_state="pending"
            ),
            make.order("1003", "2026-02-04", email=None, currency="USD", order_total=99, lines=()),
            checkouts=[make.checkout()],
            rows_skipped=2,
            test_orders_skipped=1,
            rows_duplicate=3,
        ),
    )
    assert result.import_id == 1
    assert (result.orders_added, result.orders_updated, result.orders_unchanged) == (3, 0, 0)
    assert result.order_lines == 3
    assert (result.clients_added, result.clients_updated) == (2, 0)
    assert (result.checkouts_added, result.checkouts_updated) == (1, 0)
    assert (result.rows_stored, result.rows_duplicate, result.rows_skipped, result.rows_set_aside) == (
        5,
        3,
        2,
        0,
    )
    assert result.files[0].rows == 10
    assert result.test_orders_skipped == 1
    assert result.unattributed_orders == 1
    assert result.totals == (Total("EUR", 2, 1250), Total("USD", 1, 99))
    assert result.created


def test_the_rows_of_every_result_add_up_to_the_rows_of_its_files(ws, make):
    newer = make.order("1001", updated_at=make.instant("2026-01-12T00:00:00"))
    first = make.batch(make.order("1001"), newer, make.order("1002"), rows_skipped=1, name="a.csv")
    second = make.batch(make.order("1002"), make.order("1003"), rows_set_aside=4, name="b.csv")
    for batches in ([first], [first], [first, second]):
        result = make.add(ws, *batches)
        parts = result.rows_stored + result.rows_duplicate + result.rows_skipped + result.rows_set_aside
        assert parts == sum(file.rows for file in result.files)


def test_a_batch_that_loses_count_of_its_rows_is_refused(ws, make):
    wrong = replace(make.batch(make.order()), rows_duplicate=1)
    with pytest.raises(ValueError, match="1 rows read, 2 accounted for"):
        make.add(ws, wrong)
    assert not ws.exists()


def test_the_facts_are_what_was_imported(ws, make):
    make.add(ws, make.batch(make.order("1001", "2026-01-31"), make.order("1002", "2026-02-01")))
    with Workspace.open(ws) as workspace:
        facts = workspace.facts()
        assert workspace.timezone == facts.timezone == "Europe/Rome"
        assert facts.orders.collect()["order_key"].sort().to_list() == ["1001", "1002"]
        assert facts.order_lines.select("order_key", "product").sort("order_key").collect().rows() == [
            ("1001", "Candle"),
            ("1002", "Candle"),
        ]
        assert facts.checkouts.collect().is_empty()
        assert facts.clients.select("email").collect().rows() == [("anna@example.com",)]
        (record,) = workspace.imports()
        assert (record.import_id, record.at, record.command) == (1, make.at, "import orders.csv")
        assert record.files[0].report.file == "orders.csv"


def test_a_month_with_one_import_shares_its_batch_file_as_current_file(ws, make):
    make.add(ws, make.batch(make.order()))
    with Workspace.open(ws) as workspace:
        paths = {r: {f.file.path for f in workspace.state.live(r, "orders")} for r in ("batch", "current")}
    assert paths["batch"] == paths["current"]
    assert len(paths["batch"]) == 1


def test_only_the_months_of_an_import_are_written_anew(ws, make):
    make.add(ws, make.batch(make.order("1001", "2026-01-10"), make.order("1002", "2026-02-10"), name="a"))
    with Workspace.open(ws) as workspace:
        before = {f.file.month: f.file.path for f in workspace.state.live("current", "orders")}
    make.add(ws, make.batch(make.order("1003", "2026-02-11"), name="b"))
    with Workspace.open(ws) as workspace:
        after = {f.file.month: f.file.path for f in workspace.state.live("current", "orders")}
    assert before["2026-01"] == after["2026-01"]
    assert before["2026-02"] != after["2026-02"]


def test_the_same_file_again_changes_nothing(ws, make):
    orders = make.batch(make.order("1001"), make.order("1002", email=None), rows_skipped=1)
    make.add(ws, orders)
    before = make.content(ws)
    again = make.add(ws, orders)
    assert again.import_id is None
    assert (again.orders_added, again.orders_updated, again.orders_unchanged) == (0, 0, 2)
    assert (again.clients_added, again.clients_updated, again.order_lines) == (0, 0, 0)
    assert (again.rows_stored, again.rows_duplicate, again.rows_skipped) == (0, 2, 1)
    assert again.totals == (Total("EUR", 2, 2000),)
    assert again.unattributed_orders == 1
    assert make.content(ws) == before
    with Workspace.open(ws) as workspace:
        assert workspace.state.snapshot == 1


def test_the_same_file_read_in_another_way_is_another_import(ws, make):
    make.add(ws, make.batch(make.order()), options="")
    result = make.add(ws, make.batch(make.order()), options="--timezone UTC")
    assert (result.import_id, result.orders_unchanged, result.rows_stored) == (2, 1, 1)


def test_of_two_files_in_one_call_only_the_new_one_is_stored(ws, make):
    old, new = make.batch(make.order("1001"), name="a"), make.batch(make.order("1002"), name="b")
    make.add(ws, old)
    result = make.add(ws, old, new)
    assert (result.orders_added, result.orders_unchanged) == (1, 1)
    assert (result.rows_stored, result.rows_duplicate) == (1, 1)
    with Workspace.open(ws) as workspace:
        assert [one.report.file for one in workspace.imports()[1].files] == ["b"]


def test_an_overlapping_export_updates_what_changed_and_leaves_the_rest(ws, make):
    make.add(ws, make.batch(make.order("1001"), make.order("1002"), name="a"))
    refunded = make.order("1002", refunded=300, payment_state="partially_refunded", lines=(("Wick", 1),))
    result = make.add(ws, make.batch(make.order("1001"), refunded, make.order("1003"), name="b"))
    assert (result.orders_added, result.orders_updated, result.orders_unchanged) == (1, 1, 1)
    assert result.order_lines == 2
    assert (result.clients_added, result.clients_updated) == (0, 0)
    assert result.totals == (Total("EUR", 3, 3000),)
    assert make.orders_of(ws)["refunded"].to_list() == [0, 300, 0]
    with Workspace.open(ws) as workspace:
        lines = workspace.facts().order_lines.sort("order_key").select("order_key", "product").collect()
    assert lines.rows() == [("1001", "Candle"), ("1002", "Wick"), ("1003", "Candle")]


def test_an_older_version_that_comes_later_changes_nothing_but_is_kept(ws, make):
    make.add(ws, make.batch(make.order(updated_at=make.instant("2026-03-01T00:00:00")), name="new"))
    before = make.content(ws)[0]["orders"]
    result = make.add(ws, make.batch(make.order(), name="old"))
    assert (result.import_id, result.orders_updated, result.orders_unchanged) == (2, 0, 1)
    assert result.order_lines == 0
    assert make.content(ws)[0]["orders"] == before


def test_lines_replaced_alone_count_as_an_update(ws, make):
    make.add(ws, make.batch(make.order(lines=(("Candle", 1),)), name="a"))
    result = make.add(ws, make.batch(make.order(lines=(("Candle", 2),)), name="b"))
    # Heads are equal: the greater spelling of the lines wins, whichever came first.
    assert result.orders_updated + result.orders_unchanged == 1
    with Workspace.open(ws) as workspace:
        assert workspace.facts().order_lines.collect()["quantity_milli"].to_list() == [2000]
    assert result.orders_updated == 1


def test_two_equal_lines_stay_two(ws, make):
    twice = make.order(lines=(("Candle", 1), ("Candle", 1)))
    make.add(ws, make.batch(twice, name="a"))
    make.add(ws, make.batch(twice, make.order("1002"), name="b"))
    with Workspace.open(ws) as workspace:
        assert workspace.facts().order_lines.filter(pl.col("order_key") == "1001").collect().height == 2


def test_checkouts_are_added_and_updated_by_their_last_activity(ws, make):
    make.add(ws, make.batch(checkouts=[make.checkout("1"), make.checkout("2")], name="a"))
    later = make.checkout("2", updated_at=make.instant("2026-01-11T00:00:00"), total=5)
    result = make.add(ws, make.batch(checkouts=[make.checkout("1"), later, make.checkout("3")], name="b"))
    assert (result.checkouts_added, result.checkouts_updated) == (1, 1)
    with Workspace.open(ws) as workspace:
        found = workspace.facts().checkouts.sort("checkout_key").select("checkout_key", "total").collect()
    assert found.rows() == [("1", 1000), ("2", 5), ("3", 1000)]


def test_a_client_known_by_a_weaker_key_is_updated_not_added(ws, make):
    phone = {"person_key": "p:+391", "email_key": None, "email": None, "phone_key": "p:+391", "phone": "+391"}
    make.add(ws, make.batch(people=[make.person("x@example.com", **phone)], people_rows=1, name="a"))
    known = make.person("anna@example.com", phone_key="p:+391", phone="+391")
    new = make.person("bob@example.com")
    result = make.add(ws, make.batch(people=[known, new], people_rows=2, name="b"))
    assert (result.clients_added, result.clients_updated) == (1, 1)


def test_records_of_one_person_with_equal_details_become_one(ws, make):
    def seen(first, last):
        return make.person("a@x.it", first_order_at=make.instant(first), seen_at=make.instant(last))

    make.add(ws, make.batch(people=[seen("2026-02-01", "2026-02-01")], people_rows=1, name="a"))
    make.add(ws, make.batch(people=[seen("2026-01-01", "2026-03-01")], people_rows=1, name="b"))
    with Workspace.open(ws) as workspace:
        found = workspace.facts().people.select("first_order_at", "seen_at").collect().rows()
    assert found == [(make.instant("2026-01-01"), make.instant("2026-03-01"))]


def test_current_files_are_the_same_bytes_for_every_order_of_imports(tmp_path, make):
    def at(day):
        return make.instant(f"2026-03-{day:02d}")

    batches = [
        make.batch(
            make.order("1001", updated_at=at(1)),
            make.order("1002", lines=(("A", 1), ("B", 1))),
            make.order("1003", "2026-02-10"),
            checkouts=[make.checkout("1", updated_at=at(2))],
            name="a",
        ),
        make.batch(
            make.order("1001", updated_at=at(3), order_total=7),
            make.order("1002", lines=(("B", 1), ("A", 1))),
            make.order("1004", email="bob@example.com"),
            checkouts=[make.checkout("1", updated_at=at(1), total=3), make.checkout("2")],
            name="b",
        ),
        make.batch(
            make.order("1001", updated_at=at(3), order_total=7, refunded=2),
            make.order("1002", lines=()),
            make.order("1003", "2026-02-10", tags="gift"),
            people=[make.person("anna@example.com", name="Anna B", seen_at=at(9))],
            name="c",
        ),
    ]
    found = []
    for number, permutation in enumerate(itertools.permutations(batches)):
        for one in permutation:
            make.add(tmp_path / str(number), one)
        found.append(make.content(tmp_path / str(number)))
    make.add(tmp_path / "at-once", *batches)
    found.append(make.content(tmp_path / "at-once"))
    assert len({repr(one) for one in found}) == 1
    assert len(found[0][1]) == 9  # orders, lines: 2 months each; checkouts and their lines; three of people
    assert len(found[0][0]["orders"]) == 4


# --- refusals: nothing is stored ----------------------------------------------------------------------------


def test_the_same_number_with_another_source_id_is_another_shop(ws, make):
    make.add(ws, make.batch(make.order("1001"), name="a"))
    before = make.content(ws)
    other = make.batch(make.order("2000"), make.order("1001", source_id="999"), name="b.csv")
    with pytest.raises(AnotherShop) as caught:
        make.add(ws, other)
    assert caught.value.message == "b.csv:3: order 1001 of store 'main' is known with another source id"
    assert caught.value.exit_code == 3
    assert make.content(ws) == before


def test_the_same_number_on_another_day_is_another_shop_even_in_another_month(ws, make):
    make.add(ws, make.batch(make.order("1001", "2026-01-31"), name="a"))
    with pytest.raises(AnotherShop, match="known with another day"):
        make.add(ws, make.batch(make.order("1001", "2026-02-01"), name="b"))


def test_a_source_id_that_is_not_known_is_no_conflict(ws, make):
    make.add(ws, make.batch(make.order("1001", source_id=None), name="a"))
    assert make.add(ws, make.batch(make.order("1001"), name="b")).orders_updated == 1
    # The one without an id lost, but whoever brings a third id clashes with the second.
    with pytest.raises(AnotherShop):
        make.add(ws, make.batch(make.order("1001", source_id="999"), name="c"))


def test_another_store_may_have_the_same_number(ws, make):
    make.add(ws, make.batch(make.order("1001"), name="a"))
    result = make.add(ws, make.batch(make.order("1001", "2025-01-01", source_id="9", store="two"), name="b"))
    assert result.orders_added == 1


def test_two_shops_in_one_file_are_found_too(ws, make):
    with pytest.raises(AnotherShop, match=r"^orders.csv:3: "):
        make.add(ws, make.batch(make.order("1001"), make.order("1001", source_id="999")))
    assert not (ws / "facts").exists() or not list((ws / "facts").iterdir())
    with pytest.raises(WorkspaceMissing), Workspace.open(ws):
        pass


def test_a_checkout_known_with_another_day_is_refused(ws, make):
    make.add(ws, make.batch(checkouts=[make.checkout("1")], name="a"))
    with pytest.raises(CheckoutConflict, match="checkout 1 of store 'main' is known with another day"):
        make.add(ws, make.batch(checkouts=[make.checkout("1", "2026-01-11")], name="b"))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"expect_rows": 3}, ExpectationFailed, "expected rows 3, found 2"),
        ({"expect_total": {"EUR": 2001}}, ExpectationFailed, "expected total EUR 20.01, found 20.00"),
        ({"expect_total": {"JPY": 5}}, ExpectationFailed, "expected total JPY 5, found 0"),
        ({"expect_total": {"XYZ": 5}}, UnknownCurrency, "unknown currency 'XYZ'"),
    ],
)
def test_an_expectation_that_is_not_met_stores_nothing(ws, make, values, error, message):
    with pytest.raises(error) as caught:
        make.add(ws, make.batch(make.order("1"), make.order("2")), **values)
    assert caught.value.message == message
    assert not ws.exists()


def test_expectations_that_are_met_let_it_pass(ws, make):
    orders = make.batch(make.order("1"), make.order("2"))
    assert make.add(ws, orders, expect_rows=2, expect_total={"EUR": 2000, "USD": 0}).orders_added == 2


def test_strict_refuses_any_bad_row(ws, make):
    bad = (
        Problem("orders.csv", 7, "Total", "x", "not an amount"),
        Problem("orders.csv", 9, None, None, "cut"),
    )
    one = make.batch(make.order(), rows_set_aside=2, problems=bad)
    with pytest.raises(StrictProblems) as caught:
        make.add(ws, one, strict=True)
    assert caught.value.message == "orders.csv:7: Total 'x': not an amount (and 1 more)"
    assert not ws.exists()
    assert make.add(ws, one).rows_set_aside == 2


def test_a_file_without_a_good_row_is_refused(ws, make):
    bad = (Problem("orders.csv", 2, "Total", "x", "not an amount"),)
    with pytest.raises(NoGoodRow, match=r"orders.csv:2: no good row"):
        make.add(ws, make.batch(rows_set_aside=1, problems=bad))
    assert not ws.exists()


def test_another_time_zone_than_the_stored_one_is_refused(ws, make):
    make.add(ws, make.batch(make.order()))
    with pytest.raises(TimezoneConflict):
        make.add(ws, make.batch(make.order("2"), name="b"), timezone="Europe/Berlin")


# --- dry run ----------------------------------------------------------------------------------------------


def test_a_dry_run_tells_the_same_and_makes_nothing(ws, make):
    orders = make.batch(make.order("1001"), make.order("1002", email="bob@example.com"))
    told = make.add(ws, orders, dry_run=True)
    assert not ws.parent.exists()
    done = make.add(ws, orders)
    assert replace(told, import_id=1, dry_run=False) == done


def test_a_dry_run_over_a_workspace_changes_no_file(ws, make):
    make.add(ws, make.batch(make.order("1001"), name="a"))
    before = {p: p.read_bytes() for p in ws.rglob("*") if p.is_file() and "-shm" not in p.name}
    changed = make.batch(make.order("1001", refunded=5), make.order("2", email="b@x.it"), name="b")
    told = make.add(ws, changed, dry_run=True)
    after = {p: p.read_bytes() for p in ws.rglob("*") if p.is_file() and "-shm" not in p.name}
    assert {k: v for k, v in after.items() if not k.name.endswith("-wal")} == before
    assert replace(told, import_id=2, dry_run=False) == make.add(ws, changed)


def test_sums_beyond_64_bits_are_exact(ws, make):
    large = 2**62
    result = make.add(ws, make.batch(*(make.order(str(n), order_total=large) for n in range(3))))
    assert result.totals == (Total("EUR", 3, 3 * large),)

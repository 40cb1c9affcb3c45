"""A sale that the shop and a gathering system both tell of counts once, whichever came first."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.errors import ExpectationFailed, StrictProblems, WorkspaceMissing
from clientlens.workspace import upkeep
from clientlens.workspace.importing import Total
from clientlens.workspace.workspace import Workspace


@pytest.fixture
def gathered(make):
    """An order as a gathering system tells it: its own number and id, and the shop's as `external_id`."""

    def one(number="90", day="2026-01-10", external_id="51001", **values):
        return make.order(
            number, day, **{"store": "billbee", "source": "billbee_api", "external_id": external_id, **values}
        )

    return one


def _keys(make, path):
    return sorted(make.orders_of(path).select("store", "order_key").rows())


def _counts(result):
    return (result.orders_added, result.orders_updated, result.orders_unchanged, result.orders_linked)


def _undo(make, path, number):
    upkeep.undo(path, number, at=make.at, command="undo")


SHOP = [("main", "1001")]


@pytest.mark.parametrize(
    "values",
    [
        {"external_id": "51001"},  # the shop's id
        {"external_id": "1001"},  # the shop's number, in the place of its id
        {"external_id": "#1001"},
        {"external_id": "x", "number": "1001"},
        {"external_id": "x", "number": "#1001", "order_key": "1001"},
        {"day": "2026-01-09"},
        {"day": "2026-01-11"},
    ],
)
def test_it_is_the_shops_order_by_id_or_number_amount_and_day(ws, make, gathered, values):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    order = gathered(**{"number": "90", **values})
    result = make.add(ws, make.batch(order, name="billbee"))
    assert (_counts(result), result.problems) == ((0, 0, 0, 1), ())
    assert _keys(make, ws) == SHOP
    with Workspace.open(ws) as workspace:
        assert workspace.facts().order_lines.select("store").collect().rows() == [("main",)]


@pytest.mark.parametrize(
    "values",
    [
        {"external_id": "777"},
        {"day": "2026-01-12"},
        {"day": "2026-01-11", "order_total": 999},  # another day and another amount: another sale
    ],
)
def test_other_orders_stay_two(ws, make, gathered, values):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    result = make.add(ws, make.batch(gathered(**values), name="billbee"))
    assert (_counts(result), result.problems) == ((1, 0, 0, 0), ())
    assert make.orders_of(ws).height == 2


def test_both_may_be_in_one_store(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    same = gathered("1001", order_key="gathered:1001", store="main")
    assert _counts(make.add(ws, make.batch(same, name="billbee"))) == (0, 0, 0, 1)
    assert _keys(make, ws) == SHOP


def test_which_of_the_two_came_second_makes_no_difference(tmp_path, make, gathered):
    shop = make.batch(make.order("1001"), make.order("1002"), name="shop")
    billbee = make.batch(gathered(), gathered("91", external_id="nobody"), name="billbee")
    results = {}
    for name, batches in {"one": (shop, billbee), "two": (billbee, shop)}.items():
        results[name] = [_counts(make.add(tmp_path / name, batch)) for batch in batches]
    both = make.add(tmp_path / "at once", shop, billbee)
    assert results == {"one": [(2, 0, 0, 0), (1, 0, 0, 1)], "two": [(2, 0, 0, 0), (1, 0, 0, 1)]}
    assert _counts(both) == (3, 0, 0, 1)
    assert _keys(make, tmp_path / "one") == [("billbee", "91"), ("main", "1001"), ("main", "1002")]
    assert (
        make.content(tmp_path / "one") == make.content(tmp_path / "two") == make.content(tmp_path / "at once")
    )


def test_the_totals_of_a_call_count_each_sale_once(ws, make, gathered):
    shop = make.batch(make.order("1001", email=None, order_total=500), name="shop")
    billbee = make.batch(
        gathered(email=None, order_total=500), gathered("91", external_id="x", order_total=70), name="billbee"
    )
    result = make.add(ws, billbee, shop)
    assert (result.totals, result.unattributed_orders) == ((Total("EUR", 2, 570),), 1)
    again = make.add(ws, billbee)
    assert (again.import_id, _counts(again), again.totals) == (None, (0, 0, 1, 1), (Total("EUR", 1, 70),))
    assert (again.rows_stored, again.rows_duplicate) == (0, 2)
    assert _counts(make.add(ws, shop)) == (0, 0, 1, 0)


def test_expected_totals_are_the_totals_told(ws, make, gathered):
    shop, billbee = make.batch(make.order("1001"), name="shop"), make.batch(gathered(), name="billbee")
    with pytest.raises(ExpectationFailed, match=r"expected total EUR 20.00, found 10.00"):
        make.add(ws, shop, billbee, expect_total={"EUR": 2000})
    assert not ws.exists()
    assert make.add(ws, shop, billbee, expect_total={"EUR": 1000}).orders_linked == 1
    assert make.add(ws, billbee, expect_total={"EUR": 0}, dry_run=True).orders_linked == 1


def test_a_dry_run_tells_the_same(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), make.order("1002"), name="shop"))
    batch = make.batch(gathered(), gathered("92", external_id="51002", order_total=3), name="billbee")
    told = make.add(ws, batch, dry_run=True)
    assert replace(told, import_id=2, dry_run=False) == make.add(ws, batch)


def test_another_amount_is_a_problem_of_the_gathered_order_that_comes(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    batch = make.batch(
        gathered("91", external_id="x"), gathered(order_total=999, lines=(("A", 1), ("B", 1))), name="billbee"
    )
    result = make.add(ws, batch)
    assert _counts(result) == (1, 0, 0, 0)
    assert (result.rows_stored, result.rows_set_aside, result.rows_duplicate) == (1, 2, 0)
    (problem,) = result.problems
    assert (problem.file, problem.line, problem.column, problem.value) == ("billbee", 3, None, None)
    assert problem.message == (
        "order 1001 of store 'main' and order 90 gathered from it in store 'billbee' are one sale by number and day, "
        "but with EUR 10.00 and EUR 9.99; the gathered one is left out until they agree"
    )
    assert _keys(make, ws) == [("billbee", "91"), ("main", "1001")]
    again = make.add(ws, batch)
    assert (again.import_id, again.rows_set_aside, again.problems) == (None, 2, result.problems)


def test_a_number_alone_is_no_problem_where_both_ids_are_known_and_differ(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    other = gathered("1001", order_key="1001", external_id="777", order_total=999)
    result = make.add(ws, make.batch(other, name="billbee"))
    assert (_counts(result), result.problems, result.rows_set_aside) == ((1, 0, 0, 0), (), 0)
    assert _keys(make, ws) == [("billbee", "1001"), *SHOP]


def test_another_currency_is_a_problem_too(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    result = make.add(ws, make.batch(gathered(currency="JPY"), name="billbee"))
    assert "but with EUR 10.00 and JPY 1000;" in result.problems[0].message


def test_a_shops_order_that_comes_second_names_the_problem_at_its_own_row(ws, make, gathered):
    make.add(ws, make.batch(gathered(order_total=999), name="billbee"))
    result = make.add(ws, make.batch(make.order("1000"), make.order("1001"), name="shop"))
    assert (_counts(result), result.rows_set_aside, result.rows_stored) == ((2, 0, 0, 0), 0, 2)
    assert [(one.file, one.line) for one in result.problems] == [("shop", 3)]
    assert _keys(make, ws) == [("main", "1000"), ("main", "1001")]


def test_a_problem_is_over_when_a_later_version_agrees(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    make.add(ws, make.batch(gathered(order_total=999), name="a"))
    later = gathered(order_total=1000, updated_at=make.instant("2026-02-01"))
    result = make.add(ws, make.batch(later, name="b"))
    assert (_counts(result), result.problems) == ((0, 0, 0, 1), ())
    assert _keys(make, ws) == SHOP


def test_an_update_of_the_shops_order_can_part_the_two(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001"), name="shop"))
    make.add(ws, make.batch(gathered(), name="billbee"))
    edited = make.order("1001", order_total=1200, updated_at=make.instant("2026-02-01"))
    result = make.add(ws, make.batch(edited, name="later"))
    assert (_counts(result), [one.file for one in result.problems]) == ((0, 1, 0, 0), ["later"])
    assert _keys(make, ws) == SHOP
    _undo(make, ws, 3)
    assert _keys(make, ws) == SHOP
    _undo(make, ws, 1)
    assert _keys(make, ws) == [("billbee", "90")]


def test_strict_refuses_a_call_with_orders_that_differ(ws, make, gathered):
    shop, billbee = make.batch(make.order("1001"), name="shop"), make.batch(gathered(order_total=9), name="b")
    with pytest.raises(StrictProblems, match=r"^b:2: order 1001 of store 'main'"):
        make.add(ws, shop, billbee, strict=True)
    with pytest.raises(WorkspaceMissing), Workspace.open(ws):
        pass
    make.add(ws, billbee)
    before = make.content(ws)
    with pytest.raises(StrictProblems, match=r"^shop:2: "):
        make.add(ws, shop, strict=True)
    assert make.content(ws) == before
    assert upkeep.check(ws).orphans == ()


def test_a_shops_order_stands_for_one_order_of_each_gathering_store(ws, make, gathered):
    make.add(
        ws,
        make.batch(
            gathered("90"),
            gathered("1001", external_id="x"),
            gathered("90", store="etsy-sync"),
            name="gathered",
        ),
    )
    result = make.add(ws, make.batch(make.order("1001"), name="shop"))
    # The id is the surer sign than the number.
    assert _counts(result) == (0, 0, 0, 1)
    assert _keys(make, ws) == [("billbee", "1001"), *SHOP]


def test_two_sales_are_linked_over_the_end_of_a_month(ws, make, gathered):
    make.add(ws, make.batch(make.order("1001", "2026-01-31"), name="shop"))
    make.add(ws, make.batch(gathered(day="2026-02-01"), make.order("1002", "2026-02-20"), name="billbee"))
    assert _keys(make, ws) == [*SHOP, ("main", "1002")]
    _undo(make, ws, 1)
    assert _keys(make, ws) == [("billbee", "90"), ("main", "1002")]


def test_an_ordinary_workspace_reads_no_batch_again(ws, make, monkeypatch):
    from clientlens.workspace import planning

    monkeypatch.setattr(planning, "link_orders", None)
    make.add(ws, make.batch(make.order("1001"), name="a"))
    make.add(ws, make.batch(make.order("1001", refunded=5), name="b"))
    _undo(make, ws, 1)
    assert _keys(make, ws) == SHOP


_NEAR = st.sampled_from(["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"])
_OWN = st.tuples(st.sampled_from(["1", "2"]), _NEAR, st.sampled_from([10, 11]), st.booleans())
_GATHERED = st.tuples(
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["51", "52", "2", "x"]),
    _NEAR,
    st.sampled_from([10, 11]),
    st.sampled_from(["billbee", "other"]),
    st.booleans(),
)


def _batches(make, drawn):
    """Batches of one order each. A key keeps the day it has first, as it must."""
    days, batches = {}, []
    for number, one in enumerate(drawn):
        later = make.instant("2026-03-01") if one[-1] else None
        if len(one) == 4:
            name, day, total, _ = one
            values = {"store": "main"}
        else:
            name, external, day, total, store, _ = one
            values = {"store": store, "external_id": external, "source_id": f"b{name}"}
        day = days.setdefault((values["store"], name), day)
        order = make.order(name, day, order_total=total, updated_at=later, **values)
        batches.append(make.batch(order, name=f"file {number}"))
    return batches


@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data(), drawn=st.lists(st.one_of(_OWN, _GATHERED), min_size=2, max_size=5, unique=True))
def test_neither_order_nor_undo_nor_repair_can_be_seen(make, data, drawn):
    batches = _batches(make, drawn)
    shuffled = data.draw(st.permutations(batches))
    gone = data.draw(st.integers(1, len(batches)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        for batch in batches:
            result = make.add(path / "a", batch)
            told = result.rows_stored + result.rows_duplicate + result.rows_set_aside
            assert told == sum(file.rows for file in result.files)
            assert sum(_counts(result)) == 1 - result.rows_set_aside
        for batch in shuffled:
            make.add(path / "b", batch)
        make.add(path / "c", *batches)
        expected = make.content(path / "a")
        assert make.content(path / "b") == make.content(path / "c") == expected
        assert upkeep.rebuild(path / "a", at=make.at, command="repair").files == 0
        _undo(make, path / "a", gone)
        for number, batch in enumerate(batches, 1):
            if number != gone:
                make.add(path / "d", batch)
        assert make.content(path / "a") == make.content(path / "d")
        with Workspace.open(path / "a") as workspace:
            orders = workspace.facts().orders.collect()
        assert orders.select(pl.struct("store", "order_key").is_unique().all()).item()

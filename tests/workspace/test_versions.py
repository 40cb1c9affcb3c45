from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.workspace.incoming import gather
from clientlens.workspace.versions import ORDER_DOCUMENTS, STATE_RANK, conflict, lines_of, winners


def _winner(make, *versions):
    kind = gather([make.batch(*versions)]).kinds[0]
    assert kind.heads.height == 1
    return kind.heads.row(0, named=True), kind.lines.sort("line_no")["product"].to_list()


def _both_ways(make, winner, loser):
    """The winner's version number, with the loser before and after it."""
    return [
        _winner(make, loser, winner)[0]["version"] == 1,
        _winner(make, winner, loser)[0]["version"] == 0,
    ]


@pytest.mark.parametrize("column", ["updated_at", "cancelled_at", "fulfilled_at", "paid_at"])
def test_the_latest_of_its_times_wins_over_everything_else(make, column):
    old = make.order(paid_at=make.instant("2026-01-10"), refunded=900, payment_state="refunded")
    new = make.order(**{"paid_at": make.instant("2026-01-10"), column: make.instant("2026-01-11")})
    assert _both_ways(make, new, old) == [True, True]


def test_a_version_with_a_time_wins_over_one_without(make):
    dated = make.order(payment_state="authorized")
    assert _both_ways(make, dated, make.order(paid_at=None, refunded=5)) == [True, True]


def test_at_equal_times_the_larger_refund_wins_over_the_state(make):
    more = make.order(refunded=300, payment_state="paid")
    assert _both_ways(make, more, make.order(refunded=200, payment_state="voided")) == [True, True]


def test_at_equal_times_and_refunds_the_later_state_wins(make):
    states = ["authorized", "pending", "partially_paid", "paid", "partially_refunded", "refunded"]
    assert [STATE_RANK[state] for state in states] == [0, 1, 2, 3, 4, 5]
    assert STATE_RANK["refunded"] == STATE_RANK["voided"] == STATE_RANK["expired"]
    for earlier, later in pairwise(states):
        pair = make.order(payment_state=later), make.order(payment_state=earlier)
        assert _both_ways(make, *pair) == [True, True]


def test_what_is_known_wins_over_what_is_not(make):
    assert _both_ways(make, make.order(tags="gift"), make.order(tags=None)) == [True, True]


def test_lines_follow_the_version_that_wins_as_one_list(make):
    old = make.order(lines=(("A", 1), ("B", 1), ("C", 1)))
    new = make.order(updated_at=make.instant("2026-02-01"), lines=(("D", 1),))
    assert _winner(make, old, new)[1] == ["D"]


def test_lines_decide_where_heads_are_equal_whatever_comes_first(make):
    one, two = make.order(lines=(("A", 1), ("B", 1))), make.order(lines=(("B", 1), ("A", 1)))
    assert _winner(make, one, two)[1] == _winner(make, two, one)[1]
    none = make.order(lines=())
    assert _winner(make, one, none)[1] == _winner(make, none, one)[1] == ["A", "B"]


def test_lines_that_only_look_alike_when_joined_are_told_apart(make):
    one, two = make.order(lines=(("A1:B", 1),)), make.order(lines=(("A", 1), ("B", 1)))
    assert _winner(make, one, two)[1] == _winner(make, two, one)[1]


def test_equal_versions_keep_the_first(make):
    assert _winner(make, make.order(), make.order())[0]["version"] == 0


def test_lines_on_another_day_than_their_order_are_a_fault_of_the_source(make):
    one = make.batch(make.order())
    lines = one.order_lines.with_columns(placed_on=pl.date(2020, 1, 1))
    heads = one.orders.with_columns(pl.col("version").cast(pl.Int64))
    with pytest.raises(ValueError, match="order_lines: a line and its head state different days"):
        lines_of(ORDER_DOCUMENTS, heads, lines.with_columns(pl.col("version").cast(pl.Int64)))


_VERSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "updated_at": st.sampled_from([None, "2026-02-01", "2026-02-02"]),
            "refunded": st.sampled_from([0, 5]),
            "payment_state": st.sampled_from(["paid", "refunded", "voided"]),
            "tags": st.sampled_from([None, "a", "b"]),
            "lines": st.sampled_from([(), (("A", 1),), (("A", 2),), (("A", 1), ("A", 1))]),
        }
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data(), versions=_VERSIONS)
def test_the_winner_does_not_depend_on_order_or_on_how_versions_are_grouped(make, data, versions):
    orders = [make.order(**v | {"updated_at": make.instant(v["updated_at"])}) for v in versions]
    shuffled = data.draw(st.permutations(orders))
    cut = data.draw(st.integers(1, len(orders) - 1))

    def content(head, lines):
        return {k: v for k, v in head.items() if k not in {"version", "batch_no", "line", "row_count"}}, lines

    expected = content(*_winner(make, *orders))
    assert content(*_winner(make, *shuffled)) == expected
    kinds = [gather([make.batch(*part)]).kinds[0] for part in (shuffled[:cut], shuffled[cut:])]
    heads = pl.concat([k.heads.with_columns(version=pl.lit(n, pl.Int64)) for n, k in enumerate(kinds)])
    lines = pl.concat([k.lines.with_columns(version=pl.lit(n, pl.Int64)) for n, k in enumerate(kinds)])
    best = winners(ORDER_DOCUMENTS, heads, lines)
    found = lines_of(ORDER_DOCUMENTS, best, lines).sort("line_no")["product"].to_list()
    assert content(best.row(0, named=True), found) == expected


def test_a_conflict_names_the_first_version_that_clashes(make):
    incoming = gather([make.batch(make.order("1"), make.order("2"), make.order("1", source_id="9"))])
    versions = incoming.kinds[0].versions
    nothing = versions.lazy().filter(pl.lit(value=False))
    found = conflict(ORDER_DOCUMENTS, versions, nothing)
    assert (found["order_key"], found["version"], found["_difference"]) == ("1", 2, "source id")
    assert conflict(ORDER_DOCUMENTS, versions.head(2), nothing) is None

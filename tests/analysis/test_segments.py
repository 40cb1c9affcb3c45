"""RFM and its grid, by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.rfm import GRID, PROSPECTS, SEGMENTS, rfm
from clientlens.analysis.segments import segment_clients, segment_named, segments
from clientlens.errors import UnknownSegment
from clientlens.model.timeframes import as_of_from_date

END_OF_JUNE = as_of_from_date(date(2026, 6, 30), "Europe/Rome")
RULES = {"completed_when": "paid", "home_currency": "EUR"}


def people(*rows):
    """(client_id, last day of June or None, completed orders, spend[, anonymous])."""
    return pl.DataFrame(
        [
            (who, day and date(2026, 6, day), orders, spend, bool(rest))
            for who, day, orders, spend, *rest in rows
        ],
        schema={
            "client_id": pl.String,
            "last_order_date": pl.Date,
            "completed_orders": pl.Int64,
            "total_spend": pl.Int64,
            "anonymous": pl.Boolean,
        },
        orient="row",
    )


def test_scores_count_who_is_strictly_worse():
    scored = rfm(
        people(
            ("a", 30, 9, 900),
            ("b", 20, 9, 100),
            ("c", 20, 2, 400),
            ("d", 10, 1, None),  # nothing in the home currency: as if 0
            ("e", 1, 1, 0),
            ("f", 1, 1, 0),
            ("g", None, 0, None),
            ("h", 30, 20, 9999, "anonymous"),
        )
    )
    # Six clients count: g has no order, h no name. R: 5, 3, 3, 2, 0, 0 are worse; F: 4, 4, 3, 0, 0, 0; M: 5, 3, 4, 0, 0, 0.
    assert scored.rows() == [
        ("a", 1 + 25 // 6, 1 + 20 // 6, 1 + 25 // 6, 5, "Champions"),  # F 4, M 5: 4.5 is rounded up
        ("b", 3, 4, 3, 4, "Loyal"),  # 3.5 is rounded up
        ("c", 3, 3, 4, 4, "Loyal"),
        ("d", 2, 1, 1, 1, "Almost lost"),
        ("e", 1, 1, 1, 1, "Dormant"),
        ("f", 1, 1, 1, 1, "Dormant"),
        ("g", None, None, None, None, "Prospects"),
    ]


def test_a_lone_client_and_equal_clients_score_1():
    assert rfm(people(("a", 30, 9, 900))).row(0)[1:] == (1, 1, 1, 1, "Dormant")
    equal = rfm(people(*((who, 5, 2, 10) for who in "abcdef")))
    assert set(equal.rows()) == {(who, 1, 1, 1, 1, "Dormant") for who in "abcdef"}


def test_who_is_excluded_counts_for_nobody():
    rows = (("a", 30, 9, 900), ("b", 20, 8, 100), ("c", 10, 2, 50))
    assert rfm(people(*rows), exclude=["b"]).equals(rfm(people(rows[0], rows[2])))


def test_nobody_makes_no_rows():
    assert rfm(people()).is_empty()


def test_every_pair_of_scores_has_one_name():
    drawn = """
        Champions        | Champions | Active          | New         | New
        Loyal            | Loyal     | Active          | Promising   | Promising
        Loyal            | Loyal     | Needs attention | Promising   | Promising
        Previously loyal | At risk   | At risk         | Almost lost | Almost lost
        Previously loyal | At risk   | At risk         | Dormant     | Dormant
    """.strip().splitlines()
    assert {
        (5 - row, 5 - column): name.strip()
        for row, line in enumerate(drawn)
        for column, name in enumerate(line.split("|"))
    } == GRID
    assert len(SEGMENTS) == len(set(SEGMENTS)) == 11


@pytest.fixture(scope="module")
def many(shop):
    return shop.random_facts(5)


@pytest.mark.parametrize("exclude", [[], ["c000", "c007", "nobody"]], ids=["everyone", "without two"])
def test_cells_add_up_to_the_registered_clients_and_their_spend(many, exclude):
    answer = segments(many, as_of=END_OF_JUNE, exclude=exclude, **RULES)
    frame = client_metrics(many, as_of=END_OF_JUNE, **RULES).filter(
        ~pl.col("anonymous"), ~pl.col("client_id").is_in(exclude)
    )
    assert answer.rows["clients"].sum() == frame.height
    assert answer.rows["revenue"].sum() == frame["total_spend"].sum()
    assert abs(answer.rows["client_share"].sum() - 10_000) < 26
    assert abs(answer.rows["revenue_share"].sum() - 10_000) < 26
    prospects = answer.rows.filter(segment=PROSPECTS).row(0, named=True)
    assert prospects["clients"] == frame.filter(completed_orders=0).height
    assert prospects["revenue"] == 0


def test_the_grid_has_all_25_cells_the_best_first_and_the_prospects(many):
    rows = segments(many, as_of=END_OF_JUNE, **RULES).rows
    cells = [*((r, fm) for r in (5, 4, 3, 2, 1) for fm in (5, 4, 3, 2, 1)), (None, None)]
    assert rows.select("r_score", "fm_score").rows() == cells
    assert rows["segment"].to_list() == [*GRID.values(), PROSPECTS]


def test_clients_stand_in_the_cell_that_counts_them(many):
    cells = segments(many, as_of=END_OF_JUNE, **RULES).rows
    clients = segment_clients(many, as_of=END_OF_JUNE, **RULES).rows
    counted = clients.group_by("r_score", "fm_score", "segment").agg(
        clients=pl.len().cast(pl.Int64), revenue=pl.col("monetary").sum()
    )
    found = cells.filter(pl.col("clients") > 0).select(counted.columns)
    assert found.sort(pl.all(), nulls_last=True).equals(counted.sort(pl.all(), nulls_last=True))


def test_one_segment_is_that_part_of_all(many):
    everyone = segment_clients(many, as_of=END_OF_JUNE, **RULES).rows
    parts = [segment_clients(many, as_of=END_OF_JUNE, segment=name, **RULES).rows for name in SEGMENTS]
    for name, part in zip(SEGMENTS, parts, strict=True):
        assert part.equals(everyone.filter(segment=name))
    assert sum(part.height for part in parts) == everyone.height


def test_what_is_left_out_is_told(many):
    answer = segments(many, as_of=END_OF_JUNE, exclude=["c000"], **RULES)
    frame = client_metrics(many, as_of=END_OF_JUNE, **RULES)
    nameless = frame.filter("anonymous").height
    assert f"{nameless} anonymous clients left out: segments are of registered clients" in answer.notes
    assert "1 client left out: not to be written to" in answer.notes


def test_no_orders_at_all_is_an_empty_grid(shop):
    answer = segments(shop.facts_of([]), as_of=END_OF_JUNE, completed_when="paid", home_currency=None)
    assert answer.rows["clients"].to_list() == [0] * 26
    assert answer.rows["revenue"].to_list() == [None] * 26
    assert answer.rows["client_share"].to_list() == [None] * 26


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("at-risk", "At risk"),
        ("PREVIOUSLY_LOYAL", "Previously loyal"),
        (" needs  Attention", "Needs attention"),
    ],
)
def test_a_segment_is_found_by_its_name(text, name):
    assert segment_named(text) == name


def test_an_unknown_segment_is_told_with_the_nearest():
    with pytest.raises(UnknownSegment) as caught:
        segment_named("champion")
    assert caught.value.message == "no segment is called 'champion' (did you mean 'Champions'?)"
    assert "Almost lost" in caught.value.hint

"""Answers drawn as grids, and turned ones with units and explanations."""

from __future__ import annotations

import re

import polars as pl
import pytest

from clientlens.model.answer import Answer, Field, Grid, Kind
from clientlens.outputs.format import Style
from clientlens.outputs.table import write

CELLS = (
    Field("r", Kind.INTEGER, "down", title="R"),
    Field("f", Kind.INTEGER, "across", title="F"),
    Field("segment", Kind.TEXT, "name"),
    Field("clients", Kind.INTEGER, "how many"),
)
SHAPE = Grid("r", "f", ("segment", "clients"), tone="segment")


def cells(*rows, **other):
    frame = pl.DataFrame(
        list(rows),
        schema={"r": pl.Int64, "f": pl.Int64, "segment": pl.String, "clients": pl.Int64},
        orient="row",
    )
    return Answer("cells", CELLS, frame, "UTC", title="Grid", grid=SHAPE, **other)


FOUR = cells((2, 2, "Champions", 1234), (2, 1, "At risk", 5), (1, 2, "Dormant", 0), (1, 1, "At risk", 17))


def lines(answer, **style):
    return write(answer, Style(**style)).decode().splitlines()


def test_rows_become_cells_of_their_own_lines():
    assert lines(FOUR) == [
        "Grid",
        "R  2          1",
        "─────────────────────",
        "2  Champions  At risk",
        "   1,234      5",
        "",
        "1  Dormant    At risk",
        "   0          17",
        "across: F; in each cell: segment, clients",
    ]


def test_names_are_folded_before_anything_is_left_out():
    assert lines(FOUR, width=18) == [
        "Grid",
        "R  2          1",
        "──────────────────",
        "2  Champions  At",
        "              risk",
        "   1,234      5",
        "",
        "1  Dormant    At",
        "              risk",
        "   0          17",
        *("across: F; in each", "cell: segment,", "clients"),
    ]


def test_a_grid_that_does_not_fit_is_drawn_as_rows():
    text = "\n".join(lines(FOUR, width=16))
    assert "R  F" in text
    assert text.count("At risk") == 2
    assert "in each cell" not in text


def test_what_stands_in_no_cell_is_not_drawn_and_missing_cells_are_blank():
    drawn = lines(
        cells((2, 2, "Loyal", 1), (1, 1, "New", 2), (None, None, "Prospects", 9), notes=("9 prospects",))
    )
    assert drawn[3:] == [
        "2  Loyal",
        "   1",
        "",
        "1         New",
        "          2",
        "across: F; in each cell: segment, clients",
        "9 prospects",
    ]


@pytest.mark.parametrize("name", ["Champions", "At risk", "Dormant"])
def test_a_coloured_cell_sets_its_letters_and_its_ground(name):
    colored = write(FOUR, Style(color=True)).decode()
    found = re.search(rf"\x1b\[(\d+);(\d+)m{name} *\x1b\[0m", colored)
    assert found
    assert (found[1] in {"30", "37"}, found[2][0]) == (True, "4")


def test_without_colour_the_same_letters_stand_there():
    plain = re.sub(r"\x1b\[[0-9;]*m", "", write(FOUR, Style(color=True)).decode())
    assert [line.rstrip() for line in plain.splitlines()] == lines(FOUR)


TRIANGLE = (
    Field("cohort", Kind.TEXT, "down", title="first order"),
    Field("period", Kind.INTEGER, "across", title="months later"),
    Field("clients", Kind.INTEGER, "size"),
    Field("retention", Kind.SCALED, "share", scale=4),
)


def triangle(periods, cohorts=2):
    rows = [
        (f"c{cohort}", period, 10 + cohort, None if period == periods - cohort else 10_000 // (period + 1))
        for cohort in range(cohorts)
        for period in range(periods - cohort + 1)
    ]
    frame = pl.DataFrame(
        rows,
        schema={"cohort": pl.String, "period": pl.Int64, "clients": pl.Int64, "retention": pl.Int64},
        orient="row",
    )
    shape = Grid("cohort", "period", ("retention",), beside=("clients",), hidden=("0",))
    return Answer("triangle", TRIANGLE, frame, "UTC", title="Triangle", grid=shape)


def test_what_is_not_known_yet_is_a_dot_and_what_lies_ahead_is_blank():
    assert lines(triangle(4)) == [
        "Triangle",
        "first order  clients      1      2      3  4",
        "────────────────────────────────────────────",
        "c0                10  50.00  33.33  25.00  ·",
        "c1                11  50.00  33.33      ·",
        "across: months later; in each cell: retention in %",
    ]


def test_columns_that_do_not_fit_are_said():
    drawn = lines(triangle(30), width=50)
    assert max(map(len, drawn)) <= 50
    assert drawn[-1] == "not shown at this width: months later 5 to 30"
    assert drawn[1].split()[-1] == "4"


def test_lines_over_the_limit_are_said():
    drawn = lines(triangle(10, cohorts=9), limit=4)
    assert sum(line.startswith("c") for line in drawn) == 4
    assert "4 of 9 lines; --limit 0 shows them" in drawn
    assert sum(line.startswith("c") for line in lines(triangle(10, cohorts=9), limit=0)) == 9


def test_no_rows_are_no_grid():
    assert lines(cells()) == ["Grid", "nothing to show"]


EXPLAINED = (
    Field("name", Kind.TEXT, "name", title="client"),
    Field("orders", Kind.INTEGER, "completed orders of all time, whatever they were", unit="orders"),
    Field("spend", Kind.MONEY, "what was charged"),
    Field("currency", Kind.TEXT, "code"),
    Field("rating", Kind.SCALED, "mean of the stars", scale=4, trim=True, unit="stars"),
    Field("top_products", Kind.TEXTS, "bought most"),
)


def explained(*rows, heads=()):
    schema = {
        "name": pl.String,
        "orders": pl.Int64,
        "spend": pl.Int64,
        "currency": pl.String,
        "rating": pl.Int64,
        "top_products": pl.List(pl.String),
    }
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return Answer("explained", EXPLAINED, frame, "UTC", title="Figures", panels=heads, explained=True)


ANN = ("Ann", 1234, 5000, "EUR", None, ["Candle, red", "Wick"])
BOB = ("Bob", 1, 990, "EUR", 45_000, [])


def test_one_row_is_turned_with_units_and_what_each_figure_is():
    assert lines(explained(ANN)) == [
        "Figures  amounts in EUR",
        "Ann",
        "orders        1,234 orders  completed orders of all time, whatever they were",
        "spend         50.00         what was charged",
        "rating                      mean of the stars",
        "top_products  Candle, red   bought most",
        "              Wick",
    ]


def test_where_there_is_no_room_the_explanations_go_and_it_says_so():
    drawn = lines(explained(ANN, BOB, heads=("name",)), width=50)
    assert drawn == [
        "Figures  amounts in EUR",
        "              Ann           Bob",
        "───────────────────────────────────────",
        "orders        1,234 orders      1 order",
        "spend         50.00          9.90",
        "rating                        4.5 stars",
        "top_products  Candle, red",
        "              Wick",
        "not shown at this width: what each is",
    ]


def test_rows_that_do_not_fit_beside_each_other_stand_below():
    drawn = lines(explained(ANN, BOB, heads=("name",)), width=32)
    assert max(map(len, drawn)) <= 32
    assert [line.strip() for line in drawn if line.strip() in {"Ann", "Bob"}] == ["Ann", "Bob"]

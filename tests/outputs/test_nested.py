"""Rows with lists inside them: beside each other where there is room, else below their row."""

from __future__ import annotations

import pytest

from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.outputs.format import Style, format_for

FIELDS = (
    Field("number", Kind.TEXT, "order"),
    Field("placed_on", Kind.DATE, "day"),
    Field("total", Kind.MONEY, "charged"),
    Field("currency", Kind.TEXT, "code", title=""),
    Field(
        "lines",
        Kind.LIST,
        "what was ordered",
        fields=(
            Field("sku", Kind.TEXT, "article", priority=3),
            Field("product", Kind.TEXT, "title", wide=True),
            Field("quantity", Kind.SCALED, "how many", scale=3, trim=True),
        ),
    ),
)
CANDLE = {"sku": "C-1", "product": "Candle, beeswax, hand-drawn, 24 cm", "quantity": 2000}
WICK = {"sku": None, "product": "Wick \x1b[2J", "quantity": 1500}


@pytest.fixture
def orders():
    rows = [
        ("1003", None, 350, "EUR", []),
        ("1002", None, 1200, "EUR", [CANDLE, WICK]),
        ("1001", None, 9, "EUR", None),
    ]
    return Answer("orders", FIELDS, frame_of(FIELDS, rows), "UTC", title="Orders")


def drawn(answer, width):
    return format_for("table", None).write(answer, Style(width=width)).decode().splitlines()


def test_with_room_the_items_stand_beside_the_first_cells_of_their_row(orders):
    assert drawn(orders, 100) == [
        "Orders  amounts in EUR",
        "number  total  sku  product                             quantity",
        "────────────────────────────────────────────────────────────────",
        "1003     3.50",
        "1002    12.00  C-1  Candle, beeswax, hand-drawn, 24 cm         2",
        "                    Wick \\x1b[2J                             1.5",
        "1001     0.09",
    ]


def test_without_room_they_stand_below_it_with_all_their_columns(orders):
    assert drawn(orders, 42) == [
        "Orders  amounts in EUR",
        "number  total",
        "    sku  product                  quantity",
        "──────────────────────────────────────────",
        "1003     3.50",
        "1002    12.00",
        "    C-1  Candle, beeswax, hand-…         2",
        "         Wick \\x1b[2J                  1.5",
        "1001     0.09",
    ]


def test_rows_without_any_item_are_drawn_as_if_there_were_no_lists():
    rows = frame_of(FIELDS, [("1003", None, 350, "EUR", []), ("1004", None, 9, "EUR", None)])
    assert drawn(Answer("orders", FIELDS, rows, "UTC"), 80) == [
        "number  total",
        "─────────────",
        "1003     3.50",
        "1004     0.09",
    ]

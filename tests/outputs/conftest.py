"""One awkward answer: whatever a format can get wrong stands in it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.model.answer import Answer, Field, Kind

LINE = (
    Field("product", Kind.TEXT, "line name"),
    Field("quantity", Kind.SCALED, "how many", scale=3, trim=True),
    Field("total", Kind.MONEY, "of the line, in the currency of the row around it"),
)
FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("name", Kind.TEXT, "name", title="client", wide=True),
    Field("orders", Kind.INTEGER, "completed orders", nullable=False),
    Field("spend", Kind.MONEY, "total"),
    Field("currency", Kind.TEXT, "ISO 4217 code"),
    Field("share", Kind.SCALED, "of the revenue", scale=4, priority=2),
    Field("last_order", Kind.DATE, "day", priority=3),
    Field("joined_at", Kind.INSTANT, "when", priority=4),
    Field("anonymous", Kind.BOOLEAN, "nothing is known", priority=5),
    Field("groups", Kind.TEXTS, "names", nullable=False, priority=5),
    Field("basis", Kind.OBJECT, "counts", fields=(Field("rated", Kind.INTEGER, "orders"),), priority=None),
    Field("lines", Kind.LIST, "lines", fields=LINE, priority=None),
)
SCHEMA = {
    "client_id": pl.String,
    "name": pl.String,
    "orders": pl.Int64,
    "spend": pl.Int64,
    "currency": pl.String,
    "share": pl.Int64,
    "last_order": pl.Date,
    "joined_at": pl.Datetime("us", "UTC"),
    "anonymous": pl.Boolean,
    "groups": pl.List(pl.String),
    "basis": pl.Struct({"rated": pl.Int64}),
    "lines": pl.List(pl.Struct({"product": pl.String, "quantity": pl.Int64, "total": pl.Int64})),
}
WINTER = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 31, 22, 15, 5, tzinfo=UTC)
DAY = date(2026, 2, 1)
WICK = {"product": 'Wick "5"', "quantity": 1500, "total": -5}
ROWS = [
    (
        "a",
        "[/b] \x1b[31mred",
        1234,
        123456789,
        "EUR",
        5000,
        DAY,
        WINTER,
        False,
        ["x,y", "="],
        {"rated": 2},
        [WICK],
    ),
    ("b", '=HYPERLINK("http://x","y")', 2, -1200, "JPY", -5, DAY, SUMMER, True, [], None, []),
    ("c", ":skull: \u202egnp.exe", 0, -5, "KWD", 0, None, None, None, [], {"rated": None}, None),
    ("d", "x" * 300, 1, 0, "EUR", 10000, DAY, WINTER, False, [], {"rated": 0}, [WICK, WICK]),
    ("e", "محمد", 1, 1, "EUR", 25, DAY, WINTER, False, [], {"rated": 0}, []),
    (
        "f",
        "\U0001f469\u200d\U0001f373 'quoted'\nsecond line\u2028third",
        1,
        100,
        "EUR",
        35,
        DAY,
        WINTER,
        False,
        [],
        {"rated": 0},
        [],
    ),
    ("g", "'=already", 1, 100, "EUR", 1, DAY, WINTER, False, [], {"rated": 0}, []),
    ("h", "＠fullwidth", 1, 100, "EUR", 1, DAY, WINTER, False, [], {"rated": 0}, []),
    ("i", None, 1, None, None, None, None, None, None, [], None, None),
]


@pytest.fixture
def awkward() -> Answer:
    rows = pl.DataFrame(ROWS, schema=SCHEMA, orient="row")
    return Answer(
        "awkward",
        FIELDS,
        rows,
        "Europe/Berlin",
        title="An awkward \x1b]0;title\x07",
        notes=("1 \x1b[2Jnote",),
    )

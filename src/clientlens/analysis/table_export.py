"""The stored tables as answers that other programs can use: decimals for minor units, a client id in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.tables import CHECKOUT_LINES, CHECKOUTS, IDENTITIES, ORDER_LINES, ORDERS, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientlens.model.facts import Facts
    from clientlens.model.tables import Column, Table

_CLIENT_ID = Field("client_id", Kind.TEXT, "the client it belongs to today; null: unattributed")
_CURRENCY = Field("currency", Kind.TEXT, "ISO 4217 code of the amounts of this row", nullable=False)
_MONEY = frozenset(
    {
        "order_total",
        "refunded",
        "price",
        "tax",
        "shipping",
        "fees",
        "tip",
        "discount",
        "unit_price",
        "line_total",
        "total",
    }
)
_THOUSANDTHS = {"quantity_milli": "quantity", "rating_milli": "rating"}
"""Stored name -> the name of the decimal that leaves."""
_HEADS = {ORDER_LINES.name: (ORDERS, "order_key"), CHECKOUT_LINES.name: (CHECKOUTS, "checkout_key")}


def exported(facts: Facts) -> dict[str, Callable[[], Answer]]:
    """Table name -> what gives its rows, so that one is in memory at a time.

    Every column of `model/tables.py`; besides, `client_id` in all rows of a person, `currency` in lines, `quantity`
    for `quantity_milli` and `rating` for `rating_milli`. Amounts have their currency's decimals. Rows are in the order
    of the table's key.
    """
    return {table.name: lambda table=table: _answer(facts, table) for table in TABLES}  # type: ignore[misc]


def _answer(facts: Facts, table: Table) -> Answer:
    frame: pl.LazyFrame = getattr(facts, table.name)
    fields = [_field(column) for column in table.columns]
    if "person_key" in table.schema and table is not IDENTITIES:
        frame = frame.join(facts.identities, on="person_key", how="left")
        fields.insert(0, _CLIENT_ID)
    if table.name in _HEADS:
        heads, key = _HEADS[table.name]
        currency = getattr(facts, heads.name).select("store", key, "currency")
        frame = frame.join(currency, on=["store", key], how="left")
        fields.append(_CURRENCY)
    order = list(table.key) or [*table.sort, *(name for name in table.schema if name not in table.sort)]
    # Not every table has quantities or ratings.
    rows = frame.sort(order).rename(_THOUSANDTHS, strict=False)
    names = [field.name for field in fields]
    return Answer(table.name, tuple(fields), rows.select(names).collect(), facts.timezone)


def _field(column: Column) -> Field:
    if column.name in _THOUSANDTHS:
        doc = column.doc.removesuffix(" in thousandths").removesuffix(",")
        name = _THOUSANDTHS[column.name]
        return Field(name, Kind.SCALED, doc, nullable=column.nullable, scale=3, trim=True)
    if column.name in _MONEY:
        return Field(column.name, Kind.MONEY, column.doc, nullable=column.nullable)
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        kind = Kind.INSTANT
    elif dtype == pl.Date:
        kind = Kind.DATE
    elif dtype == pl.Boolean:
        kind = Kind.BOOLEAN
    else:
        kind = Kind.TEXT if dtype == pl.String else Kind.INTEGER
    return Field(column.name, kind, column.doc, nullable=column.nullable)

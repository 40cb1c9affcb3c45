"""Parquet: typed columns; amounts as exact decimals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Kind
from clientlens.model.money import MAX_DECIMALS
from clientlens.outputs.cells import decimal_text, decimals_of
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.answer import Answer, Field
    from clientlens.outputs.format import Style

_PRECISION = 38


def write(answer: Answer, style: Style) -> bytes:  # noqa: ARG001
    """Amounts are Decimal(38, 4) whatever the currency, ratios Decimal(38, scale), instants UTC; nested kept."""
    buffer = io.BytesIO()
    typed(answer.fields, answer.rows, None).write_parquet(buffer, statistics=True)
    return buffer.getvalue()


def typed(fields: Sequence[Field], rows: pl.DataFrame, outer: str | None) -> pl.DataFrame:
    """The rows with scaled integers as decimals."""
    columns = []
    for field in fields:
        if field.kind is Kind.OBJECT:
            inner = rows.select(pl.col(field.name).struct.unnest(), *_outer(rows, field.fields, outer))
            value = typed(field.fields, inner, "_outer").to_struct(field.name)
            # Unnesting a missing object gives an object of nulls; it is missing here too.
            known = rows[field.name].is_not_null()
            columns.append(pl.select(pl.when(known).then(value).alias(field.name)).to_series())
        elif field.kind is Kind.LIST:
            columns.append(_list(field, rows, outer))
        elif field.kind is Kind.MONEY:
            name = field.currency_field if field.currency_field in rows.columns else outer
            decimals = decimals_of(pl.col(name) if name else pl.lit(None, pl.String))
            columns.append(_decimal(rows, field.name, decimals, MAX_DECIMALS))
        elif field.kind is Kind.SCALED:
            columns.append(_decimal(rows, field.name, pl.lit(field.scale, dtype=pl.Int64), field.scale))
        else:
            columns.append(rows[field.name])
    return pl.DataFrame(columns)


def _decimal(rows: pl.DataFrame, name: str, decimals: pl.Expr, scale: int) -> pl.Series:
    text = decimal_text(pl.col(name), decimals)
    return rows.select(text.cast(pl.Decimal(_PRECISION, scale)).alias(name)).to_series()


def _outer(rows: pl.DataFrame, fields: Sequence[Field], outer: str | None) -> list[pl.Expr]:
    wanted = next((field.currency_field for field in fields if field.kind is Kind.MONEY), None)
    name = wanted if wanted in rows.columns else outer
    return [pl.col(name).alias("_outer")] if name is not None and name in rows.columns else []


def _list(field: Field, rows: pl.DataFrame, outer: str | None) -> pl.Series:
    items = (
        rows.select(pl.col(field.name), *_outer(rows, field.fields, outer))
        .with_row_index("_row")
        .filter(pl.col(field.name).list.len() > 0)
        .explode(field.name)
    )
    values = typed(field.fields, items.drop("_row").unnest(field.name), "_outer").to_struct("value")
    lists = (
        pl.DataFrame({"_row": items["_row"], "value": values})
        .group_by("_row", maintain_order=True)
        .agg("value")
    )
    indexed = rows.select(known=pl.col(field.name).is_not_null()).with_row_index("_row")
    placed = indexed.join(lists, on="_row", how="left", maintain_order="left")
    empty = pl.lit([], dtype=lists.schema["value"])
    return placed.select(
        pl.when("known").then(pl.col("value").fill_null(empty)).alias(field.name)
    ).to_series()


FORMAT = Format("parquet", (".parquet",), write)

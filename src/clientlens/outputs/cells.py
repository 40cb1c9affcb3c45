"""The cells of an answer as text: for JSON, for CSV and for people. Vectorised, and without floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Kind
from clientlens.model.money import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.answer import Answer, Field

    Cell = Callable[[Field, pl.Expr, pl.Expr | None], pl.Expr]

_INSTANT = "%Y-%m-%dT%H:%M:%S%.f%:z"


def decimal_text(minor: pl.Expr, decimals: pl.Expr, *, grouped: bool = False) -> pl.Expr:
    """Integers of 10^-decimals as decimal text: 123450, 2 -> 1234.50; `grouped`: 1,234.50."""
    power = decimals.replace_strict([0, 1, 2, 3, 4], [1, 10, 100, 1000, 10_000], return_dtype=pl.Int64)
    size = minor.abs()
    whole = (size // power).cast(pl.String)
    if grouped:
        # Groups of three are counted from the right, and Rust's expressions do not look ahead.
        whole = whole.str.reverse().str.replace_all(r"(\d{3})", "$1,").str.reverse().str.strip_prefix(",")
    part = (size % power).cast(pl.String).str.zfill(decimals)
    text = pl.when(decimals > 0).then(pl.concat_str(whole, pl.lit("."), part)).otherwise(whole)
    return pl.when(minor < 0).then(pl.lit("-") + text).otherwise(text)


def decimals_of(currency: pl.Expr) -> pl.Expr:
    """Decimals of each row's currency; two where there is none, which then has no amounts."""
    return currency.replace_strict(list(DECIMALS), list(DECIMALS.values()), default=2, return_dtype=pl.Int64)


def trimmed(text: pl.Expr) -> pl.Expr:
    """1.500 -> 1.5, 2.000 -> 2."""
    return text.str.replace(r"\.?0+$", "")


def _number(field: Field, value: pl.Expr, currency: pl.Expr | None) -> pl.Expr:
    if field.kind is Kind.MONEY:
        return decimal_text(value, decimals_of(currency if currency is not None else pl.lit(None, pl.String)))
    text = decimal_text(value, pl.lit(field.scale, dtype=pl.Int64))
    return trimmed(text) if field.trim and field.scale else text


def _quoted(value: pl.Expr) -> pl.Expr:
    # Encoding a struct of one field is how Polars spells a JSON string: {"v":"..."}.
    encoded = pl.struct(value.alias("v")).struct.json_encode()
    return pl.when(value.is_not_null()).then(encoded.str.slice(5, encoded.str.len_chars() - 6))


def scalar_json(timezone: str) -> Cell:
    """Cells as JSON, null as a missing text."""

    def cell(field: Field, value: pl.Expr, currency: pl.Expr | None) -> pl.Expr:
        match field.kind:
            case Kind.TEXT:
                return _quoted(value)
            case Kind.MONEY | Kind.SCALED:
                return _number(field, value, currency)
            case Kind.DATE | Kind.INSTANT:
                return pl.lit('"') + scalar_plain(timezone)(field, value, currency) + pl.lit('"')
            case _:
                return value.cast(pl.String)

    return cell


def scalar_plain(timezone: str) -> Cell:
    """Cells as plain text; null stays null."""

    def cell(field: Field, value: pl.Expr, currency: pl.Expr | None) -> pl.Expr:
        match field.kind:
            case Kind.MONEY | Kind.SCALED:
                return _number(field, value, currency)
            case Kind.DATE:
                return value.dt.to_string("%Y-%m-%d")
            case Kind.INSTANT:
                return value.dt.convert_time_zone(timezone).dt.to_string(_INSTANT)
            case _:
                return value.cast(pl.String)

    return cell


def json_columns(answer: Answer) -> pl.DataFrame:
    """Each field as JSON text, `null` spelled out."""
    return _json(answer.fields, answer.rows, answer.timezone, None)


def _json(fields: Sequence[Field], rows: pl.DataFrame, timezone: str, outer: str | None) -> pl.DataFrame:
    """`outer`: a column of `rows` with the currency of the row around this one."""
    scalar = scalar_json(timezone)
    columns = []
    for field in fields:
        if field.kind is Kind.OBJECT:
            inner = rows.select(pl.col(field.name).struct.unnest(), *_currency(rows, field.fields, outer))
            text = joined(field.fields, _json(field.fields, inner, timezone, "_outer"))
            text = pl.select(pl.when(rows[field.name].is_not_null()).then(text)).to_series()
        elif field.kind in {Kind.LIST, Kind.TEXTS}:
            text = _list(field, rows, timezone, outer)
        else:
            text = rows.select(
                scalar(field, pl.col(field.name), _currency_of(field, rows, outer))
            ).to_series()
        columns.append(text.fill_null("null").alias(field.name))
    return pl.DataFrame(columns)


def _currency_of(field: Field, rows: pl.DataFrame, outer: str | None) -> pl.Expr | None:
    if field.kind is not Kind.MONEY:
        return None
    if field.currency_field in rows.columns:
        return pl.col(field.currency_field)
    return pl.col(outer) if outer is not None and outer in rows.columns else None


def _currency(rows: pl.DataFrame, fields: Sequence[Field], outer: str | None) -> list[pl.Expr]:
    """The row's currency as `_outer`, for amounts inside it that have none of their own."""
    wanted = next((field.currency_field for field in fields if field.kind is Kind.MONEY), None)
    if wanted in rows.columns:
        return [pl.col(str(wanted)).alias("_outer")]
    return [pl.col(outer).alias("_outer")] if outer is not None and outer in rows.columns else []


def _list(field: Field, rows: pl.DataFrame, timezone: str, outer: str | None) -> pl.Series:
    items = (
        rows.select(pl.col(field.name), *_currency(rows, field.fields, outer))
        .with_row_index("_row")
        .filter(pl.col(field.name).list.len() > 0)
        .explode(field.name)
    )
    if field.kind is Kind.TEXTS:
        texts = items.select(_quoted(pl.col(field.name)).fill_null("null")).to_series()
    else:
        flat = items.drop("_row").unnest(field.name)
        texts = joined(field.fields, _json(field.fields, flat, timezone, "_outer"))
    lists = (
        pl.DataFrame({"_row": items["_row"], "text": texts})
        .group_by("_row", maintain_order=True)
        .agg(pl.col("text").str.join(", "))
    )
    indexed = rows.select(known=pl.col(field.name).is_not_null()).with_row_index("_row")
    placed = indexed.join(lists, on="_row", how="left", maintain_order="left")
    inside = pl.concat_str(pl.lit("["), pl.col("text").fill_null(""), pl.lit("]"))
    return placed.select(pl.when("known").then(inside)).to_series()


def joined(fields: Sequence[Field], columns: pl.DataFrame) -> pl.Series:
    """One JSON object per row of already encoded columns."""
    parts: list[pl.Expr] = []
    for number, field in enumerate(fields):
        parts += [pl.lit(("" if number == 0 else ", ") + f'"{field.name}": '), pl.col(field.name)]
    return columns.select(pl.concat_str(pl.lit("{"), *parts, pl.lit("}")).alias("row")).to_series()


def plain_columns(answer: Answer) -> pl.DataFrame:
    """Each field as text for CSV: objects and lists as JSON; null stays null."""
    scalar = scalar_plain(answer.timezone)
    nested = {Kind.OBJECT, Kind.LIST, Kind.TEXTS}
    encoded = None
    columns = []
    for field in answer.fields:
        if field.kind in nested:
            encoded = json_columns(answer) if encoded is None else encoded
            columns.append(
                pl.when(pl.lit(encoded[field.name]) != "null")
                .then(pl.lit(encoded[field.name]))
                .alias(field.name)
            )
        else:
            currency = _currency_of(field, answer.rows, None)
            columns.append(scalar(field, pl.col(field.name), currency).alias(field.name))
    return answer.rows.select(columns)

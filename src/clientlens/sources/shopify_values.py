"""The values of Shopify's rows: what orders and checkouts have in common, cell by cell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import BadHeader
from clientlens.model.batch import FileReport
from clientlens.sources.bad_times import BadTimes
from clientlens.sources.csvfile import CsvTable, read_csv
from clientlens.sources.grouping import Grouped, from_heads
from clientlens.sources.parsing import (
    blank_to_null,
    boolean,
    by_distinct,
    clean,
    decimals_of,
    divide_half_even,
    money,
    quantity,
)
from clientlens.sources.shopify_rows import LINE
from clientlens.sources.times import find_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Findings, Table
    from clientlens.sources.input import InputFile

NEEDED = ("name", "created at", "total", "lineitem name")
"""Columns without which a file is neither orders nor checkouts."""
_AMOUNTS_ALIKE = ("total", "subtotal", "taxes", "lineitem price")
"""Columns that show how a file writes amounts."""


def read_table(file: InputFile, columns: Sequence[str], what: str) -> CsvTable:
    """`read_csv`, with the needed columns there for certain.

    Raises:
        BadHeader: one is missing.
    """
    table = read_csv(file, columns)
    missing = [name for name in NEEDED if name not in table.frame.columns]
    if missing:
        raise BadHeader(file.name, f"there is no column {missing[0].capitalize()!r}", f"is this {what}?")
    return table


def reports(tables: Sequence[Table], source: str, options: ReadOptions) -> tuple[FileReport, ...]:
    """One report per file."""
    return tuple(
        FileReport(t.file.name, source, options.store, t.rows, t.file.bytes, t.file.sha256) for t in tables
    )


def with_places(table: pl.DataFrame, rows: pl.DataFrame, *extra: str) -> pl.DataFrame:
    """A canonical table with the extra columns of a batch beside it, taken from `rows`."""
    places = {"file_no": "_file", "line": "_line"}
    return table.with_columns(
        rows[places.get(name, name)].cast(pl.Int64 if name == "row_count" else pl.Int32).alias(name)
        for name in extra
    )


def read_heads(
    heads: pl.DataFrame,
    tables: Sequence[Table],
    times: Mapping[str, str],
    amounts: Mapping[str, str],
    options: ReadOptions,
    findings: Findings,
    *,
    what: str,
) -> tuple[pl.DataFrame, list[str]]:
    """`heads` with `currency_`, `decimals` and the parsed columns of `times` and `amounts`; notes about times.

    `times` and `amounts` map a text column to the column its value goes to. Created at, Total and a currency are
    needed; every cell that is no value becomes a problem.
    """
    heads = heads.with_columns(
        currency_=blank_to_null(pl.col("currency")).str.to_uppercase().fill_null(pl.lit(options.currency)),
    ).with_columns(decimals=decimals_of(pl.col("currency_")))
    notes: list[str] = []
    bad_times = BadTimes()
    heads = _read_times(heads, tables, times, options, notes, bad_times)
    heads = _read_amounts(heads, tables, amounts, options)
    known = pl.col("currency_").is_not_null()
    findings.check(heads, {"currency": ~known}, "the currency is missing (--currency to give it)")
    findings.check(heads, {"currency": known & pl.col("decimals").is_null()}, "not an ISO 4217 currency code")
    for name, need in (("created at", "a date"), ("total", "a total")):
        findings.check(heads, {name: blank_to_null(pl.col(name)).is_null()}, f"the {what} needs {need}")
    bad_times.tell(heads, times, findings)
    priced = _priced(heads)
    findings.unreadable(priced, amounts, "not an amount of this currency")
    for name in ("total", "refunded amount"):
        if name in amounts:
            findings.check(priced, {name: pl.col(amounts[name]) < 0}, "an amount below 0")
    return heads, notes


def _priced(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose currency is known: only there can an amount be wrong in itself."""
    return rows.filter(pl.col("decimals").is_not_null()) if rows["decimals"].null_count() else rows


def local_day(instant: str, options: ReadOptions) -> pl.Expr:
    """Date: the workspace's local day of an instant column."""
    return pl.col(instant).dt.convert_time_zone(options.workspace_timezone).dt.date()


def _read_times(
    heads: pl.DataFrame,
    tables: Sequence[Table],
    times: Mapping[str, str],
    options: ReadOptions,
    notes: list[str],
    bad: BadTimes,
) -> pl.DataFrame:
    """`heads` (ordered by file) with the parsed columns of `times`, each file read in its own form."""
    parts = []
    for number, table in enumerate(tables):
        mine = heads.filter(pl.col("_file") == number) if len(tables) > 1 else heads
        lines = mine["_line"]
        reader, found = find_reader(mine, list(times), options, table.file.name, lines.__getitem__)
        notes.extend(found)
        parts.append(
            mine.with_columns(bad.read(mine, text, reader).alias(value) for text, value in times.items())
        )
    return pl.concat(parts)


def _read_amounts(
    heads: pl.DataFrame, tables: Sequence[Table], amounts: Mapping[str, str], options: ReadOptions
) -> pl.DataFrame:
    """`heads` with the parsed columns of `amounts`, by `decimals`, each file with its own decimal sign."""
    commas = [_decimal_comma(table, options) for table in tables]
    return heads.with_columns(_money(heads, text, commas).alias(value) for text, value in amounts.items())


def _money(rows: pl.DataFrame, column: str, commas: Sequence[bool]) -> pl.Series:
    """`parsing.money` of a column, by the rows' `decimals` (currencies have few different ones)."""
    decimals = rows["decimals"]
    known = decimals.drop_nulls().unique().sort().to_list()
    out = pl.repeat(None, rows.height, dtype=pl.Int64, eager=True)
    for places in known:
        values = _by_sign(rows, column, commas, partial(money, decimals=pl.lit(places, dtype=pl.Int64)))
        out = values.zip_with((decimals == places).fill_null(value=False), out)
    return out


def _by_sign(
    rows: pl.DataFrame, column: str, commas: Sequence[bool], parse: Callable[..., pl.Expr]
) -> pl.Series:
    """`parse` of a column with each file's decimal sign."""
    signs = sorted(set(commas))
    values = [by_distinct(rows[column], partial(parse, decimal_comma=comma)) for comma in signs]
    if len(signs) == 1:
        return values[0]
    with_comma = rows["_file"].is_in([number for number, comma in enumerate(commas) if comma])
    return values[1].zip_with(with_comma, values[0])


def _decimal_comma(table: Table, options: ReadOptions) -> bool:
    """Whether the file's amounts have a comma: as told, else when some have one and none has a point."""
    if options.decimal is not None:
        return options.decimal == "comma"
    if table.header.delimiter == ",":
        return False  # a spreadsheet that writes decimal commas writes another delimiter
    present = [name for name in _AMOUNTS_ALIKE if name in table.frame.columns]
    texts = pl.concat([table.frame[name].drop_nulls().alias("t") for name in present])
    with_comma = texts.str.contains(r"^[0-9]+,[0-9]{1,2}$").any()
    return bool(with_comma) and not texts.str.contains(".", literal=True).any()


def read_lines(
    grouped: Grouped,
    heads: pl.DataFrame,
    tables: Sequence[Table],
    options: ReadOptions,
    findings: Findings,
    *,
    ascii_only: bool,
) -> pl.DataFrame:
    """One row per line of an order, with `_head`; a first row with neither line name nor quantity has none."""
    rows = grouped.rows.select("_i", "_file", "_row", "_line", "_head", *LINE)
    rows = from_heads(rows, heads, "decimals")
    commas = [_decimal_comma(table, options) for table in tables]
    uncounted = [n for n, table in enumerate(tables) if "lineitem quantity" not in table.frame.columns]
    count = pl.col("lineitem quantity")
    if uncounted:
        one = pl.col("_file").is_in(uncounted) & pl.col("lineitem name").is_not_null()
        rows = rows.with_columns(pl.when(one).then(pl.lit("1")).otherwise(count).alias("lineitem quantity"))
    cleaned = partial(clean, ascii_only=ascii_only)
    rows = rows.with_columns(
        product=by_distinct(rows["lineitem name"], cleaned),
        sku=by_distinct(rows["lineitem sku"], cleaned),
        vendor_=by_distinct(rows["vendor"], cleaned),
        quantity_milli=_by_sign(rows, "lineitem quantity", commas, quantity),
        unit_price=_money(rows, "lineitem price", commas),
        taxable=by_distinct(rows["lineitem taxable"], boolean),
        shipped=by_distinct(rows["lineitem requires shipping"], boolean),
    )
    no_line = (pl.col("_i") == pl.col("_head")) & pl.col("product").is_null() & blank_to_null(count).is_null()
    if rows.select(no_line.any()).item():
        rows = rows.filter(~no_line)
    findings.check(rows, {"lineitem name": pl.col("product").is_null()}, "a line needs a name")
    findings.check(
        rows,
        {"lineitem quantity": blank_to_null(pl.col("lineitem quantity")).is_null()},
        "a line needs a quantity",
    )
    findings.unreadable(rows, {"lineitem quantity": "quantity_milli"}, "not a quantity")
    findings.check(rows, {"lineitem quantity": pl.col("quantity_milli") < 0}, "a quantity below 0")
    findings.unreadable(
        _priced(rows),
        {"lineitem price": "unit_price"},
        "not an amount of this currency",
    )
    exact = pl.col("quantity_milli").cast(pl.Int128) * pl.col("unit_price")
    first = pl.int_range(pl.len(), dtype=pl.Int32)
    rows = rows.with_columns(
        line_total=divide_half_even(exact, pl.lit(1000, dtype=pl.Int128)),
        is_tip=(pl.col("product") == "Tip")
        & pl.col("sku").is_null()
        & ~pl.col("taxable").fill_null(value=False)
        & ~pl.col("shipped").fill_null(value=False),
        at=first,
    )
    findings.check(
        rows,
        {"lineitem quantity": exact.is_not_null() & pl.col("line_total").is_null()},
        "quantity and price make more than can be counted",
    )
    # Rows of one order are neighbours, so a line's position is its distance from the order's first line.
    lengths = rows["_head"].rle().struct.field("len").cast(pl.Int32)
    starts = (lengths.cum_sum() - lengths).gather(rows["_head"].rle_id())
    return rows.with_columns(line_no=pl.col("at") - starts + 1, vendor="vendor_")

"""The values of plain order rows: times and amounts, each file read in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.amounts import amounts, find_decimal, quantities
from clientlens.sources.bad_times import BadTimes
from clientlens.sources.parsing import blank_to_null, decimals_of
from clientlens.sources.times import find_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.amounts import Decimal
    from clientlens.sources.findings import Findings, Table

TIMES = ("placed_at", "completed_at", "cancelled_at", "joined_at", "paid_at", "fulfilled_at", "updated_at")
AMOUNTS = (
    "order_total", "price", "tax", "shipping", "fees", "tip", "discount", "refunded", "unit_price", "line_total",
)  # fmt: skip
QUANTITIES = ("quantity", "rating")


def value_of(name: str) -> str:
    """The column that holds what a text column says."""
    return f"v_{name}"


@dataclass(frozen=True, slots=True)
class Forms:
    """How each file writes its numbers: its decimal sign, None where no cell tells."""

    decimals: tuple[Decimal | None, ...]


def forms_of(tables: Sequence[Table], columns: Sequence[str], options: ReadOptions) -> Forms:
    """How each file writes its numbers, found in its own cells.

    Args:
        columns: the ones that hold amounts.
    """
    return Forms(
        tuple(
            find_decimal(
                (table.frame[name] for name in columns if name in table.frame.columns), options.decimal
            )
            for table in tables
        )
    )


def with_currency(frame: pl.DataFrame, text: pl.Expr, options: ReadOptions) -> pl.DataFrame:
    """`frame` with `currency_` (ISO code, upper case, else the one asked for) and `decimals` (Int64; null: no code)."""
    code = blank_to_null(text).str.to_uppercase().fill_null(pl.lit(options.currency, dtype=pl.String))
    return frame.with_columns(currency_=code).with_columns(decimals=decimals_of(pl.col("currency_")))


def check_currency(frame: pl.DataFrame, findings: Findings, *, needed: pl.Expr) -> None:
    """Rows that need a currency (Boolean) and have none, or none of ISO 4217."""
    known = pl.col("currency_").is_not_null()
    findings.check(frame, {"currency": needed & ~known}, "the currency is missing (--currency to give it)")
    findings.check(frame, {"currency": known & pl.col("decimals").is_null()}, "not an ISO 4217 currency code")


def read_amounts(rows: pl.DataFrame, names: Sequence[str], forms: Forms, findings: Findings) -> pl.DataFrame:
    """`rows` with `value_of` each of `names` (Int64 minor units); what is no amount becomes a problem.

    Args:
        rows: `_file`, `currency_`, `decimals` and the columns `names`, which may be missing.
    """
    names = [name for name in names if name in rows.columns]
    rows = _by_file(
        rows,
        names,
        lambda mine, name, decimal: amounts(mine[name], mine["currency_"], mine["decimals"], decimal),
        forms,
    )
    known = rows.filter(pl.col("decimals").is_not_null()) if rows["decimals"].null_count() else rows
    findings.unreadable(
        known,
        {name: value_of(name) for name in names},
        "not an amount of this currency, as the rest of the file writes it",
    )
    return rows


def read_quantities(
    rows: pl.DataFrame, names: Sequence[str], forms: Forms, findings: Findings
) -> pl.DataFrame:
    """`rows` with `value_of` each of `names` (Int64 thousandths); what is no number becomes a problem."""
    names = [name for name in names if name in rows.columns]
    rows = _by_file(rows, names, lambda mine, name, decimal: quantities(mine[name], decimal), forms)
    findings.unreadable(
        rows, {name: value_of(name) for name in names}, "not a number with at most 3 decimals"
    )
    return rows


def _by_file(
    rows: pl.DataFrame,
    names: Sequence[str],
    parse: Callable[[pl.DataFrame, str, Decimal | None], pl.Series],
    forms: Forms,
) -> pl.DataFrame:
    """`rows` with `value_of` each name, each file parsed with its own decimal sign."""
    out = rows
    for name in names:
        if rows[name].null_count() == rows.height:
            out = out.with_columns(pl.lit(None, dtype=pl.Int64).alias(value_of(name)))
            continue
        value = pl.Series(value_of(name), [None], dtype=pl.Int64).new_from_index(0, rows.height)
        for decimal in dict.fromkeys(forms.decimals):
            files = [number for number, one in enumerate(forms.decimals) if one == decimal]
            found = parse(rows, name, decimal)
            value = found.zip_with(rows["_file"].is_in(files), value)
        out = out.with_columns(value.alias(value_of(name)))
    return out


def read_times(
    rows: pl.DataFrame,
    names: Sequence[str],
    tables: Sequence[Table],
    options: ReadOptions,
    findings: Findings,
) -> tuple[pl.DataFrame, list[str]]:
    """`rows` (sorted by file or not) with `value_of` each of `names` (INSTANT), and notes about them.

    Each column of a file has its own form; whether 03/04 is in March or April, all of them tell together.

    Raises:
        AmbiguousDates: nothing tells.
    """
    names = [name for name in names if name in rows.columns]
    parts, notes = [], []
    bad = BadTimes()
    indexed = rows.with_row_index("_at")
    for number, table in enumerate(tables):
        mine = indexed.filter(pl.col("_file") == number)
        lines = mine["_line"]
        values = []
        filled = [name for name in names if mine[name].null_count() < mine.height]
        for name in names:
            others = [other for other in filled if other != name]
            reader, found = find_reader(
                mine,
                [name, *others],
                options,
                table.file.name,
                lines.__getitem__,
                spelled=table.header.spelled,
            )
            if name in filled:
                notes += found
            values.append(bad.read(mine, name, reader).alias(value_of(name)))
        parts.append(mine.select("_at").with_columns(values))
    values_of_all = pl.concat(parts).sort("_at").drop("_at")
    rows = rows.hstack(values_of_all)
    bad.tell(rows, {name: value_of(name) for name in names}, findings)
    return rows, list(dict.fromkeys(notes))


def number_words(texts: Mapping[str, str]) -> dict[str, str]:
    """Status words as they are compared: lower case, blanks and dashes as one underscore."""
    return {"_".join(text.lower().replace("-", " ").split()): meaning for text, meaning in texts.items()}

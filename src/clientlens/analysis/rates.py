"""Exchange rates, and orders converted with them into one currency."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.engines import Polars
from clientlens.analysis.insight_figures import inside
from clientlens.analysis.order_facts import COMPLETED, stored_orders
from clientlens.errors import BadDate, BadRates, NoRate, UnknownCurrency
from clientlens.model.money import DECIMALS
from clientlens.model.timeframes import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from clientlens.analysis.engines import Engine
    from clientlens.model.timeframes import Days

RATE_DECIMALS = 10
HEADER = ("date", "currency", "rate")

_RATE = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,10}))?")
_SCHEMA = {"date": pl.Date, "currency": pl.String, "rate": pl.Int64, "line": pl.Int64}


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of a currency was worth in the home currency, from a day on.

    file: as the user named it. table: date (Date), currency (String), rate (Int64, 10^-RATE_DECIMALS), line (Int64:
    physical line of the file), one row per date and currency.
    """

    file: str
    table: pl.DataFrame


def parse_rates(data: bytes, file: str) -> Rates:
    """Read a rates file: UTF-8, comma-separated, header date,currency,rate, decimal point.

    Raises:
        BadRates: with the line, at the first thing that is not exactly this.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRates(file, data.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from None
    rows: list[tuple[date, str, int, int]] = []
    seen: set[tuple[date, str]] = set()
    for line, cells in _records(text, file):
        row = _parse_row(cells, file, line)
        if row[:2] in seen:
            raise BadRates(file, line, f"a second rate for {row[1]} on {row[0]}")
        seen.add(row[:2])
        rows.append((*row, line))
    if not rows:
        raise BadRates(file, 1, "no rate in it")
    return Rates(file, pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def convert(
    orders: Any,
    rates: Rates,
    *,
    home: str,
    amounts: tuple[str, ...],
    spans: Sequence[Days],
    engine: Engine | None = None,
) -> Any:
    """Orders with `amounts` in the home currency, by the latest rate on or before the local day of each.

    Args:
        orders: as `order_facts` gives them, with `amounts` (Int64, minor units).
        rates: see `Rates`.
        home: currency to convert to.
        amounts: columns to convert, each order's rounded half-even on its own.
        spans: the days whose completed orders of clients need a rate; amounts of others without one become null.
        engine: that of the orders; None: Polars.

    Returns:
        The same columns; `currency` is `home` throughout.

    Raises:
        NoRate: an order that needs a rate has none.
        BadRates: the file states another rate than 1 for the home currency.
        UnknownCurrency: `home` is no ISO 4217 code.
    """
    if home not in DECIMALS:
        raise UnknownCurrency(home)
    of_home = rates.table.filter(pl.col("currency") == home, pl.col("rate") != 10**RATE_DECIMALS)
    if not of_home.is_empty():
        raise BadRates(
            rates.file, of_home["line"][0], f"a rate other than 1 for {home}, the home currency itself"
        )
    engine = engine or Polars()
    placed, foreign = nw.from_native(orders), nw.col("currency") != home
    in_span = [inside(span) for span in spans]
    known = [~nw.col(column).is_null() for column in amounts]
    needs = engine.collect(
        placed.filter(
            foreign,
            ~nw.col("client_id").is_null(),
            nw.col("status") == COMPLETED,
            nw.any_horizontal(*in_span, ignore_nulls=False),
            nw.any_horizontal(*known, ignore_nulls=False),
        )
        .group_by("currency")
        .agg(nw.col("placed_on").min().alias("first"), nw.col("placed_on").max().alias("last"))
        .to_native()
    )[0].sort("currency")
    daily = pl.concat([_NO_RATES, *(_daily(rates, home, need) for need in needs.rows())])
    with_rates = placed.join(nw.from_native(engine.small(daily)), on=["currency", "placed_on"], how="left")
    scaled = nw.from_native(engine.scaled(with_rates.to_native(), amounts, ("_rate", "_more"), "_by"))
    return (
        scaled.with_columns(
            nw.when(foreign).then(nw.col(f"_scaled_{column}")).otherwise(nw.col(column)).alias(column)
            for column in amounts
        )
        .with_columns(currency=nw.lit(home))
        .drop("_rate", "_more", "_by", *(f"_scaled_{column}" for column in amounts))
        .to_native()
    )


def home_currency(orders: pl.LazyFrame, *, completed_when: str) -> str | None:
    """The currency of most completed orders of all stored, the first by code of several; None: there are none."""
    counted = (
        stored_orders(orders, completed_when=completed_when)
        .filter(pl.col("status") == COMPLETED)
        .group_by("currency")
        .agg(pl.len().alias("orders"))
        .sort("orders", "currency", descending=[True, False])
        .collect(engine="streaming")
    )
    return None if counted.is_empty() else str(counted["currency"][0])


_NO_RATES = pl.DataFrame(
    schema={
        "currency": pl.String,
        "placed_on": pl.Date,
        "_rate": pl.Int64,
        "_more": pl.Int64,
        "_by": pl.Int64,
    }
)


def _daily(rates: Rates, home: str, need: tuple[str, date, date]) -> pl.DataFrame:
    """One row per day from `first` to `last` with the factor (`_rate` x `_more` / `_by`) from minor to minor units.

    A plain join on days is portable to every engine, a join on the latest day before is not.
    """
    currency, first, last = need
    known = rates.table.filter(pl.col("currency") == currency).sort("date").select("date", "rate")
    if known.is_empty() or known["date"][0] > first:
        raise NoRate(rates.file, currency, first.isoformat())
    days = pl.DataFrame({"placed_on": pl.date_range(first, last, eager=True)})
    more = DECIMALS[home] - DECIMALS[currency]
    return (
        days.set_sorted("placed_on")
        .join_asof(known.set_sorted("date"), left_on="placed_on", right_on="date")
        .select(
            currency=pl.lit(currency),
            placed_on="placed_on",
            _rate="rate",
            _more=pl.lit(10 ** max(more, 0), dtype=pl.Int64),
            _by=pl.lit(10 ** (RATE_DECIMALS + max(-more, 0)), dtype=pl.Int64),
        )
    )


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record under the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(cell.strip().lower() for cell in header) != HEADER:
            raise BadRates(file, 1, f"the header is not {','.join(HEADER)}")
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if cells:
                yield line, cells
    except csv.Error as error:
        raise BadRates(file, max(reader.line_num, 1), str(error)) from None


def _parse_row(cells: list[str], file: str, line: int) -> tuple[date, str, int]:
    if len(cells) != len(HEADER):
        raise BadRates(file, line, f"{len(cells)} cells instead of {len(HEADER)}")
    day_text, currency, rate_text = (cell.strip() for cell in cells)
    try:
        day = parse_date(day_text)
    except BadDate as error:
        raise BadRates(file, line, error.message) from None
    if currency not in DECIMALS:
        raise BadRates(file, line, f"unknown currency {currency!r}")
    parts = _RATE.fullmatch(rate_text)
    if parts is None:
        raise BadRates(
            file,
            line,
            f"not a rate: {rate_text!r} (a number such as 0.9213, {RATE_DECIMALS} decimals at most)",
        )
    rate = int(parts[1] + (parts[2] or "").ljust(RATE_DECIMALS, "0"))
    if rate == 0:
        raise BadRates(file, line, "a rate of 0")
    return day, currency, rate

"""Rows that belong together: an order (or checkout) and its lines, kept whole or set aside whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from clientlens.sources.findings import Findings


WITH_ANOTHER = "set aside with another row of the same"


@dataclass(frozen=True, slots=True)
class Grouped:
    """Rows of all files, grouped.

    rows: every kept row, with `PLACE`, `number` (without one leading '#') and `_head`: `_i` of its first row; where rows
        are not records of their file one by one, `_weight` says how many each stands for.
    heads: the first rows without `LINE`; a version of an order or checkout each; with `row_count`.
    duplicates: how many rows repeat another version of the call to the letter and are left out of both.
    orphans: rows without a first row (also no longer in `rows`).
    """

    rows: pl.DataFrame
    heads: pl.DataFrame
    duplicates: int
    orphans: pl.DataFrame


def from_heads(lines: pl.DataFrame, heads: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """`lines` with some columns of their own first rows; both ordered by `_head`, each head there."""
    places = heads["_head"].search_sorted(lines["_head"])
    return lines.with_columns(heads.select(pl.col(columns).gather(places)))


def set_aside(
    grouped: Grouped, findings: Findings, what: str, *, number: str = "name"
) -> tuple[pl.Series, pl.DataFrame]:
    """Take a bad row's other rows along.

    Args:
        what: "order" or "checkout", for messages. number: the column of the files that holds its number.

    Returns:
        `_head` of every version that is set aside, and all rows set aside with their `PLACE` (orphans included).
    """
    tops = pl.Series("_head", _heads_of_bad_records(grouped, findings, number), dtype=pl.UInt32)
    place = [name for name in ("_i", "_file", "_row", "_line", "_weight") if name in grouped.rows.columns]
    if not findings.rows and tops.is_empty():
        return tops, grouped.rows.select(place).clear()
    own = pl.Series("_i", sorted(findings.rows), dtype=pl.UInt32)
    bad_heads = pl.concat([grouped.rows.filter(pl.col("_i").is_in(own.implode()))["_head"], tops]).unique()
    aside = grouped.rows.filter(pl.col("_head").is_in(bad_heads.implode()))
    others = aside.filter(~pl.col("_i").is_in(own.implode()))
    if "_weight" in others.columns:
        # What is no record of its own needs no word of its own, nor does a record of which another row is told.
        record = ["_file", "_record", "_line"]
        told = grouped.rows.filter(pl.col("_i").is_in(own.implode()))
        others = others.filter(pl.col("_weight") > 0).join(told, on=record, how="anti", maintain_order="left")
    findings.add_rows(others, f"{WITH_ANOTHER} {what}")
    if "_weight" in aside.columns:
        findings.tell_members(aside, f"{WITH_ANOTHER} {what}")
    return bad_heads, pl.concat([aside.select(place), grouped.orphans.select(place)]).sort("_i")


def _heads_of_bad_records(grouped: Grouped, findings: Findings, column: str) -> list[int]:
    """First rows of the orders that a record with a wrong number of cells names: their lines are incomplete."""
    named = [
        (number, row.cells[position].strip().removeprefix("'").removeprefix("#"))
        for number, table in enumerate(findings.tables)
        if column in table.header.names
        for position in [table.header.names.index(column)]
        for row in table.bad
        if position < len(row.cells)
    ]
    if not named:
        return []
    wanted = pl.DataFrame(named, schema={"_file": pl.Int32, "number": pl.String}, orient="row").unique()
    return grouped.heads.join(wanted, on=["_file", "number"], how="semi")["_head"].to_list()

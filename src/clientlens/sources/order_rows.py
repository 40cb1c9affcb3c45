"""Plain rows that make an order: found by number (or record), repeated ones dropped, contradicting ones set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.canonical import ORDER_COLUMNS, Part
from clientlens.sources.findings import stack
from clientlens.sources.grouping import Grouped
from clientlens.sources.parsing import clean, email, number_text
from clientlens.sources.recordtable import places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Findings, Table

COLUMNS = tuple(column.name for column in ORDER_COLUMNS)
OF_LINE = tuple(column.name for column in ORDER_COLUMNS if column.part is Part.LINE)
OF_ORDER = tuple(column.name for column in ORDER_COLUMNS if column.part is not Part.LINE)
_NEGATIVE = r"^\s*'?[^0-9]*-"
_DIGIT = r"[0-9]"


_COMPARED: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "email": email,
    "order_id": lambda text: clean(text).str.strip_prefix("#"),
    "currency": lambda text: clean(text).str.to_uppercase(),
}
"""Columns in which two spellings are one value."""


def group_orders(
    tables: Sequence[Table],
    extra: Sequence[str],
    options: ReadOptions,
    findings: Findings,
    *,
    lines_only: frozenset[int] = frozenset(),
    versions_in_file: bool = False,
    what: str = "order",
) -> Grouped:
    """Find the rows of each order.

    Args:
        tables: files in plain columns. extra: more columns of theirs, of which each row has its own.
        lines_only: numbers of the files whose rows are only lines, of orders that stand in another file of the call.
        versions_in_file: one file may hold several versions of an order; else that is a contradiction.
        what: "order" or "checkout", for messages.

    Returns:
        `Grouped`; its rows and heads have the plain columns and `extra`, `store_`, `_key` (the order's), `_weight`,
        `_refund` (Boolean: a refund of the order, not the order). heads: the first row of each, with `row_count`.
    """
    rows = _blanks_to_null(stack(tables, (*COLUMNS, *extra)))
    own = clean(pl.coalesce("number", "order_id")).str.strip_prefix("#")
    rows = rows.hstack(places(tables)).with_columns(
        store_=pl.coalesce(clean(pl.col("store")), pl.lit(options.store)),
        _key=pl.coalesce(
            pl.when(own != "").then(own), pl.lit("id:") + number_text(pl.col("source_id"))
        ),
        _refund=(pl.col("order_total").str.contains(_NEGATIVE) & pl.col("order_total").str.contains(_DIGIT))
        .fill_null(value=False),
    )  # fmt: skip
    rows = _with_their_orders(rows)
    group = ["_file", "_record", pl.when(pl.col("_record").is_null()).then(pl.struct("store_", "_key"))]
    # A refund alone is an order of negative total; beside its order it is no row of its own.
    # The rows of a record are one order's from the start.
    beside = (~pl.col("_refund")).any().over(group) & pl.col("_record").is_null()
    rows = rows.with_columns(_refund=pl.col("_refund") & beside)
    keyless = pl.col("_key").is_null() & pl.col("_record").is_null()
    attached = pl.col("_file").is_in(sorted(lines_only))
    rows = rows.with_columns(
        _head=pl.when(~keyless & ~attached).then(pl.when(~pl.col("_refund")).then("_i").min().over(group))
    )
    if lines_only:
        rows = _attach(rows)
    heads = rows.filter(pl.col("_head") == pl.col("_i"))
    nameless = heads.filter(pl.col("_key").is_null())
    rows = rows.with_columns(_head=pl.when(~pl.col("_head").is_in(nameless["_i"].implode())).then("_head"))
    orphans = rows.filter(pl.col("_head").is_null())
    whole = orphans.filter(pl.col("_weight") > 0)
    findings.add_rows(whole.filter(pl.col("_key").is_null()), f"the row has no {what} number", "order_id")
    findings.add_rows(
        whole.filter(pl.col("_key").is_not_null()), "a line whose order is in none of the files", "order_id"
    )
    rows = rows.filter(pl.col("_head").is_not_null()).sort("_head", pl.col("_i") != pl.col("_head"), "_i")
    repeated = 0
    if not rows.is_empty():
        rows, repeated = _without_repeats(rows, extra)
        rows, again = _versions(rows, extra, findings, versions_in_file=versions_in_file)
        repeated += again
    heads = _heads(rows)
    rows = rows.with_columns(number=pl.col("_key"))
    return Grouped(rows, heads, repeated, orphans.with_columns(number=pl.col("_key")))


def _blanks_to_null(rows: pl.DataFrame) -> pl.DataFrame:
    """Cells of nothing but blanks as null, so that a filled cell further down the order counts instead."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    some = [name for name in texts if (rows[name].str.strip_chars() == "").any()]
    return rows.with_columns(pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in some)


def _with_their_orders(rows: pl.DataFrame) -> pl.DataFrame:
    """Refunds that are records of their own belong to the record of their order."""
    if not rows["_refund"].any() or rows["_record"].null_count() == rows.height:
        return rows
    order = ["_file", "store_", "_key"]
    place = pl.when(~pl.col("_refund")).then("_i").min().over(order)
    first = rows.with_columns(_place=place).filter("_refund", pl.col("_place").is_not_null())
    found = rows["_record"].gather(first["_place"])
    moved = first.select("_i", _of=found)
    return (
        rows.join(moved, on="_i", how="left", maintain_order="left")
        .with_columns(
            _record=pl.when(pl.col("_i").is_in(moved["_i"].implode())).then("_of").otherwise("_record")
        )
        .drop("_of")
    )


def _attach(rows: pl.DataFrame) -> pl.DataFrame:
    """Lines of a file of their own get the first row of their order, wherever it stands."""
    heads = (
        rows.filter(pl.col("_head") == pl.col("_i"))
        .unique(["store_", "_key"], keep="first", maintain_order=True)
        .select("store_", "_key", _found="_i")
    )
    return (
        rows.join(heads, on=["store_", "_key"], how="left", maintain_order="left")
        .with_columns(_head=pl.coalesce("_head", "_found"))
        .drop("_found")
    )


def _without_repeats(rows: pl.DataFrame, extra: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """Rows without any cell of a line that repeat another row of their order to the letter are dropped."""
    bare = rows.select(pl.all_horizontal(pl.col(name).is_null() for name in OF_LINE)).to_series()
    if not bare.any():
        return rows, 0
    first = rows.select(pl.struct("_head", *COLUMNS, *extra).is_first_distinct()).to_series()
    drop = bare & ~first & (rows["_i"] != rows["_head"]) & rows["_record"].is_null()
    return (rows.filter(~drop), int(drop.sum())) if drop.any() else (rows, 0)


def _versions(
    rows: pl.DataFrame, extra: Sequence[str], findings: Findings, *, versions_in_file: bool
) -> tuple[pl.DataFrame, int]:
    """Of versions with equal content one is kept; two different ones in a file are told, if they may not be there."""
    heads = rows.filter(pl.col("_head") == pl.col("_i")).select(
        "_i", "_file", "_row", "_line", "_weight", "_head", "store_", "_key", "order_id"
    )
    several = heads.filter(pl.struct("store_", "_key").is_duplicated())
    if several.is_empty():
        return rows, 0
    cells = pl.concat_str([pl.col(name).fill_null("\x1d") for name in (*COLUMNS, *extra)], separator="\x1f")
    content = (
        rows.join(several.select("_head"), on="_head", how="semi", maintain_order="left")
        .select("_head", cells=cells)
        .group_by("_head", maintain_order=True)
        .agg(content=pl.col("cells").str.join("\x1e"))
    )
    versions = several.join(content, on="_head", maintain_order="left")
    first = versions.unique(["store_", "_key", "content"], keep="first", maintain_order=True)
    repeated = rows.join(versions.select("_head"), on="_head", how="semi").join(
        first.select("_head"), on="_head", how="anti"
    )
    if not repeated.is_empty():
        rows = rows.join(repeated.select("_head").unique(), on="_head", how="anti", maintain_order="left")
    if not versions_in_file:
        clash = first.filter(pl.struct("_file", "store_", "_key").is_duplicated())
        findings.add_rows(clash, "this order stands in the file twice, with different content", "order_id")
    return rows, int(repeated["_weight"].sum())


def _heads(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each order, each order-level cell (and `skip`) the first filled one of its rows; `row_count` (Int64)."""
    filled = [pl.when(~pl.col("_refund")).then(name).drop_nulls().first().alias(name) for name in OF_ORDER]
    if "skip" in rows.columns:
        filled.append(pl.col("skip").drop_nulls().first())
    place = ["_i", "_file", "_row", "_line", "store_", "_key", "_weight"]
    heads = rows.group_by("_head", maintain_order=True).agg(
        pl.col(place).first(), *filled, row_count=pl.col("_weight").sum()
    )
    return heads.with_columns(number=pl.col("_key"))


def contradictions(
    rows: pl.DataFrame, heads: pl.DataFrame, values: dict[str, str], findings: Findings
) -> None:
    """Order-level cells that say something else than an earlier row of their order.

    Args:
        rows: sorted by `_head`. heads: one per `_head`, in the same order.
        values: column -> the column that holds its value, where equal values may be written differently.
    """
    if rows.height == heads.height:
        return
    at = heads["_head"].search_sorted(rows["_head"])
    for name in OF_ORDER:
        value = values.get(name, name)
        if rows[value].null_count() == rows.height:
            continue
        first, mine = heads[value].gather(at), rows[value]
        if not (mine != first).any():
            continue
        if value == name:
            compared = _COMPARED.get(name, clean)
            mine, first = (
                cells.to_frame("x").select(compared(pl.col("x"))).to_series() for cells in (mine, first)
            )
        # A refund may say what it likes about its day or state, but its amount is one of the order's currency.
        asked = ~rows["_refund"] if name != "currency" else pl.repeat(value=True, n=rows.height, eager=True)
        differs = ((mine != first) & asked).fill_null(value=False)
        if differs.any():
            told = "an earlier row of the same order says something else"
            findings.add_rows(rows.filter(differs), told, name)

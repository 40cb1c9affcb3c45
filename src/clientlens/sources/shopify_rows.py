"""Shopify's row layout, shared by orders and checkouts: a first row with everything, later rows with a line each.

Later rows carry Name, Email, Created at, the line columns, Vendor and Phone. Everything else is taken from the
first row alone; filling single cells downwards would give an order the cells of the one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.grouping import Grouped
from clientlens.sources.parsing import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.sources.findings import Findings

ADDRESS = ("name", "address1", "address2", "street", "company", "city", "zip", "province", "country", "phone")
LINE = (
    "lineitem quantity", "lineitem name", "lineitem price", "lineitem sku", "lineitem requires shipping",
    "lineitem taxable", "vendor",
)  # fmt: skip
HEAD_MARKS = ("financial status", "currency", "subtotal", "total", "id")
"""Columns that only a first row fills: one filled cell among them makes a row a first row."""

CONTACT = (
    "email",
    "phone",
    "accepts marketing",
    *(f"{kind} {part}" for kind in ("billing", "shipping") for part in ADDRESS),
)


def group(
    stacked: pl.DataFrame, columns: Sequence[str], findings: Findings, *, what: str, ascii_only: bool
) -> Grouped:
    """Find each row's first row, drop repeated versions, set aside contradicting ones.

    Args:
        stacked: `findings.stack` of all files.
        columns: the columns in which two versions must agree to be the same.
        findings: gets the problems.
        what: "order" or "checkout", for messages.
        ascii_only: the files hold nothing else.
    """
    marks = (
        stacked.lazy()
        .select(
            "_i",
            number=clean(pl.col("name"), ascii_only=ascii_only).str.strip_prefix("#"),
            is_head=pl.any_horizontal(_filled(pl.col(name)) for name in HEAD_MARKS),
        )
        .select("number", "is_head", _head=pl.when("is_head").then("_i").forward_fill())
        .collect()
    )
    # One chunk, as in all other columns: else every later step would first copy them all into one.
    marked = stacked.hstack(marks.rechunk())
    nameless = marked.filter(pl.col("number").is_null())
    if nameless.height:
        findings.add_rows(nameless, f"the row has no {what} number", "name")
        marked = marked.with_columns(
            _head=pl.when(pl.col("number").is_not_null() | pl.col("is_head")).then("_head")
        )
    marked = _attach(marked)
    orphans = marked.filter(pl.col("_head").is_null())
    findings.add_rows(
        orphans.filter(pl.col("number").is_not_null()),
        f"a later row whose {what}'s first row is in none of the files",
        "name",
    )
    rows = marked.filter(pl.col("_head").is_not_null()) if orphans.height else marked
    rows, duplicates = _versions(rows, columns, findings, what)
    if not rows["_head"].is_sorted():  # a later row was found in another place than below its first row
        rows = rows.sort("_head", pl.col("_i") != pl.col("_head"), "_i")
    heads = rows.select(pl.exclude(LINE)).filter("is_head").rechunk()
    # Rows are in runs by first row, in the order of `heads`.
    heads = heads.with_columns(row_count=rows["_head"].rle().struct.field("len").cast(pl.Int64))
    return Grouped(rows, heads, duplicates, orphans)


def _filled(text: pl.Expr) -> pl.Expr:
    return text.str.contains(r"\S").fill_null(value=False)


def _attach(marked: pl.DataFrame) -> pl.DataFrame:
    """Later rows that do not follow their own first row get the one of their number, wherever it stands.

    First in the same file; else in another one, where the version that was cut off (its first row is the last thing
    in its file) comes before others.
    """
    follows = marked.select(
        number=pl.col("number").gather(pl.col("_head")), _file=pl.col("_file").gather(pl.col("_head"))
    )
    wrong = ~marked["is_head"] & (
        (follows["number"] != marked["number"]) | (follows["_file"] != marked["_file"])
    ).fill_null(value=True)
    if not wrong.any():
        return marked
    last_group = marked.group_by("_file").agg(cut=pl.col("_head").last())
    heads = (
        marked.filter("is_head")
        .join(last_group, on="_file")
        .select("number", head_file="_file", head="_i", is_cut=pl.col("_i") == pl.col("cut"))
    )
    lost = marked.filter(wrong & marked["number"].is_not_null()).select("_i", "_file", "number")
    found = (
        lost.join(heads, on="number")
        .sort(
            "_i",
            pl.col("head_file") == pl.col("_file"),
            "is_cut",
            "head",
            descending=[False, True, True, False],
        )
        .unique("_i", keep="first", maintain_order=True)
        .select("_i", found="head")
    )
    return (
        marked.join(found, on="_i", how="left", maintain_order="left")
        .with_columns(_head=pl.when(wrong).then("found").otherwise("_head"))
        .drop("found")
    )


def _versions(
    rows: pl.DataFrame, columns: Sequence[str], findings: Findings, what: str
) -> tuple[pl.DataFrame, int]:
    heads = rows.select("_i", "_file", "_row", "_line", "_head", "name", "number", "is_head").filter(
        "is_head"
    )
    if heads["number"].n_unique() == heads.height:
        return rows, 0
    several = heads.filter(pl.col("number").is_duplicated() & pl.col("number").is_not_null())
    content = (
        rows.join(several.select("_head"), on="_head", how="semi")
        .sort("_head", "_i")
        .select(
            "_head", cells=pl.concat_str([pl.col(name).fill_null("") for name in columns], separator="\x1f")
        )
        .group_by("_head", maintain_order=True)
        .agg(content=pl.col("cells").str.join("\x1e"))
    )
    versions = several.join(content, on="_head", maintain_order="left")
    first = versions.unique(["number", "content"], keep="first", maintain_order=True)
    repeated = versions.join(first.select("_head"), on="_head", how="anti")
    duplicates = rows.join(repeated.select("_head"), on="_head", how="semi").height
    if duplicates:
        rows = rows.join(repeated.select("_head"), on="_head", how="anti", maintain_order="left")
    # Two versions are fine in two files (two exports), not in one.
    clash = first.filter(pl.struct("_file", "number").is_duplicated())
    findings.add_rows(clash, f"this {what} stands in the file twice, with different content", "name")
    return rows, duplicates

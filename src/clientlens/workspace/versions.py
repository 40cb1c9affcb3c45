"""Which version of an order, checkout, review, event, scan or request counts, when exports overlap.

And when two versions of one key cannot be the same order or checkout.

Choosing is taking the greatest of a total order over contents, so it is associative and commutative: choosing among
an import's versions first and among imports afterwards gives what choosing among all at once gives, and the order of
imports cannot matter.

Frames of versions hold the columns of their table and `version` (Int64), which the lines repeat: equal key and
version are one version with its lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.tables import (
    CHECKOUT_LINES,
    CHECKOUTS,
    EVENTS,
    ORDER_LINES,
    ORDERS,
    REQUESTS,
    REVIEWS,
    SCANS,
)

if TYPE_CHECKING:
    from clientlens.model.tables import Table

STATE_RANK: dict[str, int] = {
    "authorized": 0,
    "pending": 1,
    "partially_paid": 2,
    "paid": 3,
    "partially_refunded": 4,
    "refunded": 5,
    "voided": 5,
    "expired": 5,
}
"""How far along a payment is; of two versions with equal times and refunds the later state counts."""


@dataclass(frozen=True, slots=True)
class Documents:
    """One kind of record: a table of heads and, where it has lines, one of lines stored and replaced with them.

    `rule` are the expressions that decide between versions, most important first, the greater wins, null is least.
    `source_id` is the column by which two shops with equal numbers are told apart, if any.
    """

    heads: Table
    lines: Table | None
    rule: tuple[pl.Expr, ...]
    source_id: str | None = None

    @property
    def day(self) -> str | None:
        """The Date column that says which month's file a head and its lines are in.

        It is part of what makes two versions one record, so a key stands in one month alone. None: another version
        may state another day (a review that was edited), so the table is one file.
        """
        return self.heads.day

    @property
    def tables(self) -> tuple[Table, ...]:
        """The heads, and the lines where there are any."""
        return (self.heads,) if self.lines is None else (self.heads, self.lines)


ORDER_DOCUMENTS = Documents(
    ORDERS,
    ORDER_LINES,
    (
        pl.max_horizontal("updated_at", "cancelled_at", "fulfilled_at", "paid_at"),
        pl.col("refunded"),
        pl.col("payment_state").replace_strict(STATE_RANK, return_dtype=pl.Int8),
    ),
    "source_id",
)
CHECKOUT_DOCUMENTS = Documents(CHECKOUTS, CHECKOUT_LINES, (pl.max_horizontal("updated_at", "completed_at"),))
REVIEW_DOCUMENTS = Documents(REVIEWS, None, (pl.col("reviewed_at"),))
EVENT_DOCUMENTS = Documents(EVENTS, None, ())
SCAN_DOCUMENTS = Documents(SCANS, None, ())
REQUEST_DOCUMENTS = Documents(REQUESTS, None, (pl.col("requested_at"),))
DOCUMENTS = (
    ORDER_DOCUMENTS,
    CHECKOUT_DOCUMENTS,
    REVIEW_DOCUMENTS,
    EVENT_DOCUMENTS,
    SCAN_DOCUMENTS,
    REQUEST_DOCUMENTS,
)


def winners(documents: Documents, heads: pl.DataFrame, lines: pl.DataFrame | None) -> pl.DataFrame:
    """The rows of `heads` that count, one per key; `lines` are theirs, None where such records have none.

    Versions of equal content (lines included) are one and the same; the first row of `heads` stands for them.
    """
    key = list(documents.heads.key)
    contested = pl.struct(key).is_duplicated()
    rivals = heads.filter(contested)
    if rivals.is_empty():
        return heads
    # Overlapping exports mostly repeat themselves: what is equal is dropped cheaply before the rest is compared.
    rivals = _distinct(documents, rivals, lines, key)
    again = pl.struct(key).is_duplicated()
    settled = [heads.filter(~contested), rivals.filter(~again).select(heads.columns)]
    rivals = rivals.filter(again).select(heads.columns)
    if rivals.is_empty():
        return pl.concat(settled)
    content = [c.name for c in documents.heads.columns if c.name not in key]
    rule = [expression.alias(f"_rule_{n}") for n, expression in enumerate(documents.rule)]
    best = (
        rivals.with_columns(rule)
        .sort(
            [*(f"_rule_{n}" for n in range(len(rule))), *content, "version"],
            descending=[*(True for _ in rule), *(True for _ in content), False],
            nulls_last=True,
        )
        .unique(key, keep="first", maintain_order=True)
        .select(heads.columns)
    )
    tied = rivals.join(best.select(*key, *content), on=[*key, *content], how="semi", nulls_equal=True)
    if tied.height > best.height and documents.lines is not None and lines is not None:
        # Equal heads: their lines decide, spelled out, since Polars' hash may change between its versions.
        spelled = _spelled(documents.lines, lines.join(tied, on=[*key, "version"], how="semi"), key)
        best = (
            tied.join(spelled, on=[*key, "version"], how="left")
            .sort(["_spelled", "version"], descending=[True, False], nulls_last=True)
            .unique(key, keep="first", maintain_order=True)
            .select(heads.columns)
        )
    return pl.concat([*settled, best])


def _distinct(
    documents: Documents, rivals: pl.DataFrame, lines: pl.DataFrame | None, key: list[str]
) -> pl.DataFrame:
    """The rivals without repeats of equal content, told by 128 bits of head and lines.

    These hashes decide nothing but equality and are kept nowhere, so they may change with Polars.
    """

    def digests(table: Table) -> list[pl.Expr]:
        return [pl.struct(table.schema.names()).hash(seed).alias(f"_{seed}") for seed in (1, 2)]

    digested = rivals.with_columns(digests(documents.heads))
    if documents.lines is None or lines is None:
        return digested.unique([*key, "_1", "_2"], keep="first", maintain_order=True)
    on = [*key, "version"]
    of_lines = (
        lines.join(rivals.select(on), on=on, how="semi")
        .select(*on, *digests(documents.lines))
        .group_by(on)
        .agg(pl.col("_1").bitwise_xor().alias("_3"), pl.col("_2").bitwise_xor().alias("_4"))
    )
    return digested.join(of_lines, on=on, how="left", maintain_order="left").unique(
        [*key, "_1", "_2", "_3", "_4"], keep="first", maintain_order=True
    )


def _spelled(table: Table, lines: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """key, version, _spelled: all lines of a version as one text; different lines never give equal texts."""
    cells = []
    for column in table.columns:
        if column.name not in key:
            text = pl.col(column.name).cast(pl.String)
            cells.append(
                pl.concat_str(text.str.len_bytes().cast(pl.String), pl.lit(":"), text).fill_null("~")
            )
    return (
        lines.select(*key, "version", "line_no", _spelled=pl.concat_str(cells))
        .sort("line_no")
        .group_by([*key, "version"], maintain_order=True)
        .agg(pl.col("_spelled").str.join(""))
    )


def lines_of(documents: Documents, heads: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of exactly these versions.

    Raises:
        ValueError: a line states another day than its head (a fault of the source, never the user's).
    """
    on, day = [*documents.heads.key, "version"], str(documents.day)
    kept = lines.join(heads.select(*on, _day=day), on=on, how="inner")
    if documents.lines is not None and not kept.select((pl.col(day) == pl.col("_day")).all()).item():
        raise ValueError(f"{documents.lines.name}: a line and its head state different days")
    return kept.drop("_day")


_FIGURES = (
    "placed_at", "kind", "fulfilment_state", "currency", "order_total", "refunded", "price", "tax", "shipping", "fees",
    "tip", "discount", "rating_milli",
)  # fmt: skip
"""What answers are made of; tags and the like may differ without a word."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Orders of an import about which the rule may be wrong; what is kept is a function of both all the same.

    undecided: they differ from what is stored in contents alone. refunds: they give back more than what is kept, whose
    times are later.
    """

    undecided: int = 0
    refunds: int = 0


def doubts(documents: Documents, incoming: pl.DataFrame, known: pl.DataFrame) -> Doubts:
    """How many incoming heads a stored one of their key contradicts, without the rule of the kind telling for certain.

    Args:
        incoming: one version per key. known: likewise.
    """
    if documents is not ORDER_DOCUMENTS:
        return Doubts()
    key = list(documents.heads.key)
    content = list(_FIGURES)
    rule = [expression.alias(f"_rule_{n}") for n, expression in enumerate(documents.rule)]
    columns = [*key, *content, *(f"_rule_{n}" for n in range(len(rule)))]
    pairs = (
        incoming.with_columns(rule)
        .select(columns)
        .join(known.with_columns(rule).select(columns), on=key, suffix="_known")
    )
    if pairs.is_empty():
        return Doubts()

    def same(name: str) -> pl.Expr:
        return pl.col(name).eq_missing(pl.col(f"{name}_known"))

    alike = pl.all_horizontal(same(f"_rule_{n}") for n in range(len(rule)))
    differ = ~pl.all_horizontal(same(name) for name in content)
    lost = (pl.col("refunded") > pl.col("refunded_known")) & (pl.col("_rule_0") < pl.col("_rule_0_known"))
    found = pairs.select(undecided=(alike & differ).sum(), refunds=lost.fill_null(value=False).sum())
    return Doubts(*found.row(0))


def conflict(documents: Documents, incoming: pl.DataFrame, known: pl.LazyFrame) -> dict[str, object] | None:
    """The first incoming version that cannot be the same order (or checkout) as another of its key, or None.

    Args:
        incoming: versions about to be stored, earlier ones with smaller `version` (from 0).
        known: every stored version: at least key, day and source id columns.

    Returns:
        The row of `incoming`, and `_difference`: what differs.
    """
    key, day_column = list(documents.heads.key), str(documents.day)
    traits = [day_column] + ([documents.source_id] if documents.source_id else [])
    stored = known.select(*key, *traits).join(incoming.lazy().select(key), on=key, how="semi").unique()
    earlier = incoming.filter(pl.struct(key).is_duplicated()).select(*key, *traits, "version")
    others = pl.concat([stored.collect().with_columns(version=pl.lit(-1, pl.Int64)), earlier])
    pairs = incoming.join(others, on=key, how="inner", suffix="_other").filter(
        pl.col("version_other") < pl.col("version")
    )
    day = pl.col(day_column) != pl.col(f"{day_column}_other")
    ids = pl.lit(value=False)
    if documents.source_id:
        other = pl.col(f"{documents.source_id}_other")
        ids = (pl.col(documents.source_id) != other).fill_null(value=False)
    difference = pl.when(ids).then(pl.lit("source id")).when(day).then(pl.lit("day"))
    found = (
        pairs.with_columns(_difference=difference).drop_nulls("_difference").sort("version", "_difference")
    )
    return found.row(0, named=True) if found.height else None

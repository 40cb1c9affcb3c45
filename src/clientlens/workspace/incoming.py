"""What one call of `import` brings, over all its batches: versions, those that count, and exact row counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import (
    AnotherShop,
    CheckoutConflict,
    ExpectationFailed,
    NoGoodRow,
    StrictProblems,
    UnknownCurrency,
)
from clientlens.model.money import DECIMALS, format_minor
from clientlens.model.tables import PEOPLE
from clientlens.workspace.versions import DOCUMENTS, ORDER_DOCUMENTS, Documents, conflict, lines_of, winners

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientlens.model.batch import Batch
    from clientlens.model.tables import Table
    from clientlens.problems import Problem

_PLACE = {
    "version": pl.Int64,
    "batch_no": pl.Int64,
    "file_no": pl.Int64,
    "line": pl.Int64,
    "row_count": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Total:
    """Charged in one currency, before refunds; `order_total` in minor units."""

    currency: str
    orders: int
    order_total: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The orders (or checkouts, reviews and so on) of a call.

    versions: every version, with the table's columns and version, batch_no, file_no, line, row_count (Int64).
    heads: one version per key. lines: theirs, None where such records have none. Both with `version`.
    """

    documents: Documents
    versions: pl.DataFrame
    heads: pl.DataFrame
    lines: pl.DataFrame | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """All batches of a call together; `kinds` in the order of `DOCUMENTS`; `people` without repeats."""

    batches: tuple[Batch, ...]
    kinds: tuple[Kind, ...]
    people: pl.DataFrame

    @property
    def orders(self) -> pl.DataFrame:
        """The version of each order that counts within this call."""
        return self.kinds[0].heads

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of all batches, as they list them."""
        return tuple(problem for batch in self.batches for problem in batch.problems)

    @property
    def rows(self) -> int:
        """Records of all files."""
        return sum(report.rows for batch in self.batches for report in batch.files)

    @property
    def rows_skipped(self) -> int:
        """Tests and offers."""
        return sum(batch.rows_skipped for batch in self.batches)

    @property
    def rows_set_aside(self) -> int:
        """Bad rows, with the other rows of their orders."""
        return sum(batch.rows_set_aside for batch in self.batches)

    @property
    def rows_stored(self) -> int:
        """Records of the versions that count, and of people."""
        heads = sum(int(kind.heads["row_count"].sum()) for kind in self.kinds)
        return heads + sum(batch.people_rows for batch in self.batches)

    @property
    def orders_gathered(self) -> int:
        """Versions of orders that another system gathered from a shop."""
        versions = self.kinds[0].versions["external_id"]
        return len(versions) - versions.null_count()


def totals_of(orders: pl.DataFrame) -> tuple[Total, ...]:
    """Per currency, over orders whatever their state; by code."""
    sums = (
        orders.group_by("currency")
        .agg(pl.len().alias("orders"), pl.col("order_total").cast(pl.Int128).sum())
        .sort("currency")
    )
    return tuple(Total(c, n, int(t)) for c, n, t in zip(*sums.get_columns(), strict=True))


def gather(batches: Sequence[Batch]) -> Incoming:
    """Put the batches of a call together.

    Raises:
        ValueError: a batch does not account for each of its rows, or has a price without a currency (a fault of the
            source, never the user's).
    """
    for batch in batches:
        _account(batch)
    kinds = tuple(_kind(documents, batches) for documents in DOCUMENTS)
    people = [PEOPLE.conform(batch.people) for batch in batches if batch.people is not None]
    return Incoming(tuple(batches), kinds, distinct_people(people))


def _account(batch: Batch) -> None:
    heads = [_frames(documents, batch)[0] for documents in DOCUMENTS]
    counted = sum(int(frame["row_count"].sum()) for frame in heads if frame is not None)
    found = counted + batch.people_rows + batch.rows_skipped + batch.rows_duplicate + batch.rows_set_aside
    rows = sum(report.rows for report in batch.files)
    if found != rows:
        raise ValueError(f"{batch.source}: {rows} rows read, {found} accounted for")


def _kind(documents: Documents, batches: Sequence[Batch]) -> Kind:
    heads, lines, offset = [], [], 0
    for number, batch in enumerate(batches):
        head, line = _frames(documents, batch)
        if head is None or head.is_empty():
            continue
        version = pl.col("version").cast(pl.Int64) + offset
        place = [
            version,
            pl.lit(number, pl.Int64).alias("batch_no"),
            *(pl.col(name).cast(pl.Int64) for name in ("file_no", "line", "row_count")),
        ]
        heads.append(documents.heads.conform(head).hstack(head.select(place)))
        if line is not None and documents.lines is not None:
            lines.append(documents.lines.conform(line).hstack(line.select(version)))
        offset += int(head["version"].cast(pl.Int64).max()) + 1  # type: ignore[arg-type]
    versions = _stack(documents.heads, _PLACE, heads)
    if documents.lines is None:
        if (
            "price" in versions.columns
            and versions.filter(pl.col("price").is_not_null() & pl.col("currency").is_null()).height
        ):
            raise ValueError(f"{documents.heads.name}: a price without a currency")
        return Kind(documents, versions, winners(documents, versions, None), None)
    of_versions = _stack(documents.lines, {"version": pl.Int64}, lines)
    counting = winners(documents, versions, of_versions)
    return Kind(documents, versions, counting, lines_of(documents, counting, of_versions))


def _frames(documents: Documents, batch: Batch) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    """The heads and lines of a batch; its fields are named as the tables are."""
    heads: pl.DataFrame | None = getattr(batch, documents.heads.name)
    return heads, None if documents.lines is None else getattr(batch, documents.lines.name)


def by_month(kind: Kind) -> Iterator[tuple[str | None, pl.DataFrame, pl.DataFrame | None]]:
    """Month, and the heads and lines (with `version`) that a call brings for it."""
    documents = kind.documents
    heads = kind.heads.select(*documents.heads.schema.names(), "version")
    if documents.day is None:
        if not heads.is_empty():
            yield None, heads, kind.lines
        return
    month = pl.col(documents.day).dt.strftime("%Y-%m").alias("_month")
    heads_by = _parts(heads.with_columns(month))
    lines_by = {} if kind.lines is None else _parts(kind.lines.with_columns(month))
    for name in sorted(heads_by):
        yield name, heads_by[name], lines_by.get(name, None if kind.lines is None else kind.lines.clear())


def _parts(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = frame.partition_by("_month", as_dict=True, include_key=False)
    return {str(key[0]): part for key, part in parts.items()}


def _stack(table: Table, extra: Mapping[str, type[pl.DataType]], frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema={**table.schema, **extra})


def distinct_people(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Records with exactly the same details as one: from its first order to when it was last seen."""
    if not frames:
        return pl.DataFrame(schema=PEOPLE.schema)
    details = [c.name for c in PEOPLE.columns if c.name not in {"first_order_at", "seen_at"}]
    together = pl.concat(list(frames))
    # Equal details have equal hashes, so where no hash comes twice there is nothing to join, as mostly with one file.
    if together.select(pl.struct(details).hash().is_unique().all()).item():
        return together.select(PEOPLE.schema.names())
    return (
        together.group_by(details)
        .agg(pl.col("first_order_at").min(), pl.col("seen_at").max())
        .select(PEOPLE.schema.names())
    )


# --- what can refuse a call ------------------------------------------------------------------------------


def _told(problem: Problem) -> str:
    """What is wrong, with the cell where there is one."""
    where = f"{problem.column} {problem.value!r}: " if problem.column and problem.value else ""
    return where + problem.message


def expect(incoming: Incoming, *, rows: int | None) -> None:
    """Hold a call against what can be told from its files alone.

    Args:
        rows: data records expected over all files.

    Raises:
        NoGoodRow, ExpectationFailed
    """
    for batch in incoming.batches:
        good = sum(report.rows for report in batch.files) - batch.rows_set_aside - batch.rows_skipped
        if batch.rows_set_aside and not good:
            first = batch.problems[0] if batch.problems else None
            reason = _told(first) if first else "see the problems listed"
            raise NoGoodRow(batch.files[0].file, first.line if first else None, reason)
    if rows is not None and rows != incoming.rows:
        raise ExpectationFailed("rows", str(rows), str(incoming.rows))


def expect_of(
    problems: Sequence[Problem],
    totals: Sequence[Total],
    *,
    strict: bool,
    expected: Mapping[str, int] | None,
) -> None:
    """Hold what a call comes to against what its user expects of it, before anything is stored.

    Args:
        strict: no problem is accepted.
        expected: currency -> minor units, compared with `totals`; a currency that is not there counts 0.

    Raises:
        StrictProblems, ExpectationFailed, UnknownCurrency
    """
    if strict and problems:
        raise StrictProblems(problems[0].file, problems[0].line, _told(problems[0]), len(problems))
    found = {total.currency: total.order_total for total in totals}
    for currency, amount in (expected or {}).items():
        if currency not in DECIMALS:
            raise UnknownCurrency(currency)
        amounts = [format_minor(a, DECIMALS[currency]) for a in (amount, found.get(currency, 0))]
        if amounts[0] != amounts[1]:
            raise ExpectationFailed(f"total {currency}", *amounts)


def refuse_conflicts(incoming: Incoming, known: Mapping[str, pl.LazyFrame]) -> None:
    """See that no order or checkout clashes with another of its key, in this call or stored.

    Args:
        known: name of the table of orders and of checkouts -> every stored version.

    Raises:
        AnotherShop, CheckoutConflict
    """
    for kind in incoming.kinds:
        if kind.documents.day is None:
            continue  # their versions may state different days
        row = conflict(kind.documents, kind.versions, known[kind.documents.heads.name])
        if row is None:
            continue
        file = incoming.batches[int(str(row["batch_no"]))].files[int(str(row["file_no"]))].file
        line = None if row["line"] is None else int(str(row["line"]))
        store = str(row["store"])
        if kind.documents is ORDER_DOCUMENTS:
            number = str(row["number"] or row["source_id"] or row["order_key"])
            raise AnotherShop(file, line, number, store, str(row["_difference"]))
        raise CheckoutConflict(file, line, str(row["checkout_key"]), store)

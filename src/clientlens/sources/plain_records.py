"""Reviews, events, scans and requests in plain columns: one row each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.model.batch import Batch
from clientlens.model.tables import EVENTS, REQUESTS, REVIEWS, SCANS
from clientlens.sources.canonical import Kind, names_of
from clientlens.sources.findings import Findings, stack
from clientlens.sources.order_lines import LEAST_STARS, MOST_STARS
from clientlens.sources.order_values import (
    check_currency,
    forms_of,
    read_amounts,
    read_quantities,
    read_times,
    value_of,
    with_currency,
)
from clientlens.sources.parsing import blank_to_null, clean, word
from clientlens.sources.plain_people import CLIENT, distinct_people, people_of
from clientlens.sources.recordtable import places
from clientlens.sources.shopify_notes import empty_files
from clientlens.sources.shopify_values import local_day, reports, with_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.model.tables import Table as Stored
    from clientlens.sources.findings import Table

EVENT_WORDS = ("follow", "message", "login")


@dataclass(frozen=True, slots=True)
class _Shape:
    """One kind: where it is stored, its time column and what the time and its day are called there, its own id."""

    table: Stored
    at: str
    instant: str
    day: str
    own_id: str | None
    of_somebody: bool = True


_SHAPES = {
    Kind.REVIEWS: _Shape(REVIEWS, "reviewed_at", "reviewed_at", "reviewed_on", "review_id"),
    Kind.EVENTS: _Shape(EVENTS, "at", "happened_at", "happened_on", None),
    Kind.SCANS: _Shape(SCANS, "scanned_at", "scanned_at", "scanned_on", None, of_somebody=False),
    Kind.REQUESTS: _Shape(REQUESTS, "requested_at", "requested_at", "requested_on", "request_id"),
}


def read_records(kind: Kind, tables: Sequence[Table], options: ReadOptions, source: str) -> Batch:
    """The records of one kind and their people; see `Batch` for what comes back.

    Rows without an id of their own are told apart by their content: two equal reviews in a file are two (one for each
    article of an order, often), two equal events or scans are one.

    Raises:
        AmbiguousDates: see there.
    """
    shape = _SHAPES[kind]
    findings = Findings(tables)
    findings.bad_records()
    names = names_of(kind)
    rows = stack(tables, tuple(dict.fromkeys((*names, *CLIENT, "currency", "store")))).hstack(places(tables))
    rows = rows.with_columns(store_=pl.coalesce(clean(pl.col("store")), pl.lit(options.store)))
    rows, notes = read_times(rows, (shape.at,), tables, options, findings)
    if kind is Kind.REQUESTS:
        # A day is a day wherever the file comes from, so its zone has no say in it.
        local = replace(options, timezone=None)
        rows, _ = read_times(rows, ("start_date",), tables, local, findings)
        rows = rows.with_columns(_start_day=local_day(value_of("start_date"), options))
    rows = _priced(rows, names, tables, options, findings)
    _check(kind, shape, rows, findings)
    people = people_of(rows, options, findings) if shape.of_somebody else rows.select("store_")
    rows = rows.with_columns(
        people["person_key"] if shape.of_somebody else pl.lit(None, dtype=pl.String).alias("person_key")
    )
    if shape.of_somebody:
        nobody = rows.filter(pl.col("person_key").is_null())
        findings.add_rows(
            nobody, "nothing says whose it is: neither a client_ref nor an e-mail", "client_ref"
        )
    rows = _with_keys(kind, shape, rows, options, findings)
    own = pl.Series(sorted(findings.rows), dtype=pl.UInt32).implode()
    bad = rows.select(pl.col("_i").is_in(own)).to_series()
    aside, good, people = rows.filter(bad), rows.filter(~bad), people.filter(~bad)
    kept = _named(kind, shape, good.filter(~pl.col("_again")), source)
    frame = with_places(shape.table.conform(kept), kept, "version", "file_no", "line", "row_count")
    found: dict[str, Any] = {kind.value: frame}
    return Batch(
        source=source,
        store=options.store,
        files=reports(tables, source, options),
        **found,
        people=distinct_people(people, good[value_of(shape.at)], source, ordered=False)
        if shape.of_somebody
        else None,
        rows_duplicate=int(good.filter("_again")["_weight"].sum()),
        rows_set_aside=int(aside["_weight"].sum()) + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(*notes, *empty_files(tables)),
    )


def _priced(
    rows: pl.DataFrame,
    names: Sequence[str],
    tables: Sequence[Table],
    options: ReadOptions,
    findings: Findings,
) -> pl.DataFrame:
    """Rows with the values of `price` and `rating`, where the kind has them; a price needs a currency."""
    if "price" not in names:
        return rows
    rows = with_currency(rows, pl.col("currency"), options)
    check_currency(rows, findings, needed=blank_to_null(pl.col("price")).is_not_null())
    forms = forms_of(tables, ("price",), options)
    rows = read_amounts(rows, ("price",), forms, findings)
    return read_quantities(rows, ("rating",), forms, findings) if "rating" in names else rows


def _check(kind: Kind, shape: _Shape, rows: pl.DataFrame, findings: Findings) -> None:
    findings.check(rows, {shape.at: blank_to_null(pl.col(shape.at)).is_null()}, "the row needs a time")
    needed = {Kind.REVIEWS: "seller", Kind.EVENTS: "event", Kind.SCANS: "code", Kind.REQUESTS: "request_id"}[
        kind
    ]
    findings.check(rows, {needed: clean(pl.col(needed)).is_null()}, "the row needs it")
    if kind is Kind.EVENTS:
        known = word(pl.col("event")).is_in(EVENT_WORDS)
        findings.check(
            rows,
            {"event": clean(pl.col("event")).is_not_null() & ~known},
            "neither follow, message nor login",
        )
    if kind is Kind.REVIEWS:
        stars = pl.col(value_of("rating"))
        findings.check(rows, {"rating": ~stars.is_between(LEAST_STARS, MOST_STARS)}, "stars go from 1 to 5")


def _with_keys(
    kind: Kind, shape: _Shape, rows: pl.DataFrame, options: ReadOptions, findings: Findings
) -> pl.DataFrame:
    """Rows with `_day`, `_record_key` and `_again` (Boolean: it repeats an earlier row of the call)."""
    said = pl.concat_str(
        ["store_", *(clean(pl.col(name)).fill_null("\x1d") for name in names_of(kind))], separator="\x1f"
    )
    rows = rows.with_columns(_day=local_day(value_of(shape.at), options), _said=said)
    if shape.own_id is not None:
        rows = rows.with_columns(_own=clean(pl.col(shape.own_id)))
        twice = pl.struct("_file", "store_", "_own").is_duplicated() & pl.col("_own").is_not_null()
        first = pl.struct("_file", "store_", "_own").is_first_distinct()
        same = pl.struct("_file", "_said").is_first_distinct()
        rows = rows.with_columns(_again=(twice & ~same), _clash=(twice & same & ~first))
        clash = rows.filter("_clash")
        findings.add_rows(clash, "it stands in the file twice, with different content", shape.own_id)
    else:
        rows = rows.with_columns(
            _own=pl.lit(None, dtype=pl.String), _again=~pl.col("_said").is_first_distinct()
        )
    number = pl.int_range(1, pl.len() + 1).over("_file", "_said").cast(pl.String)
    digests = pl.Series(
        "_digest",
        [hashlib.sha256(text.encode()).hexdigest()[:24] for text in rows["_said"].to_list()],
        pl.String,
    )
    by_row = pl.lit("row:") + digests
    if kind is Kind.REVIEWS:
        by_row = by_row + ":" + number
    own = pl.col("_own") if kind is Kind.REQUESTS else pl.lit("id:") + pl.col("_own")
    return rows.with_columns(_record_key=pl.coalesce(own, by_row))


def _named(kind: Kind, shape: _Shape, rows: pl.DataFrame, source: str) -> pl.DataFrame:
    """Good rows under the names of their table, with `_file`, `_line`, `row_count` and `version`."""
    schema = shape.table.schema
    columns = {name: clean(pl.col(name)) for name in names_of(kind) if name in schema}
    columns |= {"store": pl.col("store_"), "source": pl.lit(source), "person_key": pl.col("person_key")}
    columns |= {shape.instant: pl.col(value_of(shape.at)), shape.day: pl.col("_day")}
    columns[f"{kind.value.removesuffix('s')}_key"] = pl.col("_record_key")
    if "price" in schema:
        priced = pl.col(value_of("price"))
        columns |= {"price": priced, "currency": pl.when(priced.is_not_null()).then("currency_")}
    if kind is Kind.REVIEWS:
        columns["rating_milli"] = pl.col(value_of("rating"))
        columns["order_id"] = clean(pl.col("order_id")).str.strip_prefix("#")
    if kind is Kind.EVENTS:
        columns["event"] = word(pl.col("event"))
    if kind is Kind.REQUESTS:
        columns["start_date"] = pl.col("_start_day")
    return rows.select("_file", "_line", row_count="_weight", **columns).with_row_index("version")

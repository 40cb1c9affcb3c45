"""Lists of clients in plain columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.batch import Batch
from clientlens.sources.findings import Findings, stack
from clientlens.sources.order_values import read_times, value_of
from clientlens.sources.parsing import clean
from clientlens.sources.plain_people import CLIENT, distinct_people, people_of
from clientlens.sources.recordtable import places
from clientlens.sources.shopify_notes import empty_files
from clientlens.sources.shopify_people import bad_email_note
from clientlens.sources.shopify_values import reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Table


def read_clients(tables: Sequence[Table], options: ReadOptions, source: str) -> Batch:
    """People alone, out of tables of plain client columns; see `Batch` for what comes back.

    Raises:
        AmbiguousDates: see there.
    """
    findings = Findings(tables)
    findings.bad_records()
    rows = stack(tables, (*CLIENT, "store")).hstack(places(tables))
    rows = rows.with_columns(store_=pl.coalesce(clean(pl.col("store")), pl.lit(options.store)))
    rows, notes = read_times(rows, ("joined_at",), tables, options, findings)
    people = people_of(rows, options, findings).with_columns(joined_at=rows[value_of("joined_at")])
    nobody = rows.filter(people["person_key"].is_null())
    findings.add_rows(nobody, "neither an e-mail, a client_ref, a phone, nor a name with an address")
    own = pl.Series(sorted(findings.rows), dtype=pl.UInt32).implode()
    bad = rows.select(pl.col("_i").is_in(own)).to_series()
    aside, good = rows.filter(bad), people.filter(~bad)
    findings.tell_members(aside, "set aside with its customer")
    return Batch(
        source=source,
        store=options.store,
        files=reports(tables, source, options),
        people=distinct_people(good, None, source, ordered=False),
        people_rows=int(rows.filter(~bad)["_weight"].sum()),
        rows_set_aside=int(aside["_weight"].sum()) + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=(*notes, *empty_files(tables), *bad_email_note(people, "client")),
    )

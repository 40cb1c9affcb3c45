"""Who was forgotten, as far as it is known: so that an import of what was exported before does not bring them back.

A record is theirs when its e-mail or customer number is (by fingerprint), or, of a record with neither, its phone or its
name and address where nobody else's record carried these, or the source's own id. What is theirs and dated up to the
instant at which they were forgotten is left out, as is what has no date. Whoever orders anew afterwards is a new client.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.errors import WorkspaceMissing
from clientlens.model.fingerprints import FORGOTTEN, SECRET, Fingerprints, key_text
from clientlens.model.tables import INSTANT
from clientlens.workspace import database, events
from clientlens.workspace.folder import may_be_workspace
from clientlens.workspace.versions import DOCUMENTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.model.batch import Batch

_STRONG, _WEAK = ("email_key", "number_key"), ("phone_key", "residence_key", "source_key")
_DATED = {
    "orders": "placed_at",
    "checkouts": "created_at",
    "reviews": "reviewed_at",
    "events": "happened_at",
    "requests": "requested_at",
}
"""When a record of each table with a person in it was; scans are known by the letter's code alone."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Fingerprint -> when its person was forgotten, the last time. secret: None where nobody ever was."""

    secret: str | None
    strong: Mapping[str, datetime]
    weak: Mapping[str, datetime]
    codes: frozenset[str]

    def without(self, batches: Sequence[Batch]) -> list[Batch]:
        """The batches without what is theirs: counted as skipped, and said in a note."""
        if self.secret is None:
            return list(batches)
        prints = Fingerprints(self.secret)
        return [_Filter(self, prints, batch).filtered() for batch in batches]


NOBODY = Forgotten(None, {}, {}, frozenset())


def forgotten_of(connection: sqlite3.Connection, upto: int) -> Forgotten:
    """Everybody who was forgotten, by the ledger's entries up to one."""
    secret, strong, weak, codes = None, dict[str, Any](), dict[str, Any](), set[str]()
    for entry in events.select(connection, upto=upto, kinds=(SECRET, FORGOTTEN)):
        if entry.kind == SECRET:
            secret = entry.body["secret"]
            continue
        strong |= dict.fromkeys(entry.body["strong"], entry.at)
        weak |= dict.fromkeys(entry.body["weak"], entry.at)
        codes |= set(entry.body["codes"])
    return Forgotten(secret, strong, weak, frozenset(codes)) if strong else NOBODY


def known_forgotten(path: Path) -> Forgotten:
    """The same of the workspace in `path` as it stands; nobody where there is none.

    Raises:
        WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with suppress(WorkspaceMissing):
        may_be_workspace(path)
        last = 1 << 62
        return database.ask(path, lambda connection, _: forgotten_of(connection, last)) or NOBODY
    return NOBODY


class _Filter:
    """One batch, and what of it is theirs."""

    def __init__(self, forgotten: Forgotten, prints: Fingerprints, batch: Batch) -> None:
        self.forgotten, self.prints, self.batch = forgotten, prints, batch

    def filtered(self) -> Batch:
        theirs = self._theirs()
        changed: dict[str, Any] = {}
        rows = 0
        for documents in DOCUMENTS:
            name = documents.heads.name
            heads: pl.DataFrame | None = getattr(self.batch, name)
            if heads is None or heads.is_empty():
                continue
            gone = self._scans(heads) if name == "scans" else self._heads(heads, _DATED[name], theirs)
            if gone.is_empty():
                continue
            rows += int(gone["row_count"].sum())
            on = [*documents.heads.key, "version"]
            changed[name] = heads.join(gone, on=on, how="anti", maintain_order="left")
            if documents.lines is not None:
                lines: pl.DataFrame | None = getattr(self.batch, documents.lines.name)
                if lines is not None:
                    kept = lines.join(gone, on=on, how="anti", maintain_order="left")
                    changed[documents.lines.name] = kept
        if self.batch.people is not None and not theirs.is_empty():
            changed["people"], dropped = _people(self.batch.people, theirs, self._first_orders(changed))
            listed = min(dropped, self.batch.people_rows)
            changed["people_rows"] = self.batch.people_rows - listed
            rows += listed
        if not rows:
            return replace(self.batch, **changed) if changed else self.batch
        told = "1 row" if rows == 1 else f"{rows:,} rows"
        note = f"{told} of forgotten people left out, as {'it was' if rows == 1 else 'they were'} before that; skipped"
        skipped = self.batch.rows_skipped + rows
        return replace(self.batch, **changed, rows_skipped=skipped, notes=(*self.batch.notes, note))

    def _theirs(self) -> pl.DataFrame:
        """person_key, forgotten_at (Datetime) of the records that are theirs."""
        strong = self._hits({**self.forgotten.weak, **self.forgotten.strong})
        found = [
            heads.select(key="person_key", person_key="person_key")
            for name in _DATED
            if (heads := getattr(self.batch, name)) is not None
        ]
        parts = []
        people = self.batch.people
        if people is not None:
            weak = people.filter(pl.all_horizontal(pl.col(_STRONG).is_null()))
            parts = [people.select("person_key", key=column) for column in _STRONG]
            parts += [weak.select("person_key", key=column) for column in _WEAK]
        columns = ["person_key", "key"]
        known = pl.concat([one.select(columns) for one in (*parts, *found)]) if parts or found else None
        if known is None:
            return pl.DataFrame(schema={"person_key": pl.String, "forgotten_at": INSTANT})
        pairs = known.drop_nulls().unique()
        keys = pairs["key"].unique().to_frame()
        texts = keys.select(key_text(pl.col("key")))["text"]
        hashed = keys.with_columns(self.prints.of_all(texts))
        hit = hashed.join(strong, on="fingerprint")
        hits = pairs.join(hit, on="key")
        theirs: pl.DataFrame = hits.group_by("person_key").agg(pl.col("forgotten_at").max())
        return theirs

    def _first_orders(self, changed: dict[str, Any]) -> pl.DataFrame:
        """person_key, first_order (Datetime) of the orders that are left."""
        orders = changed.get("orders", self.batch.orders)
        if orders is None:
            return pl.DataFrame(schema={"person_key": pl.String, "first_order": INSTANT})
        left: pl.DataFrame = orders.group_by("person_key").agg(first_order=pl.col("placed_at").min())
        return left.drop_nulls()

    @staticmethod
    def _hits(prints: Mapping[str, datetime]) -> pl.DataFrame:
        rows = list(prints.items())
        return pl.DataFrame(rows, schema={"fingerprint": pl.String, "forgotten_at": INSTANT}, orient="row")

    @staticmethod
    def _heads(heads: pl.DataFrame, instant: str, theirs: pl.DataFrame) -> pl.DataFrame:
        return heads.join(theirs, on="person_key").filter(pl.col(instant) <= pl.col("forgotten_at"))

    def _scans(self, scans: pl.DataFrame) -> pl.DataFrame:
        if not self.forgotten.codes:
            return scans.clear()
        hashed = self.prints.of_all(code_text(scans["code"]))
        return scans.filter(hashed.is_in(sorted(self.forgotten.codes)))


def code_text(codes: pl.Series) -> pl.Series:
    """What to hash of the codes of letters."""
    return codes.to_frame("code").select(pl.lit("code ") + pl.col("code"))["literal"]


def _people(
    people: pl.DataFrame, theirs: pl.DataFrame, first_orders: pl.DataFrame
) -> tuple[pl.DataFrame, int]:
    """People without what is theirs, and how many of a list of clients that left out.

    What of them is seen later is kept, without the dates of the time before.
    """
    joined = people.join(theirs, on="person_key", how="left", maintain_order="left")
    joined = joined.join(first_orders, on="person_key", how="left", maintain_order="left")
    old = pl.col("forgotten_at").is_not_null() & (
        pl.col("seen_at").is_null() | (pl.col("seen_at") <= pl.col("forgotten_at"))
    )
    dropped = joined.filter(old & pl.col("is_profile")).height
    fresh = {"joined_at": pl.lit(None, INSTANT), "first_order_at": pl.col("first_order")}
    before = [
        pl.when(pl.col(name) <= pl.col("forgotten_at")).then(instead).otherwise(name).alias(name)
        for name, instead in fresh.items()
    ]
    return joined.filter(~old).with_columns(before).select(people.columns), dropped

"""Everything that is stored about some clients: which rows of which table, under which keys, in which letters.

`privacy export` shows exactly this, and `privacy forget` takes exactly this away, so that the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.identity import client_id_of
from clientlens.model.tables import (
    CHECKOUT_LINES,
    CHECKOUTS,
    CLIENTS,
    EVENTS,
    IDENTITIES,
    ORDER_LINES,
    ORDERS,
    PEOPLE,
    REQUESTS,
    REVIEWS,
    SCANS,
)
from clientlens.workspace import facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.linking import KEY, OWN_KEY, counterparts
from clientlens.workspace.versions import DOCUMENTS, ORDER_DOCUMENTS, winners

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from clientlens.model.entries import Entry
    from clientlens.model.tables import Table
    from clientlens.workspace.catalogue import State

BY_RECORD, BY_KEY, BY_CLIENT, BY_CODE = "record", "person_key", "client_id", "code"
WHOSE: dict[str, str] = {
    ORDERS.name: BY_RECORD,
    ORDER_LINES.name: BY_RECORD,
    CHECKOUTS.name: BY_RECORD,
    CHECKOUT_LINES.name: BY_RECORD,
    REVIEWS.name: BY_RECORD,
    EVENTS.name: BY_RECORD,
    REQUESTS.name: BY_RECORD,
    SCANS.name: BY_CODE,
    PEOPLE.name: BY_KEY,
    IDENTITIES.name: BY_KEY,
    CLIENTS.name: BY_CLIENT,
}
"""How a row of each table is known to be somebody's. By record: the row's own person_key, or that of the version which
counts: an order that is the client's today is theirs in every version."""
_HEADS = {table.name: documents.heads for documents in DOCUMENTS for table in documents.tables}
_LETTER = "letter_"


@dataclass(frozen=True, slots=True)
class Persons:
    """Some clients.

    keys: of `tables.IDENTITIES`. records: name of a table of heads -> keys of their records, as `_record` spells them.
    codes: of their letters. people: `tables.PEOPLE`, every record of them, and `client_id`. doubtful: how many other
    clients hold a sale that is one of these by number and amount, and more besides, so that they are left alone.
    """

    client_ids: frozenset[str]
    keys: frozenset[str]
    records: dict[str, frozenset[str]]
    codes: frozenset[str]
    people: pl.DataFrame
    doubtful: int = 0
    identities: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=IDENTITIES.schema))

    def rows_of(self, table: Table) -> pl.Expr:
        """Boolean: the row is theirs.

        Raises:
            KeyError: a table about which nobody has said how it is known whose its rows are.
        """
        match WHOSE[table.name]:
            case "record":
                heads = _HEADS[table.name]
                mine = pl.col("person_key").is_in(sorted(self.keys))
                known = sorted(self.records.get(heads.name, ()))
                found = mine.fill_null(value=False) | _record(heads).is_in(known).fill_null(value=False)
            case "person_key":
                found = pl.col("person_key").is_in(sorted(self.keys))
            case "client_id":
                found = pl.col("client_id").is_in(sorted(self.client_ids))
            case _:
                found = pl.col("code").is_in(sorted(self.codes))
        return found


def persons_of(folder: Path, state: State, entries: Sequence[Entry], client_ids: Collection[str]) -> Persons:
    """What is stored about these clients.

    Args:
        client_ids: of `tables.CLIENTS`, or of somebody of whom the ledger alone tells: see `client_id_of`.
        entries: of the ledger, all of them.
    """
    identities = _current(folder, state, IDENTITIES).collect()
    ids = frozenset(client_ids)
    mine = identities.filter(pl.col("client_id").is_in(sorted(ids)))
    mine = pl.concat([mine, _of_the_ledger(entries, ids - set(mine["client_id"]))])
    keys = frozenset(mine["person_key"])
    records = {
        documents.heads.name: _records_of(folder, state, documents.heads, keys)
        for documents in DOCUMENTS
        if "person_key" in documents.heads.schema
    }
    doubtful = 0
    if state.gathered and records[ORDERS.name]:
        linked, others = _linked(folder, state, records[ORDERS.name])
        records[ORDERS.name] |= linked
        whole, doubtful = _whole(folder, state, identities, others - keys, records[ORDERS.name])
        if whole:
            found = persons_of(folder, state, entries, ids | whole)
            records = found.records | {ORDERS.name: found.records[ORDERS.name] | records[ORDERS.name]}
            ids, keys, mine = found.client_ids, found.keys, found.identities
    letters = [one for one in entries if one.kind.startswith(_LETTER) and one.person_key in keys]
    codes = frozenset(str(one.body["code"]) for one in letters if one.body.get("code"))
    people = facts.scan(folder, PEOPLE, [live.file for live in state.files if live.file.table == PEOPLE.name])
    theirs = people.filter(pl.col("person_key").is_in(sorted(keys))).unique().collect()
    return Persons(ids, keys, records, codes, theirs.join(mine, on="person_key", how="left"), doubtful, mine)


def _of_the_ledger(entries: Sequence[Entry], client_ids: Collection[str]) -> pl.DataFrame:
    """`tables.IDENTITIES` of people whom no file tells of: who asked for an order, or whose import was taken back."""
    keys = {one.person_key for one in entries if one.person_key} if client_ids else set()
    rows = [(key, found) for key in sorted(keys) if (found := client_id_of(key)) in client_ids]
    return pl.DataFrame(rows, schema=IDENTITIES.schema, orient="row")


def _current(folder: Path, state: State, table: Table) -> pl.LazyFrame:
    return facts.scan(folder, table, [live.file for live in state.live(Role.CURRENT, table.name)])


def _record(heads: Table) -> pl.Expr:
    """The key of a record as one text."""
    return pl.concat_str([pl.col(name) for name in heads.key], separator="\0")


def _records_of(folder: Path, state: State, heads: Table, keys: Collection[str]) -> frozenset[str]:
    mine = _current(folder, state, heads).filter(pl.col("person_key").is_in(sorted(keys)))
    return frozenset(mine.select(_record(heads).alias("record")).collect()["record"])


def _linked(folder: Path, state: State, own: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The gathered orders that stand for these orders of shops, and under which keys these stand."""
    batches = facts.scan(folder, ORDERS, [live.file for live in state.live(Role.BATCH, ORDERS.name)])
    days = batches.filter(_record(ORDERS).is_in(sorted(own))).select("placed_on").collect()["placed_on"]
    near = pl.col("placed_on").is_between(
        pl.lit(days.min()).dt.offset_by("-3d"), pl.lit(days.max()).dt.offset_by("3d")
    )
    versions = batches.filter(near).with_columns(version=pl.lit(0, pl.Int64)).collect()
    best = winners(ORDER_DOCUMENTS, versions, None)
    pairs = counterparts(best).filter("linked")
    theirs = pairs.filter(
        pl.concat_str([pl.col(name) for name in OWN_KEY], separator="\0").is_in(sorted(own))
    )
    found = best.join(theirs.select(KEY), on=KEY, how="semi")
    records = found.select(_record(ORDERS).alias("record"))["record"]
    return frozenset(records), frozenset(found["person_key"].drop_nulls())


def _whole(
    folder: Path, state: State, identities: pl.DataFrame, keys: Collection[str], linked: Collection[str]
) -> tuple[frozenset[str], int]:
    """Clients of these keys of whom nothing but `linked` orders is stored; how many others there are."""
    clients = identities.filter(pl.col("person_key").is_in(sorted(keys)))["client_id"].unique()
    whole = set()
    for client in clients:
        theirs = identities.filter(pl.col("client_id") == client)["person_key"].to_list()
        more = 0
        for documents in DOCUMENTS:
            heads = documents.heads
            if "person_key" in heads.schema:
                known = sorted(linked) if heads is ORDERS else []
                files = [live.file for live in state.live(Role.BATCH, heads.name)]
                other = pl.col("person_key").is_in(theirs) & ~_record(heads).is_in(known)
                more += facts.scan(folder, heads, files).filter(other).select(pl.len()).collect().item()
        if not more:
            whole.add(client)
    return frozenset(whole), len(clients) - len(whole)

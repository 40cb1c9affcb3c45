"""Joining two clients by hand, and taking a key out of one: each is one state of the files with its ledger entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import NothingToSplit, SameClient, UnknownClient
from clientlens.model.identity import (
    KEY_COLUMNS,
    Corrections,
    client_id_of,
    client_ids,
    joined_by_hand,
    joined_by_rule,
    shown_key,
)
from clientlens.model.tables import CLIENTS, IDENTITIES, PEOPLE
from clientlens.workspace import corrections as said
from clientlens.workspace import facts
from clientlens.workspace.deriving import derive_clients, empty
from clientlens.workspace.writing import change_of, hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.model.tables import Table
    from clientlens.workspace.corrections import Pair
    from clientlens.workspace.deriving import Change
    from clientlens.workspace.events import Event
    from clientlens.workspace.writing import Writer


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of whom.

    became: client ids before and after. before, after: `tables.CLIENTS`, the clients that these are.
    """

    became: tuple[tuple[str, str], ...]
    before: pl.DataFrame
    after: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is who at the moment: `tables.PEOPLE` and `tables.IDENTITIES`."""

    people: pl.DataFrame
    identities: pl.DataFrame
    corrections: Corrections

    def client_of(self, client_id: str) -> str:
        """The client of an id, also of one that it had before.

        Raises:
            UnknownClient
        """
        keys = self.identities.filter(client_ids(self.identities["person_key"]) == client_id.lower())
        if keys.is_empty():
            raise UnknownClient(client_id)
        return str(keys["client_id"][0])

    def keys_of(self, *clients: str) -> list[str]:
        """The keys of clients, smallest first."""
        mine = self.identities.filter(pl.col("client_id").is_in(clients))
        return mine["person_key"].sort().to_list()

    def owner(self, corrections: Corrections) -> pl.DataFrame:
        """key, label (see `joined_by_rule`), under other corrections."""
        return joined_by_hand(joined_by_rule(self.people, corrections.apart), corrections.joined)

    def of_records(self, owner: pl.DataFrame) -> pl.DataFrame:
        """`owner` for the keys that a record stands under, by key."""
        return owner.join(self.people, left_on="key", right_on="person_key", how="semi").sort("key")


def merge(
    path: Path,
    one: str,
    other: str,
    *,
    at: datetime,
    command: str,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> Corrected:
    """Make two clients (by id) one.

    Where they were kept apart by hand and that alone divides them, it is taken back; else a join by hand is added.

    Raises:
        SameClient: they are one already. UnknownClient: an id is nobody's.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with (
        hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer,
        change_of(writer) as change,
    ):
        known = _known(change)
        clients = known.client_of(one), known.client_of(other)
        if clients[0] == clients[1]:
            raise SameClient(one, other, clients[0])
        keys = said.pair(*(known.keys_of(client)[0] for client in clients))
        lifted, new = _merged(known, clients, keys)
        event = said.merged(keys, lifted=lifted, after=writer.state.entries)
        merged = client_id_of(keys[0])
        became = tuple((client, merged) for client in clients)
        return _carry_out(writer, change, known, new, event, became, at, command)


def _merged(known: _Known, clients: tuple[str, str], keys: Pair) -> tuple[list[str], Corrections]:
    """The keys to be kept apart no longer, where that alone makes exactly these two clients one; else none of them."""
    now = known.corrections
    mine = known.people.join(
        pl.DataFrame({"person_key": known.keys_of(*clients)}), on="person_key", how="semi"
    )
    carried = set(mine.unpivot(on=list(KEY_COLUMNS))["value"].drop_nulls())
    between = sorted(now.apart & carried)
    if between:
        wanted = known.of_records(joined_by_hand(known.owner(now), [keys]))
        for lifted in [*([key] for key in between), between]:
            new = Corrections(now.joined, now.apart.difference(lifted))
            if known.of_records(known.owner(new)).equals(wanted):
                return lifted, new
    return [], Corrections((*now.joined, keys), now.apart)


def split(
    path: Path,
    client: str,
    key: str,
    *,
    at: datetime,
    command: str,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> Corrected:
    """Take a key out of a client (by id): `key` as it stands in `tables.IDENTITIES`.

    Where clients were joined by hand, the one that holds the key leaves, and the others stay one. Else the key is
    joined to nothing by a rule any more; what only it held together falls apart too.

    Raises:
        NothingToSplit: nothing would change. UnknownClient: the id is nobody's.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with (
        hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer,
        change_of(writer) as change,
    ):
        known = _known(change)
        whole = known.client_of(client)
        event, new, parts = _split(known, whole, key, writer.state.entries)
        became = tuple((whole, client_id_of(part)) for part in parts)
        return _carry_out(writer, change, known, new, event, became, at, command)


def _split(known: _Known, client: str, key: str, after: int) -> tuple[Event, Corrections, list[str]]:
    """What is to be written down, what holds then, and the smallest keys of the clients that are left.

    Raises:
        NothingToSplit
    """
    keys = known.keys_of(client)
    if key not in keys:
        reason = "it is known, but joins nothing to this client"
        raise NothingToSplit(shown_key(key), client, reason)
    taken_back, joined = _by_hand(known, keys, key)
    apart = not taken_back
    if apart:
        # What was joined by hand once and by a rule since would hold the key for all that.
        taken_back = [one for one in known.corrections.joined if key in one and set(one) <= set(keys)]
    kept = tuple(one for one in known.corrections.joined if one not in taken_back)
    new = Corrections((*kept, *joined), known.corrections.apart.union([key] if apart else []))
    owner = known.owner(new).filter(pl.col("key").is_in(keys))
    mine = str(owner.filter(pl.col("key") == key)["label"][0])
    alive = known.of_records(owner)["label"].unique().sort().to_list()
    if len(alive) < 2:
        reason = "no other record would be left" if mine in alive else "no record is known by it alone"
        raise NothingToSplit(shown_key(key), client, reason)
    parts = [mine, *(label for label in alive if label != mine)]
    event = said.split(key, taken_back=taken_back, joined=joined, apart=apart, clients=parts, after=after)
    return event, new, [part for part in parts if part in alive]


def _by_hand(known: _Known, keys: Sequence[str], key: str) -> tuple[list[Pair], list[Pair]]:
    """The joins by hand that hold the key's part to its client, and those that keep the rest of it together."""
    parts = joined_by_rule(known.people, known.corrections.apart).filter(pl.col("key").is_in(keys))
    # The keys of one client.
    label = dict(parts.iter_rows())
    inside = [one for one in known.corrections.joined if label.keys() >= set(one)]
    taken_back = [one for one in inside if (label[one[0]] == label[key]) != (label[one[1]] == label[key])]
    rest = joined_by_hand(
        parts.filter(pl.col("label") != label[key]), [one for one in inside if one not in taken_back]
    )
    first, *others = rest["label"].unique().sort().to_list() or [key]
    return taken_back, [said.pair(first, one) for one in others]


def _known(change: Change) -> _Known:
    people, identities = (change.read_current(table, None) for table in (PEOPLE, IDENTITIES))
    return _Known(
        empty(PEOPLE) if people is None else people,
        empty(IDENTITIES) if identities is None else identities,
        change.state.corrections,
    )


def _carry_out(
    writer: Writer,
    change: Change,
    known: _Known,
    new: Corrections,
    event: Event,
    became: tuple[tuple[str, str], ...],
    at: datetime,
    command: str,
) -> Corrected:
    before = change.read_current(CLIENTS, None)
    derive_clients(change, known.people, corrections=new)
    after = _derived(change, CLIENTS)
    writer.commit(change, timezone=str(writer.state.timezone), at=at, command=command, also=[event])
    shown = empty(CLIENTS) if before is None else before
    return Corrected(
        became,
        shown.filter(pl.col("client_id").is_in([one for one, _ in became])),
        after.filter(pl.col("client_id").is_in([one for _, one in became])),
    )


def _derived(change: Change, table: Table) -> pl.DataFrame:
    """The rows that the change makes current."""
    file = next(one for one in change.current if one.table == table.name)
    return facts.read(change.folder, table, file)

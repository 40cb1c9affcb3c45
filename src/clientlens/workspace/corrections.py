"""What people said about who is one client, as entries of the ledger, and what of it holds.

`clients_merged`: `keys` are the smallest key of each of the two clients. Where a key that was kept apart is all that
stands between them, it is `lifted`, and the rules join them again.
`clients_split`: `person_key` leaves its client. Either pairs that were joined by hand are `taken_back` (and others
`joined`, so that the rest stays together), or the key is kept `apart`. `clients` are the smallest keys of the
clients that this left, the one that holds `person_key` first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.model.identity import Corrections
from clientlens.workspace import events
from clientlens.workspace.events import Event

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from clientlens.workspace.events import Entry

MERGED, SPLIT = "clients_merged", "clients_split"
KINDS = (MERGED, SPLIT)
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Corrections that hold, each with the entry that says so.

    split: pairs of keys, the one that left its client and one of what it left, whatever was said later.
    """

    joined: dict[Pair, Entry] = field(default_factory=dict)
    apart: dict[str, Entry] = field(default_factory=dict)
    split: set[Pair] = field(default_factory=set)

    @property
    def corrections(self) -> Corrections:
        """The same without who said it and when."""
        return Corrections(tuple(self.joined), frozenset(self.apart))


def standing(entries: Iterable[Entry]) -> Standing:
    """Fold the ledger's entries of `KINDS`, the first one first; others are passed over."""
    found = Standing()
    for entry in entries:
        body = entry.body
        if entry.kind == MERGED:
            for key in body["lifted"]:
                found.apart.pop(key, None)
            if not body["lifted"]:
                found.joined[pair(*body["keys"])] = entry
        elif entry.kind == SPLIT:
            for one in body["taken_back"]:
                found.joined.pop(pair(*one), None)
            found.joined.update((pair(*one), entry) for one in body["joined"])
            if body["apart"]:
                found.apart[str(entry.person_key)] = entry
            mine, *others = body["clients"]
            found.split.update(pair(mine, other) for other in others)
    return found


def stored_corrections(connection: sqlite3.Connection, upto: int) -> Corrections:
    """What holds at the ledger's entry `upto`."""
    return standing(events.select(connection, upto=upto, kinds=KINDS)).corrections


def pair(one: str, other: str) -> Pair:
    """Two keys, the smaller one first."""
    return (one, other) if one < other else (other, one)


def merged(keys: Pair, *, lifted: Sequence[str], after: int) -> Event:
    """The clients of two keys are one; `after` is the ledger's last entry when that was decided."""
    body = {"keys": list(keys), "lifted": sorted(lifted)}
    return Event(MERGED, body, key=f"{MERGED} after {after}", person_key=keys[0])


def split(
    key: str,
    *,
    taken_back: Sequence[Pair],
    joined: Sequence[Pair],
    apart: bool,
    clients: Sequence[str],
    after: int,
) -> Event:
    """A key leaves its client; see the module's text."""
    body = {
        "taken_back": [list(one) for one in taken_back],
        "joined": [list(one) for one in joined],
        "apart": apart,
        "clients": list(clients),
    }
    return Event(SPLIT, body, key=f"{SPLIT} after {after}", person_key=key)

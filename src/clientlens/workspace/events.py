"""Entries of the ledger as rows of the catalogue: written inside somebody's transaction, never changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from clientlens.errors import EntryConflict
from clientlens.model.entries import Entry, Event
from clientlens.workspace.seals import link

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

__all__ = ["Entry", "Event", "insert", "select", "with_key"]

_COLUMNS = "seq, at, actor, kind, person_key, subject, body, key, snapshot"
_WITH_KEY = f"SELECT {_COLUMNS} FROM event WHERE key = ?"


def insert(
    connection: sqlite3.Connection, event: Event, *, at: datetime, actor: str | None, snapshot: int
) -> Entry:
    """Write an event down; one whose key stands there already is left as it stands, and that entry given back.

    Raises:
        EntryConflict: the key stands there for something else.
    """
    body = json.dumps(event.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if event.key is not None:
        known = connection.execute(_WITH_KEY, (event.key,)).fetchone()
        if known is not None:
            if known[3:7] != (event.kind, event.person_key, event.subject, body):
                raise EntryConflict(event.key, event.kind, known[3])
            return _entry(known)
    last = connection.execute("SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1").fetchone() or (0, "")
    values = (
        last[0] + 1,
        at.astimezone(UTC).isoformat(),
        actor,
        event.kind,
        event.person_key,
        event.subject,
        body,
        event.key,
        snapshot,
    )
    connection.execute(
        "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, link(last[1], *values))
    )
    return _entry(values)


def with_key(connection: sqlite3.Connection, key: str, *, upto: int) -> Entry | None:
    """The entry that carries a key, where it is none behind `upto`."""
    row = connection.execute(f"{_WITH_KEY} AND seq <= ?", (key, upto)).fetchone()
    return None if row is None else _entry(row)


def select(
    connection: sqlite3.Connection,
    *,
    upto: int,
    after: int = 0,
    kinds: Collection[str] | None = None,
    person_keys: Collection[str] | None = None,
) -> list[Entry]:
    """Entries by number, from the one behind `after` to `upto`; of these kinds and about these people (None: any)."""
    query = f"SELECT {_COLUMNS} FROM event WHERE seq > ? AND seq <= ?"
    values: list[object] = [after, upto]
    for column, wanted in (("kind", kinds), ("person_key", person_keys)):
        if wanted is not None:
            query += f" AND {column} IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(sorted(wanted)))
    return [_entry(row) for row in connection.execute(f"{query} ORDER BY seq", values)]


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, at, actor, kind, person_key, subject, body, key, snapshot = row
    return Entry(
        seq, datetime.fromisoformat(at), actor, kind, person_key, subject, json.loads(body), key, snapshot
    )

"""Finding silent damage in the catalogue itself: SQLite's own check sees its structure, not a flipped bit in a value.

Each ledger entry carries the hash of itself and the entry before, so that adding one does not read the others. One
seal, renewed in every transaction, covers all other tables and the end of that chain.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_EVENT = "seq, at, actor, kind, person_key, subject, body, key, snapshot"


def link(previous: str, *values: str | int | None) -> str:
    """The chain's hash at an entry: of the one before and of every value of this one."""
    return hashlib.sha256(json.dumps([previous, *values]).encode()).hexdigest()


def seal(connection: sqlite3.Connection) -> None:
    """Write the seal of what the transaction leaves; the last thing it does."""
    found = _digest(connection)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'seal' AND value <> ?", (found, found))


def broken(connection: sqlite3.Connection) -> list[str]:
    """What is not as it was written: the ledger's first changed entry, or anything else; nothing when all is well."""
    found = []
    chain = ""
    for *values, written in connection.execute(f"SELECT {_EVENT}, chain FROM event ORDER BY seq"):
        chain = link(chain, *values)
        if chain != written:
            found.append(f"entry {values[0]} of the ledger has changed")
            break
    stored = connection.execute("SELECT value FROM meta WHERE key = 'seal'").fetchone()
    if not found and (stored is None or stored[0] != _digest(connection)):
        found.append("its content has changed")
    return found


def _digest(connection: sqlite3.Connection) -> str:
    digest = hashlib.sha256()

    def add(row: tuple[object, ...]) -> None:
        digest.update(json.dumps(row).encode() + b"\n")

    tables = []
    for kind, name, sql in connection.execute(
        "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
    ):
        add((kind, name, sql))
        if kind == "table" and name not in {"event", "meta"}:
            tables.append(name)
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
            add(row)
    for row in connection.execute("SELECT key, value FROM meta WHERE key <> 'seal' ORDER BY key"):
        add(row)
    add(connection.execute("SELECT count(*), max(seq) FROM event").fetchone())
    add(
        connection.execute("SELECT max(chain) FROM event WHERE seq = (SELECT max(seq) FROM event)").fetchone()
    )
    return digest.hexdigest()

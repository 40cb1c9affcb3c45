"""Format 2: the ledger, filled with what earlier states tell, and the seal over the rest of the catalogue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from clientlens.workspace.seals import link

if TYPE_CHECKING:
    import sqlite3

_STATEMENTS = (
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT, kind TEXT NOT NULL,
        person_key TEXT, subject TEXT, body TEXT NOT NULL, key TEXT UNIQUE,
        snapshot INTEGER NOT NULL REFERENCES snapshot, chain TEXT NOT NULL) STRICT""",
    "CREATE INDEX event_person ON event (person_key) WHERE person_key IS NOT NULL",
    """CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END""",
    """CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END""",
    "INSERT INTO meta VALUES ('seal', '')",
)
_STATES = """
    SELECT s.at, s.snapshot_id, a.import_id, r.import_id FROM snapshot s
    LEFT JOIN import a ON a.added = s.snapshot_id LEFT JOIN import r ON r.removed = s.snapshot_id
    ORDER BY s.snapshot_id"""


def apply(connection: sqlite3.Connection) -> None:
    """Add the ledger; who made the earlier states is not known."""
    for statement in _STATEMENTS:
        connection.execute(statement)
    chain = ""
    states = connection.execute(_STATES).fetchall()
    for seq, (at, snapshot, added, removed) in enumerate(states, 1):
        kind, number = ("import", added) if added else ("undo", removed) if removed else ("repair", None)
        body = json.dumps({} if number is None else {"import_id": number})
        values = (seq, at, None, kind, None, None, body, None, snapshot)
        chain = link(chain, *values)
        connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, chain))

"""Format 1: states, imports and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_STATEMENTS = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE snapshot (
        snapshot_id INTEGER PRIMARY KEY, at TEXT NOT NULL, command TEXT NOT NULL) STRICT""",
    """CREATE TABLE import (
        import_id INTEGER PRIMARY KEY, at TEXT NOT NULL, command TEXT NOT NULL,
        orders_added INTEGER NOT NULL, orders_updated INTEGER NOT NULL, orders_unchanged INTEGER NOT NULL,
        rows_stored INTEGER NOT NULL, rows_set_aside INTEGER NOT NULL,
        added INTEGER NOT NULL REFERENCES snapshot, removed INTEGER REFERENCES snapshot) STRICT""",
    """CREATE TABLE import_file (
        import_id INTEGER NOT NULL REFERENCES import, position INTEGER NOT NULL, file TEXT NOT NULL,
        source TEXT NOT NULL, store TEXT NOT NULL, options TEXT NOT NULL,
        rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,
        PRIMARY KEY (import_id, position)) STRICT""",
    """CREATE TABLE file (
        file_id INTEGER PRIMARY KEY, path TEXT NOT NULL, tbl TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('batch', 'current')), month TEXT,
        rows INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
        import_id INTEGER REFERENCES import,
        added INTEGER NOT NULL REFERENCES snapshot, removed INTEGER REFERENCES snapshot,
        UNIQUE (path, role, added), CHECK ((role = 'batch') = (import_id IS NOT NULL))) STRICT""",
    "CREATE INDEX file_live ON file (tbl, role, month) WHERE removed IS NULL",
)
_APPLICATION = 0x636C6E73


def apply(connection: sqlite3.Connection) -> None:
    """Make the tables of a new catalogue."""
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    for statement in _STATEMENTS:
        connection.execute(statement)

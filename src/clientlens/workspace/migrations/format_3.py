"""Format 3: imports say how many gathered orders they hold; reviews, events, scans and requests may be stored.

An earlier program would pass over these tables and count a gathered sale twice, so it must refuse the workspace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def apply(connection: sqlite3.Connection) -> None:
    """Add the count; no import of an earlier program holds gathered orders."""
    connection.execute("ALTER TABLE import ADD COLUMN orders_gathered INTEGER NOT NULL DEFAULT 0")

"""From one format of the catalogue to the next, one module each; the number of the last is what this program writes.

A new catalogue goes through all of them, so that an old and a new workspace end with the same tables. A step runs
inside the transaction of the next writer; a reader of an older catalogue takes the steps in a copy in memory.
What a step does never changes once it was released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.workspace.migrations import format_1, format_2, format_3

if TYPE_CHECKING:
    import sqlite3

_STEPS = (format_1.apply, format_2.apply, format_3.apply)
FORMAT = len(_STEPS)
"""Version of the workspace's layout, kept as PRAGMA user_version; 0 means: not committed to yet."""


def bring_up(connection: sqlite3.Connection, found: int) -> None:
    """Take every step from format `found` to `FORMAT`, inside the caller's transaction."""
    for step in _STEPS[found:]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {FORMAT}")

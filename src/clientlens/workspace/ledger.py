"""The ledger: what people and campaigns change (points, notes, groups), as entries that are only ever added (`forgetting` apart).

What holds now is the sum of its entries. They stand in the same SQLite file as the names of the facts, so an entry
is kept exactly when the files that belong to it are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.workspace import database, events
from clientlens.workspace.workspace import Workspace
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.workspace.events import Entry, Event


def append(
    path: Path,
    wanted: Sequence[Event],
    *,
    at: datetime,
    actor: str | None,
    command: str,
    lock_timeout: float = 30,
) -> list[Entry]:
    """Add entries, all or none; they are on the disk when this returns. To go with files: `Writer.commit(also=)`.

    An event whose key stands in the ledger already is not written again, so a call that may or may not have come
    through (a kill, a power cut) is simply made again with the same keys.

    Args:
        at: the real time, not --as-of. actor: who says so.

    Returns:
        The entries as they stand in the ledger, in the order of `wanted`.

    Raises:
        EntryConflict: a key stands there for something else; nothing was written.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        return writer.record(wanted, at=at)


def decide(
    path: Path,
    question: Callable[[Workspace], Sequence[Event]],
    *,
    at: datetime,
    actor: str | None,
    command: str,
    lock_timeout: float = 30,
) -> list[Entry]:
    """Add the entries that `question` finds to be right; what it looked at is still so when they are written.

    It is asked while the workspace is held for writing, so that of two processes that take a client's last points
    one is told that there are none. It is to read what it is given and nothing else; what it raises leaves the
    ledger as it is.

    Returns:
        The entries as they stand in the ledger, in the order of the events.

    Raises:
        EntryConflict: a key stands there for something else; nothing was written.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        with Workspace.open(path) as workspace:
            wanted = question(workspace)
        return writer.record(wanted, at=at) if wanted else []


def append_decided(
    path: Path,
    decided: Callable[[Sequence[Entry]], Sequence[Event]],
    *,
    kinds: Collection[str],
    at: datetime,
    actor: str | None,
    command: str,
    lock_timeout: float = 30,
) -> list[Entry]:
    """`decide` by the ledger's entries of these `kinds` alone, the first one first."""
    return decide(
        path,
        lambda workspace: decided(history(workspace, kinds=kinds)),
        at=at,
        actor=actor,
        command=command,
        lock_timeout=lock_timeout,
    )


def entry_with_key(workspace: Workspace, key: str) -> Entry | None:
    """The entry of the state that is open that carries an idempotency key; None: none does.

    Raises:
        WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    upto = workspace.state.entries
    return database.ask(workspace.path, lambda connection, _: events.with_key(connection, key, upto=upto))


def history(
    workspace: Workspace,
    *,
    after: int = 0,
    kinds: Collection[str] | None = None,
    person_keys: Collection[str] | None = None,
) -> list[Entry]:
    """The entries of the state that is open, the first one first: later ones do not show.

    Raises:
        WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    upto = workspace.state.entries
    found = database.ask(
        workspace.path,
        lambda connection, _: events.select(
            connection, upto=upto, after=after, kinds=kinds, person_keys=person_keys
        ),
    )
    return found or []

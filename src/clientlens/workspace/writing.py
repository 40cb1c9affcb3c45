"""One change of a workspace from lock to commit: everything that writes goes through here."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import ClientlensError, TimezoneConflict, WorkspaceMissing
from clientlens.workspace import catalogue, database, erasing, events, facts, kept
from clientlens.workspace.catalogue import Role
from clientlens.workspace.deriving import Change
from clientlens.workspace.events import Event
from clientlens.workspace.folder import CATALOGUE, FACTS, disk_errors, furnish, may_be_workspace, prepare
from clientlens.workspace.lock import without_readers, writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.workspace.catalogue import ImportRecord, State
    from clientlens.workspace.events import Entry

KEPT_STATES = 3
"""Files stay on the disk while one of this many states, the present one included, holds them."""


@dataclass(slots=True)
class Writer:
    """A workspace held for writing; `created` says that this run made it."""

    folder: Path
    connection: sqlite3.Connection
    state: State
    created: bool
    moved: dict[str, int]
    actor: str | None = None

    def history(
        self, *, kinds: Collection[str] | None = None, person_keys: Collection[str] | None = None
    ) -> list[Entry]:
        """The ledger's entries, the first one first; of a catalogue of an older format too."""
        upto = self.state.entries
        found = database.ask(
            self.folder,
            lambda connection, _: events.select(connection, upto=upto, kinds=kinds, person_keys=person_keys),
        )
        return found or []

    def kept_paths(self) -> list[str]:
        """The letters that the ledger names; of a catalogue of an older format too."""
        found = database.ask(self.folder, lambda connection, _: kept.kept_files(connection))
        return [one.path for one in found or []]

    def record(self, wanted: Sequence[Event], *, at: datetime) -> list[Entry]:
        """Add to the ledger alone, in one transaction; the state of the files stays.

        Raises:
            EntryConflict
        """
        with database.transaction(self.connection):
            return self._insert(wanted, at, self.state.snapshot)

    def _insert(self, wanted: Sequence[Event], at: datetime, snapshot: int) -> list[Entry]:
        return [
            events.insert(self.connection, event, at=at, actor=self.actor, snapshot=snapshot)
            for event in wanted
        ]

    def commit(
        self,
        change: Change,
        *,
        timezone: str,
        at: datetime,
        command: str,
        record: ImportRecord | None = None,
        undo: int | None = None,
        also: Sequence[Event] = (),
    ) -> None:
        """Make the change the next state: names on the disk first, then one transaction, its history with it.

        `also` are entries of the ledger that are to be kept exactly when the files are.
        """
        change.settle()
        names = catalogue.commit(self.connection, self.state, timezone=timezone, at=at, command=command)
        # Once the commit has begun nothing is deleted on failure: after a failed sync it may yet prove to have held.
        change.written = []
        with names as snapshot:
            if record is not None:
                catalogue.add_import(self.connection, record)
            if undo is not None:
                catalogue.remove_import(self.connection, undo, snapshot)
            catalogue.remove_files(self.connection, change.removed, snapshot)
            for file in change.batch:
                catalogue.add_file(
                    self.connection, file, Role.BATCH, record.import_id if record else None, snapshot
                )
            for file in change.current:
                catalogue.add_file(self.connection, file, Role.CURRENT, None, snapshot)
            catalogue.refresh_mtimes(self.connection, self.moved)
            own = [Event("import", {"import_id": record.import_id})] if record else []
            own += [Event("undo", {"import_id": undo})] if undo else []
            self._insert([*own, *also], at, snapshot)


@contextmanager
def hold(
    folder: Path,
    *,
    timezone: str | None,
    command: str,
    lock_timeout: float,
    verify: bool = True,
    actor: str | None = None,
) -> Iterator[Writer]:
    """Hold a workspace for writing, made where there is none (and `timezone` is given); tidy it up afterwards.

    Raises:
        WorkspaceMissing: there is none, and none is to be made.
        TimezoneConflict: it has another time zone.
        NotAWorkspace, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    if timezone is None:
        may_be_workspace(folder)
    else:
        prepare(folder)
    with writing(folder, command, lock_timeout):
        with suppress(WorkspaceMissing):
            may_be_workspace(folder)
            catalogue.read(folder)  # refuses what is newer or not ours before anything is written to it
        with disk_errors(folder):
            furnish(folder)
        with database.connect_for_writing(folder) as connection:
            state = catalogue.state_of(connection, folder)
            if state.unerased:
                # A run that forgot somebody was broken off: end it before anything else.
                with suppress(OSError, ClientlensError):
                    erasing.finish(folder, connection, timeout=0)
                state = catalogue.state_of(connection, folder)
            if timezone is None and state.timezone is None:
                raise WorkspaceMissing(str(folder))
            if timezone is not None and state.timezone not in (None, timezone):
                raise TimezoneConflict(str(state.timezone), timezone)
            moved = facts.verify(folder, [live.file for live in state.files]) if verify else {}
            yield Writer(folder, connection, state, state.timezone is None, moved, actor)
            # What follows is housekeeping: the change stands, and the next writer does what fails here.
            with suppress(OSError, ClientlensError):
                tidy(folder, connection)


@contextmanager
def change_of(writer: Writer) -> Iterator[Change]:
    """A change of the state as the writer found it; what it wrote is deleted when it comes to nothing."""
    change = Change(writer.folder, writer.state)
    try:
        yield change
    except BaseException:
        change.discard()
        raise


@dataclass(frozen=True, slots=True)
class Tidied:
    """Files deleted and their bytes; `alone` is False when somebody was reading, and then nothing was."""

    files: int
    bytes: int
    alone: bool


def tidy(folder: Path, connection: sqlite3.Connection, *, orphans_alone: bool = False) -> Tidied:
    """Delete files that only states older than the last `KEPT_STATES` hold, and orphans, unless someone is reading."""
    with without_readers(folder) as alone:
        if not alone:
            return Tidied(0, 0, alone=False)
        with database.sqlite_errors(folder / CATALOGUE):
            state = catalogue.state_of(connection, folder)
            if state.timezone is not None and not orphans_alone:
                catalogue.forget_replaced(connection, state.snapshot - KEPT_STATES + 1)
            known = catalogue.state_of(connection, folder).known_paths
            has_ledger = state.timezone is not None and state.format > 1
            letters = [one.path for one in kept.kept_files(connection)] if has_ledger else []
        files = size = 0
        for path in (*orphans(folder, known), *kept.strays(folder, letters)):
            with disk_errors(path), suppress(FileNotFoundError):
                found = os.lstat(path).st_size
                path.unlink()
                files, size = files + 1, size + found
        return Tidied(files, size, alone=True)


def orphans(folder: Path, known: frozenset[str]) -> list[Path]:
    """Files of ours that no state names: left by a run that was killed, or replaced long ago."""
    with disk_errors(folder / FACTS):
        try:
            names = sorted(path.name for path in (folder / FACTS).iterdir())
        except FileNotFoundError:
            return []
    ours = (".parquet", ".parquet.tmp")
    return [folder / FACTS / n for n in names if n.endswith(ours) and f"{FACTS}/{n}" not in known]

"""Finding a workspace and reading one committed state of it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import EngineFailed, WorkspaceMissing
from clientlens.model import overlay
from clientlens.model.facts import Facts
from clientlens.model.identity import with_first_events
from clientlens.model.tables import EVENTS, TABLES
from clientlens.workspace import catalogue, database, events, facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.deriving import frames_of_current
from clientlens.workspace.folder import CATALOGUE, disk_errors, may_be_workspace, others_can_read
from clientlens.workspace.lock import reading
from clientlens.workspace.writing import orphans

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clientlens.model.tables import Table
    from clientlens.workspace.catalogue import ImportRecord, State

FOLDER_NAME = ".clientlens"


def locate(explicit: Path | None, start: Path, user_default: Path | None) -> Path | None:
    """Where the workspace is: the named one (whether or not it exists), else the nearest upwards, else the user's.

    Args:
        start: the folder from which `.clientlens` is looked for, upwards.
        user_default: the user's own; taken only when it exists.
    """
    if explicit is not None:
        return explicit
    for folder in (start, *start.parents):
        if (folder / FOLDER_NAME).is_dir():
            return folder / FOLDER_NAME
    return user_default if user_default is not None and user_default.is_dir() else None


def stored_timezone(path: Path) -> str | None:
    """The time zone of the workspace in `path`; None where there is none yet, so that `import` may make one.

    Raises:
        WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    try:
        may_be_workspace(path)
    except WorkspaceMissing:
        return None
    state = catalogue.read(path)
    return None if state is None else state.timezone


@dataclass(frozen=True, slots=True)
class TableStatus:
    """What is current of one table; `bytes` on the disk."""

    name: str
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """What is in a workspace.

    imports: those that count. orphans: files that no state names (harmless; the next import deletes them).
    disk_bytes: of the whole folder, replaced files included.
    readable_by_others: group or others may read stored files.
    """

    format: int
    path: Path
    timezone: str
    imports: int
    snapshot: int
    tables: tuple[TableStatus, ...]
    orphans: int
    disk_bytes: int
    readable_by_others: bool


@dataclass(frozen=True, slots=True)
class Workspace:
    """One committed state, held for reading: what is imported meanwhile does not show, and no file of it goes away."""

    path: Path
    state: State

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Workspace]:
        """Read the workspace in `path`; its frames can be collected inside the block.

        Every live file is looked at (size and time; its hash where the time differs) before anything is answered.

        Raises:
            WorkspaceMissing: there is none, or none was ever committed to.
            WorkspaceNewer: a later version of this program made it.
            WorkspaceDamaged: a file is missing, cut or changed, or the catalogue cannot be read; names the file.
            WorkspaceReadOnly: the folder is read-only and the catalogue cannot be read without writing there.
        """
        may_be_workspace(path)
        with reading(path):
            state = catalogue.read(path)
            if state is None:
                raise WorkspaceMissing(str(path))
            files = [live.file for live in state.files]
            facts.verify(path, files)
            try:
                yield cls(path, state)
            except BaseException as error:
                # A flipped bit that Polars or another engine stumbles over is damage, and is named; most are not noticed at all.
                if (
                    isinstance(error, (pl.exceptions.PolarsError, EngineFailed))
                    or type(error).__name__ == "PanicException"
                ):
                    facts.verify(path, files, hash_all=True)
                raise

    @property
    def timezone(self) -> str:
        """IANA zone in which days are cut."""
        return str(self.state.timezone)

    def imports(self) -> list[ImportRecord]:
        """Every import ever made, the first one first, those taken back included."""
        return list(self.state.imports)

    def paths(self, table: Table) -> list[Path]:
        """The live current files of a table, by month. Other files in the folder are not part of this state."""
        return [self.path.absolute() / live.file.path for live in self.state.live(Role.CURRENT, table.name)]

    def scan(self, table: Table) -> pl.LazyFrame:
        """The current rows of a table: exactly its live files, with the table's schema."""
        files = [live.file for live in self.state.live(Role.CURRENT, table.name)]
        return facts.scan(self.path, table, files)

    def facts(self) -> Facts:
        """All tables, for analysis.

        What follows for clients from other tables than that of people is added here; details that somebody corrected
        stand in `clients` as they were corrected.
        """
        frames = frames_of_current(self.path, self.state)
        if self.state.live(Role.CURRENT, EVENTS.name):
            frames["clients"] = with_first_events(frames["clients"], frames["events"], frames["identities"])
        edits = database.ask(
            self.path, lambda c, _: events.select(c, upto=self.state.entries, kinds=(overlay.KIND,))
        )
        if edits:
            frames["clients"] = overlay.laid_over(frames["clients"], frames["identities"], edits)
        return Facts(**frames, timezone=self.timezone)

    def status(self) -> Status:
        """What is in it, how large it is, and whether it is still private."""
        with disk_errors(self.path):
            sizes = [
                os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118 - os.walk gives text
                for folder, _, names in os.walk(self.path)
                for name in names
            ]
            exposed = others_can_read(self.path, [CATALOGUE, *(live.file.path for live in self.state.files)])
        return Status(
            format=self.state.format,
            path=self.path,
            timezone=self.timezone,
            imports=sum(record.removed is None for record in self.state.imports),
            snapshot=self.state.snapshot,
            tables=tuple(self._table_status(table) for table in TABLES),
            orphans=len(orphans(self.path, self.state.known_paths)),
            disk_bytes=sum(sizes),
            readable_by_others=exposed,
        )

    def _table_status(self, table: Table) -> TableStatus:
        files = [live.file for live in self.state.live(Role.CURRENT, table.name)]
        return TableStatus(table.name, sum(f.rows for f in files), len(files), sum(f.bytes for f in files))

"""Taking an import back, deriving everything anew, checking every byte, deleting what is old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import UnknownImport, WorkspaceDamaged, WorkspaceMissing
from clientlens.model.tables import BY_NAME, PEOPLE
from clientlens.workspace import catalogue, facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.deriving import (
    derive_clients,
    months_of,
    people_of,
    rebuild_all,
    rebuild_months,
)
from clientlens.workspace.folder import CATALOGUE, may_be_workspace
from clientlens.workspace.lock import reading
from clientlens.workspace.versions import DOCUMENTS
from clientlens.workspace.writing import change_of, hold, orphans, tidy

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from clientlens.workspace.catalogue import ImportRecord


def undo(
    path: Path, import_id: int | None, *, at: datetime, command: str, lock_timeout: float = 30
) -> ImportRecord:
    """Take an import back (None: the latest that counts): the state as if it had never been made.

    Raises:
        UnknownImport: there is none with this id, or it was taken back already.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout) as writer:
        counting = [record for record in writer.state.imports if record.removed is None]
        chosen = [record for record in counting if import_id in (None, record.import_id)]
        if not chosen:
            raise UnknownImport(import_id)
        gone = chosen[-1]
        with change_of(writer) as change:
            for documents in DOCUMENTS:
                months = months_of(writer.state, documents, gone.import_id)
                rebuild_months(change, documents, months, without=gone.import_id)
            if any(
                live.import_id == gone.import_id and live.file.table == PEOPLE.name
                for live in writer.state.files
            ):
                derive_clients(change, people_of(change, without=gone.import_id))
            writer.commit(
                change, timezone=str(writer.state.timezone), at=at, command=command, undo=gone.import_id
            )
    return gone


def rebuild(path: Path, *, at: datetime, command: str, lock_timeout: float = 30) -> int:
    """Derive every current file anew from the batches; damaged or missing current files are thereby replaced.

    Returns:
        Number of current files that were replaced; 0: all were right, and no new state was made.

    Raises:
        WorkspaceDamaged: a batch file, the truth itself, is missing or changed.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, verify=False) as writer:
        batches = [live.file for live in writer.state.live(Role.BATCH)]
        facts.verify(path, batches, hash_all=True)
        whole = {file.path for file in batches}
        broken = []
        for live in writer.state.live(Role.CURRENT):
            if live.file.path not in whole:
                try:
                    facts.verify(path, [live.file], hash_all=True)
                except WorkspaceDamaged:
                    broken.append(live)
        with change_of(writer) as change:
            change.give_up(broken)
            rebuild_all(change)
            if change.removed or change.current:
                writer.commit(change, timezone=str(writer.state.timezone), at=at, command=command)
            return len(change.current)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a full check found: damage with the file's path, and files that no state names (harmless)."""

    files: int
    bytes: int
    damage: tuple[str, ...]
    orphans: tuple[str, ...]


def check(path: Path) -> CheckResult:
    """Hash every live file, count its rows, and let SQLite check the catalogue: silent damage is found here alone.

    Raises:
        WorkspaceMissing, WorkspaceNewer, WorkspaceDamaged (the catalogue cannot be read at all), DiskFailed
    """
    may_be_workspace(path)
    with reading(path):
        state = catalogue.read(path)
        if state is None:
            raise WorkspaceMissing(str(path))
        damage = [f"{path / CATALOGUE}: {text}" for text in catalogue.integrity(path)]
        files = {live.file.path: live.file for live in state.files}
        for file in files.values():
            try:
                facts.verify(path, [file], hash_all=True)
                rows = facts.read(path, BY_NAME[file.table], file).height
            except WorkspaceDamaged as error:
                damage.append(error.message)
            else:
                if rows != file.rows:
                    damage.append(f"{path / file.path}: has {rows} rows, {file.rows} were written")
        return CheckResult(
            len(files),
            sum(file.bytes for file in files.values()),
            tuple(damage),
            tuple(str(one) for one in orphans(path, state.known_paths)),
        )


def vacuum(path: Path, *, command: str, lock_timeout: float = 30) -> tuple[int, int]:
    """Delete files that only old states hold, and orphans; returns their number and bytes (0 beside a reader)."""
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout) as writer:
        return tidy(path, writer.connection)

"""Taking an import back, deriving everything anew, checking every byte, deleting what is old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import UnknownImport, WorkspaceDamaged, WorkspaceMissing
from clientlens.model.tables import BY_NAME, PEOPLE
from clientlens.workspace import catalogue, database, facts, kept
from clientlens.workspace.catalogue import Role
from clientlens.workspace.deriving import derive_clients, months_of, people_of
from clientlens.workspace.events import Event
from clientlens.workspace.folder import CATALOGUE, may_be_workspace, others_can_read
from clientlens.workspace.lock import reading
from clientlens.workspace.rebuilding import rebuild_all, rebuild_months
from clientlens.workspace.versions import DOCUMENTS
from clientlens.workspace.writing import Tidied, change_of, hold, orphans, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from clientlens.workspace.catalogue import ImportRecord, Live, State


def undo(
    path: Path,
    import_id: int | None,
    *,
    at: datetime,
    command: str,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> ImportRecord:
    """Take an import back (None: the latest that counts): the state as if it had never been made.

    Damage to the import's own files does not stand in the way: taking it back and making it again replaces them.

    Raises:
        UnknownImport: there is none with this id, or it was taken back already.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(
        path, timezone=None, command=command, lock_timeout=lock_timeout, verify=False, actor=actor
    ) as writer:
        counting = [record for record in writer.state.imports if record.removed is None]
        chosen = [record for record in counting if import_id in (None, record.import_id)]
        if not chosen:
            raise UnknownImport(import_id)
        gone = chosen[-1]
        own = _only_of(writer.state, gone.import_id)
        writer.moved = facts.verify(path, [f.file for f in writer.state.files if f.file.path not in own])
        broken = _broken(path, [f for f in writer.state.files if f.file.path in own])
        with change_of(writer) as change:
            change.give_up(one for one, _ in broken)
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


def _only_of(state: State, import_id: int) -> set[str]:
    """Files that nothing but this import needs once its months were derived again."""
    batches = state.live(Role.BATCH)
    own = {live.file.path for live in batches if live.import_id == import_id}
    return own - {live.file.path for live in batches if live.import_id != import_id}


def _broken(path: Path, live: Iterable[Live]) -> list[tuple[Live, WorkspaceDamaged]]:
    """Those that are not what was written, each with what is wrong."""
    found = []
    for one in live:
        try:
            facts.verify(path, [one.file], hash_all=True)
        except WorkspaceDamaged as error:
            found.append((one, error))
    return found


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did: current files written anew (`damaged` of them were damaged or missing), orphans deleted."""

    files: int
    damaged: tuple[str, ...]
    orphans: int
    bytes: int
    alone: bool


def rebuild(
    path: Path, *, at: datetime, command: str, actor: str | None = None, lock_timeout: float = 30
) -> Repaired:
    """Derive every current file anew from the batches, and delete orphans; nothing else is touched.

    Damaged or missing current files are thereby replaced. Where all were right no new state is made.

    Raises:
        WorkspaceDamaged: a batch file, the truth itself, is missing or changed.
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceReadOnly, DiskFailed
    """
    with hold(
        path, timezone=None, command=command, lock_timeout=lock_timeout, verify=False, actor=actor
    ) as writer:
        batches = writer.state.live(Role.BATCH)
        lost = {one.file.path: error for one, error in _broken(path, batches)}
        if lost:
            file, error = next(iter(lost.items()))
            raise WorkspaceDamaged(str(path / file), error.reason, others=len(lost) - 1, repairable=False)
        whole = {live.file.path for live in batches}
        current = [live for live in writer.state.live(Role.CURRENT) if live.file.path not in whole]
        broken = [one for one, _ in _broken(path, current)]
        damaged = tuple(str(path / one.file.path) for one in broken)
        tidied = tidy(path, writer.connection, orphans_alone=True)
        with change_of(writer) as change:
            change.give_up(broken)
            rebuild_all(change)
            files = len(change.current)
            done = Event("repair", {"files": files, "orphans": tidied.files})
            if change.removed or change.current:
                zone = str(writer.state.timezone)
                writer.commit(change, timezone=zone, at=at, command=command, also=[done])
            elif tidied.files:
                writer.record([done], at=at)
        return Repaired(files, damaged, tidied.files, tidied.bytes, tidied.alone)


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged file; `repairable`: it is derived, and what it is derived from is whole. letter: of a campaign."""

    file: str
    reason: str
    repairable: bool
    letter: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a full check found: damage, and files that no state names (harmless)."""

    files: int
    bytes: int
    timezone: str
    damage: tuple[Damage, ...]
    orphans: tuple[str, ...]
    readable_by_others: bool
    unerased: bool = False
    """Somebody was forgotten, and what told of them is not wholly erased yet."""


def check(path: Path) -> CheckResult:
    """Hash every live file and every letter, count rows, and check the catalogue: silent damage is found here alone.

    Raises:
        WorkspaceMissing, WorkspaceNewer, WorkspaceDamaged (the catalogue cannot be read at all), DiskFailed
    """
    may_be_workspace(path)
    with reading(path):
        state = catalogue.read(path)
        if state is None:
            raise WorkspaceMissing(str(path))
        damage = [Damage(str(path / CATALOGUE), text, repairable=False) for text in catalogue.integrity(path)]
        files = {live.file.path: live.file for live in state.files}
        truth = {live.file.path for live in state.live(Role.BATCH)}
        wrong = []
        for file in files.values():
            try:
                facts.verify(path, [file], hash_all=True)
                rows = facts.read(path, BY_NAME[file.table], file).height
            except WorkspaceDamaged as error:
                wrong.append((file.path, error.reason))
            else:
                if rows != file.rows:
                    wrong.append((file.path, f"has {rows} rows, {file.rows} were written"))
        whole = not damage and not truth.intersection(name for name, _ in wrong)
        damage += [Damage(str(path / name), reason, whole and name not in truth) for name, reason in wrong]
        letters = database.ask(path, lambda connection, _: kept.kept_files(connection)) or []
        faults = [(one.path, kept.fault_of(path, one)) for one in letters]
        damage += [Damage(str(path / name), told, False, letter=True) for name, told in faults if told]
        names = [one.path for one in letters]
        return CheckResult(
            len(files) + len(letters),
            sum(file.bytes for file in files.values()) + sum(one.bytes for one in letters),
            str(state.timezone),
            tuple(damage),
            tuple(str(one) for one in (*orphans(path, state.known_paths), *kept.strays(path, names))),
            others_can_read(path, [CATALOGUE, *files, *names]),
            state.unerased,
        )


def vacuum(
    path: Path, *, at: datetime, command: str, actor: str | None = None, lock_timeout: float = 30
) -> Tidied:
    """Delete files that only old states hold, and orphans; nothing while somebody reads.

    Raises:
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(path, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        done = tidy(path, writer.connection)
        if done.files:
            writer.record([Event("vacuum", {"files": done.files, "bytes": done.bytes})], at=at)
        return done

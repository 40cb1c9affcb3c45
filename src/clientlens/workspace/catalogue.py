"""The catalogue: one SQLite file that says which stored files are live, and how they came to be.

What it does not name does not exist: files are written first and named here afterwards, in one transaction.
Times are ISO 8601 text in UTC. A snapshot is one committed state; a file lives from its `added` snapshot until
before its `removed` one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from clientlens.model.batch import FileReport
from clientlens.model.identity import NO_CORRECTIONS, Corrections
from clientlens.model.tables import BY_NAME
from clientlens.workspace import database
from clientlens.workspace.corrections import stored_corrections
from clientlens.workspace.folder import CATALOGUE
from clientlens.workspace.migrations import FORMAT
from clientlens.workspace.seals import broken

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Role(StrEnum):
    """A batch is what an import brought (the truth); a current file is derived from batches, and what is read."""

    BATCH = "batch"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Stored:
    """A Parquet file: `path` relative to the workspace, `month` as YYYY-MM (None: the table is not cut by month)."""

    path: str
    table: str
    month: str | None
    rows: int
    bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Live:
    """One part that a stored file plays in the present state."""

    file_id: int
    role: Role
    import_id: int | None
    file: Stored


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One input file of an import; `options` is how it was asked to be read."""

    report: FileReport
    options: str


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import of the past; `removed` is the snapshot that took it back, None while it counts.

    orders_gathered: versions of orders in its batches that another system gathered from a shop.
    """

    import_id: int
    at: datetime
    command: str
    files: tuple[ImportedFile, ...]
    orders_added: int
    orders_updated: int
    orders_unchanged: int
    rows_stored: int
    rows_set_aside: int
    added: int
    removed: int | None
    orders_gathered: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One committed state of a workspace, whole in memory; snapshot 0 is the empty state before the first commit."""

    format: int
    snapshot: int
    timezone: str | None
    files: tuple[Live, ...]
    imports: tuple[ImportRecord, ...]
    known_paths: frozenset[str]
    """Of live and of replaced files; any other file in the folder is an orphan."""
    entries: int = 0
    """Number of the ledger's last entry."""
    corrections: Corrections = NO_CORRECTIONS
    """What people said, up to that entry, about who is one client."""
    unerased: bool = False
    """Clients were forgotten, and what told of them is not wholly erased yet."""

    @property
    def gathered(self) -> bool:
        """Whether a batch that counts holds orders that another system gathered from a shop."""
        return any(record.orders_gathered for record in self.imports if record.removed is None)

    def live(self, role: Role, table: str | None = None) -> list[Live]:
        """The live files of a role (and table), by table, month and id."""
        found = [f for f in self.files if f.role == role and table in (None, f.file.table)]
        return sorted(found, key=lambda f: (f.file.table, f.file.month or "", f.file_id))


EMPTY = State(FORMAT, 0, None, (), (), frozenset())


def read(folder: Path) -> State | None:
    """The last committed state; None where nothing was ever committed. Waits for no writer.

    Raises:
        WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    return database.ask(folder, _state)


def state_of(connection: sqlite3.Connection, folder: Path) -> State:
    """The state as the writer finds it; `EMPTY` before the first commit."""
    found = database.stored_format(connection, folder / CATALOGUE)
    if found == 0:
        return EMPTY
    with database.at_newest(connection, found) as newest:
        return _state(newest, found)


def _state(connection: sqlite3.Connection, found: int) -> State:
    """Raises KeyError or ValueError where a value is none that we write."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    snapshot = connection.execute("SELECT coalesce(max(snapshot_id), 0) FROM snapshot").fetchone()[0]
    entries = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    live = connection.execute(
        "SELECT file_id, role, import_id, path, tbl, month, rows, bytes, mtime_ns, sha256 FROM file "
        "WHERE removed IS NULL ORDER BY file_id"
    )
    files = tuple(Live(row[0], Role(row[1]), row[2], Stored(*row[3:])) for row in live)
    for one in files:
        BY_NAME[one.file.table]
    paths = frozenset(row[0] for row in connection.execute("SELECT DISTINCT path FROM file"))
    corrections = stored_corrections(connection, entries)
    imports, unerased = _imports(connection), "forgetting" in meta
    return State(found, snapshot, meta["timezone"], files, imports, paths, entries, corrections, unerased)


def _imports(connection: sqlite3.Connection) -> tuple[ImportRecord, ...]:
    files: dict[int, list[ImportedFile]] = {}
    for row in connection.execute(
        "SELECT import_id, file, source, store, rows, bytes, sha256, options FROM import_file "
        "ORDER BY import_id, position"
    ):
        files.setdefault(row[0], []).append(ImportedFile(FileReport(*row[1:7]), row[7]))
    records = connection.execute(
        "SELECT import_id, at, command, orders_added, orders_updated, orders_unchanged, rows_stored, "
        "rows_set_aside, added, removed, orders_gathered FROM import ORDER BY import_id"
    )
    return tuple(
        ImportRecord(row[0], datetime.fromisoformat(row[1]), row[2], tuple(files.get(row[0], ())), *row[3:])
        for row in records
    )


def integrity(folder: Path) -> list[str]:
    """What is wrong inside the catalogue: by SQLite's own check of its structure, then by the hashes of its values."""

    def look(connection: sqlite3.Connection, found: int) -> list[str]:
        wrong = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"broken reference in {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
        # Format 1 has no hashes of its values.
        return wrong or (broken(connection) if found > 1 else [])

    return database.ask(folder, look, as_it_is=True) or []


# --- writing ---------------------------------------------------------------------------------------------


@contextmanager
def commit(
    connection: sqlite3.Connection, state: State, *, timezone: str, at: datetime, command: str
) -> Iterator[int]:
    """One transaction that makes the snapshot after `state`; yields its number. All of it is kept or none."""
    with database.transaction(connection):
        if state.timezone is None:
            connection.execute("INSERT INTO meta VALUES ('timezone', ?)", (timezone,))
        snapshot = state.snapshot + 1
        connection.execute("INSERT INTO snapshot VALUES (?, ?, ?)", (snapshot, _text(at), command))
        yield snapshot


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def add_import(connection: sqlite3.Connection, record: ImportRecord) -> None:
    """Name an import and its input files."""
    connection.execute(
        "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        (
            record.import_id,
            _text(record.at),
            record.command,
            record.orders_added,
            record.orders_updated,
            record.orders_unchanged,
            record.rows_stored,
            record.rows_set_aside,
            record.added,
            record.orders_gathered,
        ),
    )
    connection.executemany(
        "INSERT INTO import_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                record.import_id,
                position,
                one.report.file,
                one.report.source,
                one.report.store,
                one.options,
                one.report.rows,
                one.report.bytes,
                one.report.sha256,
            )
            for position, one in enumerate(record.files)
        ],
    )


def remove_import(connection: sqlite3.Connection, import_id: int, snapshot: int) -> None:
    """Take an import back: its batch files are no longer live; its record stays."""
    connection.execute("UPDATE import SET removed = ? WHERE import_id = ?", (snapshot, import_id))
    connection.execute(
        "UPDATE file SET removed = ? WHERE import_id = ? AND removed IS NULL", (snapshot, import_id)
    )


def add_file(
    connection: sqlite3.Connection, file: Stored, role: Role, import_id: int | None, snapshot: int
) -> None:
    """Name a stored file, which must be whole on the disk by now."""
    connection.execute(
        "INSERT INTO file (path, tbl, role, month, rows, bytes, mtime_ns, sha256, import_id, added) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.path,
            file.table,
            role.value,
            file.month,
            file.rows,
            file.bytes,
            file.mtime_ns,
            file.sha256,
            import_id,
            snapshot,
        ),
    )


def remove_files(connection: sqlite3.Connection, file_ids: Iterable[int], snapshot: int) -> None:
    """The files stop being live at `snapshot`; they stay on the disk for readers of older states."""
    connection.executemany(
        "UPDATE file SET removed = ? WHERE file_id = ?", [(snapshot, file_id) for file_id in file_ids]
    )


def drop_files(connection: sqlite3.Connection, file_ids: Iterable[int]) -> None:
    """Take files out of every state, older ones included, and with them all that only older states hold."""
    connection.executemany("DELETE FROM file WHERE file_id = ?", [(file_id,) for file_id in file_ids])
    connection.execute("DELETE FROM file WHERE removed IS NOT NULL")


def replace_file(connection: sqlite3.Connection, file_id: int, file: Stored) -> None:
    """Let another stored file play the part of one, from when that one began to."""
    connection.execute(
        "UPDATE file SET path = ?, rows = ?, bytes = ?, mtime_ns = ?, sha256 = ? WHERE file_id = ?",
        (file.path, file.rows, file.bytes, file.mtime_ns, file.sha256, file_id),
    )


def refresh_mtimes(connection: sqlite3.Connection, mtimes: dict[str, int]) -> None:
    """Remember the times of files whose content was found right though their time was not (a copied workspace)."""
    connection.executemany(
        "UPDATE file SET mtime_ns = ? WHERE path = ? AND removed IS NULL",
        [(mtime, path) for path, mtime in mtimes.items()],
    )


def forget_replaced(connection: sqlite3.Connection, before: int) -> None:
    """Drop the names of files that no state from `before` on holds; what no name is left for can be deleted."""
    old = "FROM file WHERE removed IS NOT NULL AND removed <= ?"
    if connection.execute(f"SELECT 1 {old}", (before,)).fetchone() is not None:
        with database.transaction(connection):
            connection.execute(f"DELETE {old}", (before,))

"""The catalogue: one SQLite file that says which stored files are live, and how they came to be.

What it does not name does not exist: files are written first and named here afterwards, in one transaction.
Times are ISO 8601 text in UTC. A snapshot is one committed state; a file lives from its `added` snapshot until
before its `removed` one.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from clientlens.errors import (
    ClientlensError,
    DiskFailed,
    WorkspaceDamaged,
    WorkspaceLocked,
    WorkspaceNewer,
    WorkspaceReadOnly,
)
from clientlens.model.batch import FileReport
from clientlens.workspace.folder import CATALOGUE, disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = 1
"""Version of the workspace's layout, kept as PRAGMA user_version; 0 means: not committed to yet."""

_APPLICATION = 0x636C6E73  # "clns", so that another program's database is never taken for ours
_BUSY_SECONDS = 10.0
_READ_ATTEMPTS = 20
_CANNOT_WRITE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

_TABLES = (
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
    """One import of the past; `removed` is the snapshot that took it back, None while it counts."""

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

    def live(self, role: Role, table: str | None = None) -> list[Live]:
        """The live files of a role (and table), by table, month and id."""
        found = [f for f in self.files if f.role == role and table in (None, f.file.table)]
        return sorted(found, key=lambda f: (f.file.table, f.file.month or "", f.file_id))


EMPTY = State(FORMAT, 0, None, (), (), frozenset())


@contextmanager
def sqlite_errors(catalogue: Path) -> Iterator[None]:
    """Turn SQLite's failures into the errors a person can act on; each names the catalogue.

    Raises:
        WorkspaceDamaged, WorkspaceReadOnly, WorkspaceLocked, DiskFailed
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(catalogue, error) from error


def _translated(catalogue: Path, error: sqlite3.Error) -> ClientlensError:
    code = _primary(error)
    if code in (*_CANNOT_WRITE, sqlite3.SQLITE_PERM):
        return WorkspaceReadOnly(str(catalogue))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return WorkspaceLocked("another program that has its catalogue open", _BUSY_SECONDS)
    if code == sqlite3.SQLITE_FULL:
        return DiskFailed(str(catalogue), "no space left on the disk")
    if code == sqlite3.SQLITE_IOERR and error.sqlite_errorcode != sqlite3.SQLITE_IOERR_SHORT_READ:
        return DiskFailed(str(catalogue), "input/output error")
    reason = "not a catalogue" if code == sqlite3.SQLITE_NOTADB else "the catalogue is damaged"
    return WorkspaceDamaged(str(catalogue), reason)


def _primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code; errors that Python itself raises carry none."""
    return (getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR) & 0xFF


def _connect(catalogue: Path, query: str) -> sqlite3.Connection:
    uri = f"{catalogue.absolute().as_uri()}?{query}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema = off")
        connection.execute("PRAGMA foreign_keys = on")
        connection.execute("PRAGMA cell_size_check = on")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


# --- reading ---------------------------------------------------------------------------------------------


def read(folder: Path) -> State | None:
    """The last committed state; None where nothing was ever committed. Waits for no writer.

    Raises:
        WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    catalogue = folder / CATALOGUE
    with disk_errors(catalogue), sqlite_errors(catalogue):
        try:
            return _read_once(catalogue, "mode=ro")
        except sqlite3.OperationalError as error:
            if _primary(error) not in _CANNOT_WRITE:
                raise
        return _read_unwritable(catalogue)


def _read_unwritable(catalogue: Path) -> State | None:
    """Read in a folder where SQLite cannot make the small files it needs beside a write-ahead log.

    Without its log a catalogue answers an older state, so a log that holds anything ends this; so does a change
    under our eyes, which SQLite does not look for in this mode.
    """
    log = catalogue.with_name(catalogue.name + "-wal")
    for _ in range(_READ_ATTEMPTS):
        before = catalogue.stat()
        state = _read_once(catalogue, "mode=ro&immutable=1")
        after = catalogue.stat()
        if log.exists() and log.stat().st_size:
            break
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return state
    raise WorkspaceReadOnly(str(catalogue.parent))


def _read_once(catalogue: Path, query: str) -> State | None:
    connection = _connect(catalogue, query)
    try:
        connection.execute("PRAGMA query_only = on")
        connection.execute("BEGIN")
        return _state(connection, catalogue)
    finally:
        connection.close()


def _state(connection: sqlite3.Connection, catalogue: Path) -> State | None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if found == 0 and application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        return None
    if application != _APPLICATION:
        raise WorkspaceDamaged(str(catalogue), "a database, but not a catalogue of clientlens")
    if found > FORMAT:
        raise WorkspaceNewer(found, FORMAT)
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    snapshot = connection.execute("SELECT coalesce(max(snapshot_id), 0) FROM snapshot").fetchone()[0]
    live = connection.execute(
        "SELECT file_id, role, import_id, path, tbl, month, rows, bytes, mtime_ns, sha256 FROM file "
        "WHERE removed IS NULL ORDER BY file_id"
    )
    files = tuple(Live(row[0], Role(row[1]), row[2], Stored(*row[3:])) for row in live)
    paths = frozenset(row[0] for row in connection.execute("SELECT DISTINCT path FROM file"))
    if "timezone" not in meta:
        raise WorkspaceDamaged(str(catalogue), "the catalogue has lost its time zone")
    return State(found, snapshot, meta["timezone"], files, _imports(connection), paths)


def _imports(connection: sqlite3.Connection) -> tuple[ImportRecord, ...]:
    files: dict[int, list[ImportedFile]] = {}
    for row in connection.execute(
        "SELECT import_id, file, source, store, rows, bytes, sha256, options FROM import_file "
        "ORDER BY import_id, position"
    ):
        files.setdefault(row[0], []).append(ImportedFile(FileReport(*row[1:7]), row[7]))
    records = connection.execute(
        "SELECT import_id, at, command, orders_added, orders_updated, orders_unchanged, rows_stored, "
        "rows_set_aside, added, removed FROM import ORDER BY import_id"
    )
    return tuple(
        ImportRecord(row[0], datetime.fromisoformat(row[1]), row[2], tuple(files.get(row[0], ())), *row[3:])
        for row in records
    )


def integrity(folder: Path) -> list[str]:
    """What SQLite's own check finds wrong in the catalogue; nothing when it is sound."""
    catalogue = folder / CATALOGUE
    with disk_errors(catalogue), sqlite_errors(catalogue):
        try:
            return _integrity(catalogue, "mode=ro")
        except sqlite3.OperationalError as error:
            if _primary(error) not in _CANNOT_WRITE:
                raise
        return _integrity(catalogue, "mode=ro&immutable=1")


def _integrity(catalogue: Path, query: str) -> list[str]:
    connection = _connect(catalogue, query)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        found += [f"broken reference in {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
    finally:
        connection.close()
    return [text for text in found if text != "ok"]


# --- writing ---------------------------------------------------------------------------------------------


@contextmanager
def connect_for_writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose commits are on the disk when they return; for the holder of the writer's lock alone.

    Raises:
        WorkspaceDamaged, WorkspaceReadOnly, WorkspaceLocked, DiskFailed
    """
    catalogue = folder / CATALOGUE
    with disk_errors(catalogue), sqlite_errors(catalogue):
        connection = _connect(catalogue, "mode=rw")
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = on")
            if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                raise WorkspaceDamaged(str(catalogue), "this disk cannot hold a write-ahead log")
            yield connection
        finally:
            connection.close()


def state_of(connection: sqlite3.Connection, folder: Path) -> State:
    """The state as the writer finds it; `EMPTY` before the first commit."""
    return _state(connection, folder / CATALOGUE) or EMPTY


@contextmanager
def commit(
    connection: sqlite3.Connection, state: State, *, timezone: str, at: datetime, command: str
) -> Iterator[int]:
    """One transaction that makes the snapshot after `state`; yields its number. All of it is kept or none.

    The first one of a workspace also makes the tables, so that a workspace exists once something stands in it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if state.timezone is None:
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute("INSERT INTO meta VALUES ('timezone', ?)", (timezone,))
        snapshot = state.snapshot + 1
        connection.execute("INSERT INTO snapshot VALUES (?, ?, ?)", (snapshot, _text(at), command))
        yield snapshot
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def add_import(connection: sqlite3.Connection, record: ImportRecord) -> None:
    """Name an import and its input files."""
    connection.execute(
        "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
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


def refresh_mtimes(connection: sqlite3.Connection, mtimes: dict[str, int]) -> None:
    """Remember the times of files whose content was found right though their time was not (a copied workspace)."""
    connection.executemany(
        "UPDATE file SET mtime_ns = ? WHERE path = ? AND removed IS NULL",
        [(mtime, path) for path, mtime in mtimes.items()],
    )


def forget_replaced(connection: sqlite3.Connection, before: int) -> None:
    """Drop the names of files that no state from `before` on holds; what no name is left for can be deleted."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM file WHERE removed IS NOT NULL AND removed <= ?", (before,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

"""The catalogue's SQLite file: opening it, its failures in our words, one transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, TypeVar

from clientlens.errors import (
    ClientlensError,
    DiskFailed,
    WorkspaceDamaged,
    WorkspaceLocked,
    WorkspaceNewer,
    WorkspaceReadOnly,
)
from clientlens.workspace.folder import CATALOGUE, disk_errors
from clientlens.workspace.migrations import FORMAT, bring_up
from clientlens.workspace.seals import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

_APPLICATION = 0x636C6E73  # "clns", so that another program's database is never taken for ours
_BUSY_SECONDS = 10.0
_READ_ATTEMPTS = 20
_CANNOT_WRITE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


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


def ask(
    folder: Path, question: Callable[[sqlite3.Connection, int], T], *, as_it_is: bool = False
) -> T | None:
    """What `question(connection, format)` finds in one committed state; None where nothing was committed.

    It meets the tables of the newest format whatever the stored one is (`as_it_is`: the stored ones). Waits for no
    writer and writes nothing.

    Raises:
        WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    catalogue = folder / CATALOGUE
    with disk_errors(catalogue), sqlite_errors(catalogue):
        try:
            try:
                return _ask_once(catalogue, "mode=ro", question, as_it_is=as_it_is)
            except sqlite3.OperationalError as error:
                if _primary(error) not in _CANNOT_WRITE:
                    raise
            return _ask_unwritable(catalogue, question, as_it_is=as_it_is)
        except (ValueError, TypeError, KeyError) as error:
            # A value that no version of ours has written.
            raise WorkspaceDamaged(str(catalogue), "the catalogue is damaged") from error


def _ask_unwritable(
    catalogue: Path, question: Callable[[sqlite3.Connection, int], T], *, as_it_is: bool
) -> T | None:
    """Read in a folder where SQLite cannot make the small files it needs beside a write-ahead log.

    Without its log a catalogue answers an older state, so a log that holds anything ends this; so does a change
    under our eyes, which SQLite does not look for in this mode.
    """
    log = catalogue.with_name(catalogue.name + "-wal")
    for _ in range(_READ_ATTEMPTS):
        before = catalogue.stat()
        found = _ask_once(catalogue, "mode=ro&immutable=1", question, as_it_is=as_it_is)
        after = catalogue.stat()
        if log.exists() and log.stat().st_size:
            break
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return found
    raise WorkspaceReadOnly(str(catalogue.parent))


def _ask_once(
    catalogue: Path, query: str, question: Callable[[sqlite3.Connection, int], T], *, as_it_is: bool
) -> T | None:
    with closing(_connect(catalogue, query)) as connection:
        connection.execute("PRAGMA query_only = on")
        connection.execute("BEGIN")
        found = stored_format(connection, catalogue)
        if found == 0:
            return None
        if as_it_is:
            return question(connection, found)
        with at_newest(connection, found) as newest:
            return question(newest, found)


@contextmanager
def at_newest(connection: sqlite3.Connection, found: int) -> Iterator[sqlite3.Connection]:
    """The connection, or of an older format a copy in memory that has taken every step to the newest one."""
    if found == FORMAT:
        yield connection
        return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        connection.backup(copy)
        bring_up(copy, found)
        yield copy


def stored_format(connection: sqlite3.Connection, catalogue: Path) -> int:
    """The format of a catalogue; 0 before the first commit.

    Raises:
        WorkspaceNewer: it comes from a later version. WorkspaceDamaged: it is not ours.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if found == 0 and application == 0 and not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
        return 0
    if application != _APPLICATION or found < 1:
        raise WorkspaceDamaged(str(catalogue), "a database, but not a catalogue of clientlens")
    if found > FORMAT:
        raise WorkspaceNewer(found, FORMAT, str(catalogue))
    return found


@contextmanager
def connect_for_writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose commits are on the disk when they return; for the holder of the writer's lock alone.

    Raises:
        WorkspaceDamaged, WorkspaceReadOnly, WorkspaceLocked, DiskFailed
    """
    catalogue = folder / CATALOGUE
    with (
        disk_errors(catalogue),
        sqlite_errors(catalogue),
        closing(_connect(catalogue, "mode=rw")) as connection,
    ):
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = on")
        connection.execute("PRAGMA secure_delete = on")  # what is deleted is overwritten: see forgetting
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise WorkspaceDamaged(str(catalogue), "this disk cannot hold a write-ahead log")
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it is kept or none. An older catalogue comes to the newest format in it.

    The first one of a workspace also makes the tables, so that a workspace exists once something stands in it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found < FORMAT:
            bring_up(connection, found)
        yield
        seal(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

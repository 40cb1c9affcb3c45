"""What is left to do when clients were forgotten: taking from the disk what nothing names any more.

What is to be erased stands in the catalogue from the transaction that forgets until it is done, as names of files (ids,
which say nothing about anybody). Each step can be done again, so a run that is killed is ended by the next writer.
"""

from __future__ import annotations

import email
import email.policy
import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.entries import Event
from clientlens.model.fingerprints import ERASED, FORGOTTEN, SECRET, Fingerprints, key_text
from clientlens.workspace import catalogue, database, events
from clientlens.workspace.folder import CAMPAIGNS, CATALOGUE, FACTS, OUTBOX, disk_errors, sync_folder
from clientlens.workspace.lock import alone

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection
    from pathlib import Path

_MARK = "forgetting"
_ALL = 1 << 62


@dataclass(frozen=True, slots=True)
class Rest:
    """What is still to be erased. drafts: ids of messages. letters: paths. campaigns: whose merged files are to go."""

    at: str
    actor: str | None
    drafts: list[str]
    letters: list[str]
    campaigns: list[str]


@dataclass(frozen=True, slots=True)
class Addressed:
    """Tells whether a draft is to somebody who was forgotten, by the fingerprint of its address."""

    secret: str | None
    fingerprints: frozenset[str]

    def has(self, address: str) -> bool:
        if self.secret is None:
            return False
        key = pl.DataFrame({"key": [f"e:{address}"]}).select(key_text(pl.col("key")))["text"]
        return Fingerprints(self.secret).of_all(key)[0] in self.fingerprints


def put_off(connection: sqlite3.Connection, rest: Rest) -> None:
    """Write down what is to be erased, inside the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_MARK, json.dumps(asdict(rest))))


def pending(connection: sqlite3.Connection) -> Rest | None:
    """What is still to be erased; None: nothing."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_MARK,)).fetchone()
    return None if row is None else Rest(**json.loads(row[0]))


def finish(folder: Path, connection: sqlite3.Connection, *, timeout: float) -> bool:
    """Erase what is left, with nobody reading meanwhile; False: somebody is, after `timeout` seconds still.

    Raises:
        WorkspaceReadOnly, DiskFailed: it stays to be done.
    """
    rest = pending(connection)
    if rest is None:
        return True
    with alone(folder, timeout) as nobody:
        if not nobody:
            return False
        erase_facts(folder, catalogue.state_of(connection, folder).known_paths)
        erase_drafts(folder, rest.drafts, _addressed(connection))
        erase_letters(folder, rest.letters)
        erase_bundles(folder, rest.campaigns)
        if not rewrite_catalogue(folder, connection):
            return False
        with database.transaction(connection):
            connection.execute("DELETE FROM meta WHERE key = ?", (_MARK,))
            snapshot = connection.execute("SELECT max(snapshot_id) FROM snapshot").fetchone()[0]
            at = datetime.fromisoformat(rest.at)
            events.insert(connection, Event(ERASED), at=at, actor=rest.actor, snapshot=snapshot)
    return True


def erase_facts(folder: Path, known: Collection[str]) -> None:
    """Delete files of facts that no state names."""
    _delete(folder, [p for p in _files(folder, f"{FACTS}/*") if p not in known])


def erase_drafts(folder: Path, ids: Collection[str], addressed: Addressed) -> None:
    """Delete drafts to them."""
    _delete(folder, [path.relative_to(folder).as_posix() for path in drafts_to(folder, ids, addressed)])


def drafts_to(folder: Path, ids: Collection[str], addressed: Addressed) -> list[Path]:
    """Drafts with these ids, others (offers) to their addresses, and halves of files."""
    found = []
    with disk_errors(folder / OUTBOX):
        for name in _files(folder, f"{OUTBOX}/*"):
            path = folder / name
            if path.stem in ids or path.suffix == ".tmp" or _is_to(path, addressed):
                found.append(path)
    return found


def _is_to(path: Path, addressed: Addressed) -> bool:
    if path.suffix != ".eml":
        return False
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    header = mail["To"]
    return any(addressed.has(one.addr_spec) for one in getattr(header, "addresses", ()))


def _addressed(connection: sqlite3.Connection) -> Addressed:
    known = events.select(connection, upto=_ALL, kinds=(SECRET, FORGOTTEN))
    secret = next((one.body["secret"] for one in known if one.kind == SECRET), None)
    prints = (set(one.body["strong"]) for one in known if one.kind == FORGOTTEN)
    return Addressed(secret, frozenset().union(*prints))


def erase_letters(folder: Path, paths: Collection[str]) -> None:
    """Delete the PDFs of their letters."""
    _delete(folder, paths)


def erase_bundles(folder: Path, campaigns: Collection[str]) -> None:
    """Delete what was made of all letters of a campaign's runs: they can be made anew from the letters that are left."""
    for campaign in campaigns:
        with disk_errors(folder / CAMPAIGNS):
            for run in sorted((folder / CAMPAIGNS / campaign).glob("*/")):
                shutil.rmtree(run, ignore_errors=False)
                sync_folder(run.parent)


def rewrite_catalogue(folder: Path, connection: sqlite3.Connection) -> bool:
    """Write the catalogue's file anew from what stands in it, and empty its log; False: somebody has it open."""
    with database.sqlite_errors(folder / CATALOGUE):
        connection.execute("PRAGMA temp_store = MEMORY")
        if not _emptied(connection):
            return False
        connection.execute("VACUUM")
        return _emptied(connection)


def _emptied(connection: sqlite3.Connection) -> bool:
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _files(folder: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())


def _delete(folder: Path, paths: Collection[str]) -> None:
    """Delete files, and put that on the disk."""
    above = set()
    for name in paths:
        path = folder / name
        with disk_errors(path), suppress(FileNotFoundError):
            path.unlink()
            above.add(path.parent)
    for one in sorted(above):
        with disk_errors(one):
            sync_folder(one)

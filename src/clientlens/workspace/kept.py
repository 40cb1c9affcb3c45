"""Files beside the facts that entries of the ledger name with their SHA-256: the PDFs of letters, as they were sent.

They are the truth and derived from nothing, so one that is missing or changed is damage that nothing here repairs.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.workspace.folder import CAMPAIGNS, disk_errors, sha256_of, sync_folder, write_private

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

NAMING = ("letter_rendered", "letter_reprinted")
"""Kinds of entries whose body names a file: `pdf` (its path in the workspace; null: deleted on purpose), `sha256`, `bytes`,
and `instead_of`: another that was found damaged then, and is not asked for any more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was written."""

    path: str
    sha256: str
    bytes: int


def kept_files(connection: sqlite3.Connection) -> list[Kept]:
    """Every file that the ledger names, by path."""
    rows = connection.execute(
        "SELECT body FROM event WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (json.dumps(NAMING),),
    )
    bodies = [json.loads(body) for (body,) in rows]
    found = {body["pdf"]: Kept(body["pdf"], body["sha256"], body["bytes"]) for body in bodies if body["pdf"]}
    for body in bodies:
        found.pop(body.get("instead_of"), None)
    return [found[path] for path in sorted(found)]


def fault_of(folder: Path, file: Kept, *, hash_it: bool = True) -> str | None:
    """What is wrong with a file; None: it is what was written. Without `hash_it` its size alone is looked at.

    Raises:
        WorkspaceReadOnly, DiskFailed
    """
    path = folder / file.path
    with disk_errors(path):
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return "is missing"
        if not stat.S_ISREG(found.st_mode):
            return "is not a regular file"
        if found.st_size != file.bytes:
            return f"has {found.st_size:,} bytes, {file.bytes:,} were written"
        if hash_it and sha256_of(path) != file.sha256:
            return "its content has changed"
    return None


def strays(folder: Path, known: Iterable[str]) -> list[Path]:
    """Letters that no entry names, and halves of files: left by a run that was killed before it recorded them."""
    named = frozenset(known)
    found = []
    with disk_errors(folder / CAMPAIGNS):
        for path in sorted((folder / CAMPAIGNS).glob("*/*")):
            ours = path.suffix == ".pdf" or (path.name[:1] == "." and path.suffix == ".tmp")
            if ours and path.relative_to(folder).as_posix() not in named:
                found.append(path)
    return found


def make_folder(folder: Path, path: str) -> Path:
    """A folder inside the workspace, with those above it: private, and its name on the disk.

    Raises:
        WorkspaceReadOnly, DiskFailed
    """
    made = folder
    for part in path.split("/"):
        above, made = made, made / part
        with disk_errors(made):
            if not made.is_dir():
                with suppress(FileExistsError):
                    made.mkdir(mode=0o700)
                made.chmod(0o700)
                sync_folder(above)
    return made


def put(folder: Path, path: str, data: bytes) -> None:
    """Write a file (0600) under its path in the workspace, whole or not at all; the caller syncs its folder.

    Raises:
        WorkspaceReadOnly, DiskFailed
    """
    with disk_errors(folder / path):
        write_private(folder / path, data)

"""The folder of a workspace: private modes, durable writes, and what may stand in it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from clientlens.errors import DiskFailed, NotAWorkspace, WorkspaceDamaged, WorkspaceMissing, WorkspaceReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CATALOGUE = "catalogue.sqlite"
FACTS = "facts"
OUTBOX = "outbox"
CAMPAIGNS = "campaigns"
"""One folder in it for each campaign, with a PDF for each letter."""
WRITE_LOCK = "write.lock"
READ_LOCK = "read.lock"
IGNORE = ".gitignore"

SETTINGS = "clientlens.toml"
"""A user may put it there before the first import."""
_OURS = frozenset(
    {
        IGNORE,
        SETTINGS,
        f".{IGNORE}.tmp",
        WRITE_LOCK,
        READ_LOCK,
        FACTS,
        CATALOGUE,
        *(CATALOGUE + end for end in ("-wal", "-shm", "-journal")),
    }
)
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_CHUNK = 1 << 20


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn what the operating system refuses into the errors a person can act on.

    Raises:
        WorkspaceReadOnly: not permitted, or a read-only disk.
        DiskFailed: everything else: no space, an input/output error.
    """
    try:
        yield
    except OSError as error:
        place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(where)
        if error.errno in _FORBIDDEN:
            raise WorkspaceReadOnly(place) from error
        raise DiskFailed(place, os.strerror(error.errno) if error.errno else str(error)) from error


def sync(descriptor: int) -> None:
    """Force what was written to the disk itself; macOS's fsync stops at the drive's own cache."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, full)


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, data: bytes) -> os.stat_result:
    """Write a new file (mode 0600 under any umask) so that it stands whole or not at all; the caller syncs the folder.

    Raises:
        OSError: as the disk gives it; nothing is left under `path` then.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with suppress(FileNotFoundError):
        temporary.unlink()  # left behind by a run that was killed; only the holder of the lock gets here
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        try:
            os.fchmod(descriptor, 0o600)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest[: 1 << 26]) :]
            sync(descriptor)
            written = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        temporary.rename(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return written


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def holds_facts(folder: Path) -> bool:
    """Whether any stored file lies in the folder."""
    try:
        return any(path.suffix == ".parquet" for path in (folder / FACTS).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def may_be_workspace(folder: Path) -> None:
    """See that a folder can be read as a workspace at all.

    Raises:
        WorkspaceMissing: nothing is there, or nothing of ours.
        WorkspaceDamaged: stored files, but no catalogue that says what they are.
        WorkspaceReadOnly, DiskFailed: it cannot be looked at.
    """
    catalogue = folder / CATALOGUE
    with disk_errors(folder):
        try:
            size = catalogue.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            size = None
    if size:
        return
    if holds_facts(folder):
        reason = "is missing" if size is None else "is empty"
        raise WorkspaceDamaged(str(catalogue), f"{reason}, though stored files lie beside it")
    raise WorkspaceMissing(str(folder))


def prepare(folder: Path, *, make: bool = True) -> None:
    """Make the folder itself, or see that an existing one is a workspace, our own half-made one, or empty.

    With `make` off it is only looked at.

    Raises:
        NotAWorkspace: a file, or a folder that holds anything else.
        WorkspaceReadOnly, DiskFailed: it cannot be made.
    """
    with disk_errors(folder):
        try:
            names = {path.name for path in folder.iterdir()}
        except NotADirectoryError:
            raise NotAWorkspace(str(folder), "a file") from None
        except FileNotFoundError:
            if not make:
                return
            missing = [folder, *(parent for parent in folder.parents if not parent.exists())]
            folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            folder.chmod(0o700)
            for made in missing:
                sync_folder(made.parent)
            return
        if CATALOGUE in names:
            return
        if not names <= _OURS:
            raise NotAWorkspace(str(folder), "a folder with other files in it")
        if make and not names:
            folder.chmod(0o700)


def furnish(folder: Path) -> None:
    """Complete the fixed contents of a new folder; call it under the writer's lock.

    The catalogue's name is on the disk before the first stored file, so that stored files without a catalogue always
    mean that the catalogue was lost.
    """
    if not (folder / IGNORE).exists():
        write_private(folder / IGNORE, b"*\n")
    facts = folder / FACTS
    if not facts.is_dir():
        facts.mkdir(mode=0o700)
        facts.chmod(0o700)
    # The catalogue is made here rather than by SQLite, which would use the umask's mode; -wal and -shm copy this one.
    for name in (READ_LOCK, CATALOGUE):
        if not (folder / name).exists():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(folder / name, flags, 0o600)
            try:
                os.fchmod(descriptor, 0o600)
            finally:
                os.close(descriptor)
    sync_folder(folder)
    with suppress(PermissionError):  # a folder above that may be entered but not listed cannot be synced
        sync_folder(folder.parent)


def others_can_read(folder: Path, names: list[str]) -> bool:
    """Whether group or others may enter the folder and open it or one of the named files in it."""
    if not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return False
    for name in (".", *names):
        with suppress(FileNotFoundError):
            if (folder / name).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                return True
    return False

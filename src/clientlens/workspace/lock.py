"""Who may write: one writer at a time, readers beside it, and nothing stale after a kill.

Both locks are `flock` locks on files that are never deleted: the kernel drops them when their holder ends, however
it ends. What the writer's file says is only shown to whoever waits.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from clientlens.errors import WorkspaceLocked
from clientlens.workspace.folder import READ_LOCK, WRITE_LOCK, disk_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_SECONDS = 0.05
_LONGEST_TEXT = 400


def _open(path: Path, *, write: bool) -> int:
    mode = os.O_RDWR | os.O_CREAT if write else os.O_RDONLY
    descriptor = os.open(path, mode | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if write:
        with suppress(PermissionError):
            os.fchmod(descriptor, 0o600)
    return descriptor


def _take(descriptor: int, kind: int, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(_PAUSE_SECONDS, left))
        else:
            return True


@contextmanager
def writing(folder: Path, command: str, timeout: float) -> Iterator[None]:
    """Be the one writer of the workspace in `folder`, waiting up to `timeout` seconds for another.

    Raises:
        WorkspaceLocked: another process still holds the lock; names its process id and command.
        WorkspaceReadOnly, DiskFailed: the lock file cannot be written.
    """
    with disk_errors(folder):
        descriptor = _open(folder / WRITE_LOCK, write=True)
    try:
        if not _take(descriptor, fcntl.LOCK_EX, timeout):
            raise WorkspaceLocked(_holder(descriptor), timeout)
        with disk_errors(folder / WRITE_LOCK):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n{command}".encode()[:_LONGEST_TEXT], 0)
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    pid, _, command = os.pread(descriptor, _LONGEST_TEXT, 0).decode(errors="replace").partition("\n")
    return f"process {pid} ({command})" if pid.isdigit() and command else "another process"


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep every file of the state that is about to be read from being deleted.

    Only the deletion of long replaced files excludes readers, and it never waits for one nor takes long; a reader
    therefore waits for it. Where the lock file cannot be opened nobody can delete through it either.
    """
    descriptor = None
    with suppress(OSError):
        descriptor = _open(folder / READ_LOCK, write=False)
    try:
        if descriptor is not None:
            with disk_errors(folder / READ_LOCK):
                fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def without_readers(folder: Path) -> Iterator[bool]:
    """Whether no reader is at work, held so for the block; does not wait for one to end."""
    with alone(folder, 0) as nobody:
        yield nobody


@contextmanager
def alone(folder: Path, timeout: float) -> Iterator[bool]:
    """The same, waiting up to `timeout` seconds for readers to end; those that come meanwhile wait."""
    descriptor = _open(folder / READ_LOCK, write=True)
    try:
        yield _take(descriptor, fcntl.LOCK_EX, timeout)
    finally:
        os.close(descriptor)

"""Writing an answer to a file: whole or not at all, and never over another by accident."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from clientlens.errors import OutputExists, OutputFailed


def may_write(path: Path, *, force: bool, shown: str) -> None:
    """See that a file can be written, as far as that can be told before any work.

    Raises:
        OutputExists, OutputFailed
    """
    if path.is_dir():
        raise OutputFailed(shown, "it is a folder")
    if not path.parent.is_dir():
        raise OutputFailed(shown, "there is no such folder")
    if os.path.lexists(path) and not force and (path.is_file() or not path.exists()):
        raise OutputExists(shown)


def write_file(path: Path, data: bytes, *, force: bool, shown: str) -> None:
    """Write a file with mode 0600 by a temporary one beside it; a link is followed, a device or pipe written to.

    Args:
        force: replace a file that is there. shown: the path as the user wrote it.

    Raises:
        OutputExists, OutputFailed
    """
    may_write(path, force=force, shown=shown)
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            # Such as /dev/stdout or a named pipe: there is nothing to replace.
            target.write_bytes(data)
        else:
            _place(target, data, force=force)
    except FileExistsError:
        raise OutputExists(shown) from None
    except BrokenPipeError:
        raise
    except (OSError, RuntimeError) as error:
        raise OutputFailed(shown, getattr(error, "strerror", None) or type(error).__name__) from None


def _place(target: Path, data: bytes, *, force: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=".clientlens-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(name).replace(target)
        else:
            _link(name, target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        Path(name).unlink(missing_ok=True)


def _link(name: str, target: Path) -> None:
    """Give a finished file its name, unless another process has taken it meanwhile (a rename would replace that)."""
    try:
        os.link(name, target)
    except FileExistsError:
        raise
    except OSError:
        # No hard links on this disk: take the name first, then put the content there.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        Path(name).replace(target)

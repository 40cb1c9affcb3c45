"""Writing an answer to a file: whole or not at all, and never over another by accident."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from clientlens.errors import OutputExists, OutputFailed


def write_file(path: Path, data: bytes, *, force: bool, shown: str) -> None:
    """Write a new file with mode 0600 by a temporary one beside it.

    Args:
        force: replace a file that is there. shown: the path as the user wrote it.

    Raises:
        OutputExists, OutputFailed
    """
    if os.path.lexists(path) and not force:
        raise OutputExists(shown)
    if path.is_dir():
        raise OutputFailed(shown, "it is a folder")
    name = None
    try:
        handle, name = tempfile.mkstemp(prefix=".clientlens-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(name).replace(path)
        else:
            # A hard link fails when another process has made the file meanwhile; a rename would replace it.
            os.link(name, path)
            Path(name).unlink()
    except FileExistsError:
        raise OutputExists(shown) from None
    except OSError as error:
        raise OutputFailed(shown, error.strerror or type(error).__name__) from None
    finally:
        if name is not None:
            Path(name).unlink(missing_ok=True)

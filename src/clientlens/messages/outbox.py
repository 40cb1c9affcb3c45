"""The outbox: the folder of a workspace in which drafts lie, one .eml file each, for their owner alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.workspace.folder import OUTBOX, disk_errors, sync_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OUTBOX", "place"]


def place(workspace: Path, name: str, data: bytes) -> Path:
    """Put a draft into the outbox as `NAME.eml`: whole or not at all, on the disk when this returns.

    One of the same name is replaced, so call it while the workspace is held for writing.

    Args:
        name: of `model.drafts.draft_id`, never of what files say.

    Raises:
        WorkspaceReadOnly, DiskFailed
    """
    folder = workspace / OUTBOX
    with disk_errors(folder):
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)
            sync_folder(workspace)
        path = folder / f"{name}.eml"
        write_private(path, data)
        sync_folder(folder)
    return path

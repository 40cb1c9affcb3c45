"""The workspace is missing, damaged, locked, newer, or its disk fails: exit code 4."""

from __future__ import annotations

from clientlens.errors.base import WorkspaceError


class WorkspaceMissing(WorkspaceError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"no workspace at {where}", "make one with 'clientlens import FILE', or name it with --workspace"
        )


class NotAWorkspace(WorkspaceError):
    """Something else stands where the workspace should be made; it is left alone."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(
            f"{where} is {what}, not a workspace", "name a new or empty folder with --workspace", file=where
        )


class WorkspaceLocked(WorkspaceError):
    def __init__(self, holder: str, waited_seconds: float) -> None:
        super().__init__(
            f"the workspace is locked by {holder} (waited {waited_seconds:g} s)",
            "wait for it to end, or allow more time with --lock-timeout",
        )


class WorkspaceNewer(WorkspaceError):
    def __init__(self, found: int, known: int, file: str | None = None) -> None:
        super().__init__(
            (f"{file}: " if file else "")
            + f"the workspace has format {found}, this program knows formats up to {known}",
            "upgrade clientlens",
            file=file,
        )


class WorkspaceDamaged(WorkspaceError):
    """A stored file is not what was written; `others` more are not either."""

    def __init__(self, file: str, reason: str, *, others: int = 0, repairable: bool | None = None) -> None:
        more = f" (and {others} more {'file is' if others == 1 else 'files are'} damaged)" if others else ""
        hint = {
            None: "see 'clientlens workspace check'; 'check --repair' derives again what can be",
            True: "run 'clientlens workspace check --repair'",
            False: "restore it from a backup, or take its import back ('clientlens workspace undo') and repeat it",
        }
        super().__init__(f"{file}: {reason}{more}", hint[repairable], file=file)
        self.reason = reason


class WorkspaceReadOnly(WorkspaceError):
    def __init__(self, where: str) -> None:
        super().__init__(
            f"{where} cannot be written to", "check the folder's permissions, or use another --workspace"
        )


class DiskFailed(WorkspaceError):
    def __init__(self, file: str, reason: str, *, done: str = "nothing was changed") -> None:
        super().__init__(f"{file}: {reason}", f"{done}; free some space or check the disk, then run it again")
        self.place, self.reason = file, reason

    def halfway(self) -> DiskFailed:
        """The same, of something that goes on where it stopped."""
        return DiskFailed(self.place, self.reason, done="what was recorded stands, and the next run goes on")

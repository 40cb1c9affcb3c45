"""The rights of the people in the data: who objected, and what cannot be told apart."""

from __future__ import annotations

from clientlens.errors.base import UsageError, WorkspaceError


class Suppressed(UsageError):
    def __init__(self, client: str) -> None:
        super().__init__(
            f"{client} objected to being written to",
            "nothing overrides that; if they changed their mind: 'clientlens privacy unsuppress CLIENT --reason TEXT'",
        )


class NotSuppressed(UsageError):
    def __init__(self, whom: str) -> None:
        super().__init__(f"no objection of {whom} is known", "'clientlens privacy list' shows every one")


class NobodyMeant(UsageError):
    """A suppression without anybody to suppress, or an address that is none."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(
            f"nobody is meant: {reason}",
            f"'clientlens privacy {command}' takes a CLIENT, --email, or --name with --street and --postcode or --city",
        )


class ForgettingUnfinished(WorkspaceError):
    """The client is in no answer any more, but files and pages that told of them are still to be erased."""

    def __init__(self) -> None:
        super().__init__(
            "the client is forgotten, but not everything is erased yet: somebody is reading the workspace",
            "'clientlens workspace vacuum', or whatever writes next, ends it",
        )

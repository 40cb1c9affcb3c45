"""Drawing letters: what is not installed (exit code 2), files that are not what was drawn (exit code 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.errors.base import UsageError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Sequence


class LettersMissing(UsageError):
    """Packages of the extra `letters`."""

    def __init__(self, packages: Sequence[str]) -> None:
        super().__init__(
            f"letters need what is not installed: {', '.join(packages)}", "pip install 'clientlens[letters]'"
        )


class NotALetter(WorkspaceError):
    """A file to be merged that was not drawn here, or changed since. place: its position, from 1."""

    def __init__(self, place: int) -> None:
        super().__init__(
            f"file {place} of those to be merged is no letter as it was drawn",
            "see clientlens workspace check",
        )

"""Letters: templates with slips in them, and letters that cannot say what their template wants. Exit code 2."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import FaultyFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection


class BadLetterTemplate(FaultyFile):
    """A letter's template with slips in it."""

    def __init__(self, file: str, faults: list[tuple[int | None, str]]) -> None:
        super().__init__(
            file, faults, "docs/letter-templates.md shows a whole template and all that it may hold"
        )


class UnknownLetterTemplate(UsageError):
    def __init__(self, name: str, known: Collection[str]) -> None:
        close = difflib.get_close_matches(name, known, n=1)
        super().__init__(
            f"no letter template is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
            f"there are {', '.join(known)}; or name a file that ends with .md",
        )


class CannotFill(UsageError):
    """What one client's letter cannot say; `reason` names no detail of the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the letter cannot be written: {reason}",
            "give the template a fallback, {name|...}, or a condition, {if name}",
        )
        self.reason = reason

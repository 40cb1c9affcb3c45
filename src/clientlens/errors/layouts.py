"""Layouts of letters and profiles of print services: unknown ones, files with slips, pairs that cannot be."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def _unknown(kind: str, name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"no {kind} is called {name!r}" + (f"; did you mean {close[0]!r}?" if close else "")


class UnknownLayout(UsageError):
    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(_unknown("layout", name, known), f"there are {', '.join(known)}")


class UnknownProvider(UsageError):
    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(_unknown("print service", name, known), f"there are {', '.join(known)}")


class BadLayout(UsageError):
    """A data file of a layout or a print service with slips in it: all of them are told."""

    def __init__(self, file: str, faults: Sequence[str]) -> None:
        super().__init__(
            f"{file}: {'; '.join(faults)}", "docs/letters.md says what such a file holds", file=file
        )
        self.faults = tuple(faults)


class LayoutNotTaken(UsageError):
    """A layout that a print service cannot send."""

    def __init__(self, layout: str, provider: str, reason: str, fitting: Sequence[str] = ()) -> None:
        super().__init__(
            f"{provider} cannot send letters of the layout {layout}: {reason}",
            f"it takes {', '.join(fitting)}" if fitting else "use another print service",
        )
        self.reason = reason

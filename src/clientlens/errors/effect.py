"""Results of campaigns that there are not: exit code 2."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import UsageError

if TYPE_CHECKING:
    from datetime import date


class NeverRun(UsageError):
    """A campaign by whose name nobody was assigned, up to the day that is asked about."""

    def __init__(self, name: str, known: list[str], until: date | None = None) -> None:
        """until: the day of --as-of; what was run later is not known."""
        close = difflib.get_close_matches(name, known, n=1)
        super().__init__(
            f"no campaign {name!r} has been run"
            + ("" if until is None else f" by the end of {until}, which --as-of asks about")
            + (f"; did you mean {close[0]!r}?" if close else ""),
            f"run so far: {', '.join(known)}"
            if known
            else "'clientlens campaigns run FILE' makes its letters",
        )


class UnknownWave(UsageError):
    def __init__(self, campaign: str, wave: str, known: list[str]) -> None:
        super().__init__(
            f"campaign {campaign} has no wave {wave!r}",
            f"its waves: {', '.join(known)}",
        )

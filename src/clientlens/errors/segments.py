"""What can be wrong with a question about segments and cohorts."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors.base import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnknownSegment(UsageError):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        spelled = {segment.casefold(): segment for segment in known}
        close = [spelled[one] for one in difflib.get_close_matches(name.casefold(), spelled, n=1)]
        super().__init__(
            f"no segment is called {name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""),
            f"there are {', '.join(known)}",
        )


class BadMinimumAge(UsageError):
    def __init__(self, text: str) -> None:
        super().__init__(f"not an age: {text!r}", "write 90d, 12w, 6m or 1y")

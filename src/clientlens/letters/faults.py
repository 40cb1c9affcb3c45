"""What is wrong with a template: gathered, so that all of it is told at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Faults:
    """The faults of one template: line, what is wrong there."""

    found: list[tuple[int | None, str]] = field(default_factory=list)
    _seen: set[tuple[int | None, str]] = field(default_factory=set)

    def add(self, line: int | None, told: str) -> None:
        """Note one; the same one of a line is told once."""
        if (line, told) not in self._seen:
            self._seen.add((line, told))
            self.found.append((line, told))


def meant(name: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' where a known name is close, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""

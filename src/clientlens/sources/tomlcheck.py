"""One TOML file being checked: what is wrong is gathered with its line, so that all of it is told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clientlens.model.text import safe
from clientlens.sources.tomllines import meant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.sources.tomllines import Lines

Path = tuple[str | int, ...]
"""Where a key stands: ("file", 0, "columns")."""


@dataclass(slots=True)
class Check:
    """The lines of a file, and what is wrong in it so far: line (None: the file as a whole), what."""

    lines: Lines
    faults: list[tuple[int | None, str]] = field(default_factory=list)

    def fault(self, path: Path, told: str) -> None:
        """Note what is wrong with a key."""
        self.faults.append((self.lines.of(path), told))

    def keys(self, path: Path, found: Iterable[str], known: Iterable[str]) -> None:
        """Note the keys of a table that nothing is known of."""
        known = tuple(known)
        for key in found:
            if key not in known:
                self.fault((*path, key), f"unknown key {key!r}" + meant(key, known))

    def table(self, path: Path, value: Any) -> dict[str, Any]:
        """A table; anything else is a fault and counts as an empty one."""
        if isinstance(value, dict):
            return value
        self.fault(path, f"{str(path[-1])!r} is a table: write [{path[-1]}] and its lines below")
        return {}

    def switch(self, path: Path, value: Any) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.fault(path, f"{str(path[-1])!r} takes true or false")
        return value is True

    def choice(self, path: Path, value: Any, choices: Iterable[str]) -> str | None:
        """One of several words; None after a fault."""
        known = tuple(choices)
        if isinstance(value, str) and value in known:
            return value
        words = f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
        guess = meant(value, known) if isinstance(value, str) else ""
        self.fault(path, f"{str(path[-1])!r} is {words}, not {_shown(value)}{guess}")
        return None

    def whole(self, path: Path, value: Any, least: int, most: int, of: str = "") -> int | None:
        """A whole number within limits; None after a fault. of: what is counted, such as " of days"."""
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(path, f"{str(path[-1])!r} takes a whole number{of} from {least} to {most:,}")
        return None

    def text(self, path: Path, value: Any, *, longest: int, lines: bool = False) -> str | None:
        """Visible text without outer blanks, of one line unless `lines`; None after a fault."""
        if isinstance(value, str) and (text := value.strip()):
            parts = text.split("\n") if lines else [text]
            if all(safe(part) == part for part in parts) and len(text) <= longest:
                return text
        what = "text in quotes" if lines else "a line of text in quotes"
        self.fault(path, f"{str(path[-1])!r} takes {what}, of at most {longest} visible characters")
        return None


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str | bool | int) else str(value)

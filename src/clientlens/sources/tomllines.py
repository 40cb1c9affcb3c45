"""TOML that people write: read, and on which line each key stands, which `tomllib` does not tell."""

from __future__ import annotations

import difflib
import re
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLE = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+)""")


class Lines:
    """Lines of the keys and tables of a text, each by its path: ("file", 0, "columns", "order_id").

    Only for messages: of a key inside an inline table it knows the line of the table.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str | int, ...], int] = {}
        counts: dict[str, int] = {}
        table: tuple[str | int, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if found := _TABLE.match(line):
                table = self._table(_parts(found[2]), counts, array=found[1] == "[[")
                self._lines.setdefault(table, number)
            elif found := _KEY.match(line):
                names = _parts(found[1])
                for depth in range(1, len(names) + 1):
                    self._lines.setdefault((*table, *names[:depth]), number)

    @staticmethod
    def _table(names: list[str], counts: dict[str, int], *, array: bool) -> tuple[str | int, ...]:
        first = names[0]
        if array and len(names) == 1:
            counts[first] = counts.get(first, -1) + 1
            return (first, counts[first])
        return (first, counts[first], *names[1:]) if first in counts else tuple(names)

    def of(self, path: tuple[str | int, ...]) -> int | None:
        """The line of a key, else of the nearest table around it; None where the text has neither."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None


def _parts(text: str) -> list[str]:
    return [quoted.replace('\\"', '"') or literal or bare for quoted, literal, bare in _PART.findall(text)]


class NotToml(ValueError):
    """Bytes that are no TOML: the line, and what is wrong there."""

    def __init__(self, line: int, told: str) -> None:
        super().__init__(told)
        self.line, self.told = line, told


def read_toml(data: bytes, *, exact: bool = False) -> tuple[dict[str, Any], Lines]:
    """What a TOML file holds, and the lines of its keys.

    Args:
        exact: numbers with a point are `Decimal`, as they were written, rather than binary floats.

    Raises:
        NotToml
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotToml(data[: error.start].count(b"\n") + 1, "not UTF-8 text") from None
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal if exact else float)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        at = re.search(r" \(at line ([0-9]+), column [0-9]+\)$", told)
        line = int(at[1]) if at else text.count("\n") + 1
        raise NotToml(line, f"not TOML: {re.sub(r' [(]at [^)]*[)]$', '', told)}") from None
    return found, Lines(text)


def meant(name: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' where a known name is close, else nothing."""
    by_form = {one.lower(): one for one in known}
    close = difflib.get_close_matches(name.lower(), by_form, n=1)
    return f" (did you mean {by_form[close[0]]!r}?)" if close else ""

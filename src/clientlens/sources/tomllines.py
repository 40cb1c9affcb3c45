"""On which line of a TOML text a key stands: what `tomllib` does not tell."""

from __future__ import annotations

import re

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

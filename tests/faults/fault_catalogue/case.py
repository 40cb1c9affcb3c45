"""What an entry of the catalogue of faults is: a file with one fault, and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stored:
    """The file is taken.

    rows: records in it. totals: currency -> how many orders and their total, as stored. lines: lines of orders.
    problems: (line, column, a part of the message) of rows set aside, in order. note: a part of what stderr says.
    keys: numbers of the orders as stored, where that is the point. clients: how many people came in.
    told: on how many lines something is told, where one tells of several records. records: name of a table ("reviews") -> how many rows came into it, for what is no order.
    """

    rows: int
    totals: dict[str, tuple[int, str]] = field(default_factory=dict)
    duplicate: int = 0
    skipped: int = 0
    aside: int = 0
    problems: tuple[tuple[int, str | None, str], ...] = ()
    lines: int | None = None
    note: str = ""
    keys: tuple[str, ...] | None = None
    clients: int | None = None
    records: dict[str, int] = field(default_factory=dict)
    told: int | None = None

    @property
    def code(self) -> int:
        return 1 if self.aside else 0

    @property
    def word(self) -> str:
        return "set aside" if self.aside else "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is stored: the error's code, the line it names, a part of its message, the file (else the case's)."""

    error: str
    part: str
    line: int | None = None
    file: str | None = None
    code = 3
    word = "refused"


@dataclass(frozen=True, slots=True)
class Case:
    """One fault; `name` is the file's own name, `options` are added to the command.

    beside: name and content of files that `options` name (a mapping, a second file of the call).
    """

    fault: str
    data: bytes
    outcome: Stored | Refused
    name: str = "orders.csv"
    options: tuple[str, ...] = ()
    beside: tuple[tuple[str, bytes], ...] = ()


def case(fault, data, outcome, name="orders.csv", options=(), beside=()):
    files = tuple((other, _bytes(content)) for other, content in beside)
    return Case(fault, _bytes(data), outcome, name, tuple(options), files)


def _bytes(content):
    return content.encode() if isinstance(content, str) else content

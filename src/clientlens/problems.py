"""A bad row is data, not an exception: what is wrong, and where a person finds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault that set a row aside.

    `line` is the physical line (1 = the header's) on which the record starts, so that an editor
    finds it; `column` is the header as the file spells it, None when the fault is of the whole row;
    `value` is the cell as it stands in the file, unescaped: whoever shows it escapes it.
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    message: str

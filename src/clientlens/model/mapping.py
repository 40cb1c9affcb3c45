"""A mapping: how a table of somebody else's making is read as plain columns. Read and checked by `sources.mapping`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES = "lines"
"""The kind of a section whose rows are lines of orders that stand in another file."""


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of file that a mapping reads.

    kind: orders, clients, reviews, events, scans, requests, or `LINES`.
    columns: plain column -> columns of the file as the mapping spells them, of which the first filled one counts.
        A file needs at least one of each. optional: the same, for columns that not every file has.
    constants: plain column -> its value in every row.
    sums: amount of an order -> columns that are added up over its rows; a '-' before the name takes off.
    status: words of the file -> words of `order_states.STATUS_WORDS`.
    fill: column of the file -> what stands for a blank cell. blank: cells that mean nothing.
    footer: patterns ('*' is anything) of rows that are no data.
    summary_row: a column that is blank in the one row of an order that speaks for all of it.
    delimiter: None: found in the header.
    """

    kind: str
    columns: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    summary_row: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping file.

    name: as the user named it. sha256: of its bytes. The rest is what options of `import` say otherwise, and win over:
    of the call `store` and, of the files it reads, the others. note: told with each import that used it.
    """

    name: str
    sha256: str
    sections: tuple[Section, ...]
    store: str | None = None
    currency: str | None = None
    timezone: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    date_format: str | None = None
    note: str | None = None

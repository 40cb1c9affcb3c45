"""What a source hands over: the facts of one or more files of one export format and one store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import polars as pl

    from clientlens.model.mapping import FileMapping
    from clientlens.problems import Problem


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read files whose own text does not say it.

    `timezone` is the zone of times without one; `workspace_timezone` cuts days; `country` (ISO two
    letters) reads phone numbers in national form.
    """

    store: str
    workspace_timezone: str
    timezone: str | None = None
    encoding: str | None = None
    date_format: str | None = None  # strptime's signs; several forms with '|' between them
    decimal: str | None = None  # "comma" | "point"
    currency: str | None = None
    country: str | None = None
    today: date | None = None
    """Times later than two years from this day are bad; None believes any."""
    mapping: FileMapping | None = None
    """How tables of somebody else's making are read; the options above win over what it says."""
    progress: Callable[[int], None] | None = None
    """Called with the number of bytes dealt with since the last call."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file as it was read: `rows` are data records, the header not counted; `bytes`, `sha256` of it unpacked."""

    file: str
    source: str
    store: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Rejects:
    """Rows set aside, as they stood: `rows` has the file's own header as columns (all String).

    records: how many records of the file these are.
    header: the file's own, letter for letter (columns of a frame cannot be called alike, or nothing); None: the file
        has none, and `rows` is one column, `text`: what stood there, each on one line.
    delimiter, encoding: of the file; encoding None is UTF-8.
    suffix: that files without a header have. kind: rejects of one source and another kind cannot stand in one file.
    """

    file: str
    rows: pl.DataFrame
    records: int
    header: tuple[str, ...] | None = None
    delimiter: str = ","
    encoding: str | None = None
    suffix: str = ".csv"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything read from the files of one source and one store in one call.

    `orders` (and `checkouts`) may hold several versions of one order, one per file it stands in; each has its own
    `version` (Int32, unique in the batch), which its lines repeat, so that lines follow the version that wins.
    Extra columns beside the canonical ones: orders, checkouts, reviews, events, scans and requests have `version`,
    `file_no` (index into `files`), `line` (physical line of the first row) and `row_count` (how many records of the
    file it took); lines have `version`. People have no extra columns; `people_rows` counts the records they came from.
    Accounting, exact: sum(files.rows) = Σ row_count + people_rows + rows_skipped + rows_duplicate + rows_set_aside.
    """

    source: str
    store: str
    files: tuple[FileReport, ...]
    orders: pl.DataFrame | None = None
    order_lines: pl.DataFrame | None = None
    checkouts: pl.DataFrame | None = None
    checkout_lines: pl.DataFrame | None = None
    reviews: pl.DataFrame | None = None
    events: pl.DataFrame | None = None
    scans: pl.DataFrame | None = None
    requests: pl.DataFrame | None = None
    people: pl.DataFrame | None = None
    people_rows: int = 0
    rows_skipped: int = 0
    rows_duplicate: int = 0
    rows_set_aside: int = 0
    test_orders_skipped: int = 0
    problems: tuple[Problem, ...] = ()
    rejects: tuple[Rejects, ...] = ()
    notes: tuple[str, ...] = field(default=())

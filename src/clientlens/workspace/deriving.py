"""Current files from batches: each month's winners, and the clients. A pure function of the set of live batches.

A `Change` collects what a transaction will name: files already written (they do not exist before the catalogue
names them), and parts that live files stop playing.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.identity import resolve
from clientlens.model.tables import BY_NAME, CLIENTS, IDENTITIES, PEOPLE
from clientlens.workspace import facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.folder import FACTS, disk_errors, sync_folder
from clientlens.workspace.incoming import distinct_people
from clientlens.workspace.versions import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from clientlens.model.identity import Corrections
    from clientlens.model.tables import Table
    from clientlens.workspace.catalogue import Live, State, Stored
    from clientlens.workspace.versions import Documents

CURRENT = -1
"""The `version` of what is current, when it is held against new versions: of equal contents it stays."""

Month = str | None


@dataclass(slots=True)
class Change:
    """What the next snapshot does to the files of `state`. With `dry_run` nothing is written or named."""

    folder: Path
    state: State
    dry_run: bool = False
    batch: list[Stored] = field(default_factory=list)
    current: list[Stored] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    written: list[Stored] = field(default_factory=list)
    _by_content: dict[tuple[str, Month, str], Stored] = field(default_factory=dict)
    _current: dict[tuple[str, Month], Live] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for live in self.state.files:
            self._by_content[live.file.table, live.file.month, live.file.sha256] = live.file
            if live.role is Role.CURRENT:
                self._current[live.file.table, live.file.month] = live

    def store(self, table: Table, month: Month, frame: pl.DataFrame) -> Stored | None:
        """The file that holds exactly these rows: a live one where there is one, else written now; none for no rows."""
        if self.dry_run or frame.is_empty():
            return None
        data = facts.encode(table, frame)
        known = self._by_content.get((table.name, month, hashlib.sha256(data).hexdigest()))
        if known is not None:
            return known
        with disk_errors(self.folder / FACTS):
            file = facts.write(self.folder, table, month, frame.height, data)
        self.written.append(file)
        self._by_content[table.name, month, file.sha256] = file
        return file

    def add_batch(self, table: Table, month: Month, frame: pl.DataFrame) -> Stored | None:
        """Store rows as part of the import that is being made."""
        file = self.store(table, month, frame)
        if file is not None:
            self.batch.append(file)
        return file

    def set_current(self, table: Table, month: Month, file: Stored | None) -> bool:
        """Make a file the current one of its month, or none; whether that changes anything."""
        before = self._current.get((table.name, month))
        if before is not None and file is not None and before.file.path == file.path:
            return False
        if before is not None:
            self.removed.append(before.file_id)
        if file is not None:
            self.current.append(file)
        return before is not None or file is not None

    def read_current(self, table: Table, month: Month) -> pl.DataFrame | None:
        """The rows of a month's current file; None where there is none."""
        live = self._current.get((table.name, month))
        return None if live is None else facts.read(self.folder, table, live.file)

    def read_batches(self, table: Table, month: Month, without: int | None = None) -> dict[int, pl.DataFrame]:
        """The rows of each import (by id) in that month, over the live ones but `without`."""
        return {
            int(str(live.import_id)): facts.read(self.folder, table, live.file)
            for live in self.state.live(Role.BATCH, table.name)
            if live.file.month == month and live.import_id != without
        }

    def give_up(self, broken: Iterable[Live]) -> None:
        """Treat damaged files as not being there, so that they are written anew and never taken for whole."""
        for live in broken:
            if live.role is Role.CURRENT:
                self.removed.append(live.file_id)
                del self._current[live.file.table, live.file.month]
            self._by_content.pop((live.file.table, live.file.month, live.file.sha256), None)

    def settle(self) -> None:
        """Put the names of all new files on the disk; the last step before the catalogue may name them."""
        if self.written:
            with disk_errors(self.folder / FACTS):
                sync_folder(self.folder / FACTS)

    def discard(self) -> None:
        """Delete what was written for a change that never reached the catalogue."""
        for file in self.written:
            with suppress(OSError):
                (self.folder / file.path).unlink()


def empty(table: Table) -> pl.DataFrame:
    """No rows of a table."""
    return pl.DataFrame(schema=table.schema)


def versioned(frame: pl.DataFrame, version: int) -> pl.DataFrame:
    """The frame with one `version` (Int64) in every row."""
    return frame.with_columns(version=pl.lit(version, pl.Int64))


def of_batches(
    change: Change, documents: Documents, month: Month, without: int | None = None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Every stored version of a month's heads and lines; `version` is the import's id."""

    def together(table: Table) -> pl.DataFrame:
        frames = change.read_batches(table, month, without)
        return pl.concat([versioned(empty(table), 0), *(versioned(f, n) for n, f in frames.items())])

    return together(documents.heads), None if documents.lines is None else together(documents.lines)


def set_month(
    change: Change, documents: Documents, month: Month, best: pl.DataFrame, lines: pl.DataFrame | None
) -> pl.DataFrame | None:
    """Make `best` and those of `lines` that belong to it what is current of a month; gives these lines."""
    change.set_current(documents.heads, month, change.store(documents.heads, month, best))
    if documents.lines is None or lines is None:
        return None
    kept = lines_of(documents, best, lines)
    change.set_current(documents.lines, month, change.store(documents.lines, month, kept))
    return kept


def months_of(state: State, documents: Documents, import_id: int | None = None) -> set[Month]:
    """The months that an import (None: any) brought heads or lines for."""
    tables = {table.name for table in documents.tables}
    return {
        live.file.month
        for live in state.files
        if live.file.table in tables and (import_id is None or live.import_id == import_id)
    }


@dataclass(frozen=True, slots=True)
class ClientChange:
    """How the table of clients changes; `shared_keys` counts the keys that too many names carry."""

    added: int = 0
    updated: int = 0
    shared_keys: int = 0


def derive_clients(
    change: Change,
    people: pl.DataFrame,
    *,
    afresh: bool = False,
    corrections: Corrections | None = None,
) -> ClientChange:
    """Make `people` (distinct records of all live batches) current, and the identities and clients that follow.

    A client was known before when any of its keys was; one that was known counts as updated when anything about it
    changes, its id included. Unchanged records give unchanged clients, which are left as they are unless `afresh` or
    new `corrections` take the place of those that hold so far.
    """
    file = change.store(PEOPLE, None, people)
    before = change.read_current(CLIENTS, None)
    changed = change.set_current(PEOPLE, None, file) or change.dry_run
    if not changed and before is not None and not afresh and corrections is None:
        return ClientChange()
    found = resolve(people, change.state.corrections if corrections is None else corrections)
    old_clients = empty(CLIENTS) if before is None else before
    old_keys = change.read_current(IDENTITIES, None)
    for table, frame in ((IDENTITIES, found.identities), (CLIENTS, found.clients)):
        change.set_current(table, None, change.store(table, None, frame))
    keys = empty(IDENTITIES) if old_keys is None else old_keys
    known = found.identities.join(keys, on="person_key", how="semi").select("client_id").unique()
    mine = found.clients.join(known, on="client_id", how="semi")
    same = mine.join(old_clients, on=list(CLIENTS.schema), how="semi", nulls_equal=True)
    return ClientChange(
        added=found.clients.height - known.height,
        updated=known.join(same, on="client_id", how="anti").height,
        shared_keys=found.shared_keys.height,
    )


def people_of(change: Change, without: int | None = None) -> pl.DataFrame:
    """The distinct records of all live batches but one import's."""
    return distinct_people(list(change.read_batches(PEOPLE, None, without).values()))


def known_versions(folder: Path, state: State, tables: Sequence[Table]) -> dict[str, pl.LazyFrame]:
    """Every stored version of the heads' tables, over all live batches."""
    return {
        table.name: facts.scan(folder, table, [live.file for live in state.live(Role.BATCH, table.name)])
        for table in tables
    }


def frames_of_current(folder: Path, state: State) -> dict[str, pl.LazyFrame]:
    """Table name -> its current rows."""
    return {
        name: facts.scan(folder, table, [live.file for live in state.live(Role.CURRENT, name)])
        for name, table in BY_NAME.items()
    }

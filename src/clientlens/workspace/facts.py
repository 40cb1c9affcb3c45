"""Stored files: immutable Parquet with a fixed order of rows, so that equal facts are equal bytes."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import stat
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import WorkspaceDamaged
from clientlens.workspace.catalogue import Stored
from clientlens.workspace.folder import FACTS, disk_errors, sha256_of, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from clientlens.model.tables import Table

ROW_GROUP = 65_536
"""Rows per row group: small enough that the statistics of person_key let a reader skip most of a file."""


def encode(table: Table, frame: pl.DataFrame) -> bytes:
    """A table's rows as the bytes of its file: a function of the set of rows alone.

    Args:
        frame: at least the table's needed columns; sorted here by `table.sort` (and, where rows have no key, by
            every other column), nulls first.
    """
    rows = table.conform(frame)
    rows = rows.sort(table.sort) if table.key else _sorted_by_all(rows, list(table.sort))
    buffer = io.BytesIO()
    # One chunk: Parquet pages follow the chunks of the frame, and these follow how it came about.
    rows.rechunk().write_parquet(buffer, compression="zstd", statistics=True, row_group_size=ROW_GROUP)
    return buffer.getvalue()


def _sorted_by_all(rows: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """Sorted by `order`, then by every other column; the latter only where the first one does not settle it."""
    first = order[0]
    tied = rows[first].is_duplicated()
    everything = [*order, *(name for name in rows.columns if name not in order)]
    parts = [rows.filter(~tied), rows.filter(tied).sort(everything)]
    return pl.concat(parts).sort(first, maintain_order=True)


def write(folder: Path, table: Table, month: str | None, rows: int, data: bytes) -> Stored:
    """Store encoded rows under a new name that says nothing about them; the caller syncs the facts' folder.

    Raises:
        OSError: as the disk gives it.
    """
    path = f"{FACTS}/{table.name}-{month or 'all'}-{secrets.token_hex(8)}.parquet"
    written = write_private(folder / path, data)
    digest = hashlib.sha256(data).hexdigest()
    return Stored(path, table.name, month, rows, len(data), written.st_mtime_ns, digest)


def read(folder: Path, table: Table, file: Stored) -> pl.DataFrame:
    """A file's rows, its bytes hashed on the way: what is merged anew must not pass on silent damage.

    Raises:
        WorkspaceDamaged: its content is not what was written.
    """
    with disk_errors(folder / file.path):
        data = (folder / file.path).read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise WorkspaceDamaged(str(folder / file.path), "its content has changed")
    lazy = pl.scan_parquet(io.BytesIO(data), schema=table.schema, missing_columns="insert")
    return lazy.collect()


def scan(folder: Path, table: Table, files: Sequence[Stored]) -> pl.LazyFrame:
    """Exactly these files as one lazy frame with the table's schema; none gives an empty one.

    A column that a file written by an earlier version lacks is null there.
    """
    if not files:
        return pl.LazyFrame(schema=table.schema)
    return pl.scan_parquet(
        [folder.absolute() / file.path for file in files],
        glob=False,
        hive_partitioning=False,
        schema=table.schema,
        missing_columns="insert",
    )


def verify(folder: Path, files: Iterable[Stored], *, hash_all: bool = False) -> dict[str, int]:
    """See that each file is there and is what was written: size and time, and its hash where the time differs.

    Returns:
        path -> mtime_ns of the files whose content is right though their time is not.

    Raises:
        WorkspaceDamaged: the first file that is missing, cut or changed.
    """
    moved: dict[str, int] = {}
    for file in {file.path: file for file in files}.values():
        path = folder / file.path
        with disk_errors(path):
            try:
                found = os.lstat(path)
            except (FileNotFoundError, NotADirectoryError):
                raise WorkspaceDamaged(str(path), "is missing") from None
            if not stat.S_ISREG(found.st_mode):
                raise WorkspaceDamaged(str(path), "is not a regular file")
            if found.st_size != file.bytes:
                raise WorkspaceDamaged(str(path), f"has {found.st_size:,} bytes, {file.bytes:,} were written")
            if not hash_all and found.st_mtime_ns == file.mtime_ns:
                continue
            if sha256_of(path) != file.sha256:
                raise WorkspaceDamaged(str(path), "its content has changed")
        if found.st_mtime_ns != file.mtime_ns:
            moved[file.path] = found.st_mtime_ns
    return moved

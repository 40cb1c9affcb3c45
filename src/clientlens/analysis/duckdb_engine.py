"""Pipelines on DuckDB, in this process: it reads the Parquet files itself and spills to disk what is too large."""

from __future__ import annotations

import importlib
import re
import shutil
import weakref
from contextlib import contextmanager
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.engines import Engine
from clientlens.errors import EngineFailed, EngineMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientlens.model.tables import Table

_TYPES = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Int32: "INTEGER",
    pl.Boolean: "BOOLEAN",
    pl.Date: "DATE",
    pl.Datetime: "TIMESTAMPTZ",
}
_GLOB = re.compile(r"[*?\[]")


class DuckDB(Engine):
    """A database in memory that holds views of the files; nothing is fetched from anywhere.

    Raises:
        EngineMissing: the package is not there.
    """

    name = "duckdb"

    def __init__(self, paths: Mapping[str, Sequence[str]]) -> None:
        """`paths`: the live files of each table, by its name."""
        try:
            duckdb = importlib.import_module("duckdb")
        except ImportError:
            raise EngineMissing(self.name) from None
        self._failure: type[Exception] = duckdb.Error
        self._paths = paths
        # Without it the current folder would take what does not fit into memory. That it cannot be deleted when the
        # program ends is no reason to fail.
        spill = mkdtemp(prefix="clientlens-")
        weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        self._connection = duckdb.connect()
        for setting, value in (
            ("temp_directory", spill),
            ("autoinstall_known_extensions", "false"),
            ("enable_progress_bar", "false"),
            ("TimeZone", "UTC"),
        ):
            self._connection.execute(f"SET {setting} = {_quoted(value)}")

    def table(self, table: Table) -> Any:
        paths = [_GLOB.sub(r"[\g<0>]", path) for path in self._paths.get(table.name, ())]
        types = {column.name: _TYPES[column.dtype.base_type()] for column in table.columns}
        if not paths:
            nothing = ", ".join(f"NULL::{sql} AS {name}" for name, sql in types.items())
            return self._connection.sql(f"SELECT {nothing} WHERE false")
        source = "read_parquet({}, union_by_name = true, hive_partitioning = false)".format(
            "[" + ", ".join(map(_quoted, paths)) + "]"
        )
        with self._told():
            present = set(self._connection.sql(f"SELECT * FROM {source}").columns)
            columns = (
                f"{name if name in present else 'NULL'}::{sql} AS {name}" for name, sql in types.items()
            )
            return self._connection.sql(f"SELECT {', '.join(columns)} FROM {source}")

    def small(self, frame: pl.DataFrame) -> Any:
        return self._connection.from_arrow(frame.to_arrow())

    def collect(self, *frames: Any) -> list[pl.DataFrame]:
        with self._told():
            return [frame.pl() for frame in frames]

    def scaled(self, frame: Any, columns: Sequence[str], times: Sequence[str], by: str) -> Any:
        factor = " * ".join(f"{name}::HUGEINT" for name in times)

        def rounded(column: str) -> str:
            whole, rest = f"(abs({column} * {factor}) // {by})", f"(abs({column} * {factor}) % {by})"
            up = f"(2 * {rest} > {by} OR (2 * {rest} = {by} AND {whole} % 2 = 1))::TINYINT"
            return (
                f"CASE WHEN {by} > 0 THEN (sign({column}) * ({whole} + {up}))::BIGINT END AS _scaled_{column}"
            )

        return frame.project(", ".join(["*", *map(rounded, columns)]))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._failure as error:
            raise EngineFailed(self.name, _first_line(error)) from error


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__

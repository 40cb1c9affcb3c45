"""Pipelines on Apache Spark: in a session that is there already, else in one of its own.

Which cluster, how much memory, which file systems: whatever Spark is configured with (`spark-defaults.conf`,
`PYSPARK_SUBMIT_ARGS`, `SPARK_MASTER`). Without any configuration it runs on all cores of this machine and opens no
port to others.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import warnings
from contextlib import ExitStack, contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.engines import Engine
from clientlens.errors import EngineFailed, EngineMissing, JavaMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clientlens.model.tables import Table

OLDEST_JAVA = 17
OLDEST_SPARK = 4

_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}
_VERSION = re.compile(r'version "(\d+)')
_WILD = re.compile(r"[*?\[\]{}\\]")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:/", re.IGNORECASE)


class Spark(Engine):
    """A Spark session; it stays for the next engine of this process, and ends with the process.

    Raises:
        EngineMissing: pyspark is not there, or too old. JavaMissing. EngineFailed: the session does not start.
    """

    name = "spark"

    def __init__(self, paths: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
        """`paths`: the live files of each table, by its name; without a scheme they are local files."""
        self._paths = paths
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Its settings are ours alone, also where the session is somebody else's.
            self._session = _session(environment).newSession()
        conf = self._session.conf
        conf.set("spark.sql.session.timeZone", "UTC")
        # A sum that does not fit is then an error and not another number.
        conf.set("spark.sql.ansi.enabled", "true")

    def table(self, table: Table) -> Any:
        types = importlib.import_module("pyspark.sql.types")
        known = {
            pl.String: types.StringType,
            pl.Int64: types.LongType,
            pl.Int32: types.IntegerType,
            pl.Boolean: types.BooleanType,
            pl.Date: types.DateType,
            pl.Datetime: types.TimestampType,
        }
        schema = types.StructType(
            [types.StructField(one.name, known[one.dtype.base_type()]()) for one in table.columns]
        )
        # Each path is a pattern to Spark. Its own switch for that reads files twice where there are several.
        paths = [
            _WILD.sub(r"\\\g<0>", path if _ADDRESS.match(path) else f"file://{path}")
            for path in self._paths.get(table.name, ())
        ]
        with self._told():
            if not paths:
                return self._session.createDataFrame([], schema)
            return self._session.read.schema(schema).parquet(*paths)

    def small(self, frame: pl.DataFrame) -> Any:
        with self._told():
            return self._session.createDataFrame(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))

    def collect(self, *frames: Any) -> list[pl.DataFrame]:
        with self._told():
            return [_as_polars(frame) for frame in frames]

    def scaled(self, frame: Any, columns: Sequence[str], times: Sequence[str], by: str) -> Any:
        sql = importlib.import_module("pyspark.sql.functions")
        factor = " * ".join(f"CAST({name} AS DECIMAL(38, 0))" for name in times)

        def rounded(column: str) -> str:
            whole, rest = f"(abs({column} * {factor}) DIV {by})", f"(abs({column} * {factor}) % {by})"
            up = f"CAST(2 * {rest} > {by} OR (2 * {rest} = {by} AND {whole} % 2 = 1) AS BIGINT)"
            return f"CASE WHEN {by} > 0 THEN CAST(sign({column}) AS BIGINT) * ({whole} + {up}) END"

        return frame.withColumns({f"_scaled_{name}": sql.expr(rounded(name)) for name in columns})

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Spark's own failures, of which there is no common class, as ours."""
        known = (importlib.import_module("pyspark.errors").PySparkException, _py4j_failure())
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except known as error:
            raise EngineFailed(self.name, _reason(error)) from error


def _as_polars(frame: Any) -> pl.DataFrame:
    collected = pl.from_arrow(frame.toArrow())
    assert isinstance(collected, pl.DataFrame)  # noqa: S101  # a table is no series
    return collected


def _py4j_failure() -> Any:
    return importlib.import_module("py4j.protocol").Py4JError


def _session(environment: Mapping[str, str]) -> Any:
    """The session of this process, made where there is none.

    Raises:
        EngineMissing, JavaMissing, EngineFailed
    """
    try:
        pyspark = importlib.import_module("pyspark")
    except ImportError:
        raise EngineMissing("spark") from None
    version = str(getattr(pyspark, "__version__", "0"))
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_SPARK:
        raise EngineMissing("spark", f"pyspark {version} is too old")
    # Whoever submits us has started Java.
    if "PYSPARK_GATEWAY_PORT" not in environment:
        _see_java(environment)
    sql = importlib.import_module("pyspark.sql")
    running = sql.SparkSession.getActiveSession()
    if running is not None:
        return running
    with _own_log() as log:
        try:
            # Java first: it alone knows what Spark is configured with.
            pyspark.SparkContext._ensure_initialized()  # noqa: SLF001
            builder = sql.SparkSession.builder.config(conf=_configured(pyspark.SparkConf(), environment))
            return builder.getOrCreate()
        except Exception as error:
            raise EngineFailed("spark", _last_word(log) or _reason(error)) from error


def _configured(conf: Any, environment: Mapping[str, str]) -> Any:
    """What the user's configuration leaves open, filled in."""
    # Spark itself says local[*] where nothing else is configured.
    if environment.get("SPARK_MASTER") and conf.get("spark.master", "local[*]") == "local[*]":
        conf.setMaster(environment["SPARK_MASTER"])
    conf.setIfMissing("spark.master", "local[*]")
    if conf.get("spark.app.name", "pyspark-shell") == "pyspark-shell":
        conf.setAppName("clientlens")
    if conf.get("spark.master").startswith("local"):
        for name, value in _LOCAL.items():
            conf.setIfMissing(name, value)
    return conf


def _see_java(environment: Mapping[str, str]) -> None:
    """Look for Java where Spark does, since its own message about that is a page of text.

    Raises:
        JavaMissing
    """
    home = environment.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java", path=environment.get("PATH"))  # noqa: PTH118
    if java is None:
        raise JavaMissing(None)
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        raise JavaMissing(f"{java}, which does not run") from None
    version = _VERSION.search(told.stderr + told.stdout)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise JavaMissing(f"Java {version[1]}" if version else f"{java}, which does not run")


@contextmanager
def _own_log() -> Iterator[IO[bytes]]:
    """A file without a name for what Java and Spark write past Python while they run; Java keeps it for good."""
    with TemporaryFile() as log, ExitStack() as after:
        for stream in (1, 2):
            with suppress(OSError):  # closed: nothing to keep clean
                kept = os.dup(stream)
                after.callback(os.close, kept)
                after.callback(os.dup2, kept, stream)
                os.dup2(log.fileno(), stream)
        yield log


def _last_word(log: IO[bytes]) -> str:
    """The line of a log that names an exception, else "" (the last line is where in Spark it happened)."""
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").splitlines()
    named = [line.strip() for line in lines if re.search(r"(Exception|Error): ", line)]
    return named[0][:300] if named else ""


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__

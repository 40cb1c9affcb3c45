"""Facts as the files of a workspace, and the engines that read them. Spark is left out where it cannot run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from itertools import count
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import polars as pl
import pytest

from clientlens.analysis.duckdb_engine import DuckDB
from clientlens.analysis.spark_engine import Spark
from clientlens.model.facts import Facts
from clientlens.model.tables import BY_NAME, TABLES

TESTS = Path(__file__).resolve().parents[1]
ENGINES = ("duckdb", "spark")


def no_spark():
    """Why Spark cannot run here; None: it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None:
        return "no Java"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = told.split('"')[1].split(".")[0] if '"' in told else "0"
    return None if int(version) >= 17 else f"Java {version}, Spark needs 17"


NO_SPARK = no_spark()


def _needs_spark(item):
    params = getattr(getattr(item, "callspec", None), "params", {})
    return params.get("engine") == "spark" or item.name.startswith("test_spark_")


def pytest_collection_modifyitems(items):
    for item in items:
        if NO_SPARK and item.path.parent == Path(__file__).parent and _needs_spark(item):
            item.add_marker(pytest.mark.skip(reason=NO_SPARK))


def pytest_generate_tests(metafunc):
    if "engine" in metafunc.fixturenames:
        # By module and engine: the session that is running serves all of them.
        metafunc.parametrize("engine", ENGINES)


SPARK = {"SPARK_MASTER": "local[2]", **os.environ}


def engine_on(name, paths):
    return DuckDB(paths) if name == "duckdb" else Spark(paths, SPARK)


@pytest.fixture(scope="session")
def shop():
    """`order`, `facts_of`, `random_facts` and `noon` of the tests of figures."""
    return SimpleNamespace(**run_path(str(TESTS / "analysis" / "conftest.py")))


@pytest.fixture(scope="session")
def program():
    """`run_clientlens` of the end-to-end tests, on two cores where it is Spark."""
    run = run_path(str(TESTS / "e2e" / "conftest.py"))["run_clientlens"]

    def call(*args, **kwargs):
        return run(*args, environment={**SPARK, "HOME": "/nonexistent"}, **kwargs)

    return call


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    """`stored(facts)`: the paths of its tables written as a workspace does, some without the columns of today.

    Also gives the facts that Polars reads from them.
    """
    numbers = count()

    def write(facts, *, lacking=()):
        folder = tmp_path_factory.mktemp("it's 50% of [a] *, # {shop} a=b") / str(next(numbers))
        folder.mkdir()
        paths, frames = {}, {}
        for table in TABLES:
            rows = getattr(facts, table.name).collect()
            if table.day is None or rows.is_empty():
                parts = [rows] if rows.height else []
            else:
                # Two files, the older one of an earlier version.
                half = rows[table.day].median()
                older = rows.filter(pl.col(table.day) <= half).drop(
                    name for name in lacking if name in rows.columns
                )
                parts = [part for part in (older, rows.filter(pl.col(table.day) > half)) if part.height]
            files = [folder / f"{table.name}-{number}.parquet" for number in range(len(parts))]
            for file, part in zip(files, parts, strict=True):
                part.write_parquet(file)
            paths[table.name] = [str(file) for file in files]
            frames[table.name] = (
                pl.scan_parquet(files, glob=False, schema=table.schema, missing_columns="insert")
                if files
                else pl.LazyFrame(schema=table.schema)
            )
        assert set(paths) == set(BY_NAME)
        return paths, Facts(**frames, timezone=facts.timezone)

    return write


@pytest.fixture(scope="session")
def on():
    """`on(name, paths)`: an engine."""
    return engine_on

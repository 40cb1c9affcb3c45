"""What goes wrong with an engine is one line and exit code 2, and stdout stays empty."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from clientlens.analysis import spark_engine
from clientlens.analysis.engines import tables_on
from clientlens.analysis.spark_engine import Spark
from clientlens.errors import EngineFailed, EngineMissing, JavaMissing
from clientlens.model.tables import IDENTITIES


def _read(engine):
    return engine.collect(engine.table(IDENTITIES))


def test_a_file_that_is_gone_is_told_in_one_line(on, engine, tmp_path):
    with pytest.raises(EngineFailed) as failed:
        _read(on(engine, {"identities": [str(tmp_path / "gone.parquet")]}))
    assert failed.value.message.startswith(f"the engine {engine} failed: ")
    assert "gone.parquet" in failed.value.message
    assert "\n" not in failed.value.message
    assert failed.value.exit_code == 2


def test_a_file_that_is_no_parquet_is_told_in_one_line(on, engine, tmp_path):
    (tmp_path / "broken.parquet").write_text("no Parquet at all")
    with pytest.raises(EngineFailed) as failed:
        _read(on(engine, {"identities": [str(tmp_path / "broken.parquet")]}))
    assert "\n" not in failed.value.message


def test_sums_beyond_64_bits_are_an_error_and_not_another_number(on, engine, shop, stored):
    import narwhals.stable.v2 as nw

    orders = [shop.order(str(number), "ann", order_total=2**62) for number in range(2)]
    paths, facts = stored(shop.facts_of(orders))
    tables = tables_on(facts, on(engine, paths))
    total = nw.from_native(tables.orders).select(nw.col("order_total").sum().cast(nw.Int64))
    with pytest.raises(EngineFailed):
        tables.engine.collect(total.to_native())


def test_without_the_package_pip_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineMissing) as missing:
        Spark({}, {})
    assert missing.value.hint == "pip install 'clientlens[spark]'"


def test_a_spark_that_is_too_old_is_not_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(__version__="3.5.6"))
    with pytest.raises(EngineMissing, match=r"pyspark 3\.5\.6 is too old"):
        Spark({}, {})


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ('openjdk version "11.0.22" 2024-01-16', "Java 11"),
        ('java version "1.8.0_392"', "Java 1"),
        ("Error: could not find libjava.so", "which does not run"),
    ],
)
def test_a_java_that_cannot_run_spark_is_named(monkeypatch, tmp_path, told, found):
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(__version__="4.1.0"))
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{told}' >&2\n")
    java.chmod(0o755)
    with pytest.raises(JavaMissing, match=found):
        Spark({}, {"JAVA_HOME": str(tmp_path)})


def test_a_java_home_without_java_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(__version__="4.1.0"))
    with pytest.raises(JavaMissing, match="which does not run"):
        Spark({}, {"JAVA_HOME": str(tmp_path)})


class _Conf(dict):
    def setIfMissing(self, name, value):
        self.setdefault(name, value)

    def setMaster(self, value):
        self["spark.master"] = value

    def setAppName(self, value):
        self["spark.app.name"] = value


@pytest.mark.parametrize(
    ("configured", "variable", "master"),
    [
        ({}, None, "local[*]"),
        ({"spark.master": "local[*]"}, "local[2]", "local[2]"),
        ({"spark.master": "yarn"}, "local[2]", "yarn"),
        ({"spark.master": "spark://host:7077"}, None, "spark://host:7077"),
    ],
)
def test_what_spark_is_configured_with_stays(configured, variable, master):
    conf = spark_engine._configured(_Conf(configured), {"SPARK_MASTER": variable} if variable else {})
    assert conf["spark.master"] == master
    # Only alone on this machine it keeps to this machine.
    assert ("spark.driver.bindAddress" in conf) == master.startswith("local")

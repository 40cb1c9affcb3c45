"""Hand-written SQL and data that nobody here wrote agree with clientlens, on every engine but Spark."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def _agreement():
    return run_path(str(PROJECT / "benchmarks" / "agreement.py"))


def test_generated_orders_agree_with_sql_row_by_row(tmp_path):
    ours = _agreement()
    workspace = ours["prepared"](tmp_path, 4_000)
    told = list(ours["compared"](workspace, ["polars", "duckdb"]))
    assert len(told) == 2 * 13
    assert [(question, engine) for question, engine, _, differing, _ in told if differing] == []
    assert min(rows for _, _, rows, _, _ in told) > 50


@pytest.mark.slow
def test_a_million_generated_orders_agree_with_sql_row_by_row(tmp_path):
    ours = _agreement()
    workspace = ours["prepared"](tmp_path, 1_900_000)
    told = list(ours["compared"](workspace, ["polars", "duckdb"]))
    assert [(question, engine) for question, engine, _, differing, _ in told if differing] == []


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--engine", "duckdb")], ids=["polars", "duckdb"])
def test_every_customer_of_cdnow_is_counted_as_by_a_plain_loop(tmp_path, options):
    """Fader and Hardie's data set: 23,570 customers, 69,659 purchases, 2,500,315.63 dollars."""
    cdnow = run_path(str(PROJECT / "tools" / "cdnow.py"))
    try:
        text = cdnow["fetch"](tmp_path)
    except cdnow["NotFetched"] as error:
        pytest.skip(f"lifetimes cannot be fetched: {error}")
    wanted = cdnow["by_loop"](text)
    assert len(wanted) == 23_570
    assert sum(one.purchases for one in wanted.values()) == 69_659
    assert sum(one.cents for one in wanted.values()) == 250_031_563
    assert cdnow["by_clientlens"](text, tmp_path, *options) == wanted

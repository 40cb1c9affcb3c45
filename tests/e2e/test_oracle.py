"""The sample shops once more in SQL: insights and leaderboard as JSON against tests/analysis/oracle.py on DuckDB."""

from __future__ import annotations

import runpy
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clientlens.workspace.workspace import Workspace

# End of 2026-10-31 in Berlin, after the clocks went back. The days of the windows are worked out by hand.
INSTANT = datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC)
WINDOWS = {
    "all": (None, "2026-10-31", None),
    "last-quarter": ("2026-07-01", "2026-09-30", ("2026-04-01", "2026-06-30")),
    "60d": ("2026-09-02", "2026-10-31", ("2026-07-04", "2026-09-01")),
}


@pytest.fixture(scope="module")
def oracle():
    return runpy.run_path(str(Path(__file__).resolve().parents[1] / "analysis" / "oracle.py"))


@pytest.fixture(scope="module")
def con(sample, oracle):
    with Workspace.open(sample) as opened:
        facts = opened.facts()
        return oracle["connect"](**{name: getattr(facts, name).collect() for name in oracle["TABLES"]})


def _decimals(value, scale):
    """An integer of 10^-scale as the text that JSON shows."""
    if value is None:
        return None
    sign, digits = "-" * (value < 0), str(abs(value)).zfill(scale + 1)
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"


def _shown(row, scales):
    out = {}
    for name, value in row.items():
        shown = _decimals(value, scales[name]) if name in scales else value
        out[name] = shown.isoformat() if isinstance(shown, date) else shown
    return out


@pytest.mark.parametrize("window", WINDOWS)
def test_insights_are_what_sql_says(ask, con, oracle, window):
    first, last, _ = WINDOWS[window]
    wanted = {
        key: _shown(row, {"average_order_price": 2, "tip_frequency": 4, "completion_rate": 4})
        for key, row in oracle["insights"](
            con, instant=INSTANT, first=first, last=last, completed_when="paid", novice_below=3, never=""
        ).items()
    }
    rows = ask("insights", "--window", window, "--json").json
    names = list(next(iter(wanted.values())))
    assert len(wanted) > 50
    assert {
        (row["client_id"], row["currency"]): {name: row[name] for name in names} for row in rows
    } == wanted


@pytest.mark.parametrize("window", WINDOWS)
def test_the_platform_is_what_sql_says(reviewed, program, oracle, window):
    first, last, _ = WINDOWS[window]
    with Workspace.open(reviewed) as opened:
        facts = opened.facts()
        con = oracle["connect"](**{name: getattr(facts, name).collect() for name in oracle["TABLES"]})
    wanted = {
        client: _shown(row, {"price_low": 2, "price_high": 2})
        for client, row in oracle["platform"](
            con, instant=INSTANT, first=first, last=last, completed_when="paid", home="USD", never=""
        ).items()
    }
    told = program(
        *("-w", reviewed, "--as-of", "2026-10-31", "insights", "--scope", "platform"),
        *("--window", window, "--json"),
    ).json
    assert len(wanted) > 30
    rows = {row["client_id"]: row for row in told}
    assert set(rows) == set(wanted)
    for client, row in wanted.items():
        mean = row.pop("average_rating")
        assert {name: rows[client][name] for name in row} == row
        assert mean is None or Decimal(str(rows[client]["average_rating"])) == Decimal(mean) / 10_000


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("rank_by", ["spend", "purchases", "average"])
def test_the_leaderboard_is_what_sql_says(ask, con, oracle, window, rank_by):
    first, last, previous = WINDOWS[window]
    scales = {"average_order_amount": 2, "total_spend": 2, "revenue_share": 4}
    wanted = [
        _shown(row, scales)
        for row in oracle["leaderboard"](
            con,
            instant=INSTANT,
            first=first,
            last=last,
            previous=previous,
            completed_when="paid",
            rank_by=rank_by,
            top=25,
        )
    ]
    rows = ask("leaderboard", "--window", window, "--rank-by", rank_by, "--top", "25", "--json").json
    assert len(wanted) >= 50
    assert [{name: row[name] for name in wanted[0]} for row in rows] == wanted


def test_the_leaderboard_of_one_store_is_what_sql_says(ask, con, oracle):
    wanted = oracle["leaderboard"](
        con,
        instant=INSTANT,
        first=None,
        last="2026-10-31",
        previous=None,
        completed_when="paid",
        rank_by="purchases",
        store="harbour",
        min_orders=3,
    )
    rows = ask(
        *("leaderboard", "--rank-by", "purchases", "--store", "harbour", "--min-orders", "3", "--top", "0"),
        "--json",
    ).json
    assert wanted
    assert [(row["rank"], row["client_id"], row["purchases"]) for row in rows] == [
        (row["rank"], row["client_id"], row["purchases"]) for row in wanted
    ]

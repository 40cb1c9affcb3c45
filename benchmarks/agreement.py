"""Ask clientlens and hand-written SQL the same of a generated shop, and compare every row.

    python benchmarks/agreement.py [--lines N] [--engine polars --engine duckdb --engine spark] [--keep FOLDER]

1,900,000 lines are a million orders. The SQL is that of the tests (tests/analysis/oracle.py, metric_oracle.py), which
takes nothing from clientlens; only ranks are written anew here, since comparing each client with each other one would
take hours. Both sides read the workspace's live files. Exit code 1: some row differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from clientlens.analysis.duckdb_engine import DuckDB
from clientlens.analysis.insights import insights
from clientlens.analysis.leaderboard import RankBy, leaderboard
from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.spark_engine import Spark
from clientlens.model.tables import TABLES
from clientlens.model.timeframes import as_of_from_date, parse_window
from clientlens.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientlens.analysis.engines import Engine
    from clientlens.model.facts import Facts

HERE = Path(__file__).resolve().parent
ANALYSIS = HERE.parent / "tests" / "analysis"
ZONE = "Europe/Berlin"
AS_OF = as_of_from_date(date(2026, 10, 31), ZONE)
RULES = {"as_of": AS_OF, "completed_when": "paid"}
# Worked out by hand: days of the window, and of the one before.
WINDOWS: dict[str, tuple[str | None, str, tuple[str, str] | None]] = {
    "all": (None, "2026-10-31", None),
    "60d": ("2026-09-02", "2026-10-31", ("2026-07-04", "2026-09-01")),
    "last-quarter": ("2026-07-01", "2026-09-30", ("2026-04-01", "2026-06-30")),
}
_BY = {"spend": "spend", "purchases": "purchases", "average": "spend * 1000000000000000000 // purchases"}


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare clientlens with hand-written SQL, row by row.")
    parser.add_argument("--lines", type=int, default=1_900_000, help="rows of the orders export (1900000)")
    parser.add_argument("--engine", action="append", choices=("polars", "duckdb", "spark"), default=[])
    parser.add_argument("--keep", type=Path, help="folder for the files, kept; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        workspace = prepared(folder, options.lines)
        print("| question | engine | rows | differing | s |\n| --- | --- | ---: | ---: | ---: |")
        wrong = 0
        for question, engine, rows, differing, seconds in compared(workspace, options.engine or ["polars"]):
            print(f"| {question} | {engine} | {rows:,} | {differing:,} | {seconds:.1f} |", flush=True)
            wrong += differing
    return 1 if wrong else 0


def prepared(folder: Path, lines: int) -> Path:
    """A workspace that holds the generated export of so many lines; made where it is not there yet."""
    export, workspace = folder / f"orders-{lines}.csv", folder / f"workspace-{lines}"
    if not export.exists():
        subprocess.run([sys.executable, str(HERE / "make_orders.py"), str(lines), str(export)], check=True)
    if not workspace.exists():
        command = [sys.executable, "-m", "clientlens", "-q", "-w", str(workspace), "import", str(export)]
        subprocess.run([*command, "--timezone", ZONE], check=True, stdout=subprocess.DEVNULL)
    return workspace


def compared(workspace: Path, names: list[str]) -> Iterator[tuple[str, str, int, int, float]]:
    """Question, engine, rows, rows that differ, seconds of our side."""
    oracle, metric_oracle = (
        SimpleNamespace(**run_path(str(ANALYSIS / name))) for name in ("oracle.py", "metric_oracle.py")
    )
    with Workspace.open(workspace) as opened:
        facts = opened.facts()
        paths = {table.name: [str(path) for path in opened.paths(table)] for table in TABLES}
        con = oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})
        engines: dict[str, Engine | None] = {name: _engine(name, paths) for name in names}
        for window in WINDOWS:
            wanted = _wanted_insights(oracle, con, window)
            for name, engine in engines.items():
                yield f"insights {window}", name, *_differing(_insights, wanted, facts, engine, window)
        for window in WINDOWS:
            for rank_by in RankBy:
                ranked = _ranked_by_sql(oracle, con, window, rank_by)
                for name, engine in engines.items():
                    asked = _differing(_leaderboard, ranked, facts, engine, window, rank_by)
                    yield f"leaderboard {window} by {rank_by}", name, *asked
        told = metric_oracle.metrics(
            con,
            oracle._facts_sql,  # noqa: SLF001
            instant=AS_OF.instant,
            day=AS_OF.day,
            completed_when="paid",
            home="EUR",
        )
        for name, engine in engines.items():
            yield "metrics", name, *_differing(_metrics, told, facts, engine, next(iter(told.values())))


def _engine(name: str, paths: dict[str, list[str]]) -> Engine | None:
    if name == "polars":
        return None
    return DuckDB(paths) if name == "duckdb" else Spark(paths, {"SPARK_MASTER": "local[2]"})


def _differing(question: Any, wanted: dict[Any, Any], *arguments: Any) -> tuple[int, int, float]:
    started = time.perf_counter()
    found = question(*arguments)
    seconds = time.perf_counter() - started
    wrong = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    for key in wrong[:1]:
        print(
            json.dumps({"key": key, "sql": wanted.get(key), "ours": found.get(key)}, default=str),
            file=sys.stderr,
        )
    return len(wanted), len(wrong), seconds


def _wanted_insights(oracle: Any, con: Any, window: str) -> dict[Any, Any]:
    first, last, _ = WINDOWS[window]
    asked: dict[Any, Any] = oracle.insights(
        con, instant=AS_OF.instant, first=first, last=last, completed_when="paid"
    )
    return asked


def _insights(facts: Facts, engine: Engine | None, window: str) -> dict[Any, Any]:
    rows = insights(facts, windows=[parse_window(window)], engine=engine, **RULES).rows  # type: ignore[arg-type]
    names = (
        "completed_orders average_order_price tip_frequency last_order_date preferred_service completion_rate "
        "experience"
    ).split()
    return {
        (row["client_id"], row["currency"]): {
            **{name: row[name] for name in names},
            "basis": row["basis"],
        }
        for row in rows.iter_rows(named=True)
    }


def _ranked_by_sql(oracle: Any, con: Any, window: str, rank_by: RankBy) -> dict[Any, Any]:
    """(client_id, currency) -> rank, purchases, spend, last day, rank before; means are ranked to 18 decimals."""
    first, last, before = WINDOWS[window]
    place = f"rank() OVER (PARTITION BY currency ORDER BY {_BY[rank_by]} DESC)"
    sql = f"""WITH {oracle._facts_sql("paid")},
        bought AS (
            SELECT f.* FROM facts f JOIN clients c USING (client_id) WHERE is_completed AND NOT c.anonymous
        ),
        board AS (
            SELECT client_id, currency, count(*) AS purchases, sum(order_total - refunded)::HUGEINT AS spend,
                   max(placed_on) AS last_day
            FROM bought WHERE placed_on BETWEEN $first::DATE AND $last::DATE GROUP BY ALL
        ),
        earlier AS (
            SELECT client_id, currency, count(*) AS purchases, sum(order_total - refunded)::HUGEINT AS spend
            FROM bought WHERE placed_on BETWEEN $earlier_first::DATE AND $earlier_last::DATE GROUP BY ALL
        ),
        previous AS (SELECT client_id, currency, {place} AS place FROM earlier)
        SELECT b.client_id, b.currency, rank() OVER (PARTITION BY b.currency ORDER BY {_BY[rank_by]} DESC),
               b.purchases, b.spend, b.last_day, p.place
        FROM board b LEFT JOIN previous p ON p.client_id = b.client_id AND p.currency = b.currency"""  # noqa: SLF001
    values = {
        "instant": AS_OF.instant,
        "first": first or "0001-01-01",
        "last": last,
        # A range that ends before it begins holds nothing.
        "earlier_first": before[0] if before else "0001-01-02",
        "earlier_last": before[1] if before else "0001-01-01",
    }
    return {
        (client, currency): tuple(rest) for client, currency, *rest in con.execute(sql, values).fetchall()
    }


def _leaderboard(facts: Facts, engine: Engine | None, window: str, rank_by: RankBy) -> dict[Any, Any]:
    board = leaderboard(
        facts,
        window=parse_window(window),
        rank_by=rank_by,
        top=None,
        engine=engine,
        **RULES,  # type: ignore[arg-type]
    ).rows
    columns = ("rank", "purchases", "total_spend", "last_purchase_date", "previous_rank")
    return {
        (row["client_id"], row["currency"]): tuple(row[name] for name in columns)
        for row in board.iter_rows(named=True)
    }


def _metrics(facts: Facts, engine: Engine | None, like: dict[str, Any]) -> dict[Any, Any]:
    rows = client_metrics(facts, home_currency="EUR", engine=engine, **RULES)  # type: ignore[arg-type]
    return {row["client_id"]: {name: row[name] for name in like} for row in rows.iter_rows(named=True)}


if __name__ == "__main__":
    sys.exit(main())

"""Measure clientlens beside its peers and print one Markdown table: python benchmarks/run.py [--lines N] [--runs N]

Every contender is a fresh process. The contenders of a comparison take turns, so that a slow minute of the machine hits
all of them; what counts is the ratio of medians, never a time by itself. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).resolve().parent
BARE_PYTHON = "bare Python"
TABLES = ("orders", "order_lines", "identities", "clients")


@dataclass(slots=True)
class Contender:
    """One side of a comparison. `prepare` runs before each turn and is not measured."""

    name: str
    command: Sequence[str]
    prepare: Callable[[], None] | None = None
    output: Path | None = None
    """Where its stdout goes; None: nowhere."""
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Contenders at one task; ratios are to the first one."""

    task: str
    contenders: tuple[Contender, ...]
    goal: str


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure clientlens beside its peers; only ratios count.")
    parser.add_argument("--lines", type=int, default=1_000_000, help="rows of the orders export (1000000)")
    parser.add_argument("--runs", type=int, default=5, help="turns of each contender (5)")
    parser.add_argument("--start-runs", type=int, default=15, help="turns of --help and --version (15)")
    parser.add_argument("--keep", type=Path, help="folder for the files, kept; default: a temporary one")
    parser.add_argument("--clientlens", help="the command to measure; default: the one beside this Python")
    options = parser.parse_args()
    command = options.clientlens or shutil.which("clientlens", path=str(Path(sys.executable).parent))
    if command is None:
        print("there is no clientlens beside this Python; name it with --clientlens", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        comparisons = [_starting(command)]
        _measure(comparisons[0], options.start_runs)
        export = _export(folder, options.lines)
        comparisons.append(_importing(command, export, folder))
        _measure(comparisons[-1], options.runs)
        for comparison in (_answering(command, folder), _one_client(command, folder)):
            comparisons.append(comparison)
            _measure(comparison, options.runs)
    print(_table(comparisons, options))
    return 0


def _starting(command: str) -> Comparison:
    return Comparison(
        "start",
        (
            Contender(BARE_PYTHON, [sys.executable, "-c", "pass"]),
            Contender("clientlens --version", [command, "--version"]),
            Contender("clientlens --help", [command, "--help"]),
            Contender("import polars", [sys.executable, "-c", "import polars"]),
        ),
        "--version at most 1.5, --help at most 7",
    )


def _importing(command: str, export: Path, folder: Path) -> Comparison:
    workspace, typed = folder / "workspace", folder / "duckdb"
    ours = Contender(
        "clientlens import",
        [command, "-w", str(workspace), "import", str(export), "--timezone", "Europe/Berlin", "--quiet"],
        prepare=lambda: shutil.rmtree(workspace, ignore_errors=True),
    )
    peer = Contender(
        "DuckDB to typed Parquet",
        [sys.executable, str(HERE / "duckdb_import.py"), str(export), str(typed)],
        prepare=lambda: shutil.rmtree(typed, ignore_errors=True),
    )
    return Comparison("import", (peer, ours) if _has_duckdb() else (ours,), "at most 0.85")


def _answering(command: str, folder: Path) -> Comparison:
    """Insights of everyone over the workspace that the last import left."""
    workspace, paths = folder / "workspace", folder / "paths.json"
    ours = Contender(
        "clientlens insights --json",
        [command, "-w", str(workspace), "insights", "--json", "--quiet"],
        output=folder / "insights.json",
    )
    if not _has_duckdb():
        return Comparison("insights", (ours,), "")
    paths.write_text(json.dumps(_paths(workspace)), "utf-8")
    peer = Contender(
        "DuckDB SQL, same files",
        [sys.executable, str(HERE / "duckdb_insights.py"), str(paths), str(folder / "insights-duckdb.json")],
    )
    return Comparison("insights of everyone", (peer, ours), "at most 0.6 at 10 million orders")


def _one_client(command: str, folder: Path) -> Comparison:
    """What is asked of one client, beside a process that loads Polars and ends."""
    workspace = folder / "workspace"
    who, name = _somebody(workspace)
    asked = {"client ID": ("client", who), "client ID --json": ("client", who, "--json")}
    asked |= {
        "insights ID": ("insights", who),
        "orders ID": ("orders", who),
        "clients NAME": ("clients", name),
    }
    ours = (
        Contender(f"clientlens {title}", [command, "-w", str(workspace), "--quiet", *words])
        for title, words in asked.items()
    )
    bare = Contender("import polars", [sys.executable, "-c", "import polars"])
    return Comparison("one client", (bare, *ours), "client at most 1.5")


def _somebody(workspace: Path) -> tuple[str, str]:
    """Id and name of a client, the same one every time."""
    from clientlens.workspace.workspace import Workspace

    with Workspace.open(workspace) as opened:
        found = (
            opened.facts()
            .clients.select("client_id", "name")
            .drop_nulls()
            .sort("client_id")
            .head(1)
            .collect()
        )
    return str(found["client_id"][0]), str(found["name"][0])


def _has_duckdb() -> bool:
    return find_spec("duckdb") is not None


def _paths(workspace: Path) -> dict[str, list[str]]:
    """The live files of each table: the folder also holds files that a later import has replaced."""
    from clientlens.model.tables import BY_NAME
    from clientlens.workspace.workspace import Workspace

    with Workspace.open(workspace) as opened:
        return {table: [str(path) for path in opened.paths(BY_NAME[table])] for table in TABLES}


def _export(folder: Path, lines: int) -> Path:
    path = folder / f"orders-{lines}.csv"
    if not path.exists():
        print(f"writing {lines:,} rows", file=sys.stderr)
        subprocess.run([sys.executable, str(HERE / "make_orders.py"), str(lines), str(path)], check=True)
    return path


def _measure(comparison: Comparison, runs: int) -> None:
    """One turn that is not counted (it fills the disk cache), then `runs` turns in rotation."""
    for turn in range(runs + 1):
        for contender in comparison.contenders:
            if contender.prepare is not None:
                contender.prepare()
            seconds, megabytes = _run(contender)
            if turn:
                contender.seconds.append(seconds)
                contender.megabytes.append(megabytes)
        print(f"{comparison.task}: turn {turn} of {runs}", file=sys.stderr)


def _run(contender: Contender) -> tuple[float, float]:
    """Wall-clock seconds and peak memory of one process."""
    with (contender.output or Path(os.devnull)).open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(contender.command, stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{contender.name} ended with {process.returncode}: {' '.join(contender.command)}")
    per_megabyte = 1024 * 1024 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss / per_megabyte


def _table(comparisons: list[Comparison], options: argparse.Namespace) -> str:
    rows = [
        _circumstances(options),
        "",
        "| task | contender | seconds | lowest | highest | MB | ratio | goal |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for comparison in comparisons:
        first = statistics.median(comparison.contenders[0].seconds)
        for number, contender in enumerate(comparison.contenders):
            median = statistics.median(contender.seconds)
            ratio = f"{median / first:.2f}" if number else "1"
            rows.append(
                f"| {comparison.task} | {contender.name} | {median:.3f} | {min(contender.seconds):.3f} | "
                f"{max(contender.seconds):.3f} | {statistics.median(contender.megabytes):.0f} | {ratio} | "
                f"{comparison.goal if number else ''} |"
            )
    return "\n".join(rows)


def _circumstances(options: argparse.Namespace) -> str:
    return (
        f"{options.lines:,} rows; medians of {options.runs} turns ({options.start_runs} for start); "
        f"Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    sys.exit(main())

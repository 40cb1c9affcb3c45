"""Time and memory of the three engines on one workspace: python benchmarks/engines.py [--lines N] [--runs N] [--keep DIR]

Fresh processes that take turns; ratios are to Polars. Memory is the most that the process and its children (Spark's Java)
held together, looked at ten times a second, so Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from runpy import run_path

HERE = Path(__file__).resolve().parent
ENGINES = ("polars", "duckdb", "spark")
QUESTIONS = {
    "leaderboard": ["leaderboard"],
    "insights of everyone": ["insights", "--window", "all", "--window", "60d"],
    "metrics": ["metrics"],
}
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the three engines; only ratios count.")
    parser.add_argument("--lines", type=int, default=1_900_000, help="rows of the orders export (1900000)")
    parser.add_argument("--runs", type=int, default=3, help="turns of each engine (3)")
    parser.add_argument("--keep", type=Path, help="folder for the files, kept; default: a temporary one")
    parser.add_argument("--engine", action="append", choices=ENGINES, default=[])
    options = parser.parse_args()
    prepared = run_path(str(HERE / "agreement.py"))["prepared"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        workspace = prepared(folder, options.lines)
        print("| question | engine | s | ratio | MB | ratio |\n| --- | --- | ---: | ---: | ---: | ---: |")
        for question, arguments in QUESTIONS.items():
            taken: dict[str, list[tuple[float, float]]] = {}
            for _ in range(options.runs):
                for engine in options.engine or ENGINES:
                    taken.setdefault(engine, []).append(_turn(workspace, arguments, engine))
            _print(question, taken)
    return 0


def _print(question: str, taken: dict[str, list[tuple[float, float]]]) -> None:
    base: tuple[float, float] | None = None
    for engine, turns in taken.items():
        seconds, megabytes = (statistics.median(values) for values in zip(*turns, strict=True))
        base = base or (seconds, megabytes)
        print(
            f"| {question} | {engine} | {seconds:.1f} | {seconds / base[0]:.2f} | {megabytes:.0f} "
            f"| {megabytes / base[1]:.2f} |",
            flush=True,
        )


def _turn(workspace: Path, arguments: list[str], engine: str) -> tuple[float, float]:
    """Seconds and megabytes of one process."""
    command = [sys.executable, "-m", "clientlens", "-q", "-w", str(workspace), "--as-of", "2026-10-31"]
    started, most = time.perf_counter(), 0
    process = subprocess.Popen(
        [*command, *arguments, "--engine", engine, "--json"], stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        most = max(most, _resident(process.pid))
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(process.returncode)
    return time.perf_counter() - started, most / 2**20


def _resident(root: int) -> int:
    """Bytes that a process and all below it hold."""
    parents, pages = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)], pages[int(entry.name)] = int(fields[1]), int(fields[21])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(pages.get(pid, 0) for pid in family) * PAGE


if __name__ == "__main__":
    sys.exit(main())

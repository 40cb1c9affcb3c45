"""Run every reliability trial and write what came of it into docs/reliability.md.

Usage: python tools/reliability.py [REPORT.xml ...]
Runs the crash, damage and concurrency tests whole (about half an hour), then breaks each promise on purpose in a copy
of the project and runs the tests that must notice. With reports of pytest (--junitxml) of an earlier run the first
part is taken from them.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
TESTS = ("tests/workspace/test_crash.py", "tests/cli/test_together.py", "tests/cli/test_damage.py")
MARKS = ("<!-- made by tools/reliability.py: begin -->", "<!-- made by tools/reliability.py: end -->")
WAYS = {
    "kill": "killed before each file call",
    "killafter": "killed after each file call",
    "short": "half of each write, then killed",
    "ENOSPC": "disk full at one call",
    "ENOSPC+": "disk full from each call on",
    "EIO": "input/output error at one call",
    "SIGTERM": "SIGTERM at each call",
    "SIGINT": "Ctrl-C at each call",
}


class Break(NamedTuple):
    """A promise broken on purpose: in `file` the text `old` becomes `new`; `tests` must notice."""

    promise: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


POWER = ("tests/workspace/test_crash.py::test_a_power_cut_leaves_the_state_before_or_after",)
KILL = ("tests/workspace/test_crash.py::test_a_kill_at_every_third_call_leaves_the_state_before_or_after",)
LOCK = ("tests/workspace/test_lock.py", "tests/cli/test_together.py")
OPEN = ("tests/workspace/test_workspace.py",)
LEDGER = ("tests/workspace/test_ledger.py",)
DAMAGE = ("tests/cli/test_damage.py",)
_TWO = """
            self.connection.execute("COMMIT")
            self.connection.execute("BEGIN IMMEDIATE")"""
_NAMED = "            catalogue.remove_files(self.connection, change.removed, snapshot)"
BREAKS = (
    Break(
        "fsync of stored files",
        "files are not synced before they are named",
        "folder.py",
        "            sync(descriptor)\n            written",
        "            written",
        POWER,
    ),
    Break(
        "fsync of the folder",
        "names of new files are not synced before the commit",
        "deriving.py",
        "sync_folder(self.folder / FACTS)",
        "pass",
        POWER,
    ),
    Break(
        "fsync of the commit",
        "SQLite does not wait for the disk",
        "database.py",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = OFF",
        POWER,
    ),
    Break(
        "one transaction",
        "an import is named in one transaction and its files in a second",
        "writing.py",
        _NAMED,
        _NAMED + _TWO,
        KILL,
    ),
    Break(
        "files before names",
        "replaced files are deleted at once, not after three states",
        "writing.py",
        "state.snapshot - KEPT_STATES + 1",
        "state.snapshot + 1",
        OPEN,
    ),
    Break(
        "one writer",
        "the writer's lock is not taken",
        "lock.py",
        "if not _take(descriptor, fcntl.LOCK_EX, timeout):",
        "if False:",
        LOCK,
    ),
    Break(
        "readers keep their files",
        "a reader takes no shared lock",
        "lock.py",
        "fcntl.flock(descriptor, fcntl.LOCK_SH)",
        "pass",
        (*LOCK[:1], *OPEN),
    ),
    Break(
        "hash of stored files",
        "the hash is not compared",
        "facts.py",
        "if sha256_of(path) != file.sha256:",
        "if False:",
        (*OPEN, *DAMAGE),
    ),
    Break(
        "hash of the ledger",
        "the chain of entries is not compared",
        "seals.py",
        "if chain != written:",
        "if False:",
        LEDGER,
    ),
    Break(
        "seal of the catalogue",
        "the seal is not compared",
        "seals.py",
        "stored[0] != _digest(connection)",
        "False",
        LEDGER,
    ),
    Break(
        "each key once",
        "a ledger entry whose key is known is written again",
        "events.py",
        "if event.key is not None:",
        "if False:",
        LEDGER,
    ),
)


def run_tests(folder: Path, *arguments: str, report: Path) -> int:
    """Run pytest in a folder that has the project's src and tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    done = subprocess.run([*command, *arguments], cwd=folder, env=environment, check=False)
    return done.returncode


def rows_of(reports: list[Path]) -> list[tuple[str, str, int, int]]:
    """(operation, way, trials, failures) of every test that counted; the same kind of trial added up."""
    found: dict[tuple[str, str], list[int]] = {}
    for report in reports:
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by pytest just now
            said = {one.get("name"): one.get("value") for one in case.iter("property")}
            if "trials" not in said:
                if case.find("failure") is not None or case.find("error") is not None:
                    found[str(case.get("name")), "came to no count"] = [1, 1]
                continue
            if re.search(r"\b(at|after|from) every \w+ call", said["way"] or ""):
                continue  # the bounded form of a sweep that is here as a whole
            mode, sparse, _ = said["way"].partition(" at calls all along")
            way = WAYS.get(mode, mode).replace("each", "every 11th" if sparse else "each")
            counted = found.setdefault((said["operation"], way), [0, 0])
            counted[0] += int(said["trials"])
            counted[1] += int(said["failures"])
    return [(*key, *value) for key, value in found.items()]


def failing(report: Path) -> list[str]:
    """Names of the tests that failed or could not be set up, without their parameters."""
    names = [
        str(case.get("name")).split("[")[0]
        for case in ET.parse(report).getroot().iter("testcase")  # noqa: S314 - written by pytest just now
        if case.find("failure") is not None or case.find("error") is not None
    ]
    return list(dict.fromkeys(names))


def broken(one: Break) -> list[str]:
    """The tests that notice a promise broken in a copy of the project."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("src", "tests", "data"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "pyproject.toml", folder)
        target = folder / "src" / "clientlens" / "workspace" / one.file
        text = target.read_text("utf-8")
        if text.count(one.old) != 1:
            raise SystemExit(f"{one.file}: {one.old!r} is not there once")
        target.write_text(text.replace(one.old, one.new), "utf-8")
        report = folder / "report.xml"
        run_tests(folder, "--maxfail=3", *one.tests, report=report)
        return failing(report)


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main() -> int:
    """0 when no trial failed and every broken promise was noticed."""
    given = [Path(name).resolve() for name in sys.argv[1:] if not name.startswith("-")]
    with tempfile.TemporaryDirectory() as place:
        if not given:
            given = [Path(place) / "trials.xml"]
            run_tests(ROOT, "-m", "slow or not slow", *TESTS, report=given[0])
        rows = rows_of(given)
    noticed = [(one, broken(one)) for one in BREAKS]
    write(rows, noticed)
    return 1 if any(row[3] for row in rows) or not all(names for _, names in noticed) else 0


def write(rows: list[tuple[str, str, int, int]], noticed: list[tuple[Break, list[str]]]) -> None:
    """Put the figures into the page."""
    trials, failures = sum(row[2] for row in rows), sum(row[3] for row in rows)
    ran = (
        f"Run on {dt.datetime.now(dt.UTC):%Y-%m-%d} with Python {platform.python_version()} on "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores: "
        f"**{trials:,} trials, {failures:,} failures**."
    )
    made = "\n".join(
        [
            ran,
            "",
            table(
                ("operation", "what was done to it", "trials", "failures"),
                [(a, b, f"{c:,}", d) for a, b, c, d in rows],
            ),
            "",
            "## Each promise broken on purpose",
            "",
            "A test that cannot fail proves nothing. So the same run breaks each promise in a copy of the program, and",
            "these tests fail (the first three are named):",
            "",
            table(
                ("promise", "broken so", "tests that fail"),
                [
                    (one.promise, one.what, "<br>".join(f"`{name}`" for name in names) or "**none**")
                    for one, names in noticed
                ],
            ),
        ]
    )
    text = PAGE.read_text("utf-8")
    head, rest = text.split(MARKS[0])
    PAGE.write_text(f"{head}{MARKS[0]}\n\n{made}\n\n{MARKS[1]}{rest.split(MARKS[1])[1]}", "utf-8")
    print(made)


if __name__ == "__main__":
    sys.exit(main())

"""The program called in this process, or as a process of its own, over small hand-made exports."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import clientlens
from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console

HANDMADE = Path(__file__).resolve().parents[1] / "handmade" / "main"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Result:
    stdout: bytes
    stderr: str
    code: int

    @property
    def text(self):
        return self.stdout.decode()

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def error(self):
        return json.loads(self.stderr.splitlines()[-1])["error"]


@pytest.fixture
def call(tmp_path):
    """`call("workspace", "status", ws=path)`: one command line, carried out in this process."""

    def run_it(*args, ws=None, user="ada"):
        stdout, stderr = io.BytesIO(), io.StringIO()
        run = Run(Console(stdout, stderr), {}, tmp_path, lambda: NOON, user=user)
        echoed = io.TextIOWrapper(stdout, "utf-8", write_through=True)
        named = () if ws is None else ("-w", str(ws))
        with contextlib.redirect_stdout(echoed), contextlib.redirect_stderr(stderr):
            code = execute([*named, *(str(arg) for arg in args)], run)
        echoed.detach()
        return Result(stdout.getvalue(), stderr.getvalue(), int(code))

    return run_it


@pytest.fixture
def start(tmp_path):
    """`start("import", ..., ws=path)`: the same as a process of its own, not waited for."""
    source = str(Path(clientlens.__file__).parents[1])

    def begin(*args, ws, before=(), **values):
        environment = {**os.environ, "PYTHONPATH": source, **values}
        return subprocess.Popen(
            [*before, sys.executable, "-m", "clientlens", "-w", str(ws), *(str(arg) for arg in args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=tmp_path,
            text=True,
        )

    return begin


@pytest.fixture
def process(start):
    """`process("import", ..., ws=path)`: a process of its own; (stdout, stderr, exit code)."""

    def run_it(*args, **values):
        running = start(*args, **values)
        out, err = running.communicate(timeout=120)
        return out, err, running.returncode

    return run_it


FILES = {
    "first": [HANDMADE / "orders_1.csv", HANDMADE / "checkouts.csv"],
    "second": [HANDMADE / "orders_2.csv"],
    "third": [HANDMADE / "customers.csv"],
}


@pytest.fixture(scope="session")
def _template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "ws"
    for files in FILES.values():
        stdout, stderr = io.BytesIO(), io.StringIO()
        run = Run(Console(stdout, stderr), {}, path.parent, lambda: NOON, user="ada")
        names = [str(file) for file in files]
        zone = ["--timezone", "Europe/Berlin"]
        assert execute(["-w", str(path), "import", *zone, *names], run) == 0, stderr.getvalue()
    return path


@pytest.fixture
def ws(_template, tmp_path):
    """A workspace with three imports, the test's own."""
    path = tmp_path / "shop"
    shutil.copytree(_template, path)
    return path


@pytest.fixture
def files():
    """Name of an import of `ws` -> the files it read."""
    return FILES

"""The gallery, and how to bring each of its errors about."""

from __future__ import annotations

import io
import os
import sqlite3
import tomllib
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clientlens.cli.context import Run
from clientlens.cli.main import execute
from clientlens.console import Console
from clientlens.workspace.lock import writing

GALLERY = tomllib.loads(Path(__file__).with_name("gallery.toml").read_text("utf-8"))
WORKSPACE = ".clientlens"


def _run(folder, args, environment=None):
    stdout, stderr = io.BytesIO(), io.StringIO()
    console = Console(stdout, stderr)
    run = Run(
        console,
        environment or {},
        Path(folder),
        lambda: datetime(2026, 11, 1, 12, tzinfo=UTC),
        stdin=io.BytesIO(),
    )
    code = execute(args, run)
    return int(code), stdout.getvalue(), stderr.getvalue()


@contextmanager
def _locked(workspace):
    with writing(workspace, "clientlens import big.csv", 0):
        yield


def _newer(workspace):
    catalogue = sqlite3.connect(workspace / "catalogue.sqlite")
    catalogue.execute("PRAGMA user_version = 99")
    catalogue.close()
    return nullcontext()


def _damaged(workspace):
    min((workspace / "facts").glob("clients*.parquet")).unlink()
    return nullcontext()


SETUPS = {"locked": _locked, "newer": _newer, "damaged": _damaged}


@pytest.fixture(scope="session")
def gallery():
    return GALLERY


@pytest.fixture
def bring_about(tmp_path, monkeypatch):
    """Carry out one entry of the gallery: exit code, stdout, stderr."""
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))

    def call(entry, *more):
        for name, text in (GALLERY["files"] | entry.get("files", {})).items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode("latin-1"))
        if entry.get("workspace"):
            made = _run(tmp_path, ["import", "orders.csv", "--timezone", "UTC"])
            assert made[0] == 0, made
        if "settings" in entry:
            (tmp_path / WORKSPACE / "clientlens.toml").write_text(entry["settings"])
        if "before" in entry:
            assert _run(tmp_path, entry["before"])[0] == 0
        setup = SETUPS[entry["setup"]](tmp_path / WORKSPACE) if "setup" in entry else nullcontext()
        # As the shell hands over bytes that are no UTF-8.
        args = [os.fsdecode(arg.encode("latin-1")) for arg in entry["args"]]
        with setup:
            return _run(tmp_path, [*args, *more], entry.get("environment"))

    return call

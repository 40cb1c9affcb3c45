"""The catalogue of faults is a package of this folder; the program is run as the end-to-end tests run it."""

from __future__ import annotations

import sys
from pathlib import Path
from runpy import run_path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
_E2E = run_path(str(Path(__file__).parents[1] / "e2e" / "conftest.py"))


@pytest.fixture(scope="session")
def program():
    """`run_clientlens`."""
    return _E2E["run_clientlens"]

"""The page about faults says what the catalogue holds."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    assert run_path(str(ROOT / "tools" / "faults_page.py"))["page"]() == (
        ROOT / "docs" / "input-faults.md"
    ).read_text("utf-8")

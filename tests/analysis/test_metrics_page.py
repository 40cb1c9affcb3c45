"""docs/metrics.md says what the table of metrics says."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date():
    assert run_path(str(ROOT / "tools" / "metrics_page.py"))["metrics_page"]() == (
        ROOT / "docs" / "metrics.md"
    ).read_text("utf-8")

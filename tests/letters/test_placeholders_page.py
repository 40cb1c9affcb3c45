"""The page of placeholders."""

from __future__ import annotations

import runpy
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_the_page_of_placeholders_is_up_to_date():
    page = runpy.run_path(str(PROJECT / "tools" / "placeholders_page.py"))["placeholders_page"]()
    told = "run: python tools/placeholders_page.py --write"
    assert (PROJECT / "docs" / "placeholders.md").read_text("utf-8") == page, told

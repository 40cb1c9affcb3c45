"""What the tools that write a page of the documentation have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_or_compare(page: Path, text: str) -> int:
    """With --write: write the page. Else: 0 when it is as it would be written, 1 and what to do when it is not."""
    if "--write" in sys.argv[1:]:
        page.write_text(text, "utf-8")
        return 0
    if page.read_text("utf-8") == text:
        return 0
    print(f"{page} is out of date: python {sys.argv[0]} --write", file=sys.stderr)
    return 1

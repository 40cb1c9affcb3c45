"""Print one of the README's two set-up commands, so that CI runs what readers paste.

Usage: python tools/readme_command.py demo|tests
The README marks each with an HTML comment (`<!-- command: demo -->`) above its fenced block.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def command(name: str) -> str:
    """The shell lines of the fenced block under the marker `name`."""
    found = re.findall(
        rf"<!-- command: {name} -->\n```(?:sh|bash|console)\n(.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} blocks marked 'command: {name}', not one")
    return str(found[0]).strip()


if __name__ == "__main__":
    print(command(sys.argv[1]))

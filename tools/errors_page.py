"""Make docs/errors.md of tests/errors/gallery.toml, whose every entry the tests bring about.

Usage: python tools/errors_page.py [--write]
"""

from __future__ import annotations

import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "tests" / "errors" / "gallery.toml"
PAGE = ROOT / "docs" / "errors.md"
INTRO = """# Errors and exit codes

Made from `tests/errors/gallery.toml` by `python tools/errors_page.py --write`; the tests bring each of these errors about
and compare it word for word.

## Exit codes

| code | means |
|---|---|
| 0 | all is fine, also when the reader of a pipe has had enough (`\\| head -1`) |
| 1 | done, but rows were set aside (`--accept-rejects N` allows N of them), or mail could not be sent |
| 2 | wrong usage or settings, an unknown or ambiguous client, a file that exists: nothing was done |
| 3 | an input file cannot be taken: nothing was stored |
| 4 | the workspace is missing, damaged, locked or newer than the program |
| 70 | a bug in clientlens; run it again with `--verbose` and report what it prints |
| 130 | interrupted (Ctrl-C): nothing is half done |
| 143 | terminated: nothing is half done |

## How an error is told

On stderr, in two lines: what is wrong, with the file and the line where there is one, and what to do about it.

```
clientlens: error: orders.csv:17: ...
hint: ...
```

With `--json` (or `--format json`) the last line of stderr is one object instead, for scripts:
`{"error": {"code", "exit", "message", "hint", "file", "line"}}`. `code` is the name in brackets below; it stays the
same when the words are improved.

A row that cannot be read is no error: it is set aside, listed, and the rest goes in (exit code 1).
"""
KINDS = {
    1: "Mail (exit code 1)",
    2: "Usage and settings (exit code 2)",
    3: "Input files (exit code 3)",
    4: "The workspace (exit code 4)",
}


def errors_page() -> str:
    """The text of docs/errors.md."""
    entries = tomllib.loads(GALLERY.read_text("utf-8"))["errors"]
    parts = [INTRO]
    for code, title in KINDS.items():
        parts.append(f"## {title}\n")
        parts += [_entry(entry) for entry in entries if entry["exit"] == code]
    return "\n".join(parts).rstrip() + "\n"


def _entry(entry: dict[str, Any]) -> str:
    name = "".join("_" * (n > 0 and c.isupper()) + c.lower() for n, c in enumerate(entry["class"]))
    variables = "".join(f"{key}={shlex.quote(value)} " for key, value in entry.get("environment", {}).items())
    command = variables + "clientlens " + " ".join(_quoted(arg) for arg in entry["args"])
    message = entry["message"].replace("{folder}", "/home/you/shop")
    return (
        f"**{entry['when']}** (`{name}`)\n\n```\n$ {command}\nclientlens: error: {message}\n"
        f"hint: {entry['hint']}\n```\n"
    )


def _quoted(arg: str) -> str:
    if arg.isascii():
        return shlex.quote(arg)
    return "$'" + "".join(c if c.isascii() else f"\\x{ord(c):02x}" for c in arg) + "'"


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, errors_page()))

"""Make docs/input-faults.md of the catalogue under tests/faults, whose every file the tests import.

Usage: python tools/faults_page.py [--write]
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "input-faults.md"
sys.path.insert(0, str(ROOT / "tests" / "faults"))

INTRO = """# Faults of input files

What `import` does with files that are not as they should be. Made from the catalogue in `tests/faults` by
`python tools/faults_page.py --write`; each of its {count} files has one fault, and the tests import every one and compare
what is stored to the cent.

- **Accepted**: it means one thing only, and that is stored (exit code 0).
- **Set aside**: the row, with the other rows of its order, is listed with file, line, column and reason; all others go
  in (exit code 1). `--rejects bad.csv` writes such rows out, to be corrected and imported again.
- **Refused**: what the file means cannot be known, so nothing of the whole call is stored (exit code 3).

Always: rows in the files = stored + duplicate + skipped + set aside, and nothing in a file can steer your terminal.
A file also changes nothing by its name: `*` and `[x]` are letters of it, and an address such as `https://…` is not opened.
Folders, named pipes and files that change while they are read are refused.
"""
WORDS = {"accepted": "Accepted", "set aside": "Set aside", "refused": "Refused"}


def page() -> str:
    """The page's text."""
    from fault_catalogue import CASES, GROUPS

    parts = [INTRO.format(count=len(CASES))]
    for title, cases in GROUPS.items():
        parts.append(f"## {title}\n")
        for word, shown in WORDS.items():
            faults = [case.fault + options(case.options) for case in cases if case.outcome.word == word]
            if faults := once(faults):
                parts.append(f"**{shown}**: {escaped(' · '.join(faults))}\n")
    return "\n".join(parts)


def once(faults: list[str]) -> list[str]:
    """What holds in an array and in lines alike, told once."""
    array, lines = ", in an array", ", in lines"
    both = {
        one.removesuffix(array)
        for one in faults
        if one.endswith(array) and one.removesuffix(array) + lines in faults
    }
    bare = [one.removesuffix(array).removesuffix(lines) for one in faults]
    return list(dict.fromkeys(name if name in both else one for one, name in zip(faults, bare, strict=True)))


def options(words: tuple[str, ...]) -> str:
    """What was added to the command, where the fault's name does not say it."""
    return f" (with {' '.join(words)})" if words else ""


def escaped(text: str) -> str:
    """Text without anything that Markdown would take for its own."""
    for mark in "\\*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, page()))

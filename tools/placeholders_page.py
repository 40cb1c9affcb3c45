"""Make docs/placeholders.md of the registries of placeholders and directives.

Usage: python tools/placeholders_page.py [--write]
"""

from __future__ import annotations

import sys
from pathlib import Path

from clientlens.analysis.placeholders import PLACEHOLDERS, Placeholder
from clientlens.letters.directives.registry import load
from clientlens.model.answer import Kind

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "placeholders.md"
INTRO = """# Placeholders

What the templates of [messages](messages.md) and [letters](letter-templates.md) can say of a client. Made from the
registry in `analysis/placeholders.py` and the files in `letters/directives/` by
`python tools/placeholders_page.py --write`.

`{city|your town}` says "your town" where the town is not known, `{city|}` says nothing. Without a bar, a client of whom
it is not known gets no message and no letter, and you are told which placeholder it was. Days, numbers and money are
written as the client's language does; the samples here are in English. What *in a condition* says is how letters can
ask for it: `{if points >= 100}`.
"""
BLOCKS = """## On a line of its own

In letters:

| directive | puts there |
|---|---|
"""
BLOCKS_OF_MESSAGES = """
In messages `{sender}` and `{objection}` stand in the text: who writes, with the postal address, and how to object to
more messages.
"""
KINDS = {Kind.TEXT: "text", Kind.INTEGER: "number", Kind.MONEY: "amount, as 99.50", Kind.DATE: "day"}


def placeholders_page() -> str:
    """The text of docs/placeholders.md."""
    said = [one for one in PLACEHOLDERS if not one.block]
    parts = [
        INTRO,
        _table("In messages and letters", [one for one in said if not one.letters]),
        _table("In letters alone", [one for one in said if one.letters]),
        BLOCKS + "\n".join(f"| `{{{one.word}}}` | {_cell(one.doc)} |" for one in load().values()),
        BLOCKS_OF_MESSAGES.removesuffix("\n"),
    ]
    return "\n".join(parts) + "\n"


def _table(title: str, rows: list[Placeholder]) -> str:
    head = f"## {title}\n\n| placeholder | is | for example | in a condition |\n|---|---|---|---|\n"
    return head + "\n".join(map(_row, rows)) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _row(one: Placeholder) -> str:
    kind = "known or not" if one.skeleton else KINDS[one.kind]
    return f"| `{{{one.name}}}` | {one.label} | {one.sample} | {kind} |"


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, placeholders_page()))

"""Keep the tables of docs/expressions.md: the functions and names that the code knows.

Usage: python tools/expressions_page.py [--write]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from clientlens.analysis.expressions import FUNCTIONS
from clientlens.analysis.selection import Extra, asked, columns
from clientlens.model.answer import Kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "expressions.md"
KINDS = {
    Kind.TEXT: "text",
    Kind.INTEGER: "number",
    Kind.MONEY: "amount",
    Kind.SCALED: "number",
    Kind.DATE: "date",
    Kind.INSTANT: "date",
    Kind.BOOLEAN: "condition",
}


def functions() -> str:
    """The table of functions."""
    given = {"abs": "number", "coalesce": "value, value, ..."}
    rows = [f"| `{name}({given.get(name, 'text')})` | {doc} |" for name, doc in FUNCTIONS.items()]
    rows += [f"| `{one.name}('...')` | {one.doc} |" for one in asked(_nobody, _nobody, Extra())]
    rows.append("| `in_group('...')` | is in the group of that name, by hand, by rule or by files |")
    return "\n".join(["| function | is |", "|---|---|", *rows])


def names() -> str:
    """The table of names."""
    rows = [
        f"| `{one.name}` | {KINDS[one.kind]} | {'' if one.unit == 'money' else one.unit} | {one.doc}{_choices(one.values)} |"
        for one in columns()
        if one.kind in KINDS
    ]
    return "\n".join(["| name | is | unit | what it says |", "|---|---|---|---|", *rows])


def _choices(values: tuple[str, ...]) -> str:
    return f": {', '.join(f'`{one}`' for one in values)}" if values else ""


def _nobody(_: str) -> tuple[str, ...]:
    return ()


def expressions_page() -> str:
    """The text of docs/expressions.md, its tables made anew."""
    text = PAGE.read_text("utf-8")
    for mark, table in (("functions", functions()), ("names", names())):
        text = re.sub(
            rf"(<!-- {mark} -->\n).*?(<!-- end -->)",
            lambda found, table=table: f"{found[1]}{table}\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    from pages import write_or_compare

    sys.exit(write_or_compare(PAGE, expressions_page()))

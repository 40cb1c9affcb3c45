"""Check the documentation: links lead somewhere, and docs/commands.md says what --help says.

Usage: python tools/check_docs.py [--write]
With --write, docs/commands.md is made anew from the commands themselves.
"""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path

from clientlens.cli.app import root
from clientlens.cli.click_ import Command, Context, TyperGroup

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "commands.md"
INTRO = """# Commands

Made from `--help` by `python tools/check_docs.py --write`. What the figures mean stands in [figures.md](figures.md).

The options of the first block are taken by every command, before or after its name. Answers also take `--format`,
`--json`, `--output`, `--force`, `--limit` and `--no-csv-safe`.
"""


def help_of(command: Command, path: str, parent: Context | None) -> list[tuple[str, str]]:
    """(command line, help text) of a command and those below it."""
    context = Context(
        command, info_name=path.rsplit(" ", 1)[-1], parent=parent, terminal_width=100, max_content_width=100
    )
    found = [(path, command.get_help(context))]
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                found += help_of(inner, f"{path} {name}", context)
    return found


def commands_page() -> str:
    """The text of docs/commands.md."""
    parts = [INTRO]
    for path, text in help_of(root(), "clientlens", None):
        lines = "\n".join(line.rstrip() for line in text.splitlines())
        parts.append(f"## {path}\n\n```\n{lines}\n```\n")
    return "\n".join(parts)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links() -> list[str]:
    """Every link of README and docs that leads nowhere."""
    broken = []
    for page in [ROOT / "README.md", *sorted(ROOT.glob("*/**/*.md"))]:
        if any(part.startswith(".") for part in page.relative_to(ROOT).parts):
            continue
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (page.parent / file).resolve() if file else page
            if not target.exists():
                broken.append(f"{page.relative_to(ROOT)}: {link} leads nowhere")
            elif anchor and anchor not in anchors(target):
                broken.append(f"{page.relative_to(ROOT)}: {link} has no such heading")
    return broken


def main() -> int:
    """Print what is wrong; 0 when nothing is."""
    made = commands_page()
    if "--write" in sys.argv[1:]:
        COMMANDS.write_text(made, "utf-8")
    found = broken_links()
    there = COMMANDS.read_text("utf-8") if COMMANDS.exists() else ""
    if there != made:
        found.append("docs/commands.md is not what --help says: python tools/check_docs.py --write")
        found += list(difflib.unified_diff(there.splitlines(), made.splitlines(), lineterm="", n=0))[:20]
    print("\n".join(found) if found else "documentation: links and command reference are right")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

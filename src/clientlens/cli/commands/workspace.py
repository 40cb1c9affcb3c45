"""`clientlens workspace`: what is in it, and what was imported."""

from __future__ import annotations

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current

ANSWERS = {
    "workspace status": "clientlens.cli.reports:STATUS_FIELDS",
    "workspace imports": "clientlens.cli.reports:IMPORT_FIELDS",
}


def status() -> None:
    """Show what the workspace holds and where it is.

    \b
    Examples:
      clientlens workspace status
      clientlens workspace status --json
    """
    from clientlens.cli.reports import status_answer

    run = current()
    with run.open() as workspace:
        run.answer(status_answer(workspace))


def imports() -> None:
    """List every import, the first one first.

    \b
    Examples:
      clientlens workspace imports
    """
    from clientlens.cli.reports import imports_answer

    run = current()
    with run.open() as workspace:
        run.answer(imports_answer(workspace))


COMMAND = Group(
    name="workspace",
    help="Show what is stored and what was imported.",
    commands={"status": leaf(status), "imports": leaf(imports)},
    default="status",
)

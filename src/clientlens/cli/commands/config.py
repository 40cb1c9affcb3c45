"""`clientlens config`: settings with their origin."""

from __future__ import annotations

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current

ANSWERS = {"config show": "clientlens.cli.reports:SETTING_FIELDS"}


def show() -> None:
    """Show every setting, its value and where that comes from.

    \b
    Examples:
      clientlens config show
      clientlens config show --json
    """
    from clientlens.cli.reports import settings_answer

    run = current()
    run.answer(settings_answer(run))


COMMAND = Group(
    name="config",
    help="Show settings and where they come from.",
    commands={"show": leaf(show)},
    default="show",
)

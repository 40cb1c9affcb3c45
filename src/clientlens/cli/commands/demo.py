"""`clientlens demo`."""

from __future__ import annotations

from clientlens.cli.app import leaf
from clientlens.cli.context import current


def demo() -> None:
    """Show the main answers on two invented shops, with their commands.

    The sample files are imported into a throw-away workspace, which is gone afterwards.

    \b
    Examples:
      clientlens demo
    """
    from clientlens.cli.demonstration import demonstrate

    demonstrate(current())


COMMAND = leaf(demo, answers=False)

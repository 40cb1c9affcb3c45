"""`clientlens sources`."""

from __future__ import annotations

from clientlens.cli.app import leaf
from clientlens.cli.context import current

ANSWERS = {"sources": "clientlens.cli.reports:SOURCE_FIELDS"}


def sources() -> None:
    """List the export formats that import recognises.

    \b
    Examples:
      clientlens sources
    """
    from clientlens.cli.reports import sources_answer

    run = current()
    run.answer(sources_answer())


COMMAND = leaf(sources)

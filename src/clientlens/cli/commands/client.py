"""`clientlens client`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current

ANSWERS = {
    "client": "clientlens.analysis.client_card:FIELDS",
    "client --lines": "clientlens.analysis.client_card:FIELDS_WITH_LINES",
}


def client(
    who: Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")],
    everything: Annotated[
        bool, typer.Option("--all", help="The whole history and every list to its end, not the latest rows.")
    ] = False,
    lines: Annotated[bool, typer.Option("--lines", help="With the lines of each order.")] = False,
    hints: Annotated[
        bool, typer.Option("--hints/--no-hints", help="In a table, say what to do with each figure.")
    ] = True,
) -> None:
    """Show the card of one client: everything known about them.

    \b
    Examples:
      clientlens client mara@example.org
      clientlens client 1001 --all --lines
      clientlens client mara@example.org --json
    """
    from clientlens.cli.carding import show_card

    show_card(current(), who, everything=everything, lines=lines, hints=hints)


COMMAND = leaf(client)

"""`clientlens segments`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import metric_settings

ANSWERS = {
    "segments": "clientlens.analysis.segments:CELL_FIELDS",
    "segments --clients": "clientlens.analysis.segments:CLIENT_FIELDS",
}


def segments(
    segment: Annotated[
        str | None,
        typer.Argument(metavar="[SEGMENT]", help="Clients of this segment: champions, at-risk, ..."),
    ] = None,
    clients: Annotated[
        bool, typer.Option("--clients", help="One row per client instead of the grid.")
    ] = False,
) -> None:
    """Show who buys how recently, how often and for how much (RFM).

    Without a SEGMENT: the grid of segments, with the clients and the revenue of each cell.

    \b
    Examples:
      clientlens segments
      clientlens segments at-risk
      clientlens segments --clients -o segments.csv
    """
    from clientlens.analysis.segments import segment_clients, segment_named
    from clientlens.analysis.segments import segments as ask

    run = current()
    wanted = None if segment is None else segment_named(segment)
    with run.open() as workspace:
        facts = workspace.facts()
        asked = {"as_of": run.as_of(workspace.timezone), **metric_settings(run, facts)}
        if clients or wanted is not None:
            run.answer(segment_clients(facts, segment=wanted, **asked))
        else:
            run.answer(ask(facts, **asked))


COMMAND = leaf(segments)

"""`clientlens segments`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import InGroup, Where, metric_settings, noted, selected
from clientlens.cli.suppressing import marked

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
    where: Where = None,
    group: InGroup = None,
) -> None:
    """Show who buys how recently, how often and for how much (RFM).

    Without a SEGMENT: the grid of segments, with the clients and the revenue of each cell. --where and --group choose
    whom to show; scores are among all clients.

    \b
    Examples:
      clientlens segments
      clientlens segments at-risk
      clientlens segments --clients -o segments.csv
      clientlens segments --where "country = 'DE'"
    """
    from clientlens.analysis.segments import segment_clients, segment_named
    from clientlens.analysis.segments import segments as ask

    run = current()
    wanted = None if segment is None else segment_named(segment)
    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        asked = {"as_of": as_of, "among": among, **metric_settings(run, facts)}
        listed = clients or wanted is not None
        if listed:
            answer = marked(segment_clients(facts, segment=wanted, **asked), workspace, facts)
        else:
            answer = ask(facts, **asked)
        run.answer(noted(answer, told))


COMMAND = leaf(segments)

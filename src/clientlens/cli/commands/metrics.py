"""`clientlens metrics`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.engine import EngineName, chosen_engine
from clientlens.cli.selecting import InGroup, Where, metric_settings, noted, selected
from clientlens.errors import BadCombination

ANSWERS = {
    "metrics": "clientlens.analysis.metric_answers:FIELDS",
    "metrics --describe": "clientlens.analysis.metric_answers:DESCRIBE_FIELDS",
}


def metrics(
    clients: Annotated[
        list[str] | None, typer.Argument(metavar="[CLIENT]...", help="Id, e-mail, order number or name.")
    ] = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="What each metric is, instead of its figures.")
    ] = False,
    where: Where = None,
    group: InGroup = None,
    engine: EngineName = "polars",
) -> None:
    """Show every metric of each client, or what the metrics are.

    Without a CLIENT: one row per client. With one or more: their figures beside each other, with units.

    \b
    Examples:
      clientlens metrics -o metrics.parquet
      clientlens metrics mara@example.org
      clientlens metrics --where "segment = 'At risk'" --json
      clientlens metrics --describe
    """
    from clientlens.analysis.metric_answers import description
    from clientlens.analysis.metric_answers import metrics as ask

    run = current()
    if describe:
        if clients:
            raise BadCombination("--describe", "a CLIENT")
        if where is not None or group is not None:
            raise BadCombination("--describe", "--group" if where is None else "--where")
        run.answer(description())
        return
    if clients and (where is not None or group is not None):
        raise BadCombination("a CLIENT", "--group" if where is None else "--where")
    from clientlens.analysis.client_lookup import find_one

    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        answer = ask(
            facts,
            as_of=as_of,
            clients=[find_one(facts, query) for query in clients] if clients else None,
            among=among,
            engine=chosen_engine(run, workspace, engine),
            **metric_settings(run, facts),
        )
        run.answer(noted(answer, told))


COMMAND = leaf(metrics)

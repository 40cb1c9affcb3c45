"""`clientlens metrics`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import metric_settings
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
) -> None:
    """Show every metric of each client, or what the metrics are.

    Without a CLIENT: one row per client. With one or more: their figures beside each other, with units.

    \b
    Examples:
      clientlens metrics -o metrics.parquet
      clientlens metrics mara@example.org
      clientlens metrics --describe
    """
    from clientlens.analysis.metric_answers import description
    from clientlens.analysis.metric_answers import metrics as ask

    run = current()
    if describe:
        if clients:
            raise BadCombination("--describe", "a CLIENT")
        run.answer(description())
        return
    from clientlens.analysis.client_lookup import find_one

    with run.open() as workspace:
        facts = workspace.facts()
        run.answer(
            ask(
                facts,
                as_of=run.as_of(workspace.timezone),
                clients=[find_one(facts, query) for query in clients] if clients else None,
                **metric_settings(run, facts),
            )
        )


COMMAND = leaf(metrics)

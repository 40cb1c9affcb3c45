"""`clientlens insights`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.engine import EngineName, chosen_engine
from clientlens.cli.selecting import InGroup, Where, noted, selected
from clientlens.cli.shared import WINDOW, Rates, read_rates

ANSWERS = {"insights": "clientlens.analysis.insights:FIELDS"}


def insights(
    clients: Annotated[
        list[str] | None, typer.Argument(metavar="[CLIENT]...", help="Id, e-mail, order number or name.")
    ] = None,
    window: Annotated[list[str] | None, WINDOW] = None,
    scope: Annotated[  # noqa: ARG001  # the one scope there is until reviews can be imported
        Literal["with-you"], typer.Option(help="Whose orders: with-you, those placed with you.")
    ] = "with-you",
    where: Where = None,
    group: InGroup = None,
    engine: EngineName = "polars",
    rates: Rates = None,
) -> None:
    """Show what clients order, spend, prefer and complete.

    Without a CLIENT: one row per client over all time. With one or more: all time beside the last 60 days.

    \b
    Examples:
      clientlens insights
      clientlens insights --window last-quarter --json
      clientlens insights mara@example.org
      clientlens insights --where "completed_orders >= 3 and last_order_date < as_of - interval '180 days'"
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.insights import insights as ask
    from clientlens.errors import BadCombination
    from clientlens.model.timeframes import parse_window

    if clients and (where is not None or group is not None):
        raise BadCombination("a CLIENT", "--group" if where is None else "--where")
    run = current()
    windows = [parse_window(text) for text in window or (["all", "60d"] if clients else ["all"])]
    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        settings = run.settings
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        answer = ask(
            facts,
            windows=windows,
            as_of=as_of,
            completed_when=settings.text("orders.completed_when"),
            novice_below=settings.number("insights.novice_below"),
            ignore=settings.ignored_products,
            clients=[find_one(facts, query) for query in clients] if clients else None,
            among=among,
            engine=chosen_engine(run, workspace, engine),
            **read_rates(run, facts, rates),
        )
        run.answer(noted(answer, told))


COMMAND = leaf(insights)

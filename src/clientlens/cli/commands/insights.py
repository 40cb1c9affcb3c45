"""`clientlens insights`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.engine import EngineName, chosen_engine
from clientlens.cli.selecting import InGroup, Where, noted, selected
from clientlens.cli.shared import WINDOW, Rates, home_currency_of, insight_rules, read_rates
from clientlens.cli.suppressing import marked

_SCOPES = {"with-you": ["with_you"], "platform": ["platform"], "both": ["with_you", "platform"]}
ANSWERS = {"insights": "clientlens.analysis.insights:FIELDS"}


def insights(
    clients: Annotated[
        list[str] | None, typer.Argument(metavar="[CLIENT]...", help="Id, e-mail, order number or name.")
    ] = None,
    window: Annotated[list[str] | None, WINDOW] = None,
    scope: Annotated[
        Literal["with-you", "platform", "both"] | None,
        typer.Option(
            help="Orders with you, reviews of all sellers, or both [default: both for a CLIENT, else with-you].",
            show_default=False,
        ),
    ] = None,
    where: Where = None,
    group: InGroup = None,
    engine: EngineName = "polars",
    hints: Annotated[
        bool, typer.Option("--hints/--no-hints", help="In a table, say what to do with each figure.")
    ] = True,
    rates: Rates = None,
) -> None:
    """Show what clients order, spend, prefer and complete.

    Without a CLIENT: one row per client over all time. With one or more: all time beside the last 60 days, of the orders
    placed with you and of the public reviews of all sellers.

    \b
    Examples:
      clientlens insights
      clientlens insights --window last-quarter --json
      clientlens insights mara@example.org
      clientlens insights --where "completed_orders >= 3 and recency_days > 180"
      clientlens insights --scope platform --window 1y
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.insights import insights as ask
    from clientlens.errors import BadCombination
    from clientlens.model.timeframes import parse_window

    if clients and (where is not None or group is not None):
        raise BadCombination("a CLIENT", "--group" if where is None else "--where")
    run = current()
    windows = [parse_window(text) for text in window or (["all", "60d"] if clients else ["all"])]
    scope = scope or ("both" if clients else "with-you")
    with run.open() as workspace:
        facts = workspace.facts()
        as_of = run.as_of(workspace.timezone)
        among, told = selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)
        home: dict[str, Any] = {} if scope == "with-you" else {"home_currency": home_currency_of(run, facts)}
        home |= read_rates(run, facts, rates)
        answer = ask(
            facts,
            windows=windows,
            as_of=as_of,
            scopes=_SCOPES[scope],
            clients=[find_one(facts, query) for query in clients] if clients else None,
            among=among,
            engine=chosen_engine(run, workspace, engine),
            hints=hints,
            **insight_rules(run),
            **home,
        )
        run.answer(noted(marked(answer, workspace, facts), told))


COMMAND = leaf(insights)

"""`--where` and `--group`: which clients a command is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clientlens.cli.shared import checkout_rules

if TYPE_CHECKING:
    from clientlens.cli.context import Run
    from clientlens.model.answer import Answer
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

Where = Annotated[
    str | None,
    typer.Option(metavar="E", help="Clients for whom this holds, such as 'completed_orders >= 3' (SQL)."),
]


def metric_rules(run: Run, facts: Facts) -> dict[str, Any]:
    """The arguments that `metrics.client_metrics` and `selection.clients_where` take from the settings."""
    from clientlens.analysis.rates import home_currency

    completed_when = run.settings.text("orders.completed_when")
    return {
        "completed_when": completed_when,
        "home_currency": run.settings.home_currency
        or home_currency(facts.orders, completed_when=completed_when),
        "ignore": run.settings.ignored_products,
    }


def metric_settings(run: Run, facts: Facts) -> dict[str, Any]:
    """The same, and every other setting that `metrics.client_metrics` takes."""
    return {
        **metric_rules(run, facts),
        **checkout_rules(run),
        "novice_below": run.settings.number("insights.novice_below"),
    }


def chosen_clients(run: Run, facts: Facts, *, as_of: AsOf, where: str | None) -> list[str] | None:
    """The client_ids that `--where` asks for; None: nothing was asked, everybody.

    Raises:
        BadExpression
    """
    return selected(run, facts, as_of=as_of, where=where)[0]


def selected(
    run: Run, facts: Facts, *, as_of: AsOf, where: str | None
) -> tuple[list[str] | None, tuple[str, ...]]:
    """`chosen_clients`, and the notes that an answer about them begins with.

    Raises:
        BadExpression
    """
    if where is None:
        return None, ()
    from clientlens.analysis.selection import select

    selection = select(facts, where, as_of=as_of, **metric_rules(run, facts))
    return selection.clients, selection.notes


def noted(answer: Answer, notes: tuple[str, ...]) -> Answer:
    """The answer with these notes before its own."""
    return replace(answer, notes=(*notes, *answer.notes)) if notes else answer

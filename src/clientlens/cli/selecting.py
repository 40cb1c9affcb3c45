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
    from clientlens.workspace.workspace import Workspace

Where = Annotated[
    str | None,
    typer.Option(metavar="E", help="Clients for whom this holds, such as 'completed_orders >= 3' (SQL)."),
]
InGroup = Annotated[
    str | None,
    typer.Option("--group", metavar="G", help="Clients in this group; 'clientlens groups' lists them."),
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


def chosen_clients(
    run: Run,
    facts: Facts,
    *,
    as_of: AsOf,
    where: str | None,
    group: str | None = None,
    workspace: Workspace | None = None,
) -> list[str] | None:
    """The client_ids that `--where` and `--group` ask for, in order; None: nothing was asked, everybody.

    Args:
        workspace: whose facts these are; needed with `group`, which the ledger knows.

    Raises:
        BadExpression, UnknownGroup
    """
    return selected(run, facts, as_of=as_of, where=where, group=group, workspace=workspace)[0]


def selected(
    run: Run,
    facts: Facts,
    *,
    as_of: AsOf,
    where: str | None,
    group: str | None = None,
    workspace: Workspace | None = None,
) -> tuple[list[str] | None, tuple[str, ...]]:
    """`chosen_clients`, and the notes that an answer about them begins with.

    Raises:
        BadExpression, UnknownGroup
    """
    members = None
    if group is not None and workspace is not None:
        members = group_members(run, workspace, facts, as_of=as_of, group=group)
    if where is None:
        return members, ()
    from clientlens.analysis.selection import select

    selection = select(facts, where, as_of=as_of, **metric_rules(run, facts))
    if members is None:
        return selection.clients, selection.notes
    inside = frozenset(members)
    return [one for one in selection.clients if one in inside], selection.notes


def noted(answer: Answer, notes: tuple[str, ...]) -> Answer:
    """The answer with these notes before its own."""
    return replace(answer, notes=(*notes, *answer.notes)) if notes else answer


def group_members(run: Run, workspace: Workspace, facts: Facts, *, as_of: AsOf, group: str) -> list[str]:
    """The client_ids of a group, in order.

    Raises:
        UnknownGroup, BadExpression
    """
    from clientlens.analysis.groups import KINDS, Asked, group_names, memberships, named_group
    from clientlens.workspace.ledger import history

    entries = history(workspace, kinds=KINDS)
    name = named_group(group, group_names(facts, entries))
    asked = Asked(as_of, metric_rules(run, facts))
    return memberships(facts, entries, asked, only=name)["client_id"].to_list()

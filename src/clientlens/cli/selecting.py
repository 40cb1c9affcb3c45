"""`--where` and `--group`: which clients a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from clientlens.cli.context import Run
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
    if group is not None and workspace is not None:
        members = group_members(run, workspace, facts, as_of=as_of, group=group)
        if where is None:
            return members
        inside = frozenset(members)
        chosen = chosen_clients(run, facts, as_of=as_of, where=where) or []
        return [client_id for client_id in chosen if client_id in inside]
    if where is None:
        return None
    from clientlens.analysis.selection import clients_where

    return clients_where(facts, where, as_of=as_of, **metric_rules(run, facts))


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

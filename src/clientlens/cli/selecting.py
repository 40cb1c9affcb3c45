"""`--where` and `--group`: which clients a command is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clientlens.cli.shared import checkout_rules

if TYPE_CHECKING:
    from collections.abc import Collection

    import polars as pl

    from clientlens.analysis.groups import Groups
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


def groups_of(
    run: Run, workspace: Workspace, facts: Facts, *, as_of: AsOf, exclude: Collection[str] = ()
) -> Groups:
    """The workspace's groups; their `extra` is what expressions may ask of the ledger: points and in_group.

    Args:
        exclude: client_ids without scores, in whose place others have them: of those who may not be written to, where
            groups are asked in order to write.
    """
    from clientlens.analysis import points
    from clientlens.analysis.groups import KINDS, Asked, Groups
    from clientlens.workspace.ledger import history

    def balances() -> pl.DataFrame:
        return points.balances(history(workspace, kinds=points.KINDS), facts.identities, as_of)

    rules = metric_settings(run, facts) | {"exclude": sorted(exclude)}
    asked = Asked(as_of, rules, points.as_column(balances))
    return Groups(facts, history(workspace, kinds=KINDS), asked)


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

    Args: as for `selected`.

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

    Args:
        group: only members of this group. workspace: whose facts these are, for what only the ledger knows: groups
            and points.

    Raises:
        BadExpression, UnknownGroup
    """
    if where is None and group is None:
        return None, ()
    known = None if workspace is None else groups_of(run, workspace, facts, as_of=as_of)
    members, notes = None, []
    if group is not None and known is not None:
        name = known.named(group)
        members = known.members(name)["client_id"].to_list()
        notes.append(f"--group {name} has {counted(len(members))}")
    if where is None:
        return members, tuple(notes)
    from clientlens.analysis.selection import Extra, select

    extra = Extra() if known is None else known.extra
    selection = select(facts, where, as_of=as_of, extra=extra, **metric_settings(run, facts))
    if members is None:
        return selection.clients, selection.notes
    inside = frozenset(members)
    return [one for one in selection.clients if one in inside], (*notes, *selection.notes)


def counted(clients: int) -> str:
    """`1 client`, `2 clients`."""
    from clientlens.analysis.wording import counted_noun

    return counted_noun(clients, "client")


def noted(answer: Answer, notes: tuple[str, ...]) -> Answer:
    """The answer with these notes before its own."""
    return replace(answer, notes=(*notes, *answer.notes)) if notes else answer

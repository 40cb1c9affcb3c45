"""`clientlens groups`: clients put together by hand or by a rule."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import Where  # noqa: TC001 - Typer reads it
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - Typer reads it

ANSWERS = {
    "groups": "clientlens.analysis.groups:GROUP_FIELDS",
    "groups add": "clientlens.cli.grouping:CHANGED_FIELDS",
    "groups delete": "clientlens.cli.grouping:RULE_FIELDS",
    "groups remove": "clientlens.cli.grouping:CHANGED_FIELDS",
    "groups rule": "clientlens.cli.grouping:RULE_FIELDS",
    "groups show": "clientlens.analysis.groups:MEMBER_FIELDS",
}

Name = Annotated[str, typer.Argument(metavar="NAME", help="The group.")]
Clients = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CLIENT]...", help="Id, e-mail, order number or name; - reads standard input."),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="FILE", help="One id or e-mail a line; - is standard input."),
]


def list_(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="List this group's members.")] = None,
) -> None:
    """List groups with their members' number, or one group's members.

    \b
    Examples:
      clientlens groups
      clientlens groups --json
    """
    _show(name)


def show(name: Name) -> None:
    """List a group's members.

    \b
    Examples:
      clientlens groups show regulars --json
    """
    _show(name)


def _show(name: str | None) -> None:
    from clientlens.analysis.groups import groups_answer, members_answer
    from clientlens.cli.selecting import groups_of
    from clientlens.cli.suppressing import marked, objections

    run = current()
    with run.open() as workspace:
        facts = workspace.facts()
        known = groups_of(run, workspace, facts, as_of=run.as_of(workspace.timezone))
        if name is None:
            run.answer(groups_answer(known))
        else:
            suppressed = objections(workspace).clients(facts)
            run.answer(marked(members_answer(known, known.named(name), suppressed), workspace, facts))


def add(
    name: Name,
    clients: Clients = None,
    where: Where = None,
    from_: From = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Member since that day [default: today].")
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Put clients into a group, made where there is none.

    \b
    Examples:
      clientlens groups add regulars mara@example.org
      clientlens groups add regulars --where 'completed_orders >= 3'
    """
    from clientlens.cli.grouping import change_members

    change_members(
        current(),
        name,
        clients or [],
        come=True,
        where=where,
        file=from_,
        since=since,
        lock_timeout=lock_timeout,
    )


def remove(
    name: Name,
    clients: Clients = None,
    where: Where = None,
    from_: From = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take clients out of a group that they were put into by hand.

    Whom a rule or an imported file puts there stays.

    \b
    Examples:
      clientlens groups remove regulars mara@example.org
    """
    from clientlens.cli.grouping import change_members

    change_members(
        current(),
        name,
        clients or [],
        come=False,
        where=where,
        file=from_,
        since=None,
        lock_timeout=lock_timeout,
    )


def rule(
    name: Name,
    expression: Annotated[
        str | None, typer.Argument(metavar="E", help="Clients for whom this holds are members (SQL).")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the group's rule away.")] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Let a rule say who is in a group, whenever it is asked.

    \b
    Examples:
      clientlens groups rule big-spenders 'total_spend > 500'
    """
    from clientlens.cli.grouping import set_rule
    from clientlens.errors import BadCombination, NothingAsked

    if clear and expression is not None:
        raise BadCombination("--clear", "a rule")
    if not clear and expression is None:
        raise NothingAsked("clientlens groups rule", "neither a rule nor --clear is given")
    set_rule(current(), name, expression, lock_timeout)


def delete(name: Name, lock_timeout: LockTimeout = 30.0) -> None:
    """End a group's rule and everybody's membership by hand.

    \b
    Examples:
      clientlens groups delete regulars
    """
    from clientlens.cli.grouping import delete as carry_out

    carry_out(current(), name, lock_timeout)


COMMAND = Group(
    name="groups",
    help="Put clients together, by hand or by a rule.",
    commands={
        "list": leaf(list_),
        "show": leaf(show),
        "add": leaf(add),
        "remove": leaf(remove),
        "rule": leaf(rule),
        "delete": leaf(delete),
    },
    default="list",
)

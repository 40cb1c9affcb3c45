"""`clientlens clients`: list, search, and who is one client."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import Where, noted, selected
from clientlens.cli.shared import LockTimeout, checkout_rules

ANSWERS = {
    "clients": "clientlens.analysis.client_list:CLIENT_FIELDS",
    "clients explain": "clientlens.analysis.client_explain:FIELDS",
    "clients merge": "clientlens.cli.correcting:FIELDS",
    "clients split": "clientlens.cli.correcting:FIELDS",
    "clients suggest-merges": "clientlens.analysis.merge_suggestions:FIELDS",
}

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")]


def list_(
    query: Annotated[
        str | None,
        typer.Argument(metavar="[QUERY]", help="Part of a name, e-mail, company or town; an order number."),
    ] = None,
    where: Where = None,
) -> None:
    """List clients, or those that a query finds.

    \b
    Examples:
      clientlens clients
      clientlens clients lindt
      clientlens clients --json
      clientlens clients --where "accepts_email and completed_orders = 0"
    """
    from clientlens.analysis.client_list import client_list

    run = current()
    with run.open() as workspace:
        as_of = run.as_of(workspace.timezone)
        facts = workspace.facts()
        among, told = selected(run, facts, as_of=as_of, where=where)
        answer = client_list(facts, query=query, as_of=as_of, among=among, **checkout_rules(run))
        run.answer(noted(answer, told))


def explain(client: Client) -> None:
    """Say why records count as one client.

    \b
    Examples:
      clientlens clients explain mara@example.org
    """
    from clientlens.cli.correcting import tell_why

    tell_why(current(), client)


def merge(
    client: Client,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The same of the other client.")],
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Say that two clients are one.

    It holds for what is imported later too. Take it back with 'clientlens clients split'.

    \b
    Examples:
      clientlens clients merge mara@example.org mara.lindt@example.net
    """
    from clientlens.cli.correcting import carry_out_merge

    carry_out_merge(current(), client, other, lock_timeout)


def split(
    client: Client,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="E-mail, number, phone, ... as 'clients explain' shows it.")
    ],
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take a key, and the records that it identifies, out of a client.

    A merge by hand that holds it there is taken back; else the key is joined to nobody any more. Take it back with
    'clientlens clients merge'.

    \b
    Examples:
      clientlens clients split mara@example.org mara.lindt@example.net
    """
    from clientlens.cli.correcting import carry_out_split

    carry_out_split(current(), client, key, lock_timeout)


def suggest_merges() -> None:
    """List clients that may be one person, in pairs.

    They share a phone, a name and address, or a name and postcode or town.

    \b
    Examples:
      clientlens clients suggest-merges
      clientlens clients suggest-merges --json
    """
    from clientlens.cli.correcting import tell_suggestions

    tell_suggestions(current())


COMMAND = Group(
    name="clients",
    help="List and search clients, and say who is one client.",
    commands={
        "list": leaf(list_),
        "explain": leaf(explain),
        "merge": leaf(merge),
        "split": leaf(split),
        "suggest-merges": leaf(suggest_merges),
    },
    default="list",
    takes_query=True,
)

"""`clientlens clients`: list, search, explain."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.shared import checkout_rules

ANSWERS = {
    "clients": "clientlens.analysis.client_list:CLIENT_FIELDS",
    "clients explain": "clientlens.analysis.client_explain:FIELDS",
}


def list_(
    query: Annotated[
        str | None,
        typer.Argument(metavar="[QUERY]", help="Part of a name, e-mail, company or town; an order number."),
    ] = None,
) -> None:
    """List clients, or those that a query finds.

    \b
    Examples:
      clientlens clients
      clientlens clients lindt
      clientlens clients --json
    """
    from clientlens.analysis.client_list import client_list

    run = current()
    with run.open() as workspace:
        as_of = run.as_of(workspace.timezone)
        run.answer(client_list(workspace.facts(), query=query, as_of=as_of, **checkout_rules(run)))


def explain(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")],
) -> None:
    """Say why records count as one client.

    \b
    Examples:
      clientlens clients explain mara@example.org
    """
    from clientlens.analysis.client_explain import explain as ask
    from clientlens.analysis.client_lookup import find_one

    run = current()
    with run.open() as workspace:
        facts = workspace.facts()
        run.answer(ask(facts, find_one(facts, client)))


COMMAND = Group(
    name="clients",
    help="List and search clients, and say who is one client.",
    commands={"list": leaf(list_), "explain": leaf(explain)},
    default="list",
    takes_query=True,
)

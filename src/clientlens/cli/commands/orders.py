"""`clientlens orders`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.shared import checkout_rules

ANSWERS = {
    "orders": "clientlens.analysis.order_history:ORDER_FIELDS",
    "orders --lines": "clientlens.analysis.order_history:ORDER_FIELDS_WITH_LINES",
}


def orders(
    client: Annotated[
        str | None, typer.Argument(metavar="[CLIENT]", help="Id, e-mail, order number or name.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The whole history, not the last 10.")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="With the lines of each order.")] = False,
) -> None:
    """Show the order history, with abandoned and recovered checkouts.

    \b
    Examples:
      clientlens orders mara@example.org
      clientlens orders mara@example.org --all --lines --json
      clientlens orders
    """
    from clientlens.analysis.client_facts import facts_about
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.order_history import ROWS_SHOWN, order_history

    run = current()
    with run.open() as workspace:
        facts = workspace.facts()
        client_id = None if client is None else find_one(facts, client)
        answer = order_history(
            facts if client_id is None else facts_about(facts, [client_id]),
            client_id=client_id,
            as_of=run.as_of(workspace.timezone),
            lines=lines,
            limit=None if everything else ROWS_SHOWN,
            **checkout_rules(run),
        )
        run.answer(answer)


COMMAND = leaf(orders)

"""`clientlens checkouts`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import leaf
from clientlens.cli.context import current
from clientlens.cli.shared import checkout_rules
from clientlens.errors import BadCombination

ANSWERS = {
    "checkouts": "clientlens.analysis.checkouts:CHECKOUT_FIELDS",
    "checkouts --summary": "clientlens.analysis.checkouts:SUMMARY_FIELDS",
}


def checkouts(
    status: Annotated[
        Literal["open", "recovered", "repeated", "all"],
        typer.Option(help="Which checkouts.", show_default=True),
    ] = "all",
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Last activity longer ago than this: 90m, 1h, 3d.")
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Numbers, values and rates instead of rows.")
    ] = False,
) -> None:
    """List abandoned checkouts, and which of them came back.

    \b
    Examples:
      clientlens checkouts
      clientlens checkouts --status open --older-than 1h
      clientlens checkouts --summary --json
    """
    from clientlens.analysis.checkouts import checkout_summary
    from clientlens.analysis.checkouts import checkouts as ask
    from clientlens.model.timeframes import parse_age

    run = current()
    if summary and status != "all":
        raise BadCombination("--summary", f"--status {status}")
    age = None if older_than is None else parse_age(older_than)
    with run.open() as workspace:
        facts, as_of, rules = workspace.facts(), run.as_of(workspace.timezone), checkout_rules(run)
        if summary:
            run.answer(checkout_summary(facts, as_of=as_of, older_than=age, **rules))
        else:
            run.answer(ask(facts, as_of=as_of, status=status, older_than=age, **rules))


COMMAND = leaf(checkouts)

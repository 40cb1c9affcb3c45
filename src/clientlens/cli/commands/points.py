"""`clientlens points`: give points, take them off, and see what they come to."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import InGroup, Where  # noqa: TC001 - Typer reads them
from clientlens.cli.shared import WINDOW, Key, LockTimeout

ANSWERS = {
    "points add": "clientlens.cli.pointing:ENTRY_FIELDS",
    "points add-all": "clientlens.cli.pointing:ALL_FIELDS",
    "points balance": "clientlens.analysis.points:BALANCE_FIELDS",
    "points earn": "clientlens.analysis.points_earned:EARN_FIELDS",
    "points history": "clientlens.analysis.points:HISTORY_FIELDS",
    "points report": "clientlens.analysis.points:REPORT_FIELDS",
    "points statement": "clientlens.analysis.points:STATEMENT_FIELDS",
    "points subtract": "clientlens.cli.pointing:ENTRY_FIELDS",
}
MOST = 1_000_000_000

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")]
Points = Annotated[int, typer.Argument(metavar="N", min=1, max=MOST, help="How many points.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the history.")]
Order = Annotated[str | None, typer.Option(metavar="NUMBER", help="The order it is about.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")]
AllowNegative = Annotated[bool, typer.Option("--allow-negative", help="Let a balance go below 0.")]


def add(
    client: Client,
    points: Points,
    reason: Reason = None,
    order: Order = None,
    key: Key = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Give a client points.

    \b
    Examples:
      clientlens points add mara@example.org 50 --reason 'sorry for the delay'
      clientlens points add mara@example.org 50 --key spring-2026-mara
    """
    from clientlens.cli.pointing import post

    post(
        current(),
        client,
        points,
        reason=reason,
        order=order,
        key=key,
        allow_negative=True,
        lock_timeout=lock_timeout,
    )


def add_all(
    points: Points,
    key: Annotated[
        str, typer.Option(metavar="KEY", help="What they are given for; each client gets them once by it.")
    ],
    group: InGroup = None,
    where: Where = None,
    reason: Reason = None,
    dry_run: DryRun = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Give points to each client of a group, or for whom something holds.

    Called again with the same key, it gives them to those alone who have come since.

    \b
    Examples:
      clientlens points add-all 50 --where 'completed_orders >= 3' --key spring-2026
      clientlens points add-all 10 --group regulars --key fair --dry-run
    """
    from clientlens.cli.pointing import post_to_all

    post_to_all(
        current(),
        points,
        group=group,
        where=where,
        reason=reason,
        key=key,
        dry_run=dry_run,
        lock_timeout=lock_timeout,
    )


def subtract(
    client: Client,
    points: Points,
    reason: Reason = None,
    order: Order = None,
    key: Key = None,
    allow_negative: AllowNegative = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take points off a client: redeemed, or given by mistake.

    \b
    Examples:
      clientlens points subtract mara@example.org 20 --allow-negative
    """
    from clientlens.cli.pointing import post

    post(
        current(),
        client,
        -points,
        reason=reason,
        order=order,
        key=key,
        allow_negative=allow_negative,
        lock_timeout=lock_timeout,
    )


def earn(
    rate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="R", help="Points for one unit of the home currency, or USD=0.9; repeatable [default: 1]."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Leave orders placed before that day alone.")
    ] = None,
    allow_negative: AllowNegative = False,
    dry_run: DryRun = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Give the points that orders earned, and take back those of refunds.

    Each completed order earns once, rounded down; run it as often as you like. With --as-of, orders placed later
    are left alone.

    \b
    Examples:
      clientlens points earn
      clientlens points earn --rate 0.5 --since 2026-01-01 --dry-run
    """
    from clientlens.cli.pointing import carry_out_earn

    carry_out_earn(
        current(),
        rates=rate,
        since=since,
        allow_negative=allow_negative,
        dry_run=dry_run,
        lock_timeout=lock_timeout,
    )


def balance(
    client: Annotated[
        str | None, typer.Argument(metavar="[CLIENT]", help="Id, e-mail, order number or name.")
    ] = None,
) -> None:
    """Show how many points clients have, or one client.

    \b
    Examples:
      clientlens points balance
      clientlens points balance mara@example.org --json
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.points import KINDS, balance_answer
    from clientlens.workspace.ledger import history as entries

    run = current()
    with run.open() as workspace:
        facts = workspace.facts()
        one = None if client is None else find_one(facts, client)
        as_of = run.as_of(workspace.timezone)
        run.answer(balance_answer(facts, entries(workspace, kinds=KINDS), as_of=as_of, client_id=one))


def history(client: Client) -> None:
    """List every entry of a client's points, with the balance after it.

    \b
    Examples:
      clientlens points history mara@example.org
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.points import KINDS, history_answer
    from clientlens.workspace.ledger import history as entries

    run = current()
    with run.open() as workspace:
        facts = workspace.facts()
        one = find_one(facts, client)
        as_of = run.as_of(workspace.timezone)
        run.answer(history_answer(facts, entries(workspace, kinds=KINDS), as_of=as_of, client_id=one))


def statement(client: Client, window: Annotated[str, WINDOW] = "all") -> None:
    """Print one client's account of points.

    \b
    Examples:
      clientlens points statement mara@example.org --window year-to-date
    """
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.points import KINDS, statement_answer
    from clientlens.model.timeframes import parse_window
    from clientlens.workspace.ledger import history as entries

    run = current()
    chosen = parse_window(window)
    with run.open() as workspace:
        facts = workspace.facts()
        one = find_one(facts, client)
        run.answer(
            statement_answer(
                facts,
                entries(workspace, kinds=KINDS),
                as_of=run.as_of(workspace.timezone),
                client_id=one,
                window=chosen,
            )
        )


def report() -> None:
    """Add up points given, taken and outstanding, by month.

    \b
    Examples:
      clientlens points report
    """
    from clientlens.analysis.points import KINDS, report_answer
    from clientlens.workspace.ledger import history as entries

    run = current()
    with run.open() as workspace:
        as_of = run.as_of(workspace.timezone)
        run.answer(report_answer(workspace.facts(), entries(workspace, kinds=KINDS), as_of=as_of))


COMMAND = Group(
    name="points",
    help="Give and take points, and see balances.",
    commands={
        "balance": leaf(balance),
        "add": leaf(add),
        "add-all": leaf(add_all),
        "subtract": leaf(subtract),
        "earn": leaf(earn),
        "history": leaf(history),
        "statement": leaf(statement),
        "report": leaf(report),
    },
    default="balance",
)

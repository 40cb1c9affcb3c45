"""`clientlens requests`: decide about orders before they start."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.request_decisions import accept, approve, decline, withdraw
from clientlens.cli.request_options import RequestId, RulesFile, Store  # noqa: TC001 - typer reads them
from clientlens.cli.request_rules import RULES
from clientlens.cli.shared import WINDOW, LockTimeout

ANSWERS = {
    "requests": "clientlens.requests.listing:FIELDS",
    "requests accept": "clientlens.requests.listing:SHOW_FIELDS",
    "requests approve": "clientlens.requests.listing:SHOW_FIELDS",
    "requests decline": "clientlens.requests.listing:SHOW_FIELDS",
    "requests replay": "clientlens.requests.replay:FIELDS",
    "requests report": "clientlens.requests.report:FIELDS",
    "requests rules check": "clientlens.cli.order_requests:FAULT_FIELDS",
    "requests rules show": "clientlens.requests.showing:FIELDS",
    "requests screen": "clientlens.requests.screening:FIELDS",
    "requests show": "clientlens.requests.listing:SHOW_FIELDS",
    "requests withdraw": "clientlens.requests.listing:SHOW_FIELDS",
}


def screen(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Incoming orders: CSV, JSON, JSON Lines; - is stdin.")
    ],
    rules: RulesFile = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep what is held as requests, and mark offers that are taken.")
    ] = False,
    store: Annotated[
        str, typer.Option(metavar="NAME", help="Store they come in.", show_default=True)
    ] = "main",
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Currency where the file has none.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Zone of times without one [default: the workspace's].")
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Say of incoming orders which are held, which pass, which take an offer.

    Each is looked at by its own time. With -f jsonl it can stand behind a webhook: one answer a line.

    \b
    Examples:
      clientlens requests screen incoming.jsonl
      clientlens requests screen incoming.jsonl --record -f jsonl
    """
    from clientlens.cli.screening import Wanted, carry_out

    carry_out(current(), file, Wanted(rules, store, currency, timezone, record, lock_timeout))


def list_(
    status: Annotated[
        Literal["requested", "offered", "accepted", "accepted(bypass)", "declined", "expired", "withdrawn"]
        | None,
        typer.Option(help="Only those in this state."),
    ] = None,
    store: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of this store.")] = None,
) -> None:
    """List order requests and what became of them, the latest first.

    \b
    Examples:
      clientlens requests list
      clientlens requests list --status requested --json
    """
    from clientlens.cli.deciding import tell_list

    tell_list(current(), status, store)


def show(request: RequestId, store: Store = None) -> None:
    """Show a request, its offer and its history.

    \b
    Examples:
      clientlens requests show Q-01
    """
    from clientlens.cli.deciding import tell_one

    tell_one(current(), request, store)


def report(
    window: Annotated[str, WINDOW] = "all",
    within: Annotated[
        str, typer.Option(metavar="AGE", help="List offers that end within this: 12h, 3d.", show_default=True)
    ] = "3d",
    rules: RulesFile = None,
) -> None:
    """Tell how requests were answered, how fast, and when they come.

    \b
    Examples:
      clientlens requests report
      clientlens requests report --window last-quarter --json
    """
    from clientlens.cli.request_answers import tell_report

    tell_report(current(), window, within, rules)


def replay(
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rules", metavar="FILE", help="Rules [default: the workspace's]; twice: side by side."
        ),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="FILE", help="Other rules to set beside them.")
    ] = None,
    window: Annotated[str, WINDOW] = "all",
    by: Annotated[
        Literal["total", "service", "hour", "weekday"],
        typer.Option(help="What to split by.", show_default=True),
    ] = "total",
) -> None:
    """Tell what rules would have held of past orders, before they are on.

    \b
    Examples:
      clientlens requests replay
      clientlens requests replay --window last-year --by service
      clientlens requests replay --rules nights.toml --against days.toml
    """
    from clientlens.cli.request_answers import tell_replay

    own = rules or []
    files = own if against is None else [*(own or [""]), against]
    tell_replay(current(), files, window, by)


COMMAND = Group(
    name="requests",
    help="Approve or decline orders before they start: rules, requests, offers.",
    commands={
        "list": leaf(list_),
        "show": leaf(show),
        "approve": leaf(approve),
        "decline": leaf(decline),
        "accept": leaf(accept),
        "withdraw": leaf(withdraw),
        "report": leaf(report),
        "replay": leaf(replay),
        "rules": RULES,
        "screen": leaf(screen),
    },
    default="list",
)

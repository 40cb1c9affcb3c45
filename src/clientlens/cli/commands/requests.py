"""`clientlens requests`: decide about orders before they start."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - Typer reads it

ANSWERS = {
    "requests rules check": "clientlens.cli.order_requests:FAULT_FIELDS",
    "requests rules show": "clientlens.requests.showing:FIELDS",
    "requests screen": "clientlens.requests.screening:FIELDS",
}

RulesFile = Annotated[
    str | None,
    typer.Option("--rules", metavar="FILE", help="Rules file [default: the workspace's requests.toml]."),
]


def rules_init(
    rules: RulesFile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write rules to begin with, every key explained.

    \b
    Examples:
      clientlens requests rules init
      clientlens requests rules init --rules nights.toml
    """
    from clientlens.cli.order_requests import write_rules

    write_rules(current(), rules, force=force)


def rules_check(rules: RulesFile = None) -> None:
    """Find every slip in the rules, each with its line.

    The exit code is 2 when there is one.

    \b
    Examples:
      clientlens requests rules check
      clientlens requests rules check --rules nights.toml --json
    """
    from clientlens.cli.order_requests import check_rules

    check_rules(current(), rules)


def rules_show(rules: RulesFile = None) -> None:
    """Draw the week of the rules, their services and times away.

    \b
    Examples:
      clientlens requests rules show
      clientlens requests rules show --rules nights.toml --json
    """
    from clientlens.cli.order_requests import show_rules

    show_rules(current(), rules)


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


RULES = Group(
    name="rules",
    help="Write, check and show the rules of order requests.",
    commands={
        "init": leaf(rules_init, answers=False),
        "check": leaf(rules_check),
        "show": leaf(rules_show),
    },
    default="show",
)
COMMAND = Group(
    name="requests",
    help="Decide about orders before they start: rules, requests, offers.",
    commands={"rules": RULES, "screen": leaf(screen)},
)

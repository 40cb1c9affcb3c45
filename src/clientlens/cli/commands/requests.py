"""`clientlens requests`: decide about orders before they start."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
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


RequestId = Annotated[str, typer.Argument(metavar="ID", help="Id of the request, or number of a held order.")]
Store = Annotated[str | None, typer.Option(metavar="NAME", help="Its store, where two have the id.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the history.")]


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


def approve(
    request: RequestId,
    price: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Price, 150.00 [default: the request's].")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Its currency [default: the request's, else yours].")
    ] = None,
    package: Annotated[
        str | None, typer.Option(metavar="NAME", help="Package [default: the request's].")
    ] = None,
    terms: Annotated[str | None, typer.Option(metavar="TEXT", help="Free terms.")] = None,
    delivery_days: Annotated[
        int | None, typer.Option(min=1, max=3650, metavar="N", help="Days of delivery [default: the rules'].")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="DATE", help="Agreed start [default: the one wished].")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="Last day of the offer [default: by the rules].")
    ] = None,
    no_expiry: Annotated[
        bool, typer.Option("--no-expiry", help="The offer stays open until it is taken.")
    ] = False,
    store: Store = None,
    rules: RulesFile = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Approve a request: make the client an offer.

    \b
    Examples:
      clientlens requests approve Q-01 --price 120.00 --delivery-days 7
      clientlens requests approve Q-01 --terms "two rounds of changes" --no-expiry --json
    """
    from clientlens.cli.deciding import approve as carry_out
    from clientlens.errors import BadCombination
    from clientlens.model.timeframes import parse_date
    from clientlens.requests.offers import Said

    run = current()
    if expires is not None and no_expiry:
        raise BadCombination("--expires", "--no-expiry")
    begins, ends = (None if text is None else parse_date(text) for text in (start, expires))
    said = Said(price, currency, package, terms, delivery_days, begins, ends, no_expiry)
    carry_out(run, request, store, said, rules, lock_timeout)


def decline(
    request: RequestId, reason: Reason = None, store: Store = None, lock_timeout: LockTimeout = 30.0
) -> None:
    """Decline a request, or take back its offer for good.

    It is no order, so no completion rate changes.

    \b
    Examples:
      clientlens requests decline Q-01 --reason "booked until May"
    """
    from clientlens.cli.deciding import change

    change(current(), "request_declined", request, store, reason, lock_timeout)


def accept(request: RequestId, store: Store = None, lock_timeout: LockTimeout = 30.0) -> None:
    """Note that the client took the offer.

    \b
    Examples:
      clientlens requests accept Q-01
    """
    from clientlens.cli.deciding import change

    change(current(), "request_accepted", request, store, None, lock_timeout)


def withdraw(
    request: RequestId, reason: Reason = None, store: Store = None, lock_timeout: LockTimeout = 30.0
) -> None:
    """Note that the client no longer asks.

    \b
    Examples:
      clientlens requests withdraw Q-01
    """
    from clientlens.cli.deciding import change

    change(current(), "request_withdrawn", request, store, reason, lock_timeout)


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


RULES = Group(
    name="rules",
    help="Show the rules of order requests; write and check them.",
    commands={
        "init": leaf(rules_init, answers=False),
        "check": leaf(rules_check),
        "show": leaf(rules_show),
    },
    default="show",
)
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

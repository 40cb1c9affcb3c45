"""`clientlens requests approve`, `decline`, `accept` and `withdraw`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.context import current
from clientlens.cli.request_options import At, Reason, RequestId, RulesFile, Store  # noqa: TC001 - typer reads them
from clientlens.cli.shared import LockTimeout  # noqa: TC001


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
    at: At = None,
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
    from clientlens.cli.deciding import Asked
    from clientlens.cli.deciding import approve as carry_out
    from clientlens.errors import BadCombination
    from clientlens.model.timeframes import parse_date
    from clientlens.requests.offers import Said

    run = current()
    if expires is not None and no_expiry:
        raise BadCombination("--expires", "--no-expiry")
    begins, ends = (None if text is None else parse_date(text) for text in (start, expires))
    said = Said(price, currency, package, terms, delivery_days, begins, ends, no_expiry)
    carry_out(run, Asked(request, store, at, lock_timeout), said, rules)


def decline(
    request: RequestId,
    reason: Reason = None,
    at: At = None,
    store: Store = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Decline a request, or take back its offer for good.

    It is no order, so no completion rate changes.

    \b
    Examples:
      clientlens requests decline Q-01 --reason "booked until May"
      clientlens requests decline Q-01 --at 2026-10-05T18:30
    """
    from clientlens.cli.deciding import Asked, change

    change(current(), "request_declined", Asked(request, store, at, lock_timeout), reason)


def accept(request: RequestId, at: At = None, store: Store = None, lock_timeout: LockTimeout = 30.0) -> None:
    """Note that the client took the offer.

    Who took it in time can be noted later, with --at 2026-11-20T18:30.

    \b
    Examples:
      clientlens requests accept Q-01
    """
    from clientlens.cli.deciding import Asked, change

    change(current(), "request_accepted", Asked(request, store, at, lock_timeout), None)


def withdraw(
    request: RequestId,
    reason: Reason = None,
    at: At = None,
    store: Store = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Note that the client no longer asks.

    \b
    Examples:
      clientlens requests withdraw Q-01
    """
    from clientlens.cli.deciding import Asked, change

    change(current(), "request_withdrawn", Asked(request, store, at, lock_timeout), reason)

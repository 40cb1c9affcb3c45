"""`clientlens privacy`: the rights of the people in the data."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - Typer reads it
from clientlens.cli.suppressing import Whom

ANSWERS = {
    "privacy": "clientlens.cli.suppressing:FIELDS",
    "privacy suppress": "clientlens.cli.suppressing:CHANGED_FIELDS",
    "privacy unsuppress": "clientlens.cli.suppressing:CHANGED_FIELDS",
}

SomeClient = Annotated[
    str | None, typer.Argument(metavar="[CLIENT]", help="Id, e-mail, order number or name.")
]
Email = Annotated[str | None, typer.Option(metavar="E", help="An e-mail, also of somebody not stored.")]
Name = Annotated[str | None, typer.Option(metavar="N", help="The name, with its address.")]
Street = Annotated[str | None, typer.Option(metavar="S", help="Street and number.")]
Postcode = Annotated[str | None, typer.Option(metavar="P", help="Postcode.")]
City = Annotated[str | None, typer.Option(metavar="C", help="Town; counts where there is no postcode.")]


def suppress(
    client: SomeClient = None,
    email: Email = None,
    name: Name = None,
    street: Street = None,
    postcode: Postcode = None,
    city: City = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; no personal details, it outlives the client.")
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Note that somebody objects to letters and messages.

    It holds for every campaign and message, whatever is imported later. Kept are keyed hashes of e-mails, of names with
    addresses and of customer numbers, which name nobody.

    \b
    Examples:
      clientlens privacy suppress mara@example.org --reason 'asked by phone'
      clientlens privacy suppress --email gone@example.org
      clientlens privacy suppress --name 'Ada Berg' --street 'Ring 1' --postcode 10115
    """
    from clientlens.cli.suppressing import suppress as carry_out

    carry_out(current(), Whom(client, email, name, street, postcode, city), reason, lock_timeout)


def unsuppress(
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Who asked for it, and when; recorded.")],
    client: SomeClient = None,
    email: Email = None,
    name: Name = None,
    street: Street = None,
    postcode: Postcode = None,
    city: City = None,
    number: Annotated[
        int | None, typer.Option(metavar="N", help="The objection's number, as 'privacy list' shows it.")
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take an objection back, because the person asked for it.

    \b
    Examples:
      clientlens privacy unsuppress mara@example.org --reason 'wrote on 3 May, wants news'
    """
    from clientlens.cli.suppressing import unsuppress as carry_out

    whom = Whom(client, email, name, street, postcode, city)
    carry_out(current(), whom, number, reason, lock_timeout)


def list_() -> None:
    """List who objected to letters and messages.

    \b
    Examples:
      clientlens privacy
      clientlens privacy list --json
    """
    from clientlens.cli.suppressing import list_suppressed

    list_suppressed(current())


COMMAND = Group(
    name="privacy",
    help="Note who objects to letters; keep the rights of the people stored.",
    commands={"list": leaf(list_), "suppress": leaf(suppress), "unsuppress": leaf(unsuppress)},
    default="list",
)

"""`clientlens privacy`: the rights of the people in the data."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.options import json_param
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - Typer reads it
from clientlens.cli.suppressing import Whom

ANSWERS = {
    "privacy": "clientlens.cli.suppressing:FIELDS",
    "privacy audit": "clientlens.cli.privacy_log:FIELDS",
    "privacy export": "clientlens.cli.person_export:FILE_FIELDS",
    "privacy retention": "clientlens.cli.forgetting:RETENTION_FIELDS",
    "privacy forget": "clientlens.cli.forgetting:FORGET_FIELDS",
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


def forget(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it, only count what is held.")] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Erase everything that is stored about a client, for good.

    Every file is written anew without them, earlier states go, and what was exported before brings them back no more. What is
    kept names nobody: fingerprints, so that they are not written to, and sums by year.

    \b
    Examples:
      clientlens privacy forget mara@example.org
      clientlens privacy forget mara@example.org --yes
    """
    from clientlens.cli.forgetting import forget_client

    forget_client(current(), client, really=yes, lock_timeout=lock_timeout)


def export(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="PATH", help="A folder, or a file that ends in .zip.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Write everything that is held about a client into files.

    JSON of every table and of what was written down, with the letters as they were sent, the drafts, and an index.

    \b
    Examples:
      clientlens privacy export mara@example.org -o mara.zip
      clientlens privacy export mara@example.org -o mara
    """
    from clientlens.cli.person_export import export_client

    export_client(current(), client, output, force=force, lock_timeout=lock_timeout)


def retention(
    years: Annotated[
        int | None,
        typer.Option(min=1, max=100, metavar="N", help="Years [default: privacy.retention_years, 10]."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Forget them; without it, only list them.")] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """List clients of whom nothing was heard for years, or forget them.

    No order, checkout, review, event or request since, and joined before that.

    \b
    Examples:
      clientlens privacy retention
      clientlens privacy retention --years 3 --json
    """
    from clientlens.cli.forgetting import carry_out_retention

    carry_out_retention(current(), years, really=apply, lock_timeout=lock_timeout)


def audit() -> None:
    """List what was done about people's rights, naming nobody.

    \b
    Examples:
      clientlens privacy audit
    """
    from clientlens.cli.privacy_log import tell_audit

    tell_audit(current())


_export = leaf(export, answers=False)
_export.params.append(json_param())

COMMAND = Group(
    name="privacy",
    help="Note who objects to letters; keep the rights of the people stored.",
    commands={
        "list": leaf(list_),
        "suppress": leaf(suppress),
        "unsuppress": leaf(unsuppress),
        "export": _export,
        "forget": leaf(forget),
        "retention": leaf(retention),
        "audit": leaf(audit),
    },
    default="list",
)

"""`clientlens message`."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import leaf
from clientlens.cli.click_ import UsageError
from clientlens.cli.context import current
from clientlens.cli.messaging import Language, LawfulBasis, Wish, carry_out_message
from clientlens.cli.shared import LockTimeout  # noqa: TC001 - typer reads it
from clientlens.errors import BadCombination

ANSWERS = {
    "message": "clientlens.cli.messaging:FIELDS",
    "message --list": "clientlens.cli.outbox:FIELDS",
}


def message(
    client: Annotated[
        str | None, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="review_request, invitation, win_back, or a file [default: what fits the client].",
        ),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="S", help="Subject instead of the template's.")
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(metavar="B", help="Text instead of the template's; who writes is put below it."),
    ] = None,
    language: Language = None,
    send: Annotated[bool, typer.Option("--send", help="Send it by the mail server smtp.host.")] = False,
    lawful_basis: LawfulBasis = None,
    again: Annotated[
        bool, typer.Option("--again", help="Write though the client was written to lately.")
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Only list messages and their drafts, of CLIENT or of everybody.")
    ] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Write a client a message: a draft for your mail program.

    Without a template, clients who bought or booked are asked for an opinion, and others are invited. Needs consent to
    e-mail, and the settings sender.email and sender.shop.

    \b
    Examples:
      clientlens message jana@example.org
      clientlens message jana@example.org --template win_back --language de
      clientlens message jana@example.org --subject 'Your lamp' --body 'It is ready.'
      clientlens message --list
    """
    if list_:
        from clientlens.cli.outbox import list_messages

        written: dict[str, object] = {
            "--template": template,
            "--subject": subject,
            "--body": body,
            "--language": language,
            "--send": send,
            "--lawful-basis": lawful_basis,
            "--again": again,
        }
        for option, value in written.items():
            if value:
                raise BadCombination("--list", option)
        list_messages(current(), client)
        return
    if client is None:
        raise UsageError("Missing argument 'CLIENT'.")
    wish = Wish(template, subject, body, language, lawful_basis, again)
    carry_out_message(current(), client, wish, send=send, lock_timeout=lock_timeout)


COMMAND = leaf(message)

"""`clientlens clients`: list, search, who is one client, and what people write down about one."""

from __future__ import annotations

from typing import Annotated

import typer

from clientlens.cli.app import Group, leaf
from clientlens.cli.context import current
from clientlens.cli.selecting import InGroup, Where  # noqa: TC001 - Typer reads them
from clientlens.cli.shared import Key, LockTimeout, checkout_rules

ANSWERS = {
    "clients": "clientlens.analysis.client_list:CLIENT_FIELDS",
    "clients edit": "clientlens.cli.noting:EDIT_FIELDS",
    "clients explain": "clientlens.analysis.client_explain:FIELDS",
    "clients fields": "clientlens.analysis.client_fields:FIELDS",
    "clients history": "clientlens.analysis.notes:CHANGE_FIELDS",
    "clients merge": "clientlens.cli.correcting:FIELDS",
    "clients nickname": "clientlens.cli.noting:EDIT_FIELDS",
    "clients note": "clientlens.analysis.notes:NOTE_FIELDS",
    "clients split": "clientlens.cli.correcting:FIELDS",
    "clients suggest-merges": "clientlens.analysis.merge_suggestions:FIELDS",
}

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Id, e-mail, order number or name.")]


def _text(*names: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, metavar="TEXT", help=what)
    return option


def list_(
    query: Annotated[
        str | None,
        typer.Argument(metavar="[QUERY]", help="Part of a name, e-mail, company or town; an order number."),
    ] = None,
    where: Where = None,
    group: InGroup = None,
) -> None:
    """List clients, or those that a query finds.

    \b
    Examples:
      clientlens clients
      clientlens clients lindt
      clientlens clients --json
      clientlens clients --where "accepts_email and completed_orders = 0"
    """
    from clientlens.cli.listing import list_clients

    run = current()
    list_clients(run, query, where=where, group=group, rules=checkout_rules(run))


def explain(client: Client) -> None:
    """Say why records count as one client.

    \b
    Examples:
      clientlens clients explain mara@example.org
    """
    from clientlens.cli.correcting import tell_why

    tell_why(current(), client)


def merge(
    client: Client,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The same of the other client.")],
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Say that two clients are one.

    It holds for what is imported later too. Take it back with 'clientlens clients split'.

    \b
    Examples:
      clientlens clients merge mara@example.org mara.lindt@example.net
    """
    from clientlens.cli.correcting import carry_out_merge

    carry_out_merge(current(), client, other, lock_timeout)


def split(
    client: Client,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="E-mail, number, phone, ... as 'clients explain' shows it.")
    ],
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Take a key, and the records that it identifies, out of a client.

    A merge by hand that holds it there is taken back; else the key is joined to nobody any more. Take it back with
    'clientlens clients merge'.

    \b
    Examples:
      clientlens clients split mara@example.org mara.lindt@example.net
    """
    from clientlens.cli.correcting import carry_out_split

    carry_out_split(current(), client, key, lock_timeout)


def suggest_merges() -> None:
    """List clients that may be one person, in pairs.

    They share a phone, a name and address, or a name and postcode or town.

    \b
    Examples:
      clientlens clients suggest-merges
      clientlens clients suggest-merges --json
    """
    from clientlens.cli.correcting import tell_suggestions

    tell_suggestions(current())


def edit(
    client: Client,
    name: Annotated[str | None, _text(what="Full name.")] = None,
    first_name: Annotated[str | None, _text(what="Given name.")] = None,
    last_name: Annotated[str | None, _text(what="Family name.")] = None,
    email: Annotated[
        str | None, _text(what="E-mail that is shown; see clients merge for who is who.")
    ] = None,
    phone: Annotated[str | None, _text(what="Phone that is shown.")] = None,
    company: Annotated[str | None, _text(what="Company.")] = None,
    street: Annotated[str | None, _text(what="Street and number.")] = None,
    street2: Annotated[str | None, _text(what="Second address line.")] = None,
    postcode: Annotated[str | None, _text(what="Postcode.")] = None,
    city: Annotated[str | None, _text(what="Town.")] = None,
    province: Annotated[str | None, _text(what="Province or state.")] = None,
    country: Annotated[str | None, _text(what="Country: two letters, or a word.")] = None,
    language: Annotated[str | None, _text(what="Language tag: de, it, en-gb.")] = None,
    birthday: Annotated[str | None, _text(what="1990-05-31, or --05-31 (as --birthday=--05-31).")] = None,
    clear: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Leave this detail empty; repeatable.")
    ] = None,
    restore: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Let files say this detail again; repeatable."),
    ] = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Correct a client's details; what is imported later does not undo it.

    A name, and an address, is corrected as a whole: its other parts stay as they are shown now.

    \b
    Examples:
      clientlens clients edit mara@example.org --city Lugano --postcode 6900
      clientlens clients edit mara@example.org --restore city
    """
    from clientlens.cli.noting import carry_out_edit

    values = {
        "name": name, "first_name": first_name, "last_name": last_name, "email": email, "phone": phone,
        "company": company, "street": street, "street2": street2, "postcode": postcode, "city": city,
        "province": province, "country": country, "language": language, "birthday": birthday,
    }  # fmt: skip
    carry_out_edit(
        current(),
        client,
        values,
        clear=clear or [],
        restore=restore or [],
        command="clientlens clients edit",
        lock_timeout=lock_timeout,
    )


def nickname(
    client: Client,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What you call the client.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the nickname away.")] = False,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Give a client a nickname of your own.

    \b
    Examples:
      clientlens clients nickname mara@example.org 'Mara from the market'
    """
    from clientlens.cli.noting import carry_out_edit
    from clientlens.errors import BadCombination

    if clear and text is not None:
        raise BadCombination("--clear", "a nickname")
    carry_out_edit(
        current(),
        client,
        {"nickname": text},
        clear=["nickname"] if clear else [],
        restore=[],
        command="clientlens clients nickname",
        lock_timeout=lock_timeout,
    )


def note(
    client: Client,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The note.")] = None,
    list_them: Annotated[bool, typer.Option("--list", help="Only list the client's notes.")] = False,
    remove: Annotated[
        int | None, typer.Option(metavar="N", help="Take note N away; with TEXT, put that in its place.")
    ] = None,
    key: Key = None,
    lock_timeout: LockTimeout = 30.0,
) -> None:
    """Write a note about a client, and list the notes there are.

    \b
    Examples:
      clientlens clients note mara@example.org 'prefers unscented candles'
      clientlens clients note mara@example.org --list
    """
    from clientlens.cli.noting import list_notes, write_note
    from clientlens.errors import BadCombination

    if list_them and (text is not None or remove is not None):
        raise BadCombination("--list", "a change")
    if text is None and remove is None:
        list_notes(current(), client)
    else:
        write_note(current(), client, text, remove=remove, key=key, lock_timeout=lock_timeout)


def fields(client: Client) -> None:
    """Say where each detail of a client comes from: a file or a correction.

    \b
    Examples:
      clientlens clients fields mara@example.org
    """
    from clientlens.cli.noting import tell_fields

    tell_fields(current(), client)


def history(client: Client) -> None:
    """List what was changed by hand about a client: details, notes, groups.

    \b
    Examples:
      clientlens clients history mara@example.org
    """
    from clientlens.cli.noting import tell_changes

    tell_changes(current(), client)


COMMAND = Group(
    name="clients",
    help="List, search and correct clients, and say who is one client.",
    commands={
        "list": leaf(list_),
        "explain": leaf(explain),
        "merge": leaf(merge),
        "split": leaf(split),
        "suggest-merges": leaf(suggest_merges),
        "edit": leaf(edit),
        "nickname": leaf(nickname),
        "note": leaf(note),
        "fields": leaf(fields),
        "history": leaf(history),
    },
    default="list",
    takes_query=True,
)

"""The bodies of `message` and of `leaderboard --message`, and their answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.cli.context import Run
    from clientlens.errors import ClientlensError
    from clientlens.messages.composing import Message, Sender, Wording
    from clientlens.messages.drafting import Draft
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace

FIELDS = (
    Field("client_id", Kind.TEXT, "whom it is to", nullable=False, priority=None),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    Field("to", Kind.TEXT, "e-mail address it goes to", nullable=False, wide=True),
    Field("subject", Kind.TEXT, "its subject", nullable=False, wide=True),
    Field("text", Kind.TEXT, "what it says", nullable=False, priority=None),
    Field("template", Kind.TEXT, "template it was made of; own: typed", nullable=False),
    Field("language", Kind.TEXT, "en, de or it", nullable=False),
    Field("reason", Kind.TEXT, "why this template", nullable=False, wide=True),
    Field("lawful_basis", Kind.TEXT, "ground for writing without a stated consent, as recorded"),
    Field("state", Kind.TEXT, "what was done with it", nullable=False, values=("drafted", "sent")),
    Field("message_id", Kind.TEXT, "id of the message, in the ledger and as its file's name", nullable=False),
    Field("path", Kind.TEXT, "the draft", nullable=False, fold=True),
)

LawfulBasis = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Ground for writing where no consent is known; recorded."),
]
Language = Annotated[
    Literal["en", "de", "it"] | None,
    typer.Option(metavar="L", help="en, de or it, for clients whose own language is not known."),
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed about a message."""

    template: str | None = None
    subject: str | None = None
    body: str | None = None
    language: str | None = None
    lawful_basis: str | None = None
    again: bool = False


def carry_out_message(run: Run, client: str, wish: Wish, *, send: bool, lock_timeout: float) -> None:
    """Write one message, send it if that is asked for, and say what was made."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.errors import ClientlensError
    from clientlens.messages.composing import sender_of
    from clientlens.messages.smtp import server_of

    sender, wording = sender_of(run.settings), _wording(run, wish)
    server = server_of(run.settings, run.environment) if send else None
    with run.open() as workspace:
        facts, timezone = workspace.facts(), workspace.timezone
        message = _composed(run, workspace, facts, [find_one(facts, client)], wording, sender, wish)[0]
    if isinstance(message, ClientlensError):
        raise message
    done = _drafted(run, [message], sender, wish, "clientlens message", lock_timeout)[0]
    if isinstance(done, ClientlensError):
        raise done
    if server is not None:
        from clientlens.messages.sending import send as hand_over

        hand_over(
            run.existing_workspace(),
            done,
            server,
            clock=run.clock,
            command="clientlens message",
            actor=run.actor,
            lock_timeout=lock_timeout,
        )
    run.answer(_answer(done, "drafted" if server is None else "sent", timezone))


def with_drafts(
    run: Run, workspace: Workspace, facts: Facts, answer: Answer, wish: Wish, lock_timeout: float = 30
) -> Answer:
    """The answer, with a draft for each client in its rows; its notes tell what was written and what was not."""
    from clientlens.analysis.wording import counted_noun
    from clientlens.errors import ClientlensError
    from clientlens.messages.composing import sender_of

    sender, wording = sender_of(run.settings), _wording(run, wish)
    clients = answer.rows["client_id"].unique(maintain_order=True).to_list()
    composed = _composed(run, workspace, facts, clients, wording, sender, wish)
    ready = [one for one in composed if not isinstance(one, ClientlensError)]
    written = _drafted(run, ready, sender, wish, f"clientlens {answer.name}", lock_timeout) if ready else []
    refused = [one for one in (*composed, *written) if isinstance(one, ClientlensError)]
    drafts = [one for one in written if not isinstance(one, ClientlensError)]
    where = f" in {drafts[0].path.parent}" if drafts else ""
    notes = (
        f"{counted_noun(len(drafts), 'draft')}{where}",
        *(f"no message: {error.message}" for error in refused),
    )
    return replace(answer, notes=(*answer.notes, *notes))


def see_wish(run: Run, wish: Wish) -> bool:
    """Whether messages are to be written to the clients of an answer; if so, see that it can be done, before any work.

    Raises:
        OptionNeeded, SettingNeeded, BadAddress, UnknownMessageTemplate, BadMessageTemplate, UnknownPlaceholder, Unreadable
    """
    from clientlens.errors import OptionNeeded

    if wish.template is None:
        if wish.lawful_basis is not None:
            raise OptionNeeded("--lawful-basis", "--message")
        return False
    from clientlens.messages.composing import sender_of

    sender_of(run.settings)
    _wording(run, wish)
    return True


def _wording(run: Run, wish: Wish) -> Wording:
    from clientlens.analysis.placeholders import read_text
    from clientlens.messages.composing import Wording
    from clientlens.messages.templates import LANGUAGES, ready_made, ready_made_files

    for typed, option in ((wish.subject, "--subject"), (wish.body, "--body")):
        read_text(typed or "", option)  # a slip is told before anything about the client
    known = ready_made_files()
    named = wish.template if wish.template in known else None
    file = None
    if wish.template is not None and named is None:
        if not (run.folder / wish.template).is_file() and not {"/", "."} & set(wish.template):
            ready_made(wish.template, LANGUAGES)
        file = _file(run, wish.template)
    languages = [wish.language, run.settings.text("messages.language"), *LANGUAGES]
    ordered = tuple(dict.fromkeys(one for one in languages if one is not None))
    return Wording(named, file, wish.subject, wish.body, ordered)


def _file(run: Run, name: str) -> Any:
    from pathlib import Path

    from clientlens.errors import BadMessageTemplate, Unreadable
    from clientlens.messages.templates import read_template

    try:
        text = (run.folder / name).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadMessageTemplate(name, line, "not UTF-8 text") from None
    except OSError as error:
        raise Unreadable(name, error.strerror or type(error).__name__) from None
    return read_template(text, Path(name).stem, name)


def _composed(
    run: Run,
    workspace: Workspace,
    facts: Facts,
    clients: Sequence[str],
    wording: Wording,
    sender: Sender,
    wish: Wish,
) -> list[Message | ClientlensError]:
    """The message to each client, or why there is none."""
    from clientlens.analysis.placeholder_values import client_rows
    from clientlens.analysis.points import KINDS, balances
    from clientlens.cli.selecting import metric_rules
    from clientlens.cli.suppressing import objections
    from clientlens.errors import (
        BadAddress,
        ConsentNeeded,
        EmptyPlaceholder,
        NoEmail,
        NotRegistered,
        OptedOut,
        Suppressed,
    )
    from clientlens.messages.composing import compose, keys_of
    from clientlens.workspace.ledger import history

    as_of: AsOf = run.as_of(facts.timezone)
    rules = metric_rules(run, facts)
    rules.pop("ignore")
    # Those who have points; placeholders are filled client by client.
    points = dict(balances(history(workspace, kinds=KINDS), facts.identities, as_of).iter_rows())
    rows = client_rows(facts, clients, as_of=as_of, points=points, **rules)
    keys = keys_of(facts, clients)
    refusals = (NotRegistered, Suppressed, NoEmail, OptedOut, ConsentNeeded, EmptyPlaceholder, BadAddress)
    objected = objections(workspace).clients(facts, clients)
    basis = (wish.lawful_basis or "").strip() or None
    done: list[Message | ClientlensError] = []
    for number, client in enumerate(clients):
        try:
            row = rows[number : number + 1]
            done.append(
                compose(
                    row,
                    keys[client],
                    wording,
                    sender,
                    as_of=as_of,
                    lawful_basis=basis,
                    suppressed=client in objected,
                )
            )
        except refusals as error:
            done.append(error)
    return done


def _drafted(
    run: Run, messages: Sequence[Message], sender: Sender, wish: Wish, command: str, lock_timeout: float
) -> list[Draft | ClientlensError]:
    from clientlens.messages.drafting import draft

    return draft(
        run.existing_workspace(),
        messages,
        sender,
        at=run.clock(),
        command=command,
        cooldown_days=run.settings.number("messages.cooldown_days"),
        again=wish.again,
        actor=run.actor,
        lock_timeout=lock_timeout,
    )


def _answer(done: Draft, state: str, timezone: str) -> Answer:
    from clientlens.messages.eml import SUBJECT_LETTERS, body_text, header_text

    message = done.message
    row = (
        message.client_id,
        message.to.name,
        message.to.email,
        header_text(message.subject, SUBJECT_LETTERS),
        body_text(message.text),
        message.template,
        message.language,
        message.reason,
        message.lawful_basis,
        state,
        done.mail.id,
        str(done.path),
    )
    notes = []
    if done.before is not None and done.changed:
        notes.append("it takes the place of the draft of before, which was not sent")
    elif done.before is not None and state == "drafted":
        notes.append("it was drafted already; nothing changed")
    if state == "drafted":
        notes.append("open the draft in your mail program, or send it with --send")
    title = f"Message to {message.shown}"
    return Answer(
        "message",
        FIELDS,
        frame_of(FIELDS, [row]),
        timezone,
        single=True,
        title=title,
        notes=tuple(notes),
    )

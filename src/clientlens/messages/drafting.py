"""Writing messages down: the drafts in the outbox first, then their entries in the ledger, under the writer's lock.

So a message that is recorded has a whole draft. A run that was killed between the two leaves a draft nobody knows of,
which the next run writes again under the same name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.analysis.message_history import DRAFTED, KINDS, last_written, messages_of
from clientlens.analysis.suggested_message import within_cooldown
from clientlens.analysis.suppression import KINDS as OBJECTIONS
from clientlens.analysis.suppression import Address, Suppressions
from clientlens.errors import ClientlensError, MaySent, Suppressed, WrittenRecently
from clientlens.messages.eml import Mail, eml
from clientlens.messages.outbox import OUTBOX, place
from clientlens.model.drafts import draft_id
from clientlens.model.entries import Event
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from clientlens.analysis.message_history import Written
    from clientlens.messages.composing import Message, Sender
    from clientlens.workspace.writing import Writer


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in the outbox.

    path: of the file. mail: what it says. before: it as it was known before this run; None: it is new. changed: it says
    something else than before.
    """

    message: Message
    mail: Mail
    path: Path
    before: Written | None
    changed: bool


def draft(
    workspace: Path,
    messages: Sequence[Message],
    sender: Sender,
    *,
    at: datetime,
    command: str,
    cooldown_days: int,
    again: bool = False,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> list[Draft | ClientlensError]:
    """Write each message into the outbox and the ledger; one that may not be written is its error instead.

    A message of the same template that was drafted within the cool-down and not sent yet is written anew, under its
    name; where nothing in it changed, nothing is recorded. So the same call twice is one message.

    Args:
        at: the real time. cooldown_days: how long a client is left alone after a message was drafted.
        again: a second message within that time, or one more after one that may have been sent.

    Raises:
        WorkspaceMissing, WorkspaceLocked, WorkspaceNewer, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed
    """
    with hold(workspace, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor) as writer:
        zone = ZoneInfo(str(writer.state.timezone))
        done: list[Draft | ClientlensError] = []
        entries: list[Event] = []
        for message in messages:
            known = known_messages(writer, message)
            try:
                see_objections(writer, message)
                before = None if again else _open(known, message, at, cooldown_days, zone)
                name = _new_id(message, known) if before is None else before.message_id
                written = _write(writer, message, sender, name, before, at.astimezone(zone), entries)
                done.append(written)
            except (Suppressed, WrittenRecently, MaySent) as error:
                done.append(error)
        writer.record(entries, at=at)
        return done


def known_messages(writer: Writer, message: Message) -> list[Written]:
    """What was written to the message's client, as the ledger stood when the writer got hold of it."""
    return messages_of(writer.history(kinds=KINDS, person_keys=message.keys))


def see_objections(writer: Writer, message: Message) -> None:
    """See that the client has not objected since the message was composed.

    Raises:
        Suppressed
    """
    if Suppressions.of(writer.history(kinds=OBJECTIONS)).covers(
        Address(message.to.email), person_keys=message.keys
    ):
        raise Suppressed(message.shown)


def mail_of(message: Message, sender: Sender, message_id: str, at: datetime) -> Mail:
    """The message as mail."""
    return Mail(
        id=message_id,
        sender=sender.party,
        to=message.to,
        subject=message.subject,
        text=message.text,
        language=message.language,
        at=at,
        reply_to=sender.reply_to,
        unsubscribe=sender.unsubscribe,
    )


def _open(
    known: list[Written], message: Message, at: datetime, cooldown_days: int, zone: ZoneInfo
) -> Written | None:
    """The draft that this message goes on with; None: a new one.

    Raises:
        WrittenRecently, MaySent
    """
    if not known:
        return None
    last = known[-1]
    day = last.state_at.astimezone(zone).date()
    # Without a cool-down an unsent draft is still the same message for a day, so that a rerun makes no second one.
    if last.template == message.template and within_cooldown(last.written_at, at, max(cooldown_days, 1)):
        if last.state == "maybe_sent":
            raise MaySent(message.shown, day)
        if last.state != "sent":
            return last
    latest = last_written(known) or last
    if within_cooldown(latest.written_at, at, cooldown_days):
        day = latest.written_at.astimezone(zone).date()
        raise WrittenRecently(message.shown, day, latest.template, cooldown_days)
    return None


def _new_id(message: Message, known: list[Written]) -> str:
    """The same until it is recorded, so that what a killed run left is written again rather than beside it."""
    taken = {one.message_id for one in known}
    numbered = (draft_id(message.person_key, message.template, str(number)) for number in count(len(known)))
    return next(one for one in numbered if one not in taken)


def _write(
    writer: Writer,
    message: Message,
    sender: Sender,
    name: str,
    before: Written | None,
    at: datetime,
    entries: list[Event],
) -> Draft:
    """Put the draft into the outbox, and what is to be recorded of it to `entries`."""
    begun = at if before is None else before.drafted_at.astimezone(at.tzinfo)
    mail = mail_of(message, sender, name, begun)
    data = eml(mail)
    digest = hashlib.sha256(data).hexdigest()
    path = writer.folder / OUTBOX / f"{name}.eml"
    changed = before is None or before.digest != digest
    if changed or not _holds(path, data):
        place(writer.folder, name, data)
    if changed:
        body = {"template": message.template, "language": message.language, "sha256": digest}
        if message.lawful_basis is not None:
            body["lawful_basis"] = message.lawful_basis
        key = f"{DRAFTED}:{name}:{0 if before is None else before.revisions}"
        person = message.person_key if before is None else before.person_key
        entries.append(Event(DRAFTED, body, key=key, person_key=person, subject=name))
    return Draft(message, mail, path, before, changed)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False

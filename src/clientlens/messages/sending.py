"""Sending a draft, never twice: what is about to happen is in the ledger before it does, and what came of it after.

`message_sending` is written when the server has accepted sender and receiver, just before the message goes out;
`message_sent` or `message_not_sent` when the server has answered. A run that ends in between leaves the first alone,
and the message may have been sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.analysis.message_history import NOT_SENT, SENDING, SENT
from clientlens.errors import MailNotSent, MaySent, WrittenRecently
from clientlens.messages.drafting import known_messages, see_objections
from clientlens.messages.eml import eml
from clientlens.messages.smtp import connected, hand_over, offer
from clientlens.model.entries import Event
from clientlens.workspace.ledger import append
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from clientlens.messages.drafting import Draft
    from clientlens.messages.smtp import Server


def send(
    workspace: Path,
    draft: Draft,
    server: Server,
    *,
    clock: Callable[[], datetime],
    command: str,
    actor: str | None = None,
    lock_timeout: float = 30,
) -> None:
    """Hand a draft over to a mail server: its text and headers, dated now, without the mark of a draft.

    Raises:
        MailNotSent: it was not sent; the draft stays. MailUncertain: nobody can tell.
        Suppressed: the client objected meanwhile. MaySent, WrittenRecently: another run is sending it, or has sent it.
        WorkspaceLocked, WorkspaceDamaged, WorkspaceReadOnly, DiskFailed, ...: as for `ledger.append`.
    """
    mail = draft.mail
    with connected(server) as connection:
        offer(connection, server, mail.sender.email, mail.to.email)
        with hold(
            workspace, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor
        ) as writer:
            see_objections(writer, draft.message)
            at = clock()
            data = eml(replace(mail, at=at.astimezone(ZoneInfo(str(writer.state.timezone)))), draft=False)
            known = next(one for one in known_messages(writer, draft.message) if one.message_id == mail.id)
            day = known.state_at.astimezone(ZoneInfo(str(writer.state.timezone))).date()
            if known.state == "maybe_sent":
                raise MaySent(draft.message.shown, day)
            if known.state == "sent":
                raise WrittenRecently(draft.message.shown, day, known.template, 1)
            attempt = known.attempts

            def entry(kind: str, **body: object) -> Event:
                return Event(
                    kind,
                    {"attempt": attempt, **body},
                    key=f"{kind}:{mail.id}:{attempt}",
                    person_key=known.person_key,
                    subject=mail.id,
                )

            writer.record([entry(SENDING, host=server.host, sha256=hashlib.sha256(data).hexdigest())], at=at)
        failure: MailNotSent | None = None
        try:
            hand_over(connection, server, data)
        except MailNotSent as error:
            failure = error
        outcome = entry(SENT if failure is None else NOT_SENT)
        append(workspace, [outcome], at=clock(), actor=actor, command=command, lock_timeout=lock_timeout)
    if failure is not None:
        raise failure

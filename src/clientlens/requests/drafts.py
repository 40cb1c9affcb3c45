"""An offer as the draft of an e-mail, in the workspace's outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.messages.eml import Mail, Party, eml
from clientlens.messages.outbox import place
from clientlens.model.drafts import offer_id
from clientlens.requests.offer_text import offer_subject
from clientlens.workspace.writing import hold

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from clientlens.messages.composing import Sender
    from clientlens.requests.states import Request


def offer_mail(one: Request, text: str, *, to: Party, sender: Sender, at: datetime, language: str) -> Mail:
    """The offer as mail: of the same offer the same bytes.

    Args:
        at: when the offer was made, in the workspace's zone. language: as `offer_text.language_for` gives it.
    """
    return Mail(
        id=offer_id(one.store, one.request_id),
        sender=sender.party,
        to=to,
        subject=offer_subject(one, language),
        text=f"{text}\n{sender.block}\n" if sender.block else text,
        language=language.partition("-")[0],
        at=at,
        reply_to=sender.reply_to,
    )


def put_draft(workspace: Path, mail: Mail, *, command: str, actor: str | None, lock_timeout: float) -> Path:
    """Put the mail into the outbox, in place of an earlier draft of the same offer.

    Raises:
        BadAddress, WorkspaceLocked, WorkspaceReadOnly, DiskFailed
    """
    data = eml(mail)
    with hold(workspace, timezone=None, command=command, lock_timeout=lock_timeout, actor=actor):
        return place(workspace, mail.id, data)

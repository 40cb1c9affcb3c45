"""The messages that were written to clients, as the ledger tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clientlens.model.answer import Field, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from clientlens.model.entries import Entry

DRAFTED, SENDING, SENT, NOT_SENT = (
    "message_drafted",
    "message_sending",
    "message_sent",
    "message_not_sent",
)
KINDS = frozenset({DRAFTED, SENDING, SENT, NOT_SENT})
"""Entries of the ledger; the subject of each is the draft's id, its person_key the client's smallest key then."""

STATES = {DRAFTED: "drafted", SENDING: "maybe_sent", SENT: "sent", NOT_SENT: "not_sent"}
STATE_FIELD = Field(
    "state",
    Kind.TEXT,
    "drafted; maybe_sent: handed over, no answer came; sent; not_sent: refused, the draft is still there",
    nullable=False,
    values=tuple(STATES.values()),
)
"""How answers tell it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One message.

    message_id: the draft's id, which names its file. drafted_at: when it was first drafted. state_at: when it came to
    its state: drafted; maybe_sent (handed over, no answer came), sent, not_sent (refused, the draft is still there).
    attempts: how often it was handed over. revisions: how often it was drafted. digest: SHA-256 of the latest draft.
    """

    message_id: str
    person_key: str | None
    template: str
    language: str
    drafted_at: datetime
    state: str
    state_at: datetime
    attempts: int
    revisions: int
    lawful_basis: str | None
    digest: str

    @property
    def written_at(self) -> datetime:
        """When the client was last written to by it: sent (or maybe), else first drafted."""
        return self.state_at if self.state in {STATES[SENT], STATES[SENDING]} else self.drafted_at


def last_written(messages: Sequence[Written]) -> Written | None:
    """The one by which the client was written to last; None: there is none."""
    return max(messages, key=lambda one: one.written_at, default=None)


def messages_of(
    entries: Sequence[Entry],
    *,
    person_keys: Collection[str] | None = None,
    until: datetime | None = None,
) -> list[Written]:
    """The messages, the first drafted first.

    Args:
        entries: of the ledger, the first one first; those of other kinds are passed over.
        person_keys: of one client, from `facts.identities`; None: everybody's.
        until: later entries do not count; None: all do.
    """
    found: dict[str, Written] = {}
    for entry in entries:
        if entry.kind not in KINDS or entry.subject is None or (until is not None and entry.at > until):
            continue
        if person_keys is not None and entry.person_key not in person_keys:
            continue
        known = found.get(entry.subject)
        if entry.kind == DRAFTED:
            found[entry.subject] = _drafted(entry, known)
        elif known is not None:
            found[entry.subject] = replace(
                known,
                state=STATES[entry.kind],
                state_at=entry.at,
                attempts=known.attempts + (entry.kind == SENDING),
            )
    return list(found.values())


def _drafted(entry: Entry, known: Written | None) -> Written:
    body = entry.body
    return Written(
        message_id=str(entry.subject),
        person_key=entry.person_key,
        template=str(body["template"]),
        language=str(body["language"]),
        drafted_at=entry.at if known is None else known.drafted_at,
        state=STATES[DRAFTED],
        state_at=entry.at,
        attempts=0 if known is None else known.attempts,
        revisions=1 if known is None else known.revisions + 1,
        lawful_basis=body.get("lawful_basis"),
        digest=str(body["sha256"]),
    )

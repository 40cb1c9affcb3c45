"""The bodies of `privacy suppress`, `unsuppress` and `list`, and how other answers tell who objected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clientlens.cli.recording import record
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clientlens.analysis.suppression import Address, Suppression, Suppressions
    from clientlens.cli.context import Run
    from clientlens.model.entries import Event
    from clientlens.model.facts import Facts
    from clientlens.workspace.workspace import Workspace

FIELDS = (
    Field("number", Kind.INTEGER, "number of the objection, from 1", nullable=False),
    Field("since", Kind.INSTANT, "when it was written down", nullable=False),
    Field(
        "client_id",
        Kind.TEXT,
        "a client whom it fits today; null: nobody who is stored",
        title="client",
        priority=1,
    ),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", wide=True, priority=2),
    Field("reason", Kind.TEXT, "why, as it was given", wide=True, fold=True),
    Field("actor", Kind.TEXT, "user of the machine who wrote it down", title="by", priority=3),
    Field(
        "known_by", Kind.INTEGER, "e-mails, addresses and other keys it goes by", nullable=False, priority=4
    ),
    Field("fingerprint", Kind.TEXT, "begin of one of its fingerprints, to tell it from others", priority=5),
)
CHANGED_FIELDS = (
    *FIELDS,
    Field("changed", Kind.BOOLEAN, "false: it was so before", nullable=False, priority=3),
)
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is meant, as it was typed; several of these may be given, and each counts."""

    client: str | None = None
    email: str | None = None
    name: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None

    def address(self, command: str) -> Address | None:
        """What was typed besides the client; None: nothing.

        Raises:
            NobodyMeant: nothing at all was typed, or an address of which a part is missing.
        """
        from clientlens.analysis.suppression import Address
        from clientlens.errors import NobodyMeant
        from clientlens.model.postal import residence

        parts = (self.name, self.street, self.postcode, self.city)
        if any(parts) and residence(*parts) is None:
            raise NobodyMeant(command, "a part of the address is missing")
        if not (any(parts) or (self.email or "").strip()):
            if self.client is None:
                raise NobodyMeant(command, "no client, e-mail or address is given")
            return None
        return Address(self.email, *parts)


def objections(workspace: Workspace) -> Suppressions:
    """Who objected, as the ledger tells."""
    from clientlens.analysis.suppression import KINDS, Suppressions
    from clientlens.workspace.ledger import history

    return Suppressions.of(history(workspace, kinds=KINDS))


def marked(answer: Answer, workspace: Workspace, facts: Facts) -> Answer:
    """The answer, with a note on how many of the clients in its rows objected to being written to."""
    known = objections(workspace)
    if not known or answer.rows.is_empty():
        return answer
    found = len(known.clients(facts, set(answer.rows["client_id"].drop_nulls())))
    if not found:
        return answer
    told = f"{found:,} of these clients objected to being written to: 'clientlens privacy' names them"
    return replace(answer, notes=(*answer.notes, told))


def suppress(run: Run, whom: Whom, reason: str | None, lock_timeout: float) -> None:
    """Write an objection down, and say whom it fits."""
    typed = whom.address("suppress")
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis import suppression
        from clientlens.model.entries import Event
        from clientlens.model.fingerprints import SUPPRESSED

        facts, known = workspace.facts(), objections(workspace)
        secret, events = suppression.secret_events(known)
        prints = set(suppression.fingerprints_of(secret, [] if typed is None else [typed]))
        if whom.client is not None:
            prints |= suppression.fingerprints_of_client(secret, facts, _named(facts, whom.client))
        if prints <= known.fingerprints:
            told["numbers"] = {one.number for one in known.active if not prints.isdisjoint(one.fingerprints)}
            return []
        told["numbers"] = {known.given + 1}
        body = {"fingerprints": sorted(prints), "reason": reason}
        return [*events, Event(SUPPRESSED, body, subject=str(known.given + 1))]

    changed = bool(record(run, decide, command="clientlens privacy suppress", lock_timeout=lock_timeout))
    with run.open() as workspace:
        facts, known = workspace.facts(), objections(workspace)
        chosen = [one for one in known.active if one.number in told["numbers"]]
        rows = _rows(known, chosen, facts)
        notes = _unsent(workspace, facts, {row[2] for row in rows if row[2] is not None})
        if not changed:
            notes.insert(0, "this was written down before: nothing changed")
        _tell(run, "privacy_suppress", rows, workspace.timezone, changed=changed, notes=notes)


def unsuppress(run: Run, whom: Whom, number: int | None, reason: str, lock_timeout: float) -> None:
    """Take back every objection that fits, and say which."""
    typed = None if number is not None else whom.address("unsuppress")
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.errors import NotSuppressed
        from clientlens.model.entries import Event
        from clientlens.model.fingerprints import UNSUPPRESSED

        facts, known = workspace.facts(), objections(workspace)
        found = [one for one in known.active if one.number == number]
        found += known.fitting([] if typed is None else [typed])
        if whom.client is not None:
            client_id = _named(facts, whom.client)
            found += [one for client, one in known.pairs(facts, [client_id]) if client == client_id]
        if not found:
            raise NotSuppressed(f"number {number}" if number is not None else whom.client or "that address")
        lifted = {one.number: one for one in found}
        told.update(zone=workspace.timezone, rows=_rows(known, list(lifted.values()), facts))
        return [Event(UNSUPPRESSED, {"reason": reason}, subject=str(one)) for one in sorted(lifted)]

    record(run, decide, command="clientlens privacy unsuppress", lock_timeout=lock_timeout)
    notes = ["these objections no longer hold; the history keeps both"]
    _tell(run, "privacy_unsuppress", told["rows"], told["zone"], changed=True, notes=notes)


def list_suppressed(run: Run) -> None:
    """Every objection that holds, and whom it fits today."""
    with run.open() as workspace:
        facts, known = workspace.facts(), objections(workspace)
        rows = _rows(known, known.active, facts)
        strangers = sum(row[2] is None for row in rows)
        title = "Who objected to being written to"
        notes = (f"{strangers:,} of these fit nobody who is stored",) if strangers else ()
        frame = frame_of(FIELDS, rows)
        run.answer(Answer("privacy", FIELDS, frame, workspace.timezone, title=title, notes=notes))


def _named(facts: Facts, client: str) -> str:
    from clientlens.analysis.client_lookup import find_one

    return find_one(facts, client)


def _rows(known: Suppressions, chosen: Sequence[Suppression], facts: Facts) -> list[tuple[Any, ...]]:
    """One row per objection and client whom it fits, by number, then client_id."""
    import polars as pl

    from clientlens.analysis.client_names import shown_name

    wanted = {one.number for one in chosen}
    pairs = [(one.number, client) for client, one in known.pairs(facts) if one.number in wanted]
    clients = pl.col("client_id").is_in([client for _, client in pairs])
    shown = facts.clients.filter(clients).select("client_id", shown_name(), "email").collect()
    # Those who objected, so few.
    people = {row[0]: row for row in shown.iter_rows()}
    fitting: dict[int, list[tuple[str | None, ...]]] = {}
    for number, client in pairs:
        fitting.setdefault(number, []).append(people[client])
    nobody = (None, None, None)
    return [
        (
            *(one.number, one.at),
            *who,
            *(one.reason, one.actor, len(one.fingerprints), min(one.fingerprints)[:_SHORT]),
        )
        for one in chosen
        for who in fitting.get(one.number, [nobody])
    ]


def _unsent(workspace: Workspace, facts: Facts, client_ids: Collection[str]) -> list[str]:
    """What was written to these clients and has not left the house: it should not."""
    from clientlens.analysis import letter_history, message_history
    from clientlens.analysis.suppression import open_letters
    from clientlens.analysis.wording import counted_noun
    from clientlens.messages.composing import keys_of
    from clientlens.messages.outbox import OUTBOX
    from clientlens.workspace.ledger import history

    keys = {key for mine in keys_of(facts, client_ids).values() for key in mine}
    if not keys:
        return []
    entries = history(workspace, kinds=letter_history.KINDS | message_history.KINDS)
    written = message_history.messages_of(entries, person_keys=keys)
    drafts = [one for one in written if one.state in {"drafted", "not_sent"}]
    lying = sum((workspace.path / OUTBOX / f"{one.message_id}.eml").exists() for one in drafts)
    letters = open_letters(entries, keys)
    notes = []
    if lying:
        notes.append(
            f"{counted_noun(lying, 'draft')} to them in {workspace.path / OUTBOX}: delete, do not send"
        )
    if letters:
        notes.append(
            f"{counted_noun(len(letters), 'letter')} to them not handed over yet ({', '.join(letters)}): take out of the merged "
            "file before you do; the manifest has its page"
        )
    return notes


def _tell(
    run: Run, name: str, rows: list[tuple[Any, ...]], zone: str, *, changed: bool, notes: Sequence[str]
) -> None:
    frame = frame_of(CHANGED_FIELDS, [(*row, changed) for row in rows])
    run.answer(Answer(name, CHANGED_FIELDS, frame, zone, title="Objections", notes=tuple(notes)))

"""The body of `message --list`: what was written to whom, and which drafts lie in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.analysis.message_history import STATE_FIELD
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from clientlens.cli.context import Run
    from clientlens.model.facts import Facts

FIELDS = (
    Field("drafted_at", Kind.INSTANT, "when it was first drafted", nullable=False, title="drafted"),
    Field("client_id", Kind.TEXT, "whom it is to; null: no record names them today", priority=3),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail today", wide=True, priority=4),
    Field("template", Kind.TEXT, "template it was made of; own: typed", nullable=False, priority=1),
    Field("language", Kind.TEXT, "en, de or it", nullable=False, priority=5),
    STATE_FIELD,
    Field("state_at", Kind.INSTANT, "since when", nullable=False, title="since", priority=2),
    Field("message_id", Kind.TEXT, "id of the message", nullable=False, priority=None),
    Field(
        "path",
        Kind.TEXT,
        "its file in the outbox; null: it is not there (any more)",
        title="draft",
        file=True,
    ),
)


def list_messages(run: Run, client: str | None) -> None:
    """List the messages to everybody, or to one client, the latest first."""
    from clientlens.analysis.client_lookup import find_one
    from clientlens.analysis.message_history import KINDS, messages_of
    from clientlens.analysis.points import keys_of
    from clientlens.cli.suppressing import objections
    from clientlens.messages.outbox import OUTBOX
    from clientlens.workspace.ledger import history

    with run.open() as workspace:
        facts = workspace.facts()
        keys = None if client is None else keys_of(facts, find_one(facts, client))
        until = run.as_of(workspace.timezone).instant
        everyones = messages_of(history(workspace, kinds=KINDS), until=until)
        written = [one for one in reversed(everyones) if keys is None or one.person_key in keys]
        people = _people(facts, {str(one.person_key) for one in written})
        suppressed = objections(workspace).clients(facts, {who[0] for who in people.values() if who[0]})
        outbox, timezone = workspace.path / OUTBOX, workspace.timezone
    there = _drafts(outbox)
    nobody = (None, None, None, None)
    rows, unwanted = [], 0
    for one in written:
        client_id, name, email, accepts = people.get(str(one.person_key), nobody)
        path = there.get(one.message_id)
        refused = accepts is False or client_id in suppressed
        unwanted += path is not None and one.state != "sent" and refused
        who = (one.drafted_at, client_id, name, email, one.template, one.language)
        rows.append((*who, one.state, one.state_at, one.message_id, None if path is None else str(path)))
    others = there.keys() - {one.message_id for one in everyones} if keys is None else ()
    notes = _notes(outbox, unwanted, len(others), any(row[-1] for row in rows))
    frame = frame_of(FIELDS, rows)
    run.answer(
        Answer("message_list", FIELDS, frame, timezone, title="Messages, the latest first", notes=notes)
    )


def _notes(outbox: Path, unwanted: int, others: int, drafts: bool) -> tuple[str, ...]:
    from clientlens.analysis.wording import counted_noun

    said = []
    if drafts:
        said.append(f"drafts are in {outbox}")
    if unwanted:
        said.append(
            f"{counted_noun(unwanted, 'draft')} to who opted out or objected since: delete, do not send"
        )
    if others:
        said.append(f"{counted_noun(others, 'other draft')} there, such as offers ('clientlens requests')")
    return tuple(said)


def _drafts(outbox: Path) -> dict[str, Path]:
    """Message id -> file."""
    return {file.stem: file for file in sorted(outbox.glob("*.eml"))}


def _people(
    facts: Facts, person_keys: Collection[str]
) -> dict[str, tuple[str | None, str | None, str | None, bool | None]]:
    """person_key -> client_id, name, e-mail, consent."""
    import polars as pl

    from clientlens.analysis.client_names import shown_name

    keys = pl.LazyFrame({"person_key": sorted(person_keys)}, schema={"person_key": pl.String})
    known = facts.identities.join(keys, on="person_key", how="semi").join(facts.clients, on="client_id")
    told = known.select("person_key", "client_id", shown_name(), "email", "accepts_email").collect()
    # Those who were written to, each of whom has a message in hand.
    return {key: (one, name, email, accepts) for key, one, name, email, accepts in told.iter_rows()}

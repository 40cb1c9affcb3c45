"""What people wrote down about a client: notes, and the history of everything that was changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.tables import INSTANT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from clientlens.model.entries import Entry

ADDED, REMOVED = "note_added", "note_removed"
KINDS = (ADDED, REMOVED)

NOTE_FIELDS = (
    Field("number", Kind.INTEGER, "number of the note", nullable=False),
    Field("at", Kind.INSTANT, "when it was written", nullable=False),
    Field("actor", Kind.TEXT, "user of the machine who wrote it", title="by", priority=1),
    Field("text", Kind.TEXT, "the note", nullable=False, wide=True, fold=True),
)
CHANGE_FIELDS = (
    Field("number", Kind.INTEGER, "number of the entry in the ledger", nullable=False, priority=2),
    Field("at", Kind.INSTANT, "when it was done", nullable=False),
    Field("actor", Kind.TEXT, "user of the machine who did it", title="by", priority=1),
    Field(
        "what",
        Kind.TEXT,
        "the detail, note or group",
        nullable=False,
    ),
    Field("before", Kind.TEXT, "as it was shown before", wide=True, fold=True),
    Field("after", Kind.TEXT, "as it is since; null: nothing, or what files say", wide=True, fold=True),
)


def notes_of(entries: Sequence[Entry], person_keys: Collection[str]) -> pl.DataFrame:
    """The notes about a client that were not removed, the first one first.

    Args:
        entries: of the ledger, by number; only `KINDS` count.
        person_keys: the client's.

    Returns:
        number (Int64), at (INSTANT), actor, text (String).
    """
    keys = frozenset(person_keys)
    found: dict[int, Entry] = {}
    for entry in entries:
        if entry.kind in KINDS and entry.person_key in keys:
            if entry.kind == ADDED:
                found[entry.seq] = entry
            else:
                found.pop(entry.body["note"], None)
    rows = [(one.seq, one.at, one.actor, one.body["text"]) for one in found.values()]
    schema = {"number": pl.Int64(), "at": INSTANT, "actor": pl.String(), "text": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def notes_answer(notes: pl.DataFrame, timezone: str, title: str) -> Answer:
    """`notes_of` as an answer: rows of `NOTE_FIELDS`."""
    return Answer(
        "clients_note", NOTE_FIELDS, notes.select(f.name for f in NOTE_FIELDS), timezone, title=title
    )


def changes_answer(entries: Sequence[Entry], timezone: str, title: str) -> Answer:
    """Everything that was changed by hand about one client, the first change first; rows of `CHANGE_FIELDS`.

    Args:
        entries: of the ledger, about this client, by number.
    """
    rows = [
        (entry.seq, entry.at, entry.actor, *change)
        for entry in entries
        for change in _changes(entry, entries)
    ]
    return Answer("clients_history", CHANGE_FIELDS, frame_of(CHANGE_FIELDS, rows), timezone, title=title)


def _changes(entry: Entry, entries: Sequence[Entry]) -> Iterator[tuple[str, str | None, str | None]]:
    """What, before, after of each thing that an entry changed."""
    body = entry.body
    match entry.kind:
        case "client_edited":
            for name, change in body.get("fields", {}).items():
                # Parts of a name or an address that stayed are written down with those that did not.
                if change["before"] != change["after"]:
                    yield name, change["before"], change["after"]
            if body.get("restored"):
                yield "as in files again", None, ", ".join(body["restored"])
        case "note_added":
            yield f"note {entry.seq}", None, body["text"]
        case "note_removed":
            text = next((one.body["text"] for one in entries if one.seq == body["note"]), None)
            yield f"note {body['note']}", text, None
        case "group_joined":
            yield "group", None, entry.subject
        case "group_left":
            yield "group", entry.subject, None

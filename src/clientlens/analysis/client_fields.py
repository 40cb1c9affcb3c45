"""Where each detail of a client comes from: a record of a file, or somebody's correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.identity import latest_first, profiles_first
from clientlens.model.overlay import ADDRESS, NAME, standing_edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts

FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("field", Kind.TEXT, "the detail", nullable=False),
    Field("value", Kind.TEXT, "as it is shown", wide=True, fold=True),
    Field(
        "origin",
        Kind.TEXT,
        "file, or edited by hand; null: nothing is known",
        values=("file", "edited"),
        title="from",
    ),
    Field("source", Kind.TEXT, "format of the file's record", priority=1),
    Field("store", Kind.TEXT, "store of the file's record", priority=2),
    Field(
        "at",
        Kind.INSTANT,
        "when it was edited; else the time of the record, null for lists of clients, which have none",
        priority=1,
    ),
    Field("actor", Kind.TEXT, "user of the machine who edited it", title="by", priority=1),
    Field("in_files", Kind.TEXT, "what files say, where it was edited", wide=True, priority=3),
)
_ALONE = ("email", "phone", "company", "language", "birthday")
_CONSENT = "accepts_email"
Found = tuple[str, dict[str, Any] | None]


def client_fields(facts: Facts, client_id: str, entries: Sequence[Entry]) -> Answer:
    """Every detail of one client.

    Args:
        facts: `people` and `identities` are read.
        entries: of the ledger, about this client, by number.

    Returns:
        Rows of `FIELDS`.
    """
    mine = facts.identities.filter(pl.col("client_id") == client_id)
    people = facts.people.join(mine, on="person_key", how="semi").collect()
    edits = standing_edits(entries)
    rows: list[tuple[object, ...]] = []
    for name, record in _told_by(people):
        said = None if record is None else _text(record[name])
        edit = edits.get(name)
        if edit is not None:
            entry = edit.entry
            rows.append((client_id, name, edit.value, "edited", None, None, entry.at, entry.actor, said))
        elif record is None or said is None:
            rows.append((client_id, name, None, None, None, None, None, None, None))
        else:
            about = (record["source"], record["store"], record["seen_at"])
            rows.append((client_id, name, said, "file", *about, None, None))
    return Answer(
        "clients_fields",
        FIELDS,
        frame_of(FIELDS, rows),
        facts.timezone,
        title=f"Details of client {client_id}",
    )


def _told_by(people: pl.DataFrame) -> Iterator[Found]:
    """Each detail with the record that tells it, by the rules of `identity`; None: none does."""
    profiles, latest = profiles_first(people), latest_first(people)
    named, addressed = _first(profiles, "name"), _first(latest, "street")
    for name in NAME:
        yield name, named
    yield "nickname", None
    for name in _ALONE[:3]:
        yield name, _first(profiles, name)
    for name in ADDRESS:
        yield name, addressed
    for name in _ALONE[3:]:
        yield name, _first(profiles, name)
    # Where two lists of clients disagree, the refusal counts; without a list, the latest record.
    lists = profiles.filter("is_profile").sort(_CONSENT, nulls_last=True, maintain_order=True)
    yield _CONSENT, _first(lists, _CONSENT) or _first(profiles, _CONSENT)


def _first(records: pl.DataFrame, name: str) -> dict[str, Any] | None:
    found = records.filter(pl.col(name).is_not_null()).head(1)
    return None if found.is_empty() else found.row(0, named=True)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)

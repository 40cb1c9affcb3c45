"""Taking people out of the ledger: entries about them go, and what others say of them is blanked.

Otherwise entries are never changed. Their numbers stay, so that what refers to one by its number still does; where
entries went there is a gap. The chain of hashes is made anew from the first change on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clientlens.model.fingerprints import SUMS, SUPPRESSED, UNSUPPRESSED
from clientlens.workspace.seals import link

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from clientlens.model.entries import Entry
    from clientlens.workspace.blanking import Blanking

_FAMILIES = ("message_", "letter_", "request_")
"""Of these the subject (a message, a letter, a request) is one person's, so all entries about it go together."""
_OF_MANY = "letter_assigned"  # its subject is the campaign
_WORD = re.compile(r"\w+")
_TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'event'"


@dataclass(frozen=True, slots=True)
class Redaction:
    """What becomes of the ledger.

    gone: entries about the people, and the sums of before. changed: others that name them, as they will be.
    named: how many others hold one of their full names, which somebody else may have too, so that they stay.
    """

    gone: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    named: int

    def left(self, entries: Sequence[Entry]) -> list[Entry]:
        """The ledger afterwards."""
        gone = {one.seq for one in self.gone}
        changed = {one.seq: one for one in self.changed}
        return [changed.get(one.seq, one) for one in entries if one.seq not in gone]


def redaction(
    entries: Sequence[Entry],
    blanking: Blanking,
    names: Collection[str],
    requests: Collection[str],
    fingerprints: Collection[str],
) -> Redaction:
    """What taking people out of the ledger comes to.

    Args:
        entries: all of them, the first one first.
        blanking: knows their identity keys, and words that are blanked wherever others are told about. names: of theirs.
        requests: subjects of their order requests. fingerprints: objections that any of these fits lose their reason.
    """
    theirs = [one for one in entries if one.person_key in blanking.keys]
    subjects = {
        (family, one.subject)
        for one in theirs
        for family in _FAMILIES
        if one.kind.startswith(family) and one.subject and one.kind != _OF_MANY
    } | {("request_", one) for one in requests}
    objections = {
        one.subject
        for one in entries
        if one.kind == SUPPRESSED and not set(one.body["fingerprints"]).isdisjoint(fingerprints)
    }
    gone, changed = [], []
    for one in entries:
        families = [family for family in _FAMILIES if one.kind.startswith(family) and one.kind != _OF_MANY]
        if (
            one.kind == SUMS
            or one.person_key in blanking.keys
            or any((family, one.subject) in subjects for family in families)
        ):
            gone.append(one)
            continue
        after = blanking.entry(one)
        if one.kind in {SUPPRESSED, UNSUPPRESSED} and one.subject in objections:
            after = replace(after, body={**after.body, "reason": None})
        if after != one:
            changed.append(after)
    found = Redaction(tuple(gone), tuple(changed), 0)
    full = {name.casefold() for name in names if len(_WORD.findall(name)) > 1}
    return replace(found, named=_naming(full, found.left(entries)))


def _naming(full: Collection[str], entries: Sequence[Entry]) -> int:
    """How many entries hold one of these names; names are looked up by their first word, since there may be many."""
    by_first: dict[str, list[str]] = {}
    for name in full:
        by_first.setdefault(_WORD.findall(name)[0], []).append(name)
    count = 0
    for one in entries if by_first else ():
        text = json.dumps(one.body, ensure_ascii=False).casefold()
        words = by_first.keys() & set(_WORD.findall(text))
        count += any(name in text for word in words for name in by_first[word])
    return count


def rewrite(connection: sqlite3.Connection, change: Redaction) -> None:
    """Carry it out inside the caller's transaction."""
    gone = [one.seq for one in change.gone]
    seqs = [*gone, *(one.seq for one in change.changed)]
    if not seqs:
        return
    triggers = connection.execute(_TRIGGERS).fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    for one in change.changed:
        body = json.dumps(one.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
        connection.execute(
            "UPDATE event SET body = ?, subject = ?, key = ? WHERE seq = ?",
            (body, one.subject, one.key, one.seq),
        )
    connection.executemany("DELETE FROM event WHERE seq = ?", [(seq,) for seq in gone])
    _chain_again(connection, min(seqs))
    for _, sql in triggers:
        connection.execute(sql)


def _chain_again(connection: sqlite3.Connection, first: int) -> None:
    before = connection.execute(
        "SELECT chain FROM event WHERE seq < ? ORDER BY seq DESC LIMIT 1", (first,)
    ).fetchone()
    chain = before[0] if before else ""
    rows = connection.execute(
        "SELECT seq, at, actor, kind, person_key, subject, body, key, snapshot FROM event WHERE seq >= ? ORDER BY seq",
        (first,),
    ).fetchall()
    chained = []
    for row in rows:
        chain = link(chain, *row)
        chained.append((chain, row[0]))
    connection.executemany("UPDATE event SET chain = ? WHERE seq = ?", chained)

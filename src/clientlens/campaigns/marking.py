"""What became of letters, as people and print services tell it: which step may follow which.

A letter goes rendered, handed_over, printed (which is when it counts as sent), delivered; steps may be left out, and from
each it can fail, also from delivered, since mail comes back late. Nothing goes backward; only a reprint begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clientlens.analysis.letter_history import HELD, STATUS, STATUSES, Step
from clientlens.errors import IllegalLetterDay, IllegalLetterStatus
from clientlens.model.entries import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from clientlens.analysis.letter_history import Assigned

MARKS = ("handed_over", "printed", "delivered", "failed")
"""What a letter can be marked; assigned and rendered are the program's own to say."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is told of one letter. on: the day it happened. line: of the file that tells it, for what cannot be."""

    letter_id: str
    status: str
    on: date
    reason: str | None = None
    line: int = 0


def event_of(one: Assigned, mark: Mark) -> Event | None:
    """What the ledger is to say; None: the letter stands there already.

    Raises:
        IllegalLetterStatus, IllegalLetterDay
    """
    now = one.status
    if now == mark.status:
        return None
    ahead = now not in {"failed", HELD} and STATUSES.index(mark.status) > STATUSES.index(now)
    if not ahead or (now == "assigned" and mark.status != "failed"):
        raise IllegalLetterStatus(one.letter_id, now, mark.status)
    if one.steps and mark.on < one.steps[0].on:
        raise IllegalLetterDay(one.letter_id, mark.status, mark.on, one.steps[0].on)
    body: dict[str, object] = {"status": mark.status, "on": mark.on.isoformat()}
    if mark.reason:
        body["reason"] = mark.reason
    key = f"{STATUS}:{one.letter_id}:{len(one.steps)}:{mark.status}"
    return Event(STATUS, body, key=key, person_key=one.person_key, subject=one.letter_id)


def known_letters(letters: Iterable[Assigned]) -> dict[str, Assigned]:
    """Letters by what they may be called by: id, code and the name of the PDF, all in lower case."""
    found: dict[str, Assigned] = {}
    for one in letters:
        if one.letter_id:
            names = (one.letter_id, one.code, (one.pdf or "").rsplit("/", 1)[-1], f"{one.letter_id}.pdf")
            found |= {name.lower(): one for name in names if name}
    return found


def called(letters: Mapping[str, Assigned], name: str) -> Assigned | None:
    """The letter of that id, code or file name; the path before it does not matter."""
    return letters.get(name.strip().replace("\\", "/").rsplit("/", 1)[-1].lower())


def _behind(one: Assigned, mark: Mark) -> bool:
    """Whether the letter had come as far before, has failed since, or was sent anew since."""
    if one.reprints and mark.on < max(step.on for step in one.steps if step.status == "rendered"):
        return True
    if mark.status == "failed":
        return False
    steps = [step.status for step in one.steps if step.status != "failed"] or [STATUSES[0]]
    if STATUSES.index(mark.status) <= STATUSES.index(steps[-1]):
        return True
    return one.status == "failed" and mark.on < one.steps[-1].on


def decide(marks: Iterable[tuple[Assigned, Mark]]) -> tuple[list[Event], list[tuple[Mark, str]]]:
    """What a print service's list comes to, row by row: entries, and rows that cannot be, each with its reason.

    A row that tells of an earlier step than the letter has taken says nothing new: such lists repeat themselves.
    """
    events: list[Event] = []
    refused: list[tuple[Mark, str]] = []
    now: dict[str, Assigned] = {}
    for found, mark in marks:
        one = now.get(mark.letter_id, found)
        if _behind(one, mark):
            continue
        try:
            event = event_of(one, mark)
        except (IllegalLetterStatus, IllegalLetterDay) as error:
            refused.append((mark, error.message))
            continue
        if event is not None:
            events.append(event)
            step = Step(mark.status, mark.on, one.assigned_at, None, mark.reason)
            now[mark.letter_id] = replace(one, steps=(*one.steps, step))
    return events, refused

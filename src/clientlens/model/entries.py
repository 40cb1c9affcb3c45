"""What people write down: events to be recorded, and entries of the ledger as they stand there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be written down.

    kind: what happened, a word of whoever writes it: points_added, note. person_key: whom it is about, as in facts.
    subject: what else it is about, an order or a group. body: the rest, as JSON. key: the same one counts once.
    """

    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    person_key: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written down: `seq` grows by one, `at` is the real time, `snapshot` the state of the files then."""

    seq: int
    at: datetime
    actor: str | None
    kind: str
    person_key: str | None
    subject: str | None
    body: dict[str, Any]
    key: str | None
    snapshot: int

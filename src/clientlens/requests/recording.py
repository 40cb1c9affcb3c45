"""Held orders as entries of the ledger, and offers that orders took; what stands there already is not written again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.model.entries import Event
from clientlens.requests.states import ACCEPTED, RECEIVED, Key, Request, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

NEW, ALREADY, ANONYMOUS = "new", "already", "anonymous"
_TEXTS = ("service", "package", "requirements", "currency", "name", "email", "phone", "language")


def recorded(
    rows: pl.DataFrame, taken: Mapping[Key, Key], requests: Mapping[Key, Request]
) -> tuple[list[Event], list[str | None]]:
    """The events to write, and what became of each row: new, already, anonymous, or None where nothing is recorded.

    Args:
        rows: of `screening.decided`. taken: order -> request whose offer it takes. requests: as they stand.
    """
    events: list[Event] = []
    told: list[str | None] = []
    here: set[Key] = set()  # two files of one archive may tell the same order
    for row in rows.iter_rows(named=True):
        key = (row["store"], row["request_id"])
        if row["decision"] == "bypass":
            offered = requests[taken[key]]
            if offered.status is Status.ACCEPTED or key in here:
                told.append(ALREADY)
                continue
            here.add(key)
            events.append(_bypass(offered, key, row))
            told.append(NEW)
        elif row["decision"] != "request":
            told.append(None)
        elif key in requests or key in here:
            told.append(ALREADY)
        elif all(row[name] is None for name in ("name", "email", "phone")):
            told.append(ANONYMOUS)
        else:
            here.add(key)
            events.append(_received(row))
            told.append(NEW)
    return events, told


def _received(row: Mapping[str, Any]) -> Event:
    body: dict[str, Any] = {name: row[name] for name in _TEXTS if row[name] is not None}
    body |= {
        "store": row["store"],
        "request_id": row["request_id"],
        "requested_at": row["at"].isoformat(),
        "reasons": list(row["reasons"]),
    }
    if row["amount"] is not None:
        body["price"] = row["amount"]
    if row["start_date"] is not None:
        body["start_date"] = row["start_date"].isoformat()
    return Event(
        RECEIVED,
        body,
        key=f"{RECEIVED} {row['store']} {row['request_id']}",
        person_key=row["person_key"],
        subject=subject_of((row["store"], row["request_id"])),
    )


def _bypass(offered: Request, order: Key, row: Mapping[str, Any]) -> Event:
    body = {
        "store": offered.store,
        "request_id": offered.request_id,
        "order": list(order),
        "order_at": row["at"].isoformat(),
    }
    return Event(
        ACCEPTED,
        body,
        key=f"{ACCEPTED} {offered.store} {offered.request_id}",
        person_key=offered.person_key,
        subject=subject_of(offered.key),
    )


def subject_of(key: Key) -> str:
    """What an entry about a request is about."""
    return f"request {key[0]}/{key[1]}"


def anonymous_count(told: Iterable[str | None]) -> int:
    """How many rows could not be recorded because nothing says who asks."""
    return sum(one == ANONYMOUS for one in told)

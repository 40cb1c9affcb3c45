"""What became of each request: facts and the ledger's entries folded into one state each.

    requested -> offered -> accepted | declined | expired | withdrawn        (and requested -> declined | withdrawn)

A request is known from an imported file, or from `screen --record`; what was decided about it stands in the ledger alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

    from clientlens.model.entries import Entry

RECEIVED, OFFERED, DECLINED, ACCEPTED, WITHDRAWN = (
    "request_received",
    "request_offered",
    "request_declined",
    "request_accepted",
    "request_withdrawn",
)
KINDS = (RECEIVED, OFFERED, DECLINED, ACCEPTED, WITHDRAWN)
ORDER_PREFIX = "order:"
"""Before the number of a held order, in the id of its request."""


class Status(StrEnum):
    """The states of a request."""

    REQUESTED = "requested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


LEGAL: dict[Status, tuple[Status, ...]] = {
    Status.OFFERED: (Status.REQUESTED,),
    Status.ACCEPTED: (Status.OFFERED,),
    Status.DECLINED: (Status.REQUESTED, Status.OFFERED),
    Status.WITHDRAWN: (Status.REQUESTED, Status.OFFERED),
}
"""What people may make of a request, and from which states; it expires by itself."""

STATUS_OF = {
    RECEIVED: Status.REQUESTED,
    OFFERED: Status.OFFERED,
    ACCEPTED: Status.ACCEPTED,
    DECLINED: Status.DECLINED,
    WITHDRAWN: Status.WITHDRAWN,
}
_ASKED = ("service", "package", "requirements", "price", "currency")
_TOLD = ("store", "request_id", *_ASKED, "name", "email", "phone", "language")
_OFFERED = ("price", "currency", "service", "package", "terms", "delivery_days")
Key = tuple[str, str]
"""Store and id of a request."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered: price in minor units of `currency`, days of delivery, the agreed start, and until when."""

    made_at: datetime
    price: int
    currency: str
    service: str | None
    package: str | None
    terms: str | None
    delivery_days: int | None
    start_date: date | None
    expires_at: datetime | None

    def open_at(self, at: datetime) -> bool:
        """Whether it had been made and had not expired."""
        return self.made_at <= at and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request's history; `actor`: who said so, None for what happens by itself or stands in a file."""

    at: datetime
    status: Status
    actor: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands. imported: a file has it; else it was held by `screen --record`.

    order: store and id of the order that took the offer without a request of its own (a bypass).
    """

    store: str
    request_id: str
    person_key: str | None
    requested_at: datetime
    service: str | None = None
    package: str | None = None
    requirements: str | None = None
    start_date: date | None = None
    price: int | None = None
    currency: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    imported: bool = False
    status: Status = Status.REQUESTED
    offer: Offer | None = None
    order: Key | None = None
    reason: str | None = None
    steps: tuple[Step, ...] = field(default=())

    @property
    def key(self) -> Key:
        """Store and id."""
        return self.store, self.request_id

    @property
    def answered_at(self) -> datetime | None:
        """When the seller first answered: with an offer or a no."""
        return next((one.at for one in self.steps if one.status in (Status.OFFERED, Status.DECLINED)), None)

    @property
    def shown_status(self) -> str:
        """The status, and whether an order took the offer by itself."""
        return f"{self.status}(bypass)" if self.order is not None else self.status.value


def fold(
    requests: pl.DataFrame, entries: Iterable[Entry], *, at: datetime, expired_by: datetime | None = None
) -> dict[Key, Request]:
    """Every request known at an instant, by store and id, in the order in which they were asked.

    Args:
        requests: `tables.REQUESTS`. entries: of `KINDS`, the first one first. at: nothing later counts; offers that end
            by then have expired. expired_by: an earlier moment for that, of a decision that is noted late.
    """
    found: dict[Key, Request] = {}
    for row in requests.iter_rows(named=True):
        if row["requested_at"] <= at:
            one = _imported(row)
            found[one.key] = one
    for entry in entries:
        if happened_at(entry) > at:
            continue
        key = (str(entry.body["store"]), str(entry.body["request_id"]))
        if entry.kind == RECEIVED:
            if key not in found:
                found[key] = _received(entry)
        elif key in found:
            found[key] = _changed(found[key], entry)
    expired = {key: _expired(one, expired_by or at) for key, one in found.items()}
    return dict(sorted(expired.items(), key=lambda pair: (pair[1].requested_at, pair[0])))


def happened_at(entry: Entry) -> datetime:
    """When a decision was made: as its author said, else when it was written down."""
    said = entry.body.get("at")
    return entry.at if said is None else datetime.fromisoformat(said)


def _imported(row: Mapping[str, Any]) -> Request:
    told = {name: row[name] for name in ("store", "person_key", "requested_at", "start_date", *_ASKED)}
    return Request(
        request_id=row["request_key"],
        imported=True,
        steps=(Step(row["requested_at"], Status.REQUESTED),),
        **told,
    )


def _received(entry: Entry) -> Request:
    body = entry.body
    asked = datetime.fromisoformat(body["requested_at"])
    told: dict[str, Any] = {name: body.get(name) for name in _TOLD}
    return Request(
        person_key=entry.person_key,
        requested_at=asked,
        start_date=_day(body.get("start_date")),
        steps=(Step(asked, Status.REQUESTED, entry.actor, ", ".join(body.get("reasons", ()))),),
        **told,
    )


def _changed(one: Request, entry: Entry) -> Request:
    body, status = entry.body, STATUS_OF[entry.kind]
    note = body.get("reason") or (f"by {body['order'][1]}" if body.get("order") else None)
    step = Step(happened_at(entry), status, entry.actor, note)
    changed = replace(one, status=status, reason=body.get("reason"), steps=(*one.steps, step))
    if entry.kind == OFFERED:
        return replace(changed, offer=_offer(entry))
    return replace(changed, order=tuple(body["order"])) if body.get("order") else changed


def _offer(entry: Entry) -> Offer:
    body = entry.body
    expires = body.get("expires_at")
    told: dict[str, Any] = {name: body.get(name) for name in _OFFERED}
    return Offer(
        made_at=happened_at(entry),
        expires_at=None if expires is None else datetime.fromisoformat(expires),
        start_date=_day(body.get("start_date")),
        **told,
    )


def _expired(one: Request, at: datetime) -> Request:
    ends = None if one.offer is None else one.offer.expires_at
    if one.status is not Status.OFFERED or ends is None or ends > at:
        return one
    return replace(one, status=Status.EXPIRED, steps=(*one.steps, Step(ends, Status.EXPIRED)))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

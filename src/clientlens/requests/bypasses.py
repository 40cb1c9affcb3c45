"""Which incoming orders take an open offer, and so need no request of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.requests.rules import folded
from clientlens.requests.states import Key, Request, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incoming order: whose it is (client ids where they are known, and keys), when it came, what it is of."""

    key: Key
    who: frozenset[str]
    at: datetime
    services: frozenset[str]


def bypasses(
    candidates: Iterable[Candidate], requests: Iterable[Request], client_of: Mapping[str, str]
) -> dict[Key, Key]:
    """Order -> the request whose offer it takes.

    An offer is for one order, of the same client, of its service where it names one, from when it was made until it
    expires. The earliest order takes the offer that ends first. An order that took an offer before still has it.

    Args:
        client_of: person_key -> client_id.
    """
    offers = [one for one in requests if one.offer is not None and one.person_key is not None]
    taken = {one.order: one.key for one in offers if one.order is not None}
    # Until when they hold is looked at by each order's own time: an expired one may still have been open then.
    free = [one for one in offers if one.status in (Status.OFFERED, Status.EXPIRED)]
    free.sort(key=lambda one: (one.offer is None or one.offer.expires_at is None, _ends(one), one.key))
    found: dict[Key, Key] = {}
    for order in sorted(candidates, key=lambda one: (one.at, one.key)):
        before = taken.get(order.key)
        if before is not None:
            found[order.key] = before
            continue
        fitting = next((one for one in free if _fits(order, one, client_of)), None)
        if fitting is not None:
            free.remove(fitting)
            found[order.key] = fitting.key
    return found


def _ends(one: Request) -> str:
    ends = None if one.offer is None else one.offer.expires_at
    return "" if ends is None else ends.isoformat()


def _fits(order: Candidate, one: Request, client_of: Mapping[str, str]) -> bool:
    key = str(one.person_key)
    mine: Collection[str] = {key, client_of.get(key, key)}
    if one.offer is None or order.key == one.key or order.who.isdisjoint(mine):
        return False
    service = one.offer.service
    of_it = service is None or not order.services or folded(service) in order.services
    return of_it and one.offer.open_at(order.at)

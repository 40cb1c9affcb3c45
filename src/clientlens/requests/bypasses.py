"""Which incoming orders take an open offer, and so need no request of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.requests.rules import folded
from clientlens.requests.states import Key, Request, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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
    rank = {one.key: place for place, one in enumerate(free)}
    held: dict[str, list[Request]] = {}
    for one in free:
        for owner in _owners(one, client_of):
            held.setdefault(owner, []).append(one)
    found: dict[Key, Key] = {}
    gone: set[Key] = set()
    for order in sorted(candidates, key=lambda one: (one.at, one.key)):
        before = taken.get(order.key)
        if before is not None:
            found[order.key] = before
            continue
        mine = (one for who in order.who for one in held.get(who, ()) if one.key not in gone)
        fitting = min((rank[one.key] for one in mine if _fits(order, one)), default=None)
        if fitting is not None:
            gone.add(free[fitting].key)
            found[order.key] = free[fitting].key
    return found


def _ends(one: Request) -> str:
    ends = None if one.offer is None else one.offer.expires_at
    return "" if ends is None else ends.isoformat()


def _owners(one: Request, client_of: Mapping[str, str]) -> set[str]:
    key = str(one.person_key)
    return {key, client_of.get(key, key)}


def _fits(order: Candidate, one: Request) -> bool:
    if one.offer is None or order.key == one.key:
        return False
    service = one.offer.service
    of_it = service is None or not order.services or folded(service) in order.services
    return of_it and one.offer.open_at(order.at)

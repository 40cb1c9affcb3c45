"""Decisions about a request as events: only those that its state allows, and none that stands already."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clientlens.errors import AmbiguousRequest, IllegalMoment, IllegalState, UnknownRequest
from clientlens.model.entries import Event
from clientlens.requests.recording import subject_of
from clientlens.requests.states import (
    ACCEPTED,
    DECLINED,
    LEGAL,
    OFFERED,
    ORDER_PREFIX,
    STATUS_OF,
    WITHDRAWN,
    Key,
    Request,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_DONE = {OFFERED: "approved", ACCEPTED: "accepted", DECLINED: "declined", WITHDRAWN: "withdrawn"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a request.

    kind: of the entry. said: what the user stated, by the names of an offer's parts; body: all that is written down.
    at: when it was made, where it is noted later; None: now.
    """

    kind: str
    said: Mapping[str, Any]
    body: Mapping[str, Any]
    at: datetime | None = None


def find(requests: Mapping[Key, Request], text: str, store: str | None) -> Request:
    """The request that an id means; of an order that was held its number is enough.

    Raises:
        UnknownRequest, AmbiguousRequest
    """
    bare = text.removeprefix("#")
    exact = [one for one in requests.values() if one.request_id == text and store in (None, one.store)]
    held = [
        one
        for one in requests.values()
        if one.request_id == ORDER_PREFIX + bare and store in (None, one.store)
    ]
    found = [*exact, *held]
    if not found:
        ids = {one.request_id for one in requests.values()}
        close = difflib.get_close_matches(text, sorted(ids), n=1)
        raise UnknownRequest(text, close[0] if close else None)
    if len(found) > 1:
        raise AmbiguousRequest(text, [f"{one.request_id} in {one.store}" for one in found])
    return found[0]


def event_for(one: Request, decision: Decision) -> Event | None:
    """The event of a decision; None: it stands already.

    Raises:
        IllegalState: the request's state does not allow it, or it was approved on other terms.
        IllegalMoment: it is said to have been before the last step.
    """
    target = STATUS_OF[decision.kind]
    if one.status is target and (one.offer is None or target is not Status.OFFERED or _same(one, decision)):
        return None
    if one.status not in LEGAL[target]:
        raise IllegalState(one.request_id, one.shown_status, _DONE[decision.kind], _why(one, target))
    said = {}
    if decision.at is not None:
        last = one.steps[-1]
        if decision.at < last.at:
            raise IllegalMoment(_moment(decision.at), f"it was {last.status} at {_moment(last.at)}")
        said = {"at": decision.at.isoformat()}
    return Event(
        decision.kind,
        {"store": one.store, "request_id": one.request_id, **decision.body, **said},
        key=f"{decision.kind} {one.store} {one.request_id}",
        person_key=one.person_key,
        subject=subject_of(one.key),
    )


def _same(one: Request, decision: Decision) -> bool:
    """Whether the standing offer has everything that the user stated; defaults do not count."""
    return all(getattr(one.offer, name) == value for name, value in decision.said.items())


def _why(one: Request, target: Status) -> str:
    if one.status is Status.EXPIRED and one.offer is not None and one.offer.expires_at is not None:
        return f"the offer ended at {_moment(one.offer.expires_at)}; what was before is noted with --at"
    if one.status is Status.OFFERED and target is Status.OFFERED:
        return "on other terms than these"
    if one.status is Status.REQUESTED and target is Status.ACCEPTED:
        return "there is no offer yet"
    return ""


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"

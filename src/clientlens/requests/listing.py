"""Requests as answers: the list, one with its history, and what a decision changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.text import safe
from clientlens.requests.states import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.requests.states import Request

BYPASSED = "accepted(bypass)"
STATUSES = (*(one.value for one in Status), BYPASSED)
_STEPS = (
    Field("at", Kind.INSTANT, "when", nullable=False),
    Field("status", Kind.TEXT, "what it became", nullable=False, values=tuple(one.value for one in Status)),
    Field("actor", Kind.TEXT, "who said so"),
    Field("note", Kind.TEXT, "why, or by which order"),
)
FIELDS = (
    Field("request_id", Kind.TEXT, "its id; of a held order 'order:' and its number", nullable=False, title="request"),
    Field("store", Kind.TEXT, "store it was asked of", nullable=False, priority=5),
    Field("status", Kind.TEXT, "its state", nullable=False, values=STATUSES),
    Field("client_id", Kind.TEXT, "who asks; null: not known here yet", priority=None),
    Field("name", Kind.TEXT, "the client's name", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", wide=True, priority=6),
    Field("requested_at", Kind.INSTANT, "when the client asked", nullable=False, title="asked"),
    Field("service", Kind.TEXT, "service asked for", wide=True, priority=1),
    Field("package", Kind.TEXT, "package of it", wide=True, priority=4),
    Field("start_date", Kind.DATE, "start that the client wishes", title="start", priority=4),
    Field("price", Kind.MONEY, "price asked, or total of the held order", priority=3),
    Field("currency", Kind.TEXT, "ISO 4217 code of price", priority=3),
    Field("answered_at", Kind.INSTANT, "when you first answered", title="answered", priority=7),
    Field("offer_price", Kind.MONEY, "price offered", currency_field="offer_currency", priority=2, title="offered"),
    Field("offer_currency", Kind.TEXT, "ISO 4217 code of offer_price", priority=2, title="in"),
    Field("expires_at", Kind.INSTANT, "until when the offer is open", title="offer ends", priority=2),
    Field("order_id", Kind.TEXT, "of a bypass: the order that took the offer", priority=8, title="by order"),
)  # fmt: skip
SHOW_FIELDS = (
    *FIELDS,
    Field("requirements", Kind.TEXT, "what the client wrote"),
    Field("terms", Kind.TEXT, "terms offered"),
    Field("offer_package", Kind.TEXT, "package offered", title="package offered"),
    Field("delivery_days", Kind.INTEGER, "days of delivery offered"),
    Field("offer_start", Kind.DATE, "start agreed on", title="start agreed"),
    Field("reason", Kind.TEXT, "why it was declined or withdrawn"),
    Field("changed", Kind.BOOLEAN, "this call changed it; false: it stood so already; null: it was only shown", priority=None),
    Field("offer_text", Kind.TEXT, "the offer as the client reads it", priority=None),
    Field("draft", Kind.TEXT, "where the draft of an e-mail with the offer lies", file=True),
    Field("history", Kind.LIST, "every step, the first one first", nullable=False, fields=_STEPS, priority=None),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a request is of: what the workspace knows, else what the request said."""

    client_id: str | None
    name: str | None
    email: str | None
    anonymous: bool
    language: str | None = None


class People:
    """The clients behind requests, by person_key."""

    def __init__(self, facts: Facts, requests: Iterable[Request]) -> None:
        keys = sorted({one.person_key for one in requests if one.person_key is not None})
        known = (
            facts.identities.filter(pl.col("person_key").is_in(keys))
            .join(facts.clients, on="client_id")
            .select("person_key", "client_id", shown_name(), "email", "anonymous", "language")
            .collect()
        )
        self._known = {key: Who(*rest) for key, *rest in known.iter_rows()}

    def of(self, one: Request) -> Who:
        """Who asks."""
        known = self._known.get(one.person_key or "")
        if known is None:
            nothing = one.name is None and one.email is None and one.phone is None
            return Who(None, one.name, one.email, anonymous=nothing, language=one.language)
        return Who(
            known.client_id,
            one.name or known.name if known.anonymous else known.name,
            known.email or one.email,
            anonymous=known.anonymous and one.name is None and one.email is None and one.phone is None,
            language=known.language or one.language,
        )


def list_answer(
    requests: Sequence[Request], people: People, *, status: str | None, as_of: AsOf, timezone: str
) -> Answer:
    """The requests of a state (accepted: with or without a request for the order), the latest first."""
    chosen = [one for one in requests if status in (None, one.status.value, one.shown_status)]
    rows = [_row(one, people.of(one)) for one in reversed(chosen)]
    shown = "" if status is None else f", {status}"
    return Answer(
        name="requests",
        fields=FIELDS,
        rows=frame_of(FIELDS, rows),
        timezone=timezone,
        title=f"{len(rows):,} of {len(requests):,} requests{shown}, as of {as_of.day}",
    )


def show_answer(
    one: Request,
    people: People,
    *,
    timezone: str,
    title: str = "",
    changed: bool | None = None,
    text: str | None = None,
    draft: str | None = None,
) -> Answer:
    """One request, with its history.

    Args:
        changed: see `SHOW_FIELDS`. text: the offer for the client. draft: where an e-mail with it lies.
    """
    offer = one.offer
    row = (
        *_row(one, people.of(one)),
        one.requirements,
        offer and offer.terms,
        offer and offer.package,
        offer and offer.delivery_days,
        offer and offer.start_date,
        one.reason,
        changed,
        text,
        draft,
        [
            {"at": step.at, "status": step.status.value, "actor": step.actor, "note": step.note}
            for step in one.steps
        ],
    )
    return Answer(
        name="request",
        fields=SHOW_FIELDS,
        rows=frame_of(SHOW_FIELDS, [row]),
        timezone=timezone,
        single=True,
        title=title or f"Request {one.request_id}: {one.shown_status}",
        drawing=(*_history(one, timezone), *(_quoted(text) if text else ())),
    )


def _row(one: Request, who: Who) -> tuple[object, ...]:
    offer = one.offer
    return (
        one.request_id,
        one.store,
        one.shown_status,
        who.client_id,
        who.name,
        who.email,
        one.requested_at,
        one.service,
        one.package,
        one.start_date,
        one.price,
        one.currency,
        one.answered_at,
        offer and offer.price,
        offer and offer.currency,
        offer and offer.expires_at,
        None if one.order is None else one.order[1],
    )


def _history(one: Request, timezone: str) -> list[str]:
    zone = ZoneInfo(timezone)
    return ["", *(
        f"{step.at.astimezone(zone):%Y-%m-%d %H:%M}  {step.status.value:<9}"
        + (f"  {step.note}" if step.note else "")
        + (f"  ({step.actor})" if step.actor else "")
        for step in one.steps
    )]  # fmt: skip


def _quoted(text: str) -> list[str]:
    return ["", *(f"  {safe(line)}".rstrip() for line in text.splitlines())]

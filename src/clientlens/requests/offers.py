"""A custom offer: its terms from what was said, the request and the rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clientlens.errors import BadOffer
from clientlens.model.money import DECIMALS
from clientlens.requests.deciding import Decision
from clientlens.requests.states import OFFERED

if TYPE_CHECKING:
    from clientlens.requests.rules import OfferDefaults
    from clientlens.requests.states import Request

_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")
_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Said:
    """What `requests approve` was told; None: nothing was said of it.

    expires: the last day that the offer stands. never: it stands until it is taken.
    """

    price: str | None = None
    currency: str | None = None
    package: str | None = None
    terms: str | None = None
    delivery_days: int | None = None
    start: date | None = None
    expires: date | None = None
    never: bool = False


def offered(
    one: Request,
    said: Said,
    defaults: OfferDefaults,
    *,
    at: datetime,
    timezone: str,
    home_currency: str | None,
) -> Decision:
    """The decision to offer.

    Args:
        at: when. timezone: of its days. home_currency: for what names no other.

    Raises:
        BadOffer: an amount that is none, no price or currency, or a day that has passed.
    """
    zone = ZoneInfo(timezone)
    today = at.astimezone(zone).date()
    currency = said.currency or one.currency or home_currency
    if currency is None:
        raise BadOffer("nothing says its currency", "add --currency, such as --currency EUR")
    if currency not in DECIMALS:
        raise BadOffer(f"unknown currency {currency!r}", "use an ISO 4217 code such as EUR")
    price = one.price if said.price is None else minor_units(said.price, currency)
    if said.price is None and (price is None or currency != one.currency):
        raise BadOffer("it has no price", "add --price, such as --price 150.00")
    for day, what in ((said.start, "start"), (said.expires, "expires")):
        if day is not None and day < today:
            raise BadOffer(f"--{what} {day} has passed", f"today is {today}")
    start = said.start or (one.start_date if one.start_date and one.start_date >= today else None)
    days = defaults.expires_days
    last = said.expires or (None if said.never or days is None else today + timedelta(days=days))
    expires = None if last is None else _end_of(last, zone)
    terms = said.terms.strip() if said.terms and said.terms.strip() else None
    delivery = said.delivery_days or defaults.delivery_days
    if delivery is not None and not 1 <= delivery <= _MOST_DAYS:
        raise BadOffer(f"{delivery} days of delivery", f"use whole days from 1 to {_MOST_DAYS}")
    body: dict[str, Any] = {
        "price": price,
        "currency": currency,
        "service": one.service,
        "package": said.package or one.package,
        "terms": terms,
        "delivery_days": delivery,
        "start_date": None if start is None else start.isoformat(),
        "expires_at": None if expires is None else expires.isoformat(),
    }
    stated = {
        "price": price if said.price is not None else None,
        "currency": said.currency,
        "package": said.package,
        "terms": terms,
        "delivery_days": said.delivery_days,
        "start_date": said.start,
        "expires_at": expires if said.expires is not None else None,
    }
    known = {name: value for name, value in stated.items() if value is not None}
    return Decision(OFFERED, known | ({"expires_at": None} if said.never else {}), body)


def minor_units(text: str, currency: str) -> int:
    """`150`, `150.00` as minor units.

    Raises:
        BadOffer
    """
    found, decimals = _AMOUNT.fullmatch(text.strip()), DECIMALS[currency]
    part = "" if found is None else found[2] or ""
    if found is None or len(part) > decimals:
        more = f"with {decimals} decimals at most" if decimals else "without decimals"
        raise BadOffer(f"{text!r} is no price in {currency}", f"write it as 150, {more}")
    return int(found[1] + part.ljust(decimals, "0"))


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight that ends a local day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)

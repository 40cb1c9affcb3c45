"""How requests were answered: how many, how fast, what became of them, and when they come."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from clientlens.analysis.ratios import SCALE
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.text import safe
from clientlens.requests.heatmap import heat_map
from clientlens.requests.rules import DAYS
from clientlens.requests.schedule import lies_within
from clientlens.requests.states import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.timeframes import AsOf, Window
    from clientlens.requests.listing import People
    from clientlens.requests.rules import Rules
    from clientlens.requests.states import Request

_OTHER = "(none named)"
_MOST = 20
"""Services that are drawn."""


def _count(name: str, doc: str, title: str = "", priority: int | None = 0) -> Field:
    return Field(name, Kind.INTEGER, doc, nullable=False, title=title, priority=priority)


def _share(name: str, doc: str, title: str) -> Field:
    return Field(name, Kind.SCALED, doc, scale=SCALE, title=title)


_TIMES = (
    Field(
        "when",
        Kind.TEXT,
        "all, or by when they were asked",
        nullable=False,
        values=("all", "in hours", "out of hours"),
    ),
    _count("requests", "requests"),
    _count("answered", "of these answered with an offer or a no"),
    _share("response_rate", "answered ÷ requests, but those withdrawn unanswered", "response rate"),
    Field("median_minutes", Kind.INTEGER, "median time to the first answer", title="median minutes"),
    Field(
        "p90_minutes",
        Kind.INTEGER,
        "90th percentile of it, linear interpolation",
        title="90 % within minutes",
    ),
)
_STATES = (
    _count("requests", "requests"),
    _count("approved", "of these that were made an offer"),
    _count("declined", "declined, before or after an offer"),
    _count("accepted", "offers accepted"),
    _count("expired", "offers that expired"),
    _count("withdrawn", "withdrawn"),
    _count("waiting", "neither answered nor withdrawn", "waiting"),
    _share("conversion", "accepted ÷ approved", "offers taken"),
)
_SERVICES = (Field("service", Kind.TEXT, "service asked for; null: none named"), *_STATES)
_ENDING = (
    Field("request_id", Kind.TEXT, "the request", nullable=False),
    Field("store", Kind.TEXT, "its store", nullable=False),
    Field("name", Kind.TEXT, "the client"),
    Field("price", Kind.MONEY, "price offered"),
    Field("currency", Kind.TEXT, "ISO 4217 code of price"),
    Field("expires_at", Kind.INSTANT, "when the offer ends", nullable=False),
)
_HEAT = (
    Field("weekday", Kind.TEXT, "local day on which they were asked", nullable=False, values=DAYS),
    _count("hour", "local hour, 0 to 23"),
    _count("requests", "requests asked then"),
)
FIELDS = (
    Field("window", Kind.TEXT, "days on which they were asked", nullable=False, priority=None),
    Field("as_of", Kind.DATE, "day of the answer", nullable=False, priority=None),
    *_STATES,
    _count("bypassed", "accepted offers that an order took by itself"),
    Field(
        "response",
        Kind.LIST,
        "how many were answered, and how fast",
        nullable=False,
        fields=_TIMES,
        priority=None,
    ),
    Field("services", Kind.LIST, "the same by service", nullable=False, fields=_SERVICES, priority=None),
    Field("ending", Kind.LIST, "offers that end soon", nullable=False, fields=_ENDING, priority=None),
    Field(
        "heat",
        Kind.LIST,
        "requests by weekday and hour; none is left out",
        nullable=False,
        fields=_HEAT,
        priority=None,
    ),
)


def report(
    requests: Sequence[Request],
    people: People,
    rules: Rules | None,
    *,
    window: Window,
    as_of: AsOf,
    timezone: str,
    within: timedelta,
) -> Answer:
    """Answer how requests went that were asked in a window.

    Args:
        requests: as they stand at `as_of`. rules: whose hours tell when somebody is there; None: no hours are known.
        timezone: the workspace's. within: offers that end in this time are listed, whenever they were asked for.
    """
    first, last = window.days(as_of)
    zone = ZoneInfo(timezone)
    mine = [
        one
        for one in requests
        if (first is None or first <= one.requested_at.astimezone(zone).date())
        and one.requested_at.astimezone(zone).date() <= last
    ]
    heat = Counter((at.weekday(), at.hour) for at in (one.requested_at.astimezone(zone) for one in mine))
    ending = [one for one in requests if _ends_soon(one, as_of, within)]
    ending.sort(key=lambda one: (one.offer and one.offer.expires_at, one.key))
    states = _states(mine)
    response = _response(mine, rules, timezone)
    services = _by_service(mine)
    told = [_ending(one, people) for one in ending]
    row = {
        "window": window.label,
        "as_of": as_of.day,
        **states,
        "bypassed": sum(one.order is not None for one in mine),
        "response": response,
        "services": services,
        "ending": told,
        "heat": [
            {"weekday": DAYS[day], "hour": hour, "requests": heat.get((day, hour), 0)}
            for day in range(7)
            for hour in range(24)
        ],
    }
    return Answer(
        name="request_report",
        fields=FIELDS,
        rows=frame_of(FIELDS, [[row[field.name] for field in FIELDS]]),
        timezone=timezone,
        single=True,
        title=f"Order requests, {window.describe(as_of)}, as of {as_of.day}",
        drawing=tuple(_drawn(response, services, told, heat, zone, within)),
        notes=() if rules is not None else ("no hours are known: there are no rules",),
    )


def _states(requests: Sequence[Request]) -> dict[str, int | None]:
    approved = sum(one.offer is not None for one in requests)
    count = Counter(one.status for one in requests)
    return {
        "requests": len(requests),
        "approved": approved,
        "declined": count[Status.DECLINED],
        "accepted": count[Status.ACCEPTED],
        "expired": count[Status.EXPIRED],
        "withdrawn": count[Status.WITHDRAWN],
        "waiting": count[Status.REQUESTED],
        "conversion": _ratio(count[Status.ACCEPTED], approved),
    }


def _by_service(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Those with most requests first; a service's spelling is that of its first request."""
    groups: dict[str, list[Request]] = {}
    for one in requests:
        groups.setdefault((one.service or "").casefold(), []).append(one)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [{"service": mine[0].service, **_states(mine)} for _, mine in ordered]


def _response(requests: Sequence[Request], rules: Rules | None, timezone: str) -> list[dict[str, Any]]:
    hours = None if rules is None else rules.working_hours or rules.hours
    if hours is None:
        return [_times("all", requests)]
    zone = (rules and rules.timezone) or timezone
    inside = lies_within(hours, [one.requested_at for one in requests], zone)
    there = [one for one, on in zip(requests, inside, strict=True) if on]
    gone = [one for one, on in zip(requests, inside, strict=True) if not on]
    return [_times("all", requests), _times("in hours", there), _times("out of hours", gone)]


def _times(when: str, requests: Sequence[Request]) -> dict[str, Any]:
    pairs = [(one.requested_at, one.answered_at) for one in requests]
    seconds = sorted((end - begin) // timedelta(seconds=1) for begin, end in pairs if end is not None)
    unasked = sum(one.status is Status.WITHDRAWN and one.answered_at is None for one in requests)
    return {
        "when": when,
        "requests": len(requests),
        "answered": len(seconds),
        "response_rate": _ratio(len(seconds), len(requests) - unasked),
        "median_minutes": _quantile(seconds, 5),
        "p90_minutes": _quantile(seconds, 9),
    }


def _quantile(ordered: Sequence[int], tenths: int) -> int | None:
    """A quantile of seconds in whole minutes, half to even; linear interpolation between neighbours (type 7 of
    Hyndman and Fan, The American Statistician 50 (1996) 361-365), in whole numbers.
    """
    if not ordered:
        return None
    place, part = divmod(tenths * (len(ordered) - 1), 10)
    after = ordered[min(place + 1, len(ordered) - 1)]
    return _rounded(ordered[place] * (10 - part) + after * part, 10 * 60)


def _ratio(number: int, divisor: int) -> int | None:
    return _rounded(number * 10**SCALE, divisor) if divisor else None


def _rounded(number: int, divisor: int) -> int:
    """The quotient, half to even."""
    whole, rest = divmod(number, divisor)
    return whole + (2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1))


def _ends_soon(one: Request, as_of: AsOf, within: timedelta) -> bool:
    ends = None if one.offer is None else one.offer.expires_at
    return one.status is Status.OFFERED and ends is not None and ends <= as_of.instant + within


def _ending(one: Request, people: People) -> dict[str, Any]:
    offer = one.offer
    return {
        "request_id": one.request_id,
        "store": one.store,
        "name": people.of(one).name,
        "price": offer and offer.price,
        "currency": offer and offer.currency,
        "expires_at": offer and offer.expires_at,
    }


def _drawn(
    response: Sequence[dict[str, Any]],
    services: Sequence[dict[str, Any]],
    ending: Sequence[dict[str, Any]],
    heat: Counter[tuple[int, int]],
    zone: ZoneInfo,
    within: timedelta,
) -> list[str]:
    lines = [
        "",
        f"{'First answers':<16}{'requests':>9}{'answered':>10}{'rate':>9}{'median':>12}{'90 % within':>13}",
    ]
    lines += [
        f"{one['when']:<16}{one['requests']:>9,}{one['answered']:>10,}{_percent(one['response_rate']):>9}"
        f"{_length(one['median_minutes']):>12}{_length(one['p90_minutes']):>13}"
        for one in response
    ]
    if services:
        heads = ("requests", "approved", "declined", "accepted", "expired", "taken")
        lines += ["", f"{'By service':<24}" + "".join(f"{head:>9}" for head in heads)]
        lines += [
            f"{_short(one['service'] or _OTHER, 23):<24}"
            + "".join(f"{one[head]:>9,}" for head in heads[:-1])
            + f"{_percent(one['conversion']):>9}"
            for one in services[:_MOST]
        ]
        if len(services) > _MOST:
            lines.append(f"and {len(services) - _MOST} more services (--json has all)")
    days = f"{within.days} days" if within.days and not within.seconds else str(within)
    lines += ["", f"Offers that end within {days}: {len(ending) or 'none'}"]
    lines += [
        f"  {one['expires_at'].astimezone(zone):%Y-%m-%d %H:%M}  {_short(one['request_id'], 20):<20}  {_short(one['name'] or '', 30)}"
        for one in ending
    ]
    return [*lines, "", "When they come, by local weekday and hour", *heat_map(heat)]


def _percent(share: int | None) -> str:
    return "" if share is None else f"{_rounded(share, 10) / 10:.1f} %"


def _length(minutes: int | None) -> str:
    """`45 min`, `3 h 20 min`, `2 d 4 h`."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _short(text: str, width: int) -> str:
    text = safe(text)  # what is escaped when it is shown is longer
    return text if len(text) <= width else text[: width - 1] + "…"

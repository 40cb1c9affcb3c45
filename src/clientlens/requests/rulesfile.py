"""Rules files: TOML read into `requests.rules`; every slip is told, each with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clientlens.errors import BadRules
from clientlens.requests.awayfile import away_of
from clientlens.requests.rules import (
    DAYS,
    MINUTES_A_DAY,
    MINUTES_A_WEEK,
    Audience,
    Minutes,
    OfferDefaults,
    Rules,
    Switches,
    folded,
    merged,
)
from clientlens.sources.tomlcheck import Check
from clientlens.sources.tomllines import NotToml, meant, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.sources.tomlcheck import Path

KEYS = ("enabled", "audience", "timezone", "schedule", "working_hours", "away", "services", "packages", "requirements", "offers")  # fmt: skip
OTHERS = "others"
NEVER = "never"
MOST_DAYS = 3650
_RANGE = re.compile(r"\s*([0-9]{1,2}):([0-9]{2})\s*[-\u2013]\s*([0-9]{1,2}):([0-9]{2})\s*")


def read_rules(data: bytes, name: str, timezone: str) -> Rules:
    """Rules out of the bytes of their file.

    Args:
        name: of the file, for messages. timezone: of its times where it names none.

    Raises:
        BadRules: with everything that is wrong in it.
    """
    try:
        found, lines = read_toml(data)
    except NotToml as error:
        raise BadRules(name, [(error.line, error.told)]) from None
    check = Check(lines)
    rules = _rules(found, name, timezone, check)
    if check.faults:
        raise BadRules(name, sorted(check.faults, key=lambda fault: fault[0] or 0))
    return rules


def _rules(found: dict[str, Any], name: str, timezone: str, check: Check) -> Rules:
    check.keys((), found, KEYS)
    zone = _zone(found.get("timezone", timezone), timezone, check)
    return Rules(
        name=name,
        enabled=check.switch(("enabled",), found.get("enabled", True)),
        audience=_audience(found.get("audience", Audience.NEW.value), check),
        timezone=zone,
        hours=_week("schedule", found, check),
        working_hours=_week("working_hours", found, check),
        away=away_of(found.get("away", []), ZoneInfo(zone), check),
        services=_switches(("services",), found["services"], check) if "services" in found else Switches(),
        packages={
            service: _switches(("packages", service), value, check)
            for service, value in check.table(("packages",), found.get("packages", {})).items()
        },
        checklist={
            service: _items(("requirements", service), value, check)
            for service, value in check.table(("requirements",), found.get("requirements", {})).items()
        },
        offers=_offers(check.table(("offers",), found.get("offers", {})), check),
    )


def _zone(value: Any, otherwise: str, check: Check) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError, AttributeError):
        check.fault(("timezone",), f"unknown time zone {value!r}: an IANA name such as Europe/Rome")
        return otherwise


def _audience(value: Any, check: Check) -> Audience:
    if value in tuple(Audience):
        return Audience(value)
    guess = meant(value, [one.value for one in Audience]) if isinstance(value, str) else ""
    check.fault(("audience",), f"'audience' is new or all, not {value!r}{guess}")
    return Audience.NEW


def _week(key: str, found: Mapping[str, Any], check: Check) -> tuple[Minutes, ...] | None:
    """The week's ranges; None where the file has no such table."""
    if key not in found:
        return None
    days = check.table((key,), found[key])
    check.keys((key,), days, DAYS)
    ranges: list[Minutes] = []
    for number, day in enumerate(DAYS):
        texts = days.get(day, [])
        for text in texts if isinstance(texts, list) else [texts]:
            begin, end = _range((key, day), text, check)
            begin, end = begin + number * MINUTES_A_DAY, end + number * MINUTES_A_DAY
            ranges.append((begin, min(end, MINUTES_A_WEEK)))
            if end > MINUTES_A_WEEK:
                ranges.append((0, end - MINUTES_A_WEEK))
    return merged([one for one in ranges if one[0] < one[1]])


def _range(path: Path, text: Any, check: Check) -> Minutes:
    """First minute and the one after the last, counted from the day's midnight; the end may lie in the next day."""
    parts = _RANGE.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        check.fault(path, f"{text!r} is no range of hours such as '09:00-12:30'")
        return 0, 0
    hours = [int(parts[1]), int(parts[3])]
    minutes = [int(parts[2]), int(parts[4])]
    begin, end = (60 * hour + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or begin >= MINUTES_A_DAY or end > MINUTES_A_DAY:
        check.fault(path, f"{text!r} is no range of hours: they go from 00:00 to 24:00")
        return 0, 0
    if begin == end != 0:
        check.fault(path, f"{text!r} ends when it begins; the whole day is '00:00-24:00'")
        return 0, 0
    return begin, end if end > begin else end + MINUTES_A_DAY


def _switches(path: Path, value: Any, check: Check) -> Switches:
    named: dict[str, bool] = {}
    seen: dict[str, str] = {}
    table = check.table(path, value)
    for name, on in table.items():
        if name == OTHERS:
            continue
        if not folded(name):
            check.fault((*path, name), "a name is missing")
        elif (other := seen.setdefault(folded(name), name)) != name:
            check.fault((*path, name), f"{name!r} and {other!r} are the same name")
        named[name] = check.switch((*path, name), on)
    if isinstance(value, dict) and OTHERS not in table:
        check.fault(path, f"say whether all others are on: {OTHERS} = true, or {OTHERS} = false")
    return Switches(named, others=check.switch((*path, OTHERS), table[OTHERS]) if OTHERS in table else True)


def _items(path: Path, value: Any, check: Check) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) and folded(one) for one in value):
        if len({folded(one) for one in value}) < len(value):
            check.fault(path, "the same is asked twice")
        return tuple(value)
    check.fault(path, f"{str(path[-1])!r} takes a list of texts: what a request must tell")
    return ()


def _offers(found: Mapping[str, Any], check: Check) -> OfferDefaults:
    check.keys(("offers",), found, ("expires_days", "delivery_days"))
    expires = found.get("expires_days", NEVER)
    return OfferDefaults(
        expires_days=None if expires == NEVER else _days("expires_days", expires, f", or '{NEVER}'", check),
        delivery_days=_days("delivery_days", found["delivery_days"], "", check)
        if "delivery_days" in found
        else None,
    )


def _days(key: str, value: Any, more: str, check: Check) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS:
        return value
    check.fault(("offers", key), f"{key!r} takes whole days from 1 to {MOST_DAYS}{more}")
    return None

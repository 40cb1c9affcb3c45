"""Times away, as a rules file gives them, as instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from clientlens.requests.rules import Away

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from clientlens.sources.tomlcheck import Check, Path

_KEYS = ("from", "to", "orders", "note")
_WORDS = {"hold": True, "pass": False}


def away_of(value: Any, zone: ZoneInfo, check: Check) -> tuple[Away, ...]:
    """The periods, in order of their beginning; days are of `zone`."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        check.fault(("away",), "write [[away]] with two brackets, one for each time away")
        return ()
    found = [_period(("away", number), one, zone, check) for number, one in enumerate(value)]
    return tuple(sorted((one for one in found if one), key=lambda one: (one.begins, one.ends)))


def _period(path: Path, found: dict[str, Any], zone: ZoneInfo, check: Check) -> Away | None:
    check.keys(path, found, _KEYS)
    ends = {key: _instant((*path, key), found.get(key), zone, check, end=key == "to") for key in _KEYS[:2]}
    orders = found.get("orders", "hold")
    if orders not in _WORDS:
        check.fault((*path, "orders"), f"'orders' is hold or pass, not {orders!r}")
    note = found.get("note", "")
    if not isinstance(note, str):
        check.fault((*path, "note"), "'note' takes text in quotes")
    begins, until = ends["from"], ends["to"]
    if begins is None or until is None:
        return None
    if until <= begins:
        check.fault((*path, "to"), "the time away ends before it begins")
        return None
    return Away(begins, until, _WORDS.get(orders, True), str(note))


def _instant(path: Path, value: Any, zone: ZoneInfo, check: Check, *, end: bool) -> datetime | None:
    """A day or a time as an instant; a day as `to` is in the period, a time is its end.

    A local time that comes twice is the first one as `from` and the second one as `to`, so that no part is left out. One
    that does not come at all is as much later as clocks are put forward (RFC 5545, 3.3.5).
    """
    if value is None:
        check.fault(path, f"{str(path[-1])!r} is missing: a day such as 2026-12-24, or with a time")
        return None
    when = _parsed(value)
    if when is None:
        check.fault(path, f"{str(path[-1])!r} takes a day such as 2026-12-24, or 2026-12-24T18:00:00")
        return None
    try:
        if not isinstance(when, datetime):
            when = datetime.combine(when + timedelta(days=1) if end else when, time.min)
            fold = 0
        else:
            fold = int(end)
        if when.tzinfo is None:
            local = when.replace(tzinfo=zone, fold=fold)
            gone = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != when
            when = local.replace(fold=0) if gone else local
        return when.astimezone(UTC)
    except OverflowError:
        check.fault(path, "that day is out of reach")
        return None


def _parsed(value: Any) -> date | None:
    """A `datetime` is a `date` as well."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(value.strip())
        except ValueError:
            continue
    return None

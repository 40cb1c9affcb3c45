"""Fields of Billbee's JSON, read without trust: a field of another type than it should be makes its record bad."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = re.compile(
    r"((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]{1,9}))?)?"
    r" ?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NEVER = "0001-01-01"
"""How .NET writes a time that was not set."""


class WrongTypeError(ValueError):
    """A field holds what it cannot hold; the text says so."""


def text(record: Mapping[str, Any], key: str) -> str | None:
    """A field's value as trimmed text, null where it is missing or blank.

    Raises:
        WrongTypeError: it holds others.
    """
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        raise WrongTypeError(
            f"{key} holds {'a list' if isinstance(value, list) else 'an object'}, not a value"
        )
    return (str(value).lower() if isinstance(value, bool) else str(value)).strip() or None


def inner(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object of a field, an empty one where it is missing.

    Raises:
        WrongTypeError: it is no object.
    """
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongTypeError(f"{key} holds no object")
    return value


def objects(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list, none where it is missing.

    Raises:
        WrongTypeError: it is no list of objects.
    """
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise WrongTypeError(f"{key} is no list of objects")
    return value


class Clock:
    """Reads times with and without an offset, one by one; the latter are a zone's. `zoneless`: some were."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.zoneless = False

    def read(self, written: str | None) -> str | None:
        """A time with an offset, as UTC; any other text as it is, so that a strict reader refuses it."""
        if written is None or written.startswith(_NEVER):
            return None
        found = _TIME.fullmatch(written)
        if found is None:
            return written
        day, clock, fraction, offset = found.groups()
        micros = f".{fraction[:6].ljust(6, '0')}" if fraction else ""
        try:
            time = dt.datetime.fromisoformat(f"{day}T{clock or '00:00'}{micros if clock else ''}")
            if offset is None:
                time = time.replace(tzinfo=self.zone)
            else:
                minutes = 0 if offset == "Z" else int(offset[1:3]) * 60 + int(offset[-2:])
                east = -minutes if offset[0] == "-" else minutes
                time = time.replace(tzinfo=dt.timezone(dt.timedelta(minutes=east)))
            found_utc = time.astimezone(dt.UTC)
        except ValueError:
            return written
        self.zoneless |= offset is None
        return found_utc.isoformat(timespec="microseconds")

"""Windows of time and the instant up to which things are known; no clock is read here.

A window is a range of local days, both ends in it. `parse_window` knows these forms:

- `60d`, `8w`: that many days, or weeks of seven days, ending with the day of `as_of`;
- `6m`, `2y`: from the day after the same date so many months or years back, up to the day of `as_of`;
- `all`: everything up to `as_of`;
- `last-week` (Monday to Sunday), `last-month`, `last-quarter`, `last-year`: the latest complete one;
- `week-to-date`, `month-to-date`, `quarter-to-date`, `year-to-date`;
- `2026-01-01..2026-03-31`: these days.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clientlens.errors import BadAge, BadDate, BadInstant, BadWindow, UnknownTimezone

Days = tuple[date | None, date]
"""First and last local day, both in; no first day: from the beginning."""

MAX_COUNT = 999_999
"""The largest N of `Nd`, `Nw`, `Nm`, `Ny`; a window reaching back beyond the year 1 begins there."""

_COUNTED = re.compile(r"([0-9]+)([dwmy])")
_FRAME = re.compile(r"(last)-(week|month|quarter|year)|(week|month|quarter|year)-to-date")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ Tt]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS = {"m": 1, "y": 12, "month": 1, "quarter": 3, "year": 12}
_DAYS = {"d": 1, "w": 7}
_AGE = re.compile(r"([0-9]{1,6})([mhd])")
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant after which nothing counts.

    instant: aware, in UTC. day: the local day it lies in. explicit: somebody asked for it (it is not just "now").
    """

    instant: datetime
    day: date
    explicit: bool


class Shape(StrEnum):
    """The families of windows."""

    COUNTED = "counted"
    LAST = "last"
    TO_DATE = "to_date"
    RANGE = "range"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Window:
    """A window as asked for; which days it covers depends on `as_of`. Made by `parse_window`.

    label: the canonical spelling. unit: d, w, m, y, week, month, quarter or year, where `shape` has one.
    """

    label: str
    shape: Shape
    unit: str = ""
    count: int = 0
    first: date | None = None
    last: date | None = None

    def days(self, as_of: AsOf) -> Days:
        """The local days that the window covers; those after `as_of` in a range are not taken off."""
        day = as_of.day
        match self.shape:
            case Shape.ALL:
                return None, day
            case Shape.COUNTED:
                return _after(self._back(day, 1)), day
            case Shape.LAST:
                return self._period(day, 1)
            case Shape.TO_DATE:
                return _start(day, self.unit), day
            case _:
                return self._range()

    def describe(self, as_of: AsOf) -> str:
        """The label, and the days where it does not state them: `last-month (2026-01-01 to 2026-01-31)`."""
        first, last = self.days(as_of)
        if self.shape is Shape.ALL:
            return "all time"
        return (
            self.label if first is None or self.shape is Shape.RANGE else f"{self.label} ({first} to {last})"
        )

    def previous(self, as_of: AsOf) -> tuple[date, date] | None:
        """The days to compare with: as long, just before; None where there is no such time.

        Of a complete period it is the period before; of a period to date, the same days so far of the period before,
        cut at its end (29 February becomes 28 February); of `Nm` and `Ny`, the N months or years before.
        """
        day = as_of.day
        match self.shape:
            case Shape.ALL:
                return None
            case Shape.COUNTED:
                first, last = _after(self._back(day, 2)), self._back(day, 1)
            case Shape.LAST:
                first, last = self._period(day, 2)
            case Shape.TO_DATE:
                start = _start(day, self.unit)
                first = _start(_less_days(start, 1), self.unit)
                last = _less_days(day, 7) if self.unit == "week" else _less_months(day, _MONTHS[self.unit])
            case _:
                begin, end = self._range()
                first, last = _less_days(begin, (end - begin).days + 1), _less_days(begin, 1)
        # Dates before the year 1 do not exist and are cut to its first day: no time to compare with is left.
        return (first, last) if date.min < first <= last else None

    def _back(self, day: date, times: int) -> date:
        """The same date, `times` times `count` units back: the day before a counted window begins."""
        if self.unit in _DAYS:
            return _less_days(day, times * self.count * _DAYS[self.unit])
        return _less_months(day, times * self.count * _MONTHS[self.unit])

    def _period(self, day: date, times: int) -> tuple[date, date]:
        """The complete calendar period, `times` before the one that `day` lies in."""
        start = _start(day, self.unit)
        for _ in range(times):
            start, end = _start(_less_days(start, 1), self.unit), _less_days(start, 1)
        return start, end

    def _range(self) -> tuple[date, date]:
        if self.first is None or self.last is None:
            raise ValueError("a range without its days")  # ours, never the user's: parse_window sets both
        return self.first, self.last


ALL_TIME = Window("all", Shape.ALL)


def parse_window(text: str) -> Window:
    """The window that `text` names, whatever its case.

    Raises:
        BadWindow: it names none, counts 0 or more than `MAX_COUNT`, or ends before it begins.
    """
    plain = text.strip().lower()
    if plain == ALL_TIME.label:
        return ALL_TIME
    if counted := _COUNTED.fullmatch(plain):
        digits, unit = counted[1].lstrip("0"), counted[2]
        if not digits:
            raise BadWindow(text, "it must count at least 1")
        if len(digits) > len(str(MAX_COUNT)):
            raise BadWindow(_short(text), f"it can count {MAX_COUNT} at most")
        return Window(digits + unit, Shape.COUNTED, unit, int(digits))
    if frame := _FRAME.fullmatch(plain):
        return Window(plain, Shape.LAST if frame[1] else Shape.TO_DATE, frame[2] or frame[3])
    if ".." in plain:
        return _parse_range(text, plain)
    raise BadWindow(_short(text))


def parse_date(text: str) -> date:
    """A day written as 2026-03-31.

    Raises:
        BadDate: anything else, days that no calendar has included.
    """
    day = _day(text.strip())
    if day is None:
        raise BadDate(_short(text))
    return day


def parse_age(text: str) -> timedelta:
    """A length of time: 90m, 1h or 3d (minutes, hours, days).

    Raises:
        BadAge
    """
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise BadAge(_short(text))
    return timedelta(minutes=int(found[1]) * _MINUTES[found[2]])


def parse_instant(text: str, timezone: str) -> datetime:
    """A day with a time, as UTC: `2026-11-20 18:30` on the clocks of `timezone`, or with an offset of its own.

    Raises:
        BadInstant: it is none, or the clocks show that time twice, or never.
    """
    found = _INSTANT.fullmatch(text.strip())
    try:
        when = (
            None
            if found is None
            else datetime.fromisoformat(f"{found[1]}T{found[2]}{(found[3] or '').upper()}")
        )
        if when is None:
            raise BadInstant(_short(text), "is no day with a time")
        if when.tzinfo is not None:
            return when.astimezone(UTC)
        first, second = (when.replace(tzinfo=_zone(timezone), fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError):
        raise BadInstant(_short(text), "is no day with a time") from None
    if first.astimezone(_zone(timezone)).replace(tzinfo=None) != when:
        raise BadInstant(_short(text), f"does not come in {timezone}: clocks are put forward over it")
    if first != second:
        raise BadInstant(_short(text), f"comes twice in {timezone}: clocks are put back over it")
    return first


def as_of_from_date(day: date, timezone: str) -> AsOf:
    """The end of a local day: its last microsecond.

    Raises:
        UnknownTimezone: `timezone` is no IANA name.
        BadDate: the end of the day lies beyond the year 9999.
    """
    # fold=1: the later one where clocks go back over midnight; where they skip the day, the end of the day before.
    end = datetime.combine(day, time.max, tzinfo=_zone(timezone)).replace(fold=1)
    try:
        return AsOf(end.astimezone(UTC), day, explicit=True)
    except OverflowError:
        raise BadDate(day.isoformat()) from None


def as_of_now(instant: datetime, timezone: str) -> AsOf:
    """`instant` (aware) as the present that nobody asked for.

    Raises:
        UnknownTimezone: `timezone` is no IANA name.
    """
    return AsOf(instant.astimezone(UTC), instant.astimezone(_zone(timezone)).date(), explicit=False)


def _parse_range(text: str, plain: str) -> Window:
    ends = plain.split("..")
    if len(ends) != 2:
        raise BadWindow(_short(text))
    first, last = (_day(end.strip()) for end in ends)
    if first is None or last is None:
        raise BadWindow(_short(text), "both ends are days such as 2026-03-31")
    if last < first:
        raise BadWindow(text, "it ends before it begins")
    return Window(f"{first}..{last}", Shape.RANGE, first=first, last=last)


def _day(text: str) -> date | None:
    # date.fromisoformat alone would also take 20260331 and 2026-W13-2.
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimezone(name) from None


def _short(text: str) -> str:
    """A message stays one line, however long the argument was."""
    return text if len(text) <= 60 else text[:59] + "…"


def _start(day: date, unit: str) -> date:
    """First day of the week (Monday), month, quarter or year of `day`."""
    match unit:
        case "week":
            return _less_days(day, day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def _after(day: date) -> date:
    # What was cut at the first day there is begins with that day, not after it.
    return day if day == date.min else day + timedelta(days=1)


def _less_days(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))


def _less_months(day: date, months: int) -> date:
    """The same date so many months back, or the last day of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

"""Rules as an answer: the week as a grid, and everything else that a rules file says."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.requests.grid import week_grid
from clientlens.requests.rules import DAYS, MINUTES_A_DAY, Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.requests.rules import Away, Minutes, Rules, Switches

_WIDTH = 80
_HOURS = (
    Field("day", Kind.TEXT, "day of the week", nullable=False, values=DAYS),
    Field("from", Kind.TEXT, "when it begins, 09:00", nullable=False),
    Field("to", Kind.TEXT, "when it ends; 24:00 is midnight", nullable=False),
)
_AWAY = (
    Field("from", Kind.INSTANT, "when it begins", nullable=False),
    Field("to", Kind.INSTANT, "when it has ended", nullable=False),
    Field("orders", Kind.TEXT, "what becomes of orders then", nullable=False, values=("hold", "pass")),
    Field("note", Kind.TEXT, "what the file says of it"),
)
_SERVICES = (
    Field("service", Kind.TEXT, "the service; null: all others"),
    Field("package", Kind.TEXT, "the package; null: all others, or the service as a whole"),
    Field("held", Kind.BOOLEAN, "whether its orders are held", nullable=False),
)
_CHECKLIST = (
    Field("service", Kind.TEXT, "the service", nullable=False),
    Field("items", Kind.TEXTS, "what a request for it must tell"),
)
FIELDS = (
    Field("file", Kind.TEXT, "the rules file", nullable=False, priority=None),
    Field("enabled", Kind.BOOLEAN, "whether the rules hold anything at all", nullable=False),
    Field("audience", Kind.TEXT, "whose orders are held", nullable=False, values=("new", "all")),
    Field("timezone", Kind.TEXT, "zone of the hours", nullable=False),
    Field("hours", Kind.LIST, "when orders are held; null: always", fields=_HOURS, priority=None),
    Field(
        "working_hours", Kind.LIST, "when requests are answered; null: `hours`", fields=_HOURS, priority=None
    ),
    Field("away", Kind.LIST, "times away", nullable=False, fields=_AWAY, priority=None),
    Field(
        "services",
        Kind.LIST,
        "services and packages, each on or off",
        nullable=False,
        fields=_SERVICES,
        priority=None,
    ),
    Field("requirements", Kind.LIST, "the checklists", nullable=False, fields=_CHECKLIST, priority=None),
    Field(
        "expires_days",
        Kind.INTEGER,
        "days that an offer stays open; null: until it is taken",
        title="offers expire after days",
    ),
    Field("delivery_days", Kind.INTEGER, "days of delivery in an offer", title="offers deliver in days"),
)


def rules_answer(rules: Rules, timezone: str) -> Answer:
    """What a rules file says; `timezone`: of its hours."""
    row = (
        rules.name,
        rules.enabled,
        rules.audience.value,
        timezone,
        None if rules.hours is None else _ranges(rules.hours),
        None if rules.working_hours is None else _ranges(rules.working_hours),
        [
            {"from": one.begins, "to": one.ends, "orders": _word(one), "note": one.note or None}
            for one in rules.away
        ],
        _switches(rules),
        [{"service": service, "items": list(items)} for service, items in rules.checklist.items()],
        rules.offers.expires_days,
        rules.offers.delivery_days,
    )
    return Answer(
        name="request_rules",
        fields=FIELDS,
        rows=frame_of(FIELDS, [row]),
        timezone=timezone,
        single=True,
        title=f"Rules of {rules.name.rsplit('/', 1)[-1]}",
        drawing=tuple(_drawn(rules, timezone)),
    )


def _ranges(hours: Sequence[Minutes]) -> list[dict[str, str]]:
    """By day; what goes over midnight is two."""
    out = []
    for number, day in enumerate(DAYS):
        first, last = number * MINUTES_A_DAY, (number + 1) * MINUTES_A_DAY
        for begin, end in hours:
            low, high = max(begin, first) - first, min(end, last) - first
            if low < high:
                out.append({"day": day, "from": _clock(low), "to": _clock(high)})
    return out


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _word(away: Away) -> str:
    return "hold" if away.hold else "pass"


def _switches(rules: Rules) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for service in (*rules.known_services, None):
        out.append({"service": service, "package": None, "held": rules.services.of(service)})
        packages = next((p for name, p in rules.packages.items() if name == service), None)
        if packages is not None:
            out += [{"service": service, "package": name, "held": on} for name, on in packages.named.items()]
            out.append({"service": service, "package": "(others)", "held": packages.others})
    return out


def _drawn(rules: Rules, timezone: str) -> list[str]:
    whose = "new clients" if rules.audience is Audience.NEW else "all clients"
    off = "" if rules.enabled else " (but the rules are switched off)"
    lines = ["", f"Orders of {whose} are held{off}"]
    lines += week_grid(rules.hours)
    if rules.working_hours is not None:
        lines += ["", "Requests are answered", *week_grid(rules.working_hours)[:-1]]
    zone = ZoneInfo(timezone)
    for one in rules.away:
        begin, end = (at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (one.begins, one.ends))
        what = "all are held" if one.hold else "all pass"
        lines += ["", f"Away {begin} to {end}: {what}"]
        lines += wrap(one.note, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    lines += ["", "Services (on: their orders are held; off: they pass)"]
    for name in rules.known_services:
        told = _line(name, rules.services.of(name), rules)
        lines += wrap(told, _WIDTH, subsequent_indent="      ", drop_whitespace=False)
    lines.append(
        f"  {_mark(rules.services.others)} all others"
        if rules.known_services
        else f"  {_mark(rules.services.others)} all"
    )
    for service, items in rules.checklist.items():
        lines += ["", *wrap(f"A request for {service} must tell: {'; '.join(items)}", _WIDTH)]
    return lines


def _mark(on: bool) -> str:
    return "on " if on else "off"


def _line(name: str, on: bool, rules: Rules) -> str:
    packages: Switches | None = next((p for service, p in rules.packages.items() if service == name), None)
    more = ""
    if packages is not None and on:
        told = [f"{package} {_mark(held).strip()}" for package, held in packages.named.items()]
        more = f": {', '.join([*told, f'others {_mark(packages.others).strip()}'])}"
    return f"  {_mark(on)} {name}{more}"

"""The rules of order requests: which incoming orders are held until the seller has decided."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Minutes = tuple[int, int]
"""First minute and the one after the last, counted from Monday 00:00 on the clock on the wall."""


class Audience(StrEnum):
    """Whose orders are held."""

    NEW = "new"  # of clients without a completed order, in any store
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Away:
    """A time away: from `begins` up to, but without, `ends` (aware). hold: the gate is on all the while; else it is off."""

    begins: datetime
    ends: datetime
    hold: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Switches:
    """Names that are on or off, and what holds for all others."""

    named: Mapping[str, bool] = field(default_factory=dict)
    others: bool = True

    def of(self, name: str | None) -> bool:
        """Whether a name is on; case and needless blanks do not matter. None: nothing is named."""
        known = {folded(one): on for one, on in self.named.items()}
        return self.others if name is None else known.get(folded(name), self.others)


@dataclass(frozen=True, slots=True)
class OfferDefaults:
    """What an offer has unless it says otherwise. expires_days None: it stays open."""

    expires_days: int | None = None
    delivery_days: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole of one rules file.

    name: of the file, as it was named. timezone: of its hours; None: the workspace's. hours: when the gate is on, merged
    and in order; None: always. working_hours: when somebody is there to answer; None: `hours`. packages, checklist: by
    service, as spelled.
    """

    name: str
    enabled: bool = True
    audience: Audience = Audience.NEW
    timezone: str | None = None
    hours: tuple[Minutes, ...] | None = None
    working_hours: tuple[Minutes, ...] | None = None
    away: tuple[Away, ...] = ()
    services: Switches = Switches()
    packages: Mapping[str, Switches] = field(default_factory=dict)
    checklist: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offers: OfferDefaults = OfferDefaults()

    @property
    def known_services(self) -> tuple[str, ...]:
        """Every service that the file names, as it spells them first."""
        spelled: dict[str, str] = {}
        for name in (*self.services.named, *self.packages, *self.checklist):
            spelled.setdefault(folded(name), name)
        return tuple(spelled.values())

    def package_on(self, service: str | None, package: str | None) -> bool:
        """Whether a package of a service is on; a service without packages of its own has all of them on."""
        if service is None or package is None:
            return True
        found = {folded(name): switches for name, switches in self.packages.items()}.get(folded(service))
        return True if found is None else found.of(package)

    def wanted_of(self, service: str | None) -> tuple[str, ...]:
        """What the text of a request for a service must tell."""
        if service is None:
            return ()
        return {folded(name): items for name, items in self.checklist.items()}.get(folded(service), ())


def folded(name: str) -> str:
    """A name as it is compared: NFC, one blank between words, without regard to case."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def merged(ranges: list[Minutes]) -> tuple[Minutes, ...]:
    """Ranges in order, those that touch or overlap made one."""
    out: list[Minutes] = []
    for begin, end in sorted(ranges):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return tuple(out)

"""Who was assigned to which campaign, and what became of each letter, as the ledger tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from clientlens.model.fingerprints import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from clientlens.model.entries import Entry

WAVE, ASSIGNED, RENDERED, STATUS, REPRINTED = (
    "campaign_wave",
    "letter_assigned",
    "letter_rendered",
    "letter_status",
    "letter_reprinted",
)
KINDS = frozenset({ASSIGNED, RENDERED, STATUS, REPRINTED})
"""Entries of the ledger. ASSIGNED: the subject is the campaign, the person_key the client's smallest key then. The
others: the subject is the letter's id, the person_key the same.

WAVE is about no client and so not among them: what a run meant, written in the same transaction as its ASSIGNED; the
subject is the campaign, the body made by `wave_body`."""

MAILED, HELD = "mailed", "held"
STATUSES = ("assigned", "rendered", "handed_over", "printed", "delivered", "failed")
"""What a letter goes through; printed is what counts as sent, failed ends it. assigned: there is no PDF yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """A status that a letter came to: on which day, and when and by whom it was noted."""

    status: str
    on: date
    noted_at: datetime
    actor: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """One client's part in a campaign.

    period: "" or the month or year of a repeated campaign (2026-11, 2026). wave: the run that assigned, its local day
    and number: 2026-11-25, 2026-11-25-2. arm: `MAILED` or `HELD`. household: the postal address,
    and residence: name and address, for the rule of one letter for both; HMACs under the workspace's secret. in_home_on:
    the planned day in the client's home, from which the effect is counted, for both arms. cost_minor: of the letter, 0 when
    held. letter_id, code: "" when held. steps: status by status, the first one first (the last one holds).
    pdf, sha256, size (bytes), pages: of the letter as it was last made; pdf is a path inside the workspace. run: which run
    made it, its local day and number like `wave`; mostly the one that assigned. address: its lines in the window.
    first: what `run` made, which is in that run's merged file, also after another one was drawn to be sent again.
    reprints: the reason of each.
    """

    campaign: str
    period: str
    wave: str
    person_key: str
    arm: str
    household: str
    residence: str
    assigned_at: datetime
    in_home_on: date
    cost_minor: int
    currency: str
    letter_id: str = ""
    code: str = ""
    language: str = ""
    template: str = ""
    steps: tuple[Step, ...] = ()
    pdf: str | None = None
    sha256: str | None = None
    size: int = 0
    pages: int = 0
    run: str = ""
    address: tuple[str, ...] = ()
    first: Made | None = None
    reprints: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Where the letter stands; held for those who get none."""
        if self.arm == HELD:
            return HELD
        return self.steps[-1].status if self.steps else STATUSES[0]

    @property
    def came_back(self) -> bool:
        """Whether it failed after it was made; one that failed before says nothing about its address."""
        return self.status == "failed" and self.pdf is not None

    @property
    def written_on(self) -> datetime | None:
        """When the client counts as written to: when the letter was assigned, unless it failed; None: not at all.

        A letter that is assigned will be made, so the cool-down begins there.
        """
        return None if self.arm == HELD or self.status == "failed" else self.assigned_at


@dataclass(frozen=True, slots=True)
class Made:
    """A PDF that lies in the workspace; the names of `Assigned`."""

    pdf: str
    sha256: str
    bytes: int
    pages: int
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wave:
    """What a run of a campaign meant: all that its results need, so that they do not hang on a file that may have changed.

    wave, period, in_home_on: as in `Assigned`. in_home_days: from being sent to the client's home, planned. window_days:
    how long, from that day, orders count. holdout: the share that was to be held back. seed: of the split. currency:
    of the amounts, which are minor units. per_letter_minor: of one letter. fixed_minor: of the whole campaign, once.
    margin: what is left of revenue; None: not said. coupon: the word that orders name; None: there is none. spec_sha256:
    of the campaign's file.
    """

    campaign: str
    wave: str
    period: str
    in_home_on: date
    in_home_days: int
    window_days: int
    holdout: Fraction
    seed: str
    currency: str
    per_letter_minor: int
    fixed_minor: int
    margin: Fraction | None
    coupon: str | None
    spec_sha256: str


def wave_body(wave: Wave) -> dict[str, Any]:
    """The body of its entry; fractions are texts such as 1/10, days ISO 8601."""
    body = asdict(wave)
    del body["campaign"]
    return body | {
        "in_home_on": wave.in_home_on.isoformat(),
        "holdout": str(wave.holdout),
        "margin": None if wave.margin is None else str(wave.margin),
    }


def waves_of(
    entries: Iterable[Entry], *, campaign: str | None = None, until: datetime | None = None
) -> list[Wave]:
    """The waves of a campaign, the first one first; a run that told of several periods has one for each.

    Args:
        entries: of the ledger, the first one first; other kinds are passed over.
        campaign: None: of all campaigns.
        until: later entries do not count; None: all do.
    """
    found = []
    for entry in entries:
        if (
            entry.kind != WAVE
            or campaign not in {None, entry.subject}
            or (until is not None and entry.at > until)
        ):
            continue
        body = {field.name: entry.body.get(field.name) for field in fields(Wave)}
        margin = body["margin"]
        read = {
            "campaign": entry.subject,
            "in_home_on": date.fromisoformat(str(body["in_home_on"])),
            "holdout": Fraction(str(body["holdout"])),
            "margin": None if margin is None else Fraction(margin),
        }
        found.append(Wave(**(body | read)))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is kept of clients who were forgotten since: how many of a campaign's period, of both arms, and their cost."""

    period: str
    clients: int
    cost_minor: int


def forgotten_of(entries: Iterable[Entry], campaign: str) -> list[Forgotten]:
    """What a campaign gave to clients who were forgotten since.

    The sums that are kept name the wave alone; where that told of several periods, they count for each of them, so that no
    limit is passed.

    Args:
        entries: of the ledger, the first one first, of the kinds `WAVE` and `fingerprints.SUMS`; others are passed over.
    """
    known = list(entries)
    periods: dict[str, list[str]] = {}
    for wave in waves_of(known, campaign=campaign):
        periods.setdefault(wave.wave, []).append(wave.period)
    sums = next((entry.body for entry in reversed(known) if entry.kind == SUMS), {})
    return [
        Forgotten(period, one["clients"], one["cost_minor"])
        for one in sums.get("letters", [])
        if one["campaign"] == campaign
        for period in periods.get(one["wave"], [""])
    ]


class Assignments:
    """Every client's part in every campaign, which grows as entries are added."""

    def __init__(self) -> None:
        self._found: dict[str, Assigned] = {}

    def add(self, entries: Iterable[Entry], *, until: datetime | None = None) -> None:
        """Take in entries that follow those of before; see `assigned_of`."""
        for entry in entries:
            if entry.kind not in KINDS or (until is not None and entry.at > until):
                continue
            body = entry.body
            if entry.kind == ASSIGNED:
                # A held client has no letter; its entry's number stands for one.
                self._found[body["letter_id"] or f"#{entry.seq}"] = Assigned(
                    campaign=str(entry.subject),
                    period=body["period"],
                    wave=body["wave"],
                    person_key=str(entry.person_key),
                    arm=body["arm"],
                    household=body["household"],
                    residence=body["residence"],
                    assigned_at=entry.at,
                    in_home_on=date.fromisoformat(body["in_home_on"]),
                    cost_minor=body["cost_minor"],
                    currency=body["currency"],
                    letter_id=body["letter_id"],
                    code=body["code"],
                    language=body["language"],
                    template=body["template"],
                )
                continue
            before = self._found.get(str(entry.subject))
            if before is not None:
                self._found[before.letter_id] = _after(before, entry)

    def all(self) -> list[Assigned]:
        """The first assigned first."""
        return list(self._found.values())


def assigned_of(entries: Iterable[Entry], *, until: datetime | None = None) -> list[Assigned]:
    """Every client's part in every campaign, the first assigned first.

    Args:
        entries: of the ledger, the first one first; other kinds are passed over.
        until: later entries do not count; None: all do.
    """
    found = Assignments()
    found.add(entries, until=until)
    return found.all()


def _after(before: Assigned, entry: Entry) -> Assigned:
    body = entry.body
    if entry.kind == STATUS:
        step = Step(body["status"], date.fromisoformat(body["on"]), entry.at, entry.actor, body.get("reason"))
        return replace(before, steps=(*before.steps, step))
    step = Step("rendered", date.fromisoformat(body["on"]), entry.at, entry.actor, body.get("reason"))
    made = replace(
        before,
        pdf=body["pdf"],
        sha256=body["sha256"],
        size=body.get("bytes", 0),
        pages=body["pages"],
        address=tuple(body.get("address", ())),
        steps=(*before.steps, step),
    )
    if entry.kind == REPRINTED:
        return replace(made, reprints=(*before.reprints, body["reason"]))
    first = Made(body["pdf"], body["sha256"], made.size, made.pages, made.address)
    return replace(made, run=body.get("run", before.wave), first=first)


def made_body(drawn: Made, *, on: date, run: str = "", reason: str = "") -> dict[str, Any]:
    """The body of RENDERED (with `run`) and of REPRINTED (with `reason`, after which the letter is to be sent again)."""
    said = {"run": run} if run else {"reason": reason}
    return asdict(drawn) | {"address": list(drawn.address), "on": on.isoformat()} | said

"""Letters, campaigns and scans as lists: what was sent to whom, where it stands, who looked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.letter_history import HELD, STATUSES
from clientlens.analysis.letter_scans import scans_of
from clientlens.analysis.wording import counted_noun
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from clientlens.analysis.letter_history import Assigned
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

STATUS_FIELD = Field(
    "status",
    Kind.TEXT,
    "assigned: there is no PDF yet; rendered: there is; handed_over: the print service has it; printed: sent; delivered; failed",
    nullable=False,
    values=STATUSES,
)
LIST_FIELDS = (
    Field("letter_id", Kind.TEXT, "its id, and its file's name", nullable=False, title="letter"),
    Field("campaign", Kind.TEXT, "its campaign", nullable=False, wide=True),
    Field("period", Kind.TEXT, "month or year of a repeated campaign; null: it is not repeated", priority=5),
    Field("run", Kind.TEXT, "run that made it; null: it is not made yet", priority=4),
    Field(
        "client_id", Kind.TEXT, "whom it is to; null: no record names them today", title="client", priority=3
    ),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    STATUS_FIELD,
    Field("status_on", Kind.DATE, "since which day", title="since", nullable=False),
    Field("reason", Kind.TEXT, "why it failed, or what was noted", wide=True, priority=2),
    Field("pages", Kind.INTEGER, "its pages; null: it is not made yet", priority=None),
    Field("code", Kind.TEXT, "what its QR code says", nullable=False, priority=None),
    Field("scans", Kind.INTEGER, "how often its code was scanned", nullable=False, priority=1),
    Field("first_scan_at", Kind.INSTANT, "when first", title="first scan", priority=6),
    Field("pdf", Kind.TEXT, "its PDF, in the workspace; null: there is none", priority=None),
)
STEP_FIELDS = (
    Field("status", Kind.TEXT, "status", nullable=False),
    Field("on", Kind.DATE, "on which day", nullable=False),
    Field("noted_at", Kind.INSTANT, "when that was written down", nullable=False, title="noted", priority=2),
    Field("actor", Kind.TEXT, "by whom; null: not known", title="by", priority=1),
    Field("reason", Kind.TEXT, "why", wide=True),
)
SHOW_FIELDS = (
    *LIST_FIELDS,
    Field("language", Kind.TEXT, "its language", nullable=False),
    Field("template", Kind.TEXT, "what it was made from", nullable=False),
    Field("wave", Kind.TEXT, "run that assigned it", nullable=False),
    Field("in_home_on", Kind.DATE, "day it was planned to arrive", nullable=False),
    Field("cost", Kind.MONEY, "what it costs; null: the campaign does not say", priority=1),
    Field("currency", Kind.TEXT, "ISO 4217 code of cost"),
    Field("address", Kind.TEXTS, "lines of its address", nullable=False),
    Field("sha256", Kind.TEXT, "of its PDF", priority=None),
    Field("last_scan_at", Kind.INSTANT, "last scan of its code"),
    Field(
        "history",
        Kind.LIST,
        "every status it had, the first one first",
        nullable=False,
        fields=STEP_FIELDS,
        priority=None,
    ),
)
CAMPAIGN_FIELDS = (
    Field("campaign", Kind.TEXT, "its name", nullable=False, wide=True),
    Field("periods", Kind.TEXTS, "months or years of a repeated one", nullable=False, priority=None),
    Field("first_wave", Kind.TEXT, "first run that assigned somebody", nullable=False, priority=3),
    Field("last_wave", Kind.TEXT, "last one", nullable=False),
    Field("waves", Kind.INTEGER, "how many runs assigned somebody", nullable=False, priority=4),
    Field("mailed", Kind.INTEGER, "clients assigned a letter", nullable=False),
    Field("held", Kind.INTEGER, "clients held back, to see what would have come anyway", nullable=False),
    *(
        Field(
            status,
            Kind.INTEGER,
            f"letters that are {status.replace('_', ' ')}",
            nullable=False,
            priority=rank,
        )
        for status, rank in zip(STATUSES, (0, 0, 5, 1, 6, 2), strict=True)
    ),
    Field("scanned", Kind.INTEGER, "letters whose code was scanned", nullable=False, priority=3),
    Field(
        "cost", Kind.MONEY, "of the letters, but those that were never made; null: the campaign does not say"
    ),
    Field("currency", Kind.TEXT, "ISO 4217 code of cost", title=""),
)
SCAN_FIELDS = (
    Field("code", Kind.TEXT, "code that was scanned", nullable=False, priority=3),
    Field("known", Kind.BOOLEAN, "whether a letter has it", nullable=False, priority=None),
    Field("letter_id", Kind.TEXT, "the letter; null: no letter has this code", title="letter"),
    Field("campaign", Kind.TEXT, "its campaign", wide=True),
    Field("client_id", Kind.TEXT, "whom it is to", title="client", priority=4),
    Field("name", Kind.TEXT, "the client's name", wide=True),
    Field("first_scan_at", Kind.INSTANT, "first scan", nullable=False, title="first scan"),
    Field("last_scan_at", Kind.INSTANT, "last scan", nullable=False, title="last scan", priority=2),
    Field("scans", Kind.INTEGER, "how many", nullable=False),
)
Scans = tuple[int, "datetime | None", "datetime | None", int]
"""Of one code: how many, the first and the last; openings by programs, which are not among them."""
_NONE: Scans = (0, None, None, 0)


def people_of(facts: Facts, letters: Iterable[Assigned]) -> dict[str, tuple[str, str]]:
    """Whose each person_key of the letters is today: client_id and the name shown."""
    keys = sorted({one.person_key for one in letters})
    owners = facts.identities.filter(pl.col("person_key").is_in(keys)).select("person_key", "client_id")
    names = facts.clients.select("client_id", name=pl.coalesce("nickname", shown_name()))
    joined = owners.join(names, on="client_id", how="left").collect()
    # Those who were assigned.
    return {key: (client, name) for key, client, name in joined.iter_rows()}


def list_answer(facts: Facts, letters: Sequence[Assigned], *, as_of: AsOf) -> Answer:
    """Letters, the latest first. letters: those to be listed, the first assigned first."""
    people = people_of(facts, letters)
    scans = scans_by_code(facts, as_of)
    rows = [_row(one, people, scans, facts.timezone) for one in reversed(letters)]
    return Answer("letters", LIST_FIELDS, frame_of(LIST_FIELDS, rows), facts.timezone, title="Letters")


def show_answer(facts: Facts, one: Assigned, *, as_of: AsOf) -> Answer:
    """One letter, with its history."""
    scans = scans_by_code(facts, as_of)
    row = (
        *_row(one, people_of(facts, [one]), scans, facts.timezone),
        one.language,
        one.template,
        one.wave,
        one.in_home_on,
        one.cost_minor if one.currency else None,
        one.currency or None,
        list(one.address),
        one.sha256,
        scans.get(one.code, _NONE)[2],
        [
            {
                "status": step.status,
                "on": step.on,
                "noted_at": step.noted_at,
                "actor": step.actor,
                "reason": step.reason,
            }
            for step in one.steps
        ],
    )
    return Answer(
        "letters show",
        SHOW_FIELDS,
        frame_of(SHOW_FIELDS, [row]),
        facts.timezone,
        single=True,
        title=f"Letter {one.letter_id}",
        drawing=_history(one),
    )


def _history(one: Assigned) -> tuple[str, ...]:
    """Every status as a line, for people."""
    lines = []
    for step in one.steps:
        by, why = f" by {step.actor}" if step.actor else "", f": {step.reason}" if step.reason else ""
        lines.append(safe(f"{step.on}  {step.status.replace('_', ' ')}{by}{why}"))
    return ("", *lines) if lines else ()


def scans_by_code(facts: Facts, as_of: AsOf) -> dict[str, Scans]:
    """Scans by code, in capitals, as letters have it."""
    # Addresses are typed, and some servers write them in lower case.
    scans = facts.scans.with_columns(pl.col("code").str.to_uppercase())
    found = scans_of(scans, until=as_of.instant)
    return {
        one["code"]: (one["scans"], one["first_scan_at"], one["last_scan_at"], one["programs"])
        # A row for each code that was scanned.
        for one in found.iter_rows(named=True)
    }


def _row(
    one: Assigned,
    people: Mapping[str, tuple[str, str]],
    scans: Mapping[str, Scans],
    timezone: str,
) -> tuple[object, ...]:
    client_id, name = people.get(one.person_key, (None, None))
    count, first, *_ = scans.get(one.code, _NONE)
    return (
        one.letter_id,
        one.campaign,
        one.period or None,
        one.run or None,
        client_id,
        name,
        one.status,
        _status_on(one, timezone),
        one.steps[-1].reason if one.steps else None,
        one.pages or None,
        one.code,
        count,
        first,
        one.pdf,
    )


def card_row(
    one: Assigned, scans: Mapping[str, Scans], order_days: Sequence[date], timezone: str
) -> tuple[object, ...]:
    """A letter as the client card has it, a row of `card_fields.LETTER_FIELDS`.

    Args:
        order_days: local days of the client's orders, the first one first.
    """
    count, first, *_ = scans.get(one.code, _NONE)
    on = _status_on(one, timezone)
    sent = next((step.on for step in reversed(one.steps) if step.status == "printed"), None)
    since = sent or (one.steps[0].on if one.pdf else None)
    days = next(((day - since).days for day in order_days if since is not None and day > since), None)
    return (one.letter_id, one.campaign, one.status, on, count, first, days, one.pdf)


def _status_on(one: Assigned, timezone: str) -> date:
    return one.steps[-1].on if one.steps else one.assigned_at.astimezone(ZoneInfo(timezone)).date()


def campaigns_answer(facts: Facts, assigned: Iterable[Assigned], *, as_of: AsOf) -> Answer:
    """Every campaign that was ever run, the latest first."""
    scanned = {code for code, (count, *_) in scans_by_code(facts, as_of).items() if count}
    campaigns: dict[str, list[Assigned]] = {}
    for one in assigned:
        campaigns.setdefault(one.campaign, []).append(one)
    rows: list[tuple[object, ...]] = []
    for name, some in campaigns.items():
        letters = [one for one in some if one.arm != HELD]
        at = Counter(one.status for one in letters)
        # Waves of one day are numbered: in the order in which they were, not in that of their names.
        waves = list(dict.fromkeys(one.wave for one in some))
        spent = sum(one.cost_minor for one in letters if one.status != "failed" or one.pdf is not None)
        currency = next((one.currency for one in reversed(letters) if one.currency), None)
        periods = sorted({one.period for one in some} - {""})
        rows.append(
            (
                *(name, periods, waves[0], waves[-1], len(waves), len(letters), len(some) - len(letters)),
                *(at[status] for status in STATUSES),
                *(sum(one.code in scanned for one in letters), spent if currency else None, currency),
            )
        )
    rows.sort(key=lambda row: (str(row[3]), str(row[0])), reverse=True)
    frame = frame_of(CAMPAIGN_FIELDS, rows)
    return Answer("campaigns", CAMPAIGN_FIELDS, frame, facts.timezone, title="Campaigns")


def scans_answer(facts: Facts, assigned: Iterable[Assigned], *, as_of: AsOf) -> Answer:
    """Every code that was scanned: letters first, the last scanned first; then codes that no letter has."""
    letters = {one.code: one for one in assigned if one.code}
    people = people_of(facts, letters.values())
    found = scans_by_code(facts, as_of)
    rows = []
    for code, (count, first, last, _) in found.items():
        one = letters.get(code)
        who: tuple[str | None, ...] = (None,) * 4
        if one is not None:
            who = (one.letter_id, one.campaign, *people.get(one.person_key, (None, None)))
        if count:
            rows.append((code, one is not None, *who, first, last, count))
    frame = frame_of(SCAN_FIELDS, rows).sort("known", "first_scan_at", "code", descending=[True, True, False])
    unknown = sum(not row[1] for row in rows)
    programs = sum(one[3] for one in found.values())
    notes = []
    if unknown:
        notes.append(f"{counted_noun(unknown, 'code')} of no letter: another workspace's, or guessed")
    if programs:
        notes.append(f"{counted_noun(programs, 'opening')} by programs (search engines, previews) left out")
    later = facts.scans.filter(pl.col("scanned_at") > as_of.instant).select(pl.len()).collect().item()
    if later:
        notes.append(f"{counted_noun(later, 'scan')} later than the time of this answer left out")
    return Answer(
        "letters scans", SCAN_FIELDS, frame, facts.timezone, title="Scans of letters", notes=tuple(notes)
    )

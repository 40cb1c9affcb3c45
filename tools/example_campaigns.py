"""Write two invented campaigns into a workspace that holds the sample shops, to see what results look like.

Usage: python tools/example_campaigns.py WORKSPACE

`advent` wrote to clients of November 2025 in two waves, half of them held back; `autumn` to those of September 2026, a
fifth held back, and its window is open at the end of October. No letter was ever made: whoever ordered in the sample
ordered anyway, so there is no effect to be found, and what looks like one is chance.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import polars as pl

from clientlens.analysis.letter_history import (
    ASSIGNED,
    HELD,
    MAILED,
    RENDERED,
    STATUS,
    WAVE,
    Made,
    Wave,
    made_body,
    wave_body,
)
from clientlens.model.entries import Event
from clientlens.workspace import ledger
from clientlens.workspace.workspace import Workspace


def wave_of(campaign: str, day: str, holdout: str, coupon: str | None) -> Wave:
    """A wave that was planned to arrive four days after its run."""
    return Wave(
        campaign=campaign,
        wave=day,
        period="",
        in_home_on=date.fromisoformat(day) + timedelta(days=4),
        in_home_days=2,
        window_days=60,
        holdout=Fraction(holdout),
        seed=campaign,
        currency="EUR",
        per_letter_minor=95,
        fixed_minor=2500,
        margin=Fraction("0.45"),
        coupon=coupon,
        spec_sha256=hashlib.sha256(campaign.encode()).hexdigest(),
    )


_SEED = "3"
WAVES = (
    wave_of("advent", "2025-11-03", "1/2", "ADVENT15"),
    wave_of("advent", "2025-11-17", "1/2", "ADVENT15"),
    wave_of("autumn", "2026-09-21", "1/5", None),
)


def assignments(workspace: Workspace, wave: Wave, known: set[str]) -> list[Event]:
    """Every other client with a street who had ordered before, those of `known` left out."""
    facts = workspace.facts()
    before = facts.orders.filter(
        pl.col("placed_on") < date.fromisoformat(wave.wave), pl.col("store") == "lantern"
    )
    keys = (
        before.select("person_key")
        .join(facts.identities, on="person_key")
        .join(facts.clients.filter(pl.col("street").is_not_null()), on="client_id")
        .group_by("client_id")
        .agg(pl.col("person_key").min())
        .sort("client_id")
        .collect()
    )
    events = []
    for client_id, key in keys.iter_rows():
        draw = hashlib.sha256(f"{_SEED} {wave.campaign} {client_id}".encode()).digest()
        if client_id in known or (wave.wave == "2025-11-03" and draw[1] % 2):
            continue
        known.add(client_id)
        held = Fraction(draw[0], 256) < wave.holdout
        letter_id = "" if held else draw.hex()[:12]
        body = {
            "period": "", "wave": wave.wave, "arm": HELD if held else MAILED, "household": draw.hex()[:32],
            "residence": draw.hex()[32:], "in_home_on": wave.in_home_on.isoformat(),
            "cost_minor": 0 if held else wave.per_letter_minor, "currency": wave.currency, "letter_id": letter_id,
            "code": "" if held else draw.hex()[:20], "language": "de", "template": "win_back",
        }  # fmt: skip
        events.append(Event(ASSIGNED, body, subject=wave.campaign, person_key=key))
    return events


def fates(assigned: list[Event], wave: Wave) -> list[Event]:
    """All made on the day, printed on the next; one in forty comes back, the others arrive."""
    events = []
    day = date.fromisoformat(wave.wave)
    for place, one in enumerate(event for event in assigned if event.body["letter_id"]):
        letter_id = one.body["letter_id"]
        # An invented letter has no file.
        made = made_body(Made(pdf="", sha256="", bytes=0, pages=1, address=()), on=day, run=wave.wave)
        events.append(Event(RENDERED, made, subject=letter_id, person_key=one.person_key))
        last = "failed" if place % 40 == 17 else "delivered"
        for status, after in (("handed_over", 0), ("printed", 1), (last, 4)):
            body = {"status": status, "on": (day + timedelta(days=after)).isoformat()}
            events.append(Event(STATUS, body, subject=letter_id, person_key=one.person_key))
    return events


def scans(assigned: list[Event], wave: Wave) -> list[str]:
    """Rows of a CSV: one letter in seven is scanned, some of them twice, one by a chat's preview."""
    rows = []
    morning = datetime.combine(wave.in_home_on, time(8), UTC)
    for place, one in enumerate(event for event in assigned if event.body["code"]):
        if place % 7 == 3:
            at = morning + timedelta(hours=5 * place % 100)
            rows += [f"{one.body['code']},{at.isoformat()},Mozilla/5.0 (iPhone)"]
            if place % 3 == 0:
                rows += [f"{one.body['code']},{(at + timedelta(days=2)).isoformat()},Mozilla/5.0 (iPhone)"]
    return rows


def record(path: Path) -> list[str]:
    """Write the campaigns down; what comes back is a CSV of their scans, to be imported."""
    rows = ["code,scanned_at,user_agent"]
    known: dict[str, set[str]] = {}
    for wave in WAVES:
        with Workspace.open(path) as workspace:
            assigned = assignments(workspace, wave, known.setdefault(wave.campaign, set()))
        events = [Event(WAVE, wave_body(wave), subject=wave.campaign), *assigned, *fates(assigned, wave)]
        at = datetime.combine(date.fromisoformat(wave.wave), time(9), UTC)
        ledger.append(path, events, at=at, actor="example", command="example campaigns")
        rows += scans(assigned, wave)
    return rows


if __name__ == "__main__":
    Path("example-scans.csv").write_text("\n".join(record(Path(sys.argv[1]))) + "\n", "utf-8")
    print("now: clientlens import example-scans.csv")

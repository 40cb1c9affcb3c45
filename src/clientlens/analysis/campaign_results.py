"""What became of a campaign: its letters, and three questions about the orders after it.

- coupons: which orders name it?
- matchback: which orders came after a letter?
- uplift: which orders would not have come without it? Only this one has a verdict.

None is part of another, nor a bound of it: a coupon is passed on, an order after a letter may have come anyway, and an
order that a letter caused may name nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.campaign_comparison import compare
from clientlens.analysis.campaign_fields import FIELDS
from clientlens.analysis.campaign_money import return_on_cost
from clientlens.analysis.campaign_notes import notes_of
from clientlens.analysis.campaign_orders import arrived, cost_of, credited, naming, status_on
from clientlens.analysis.campaign_page import drawn
from clientlens.analysis.client_names import shown_name
from clientlens.analysis.letter_history import HELD, MAILED, STATUSES, assigned_of, waves_of
from clientlens.analysis.letter_scans import scans_of
from clientlens.errors import NeverRun, UnknownWave
from clientlens.model.answer import Answer, frame_of
from clientlens.model.fingerprints import SUMS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.analysis.campaign_comparison import Comparison
    from clientlens.analysis.letter_history import Assigned, Wave
    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


def campaign_results(
    facts: Facts,
    entries: Sequence[Entry],
    campaign: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    wave: str | None = None,
) -> Answer:
    """Letters, scans, coupons, matchback and uplift of a campaign.

    Args:
        facts: a workspace's facts.
        entries: of the ledger, the first one first; those of letters, waves and sums of the forgotten are read.
        as_of: what was assigned, became of a letter, was scanned or ordered after it does not count.
        completed_when: which orders count as completed, as for `order_facts`.
        home_currency: the only one whose amounts count; None: there are no orders.
        wave: this one alone; None: all of the campaign, uplift pooled over those that are over.

    Returns:
        One object of `campaign_fields.FIELDS`.

    Raises:
        NeverRun, UnknownWave
    """
    everybody = [one for one in assigned_of(entries) if one.assigned_at <= as_of.instant]
    waves: dict[tuple[str, str], Wave] = {}
    for one in waves_of(entries):
        waves.setdefault((one.campaign, one.wave), one)
    mine = [one for one in everybody if one.campaign == campaign]
    if not mine:
        until = as_of.day if as_of.explicit else None
        raise NeverRun(campaign, sorted({one.campaign for one in everybody}), until)
    known = list(dict.fromkeys(one.wave for one in mine))
    if wave is not None and wave not in known:
        raise UnknownWave(campaign, wave, known)
    chosen = {name: waves[campaign, name] for name in known if wave in {None, name}}
    members = [replace(one, cost_minor=cost_of(one, as_of.day)) for one in mine if one.wave in chosen]
    fixed = chosen[known[0]].fixed_minor if known[0] in chosen else 0

    comparison = compare(
        facts,
        members,
        chosen,
        fixed=fixed,
        as_of=as_of,
        completed_when=completed_when,
        home_currency=home_currency,
    )
    sent = arrived(facts, everybody, waves, as_of)
    after = credited(facts, sent, as_of=as_of, completed_when=completed_when)
    after = after.filter(pl.col("campaign") == campaign, pl.col("wave").is_in(list(chosen)))
    scans = scans_of(facts.scans, until=as_of.instant)
    codes = pl.DataFrame(
        [(one.letter_id, one.code) for one in members if one.arm != HELD],
        schema={"letter_id": pl.String, "code": pl.String},
        orient="row",
    )
    scanned = codes.join(scans.filter(pl.col("scans") > 0), on="code")
    letters = _letters(members, fixed, as_of.day) | forgotten_of(entries, campaign, wave)
    row = {
        "campaign": campaign,
        "as_of": as_of.day,
        "final": comparison.final,
        "letters": letters,
        "scans": {
            "letters_scanned": scanned.height,
            "scans": scanned["scans"].sum(),
            "first_scan_at": scanned["first_scan_at"].min(),
        },
        "coupons": _coupons(
            facts,
            mine,
            chosen,
            as_of=as_of,
            completed_when=completed_when,
            home_currency=home_currency,
        ),
        "matchback": _matchback(after, letters, home_currency),
        "uplift": comparison.uplift,
        "revenue": comparison.revenue,
        "incremental": comparison.incremental,
        "split": comparison.split,
        "waves": comparison.waves,
        "curve": comparison.curve,
        "reactions": _reactions(facts, after, members, set(scanned["letter_id"])),
    }
    return Answer(
        name="campaign_results",
        fields=FIELDS,
        rows=frame_of(FIELDS, [[row[field.name] for field in FIELDS]]),
        timezone=facts.timezone,
        single=True,
        title=_title(campaign, chosen, known, as_of),
        drawing=tuple(drawn(row, timezone=facts.timezone)),
        notes=tuple(
            notes_of(
                row,
                comparison,
                after,
                latest=_latest(facts, as_of),
                reached=_reached(sent, campaign, comparison),
                home_currency=home_currency,
                as_of=as_of,
            )
        ),
    )


def _latest(facts: Facts, as_of: AsOf) -> date | None:
    """The day of the latest order stored: what came after it is not known."""
    known = facts.orders.filter(pl.col("placed_at") <= as_of.instant)
    day: date | None = known.select(pl.col("placed_on").max()).collect().item()
    return day


def _reached(sent: pl.DataFrame, campaign: str, comparison: Comparison) -> int:
    """Clients held back whom a letter of another campaign reached in the window."""
    spans = pl.DataFrame(
        [(name, comparison.spans[name].first, comparison.spans[name].last) for name in comparison.compared],
        schema={"wave": pl.String, "first": pl.Date, "last": pl.Date},
        orient="row",
    )
    held = comparison.people.rows.filter(pl.col("arm") == HELD).join(spans, on="wave")
    others = sent.filter(pl.col("campaign") != campaign).select("client_id", "since")
    both = held.join(others, on="client_id").filter(pl.col("since").is_between("first", "last"))
    return both["client_id"].n_unique()


def _title(campaign: str, chosen: dict[str, Wave], known: list[str], as_of: AsOf) -> str:
    which = ""
    if len(known) > 1:
        which = f", wave {next(iter(chosen))}" if len(chosen) == 1 else f", {len(chosen)} waves"
    return f"Campaign {campaign}{which}, as of {as_of.day}"


def _letters(members: Sequence[Assigned], fixed: int, on: date) -> dict[str, Any]:
    letters = [one for one in members if one.arm != HELD]
    count = Counter(status_on(one, on) for one in letters)
    currency = next((one.currency for one in members if one.currency), None)
    return {
        "letters": len(letters),
        **{status: count[status] for status in STATUSES},
        "held": len(members) - len(letters),
        "cost": None if currency is None else fixed + sum(one.cost_minor for one in letters),
        "currency": currency,
    }


def forgotten_of(entries: Sequence[Entry], campaign: str, wave: str | None) -> dict[str, int]:
    """How many of both arms were forgotten since, whenever that was; of one wave, or (None) of all."""
    gone = Counter[str]()
    for one in (letters for entry in entries if entry.kind == SUMS for letters in entry.body["letters"]):
        if one["campaign"] == campaign and wave in {None, one["wave"]}:
            gone[one["arm"]] += one["clients"]
    return {"forgotten_mailed": gone[MAILED], "forgotten_held": gone[HELD]}


def _coupons(
    facts: Facts,
    mine: Sequence[Assigned],
    chosen: dict[str, Wave],
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
) -> dict[str, Any]:
    codes = list(dict.fromkeys(wave.coupon for wave in chosen.values() if wave.coupon))
    since = min(one.assigned_at for one in mine if one.wave in chosen)
    orders = naming(facts, codes, since=since, as_of=as_of, completed_when=completed_when) if codes else None
    if orders is None or orders.is_empty():
        none = dict.fromkeys(("orders", "of_mailed", "of_held", "of_others"), 0)
        return {"codes": codes, **none, "revenue": None, "currency": None}
    people = pl.DataFrame(
        [(one.person_key, one.arm != HELD, one.wave in chosen) for one in mine],
        schema={"person_key": pl.String, "mailed": pl.Boolean, "chosen": pl.Boolean},
        orient="row",
    )
    owners = facts.identities.join(people.lazy(), on="person_key").collect()
    # Somebody of another wave is none of the others; somebody of both arms got a letter.
    roles = owners.group_by("client_id").agg(pl.col("chosen").any(), pl.col("mailed").filter("chosen").any())
    used = orders.join(roles, on="client_id", how="left").filter(pl.col("chosen").fill_null(value=True))
    of_mailed, of_held = (int((used["mailed"] == value).sum()) for value in (True, False))
    return {
        "codes": codes,
        "orders": used.height,
        "of_mailed": of_mailed,
        "of_held": of_held,
        "of_others": used.height - of_mailed - of_held,
        "revenue": _revenue(used, home_currency),
        "currency": home_currency,
    }


def _matchback(after: pl.DataFrame, letters: dict[str, Any], home_currency: str | None) -> dict[str, Any]:
    revenue = _revenue(after, home_currency)
    same = letters["currency"] == home_currency
    return {
        "orders": after.height,
        "letters": after["letter_id"].n_unique(),
        "revenue": revenue,
        "roas": return_on_cost(revenue or 0, letters["cost"] or 0) if same else None,
        "currency": home_currency,
    }


def _revenue(orders: pl.DataFrame, home_currency: str | None) -> int | None:
    if home_currency is None:
        return None
    return int(orders.filter(pl.col("currency") == home_currency)["net_total"].sum())


def _reactions(
    facts: Facts, after: pl.DataFrame, members: Sequence[Assigned], scanned: set[str]
) -> list[dict[str, Any]]:
    """The orders of matchback with the client whose letter they followed."""
    whose = pl.DataFrame(
        [(one.letter_id, one.person_key) for one in members if one.arm != HELD],
        schema={"letter_id": pl.String, "person_key": pl.String},
        orient="row",
    ).join(after.select("letter_id").unique(), on="letter_id", how="semi")
    named = (
        whose.lazy()
        .join(facts.identities, on="person_key", how="left")
        .join(facts.clients.select("client_id", shown_name()), on="client_id", how="left")
        .collect()
    )
    told = after.drop("client_id").join(named, on="letter_id", how="left", maintain_order="left")
    return [
        {
            "client_id": one["client_id"],
            "name": one["name"],
            "order_id": one["source_id"] or one["number"],
            "number": one["number"],
            "store": one["store"],
            "placed_on": one["placed_on"],
            "days": one["days"],
            "scanned": one["letter_id"] in scanned,
            "matched_by": one["matched_by"],
            "letter_id": one["letter_id"],
            "amount": one["net_total"],
            "currency": one["currency"],
        }
        # Those who ordered after a letter.
        for one in told.iter_rows(named=True)
    ]

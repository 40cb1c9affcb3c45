"""What a run writes down before anything is made: who is assigned, in which wave, with which letter and code."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from clientlens.analysis.letter_history import ASSIGNED, MAILED, WAVE, Wave, wave_body
from clientlens.model.entries import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.recipients import Plan, Recipient


def wave_name(assigned: Iterable[Assigned], campaign: str, day: date) -> str:
    """A name for what a run assigns and makes: its local day, and a number where the campaign has something of that name.

    Args:
        assigned: of all campaigns so far.
    """
    taken = {name for one in assigned if one.campaign == campaign for name in (one.wave, one.run)}
    name, number = day.isoformat(), 1
    while name in taken:
        number += 1
        name = f"{day}-{number}"
    return name


def assignment_events(
    plan: Plan, wave: str, tokens: Callable[[], tuple[str, str]], *, assigned_on: date
) -> list[Event]:
    """What the ledger is to hold of a plan: what was meant, then everybody assigned, the first one first.

    To be planned and written under one writer's lock: then nobody can be assigned twice. Should it come to that all the
    same, the entries' keys forbid it.

    Args:
        wave: see `wave_name`. tokens: a letter's id and its code, another pair each time it is called; called for letters
            alone, not for those who are held. assigned_on: the real local day of the run.

    Returns:
        One event of `letter_history.WAVE` for each period, and one of `ASSIGNED` for each client; none where nobody is
        assigned.
    """
    spec, money = plan.spec, plan.spec.money
    everybody = [*plan.mailed, *plan.held]
    in_home_on = assigned_on + timedelta(days=spec.in_home_days)
    events = []
    for period in sorted({one.period for one in everybody}):
        meant = Wave(
            campaign=spec.name,
            wave=wave,
            period=period,
            in_home_on=in_home_on,
            in_home_days=spec.in_home_days,
            window_days=spec.window_days,
            holdout=spec.holdout.share,
            seed=spec.holdout.seed,
            currency=money.currency,
            per_letter_minor=money.per_letter_minor,
            fixed_minor=money.fixed_minor,
            margin=money.margin,
            coupon=spec.coupon,
            spec_sha256=spec.sha256,
        )
        key = f"{WAVE}:{spec.name}:{wave}:{period}"
        events.append(Event(WAVE, wave_body(meant), key=key, subject=spec.name))
    return [*events, *(_assigned(one, plan, wave, in_home_on, tokens) for one in everybody)]


def _assigned(
    one: Recipient, plan: Plan, wave: str, in_home_on: date, tokens: Callable[[], tuple[str, str]]
) -> Event:
    spec = plan.spec
    letter_id, code = tokens() if one.arm == MAILED else ("", "")
    body = {
        "period": one.period,
        "wave": wave,
        "arm": one.arm,
        "household": one.household,
        "residence": one.residence,
        "in_home_on": in_home_on.isoformat(),
        "cost_minor": spec.money.per_letter_minor if one.arm == MAILED else 0,
        "currency": spec.money.currency,
        "letter_id": letter_id,
        "code": code,
        "language": one.language,
        "template": spec.template,
    }
    # The id, not the key that it is made of: keys of entries are to hold no e-mail.
    key = f"{ASSIGNED}:{spec.name}:{one.period}:{one.client_id}"
    return Event(ASSIGNED, body, key=key, person_key=one.person_key, subject=spec.name)

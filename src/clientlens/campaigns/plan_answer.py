"""What a run of a campaign would do, as an answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from clientlens.analysis.campaign_power import FEW_BUYERS, needed, smallest_lift
from clientlens.analysis.letter_history import MAILED
from clientlens.analysis.wording import counted_noun
from clientlens.campaigns.plan_fields import (
    FIELDS,
    LEFT_OUT_FIELDS,
    RATE_SCALE,
    REASON_FIELDS,
    RECIPIENT_FIELDS,
    WHY,
)
from clientlens.campaigns.recipients import Reason
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.money import DECIMALS, format_minor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.campaign_power import Lift
    from clientlens.campaigns.baseline import Baseline
    from clientlens.campaigns.recipients import Plan, Recipient

SMALL = 0.25
"""An effect that must be above a quarter more buyers to be seen will mostly not be: then there is advice."""
_SHOWN = RECIPIENT_FIELDS[:-1]
"""What a table shows of recipients: letters of one campaign all cost the same."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the campaign could show. smallest: None where nothing could be. halved: with half of them held back."""

    smallest: Lift | None
    halved: Lift | None


def plan_answer(plan: Plan, base: Baseline, timezone: str, *, lift: Fraction | None = None) -> Answer:
    """One row of `FIELDS`; a table draws it in parts.

    Args:
        base: see `baseline`. lift: the increase of buyers for which to say how many clients it needs (1/5: +20 %).
    """
    money, rate = plan.spec.money, base.rate
    costed = bool(money.currency)
    effect = _effect(len(plan.mailed), len(plan.held), rate)
    share = plan.spec.holdout.share
    wanted = None if lift is None or not rate else needed(rate, lift, share or Fraction(1, 2))
    per_letter = money.per_letter_minor if costed else None
    recipients = [_recipient(one, per_letter) for one in (*plan.mailed, *plan.held)]
    left_out = [(one.client_id, one.name, str(one.reason), one.detail or None) for one in plan.left_out]
    counts = Counter(one.reason for one in plan.left_out)
    reasons = [(str(why), counts[why], WHY[why]) for why in Reason if counts[why]]
    costs = (
        money.per_letter_minor,
        plan.letters_minor,
        plan.fixed_minor,
        plan.letters_minor + plan.fixed_minor,
    )
    row = (
        plan.spec.name,
        plan.as_of.day,
        plan.audience,
        len(plan.mailed),
        len(plan.held),
        len(plan.left_out),
        _scaled(share),
        money.currency or None,
        *(costs if costed else (None,) * len(costs)),
        {
            "first_day": base.first,
            "last_day": base.last,
            "clients": base.clients,
            "buyers": base.buyers,
            "rate": _scaled(rate),
        },
        *_of_lift(effect.smallest),
        _scaled(lift),
        wanted and wanted.mailed,
        wanted and wanted.held,
        [_named(REASON_FIELDS, one) for one in reasons],
        [_named(RECIPIENT_FIELDS, one) for one in recipients],
        [_named(LEFT_OUT_FIELDS, one) for one in left_out],
    )
    notes = (*plan.notes, *_advice(plan, base, effect))
    answer = Answer(
        "campaigns_plan",
        FIELDS,
        frame_of(FIELDS, [row]),
        timezone,
        single=True,
        title=f"Plan of {plan.spec.name} as of {plan.as_of.day}",
        notes=notes,
    )
    return replace(
        answer,
        parts=(
            _summary(answer, plan, base, effect),
            *_listing(answer, "Left out, by reason", REASON_FIELDS, reasons),
            *_listing(answer, "Recipients", _SHOWN, [one[:-1] for one in recipients]),
            *_listing(answer, "Left out", LEFT_OUT_FIELDS, left_out),
        ),
    )


def _recipient(one: Recipient, cost: int | None) -> tuple[object, ...]:
    paid = None if cost is None else cost * (one.arm == MAILED)
    return (
        one.client_id,
        one.name,
        one.arm,
        one.period or None,
        one.language,
        list(one.letter.address),
        paid,
    )


def _named(fields: Sequence[Field], row: tuple[object, ...]) -> dict[str, object]:
    return {field.name: value for field, value in zip(fields, row, strict=True)}


def _scaled(value: Fraction | float | None) -> int | None:
    return None if value is None else round(value * 10**RATE_SCALE)


def _of_lift(lift: Lift | None) -> tuple[int | None, int | None]:
    return (None, None) if lift is None else (_scaled(lift.difference), _scaled(lift.relative))


def _effect(mailed: int, held: int, rate: float | None) -> Effect:
    if rate is None:
        return Effect(None, None)
    half = (mailed + held) // 2
    return Effect(smallest_lift(mailed, held, rate), smallest_lift(mailed + held - half, half, rate))


def _summary(answer: Answer, plan: Plan, base: Baseline, effect: Effect) -> Answer:
    """The figures in words."""
    told = {
        "clients meant": f"{plan.audience:,}",
        "letters": f"{len(plan.mailed):,}",
        "held back": _held(plan),
        "left out": f"{len(plan.left_out):,}",
        "cost": _cost(plan),
        "would buy anyway": _baseline(base),
        "effect shows from": _shown(effect.smallest, base.rate),
    }
    row = answer.rows.row(0, named=True)
    if row["wanted_lift"] is not None:
        asked = _percent(row["wanted_lift"] / 10**RATE_SCALE)
        mailed, held = row["needed_mailed"], row["needed_held"]
        takes = "cannot be said" if mailed is None else f"{mailed:,} letters and {held:,} held back"
        told[f"for +{asked} buyers"] = takes
    fields = tuple(Field(title.replace(" ", "_"), Kind.TEXT, title, title=title) for title in told)
    return Answer("summary", fields, frame_of(fields, [list(told.values())]), answer.timezone, single=True)


def _listing(
    answer: Answer, title: str, fields: Sequence[Field], rows: Sequence[tuple[object, ...]]
) -> tuple[Answer, ...]:
    if not rows:
        return ()
    name = title.lower().replace(" ", "_")
    return (Answer(name, tuple(fields), frame_of(fields, rows), answer.timezone, title=title),)


def _held(plan: Plan) -> str:
    share = plan.spec.holdout.share
    if not share:
        return "0"
    everybody = len(plan.mailed) + len(plan.held)
    return f"{len(plan.held):,} of {everybody:,}, by lot ({_percent(float(share))} of all households)"


def _cost(plan: Plan) -> str | None:
    money = plan.spec.money
    if not money.currency:
        return None
    total, each, once = (
        _money(minor, money.currency)
        for minor in (plan.letters_minor + plan.fixed_minor, money.per_letter_minor, plan.fixed_minor)
    )
    fixed = f" and {once} once" if plan.fixed_minor else ""
    return f"{total} ({len(plan.mailed):,} x {each}{fixed})"


def _money(minor: int, currency: str) -> str:
    whole, point, part = format_minor(minor, DECIMALS[currency]).partition(".")
    return f"{int(whole):,}{point}{part} {currency}"


def _baseline(base: Baseline) -> str:
    if base.rate is None:
        return f"not known: nobody would have been meant on {base.first}"
    of = f"{base.buyers:,} of {counted_noun(base.clients, 'such client')}"
    return f"{_percent(base.rate)}: {of} did, {base.first} to {base.last}"


def _shown(smallest: Lift | None, rate: float | None) -> str | None:
    if smallest is None or rate is None:
        return None
    return f"{_buyers(smallest, rate)}{_more(smallest)}"


def _buyers(lift: Lift, rate: float) -> str:
    return f"{_percent(rate + lift.difference)} buyers among those mailed"


def _more(lift: Lift) -> str:
    """By how much that is more than without letters: percents up to twice as many, times beyond."""
    if lift.relative is None:
        return ""
    times = f"{1 + lift.relative:.1f}".removesuffix(".0")
    return f" ({times} times as many)" if lift.relative >= 1 else f" (+{_percent(lift.relative)})"


def _advice(plan: Plan, base: Baseline, effect: Effect) -> tuple[str, ...]:
    """What the campaign will not be able to say, and what would help."""
    if not plan.mailed and not plan.held:
        return ()
    if not plan.spec.holdout.share:
        return ("nobody is held back, so nothing will tell what the letters changed: set [holdout] share",)
    if base.rate is None:
        return (f"what this campaign can show is not known: nobody would have been meant on {base.first}",)
    smallest = effect.smallest
    if smallest is None:
        return ("too few clients to show anything at all: hold out half, or take several waves together",)
    notes = []
    if smallest.relative is None or smallest.relative > SMALL:
        ways = ["take several waves together"]
        if effect.halved is not None and effect.halved.difference < smallest.difference:
            then = _percent(base.rate + effect.halved.difference)
            ways.insert(0, f"hold out half ([holdout] share = 0.5; then from {then} on)")
        notes.append(
            f"only a large effect will show: {_buyers(smallest, base.rate)}, where {_percent(base.rate)} buy anyway; "
            f"{', or '.join(ways)}"
        )
    if base.rate * min(len(plan.mailed), len(plan.held)) < FEW_BUYERS:
        notes.append(
            f"fewer than {FEW_BUYERS} buyers are to be expected among those mailed or held back: these figures are rough"
        )
    return tuple(notes)


def _percent(share: float) -> str:
    percents = 100 * share
    text = f"{percents:.1f}" if percents >= 1 or not percents else f"{percents:.2g}"
    return f"{text.removesuffix('.0')} %"

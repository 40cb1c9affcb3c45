"""Who gets a letter, who is held back, and who is left out, each for one reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.letter_history import HELD, MAILED
from clientlens.campaigns.audience import audience
from clientlens.campaigns.households import with_homes
from clientlens.campaigns.past import YEAR_DAYS, Past
from clientlens.campaigns.recipients import LeftOut, Plan, Reason
from clientlens.campaigns.turns import Turns

if TYPE_CHECKING:
    from clientlens.campaigns.recipients import Question
    from clientlens.campaigns.spec import Spec

_DETAILS = ("name", "company", "street", "street2", "postcode", "city", "province", "country")
Holds = list[tuple[Reason, pl.Expr, pl.Expr]]
"""Reasons, each with when it holds and its detail; the first one first."""
_PERIODS = {"month": "%Y-%m", "year": "%Y"}


def plan(spec: Spec, question: Question) -> Plan:
    """What a run would do.

    Nothing is written and nothing is left to chance: the same facts, ledger and campaign give the same plan.

    Raises:
        BadExpression, UnknownGroup, CircularRule, BadWindow
    """
    meant = audience(spec.audience, question.market, question.as_of)
    past = Past.of(question.assigned, question.market.facts, spec, question.today)
    rows = _judged(_known(meant.clients, spec, question), spec, question, past)
    turns = Turns(
        spec,
        past,
        question.make,
        question.max_letters,
        secret=question.secret,
        forgotten=question.forgotten,
    )
    turns.take(rows.filter(pl.col("reason").is_null()), question.progress)
    early = rows.filter(pl.col("reason").is_not_null()).select("client_id", "shown", "reason", "detail")
    # One answer each, as it is told.
    left_out = [LeftOut(one, name, Reason(why), detail or "") for one, name, why, detail in early.iter_rows()]
    place = dict(zip(rows["client_id"], range(rows.height), strict=True))
    mailed, held = (tuple(one for one in turns.assigned if one.arm == arm) for arm in (MAILED, HELD))
    notes = (*meant.notes, *_opted_out(rows, spec, question, {one.client_id for one in mailed}))
    return Plan(
        spec=spec,
        as_of=question.as_of,
        audience=rows.height,
        mailed=mailed,
        held=held,
        left_out=tuple(sorted([*left_out, *turns.left_out], key=lambda one: place[one.client_id])),
        notes=notes,
        fixed_minor=0 if past.mine().height or question.forgotten else spec.money.fixed_minor,
        secret=question.secret,
    )


def _known(meant: pl.DataFrame, spec: Spec, question: Question) -> pl.DataFrame:
    """What decides: the details of those who are meant, in their order.

    Returns:
        client_id, shown (the name shown), the columns of an address, anonymous, accepts_email, person_key (the smallest),
        period, home, residence.
    """
    facts = question.market.facts
    asked = meant.lazy()
    keys = (
        facts.identities.join(asked, on="client_id", how="semi")
        .group_by("client_id")
        .agg(pl.col("person_key").min())
    )
    rows = (
        asked.join(
            facts.clients.with_columns(shown=shown_name()), on="client_id", how="left", maintain_order="left"
        )
        .join(keys, on="client_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("shown", "email", "phone", "client_id").alias("shown"))
        .collect()
    )
    today = pl.lit(question.as_of.day)
    pattern = _PERIODS.get(spec.repeat, "")
    # A birthday belongs to its own year, also when the letter leaves in the one before.
    period = pl.coalesce("day", today).dt.strftime(pattern) if pattern else pl.lit("")
    told = rows.select(
        "client_id", "shown", *_DETAILS, "anonymous", "accepts_email", "person_key", period=period
    )
    return with_homes(told, question.secret)


def _judged(rows: pl.DataFrame, spec: Spec, question: Question, past: Past) -> pl.DataFrame:
    """The same with reason and detail (String, null: none so far): the first that holds, apart from what goes by turns."""
    rest = question.rest
    cooldown = rest.cooldown_days if spec.cooldown_days is None else spec.cooldown_days
    cap = rest.yearly_cap if spec.yearly_cap is None else spec.yearly_cap
    excluded = (spec.email_opt_out or rest.email_opt_out) == "exclude"
    mine, lately = past.mine(), past.written_lately(cooldown)
    assigned = mine.select("client_id", "period").drop_nulls().unique()
    facts = rows.join(
        assigned.with_columns(known=pl.lit(value=True)),
        on=["client_id", "period"],
        how="left",
        maintain_order="left",
    ).join(past.yearly(), on="client_id", how="left", maintain_order="left")
    clients, residence = pl.col("client_id"), pl.col("residence")
    suppressed = sorted(question.market.suppressed)
    neighbours = pl.concat([mine.select("residence", "period"), _everywhen(lately, rows)]).unique()
    judged = facts.join(
        neighbours.with_columns(neighbour=pl.lit(value=True)),
        on=["residence", "period"],
        how="left",
        maintain_order="left",
    )
    none = pl.lit(None, dtype=pl.String)
    first: Holds = [
        (Reason.ALREADY_ASSIGNED, pl.col("known"), pl.col("period")),
        (Reason.ANONYMOUS, pl.col("anonymous"), none),
        (Reason.SUPPRESSED, clients.is_in(suppressed), none),
        (Reason.EMAIL_OPT_OUT, pl.lit(excluded) & ~pl.col("accepts_email"), none),
    ]
    then: Holds = [
        (Reason.ADDRESS_INCOMPLETE, pl.col("missing").is_not_null(), pl.col("missing")),
        (
            Reason.ADDRESS_INCOMPLETE,
            residence.is_null() | pl.col("home").is_null(),
            pl.lit("no letter or digit in a part of it"),
        ),
        (Reason.UNDELIVERABLE, residence.is_in(past.undeliverable().implode()), none),
        (Reason.RECENTLY_WRITTEN, clients.is_in(lately["client_id"].drop_nulls().implode()), none),
        (
            Reason.YEARLY_CAP,
            (pl.col("letters") >= cap) if cap is not None else pl.lit(value=False),
            pl.format("{} in {} days", "letters", pl.lit(YEAR_DAYS)),
        ),
        (Reason.SAME_ADDRESS, pl.col("neighbour"), none),
    ]
    judged = _told(judged, first)
    # Addresses are read one by one, so those alone on which it hangs.
    open_ = judged.filter(pl.col("reason").is_null()).select("client_id", *_DETAILS)
    missing = open_.select("client_id").with_columns(question.incomplete(open_).alias("missing"))
    return _told(judged.join(missing, on="client_id", how="left", maintain_order="left"), then)


def _told(rows: pl.DataFrame, holds: Holds) -> pl.DataFrame:
    """The rows with the first reason that holds where they have none yet."""
    none = pl.lit(None, dtype=pl.String)
    reason, detail = none, none
    for why, condition, what in reversed(holds):
        truth = condition.fill_null(value=False)
        reason = pl.when(truth).then(pl.lit(str(why))).otherwise(reason)
        detail = pl.when(truth).then(what).otherwise(detail)
    if "reason" not in rows.columns:
        return rows.with_columns(reason=reason, detail=detail)
    known = pl.col("reason").is_not_null()
    return rows.with_columns(
        reason=pl.when(known).then("reason").otherwise(reason),
        detail=pl.when(known).then("detail").otherwise(detail),
    )


def _everywhen(lately: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """residence, period: where somebody was written to lately, whatever the period is now."""
    return lately.select("residence").unique().join(rows.select("period").unique(), how="cross")


def _opted_out(rows: pl.DataFrame, spec: Spec, question: Question, mailed: set[str]) -> tuple[str, ...]:
    if (spec.email_opt_out or question.rest.email_opt_out) != "warn":
        return ()
    told = rows.filter(~pl.col("accepts_email"), pl.col("client_id").is_in(sorted(mailed))).height
    if not told:
        return ()
    return (
        f"recipients who opted out of e-mail: {told:,}; that is no objection to post (letters.email_opt_out)",
    )

"""What to write to a client next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.message_history import last_written, messages_of
from clientlens.analysis.message_permission import Refusal, may_be_written_to
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.wording import counted_noun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

REVIEW_REQUEST, INVITATION = "review_request", "invitation"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A message to write, or why none.

    template: review_request or invitation; None: none now. reason: one phrase, for people. written_on: the local day of the
    last message, where that lies within the cool-down. needs_ground: nothing says they agreed to e-mail.
    """

    template: str | None
    reason: str
    written_on: date | None = None
    needs_ground: bool = False


def suggestion(
    facts: Facts,
    client_id: str,
    entries: Sequence[Entry],
    *,
    as_of: AsOf,
    completed_when: str,
    cooldown_days: int,
    suppressed: bool = False,
) -> Suggestion:
    """What to write to a client next: who has bought or booked is asked for an opinion, others are invited.

    Nobody is suggested who is anonymous, objected, has no e-mail, opted out, or was written to within the cool-down.

    Args:
        entries: of the ledger.
        as_of: nothing after it counts, messages included. completed_when: as for `order_facts`.
        suppressed: they objected to being written to.
    """
    client = facts.clients.filter(pl.col("client_id") == client_id).collect().row(0, named=True)
    refusal = may_be_written_to(client, lawful_basis=None, suppressed=suppressed)
    if refusal is not None and refusal is not Refusal.NO_CONSENT:
        return Suggestion(None, str(refusal))
    keys = facts.identities.filter(pl.col("client_id") == client_id).collect()["person_key"].to_list()
    last = last_written(messages_of(entries, person_keys=keys, until=as_of.instant))
    if last is not None and within_cooldown(last.written_at, as_of.instant, cooldown_days):
        day = last.written_at.astimezone(ZoneInfo(facts.timezone)).date()
        return Suggestion(
            None, f"written to on {day}, less than {counted_noun(cooldown_days, 'day')} ago", day
        )
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    completed = orders.filter(pl.col("client_id") == client_id, pl.col("status") == COMPLETED)
    kind, reason = fitting(completed.select(pl.len()).collect().item())
    return Suggestion(kind, reason, needs_ground=refusal is not None)


def fitting(completed_orders: int) -> tuple[str, str]:
    """The template that fits a client, and why."""
    if completed_orders:
        return REVIEW_REQUEST, f"{counted_noun(completed_orders, 'completed order')}: ask for an opinion"
    return INVITATION, "has not bought or booked yet: invite them"


def within_cooldown(written_at: datetime, instant: datetime, cooldown_days: int) -> bool:
    """Whether a message was written less than `cooldown_days` days of 24 hours before the instant."""
    return instant - written_at < timedelta(days=cooldown_days)

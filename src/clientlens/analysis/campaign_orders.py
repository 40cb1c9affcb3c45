"""Orders that a campaign's letters are credited with, and orders that name its coupon: neither says what it caused.

Matchback: an order counts for a letter that reached its client before it, no longer ago than the window. It is looked
for by client, then by e-mail, then by name and postal address, and credited to one letter of all campaigns: the latest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.letter_history import HELD, STATUSES
from clientlens.analysis.order_facts import COMPLETED, order_facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from clientlens.analysis.letter_history import Assigned, Wave
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

BY_CLIENT, BY_EMAIL, BY_ADDRESS = "client", "e-mail", "name and address"
WAYS = (BY_CLIENT, BY_EMAIL, BY_ADDRESS)
_ORDER = (
    "store",
    "order_key",
    "source_id",
    "number",
    "placed_on",
    "placed_at",
    "client_id",
    "currency",
    "net_total",
    "undated",
)


def status_on(letter: Assigned, on: date) -> str:
    """Where a letter stood at the end of a day."""
    steps = [step.status for step in letter.steps if step.on <= on]
    return steps[-1] if steps else STATUSES[0]


def cost_of(letter: Assigned, on: date) -> int:
    """What a letter costs, minor units: nothing, where it failed before it was printed."""
    printed = any(step.status == "printed" and step.on <= on for step in letter.steps)
    return letter.cost_minor if printed or status_on(letter, on) != "failed" else 0


def arrival(letter: Assigned, wave: Wave, on: date) -> date | None:
    """The day in the client's home: some days after it was sent, else the planned one; None: it failed, or was held back.

    One that failed and was made again has not come before that.

    Args:
        on: what became of the letter after this day is not known.
    """
    if letter.arm == HELD or status_on(letter, on) == "failed":
        return None
    steps = [step for step in letter.steps if step.on <= on]
    failed = [number for number, step in enumerate(steps, 1) if step.status == "failed"]
    since = steps[failed[-1] :] if failed else steps
    sent = [step.on for step in since if step.status == "printed"]
    if failed:
        sent.append(since[0].on)
    return sent[0] + timedelta(days=wave.in_home_days) if sent else letter.in_home_on


def credited(facts: Facts, sent: pl.DataFrame, *, as_of: AsOf, completed_when: str) -> pl.DataFrame:
    """Completed orders that followed a letter.

    Args:
        sent: letters of all campaigns, from `arrived`.

    Returns:
        One row per order: the columns of `_ORDER`, letter_id, campaign, wave, days (Int64, from the day in the home to the
        order), matched_by (one of `WAYS`); the earliest order first.
    """
    reached = _reached(facts, sent)
    orders = (
        order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
        .filter(pl.col("status") == COMPLETED, pl.col("placed_on") >= pl.lit(sent["since"].min()))
        .select(_ORDER)
    )
    after = (
        orders.join(reached, left_on="client_id", right_on="orders_of")
        .filter(pl.col("placed_on").is_between("since", "until"))
        .sort(["way", "since", "assigned_at", "letter_id"], descending=[False, True, True, True])
        .unique(["store", "order_key"], keep="first", maintain_order=True)
        .with_columns(
            days=(pl.col("placed_on") - pl.col("since")).dt.total_days(),
            matched_by=pl.col("way").replace_strict([0, 1, 2], list(WAYS), return_dtype=pl.String),
        )
    )
    return (
        after.sort("placed_at", "store", "order_key")
        .select(*_ORDER, "letter_id", "campaign", "wave", "days", "matched_by")
        .collect()
    )


def naming(
    facts: Facts, codes: Sequence[str], *, since: datetime, as_of: AsOf, completed_when: str
) -> pl.DataFrame:
    """Completed orders with one of these coupons, placed from `since` on: the columns of `_ORDER`."""
    used = pl.concat_str(
        pl.lit(","),
        pl.col("discount_codes").str.to_lowercase().str.replace_all(r"\s*,\s*", ",").str.strip_chars(),
        pl.lit(","),
    )
    wanted = [f",{code.strip().lower()}," for code in codes]
    return (
        order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
        .filter(pl.col("status") == COMPLETED, pl.col("placed_at") >= pl.lit(since))
        .filter(used.str.contains_any(wanted))
        .select(_ORDER)
        .sort("placed_at", "store", "order_key")
        .collect()
    )


def arrived(
    facts: Facts, letters: Sequence[Assigned], waves: Mapping[tuple[str, str], Wave], as_of: AsOf
) -> pl.DataFrame:
    """Letters that came, or are taken to: letter_id, campaign, wave, assigned_at, since, until (Date, both in), client_id."""
    rows = []
    for one in letters:
        wave = waves[one.campaign, one.wave]
        came = arrival(one, wave, as_of.day)
        if came is not None:
            last = came + timedelta(days=wave.window_days - 1)
            rows.append((one.letter_id, one.campaign, one.wave, one.person_key, one.assigned_at, came, last))
    sent = pl.DataFrame(
        rows,
        schema={
            "letter_id": pl.String,
            "campaign": pl.String,
            "wave": pl.String,
            "person_key": pl.String,
            "assigned_at": pl.Datetime("us", "UTC"),
            "since": pl.Date,
            "until": pl.Date,
        },
        orient="row",
    )
    owners = facts.identities.join(sent.lazy().select("person_key").unique(), on="person_key", how="semi")
    return sent.join(owners.collect(), on="person_key", how="left").drop("person_key")


def _reached(facts: Facts, sent: pl.DataFrame) -> pl.LazyFrame:
    """The letters beside each client whose orders may answer them: orders_of (client_id), way (0 to 2, the surest first)."""
    mine = sent.lazy().filter(pl.col("client_id").is_not_null())
    own = mine.select(pl.exclude("client_id"), orders_of="client_id", way=pl.lit(0))
    records = facts.people.join(facts.identities, on="person_key").select(
        "client_id", "email_key", "residence_key"
    )
    ways = [own]
    for way, key in ((1, "email_key"), (2, "residence_key")):
        carried = records.select("client_id", key).drop_nulls().unique()
        ways.append(
            mine.join(carried, on="client_id")
            .join(carried.rename({"client_id": "orders_of"}), on=key)
            .filter(pl.col("orders_of") != pl.col("client_id"))
            .select(pl.exclude("client_id", key), way=pl.lit(way))
            .select(own.collect_schema().names())
        )
    return pl.concat(ways).unique(["letter_id", "orders_of", "way"])

"""Of whom nothing has been heard for long: whose data there may be no reason to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name

if TYPE_CHECKING:
    from datetime import date

    from clientlens.model.facts import Facts

SIGNS = {
    "orders": ("placed_on", "order"),
    "checkouts": ("created_on", "checkout"),
    "reviews": ("reviewed_on", "review"),
    "events": ("happened_on", "event"),
    "requests": ("requested_on", "request"),
}
"""Table -> its day, and what it is a sign of life by; besides, the day on which a client joined."""


def last_heard_of(facts: Facts, since: date) -> tuple[pl.DataFrame, int]:
    """The clients of whom nothing is dated on or after a day.

    Args:
        facts: all of them, whatever the instant of the question: what came later counts as well.
        since: the first day that is recent enough.

    Returns:
        client_id, name (as shown), email, last_on (Date), last (String: what that was), the oldest first, then client_id;
        and how many clients are known without any date, who are never among them.
    """
    signs = [
        getattr(facts, table)
        .select("person_key", last_on=day, last=pl.lit(what))
        .join(facts.identities, on="person_key")
        .select("client_id", "last_on", "last")
        for table, (day, what) in SIGNS.items()
    ]
    zone = facts.timezone
    joined = facts.clients.select(
        "client_id",
        last_on=pl.col("joined_at").dt.convert_time_zone(zone).dt.date(),
        last=pl.lit("joined"),
    ).drop_nulls("last_on")
    last = (
        pl.concat([*signs, joined])
        .sort("last_on", pl.col("last") == "joined", "last", descending=[True, False, False])
        .group_by("client_id", maintain_order=True)
        .first()
    )
    people = facts.clients.select("client_id", shown_name(), "email").join(last, on="client_id", how="left")
    known = people.collect()
    old = known.filter(pl.col("last_on") < since).sort("last_on", "client_id")
    return old, known["last_on"].null_count()

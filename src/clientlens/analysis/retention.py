"""Of whom nothing has been heard for long: whose data there may be no reason to keep."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.model.identity import client_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts

RECEIVED = "request_received"

SIGNS = {
    "orders": ("placed_on", "order"),
    "checkouts": ("created_on", "checkout"),
    "reviews": ("reviewed_on", "review"),
    "events": ("happened_on", "event"),
    "requests": ("requested_on", "request"),
}
"""Table -> its day, and what it is a sign of life by; besides, the day on which a client joined."""


def asked_of(entries: Iterable[Entry], timezone: str) -> pl.DataFrame:
    """Requests that stand in the ledger alone, such as orders that were held back: person_key, name, email, last_on."""
    zone = ZoneInfo(timezone)
    rows = [
        (
            one.person_key,
            one.body.get("name"),
            one.body.get("email"),
            datetime.fromisoformat(one.body["requested_at"]).astimezone(zone).date(),
        )
        for one in entries
        if one.kind == RECEIVED and one.person_key is not None
    ]
    schema = {"person_key": pl.String, "name": pl.String, "email": pl.String, "last_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def last_heard_of(facts: Facts, since: date, asked: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The clients of whom nothing is dated on or after a day.

    Args:
        facts: all of them, whatever the instant of the question: what came later counts as well.
        since: the first day that is recent enough.
        asked: see `asked_of`; who is in no file counts too.

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
    owned = asked.lazy().join(facts.identities, on="person_key", how="left").collect()
    strangers = pl.col("client_id").is_null()
    alone = owned.filter(strangers).with_columns(
        client_id=pl.Series(map(client_id_of, owned.filter(strangers)["person_key"]), dtype=pl.String)
    )
    requested = pl.concat([owned.filter(~strangers), alone]).lazy()
    signs.append(requested.select("client_id", "last_on", last=pl.lit("request")))
    last = (
        pl.concat([*signs, joined])
        .sort("last_on", pl.col("last") == "joined", "last", descending=[True, False, False])
        .group_by("client_id", maintain_order=True)
        .first()
    )
    shown = [
        facts.clients.select("client_id", shown_name(), "email"),
        alone.lazy()
        .select("client_id", "name", "email")
        .unique("client_id", keep="last", maintain_order=True),
    ]
    people = pl.concat(shown).join(last, on="client_id", how="left")
    known = people.collect()
    old = known.filter(pl.col("last_on") < since).sort("last_on", "client_id")
    return old, known["last_on"].null_count()

"""Everybody in the workspace: who they are and what they bought, one row per client and currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_facts import facts_about
from clientlens.analysis.client_names import shown_name
from clientlens.analysis.client_search import all_matches, folded, proposals
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.recoveries import (
    MATCH_WINDOW_DAYS,
    MINIMUM_AGE_MINUTES,
    checkout_counts,
    recoveries,
)
from clientlens.analysis.wording import undated_note
from clientlens.model.answer import Answer, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

CLIENT_FIELDS = (
    Field("client_id", Kind.TEXT, "the client, over all stores", nullable=False, title="client", priority=1),
    Field("name", Kind.TEXT, "name; of an anonymous client its number", wide=True),
    Field("email", Kind.TEXT, "e-mail", wide=True, priority=2),
    Field("phone", Kind.TEXT, "phone", priority=6),
    Field("city", Kind.TEXT, "town", priority=5),
    Field("country", Kind.TEXT, "ISO 3166 two-letter code, or the word of the file", priority=5),
    Field(
        "anonymous", Kind.BOOLEAN, "neither name, e-mail nor phone is known", nullable=False, priority=None
    ),
    Field(
        "joined_at",
        Kind.INSTANT,
        "earliest of entry date, first event and first order",
        title="joined",
        priority=4,
    ),
    Field(
        "completed_orders",
        Kind.INTEGER,
        "completed orders in the currency of the row",
        nullable=False,
        title="orders",
    ),
    Field("total_spend", Kind.MONEY, "sum of net_total over these; null without one", title="spend"),
    Field(
        "currency",
        Kind.TEXT,
        "ISO 4217 code of total_spend; a client with completed orders in several has a row for each, one without any "
        "a row with null",
        title="",
    ),
    Field(
        "last_order_date",
        Kind.DATE,
        "local day of the last of these orders",
        title="last order",
        priority=1,
    ),
    Field(
        "abandoned_checkouts",
        Kind.INTEGER,
        "checkouts abandoned, recovered ones included, in any currency; null for a client no Shopify store knows: not "
        "available, which is not 0",
        title="abandoned",
        priority=3,
    ),
    Field(
        "recovered_checkouts",
        Kind.INTEGER,
        "of these, those that came back as an order; null likewise",
        title="recovered",
        priority=3,
    ),
    Field("groups", Kind.TEXTS, "groups that the client is in", nullable=False, priority=None),
    Field("points", Kind.INTEGER, "balance of points", nullable=False, priority=None),
)


def client_list(
    facts: Facts,
    *,
    query: str | None,
    as_of: AsOf,
    completed_when: str,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
    among: Sequence[str] | None = None,
    members: pl.DataFrame | None = None,
    points: pl.DataFrame | None = None,
) -> Answer:
    """Clients by name, all or those that a query finds.

    Args:
        facts: a workspace's facts.
        query: whom to look for, see `client_search`. None or blank: everybody.
        as_of: nothing after it counts; who joined after it is left out.
        completed_when: which orders count as completed, as for `order_facts`.
        minimum_age_minutes: see `recoveries`.
        match_window_days: see `recoveries`.
        among: these client_ids alone; None: everybody.
        members: `groups.memberships`; None: what files say.
        points: `points.balances`; None: nobody has any.

    Returns:
        Rows of `CLIENT_FIELDS`, by name without case and accents, then client_id, then currency; those that a query
        finds for a better reason come first.
    """
    found, told = _NO_QUERY, list[str]()
    wanted = (query or "").strip()
    if wanted:
        found, told = _found(facts, wanted)
        facts = facts_about(facts, found["client_id"].to_list())
    joined_later = pl.col("joined_at") > as_of.instant
    known = facts.clients.filter(~joined_later.fill_null(value=False))
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when).filter(
        pl.col("client_id").is_not_null()
    )
    if among is not None:
        known = known.filter(pl.col("client_id").is_in(list(among)))
    if wanted:
        known = known.join(found.lazy(), on="client_id", how="semi")
    bought = (
        orders.filter(pl.col("status") == COMPLETED)
        .group_by("client_id", "currency")
        .agg(
            completed_orders=pl.len().cast(pl.Int64),
            total_spend=pl.col("net_total").sum(),
            last_order_date=pl.col("placed_on").max(),
        )
    )
    begun = recoveries(
        facts,
        as_of=as_of,
        completed_when=completed_when,
        minimum_age_minutes=minimum_age_minutes,
        match_window_days=match_window_days,
    )
    counts = checkout_counts(begun).select(
        "client_id", abandoned_checkouts="abandoned", recovered_checkouts="recovered"
    )
    rows = (
        known.join(bought, on="client_id", how="left")
        .join(counts.lazy(), on="client_id", how="left")
        .join(_groups(facts, members), on="client_id", how="left")
        .join(_points(points), on="client_id", how="left")
        .join(found.lazy(), on="client_id", how="left")
        .with_columns(
            shown_name(),
            pl.col("completed_orders").fill_null(0),
            pl.when(pl.col("sources").str.contains("shopify_", literal=True)).then(
                pl.col("abandoned_checkouts", "recovered_checkouts").fill_null(0)
            ),
            pl.col("in_groups").fill_null([]).alias("groups"),
            pl.col("points").fill_null(0),
        )
        .sort("place", folded(pl.col("name")), "client_id", "currency", nulls_last=True)
        .select(field.name for field in CLIENT_FIELDS)
        .collect()
    )
    later = facts.clients.filter(joined_later).select(pl.len()).collect().item()
    undated = orders.join(known, on="client_id", how="semi").select(pl.col("undated").sum()).collect().item()
    return Answer(
        name="clients",
        fields=CLIENT_FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title=f"Clients as of {as_of.day}",
        notes=(*told, *_notes(rows, later), *undated_note(undated, as_of)),
    )


def _groups(facts: Facts, members: pl.DataFrame | None) -> pl.LazyFrame:
    """client_id, in_groups (List(String)) of those who are in one."""
    if members is None:
        return facts.clients.select("client_id", in_groups=pl.col("groups").str.split(", "))
    return members.lazy().group_by("client_id").agg(in_groups=pl.col("group").sort())


def _points(points: pl.DataFrame | None) -> pl.LazyFrame:
    """client_id, points (Int64) of those who have entries."""
    nobody = pl.LazyFrame(schema={"client_id": pl.String, "points": pl.Int64})
    return nobody if points is None else points.lazy()


_NO_QUERY = pl.DataFrame(schema={"client_id": pl.String, "place": pl.Int64})


def _found(facts: Facts, query: str) -> tuple[pl.DataFrame, list[str]]:
    """Whom a query finds (client_id, place), and what must be said about how."""
    found, typos = all_matches(facts, query)
    if not typos:
        return found, []
    if not found.is_empty():
        return found, [f"nothing matches {query!r} as it is written: with typos forgiven"]
    near = " or ".join(map(repr, proposals(facts, query)))
    return found, [f"nothing matches {query!r}" + (f"; did you mean {near}?" if near else "")]


def _notes(rows: pl.DataFrame, later: int) -> tuple[str, ...]:
    notes = []
    several = rows.filter(pl.len().over("client_id") > 1)["client_id"].n_unique()
    if several:
        notes.append(
            f"{several} {'client has' if several == 1 else 'clients have'} orders in several currencies: one row for each"
        )
    if later:
        notes.append(f"{later} {'client' if later == 1 else 'clients'} who joined later left out")
    return tuple(notes)

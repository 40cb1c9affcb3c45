"""Who is a new client at which moment, and which client an incoming order is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.order_facts import COMPLETED, completed_since, order_facts
from clientlens.model.identity import KEY_COLUMNS

if TYPE_CHECKING:
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_STRONG, _WEAK = KEY_COLUMNS[:2], KEY_COLUMNS[2:]


def first_completions(facts: Facts, *, as_of: AsOf, completed_when: str) -> pl.LazyFrame:
    """client_id (String), first_completed_at (INSTANT): since when each client has a completed order, in any store."""
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    since = completed_since(completed_when=completed_when)
    return (
        nw.from_native(orders)
        .filter(nw.col("status") == COMPLETED, ~nw.col("client_id").is_null())
        .with_columns(since=since)
        .group_by("client_id")
        .agg(first_completed_at=nw.col("since").min())
        .to_native()
    )


def is_new(at: pl.Expr) -> pl.Expr:
    """Boolean: no order of the client was completed before `at`; the order placed at that moment does not count.

    Evaluated where `first_completed_at` stands beside each row; null there, as of strangers, means none.
    """
    return (pl.col("first_completed_at") < at).not_().fill_null(value=True)


def clients_behind(facts: Facts, people: pl.DataFrame) -> pl.DataFrame:
    """The clients that new records belong to, by the rules of `model.identity`, without importing them.

    E-mails and customer numbers find a client by themselves. A record with neither belongs to the one client whose
    records carry its phone, else its name and address; the source's own id finds only itself.

    Args:
        people: `tables.PEOPLE` rows of the records.

    Returns:
        person_key, client_id: a row for each client found, two where an e-mail and a number are two clients'.
    """
    identities = facts.identities.collect()
    strong = _found(people, _STRONG, identities)
    weaker = people.filter(pl.all_horizontal(pl.col(_STRONG).is_null()))
    if weaker.is_empty():
        return strong
    own = _found(weaker, _WEAK, identities)
    parts = [strong, own]
    left = weaker.join(own, on="person_key", how="anti")
    for number, column in enumerate(_WEAK[:2], start=2):
        carried = (
            facts.people.filter(pl.any_horizontal(pl.col(KEY_COLUMNS[:number]).is_not_null()))
            .filter(pl.col(column).is_in(left[column].drop_nulls().unique().to_list()))
            .select("person_key", column)
            .collect()
            .join(identities, on="person_key")
            .group_by(column)
            .agg(pl.col("client_id").min(), carriers=pl.col("client_id").n_unique())
            .filter(pl.col("carriers") == 1)
        )
        found = left.join(carried, on=column).select("person_key", "client_id").unique()
        parts.append(found)
        # A phone that several have decides nothing, and neither does the address behind it.
        left = left.filter(pl.col(column).is_null())
    return pl.concat(parts).unique().sort("person_key", "client_id")


def _found(people: pl.DataFrame, columns: tuple[str, ...], identities: pl.DataFrame) -> pl.DataFrame:
    keys = people.select("person_key", *columns).unpivot(
        on=list(columns), index="person_key", value_name="key"
    )
    known = identities.rename({"person_key": "key"})
    return keys.drop_nulls("key").join(known, on="key").select("person_key", "client_id").unique()

"""Since when a client has a completed order: the vectorised rule beside the status that every figure uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from clientlens.analysis.order_facts import order_facts
from clientlens.model.timeframes import AsOf
from clientlens.requests.known import first_completions


def as_of(instant):
    return AsOf(instant, instant.date(), explicit=True)


@pytest.mark.parametrize("rule", ["paid", "fulfilled", "paid_or_fulfilled"])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_agrees_with_the_status_at_any_instant(shop, rule, seed):
    facts = shop.random_facts(seed, clients=60, orders=600)
    end = datetime(2030, 1, 1, tzinfo=UTC)
    since = first_completions(facts, as_of=as_of(end), completed_when=rule).collect()
    assert since["first_completed_at"].null_count() == 0
    for days in range(0, 1200, 97):
        at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=5)
        then = order_facts(facts.orders, facts.identities, as_of=as_of(at), completed_when=rule).filter(
            pl.col("status") == "completed", pl.col("client_id").is_not_null()
        )
        known = set(then.collect()["client_id"])
        assert known == set(since.filter(pl.col("first_completed_at") <= at)["client_id"])
    assert len(known) > 30

"""How many of those whom a campaign means buy anyway: what its effect will have to stand out from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.campaigns.audience import audience
from clientlens.model.timeframes import as_of_from_date

if TYPE_CHECKING:
    from datetime import date

    from clientlens.campaigns.audience import Market
    from clientlens.campaigns.spec import Spec
    from clientlens.model.timeframes import AsOf


@dataclass(frozen=True, slots=True)
class Baseline:
    """Clients whom the campaign would have meant before `first`, and those who completed an order from then to `last`."""

    clients: int
    buyers: int
    first: date
    last: date

    @property
    def rate(self) -> float | None:
        """The share of buyers; None: there were no clients."""
        return self.buyers / self.clients if self.clients else None


def baseline(spec: Spec, market: Market, as_of: AsOf) -> Baseline:
    """What the same audience did without a letter, in the latest window that is over.

    The audience is chosen as it would have been `window_days` ago: those whom it means today may have been chosen because
    they did not buy lately, so that their own past says nothing of what comes. Registered clients who may be written to
    count, at most as many as the campaign's limit.

    Raises:
        BadExpression, UnknownGroup, CircularRule, BadWindow
    """
    before = as_of_from_date(as_of.day - timedelta(days=spec.window_days), market.facts.timezone)
    meant = audience(replace(spec.audience, limit=None), market, before).clients
    suppressed = pl.Series(sorted(market.suppressed), dtype=pl.String)
    fit = market.facts.clients.filter(
        ~pl.col("anonymous"), ~pl.col("client_id").is_in(suppressed.implode())
    ).select("client_id")
    clients = meant.lazy().join(fit, on="client_id", how="semi", maintain_order="left")
    if spec.audience.limit is not None:
        clients = clients.head(spec.audience.limit)
    orders = order_facts(
        market.facts.orders,
        market.facts.identities,
        as_of=as_of,
        completed_when=market.rules["completed_when"],
    )
    done = orders.filter(
        pl.col("status") == COMPLETED, pl.col("placed_on").is_between(before.day, as_of.day, closed="right")
    )
    chosen = clients.collect()
    buyers = chosen.lazy().join(done, on="client_id", how="semi").collect()
    return Baseline(chosen.height, buyers.height, before.day + timedelta(days=1), as_of.day)

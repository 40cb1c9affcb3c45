"""Who counts in a campaign's arms, and what they bought in their wave's window, whatever became of their letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.campaign_effect import Arms
from clientlens.analysis.campaign_revenue import Spending
from clientlens.analysis.letter_history import HELD, MAILED
from clientlens.analysis.order_facts import COMPLETED, order_facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.analysis.campaign_revenue import Pair
    from clientlens.analysis.letter_history import Assigned, Wave
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


@dataclass(frozen=True, slots=True)
class Span:
    """The days in which a wave's orders count, the same for both arms. day: of how many it is the last one known."""

    first: date
    days: int
    day: int
    complete: bool

    @property
    def last(self) -> date:
        """The last day of all."""
        return self.first + timedelta(days=self.days - 1)

    @classmethod
    def of(cls, wave: Wave, as_of: AsOf) -> Span:
        """The planned day of arrival is the first day, whenever the letters came."""
        passed = (as_of.day - wave.in_home_on).days + 1
        # Today is not over yet.
        complete = passed >= wave.window_days if as_of.explicit else passed > wave.window_days
        return cls(wave.in_home_on, wave.window_days, min(max(passed, 0), wave.window_days), complete)


@dataclass(frozen=True, slots=True)
class Counted:
    """Clients whose orders are compared.

    rows: one per client: wave, arm, client_id, letter_id, cost_minor. both_arms: clients who turned out to be one with
    somebody of the other arm: left out. unknown: assignments that no record names a client for today: left out.
    again: assignments of clients who are counted already, in their first wave.
    """

    rows: pl.DataFrame
    both_arms: int
    unknown: int
    again: int

    def size(self, wave: str, arm: str) -> int:
        """Clients of an arm of a wave."""
        return self.rows.filter(pl.col("wave") == wave, pl.col("arm") == arm).height


def counted(assigned: Sequence[Assigned], facts: Facts) -> Counted:
    """Everybody once, by who is one client today.

    A client counts in the first wave alone: whether there is a second one may hang on what the first letter did.
    """
    rows = pl.DataFrame(
        [(one.wave, one.arm, one.person_key, one.letter_id, one.cost_minor) for one in assigned],
        schema={
            "wave": pl.String,
            "arm": pl.String,
            "person_key": pl.String,
            "letter_id": pl.String,
            "cost_minor": pl.Int64,
        },
        orient="row",
    )
    owners = facts.identities.join(rows.lazy().select("person_key").unique(), on="person_key", how="semi")
    known = rows.join(owners.collect(), on="person_key", how="left", maintain_order="left")
    named = known.filter(pl.col("client_id").is_not_null())
    torn = pl.col("arm").n_unique().over("client_id") > 1
    kept = named.filter(~torn)
    once = kept.unique("client_id", keep="first", maintain_order=True)
    return Counted(
        rows=once.select("wave", "arm", "client_id", "letter_id", "cost_minor"),
        both_arms=named.filter(torn)["client_id"].n_unique(),
        unknown=known.height - named.height,
        again=kept.height - once.height,
    )


def bought(
    facts: Facts,
    people: pl.DataFrame,
    spans: dict[str, Span],
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
) -> pl.DataFrame:
    """What the clients of some waves bought in their window, up to `as_of`.

    Args:
        people: `Counted.rows`. spans: of the waves to count; clients of others are passed over.

    Returns:
        One row per client who completed an order: wave, arm, client_id, day (Int64, of the first such order; 1 is the
        planned day of arrival), amount (Int64: net totals in the home currency), foreign, undated (Int64: orders in
        other currencies; orders that count as last imported).
    """
    windows = pl.DataFrame(
        [(wave, span.first, span.last) for wave, span in spans.items()],
        schema={"wave": pl.String, "first": pl.Date, "last": pl.Date},
        orient="row",
    )
    mine = people.lazy().join(windows.lazy(), on="wave")
    home = pl.col("currency") == (home_currency or "")
    first, last = windows["first"].min(), windows["last"].max()
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    return (
        orders.filter(
            pl.col("status") == COMPLETED, pl.col("placed_on").is_between(pl.lit(first), pl.lit(last))
        )
        .select("client_id", "placed_on", "currency", "net_total", "undated")
        .join(mine, on="client_id")
        .filter(pl.col("placed_on").is_between("first", "last"))
        .group_by("wave", "arm", "client_id")
        .agg(
            day=((pl.col("placed_on") - pl.col("first")).dt.total_days() + 1).min(),
            amount=pl.col("net_total").filter(home).sum(),
            foreign=(~home).sum().cast(pl.Int64),
            undated=pl.col("undated").sum().cast(pl.Int64),
        )
        .sort("wave", "arm", "client_id")
        .collect()
    )


def arms_of(people: Counted, purchases: pl.DataFrame, wave: str) -> Arms:
    """How many there are in a wave, and how many of them bought."""
    # Two arms.
    buyers = dict(purchases.filter(pl.col("wave") == wave).group_by("arm").len().iter_rows())
    return Arms(
        people.size(wave, MAILED), buyers.get(MAILED, 0), people.size(wave, HELD), buyers.get(HELD, 0)
    )


def spending_of(people: Counted, purchases: pl.DataFrame, wave: str) -> Pair:
    """What both arms of a wave spent."""
    spent = purchases.filter(pl.col("wave") == wave, pl.col("amount") != 0)
    mailed, held = (
        Spending(people.size(wave, arm), spent.filter(pl.col("arm") == arm)["amount"])
        for arm in (MAILED, HELD)
    )
    return mailed, held

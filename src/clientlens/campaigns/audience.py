"""Whom a campaign is meant for, in the order in which they come: what is left when the limit is reached waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.leaderboard import RankBy, leaderboard
from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.selection import Selection, select
from clientlens.analysis.wording import counted_noun
from clientlens.model.timeframes import parse_window

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from clientlens.analysis.groups import Groups
    from clientlens.campaigns.spec import Audience
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_COLUMNS = ("client_id", "day", "rank")


@dataclass(frozen=True, slots=True)
class Market:
    """What choosing clients takes.

    groups: the workspace's, as they were at an instant. rules: the settings of figures, as `metrics.client_metrics`
    takes them. suppressed: client_ids that may not be written to; scores are worked out as if there were none of them.
    """

    facts: Facts
    groups: Callable[[AsOf], Groups]
    rules: Mapping[str, Any]
    suppressed: Collection[str] = ()

    @property
    def mailing_rules(self) -> dict[str, Any]:
        """`rules`, for what is asked in order to write to people."""
        return {**self.rules, "exclude": sorted(self.suppressed)}


@dataclass(frozen=True, slots=True)
class Meant:
    """The clients meant, the first one first.

    clients: client_id (String), day (Date: the birthday; null elsewhere), rank (Int64: of a leaderboard; null elsewhere).
    """

    clients: pl.DataFrame
    notes: tuple[str, ...] = ()


def audience(wanted: Audience, market: Market, as_of: AsOf) -> Meant:
    """Whom a campaign means at an instant, suppressed and anonymous ones too.

    A leaderboard goes by rank, birthdays by their day; within that, and anywhere else, who spent most comes first, then
    by client_id. Money is of the home currency alone.

    Raises:
        BadExpression, UnknownGroup, CircularRule, BadWindow
    """
    notes: tuple[str, ...] = ()
    chosen: list[str] | None = None
    if wanted.where is not None:
        extra = market.groups(as_of).extra
        selection: Selection = select(
            market.facts, wanted.where, as_of=as_of, extra=extra, **market.mailing_rules
        )
        chosen, notes = selection.clients, tuple(one.removeprefix("--") for one in selection.notes)
    if wanted.group is not None:
        groups = market.groups(as_of)
        members = groups.members(groups.named(wanted.group))["client_id"].to_list()
        inside = frozenset(members)
        chosen = members if chosen is None else [one for one in chosen if one in inside]
    if wanted.rank_by is not None:
        ranked = _ranked(wanted, market, as_of, chosen)
        if wanted.top is not None and ranked.height > wanted.top:
            told = f"top {wanted.top} has {counted_noun(ranked.height, 'client')}: the last of them are equal"
            notes = (*notes, told)
        return Meant(
            ranked.select("client_id", pl.col("rank").cast(pl.Int64), day=pl.lit(None, dtype=pl.Date)), notes
        )
    spent = client_metrics(market.facts, as_of=as_of, only=("total_spend",), **market.mailing_rules)
    found = spent.select("client_id", "total_spend", day=pl.lit(None, dtype=pl.Date))
    if chosen is not None:
        asked = pl.DataFrame({"client_id": chosen}, schema={"client_id": pl.String})
        found = found.join(asked, on="client_id", how="semi")
    if wanted.birthday_within_days is not None:
        found = _with_birthdays(found.drop("day"), market.facts, as_of.day, wanted.birthday_within_days)
    order = found.sort("day", -pl.col("total_spend"), "client_id", nulls_last=True)
    return Meant(order.with_columns(rank=pl.lit(None, dtype=pl.Int64)).select(*_COLUMNS), notes)


def ranks_of(wanted: Audience, market: Market, as_of: AsOf) -> dict[str, int]:
    """The place of everybody meant in the leaderboard that chose them, for their letters; none where nothing was ranked."""
    if wanted.rank_by is None:
        return {}
    # The head of the leaderboard.
    return dict(audience(wanted, market, as_of).clients.select("client_id", "rank").iter_rows())


def next_birthday(birthday: pl.Expr, today: date) -> pl.Expr:
    """The first day from `today` on on which it is somebody's birthday (Date); null where none is known.

    Args:
        birthday: YYYY-MM-DD or --MM-DD. Of 29 February it is the 28th in years that have no such day.
    """
    month_day = birthday.str.slice(-5)

    def in_year(year: int) -> pl.Expr:
        # 29 February in another year is null, and told as the 28th below.
        day = (pl.lit(f"{year}-") + month_day).str.to_date("%Y-%m-%d", strict=False)
        return pl.when(month_day == "02-29").then(pl.coalesce(day, pl.lit(date(year, 2, 28)))).otherwise(day)

    this_year = in_year(today.year)
    return pl.when(this_year >= today).then(this_year).otherwise(in_year(min(today.year + 1, date.max.year)))


def _with_birthdays(clients: pl.DataFrame, facts: Facts, today: date, within_days: int) -> pl.DataFrame:
    days = facts.clients.select("client_id", day=next_birthday(pl.col("birthday"), today)).collect()
    near = (pl.col("day") - pl.lit(today)).dt.total_days() <= within_days
    return clients.join(days, on="client_id").filter(near)


def _ranked(wanted: Audience, market: Market, as_of: AsOf, among: list[str] | None) -> pl.DataFrame:
    """The head of the leaderboard: client_id, by rank; with those who are equal to the last."""
    rank_by, home = RankBy(str(wanted.rank_by)), market.rules.get("home_currency")
    rows = leaderboard(
        market.facts,
        as_of=as_of,
        window=parse_window(wanted.window),
        completed_when=market.rules["completed_when"],
        rank_by=rank_by,
        top=None,
        clients=among,
    ).rows
    at_home = rows.filter(pl.col("currency") == (home or ""))
    if rank_by is RankBy.PURCHASES:
        # Orders count in whatever currency they were paid; amounts only at home.
        ranked = (
            rows.group_by("client_id")
            .agg(pl.col("purchases").sum())
            .join(at_home.select("client_id", "total_spend"), on="client_id", how="left")
            .with_columns(rank=pl.col("purchases").rank("min", descending=True))
            .sort("rank", -pl.col("total_spend"), "client_id", nulls_last=True)
        )
    else:
        ranked = at_home.sort("rank", maintain_order=True)
    return ranked if wanted.top is None else ranked.filter(pl.col("rank") <= wanted.top)

"""What was written to whom before, as far as it decides who gets a letter now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from clientlens.analysis.letter_history import HELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientlens.analysis.letter_history import Assigned
    from clientlens.campaigns.spec import Spec
    from clientlens.model.facts import Facts

YEAR_DAYS = 365
_DELIVERED = "delivered"
_SCHEMA = {
    "campaign": pl.String,
    "period": pl.String,
    "person_key": pl.String,
    "residence": pl.String,
    "held": pl.Boolean,
    "status": pl.String,
    "came_back": pl.Boolean,
    "written_on": pl.Date,
    "assigned_on": pl.Date,
    "cost_minor": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Past:
    """The assignments of all campaigns.

    rows: one per assignment, the first one first: campaign, period, person_key, residence, held (Boolean), status,
    came_back (Boolean), written_on (Date: the local day on which the client counts as written to; null: not at all),
    assigned_on (Date), cost_minor (Int64), client_id (null: no record names the person today). A client who was merged
    since has those of all keys.
    """

    rows: pl.DataFrame
    spec: Spec
    today: date

    @classmethod
    def of(cls, assigned: Sequence[Assigned], facts: Facts, spec: Spec, today: date) -> Past:
        """Look at the ledger.

        Args:
            assigned: everybody's part in every campaign, the first one first. spec: the campaign that is planned.
            today: the real local day: rules of rest go by the calendar, whatever --as-of says.
        """
        zone = ZoneInfo(facts.timezone)
        rows = pl.DataFrame(
            [
                (
                    one.campaign,
                    one.period,
                    one.person_key,
                    one.residence,
                    one.arm == HELD,
                    one.status,
                    one.came_back,
                    None if one.written_on is None else one.written_on.astimezone(zone).date(),
                    one.assigned_at.astimezone(zone).date(),
                    one.cost_minor,
                )
                for one in assigned
            ],
            schema=_SCHEMA,
            orient="row",
        )
        keys = rows.lazy().select("person_key").unique()
        owners = facts.identities.join(keys, on="person_key", how="semi").collect()
        return cls(rows.join(owners, on="person_key", how="left", maintain_order="left"), spec, today)

    def mine(self) -> pl.DataFrame:
        """Those of this campaign."""
        return self.rows.filter(pl.col("campaign") == self.spec.name)

    def written_lately(self, days: int) -> pl.DataFrame:
        """Letters of the last so many local days, today the last of them.

        Those of a repeated campaign do not count for itself: its period says how often it writes, and a month may have
        28 days.
        """
        own = pl.lit(bool(self.spec.repeat)) & (pl.col("campaign") == self.spec.name)
        return self.rows.filter(self._days_ago() < days, ~own)

    def yearly(self) -> pl.DataFrame:
        """client_id and letters (Int64): those of the last 365 days, of every campaign.

        Who is held by this campaign counts as if they had got its letter: else who is mailed would reach the cap first,
        and the two arms of later periods would no longer be alike.
        """
        own = pl.col("held") & (pl.col("campaign") == self.spec.name)
        counted = self.rows.with_columns(written_on=pl.when(own).then("assigned_on").otherwise("written_on"))
        lately = counted.filter(self._days_ago() < YEAR_DAYS, pl.col("client_id").is_not_null())
        return lately.group_by("client_id").agg(letters=pl.len().cast(pl.Int64))

    def undeliverable(self) -> pl.Series:
        """Residences from which the last letter whose fate is known came back; one that was never made says nothing."""
        known = self.rows.filter(pl.col("came_back") | (pl.col("status") == _DELIVERED))
        last = known.unique("residence", keep="last", maintain_order=True)
        return last.filter("came_back")["residence"]

    def _days_ago(self) -> pl.Expr:
        return (pl.lit(self.today) - pl.col("written_on")).dt.total_days()

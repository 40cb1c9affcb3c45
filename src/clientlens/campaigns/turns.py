"""One after the other: whose turn it is, whose letter can be made, and where the limit and the budget end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.letter_history import MAILED
from clientlens.campaigns.households import arm_of, household_of
from clientlens.campaigns.progress import silent
from clientlens.campaigns.recipients import LeftOut, Reason, Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.letter_history import Forgotten
    from clientlens.campaigns.past import Past
    from clientlens.campaigns.progress import Progress
    from clientlens.campaigns.recipients import Maker
    from clientlens.campaigns.spec import Spec
    from clientlens.letters.letter import Letter

FEWEST, MOST = 64, 2048
"""So many letters are composed at once: what they need is looked up for all of them together, which takes its time for few
as for many."""


class Turns:
    """Hands out letters in order.

    Both arms stop at the same client: whoever comes after the last letter that is allowed waits, to be mailed or to be
    held, so that the two remain alike. Letters of those whose turn does not come are not composed.

    assigned, left_out: what came of it.
    """

    def __init__(
        self,
        spec: Spec,
        past: Past,
        make: Maker,
        max_letters: int | None,
        *,
        secret: str,
        forgotten: Sequence[Forgotten] = (),
    ) -> None:
        """Begin where earlier runs stopped.

        Args:
            spec: limit, budget and holdout. past: what was assigned before.
            make: composes letters. max_letters: at most so many in this run; None: all. secret: the workspace's.
            forgotten: clients of this campaign of whom nothing else is known any more.
        """
        self.spec, self.make, self.max_letters, self.secret = spec, make, max_letters, secret
        self.assigned: list[Recipient] = []
        self.left_out: list[LeftOut] = []
        mine = past.mine()
        self._members = Counter(mine["period"].to_list())
        # A row for each period.
        self._spent = Counter(dict(mine.group_by("period").agg(pl.col("cost_minor").sum()).iter_rows()))
        for one in forgotten:
            self._members[one.period] += one.clients
            self._spent[one.period] += one.cost_minor
        begun = [*mine["period"].head(1), *(one.period for one in forgotten)]
        self._first = min(begun, default=None)
        self._letters = 0
        self._residences: set[str] = set()

    def take(self, rows: pl.DataFrame, progress: Progress = silent) -> None:
        """Let everybody have their turn.

        Args:
            rows: those against whom nothing speaks, in order: client_id, person_key, shown, period, home, residence.
            progress: over the letters that are composed, as far as their number is known.
        """
        columns = ("client_id", "person_key", "shown", "period", "home", "residence")
        waiting = rows.select(columns).rows(named=True)
        if not waiting:
            return
        if self._first is None:
            # What is to be paid once belongs to where the campaign begins.
            self._first = min(row["period"] for row in waiting)
        made: dict[str, Letter | str] = {}
        caps = [one for one in (self.max_letters, self.spec.audience.limit) if one is not None]
        with progress(min([len(waiting), *caps])) as advance:
            for number, row in enumerate(waiting):
                why = self._against(row)
                if why is None and row["client_id"] not in made:
                    chosen = waiting[number : number + self._at_once(row["period"])]
                    ahead = [one for one in chosen if self._against(one) is None]
                    clients = [one["client_id"] for one in ahead]
                    made = dict(zip(clients, self.make(clients), strict=True))
                    advance(len(clients))
                self._decide(row, why or made.pop(row["client_id"]))

    def _at_once(self, period: str) -> int:
        """As many as it probably takes until an end is reached: some of those who get a turn are held."""
        money, mailed = self.spec.money, 1 - self.spec.holdout.share
        left = [MOST]
        if self.spec.audience.limit is not None:
            left.append(self.spec.audience.limit - self._members[period])
        if self.max_letters is not None:
            left.append(int((self.max_letters - self._letters) / mailed))
        if money.budget_minor is not None and money.per_letter_minor:
            left.append(int((money.budget_minor - self._spent[period]) / money.per_letter_minor / mailed))
        return max(FEWEST, min(left))

    def _against(self, row: dict[str, Any]) -> tuple[Reason, str] | None:
        """What speaks against this client now."""
        period, money = row["period"], self.spec.money
        limit = self.spec.audience.limit
        if row["residence"] in self._residences:
            return Reason.SAME_ADDRESS, ""
        if limit is not None and self._members[period] >= limit:
            return Reason.LIMIT, period
        if self.max_letters is not None and self._letters >= self.max_letters:
            return Reason.LIMIT, f"--max-letters {self.max_letters}"
        if money.budget_minor is not None:
            fixed = money.fixed_minor if period == self._first else 0
            if fixed + self._spent[period] + money.per_letter_minor > money.budget_minor:
                return Reason.BUDGET, period
        return None

    def _decide(self, row: dict[str, Any], outcome: tuple[Reason, str] | Letter | str) -> None:
        client_id, shown = row["client_id"], row["shown"]
        if isinstance(outcome, tuple):
            self.left_out.append(LeftOut(client_id, shown, *outcome))
            return
        if isinstance(outcome, str):
            self.left_out.append(LeftOut(client_id, shown, Reason.CANNOT_RENDER, outcome))
            return
        home, period, holdout = row["home"], row["period"], self.spec.holdout
        arm = arm_of(home, holdout.share, campaign=self.spec.name, seed=holdout.seed)
        self._members[period] += 1
        self._residences.add(row["residence"])
        if arm == MAILED:
            self._letters += 1
            self._spent[period] += self.spec.money.per_letter_minor
        self.assigned.append(
            Recipient(
                client_id=client_id,
                person_key=row["person_key"],
                name=shown,
                period=period,
                arm=arm,
                household=household_of(home, self.secret),
                residence=row["residence"],
                letter=outcome,
                language=outcome.language,
            )
        )

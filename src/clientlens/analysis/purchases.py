"""Who bought what, asked by a pattern of names."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.like import like_pattern
from clientlens.analysis.order_facts import COMPLETED, order_facts

if TYPE_CHECKING:
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


class Purchases:
    """The lines of completed orders up to as_of, tips left out; read once, when first asked.

    Args:
        facts: a workspace's facts. as_of, completed_when: as for `order_facts`.

    notes: the patterns that nothing in them is like.
    """

    def __init__(self, facts: Facts, *, as_of: AsOf, completed_when: str) -> None:
        self._facts = facts
        self._as_of = as_of
        self._completed_when = completed_when
        self.notes: list[str] = []

    def of_product(self, pattern: str) -> list[str]:
        """client_ids who bought an article or service whose line name is LIKE the pattern, in any case.

        Raises:
            Refused: see `like_pattern`.
        """
        return self._buyers("product", pattern)

    def of_category(self, pattern: str) -> list[str]:
        """client_ids who bought something of a category that is LIKE the pattern, in any case.

        Raises:
            Refused: see `like_pattern`.
        """
        return self._buyers("category", pattern)

    def _buyers(self, column: str, pattern: str) -> list[str]:
        matches = like_pattern(pattern, sensitive=False)
        named = self._bought.select("client_id", column).drop_nulls()
        names = named.select(pl.col(column).unique()).filter(
            pl.col(column).str.normalize("NFC").str.contains(matches)
        )
        if names.is_empty():
            self.notes.append(f"no {column} of a completed order is like '{pattern}'")
        return named.join(names, on=column, how="semi")["client_id"].unique().to_list()

    @cached_property
    def _bought(self) -> pl.DataFrame:
        """client_id, product, category; each once."""
        orders = order_facts(
            self._facts.orders, self._facts.identities, as_of=self._as_of, completed_when=self._completed_when
        )
        done = orders.filter(pl.col("client_id").is_not_null(), pl.col("status") == COMPLETED)
        return (
            self._facts.order_lines.filter(~pl.col("is_tip"))
            .select("store", "order_key", "product", "category")
            .join(done.select("store", "order_key", "client_id"), on=["store", "order_key"])
            .select("client_id", "product", "category")
            .unique()
            .collect(engine="streaming")
        )

"""Where a pipeline runs: Polars here, DuckDB or Spark beside it.

The pipelines that grow with the data are written in narwhals and ask an engine for four things: the facts as lazy
frames of its own, small frames made here, what is to be worked out once, and results as Polars frames. Only figures
per client are collected.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.ratios import quotient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.tables import Table

LISTED = 1_000
"""More values than these are joined, not listed in a query."""


class Engine(ABC):
    """One place to run pipelines. Frames are native to it and lazy, as `narwhals.from_native` takes them."""

    name: str

    @abstractmethod
    def table(self, table: Table) -> Any:
        """The live rows of a table, with exactly its columns; those that a file lacks are null."""

    @abstractmethod
    def small(self, frame: pl.DataFrame) -> Any:
        """A frame made here, to be joined with others of this engine. No column may be of 128 bits."""

    @abstractmethod
    def collect(self, *frames: Any) -> list[pl.DataFrame]:
        """Each frame's rows, in no particular order.

        Raises:
            EngineFailed
        """

    @abstractmethod
    def kept(self, frame: Any) -> Any:
        """The same rows, worked out once however often they are read.

        Raises:
            EngineFailed
        """

    @abstractmethod
    def scaled(self, frame: Any, columns: Sequence[str], times: Sequence[str], by: str) -> Any:
        """The frame and `_scaled_*` of each column (Int64): the column x all of `times` / `by`, rounded half-even.

        All are Int64, the product in between has up to 38 digits. Null where one of them is null.
        """

    def collect_and_keep(self, frame: Any, keep: Any) -> tuple[pl.DataFrame, Any]:
        """`collect` of one frame and `kept` of another one, of the same origin."""
        return self.collect(frame)[0], self.kept(keep)

    def among(self, frame: Any, column: str, values: Sequence[str]) -> Any:
        """The rows whose column is one of the values."""
        lazy = nw.from_native(frame)
        if len(values) <= LISTED:
            return lazy.filter(
                nw.col(column).is_in(list(values)) if values else nw.lit(value=False)
            ).to_native()
        wanted = self.small(pl.DataFrame({column: values}, schema={column: pl.String}).unique())
        return lazy.join(nw.from_native(wanted), on=column, how="semi").to_native()


class Polars(Engine):
    """The facts' own frames, in this process."""

    name = "polars"

    def __init__(self, facts: Facts | None = None) -> None:
        self._facts = facts

    def table(self, table: Table) -> pl.LazyFrame:
        frame: pl.LazyFrame = getattr(self._facts, table.name)
        return frame

    def small(self, frame: pl.DataFrame) -> pl.LazyFrame:
        return frame.lazy()

    def collect(self, *frames: pl.LazyFrame) -> list[pl.DataFrame]:
        return pl.collect_all(frames, engine="streaming")

    def kept(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.collect(engine="streaming").lazy()

    def collect_and_keep(self, frame: pl.LazyFrame, keep: pl.LazyFrame) -> tuple[pl.DataFrame, pl.LazyFrame]:
        # Together, so that what both come from is read once.
        one, other = self.collect(frame, keep)
        return one, other.lazy()

    def among(self, frame: pl.LazyFrame, column: str, values: Sequence[str]) -> pl.LazyFrame:
        # Listed however many: stored files are sorted, and the parts that hold none of them are not read.
        return frame.filter(pl.col(column).is_in(list(values)))

    def scaled(
        self, frame: pl.LazyFrame, columns: Sequence[str], times: Sequence[str], by: str
    ) -> pl.LazyFrame:
        factor = pl.lit(1, pl.Int128)
        for name in times:
            factor *= pl.col(name).cast(pl.Int128)
        return frame.with_columns(
            quotient(pl.col(name).cast(pl.Int128) * factor, pl.col(by)).alias(f"_scaled_{name}")
            for name in columns
        )


@dataclass(frozen=True, slots=True)
class Tables:
    """What pipelines read, as frames of one engine; each with the columns of its table in `model.tables`."""

    engine: Engine
    orders: Any
    order_lines: Any
    reviews: Any
    identities: Any

    def of_clients(self, clients: Sequence[str] | None) -> Tables:
        """The same of these client_ids alone, `reviews` apart; None: of everyone."""
        if clients is None:
            return self
        chosen = self.engine.collect(self.engine.among(self.identities, "client_id", clients))[0]
        # By person_key, which the stored files are sorted by: most of them need not be read.
        keys = chosen["person_key"].to_list()
        return Tables(
            self.engine,
            self.engine.among(self.orders, "person_key", keys),
            self.engine.among(self.order_lines, "person_key", keys),
            self.reviews,
            self.engine.small(chosen),
        )


def tables_on(facts: Facts | Tables, engine: Engine | None = None) -> Tables:
    """The facts on an engine; None: on Polars. What is on one already stays there."""
    from clientlens.model.tables import IDENTITIES, ORDER_LINES, ORDERS, REVIEWS

    if isinstance(facts, Tables):
        return facts
    chosen = engine or Polars(facts)
    return Tables(chosen, *(chosen.table(one) for one in (ORDERS, ORDER_LINES, REVIEWS, IDENTITIES)))

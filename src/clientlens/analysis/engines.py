"""Where a pipeline runs: Polars here, DuckDB or Spark beside it.

The pipelines that grow with the data are written in narwhals and ask an engine for three things: the facts as lazy
frames of its own, small frames made here, and results as Polars frames. Only figures
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
    far = True
    """Rows cost more to collect than to leave out there."""

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
    def scaled(self, frame: Any, columns: Sequence[str], times: Sequence[str], by: str) -> Any:
        """The frame and `_scaled_*` of each column (Int64): the column x all of `times` / `by`, rounded half-even.

        All are Int64, the product in between has up to 38 digits. Null where one of them is null.
        """

    def folded(self, frame: Any, column: str) -> Any:
        """The frame with the text of a column in lower case and without outer blanks.

        Each engine has its own idea of what a lower-case letter is, so this is done here, once for each text.
        """
        lazy, given = nw.from_native(frame), f"_given_{column}"
        texts = self.collect(lazy.select(nw.col(column).alias(given)).unique().to_native())[0]
        forms = self.small(texts.with_columns(_folded(given).alias(column)))
        joined = lazy.rename({column: given}).join(nw.from_native(forms), on=given, how="left")
        return joined.drop(given).to_native()

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
    far = False

    def __init__(self, facts: Facts | None = None) -> None:
        self._facts = facts

    def table(self, table: Table) -> pl.LazyFrame:
        frame: pl.LazyFrame = getattr(self._facts, table.name)
        return frame

    def small(self, frame: pl.DataFrame) -> pl.LazyFrame:
        return frame.lazy()

    def collect(self, *frames: pl.LazyFrame) -> list[pl.DataFrame]:
        return pl.collect_all(frames, engine="streaming")

    def folded(self, frame: pl.LazyFrame, column: str) -> pl.LazyFrame:
        return frame.with_columns(_folded(column))

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
        chosen = self._identities_of(clients)
        # By person_key, which the stored files are sorted by: most of them need not be read.
        keys = chosen["person_key"].to_list()
        return Tables(
            self.engine,
            self.engine.among(self.orders, "person_key", keys),
            self.engine.among(self.order_lines, "person_key", keys),
            self.reviews,
            self.engine.small(chosen),
        )

    def reviews_of(self, clients: Sequence[str] | None) -> Any:
        """The reviews that these client_ids wrote; None: all."""
        if clients is None:
            return self.reviews
        keys = self._identities_of(clients)["person_key"].to_list()
        return self.engine.among(self.reviews, "person_key", keys)

    def _identities_of(self, clients: Sequence[str]) -> pl.DataFrame:
        return self.engine.collect(self.engine.among(self.identities, "client_id", clients))[0]


def tables_on(facts: Facts | Tables, engine: Engine | None = None) -> Tables:
    """The facts on an engine; None: on Polars. What is on one already stays there."""
    from clientlens.model.tables import IDENTITIES, ORDER_LINES, ORDERS, REVIEWS

    if isinstance(facts, Tables):
        return facts
    chosen = engine or Polars(facts)
    return Tables(chosen, *(chosen.table(one) for one in (ORDERS, ORDER_LINES, REVIEWS, IDENTITIES)))


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()

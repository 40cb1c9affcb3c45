"""The facts of a workspace as lazy frames: what analysis takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Facts:
    """One committed state of a workspace. Each frame has the schema of its table in `model.tables`."""

    orders: pl.LazyFrame
    order_lines: pl.LazyFrame
    checkouts: pl.LazyFrame
    checkout_lines: pl.LazyFrame
    reviews: pl.LazyFrame
    events: pl.LazyFrame
    scans: pl.LazyFrame
    requests: pl.LazyFrame
    people: pl.LazyFrame
    identities: pl.LazyFrame
    clients: pl.LazyFrame
    timezone: str

"""Months of orders where some were gathered by another system: those that a shop's own record stands for are left out.

Slower than the ordinary way, for each month is derived from all its batches and from its neighbours'. It is taken only
where the workspace or the call holds gathered orders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.money import DECIMALS, format_minor
from clientlens.model.tables import ORDERS
from clientlens.problems import Problem
from clientlens.workspace.deriving import months_of, of_batches, set_month, versioned
from clientlens.workspace.incoming import by_month
from clientlens.workspace.linking import KEY, OWN_KEY, counterparts
from clientlens.workspace.versions import ORDER_DOCUMENTS, winners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.workspace.deriving import Change, Month
    from clientlens.workspace.incoming import Incoming, Kind

FRESH = 0
"""The `version` of what a call brings; stored versions have their import's id, from 1."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Orders of the months that were derived: `heads` and `lines` that are current now, with `version`.

    pairs: as `linking.counterparts` gives it, exact for every order of these months.
    months: which ones.
    """

    heads: pl.DataFrame
    lines: pl.DataFrame
    pairs: pl.DataFrame
    months: frozenset[Month]


def derive_orders(
    change: Change, months: Iterable[Month], *, without: int | None = None, fresh: Kind | None = None
) -> Derived:
    """Derive months of orders, and their neighbours, from the live batches `without` one import and what a call brings.

    A pure function of these batches: an order that comes or goes can change what counts two days away.
    """
    brought = {} if fresh is None else {month: (heads, lines) for month, heads, lines in by_month(fresh)}
    known = months_of(change.state, ORDER_DOCUMENTS) | set(brought)
    affected = _with_neighbours(months) & known
    best: dict[Month, pl.DataFrame] = {}
    all_lines: dict[Month, pl.DataFrame | None] = {}
    for month in _with_neighbours(affected) & known:
        heads, lines = of_batches(change, ORDER_DOCUMENTS, month, without)
        if month in brought and lines is not None:
            new_heads, new_lines = brought[month]
            heads = pl.concat([heads, versioned(new_heads, FRESH)])
            if new_lines is not None:
                lines = pl.concat([lines, versioned(new_lines, FRESH)])
        best[month] = winners(ORDER_DOCUMENTS, heads, lines)
        if month in affected:
            all_lines[month] = lines
    pairs = counterparts(pl.concat(best.values()) if best else pl.DataFrame(schema=ORDERS.schema))
    kept_heads, kept_lines = [], []
    for month in sorted(affected, key=str):
        heads = best[month].join(pairs, on=KEY, how="anti")
        kept = set_month(change, ORDER_DOCUMENTS, month, heads, all_lines[month])
        kept_heads.append(heads.select(*KEY, "version"))
        if kept is not None:
            kept_lines.append(kept.select(*KEY, "version"))
    none = pl.DataFrame(schema={**dict.fromkeys(KEY, pl.String), "version": pl.Int64})
    return Derived(pl.concat([none, *kept_heads]), pl.concat([none, *kept_lines]), pairs, frozenset(affected))


def _with_neighbours(months: Iterable[Month]) -> set[Month]:
    """The months with the one before and the one after each."""
    found: set[Month] = set()
    for month in months:
        first = date.fromisoformat(f"{month}-01")
        days = (first - timedelta(days=1), first, first + timedelta(days=31))
        found |= {day.strftime("%Y-%m") for day in days}
    return found


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking makes of a call.

    added, updated, lines: of the call's orders, as elsewhere.
    doubles: key of gathered orders of the call that a shop's own record stands for. second: how many of its other
    orders are a shop's own record of a sale that had been counted already.
    differing: key of gathered orders of the call that are left out since they differ from the shop's own record.
    """

    added: int
    updated: int
    lines: int
    second: int
    doubles: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict.fromkeys(KEY, pl.String)))
    differing: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=dict.fromkeys(KEY, pl.String))
    )
    problems: tuple[Problem, ...] = ()

    @property
    def orders(self) -> int:
        """`orders_linked` of the import."""
        return self.doubles.height + self.second


def link_orders(change: Change, incoming: Incoming, fresh: Kind) -> Linked:
    """Make current what counts once the orders of a call are stored, and count what that changes.

    Args:
        incoming: the whole call, also what is stored already: its orders are counted too.
        fresh: the orders that are new to the workspace.
    """
    call = incoming.orders
    months = call["placed_on"].dt.strftime("%Y-%m").unique().to_list()
    derived = derive_orders(change, months, fresh=fresh)
    stood = [change.read_current(ORDERS, month) for month in derived.months]
    none = pl.DataFrame(schema=dict.fromkeys(KEY, pl.String))
    before = pl.concat([none, *(frame.select(KEY) for frame in stood if frame is not None)])
    now = derived.heads.join(call, on=KEY, how="semi")
    pairs = derived.pairs
    of_call = pairs.join(call, on=KEY, how="semi")
    doubles = of_call.filter("linked").select(KEY)
    differing = of_call.filter(~pl.col("linked")).select(KEY).unique()
    # A new order whose sale was counted by its gathered record is none that is added.
    replaced = pairs.filter("linked").join(call, on=KEY, how="anti").join(before, on=KEY, how="semi")
    new = now.join(before, on=KEY, how="anti")
    second = new.join(replaced.select(OWN_KEY).unique(), left_on=KEY, right_on=OWN_KEY, how="semi")
    added = new.join(second, on=KEY, how="anti")
    updated = now.filter(pl.col("version") == FRESH).join(before, on=KEY, how="semi")
    lines = derived.lines.join(pl.concat([added, updated]), on=KEY, how="semi").height
    problems = _problems(pairs.filter(~pl.col("linked")), incoming)
    return Linked(added.height, updated.height, lines, second.height, doubles, differing, problems)


def _problems(differing: pl.DataFrame, incoming: Incoming) -> tuple[Problem, ...]:
    """One for each gathered order that differs, at its own row in the call, else at the shop's order's."""
    call = incoming.orders.select(*KEY, "batch_no", "file_no", "line")
    here = differing.join(call, on=KEY, maintain_order="left")
    elsewhere = differing.join(call, on=KEY, how="anti", maintain_order="left")
    there = elsewhere.join(call, left_on=OWN_KEY, right_on=KEY, maintain_order="left")
    told = pl.concat([here, there.select(here.columns)]).unique(KEY, keep="first", maintain_order=True)
    found = []
    # These are problems, a sentence each: there are few.
    for row in told.sort("batch_no", "file_no", "line", *KEY).iter_rows(named=True):
        amounts = [
            f"{row[f'{of}currency']} {format_minor(row[f'{of}order_total'], DECIMALS[row[f'{of}currency']])}"
            for of in ("own_", "")
        ]
        message = (
            f"order {_number(row['own_order_key'])} of store {row['own_store']!r} and order "
            f"{_number(row['order_key'])} gathered from it in store {row['store']!r} are one sale by number and day, "
            f"but with {amounts[0]} and {amounts[1]}; the gathered one is left out until they agree"
        )
        file = incoming.batches[row["batch_no"]].files[row["file_no"]].file
        found.append(Problem(file, row["line"], None, None, message))
    return tuple(found)


def _number(key: str) -> str:
    return key.removeprefix("id:")

"""What a call of `import` writes: its batch files, the current files that follow, and what they change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.tables import PEOPLE
from clientlens.workspace import facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.deriving import (
    CURRENT,
    ClientChange,
    derive_clients,
    known_versions,
    set_month,
    versioned,
)
from clientlens.workspace.gathered import link_orders
from clientlens.workspace.incoming import by_month, distinct_people, refuse_conflicts
from clientlens.workspace.versions import DOCUMENTS, ORDER_DOCUMENTS, doubts, winners

if TYPE_CHECKING:
    from clientlens.model.tables import Table
    from clientlens.workspace.catalogue import Stored
    from clientlens.workspace.deriving import Change, Month
    from clientlens.workspace.gathered import Linked
    from clientlens.workspace.incoming import Incoming, Kind
    from clientlens.workspace.versions import Documents, Doubts


@dataclass(slots=True)
class Counts:
    """Of each table of heads: records added and updated, and the lines of both.

    doubts: where the rule that chooses between versions may be wrong, by month.
    linked: None where neither the workspace nor the call holds gathered orders.
    """

    added: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    clients: ClientChange = field(default_factory=ClientChange)
    linked: Linked | None = None
    doubts: list[Doubts] = field(default_factory=list)


def plan(change: Change, incoming: Incoming, fresh: Incoming) -> Counts:
    """Write the batch and current files of an import, and count what it changes.

    Args:
        incoming: the whole call. fresh: what of it no live import holds.
    """
    _refuse_conflicts(change, fresh)
    counts = Counts()
    for kind in fresh.kinds:
        if kind.documents is ORDER_DOCUMENTS and (change.state.gathered or incoming.orders_gathered):
            _plan_gathered(change, incoming, kind, counts)
        else:
            _plan_kind(change, kind, counts)
    if not fresh.people.is_empty():
        change.add_batch(PEOPLE, None, fresh.people)
        known = change.read_current(PEOPLE, None)
        together = fresh.people if known is None else distinct_people([known, fresh.people])
        counts.clients = derive_clients(change, together)
    return counts


def _refuse_conflicts(change: Change, fresh: Incoming) -> None:
    heads = [documents.heads for documents in DOCUMENTS if documents.day is not None]
    try:
        refuse_conflicts(fresh, known_versions(change.folder, change.state, heads))
    except pl.exceptions.PolarsError:
        # These files are not hashed on the way: what Polars cannot read has changed, and is named.
        facts.verify(change.folder, [live.file for live in change.state.live(Role.BATCH)], hash_all=True)
        raise


def _plan_kind(change: Change, kind: Kind, counts: Counts) -> None:
    documents, name = kind.documents, kind.documents.heads.name
    counts.added[name] = counts.updated[name] = counts.lines[name] = 0
    for month, heads, lines in by_month(kind):
        own = add_batches(change, documents, month, heads, lines)
        known = change.read_current(documents.heads, month)
        if known is None:
            for table, file in own.items():
                change.set_current(table, month, file)
            counts.added[name] += heads.height
            counts.lines[name] += 0 if lines is None else lines.height
            continue
        all_lines = lines
        if documents.lines is not None and lines is not None:
            known_lines = change.read_current(documents.lines, month)
            all_lines = lines if known_lines is None else pl.concat([versioned(known_lines, CURRENT), lines])
        best = winners(documents, pl.concat([versioned(known, CURRENT), heads]), all_lines)
        counts.doubts.append(doubts(documents, heads, known))
        best_lines = set_month(change, documents, month, best, all_lines)
        changed = best.filter(pl.col("version") != CURRENT)
        updated = changed.join(known, on=list(documents.heads.key), how="semi").height
        counts.updated[name] += updated
        counts.added[name] += changed.height - updated
        if best_lines is not None:
            counts.lines[name] += best_lines.filter(pl.col("version") != CURRENT).height


def _plan_gathered(change: Change, incoming: Incoming, kind: Kind, counts: Counts) -> None:
    name = kind.documents.heads.name
    for month, heads, lines in by_month(kind):
        add_batches(change, kind.documents, month, heads, lines)
    linked = counts.linked = link_orders(change, incoming, kind)
    counts.added[name], counts.updated[name], counts.lines[name] = linked.added, linked.updated, linked.lines


def add_batches(
    change: Change, documents: Documents, month: Month, heads: pl.DataFrame, lines: pl.DataFrame | None
) -> dict[Table, Stored | None]:
    """Store what a call brings for a month as part of its import; table -> its file."""
    frames = {documents.heads: heads}
    if documents.lines is not None and lines is not None:
        frames[documents.lines] = lines
    return {table: change.add_batch(table, month, frame) for table, frame in frames.items()}

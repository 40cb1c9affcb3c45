"""Current files anew from the batches alone: for undo and repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.workspace.deriving import derive_clients, months_of, of_batches, people_of, set_month
from clientlens.workspace.gathered import derive_orders
from clientlens.workspace.versions import DOCUMENTS, ORDER_DOCUMENTS, winners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.workspace.deriving import Change, Month
    from clientlens.workspace.versions import Documents


def rebuild_months(
    change: Change, documents: Documents, months: Iterable[Month], *, without: int | None = None
) -> None:
    """Derive the current files of months anew from the live batches, `without` one import."""
    if documents is ORDER_DOCUMENTS and change.state.gathered:
        derive_orders(change, months, without=without)
        return
    for month in sorted(months, key=str):
        heads, lines = of_batches(change, documents, month, without)
        set_month(change, documents, month, winners(documents, heads, lines), lines)


def rebuild_all(change: Change, *, without: int | None = None) -> None:
    """Derive every current file anew from the live batches."""
    for documents in DOCUMENTS:
        rebuild_months(change, documents, months_of(change.state, documents), without=without)
    derive_clients(change, people_of(change, without), afresh=True)

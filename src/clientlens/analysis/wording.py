"""Phrases that several answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clientlens.model.timeframes import AsOf


def counted_noun(count: int, noun: str) -> str:
    """`1 order`, `2 orders`, `1,000 orders`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def undated_note(count: int, as_of: AsOf) -> tuple[str, ...]:
    """Why an answer about the past may rest on what became known later; none for today, or where all is dated."""
    if not count or not as_of.explicit:
        return ()
    return (
        f"{counted_noun(count, 'order')} with a refund or a status without a time: counted as last imported",
    )

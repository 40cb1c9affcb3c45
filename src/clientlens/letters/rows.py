"""What the text of a letter is stacked from: rows that know their height and how to draw themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from clientlens.letters.pdf import MM_TO_PT

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientlens.letters.sheet import Sheet

_FEW = 4
CAPITAL = 0.714
"""Height of the fonts' capitals, of the type's size."""


@dataclass(frozen=True, slots=True)
class Row:
    """Part of a page that is never parted. Millimetres.

    height: its own. draw: at a sheet's x and y (of its upper edge). gap: space above, none at the top of a page. keep:
    on the same page as the next row. whole: from and to, below its upper edge, where the sheet must not be folded. head:
    what stands above it again where it begins a page: that of a table.
    """

    height: float
    draw: Callable[[Sheet, float, float], None]
    gap: float = 0.0
    keep: bool = False
    whole: tuple[float, float] | None = None
    head: Row | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """How text is set. size_pt, small_pt: of the type. leading, small_leading: from baseline to baseline. gap: of paragraphs."""

    size_pt: float = 10.0
    leading: float = 4.9
    small_pt: float = 8.0
    small_leading: float = 3.8
    gap: float = 2.7


CLOSER = Setting(leading=4.5, small_leading=3.5, gap=2.2)
"""The same type with its lines closer together, where that saves a page."""


@dataclass(frozen=True, slots=True)
class Element:
    """One kind of block. content: its class. rows: (content, width in mm, setting) to rows; raises CannotDraw."""

    name: str
    doc: str
    content: type
    rows: Callable[[Any, float, Setting], tuple[Row, ...]]


def baseline(leading: float, size_pt: float) -> float:
    """From a line's upper edge to where its letters stand, its capitals in the middle."""
    return (leading + CAPITAL * size_pt / MM_TO_PT) / 2


def kept(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Rows of one paragraph, of which no page gets one line alone; one of few lines is not parted at all."""
    last = len(rows) - 1
    together = range(last) if last < _FEW else {0, last - 1}
    return tuple(replace(row, keep=True) if place in together else row for place, row in enumerate(rows))

"""Lists: a bullet or a number before each item, the item's lines below each other.

An item is set like a paragraph in a narrower column. Numbers stand so that their dots are below each other.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clientlens.letters.letter import Bullets
from clientlens.letters.rows import Element, Row, Setting, baseline, kept
from clientlens.letters.typesetting import line, width_mm, wrapped

if TYPE_CHECKING:
    from clientlens.letters.sheet import Sheet
    from clientlens.letters.typesetting import Line

_AFTER = 2.0
_LEAST_INDENT = 5.0
_BETWEEN = 0.9


def _rows(bullets: Bullets, width: float, setting: Setting) -> tuple[Row, ...]:
    size = setting.size_pt
    marks = [f"{place}." if bullets.numbered else "•" for place, _ in enumerate(bullets.items, start=1)]
    indent = max([_LEAST_INDENT, *(width_mm(mark, size) + _AFTER for mark in marks)])
    drop = baseline(setting.leading, size)
    rows: list[Row] = []
    for mark, item in zip(marks, bullets.items, strict=True):
        lines = wrapped(item, size, width - indent)
        gap = _BETWEEN if rows else setting.gap
        rows += kept(
            tuple(
                Row(
                    setting.leading,
                    partial(
                        _draw,
                        mark=line(mark, size) if place == 0 else None,
                        shown=one,
                        indent=indent,
                        drop=drop,
                    ),
                    gap=gap if place == 0 else 0.0,
                )
                for place, one in enumerate(lines)
            )
        )
    return tuple(rows)


def _draw(
    sheet: Sheet, x: float, y: float, *, mark: Line | None, shown: Line, indent: float, drop: float
) -> None:
    if mark is not None:
        sheet.show(x + indent - _AFTER - mark.width, y + drop, mark)
    sheet.show(x + indent, y + drop, shown)


ELEMENT = Element("bullets", "Items of a list, marked or numbered.", Bullets, _rows)

"""Small tables: a bold head over a rule, rows parted by pale lines, numbers at the right, a total set off in bold.

Columns are as wide as what they hold; what is left goes to the last one that stands at the left, which is what describes
a row. Where a table would be wider than the text, its left columns are wrapped. The head stays with the first row, the total
with the last, and where a page begins inside of a table the head stands there again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from clientlens.letters.letter import Span, Table
from clientlens.letters.refusal import CannotDraw, Fault
from clientlens.letters.rows import Element, Row, Setting, baseline
from clientlens.letters.typesetting import width_mm, wrapped

if TYPE_CHECKING:
    from clientlens.letters.sheet import Sheet
    from clientlens.letters.typesetting import Line

_BETWEEN = 5.0
_PADDING = 0.75
_LEAST_COLUMN = 15.0
_HEAD, _TOTAL, _PALE = 0.8, 0.8, 0.35
"""Thickness of the rules in points: under the head, over the total, between rows."""

Cells = tuple[tuple["Line", ...], ...]


def _rows(table: Table, width: float, setting: Setting) -> tuple[Row, ...]:
    size, leading = setting.size_pt - 0.5, setting.leading - 0.3
    widths = _widths(table, width, size)
    drop = baseline(leading, size) + _PADDING

    def row(
        texts: tuple[str, ...], bold: bool, rule: tuple[float, bool] | None, keep: bool, gap: float = 0.0
    ) -> Row:
        cells = tuple(
            wrapped((Span(text, bold),), size, wide + 0.01) for text, wide in zip(texts, widths, strict=True)
        )
        height = leading * max([1, *map(len, cells)]) + 2 * _PADDING
        draw = partial(
            _draw,
            cells=cells,
            table=table,
            widths=widths,
            width=width,
            height=height,
            leading=leading,
            drop=drop,
            rule=rule,
        )
        return Row(height, draw, gap=gap, keep=keep)

    last = len(table.rows) - 1
    rows = [row(table.head, True, (_HEAD, True), True, setting.gap)] if any(table.head) else []
    for place, texts in enumerate(table.rows):
        is_last = place == last
        line_below = None if is_last else (_PALE, True)
        rows.append(
            row(texts, False, line_below, is_last and table.total is not None, 0.0 if rows else setting.gap)
        )
    if table.total is not None:
        rows.append(row(table.total, True, (_TOTAL, False), False))
    if any(table.head):
        rows[2:] = [replace(one, head=rows[0]) for one in rows[2:]]
    return tuple(rows)


def _widths(table: Table, width: float, size: float) -> list[float]:
    """Of each column, without what parts it from the next."""
    bold_rows = [table.head, *([table.total] if table.total else [])]
    natural = [
        max(
            [width_mm(row[place], size, True) for row in bold_rows]
            + [width_mm(row[place], size) for row in table.rows]
        )
        for place in range(len(table.head))
    ]
    room = width - _BETWEEN * (len(natural) - 1)
    left = [place for place, is_right in enumerate(table.right) if not is_right]
    spare = room - sum(natural)
    if spare >= 0:
        natural[left[-1] if left else 0] += spare
        return natural
    fixed = sum(wide for place, wide in enumerate(natural) if place not in left)
    narrow = [min(natural[place], _LEAST_COLUMN) for place in left]
    if fixed + sum(narrow) > room:
        raise CannotDraw(Fault.LENGTH, "a table is wider than the text")
    share = (room - fixed - sum(narrow)) / sum(
        natural[place] - least for place, least in zip(left, narrow, strict=True)
    )
    for place, least in zip(left, narrow, strict=True):
        natural[place] = least + (natural[place] - least) * share
    return natural


def _draw(
    sheet: Sheet,
    x: float,
    y: float,
    *,
    cells: Cells,
    table: Table,
    widths: list[float],
    width: float,
    height: float,
    leading: float,
    drop: float,
    rule: tuple[float, bool] | None,
) -> None:
    at = x
    for lines, wide, is_right in zip(cells, widths, table.right, strict=True):
        for place, one in enumerate(lines):
            sheet.show(at + (wide - one.width if is_right else 0.0), y + drop + place * leading, one)
        at += wide + _BETWEEN
    if rule is not None:
        thick, below = rule
        sheet.rule(x, y + height if below else y, width, thick, 0.0 if thick > _PALE else 0.7)


ELEMENT = Element("table", "A few rows and columns, such as an order's lines.", Table, _rows)

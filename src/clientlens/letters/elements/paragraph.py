"""Paragraphs: of the text, small ones of a notice, headings.

Set left, never stretched; a page ends or begins with one line of a paragraph only where it has no other. A heading stays
with what it heads.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from clientlens.letters.letter import Paragraph, Span
from clientlens.letters.rows import Element, Row, Setting, baseline, kept
from clientlens.letters.typesetting import wrapped

if TYPE_CHECKING:
    from clientlens.letters.sheet import Sheet
    from clientlens.letters.typesetting import Line

_NOTICE = 0.25


def _rows(paragraph: Paragraph, width_mm: float, setting: Setting) -> tuple[Row, ...]:
    spans, size, leading, grey = paragraph.spans, setting.size_pt, setting.leading, 0.0
    gap = setting.gap
    if paragraph.small:
        size, leading, grey = setting.small_pt, setting.small_leading, _NOTICE
        gap *= 1.5
    if paragraph.heading:
        spans = tuple(Span(span.text, bold=True, link=span.link) for span in spans)
        size, gap = size + 0.5, gap * 1.7
    drop = baseline(leading, size)
    rows = kept(
        tuple(
            Row(leading, partial(_draw, shown=line, drop=drop, grey=grey))
            for line in wrapped(spans, size, width_mm)
        )
    )
    if paragraph.heading:
        rows = tuple(replace(row, keep=True) for row in rows)
    return (replace(rows[0], gap=gap), *rows[1:]) if rows else ()


def _draw(sheet: Sheet, x: float, y: float, *, shown: Line, drop: float, grey: float) -> None:
    sheet.show(x, y + drop, shown, grey)


ELEMENT = Element("paragraph", "Running text, in one or more lines.", Paragraph, _rows)

"""A QR code, beside it what it is for and its address in letters.

At least 22 mm wide, its modules at least half a millimetre, four of them white all around. It is kept off the folds of the
sheet, where toner breaks, and its address can be typed by those who have no reader.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clientlens.letters.letter import QrCode, Span
from clientlens.letters.qr import QUIET, symbol
from clientlens.letters.rows import Element, Row, Setting, baseline
from clientlens.letters.typesetting import wrapped

if TYPE_CHECKING:
    from clientlens.letters.qr import Symbol
    from clientlens.letters.sheet import Sheet
    from clientlens.letters.typesetting import Line

_BESIDE = 6.0
_OFF_FOLD = 2.0


def _rows(code: QrCode, width: float, setting: Setting) -> tuple[Row, ...]:
    shown = symbol(code.url)
    quiet = QUIET * shown.module_mm
    beside = shown.side_mm + max(quiet, _BESIDE)
    caption = wrapped((Span(code.caption, bold=True),), setting.size_pt, width - beside)
    address = wrapped((Span(code.url, link=code.url),), setting.size_pt - 1, width - beside)
    lines = tuple((one, setting.size_pt) for one in caption) + tuple(
        (one, setting.size_pt - 1) for one in address
    )
    text = setting.leading * len(lines)
    height = max(shown.side_mm, text)
    draw = partial(
        _draw,
        shown=shown,
        quiet=quiet,
        lines=lines,
        beside=beside,
        leading=setting.leading,
        top=quiet + (height - text) / 2,
    )
    whole = (quiet - _OFF_FOLD, quiet + shown.side_mm + _OFF_FOLD)
    return (Row(height + 2 * quiet, draw, gap=setting.gap / 2, whole=whole),)


def _draw(
    sheet: Sheet,
    x: float,
    y: float,
    *,
    shown: Symbol,
    quiet: float,
    lines: tuple[tuple[Line, float], ...],
    beside: float,
    leading: float,
    top: float,
) -> None:
    sheet.code(x, y + quiet, shown.module_mm, shown)
    for place, (one, size) in enumerate(lines):
        sheet.show(x + beside, y + top + place * leading + baseline(leading, size), one)


ELEMENT = Element("qrcode", "A QR code with its address in words.", QrCode, _rows)

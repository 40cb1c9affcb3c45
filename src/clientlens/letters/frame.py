"""What stands around the text: logo, sender, recipient, information block, footer, marks.

Whatever all letters of a run have alike is drawn once, as one object for first pages and one for those after.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clientlens.letters.letter import Span
from clientlens.letters.pictures import image
from clientlens.letters.refusal import CannotDraw, Fault
from clientlens.letters.rows import baseline
from clientlens.letters.sheet import GREY, Sheet
from clientlens.letters.typesetting import line, width_mm, wrapped

if TYPE_CHECKING:
    from clientlens.letters.layout import Geometry
    from clientlens.letters.letter import Letter, Picture
    from clientlens.letters.pdf import Part

_FOOTER_PT, _FOOTER_LEADING, _FOOTER_TOP = 7.5, 3.5, 1.6
_PAGE_NUMBER = 30.0
"""Width of the column at the right of the footer."""
_RETURN_PT, _LEAST_RETURN_PT = 7.0, 5.5
_SENDER_PT, _SENDER_LEADING = 9.0, 4.4
_LABEL_PT, _INFO_PT, _INFO_LEADING, _INFO_GAP = 8.0, 9.0, 4.6, 4.0
_MARK_PT = 0.4
_PAGES = {
    "de": "Seite {} von {}",
    "en": "Page {} of {}",
    "es": "Página {} de {}",
    "fr": "Page {} sur {}",
    "it": "Pagina {} di {}",
    "nl": "Pagina {} van {}",
    "pl": "Strona {} z {}",
    "pt": "Página {} de {}",
}


def constant(letter: Letter, geometry: Geometry, *, first: bool) -> Part:
    """What every letter of a run has on its first page, or on the others. Raises: CannotDraw."""
    sheet = Sheet(geometry.page)
    if letter.preview:
        sheet.across(geometry.body if first else geometry.next_body, letter.preview)
    for mark in geometry.marks:
        sheet.rule(mark.x, mark.y, mark.length, _MARK_PT, GREY)
    _footer(sheet, letter.footer, geometry)
    if first:
        if letter.logo is not None:
            _logo(sheet, letter.logo, geometry)
        if letter.return_line and geometry.return_line is not None:
            _sender(sheet, letter.return_line, geometry)
    return sheet.as_form()


def own(sheet: Sheet, letter: Letter, geometry: Geometry) -> None:
    """Recipient and information block of one letter. Raises: CannotDraw."""
    setting, zone = geometry.type, geometry.address
    if len(letter.address) > setting.most_lines:
        raise CannotDraw(
            Fault.ADDRESS, f"the address has {len(letter.address)} lines, the window {setting.most_lines}"
        )
    for place, text in enumerate(letter.address):
        shown = line(text, setting.size_pt)
        if shown.width > zone.width + 0.01:
            raise CannotDraw(
                Fault.ADDRESS,
                f"line {place + 1} of the address is {shown.width:.1f} mm wide, the window {zone.width:g} mm",
            )
        sheet.show(zone.x, zone.y + setting.first_baseline + place * setting.leading, shown)
    _info(sheet, letter.info, geometry)


def number(sheet: Sheet, geometry: Geometry, language: str, page: int, pages: int) -> None:
    """Which page of how many, where there are several."""
    words = _PAGES.get(re.split("[-_]", language.lower())[0], "{} / {}").format(page, pages)
    shown = line(words, _FOOTER_PT)
    zone = geometry.footer
    top = zone.y + _FOOTER_TOP
    sheet.show(zone.right - shown.width, top + baseline(_FOOTER_LEADING, _FOOTER_PT), shown, GREY)


def _footer(sheet: Sheet, lines: tuple[str, ...], geometry: Geometry) -> None:
    zone = geometry.footer
    shown = [one for text in lines for one in wrapped((Span(text),), _FOOTER_PT, zone.width - _PAGE_NUMBER)]
    if not shown:
        return
    if _FOOTER_TOP + _FOOTER_LEADING * len(shown) > zone.height + 0.01:
        raise CannotDraw(Fault.STATIONERY, f"the footer has {len(shown)} lines and does not fit")
    sheet.rule(zone.x, zone.y, zone.width, 0.35, 0.6)
    for place, one in enumerate(shown):
        y = zone.y + _FOOTER_TOP + place * _FOOTER_LEADING + baseline(_FOOTER_LEADING, _FOOTER_PT)
        sheet.show(zone.x, y, one, GREY)


def _logo(sheet: Sheet, logo: Picture, geometry: Geometry) -> None:
    """At the side of the head that is away from the window."""
    zone = geometry.head
    shown = image(logo.name, logo.data)
    height = logo.width_mm * shown.ratio
    if logo.width_mm > zone.width + 0.01 or height > zone.height + 0.01:
        raise CannotDraw(
            Fault.PICTURE,
            f"the logo is {logo.width_mm:g} by {height:.1f} mm, its place {zone.width:g} by {zone.height:g} mm",
        )
    window_left = geometry.window.x + geometry.window.width / 2 < geometry.page.width / 2
    x = zone.right - logo.width_mm if window_left else zone.x
    sheet.picture(x, zone.y, logo.width_mm, height, shown)


def _sender(sheet: Sheet, text: str, geometry: Geometry) -> None:
    zone = geometry.return_line
    if zone is None:
        return
    if geometry.return_block:
        lines = wrapped((Span("\n".join(re.split(r" *(?:[\n·•|]|, ) *", text))),), _SENDER_PT, zone.width)
        if _SENDER_LEADING * len(lines) > zone.height + 0.01:
            raise CannotDraw(Fault.STATIONERY, f"the sender has {len(lines)} lines and does not fit")
        for place, one in enumerate(lines):
            sheet.show(zone.x, zone.y + place * _SENDER_LEADING + baseline(_SENDER_LEADING, _SENDER_PT), one)
        return
    size = min(_RETURN_PT, _RETURN_PT * zone.width / (width_mm(text, _RETURN_PT) + 0.01))
    if size < _LEAST_RETURN_PT:
        raise CannotDraw(Fault.STATIONERY, "the line of the sender is too long for the window")
    shown = line(text, round(size - 0.05, 1) if size < _RETURN_PT else size)
    sheet.show(zone.x, zone.bottom - 1.9, shown, GREY)
    sheet.rule(zone.x, zone.bottom - 0.9, shown.width, 0.3, 0.6)


def _info(sheet: Sheet, info: tuple[tuple[str, str], ...], geometry: Geometry) -> None:
    """Labels in a column, what they name beside it."""
    if not info:
        return
    zone = geometry.info
    beside = max(width_mm(label, _LABEL_PT) for label, _ in info) + _INFO_GAP
    if beside > zone.width * 0.6:
        raise CannotDraw(Fault.STATIONERY, "a label of the information block is too long")
    y = zone.y
    drop = baseline(_INFO_LEADING, _INFO_PT)
    for label, text in info:
        lines = wrapped((Span(text),), _INFO_PT, zone.width - beside)
        sheet.show(zone.x, y + drop, line(label, _LABEL_PT), GREY)
        for place, one in enumerate(lines):
            sheet.show(zone.x + beside, y + drop + place * _INFO_LEADING, one)
        y += _INFO_LEADING * max(1, len(lines))
    if y > zone.bottom + 0.01:
        raise CannotDraw(Fault.STATIONERY, "the information block has more lines than its place")

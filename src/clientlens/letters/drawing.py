"""Letters as PDF files: `Drawer` says whether a letter fits, and draws it.

The same letter gives the same bytes, alone or among others. What cannot be drawn as it is written is refused with its
reason: no character is replaced, no text cut, no type made smaller. Only lines come closer where that saves a page.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clientlens.letters import fonts, frame, packages, qr, said
from clientlens.letters.elements import rows_of
from clientlens.letters.flow import paged
from clientlens.letters.letter import Drawn, Paragraph, QrCode, Span
from clientlens.letters.pdf import written
from clientlens.letters.refusal import CannotDraw, Fault, Refusal
from clientlens.letters.rows import CLOSER, Row, Setting
from clientlens.letters.sheet import Scratch, Sheet

if TYPE_CHECKING:
    from clientlens.letters.flow import Placed
    from clientlens.letters.layout import Geometry
    from clientlens.letters.letter import Block, Letter
    from clientlens.letters.pdf import Part

_LINKS = ("https:", "mailto:")
_AFTER_SUBJECT = 5.0
_SUBJECT_PT = 1.5
"""By how much the subject is larger than the text."""


class Drawer:
    """Draws the letters of one run.

    geometry: where everything lies. most_pages: of one letter. qr_host: the only host that codes may lead to ("": any).

    Raises:
        LettersMissing: the packages that it takes are not installed.
    """

    def __init__(self, geometry: Geometry, most_pages: int = 2, *, qr_host: str = "") -> None:
        packages.need()
        self.geometry = geometry
        self._most_pages = min(most_pages, geometry.most_pages or most_pages)
        self._qr_host = qr_host
        self._frames: dict[tuple[Any, ...], Part] = {}

    def measure(self, letter: Letter) -> int | Refusal:
        """How many pages it takes, or why it cannot be drawn: all that `draw` finds, but for a file too large."""
        try:
            return len(self._set(said.normal(letter), Scratch()))
        except CannotDraw as error:
            return error.refusal(letter.letter_id)

    def draw(self, letter: Letter) -> Drawn | Refusal:
        """One letter as a file of its own."""
        try:
            return self._drawn(said.normal(letter))
        except CannotDraw as error:
            return error.refusal(letter.letter_id)

    def _set(self, letter: Letter, first: Sheet) -> list[list[Placed]]:
        """Everything that can refuse a letter; `first` gets what stands outside its text."""
        fonts.check(said.text(letter))
        geometry = self.geometry
        for is_first in (True, False):
            self._frame(letter, first=is_first)
        frame.own(first, letter, geometry)
        for block in letter.blocks:
            self._allowed(block)
        pages = paged(self._rows(letter, Setting()), geometry)
        if len(pages) > 1:
            closer = paged(self._rows(letter, CLOSER), geometry)
            pages = closer if len(closer) < len(pages) else pages
        if len(pages) > self._most_pages:
            allowed = "one page is" if self._most_pages == 1 else f"{self._most_pages} pages are"
            raise CannotDraw(Fault.LENGTH, f"it would need {len(pages)} pages, and {allowed} allowed")
        return pages

    def _rows(self, letter: Letter, setting: Setting) -> list[Row]:
        """The text, its subject first."""
        width = self.geometry.body.width
        rows: list[Row] = []
        if letter.subject:
            heading = Paragraph((Span(letter.subject),), heading=True)
            larger = replace(
                setting, size_pt=setting.size_pt + _SUBJECT_PT - 0.5, leading=setting.leading + 0.8
            )
            rows += rows_of(heading, width, larger)
        for place, block in enumerate(letter.blocks):
            more = rows_of(block, width, setting)
            if place == 0 and letter.subject and more:
                more = (replace(more[0], gap=_AFTER_SUBJECT), *more[1:])
            rows += more
        return rows

    def _allowed(self, block: Block) -> None:
        if isinstance(block, QrCode):
            qr.check(block.url, self._qr_host)
        if not all(
            link.startswith(_LINKS) and link.isascii() and not re.search(r"[\x00-\x20\x7f]", link)
            for link in said.links(block)
        ):
            raise CannotDraw(Fault.CODE, "a link must begin with https: or mailto: and hold no blanks")

    def _drawn(self, letter: Letter) -> Drawn:
        geometry = self.geometry
        sheet = Sheet(geometry.page)
        pages = self._set(letter, sheet)
        finished = []
        for place, placed in enumerate(pages, start=1):
            current = sheet if place == 1 else Sheet(geometry.page)
            current.stamp("First" if place == 1 else "Next", self._frame(letter, first=place == 1))
            x = (geometry.body if place == 1 else geometry.next_body).x
            for y, row in placed:
                row.draw(current, x, y)
            if len(pages) > 1:
                frame.number(current, geometry, letter.language, place, len(pages))
            finished.append(current.page())
        data = written(finished, sheet.size_pt, letter.title, letter.author, letter.language)
        most = geometry.most_bytes
        if most is not None and len(data) > most:
            raise CannotDraw(Fault.LENGTH, f"its file has {len(data):,} bytes, and {most:,} are allowed")
        return Drawn(letter.letter_id, data, len(pages))

    def _frame(self, letter: Letter, *, first: bool) -> Part:
        key = (first, letter.footer, letter.preview, letter.return_line, letter.logo)
        if key not in self._frames:
            self._frames[key] = frame.constant(letter, self.geometry, first=first)
        return self._frames[key]

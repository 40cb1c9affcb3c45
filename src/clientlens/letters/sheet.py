"""One page, or what stands on many, being drawn: millimetres from the top left corner on a ReportLab canvas.

Text and codes go to the canvas as finished operators: its own text objects would ask for each character of each letter
again what the fonts remember by word (eight times the time).
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any

from clientlens.letters.fonts import page_of
from clientlens.letters.pdf import MM_TO_PT, Page, Part, form
from clientlens.letters.typesetting import Line, line

if TYPE_CHECKING:
    from clientlens.letters.layout import Rect
    from clientlens.letters.pictures import Image

BLACK = 0.0
GREY = 0.38
PALE = 0.9


class Sheet:
    """Something to draw on."""

    def __init__(self, page: Rect) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.size_pt = page.width * MM_TO_PT, page.height * MM_TO_PT
        self._height = page.height
        self._canvas: Any = Canvas(io.BytesIO(), pagesize=self.size_pt, pageCompression=0, invariant=1)
        self._objects: dict[str, Part] = {}
        self._fonts: set[str] = set()
        self._links: list[tuple[tuple[float, float, float, float], str]] = []

    def show(self, x: float, y: float, shown: Line, grey: float = BLACK) -> None:
        """A line of text, its baseline at y."""
        colour = f"{grey:g} g " if grey else ""
        after = " 0 g" if grey else ""
        self._canvas.addLiteral(
            f"BT {colour}1 0 0 1 {x * MM_TO_PT:.2f} {self._up(y):.2f} Tm {shown.shown}{after} ET"
        )
        self._fonts |= shown.fonts
        for start, end, link in shown.links:
            self._links.append(
                (
                    (
                        (x + start) * MM_TO_PT,
                        self._up(y + 1),
                        (x + end) * MM_TO_PT,
                        self._up(y - 3),
                    ),
                    link,
                )
            )

    def rule(self, x: float, y: float, width: float, thick_pt: float = 0.5, grey: float = BLACK) -> None:
        """A level line from (x, y) to the right."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(thick_pt)
        self._canvas.line(x * MM_TO_PT, self._up(y), (x + width) * MM_TO_PT, self._up(y))

    def across(self, middle: Rect, text: str) -> None:
        """A pale word across a rectangle, rising to the right, as large as fits."""
        from math import cos, radians, sin

        tilt = radians(30)
        one = line(text, 100, bold=True)
        size = 100 * min(
            middle.width / (one.width * cos(tilt) + 12), middle.height / (one.width * sin(tilt) + 30), 1.4
        )
        canvas = self._canvas
        canvas.saveState()
        canvas.setFillGray(PALE)
        canvas.translate((middle.x + middle.width / 2) * MM_TO_PT, self._up(middle.y + middle.height / 2))
        canvas.rotate(30)
        shown = line(text, round(size, 1), bold=True)
        self._fonts |= shown.fonts
        canvas.addLiteral(
            f"BT 1 0 0 1 {-shown.width / 2 * MM_TO_PT:.2f} {-size * 0.36:.2f} Tm {shown.shown} ET"
        )
        canvas.restoreState()

    def picture(self, x: float, y: float, width: float, height: float, image: Image) -> None:
        """A picture, its upper left corner at (x, y)."""
        self._objects[image.name] = image.part
        size = f"{width * MM_TO_PT:.2f} 0 0 {height * MM_TO_PT:.2f}"
        self._canvas.addLiteral(
            f"q {size} {x * MM_TO_PT:.2f} {self._up(y + height):.2f} cm /{image.name} Do Q"
        )

    def code(self, x: float, y: float, module: float, path: str) -> None:
        """A QR code, its upper left corner at (x, y); module: the side of one; path: see `qr.path`."""
        side = module * MM_TO_PT
        self._canvas.addLiteral(
            f"q {side:.4f} 0 0 {-side:.4f} {x * MM_TO_PT:.3f} {self._up(y):.3f} cm\n{path}f Q"
        )

    def stamp(self, name: str, drawn: Part) -> None:
        """What another sheet of the same size made of itself, drawn as it is."""
        self._objects[name] = drawn
        self._canvas.addLiteral(f"/{name} Do")

    def page(self) -> Page:
        """The finished page."""
        content = self._canvas.getCurrentPageContent()
        packed = zlib.compress(content.encode("latin-1"), 6)
        return Page(packed, self._embedded(), dict(sorted(self._objects.items())), tuple(self._links))

    def as_form(self) -> Part:
        """The finished drawing as an object for many pages; links are lost."""
        content = self._canvas.getCurrentPageContent()
        return form(content, self.size_pt, self._embedded(), dict(sorted(self._objects.items())))

    def _embedded(self) -> dict[str, Part]:
        return {name: page_of(name) for name in sorted(self._fonts)}

    def _up(self, y: float) -> float:
        return (self._height - y) * MM_TO_PT


class Scratch(Sheet):
    """A sheet on which text leaves nothing: for who only asks whether it fits."""

    def __init__(self) -> None:
        """Take no canvas, which costs more than most letters take to measure."""

    def show(self, x: float, y: float, shown: Line, grey: float = BLACK) -> None:
        """Nothing."""

"""Where things lie on a letter: layouts (which paper, which window) and profiles of print services, as data files.

Everything is in millimetres from the top left corner of the sheet. A layout or a profile is one file in `layouts/` or
`providers/`; adding one takes no code. `stationery` joins the two to what pages are drawn and checked by.
"""

from __future__ import annotations

from dataclasses import dataclass

@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle: its top left corner, width and height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class AddressType:
    """How an address is set: size of the type in points, from baseline to baseline, and at most so many lines.

    first_baseline: from the zone's upper edge to the baseline of the first line.
    """

    size_pt: float
    leading: float
    most_lines: int
    first_baseline: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A short line at the edge that says where to fold or punch: from (x, y), `length` to the right."""

    x: float
    y: float
    length: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of stationery.

    title: in words. paper: A4 or Letter; page: the whole sheet. window: what the envelope shows. notes: zone of the line
    that says who sends it; notes_block: it is a block of lines with room of its own, not one line in the window.
    address: where the recipient stands. head: where a logo may stand. info: the information block. body, next_body: where
    the text may stand on the first page (the subject is its first line), and on those after it. footer: small lines at the
    foot. folds: where the sheet is folded, from the top. marks: to fold and punch.
    """

    name: str
    title: str
    paper: str
    page: Rect
    window: Rect
    notes: Rect | None
    notes_block: bool
    address: Rect
    type: AddressType
    head: Rect
    info: Rect
    body: Rect
    next_body: Rect
    footer: Rect
    folds: tuple[float, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """What one print service asks for.

    papers: that it takes. empty: rectangles of the first page in which nothing may stand. address: where the recipient
    must stand, None: where the layout's window is. margins: left, top, right, bottom that stay white on every page.
    body_below: nothing of the text above this on the first page. marks: fold marks may be printed.
    most_bytes: of one letter; most_pages: of one letter.
    """

    name: str
    title: str
    papers: tuple[str, ...]
    empty: tuple[Rect, ...]
    address: Rect | None
    margins: tuple[float, float, float, float]
    body_below: float
    marks: bool
    most_bytes: int | None
    most_pages: int | None


@dataclass(frozen=True, slots=True)
class Geometry:
    """A layout as a service takes it: what pages are drawn by, and what finished pages are checked by.

    layout, provider: names ("": no service). page: the sheet. window: what the envelope shows. address: the recipient,
    and nothing else; its text starts at address.x, line n (from 0) on the baseline
    address.y + type.first_baseline + n * type.leading, and is at most address.width wide. return_line: where the sender
    may stand, at its lower edge, None: nowhere; return_block: as lines of usual size from its upper edge on, instead of one
    small line. head: where a logo may stand. info: the information block. body: of the first page, the subject is its
    first line; next_body: of later pages; footer: of each. folds: to keep codes off. marks: to draw on every page. empty:
    stays empty on the first page. printable: everything of every page lies inside. most_bytes, most_pages: of one PDF,
    None: no limit.
    """

    layout: str
    provider: str
    page: Rect
    window: Rect
    address: Rect
    type: AddressType
    return_line: Rect | None
    return_block: bool
    head: Rect
    info: Rect
    body: Rect
    next_body: Rect
    footer: Rect
    folds: tuple[float, ...]
    marks: tuple[Mark, ...]
    empty: tuple[Rect, ...]
    printable: Rect
    most_bytes: int | None
    most_pages: int | None

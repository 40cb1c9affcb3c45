"""Where things lie on a letter: layouts (which paper, which window) and profiles of print services, as data files.

Everything is in millimetres from the top left corner of the sheet. A layout or a profile is one file in `layouts/` or
`providers/`; adding one takes no code. `stationery` joins the two to what pages are drawn and checked by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clientlens.errors import LayoutNotTaken

MM_TO_PT = 72 / 25.4
NO_SERVICE = "none"
LEAST_LINES = 4
"""Of an address abroad: name, street, town, country. A zone that takes fewer is none."""
TIGHTEST = 3.9
"""Least distance of the lines of an address of 10 points, in mm: that is how a service's zone still takes them."""
_LOWEST_LINE = 4.0
"""Least height of a zone for the line of the sender."""
_SAME = 0.001


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

    def holds(self, other: Rect, slack: float = _SAME) -> bool:
        """Whether the other lies inside, up to `slack` beyond an edge."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: Rect, slack: float = _SAME) -> bool:
        """Whether they overlap by more than `slack`; one without height or width is a line that can cross the other."""
        return (
            min(self.right, other.right) - max(self.x, other.x)
            > (slack if self.width and other.width else -slack)
        ) and (
            min(self.bottom, other.bottom) - max(self.y, other.y)
            > (slack if self.height and other.height else -slack)
        )

    def within(self, other: Rect) -> Rect | None:
        """What both cover; None where they do not overlap."""
        return between(
            max(self.x, other.x),
            max(self.y, other.y),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def around(self, other: Rect) -> Rect:
        """The smallest that covers both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


def between(left: float, top: float, right: float, bottom: float) -> Rect | None:
    """The rectangle between four edges; None where there is nothing between them."""
    if right - left <= _SAME or bottom - top <= _SAME:
        return None
    return Rect(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class AddressType:
    """How an address is set: size of the type in points, from baseline to baseline, and at most so many lines."""

    size_pt: float
    leading: float
    most_lines: int

    @property
    def first_baseline(self) -> float:
        """From the zone's upper edge to the first baseline: what an accented capital takes above it."""
        return 0.34 * self.size_pt

    def needed(self, lines: int) -> float:
        """Height of so many lines, down to what hangs below the last baseline."""
        return self.first_baseline + (lines - 1) * self.leading + 0.09 * self.size_pt

    def fitting(self, height: float) -> AddressType:
        """The same type in a zone of another height: closer lines, then fewer, where it is lower."""
        for leading in (self.leading, min(self.leading, TIGHTEST * self.size_pt / 10)):
            closer = replace(self, leading=leading)
            if closer.needed(self.most_lines) <= height + _SAME:
                return closer
        fewer = [lines for lines in range(1, self.most_lines) if closer.needed(lines) <= height + _SAME]
        return replace(closer, most_lines=max(fewer, default=0))


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


def stationery(layout: Layout, provider: Provider) -> Geometry:
    """Where everything lies on letters of a layout that a service prints.

    The address stays in the layout's zone where that lies inside the service's; else it moves to what window and service
    have in common, with closer lines, then fewer. What has to stay empty is cut off the zone of the sender, which goes
    where too little is left. The text begins below everything that a window could show.

    Raises:
        LayoutNotTaken: the paper is another, the windows do not meet or share too few lines, or something that the layout
            needs would stand where the service wants nothing.
    """

    def refused(reason: str) -> LayoutNotTaken:
        return LayoutNotTaken(layout.name, provider.name, reason)

    if layout.paper not in provider.papers:
        raise refused(f"it is for {layout.paper} paper, not {' or '.join(provider.papers)}")
    address = _address_zone(layout, provider)
    if address is None:
        raise refused("its window is elsewhere")
    type_ = layout.type.fitting(address.height)
    if type_.most_lines < LEAST_LINES:
        raise refused(
            f"its window leaves room for {type_.most_lines} lines of an address, and {LEAST_LINES} are needed"
        )
    left, top, right, bottom = provider.margins
    printable = Rect(left, top, layout.page.width - left - right, layout.page.height - top - bottom)
    window = layout.window.around(provider.address) if provider.address else layout.window
    lowest = max(layout.body.y, provider.body_below, provider.address.bottom if provider.address else 0)
    body = between(layout.body.x, lowest, layout.body.right, layout.body.bottom)
    geometry = Geometry(
        layout=layout.name,
        provider="" if provider.name == NO_SERVICE else provider.name,
        page=layout.page,
        window=window,
        address=address,
        type=type_,
        return_line=_sender_zone(layout, provider, address),
        return_block=layout.notes_block,
        head=layout.head,
        info=layout.info,
        body=body or layout.body,
        next_body=layout.next_body,
        footer=layout.footer,
        folds=layout.folds,
        marks=tuple(
            mark
            for mark in layout.marks
            if provider.marks and printable.holds(Rect(mark.x, mark.y, mark.length, 0))
        ),
        empty=provider.empty,
        printable=printable,
        most_bytes=provider.most_bytes,
        most_pages=provider.most_pages,
    )
    for name in ("address", "head", "info", "body", "next_body", "footer"):
        area: Rect = getattr(geometry, name)
        if not printable.holds(area):
            raise refused(f"{name} would stand in a margin that stays white")
        if name != "next_body" and any(area.meets(one) for one in provider.empty):
            raise refused(f"{name} would stand where it wants nothing")
        if name not in {"address", "next_body"} and area.meets(window):
            raise refused(f"{name} would show in its window")
    return geometry


def _address_zone(layout: Layout, provider: Provider) -> Rect | None:
    wanted = provider.address
    if wanted is None or wanted.holds(layout.address):
        return layout.address
    column = Rect(layout.address.x, layout.window.y, layout.address.width, layout.window.height)
    if wanted.y - _SAME <= layout.address.y and layout.address.bottom <= wanted.bottom + _SAME:
        column = layout.address
    return column.within(wanted)


def _sender_zone(layout: Layout, provider: Provider, address: Rect) -> Rect | None:
    """The lowest part of the layout's zone for the sender that nothing else needs."""
    zone = layout.notes
    for taken in (*provider.empty, address):
        if zone and zone.meets(taken):
            above = between(zone.x, zone.y, zone.right, taken.y)
            below = between(zone.x, taken.bottom, zone.right, zone.bottom)
            zone = max((one for one in (above, below) if one), key=lambda one: one.height, default=None)
    return zone if zone and zone.height >= _LOWEST_LINE else None

"""What is wrong with a finished page: read back by another library than the one that drew it.

Faults are in words, with the place in millimetres from the top left corner; they say nothing of what stands there, since
that may be a client's.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from clientlens.letters.layout import MM_TO_PT, Rect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientlens.letters.layout import Geometry

_SLACK = 0.1
"""What an edge may be missed by, in mm: less than any printer misses it."""
_BEARING = 0.6
"""How far the ink of a letter may begin beside the place where its line begins."""
_OFF = 0.3
"""How far a line may stand from where the layout wants it."""
_FAR = 10.0
"""A text whose ink is so far from the address has no character that begins there."""
_LEAST = 1.0
"""Of blanks alone, which have no ink, pdfium's bounds are thin, and lie anywhere."""
_CAPITALS = frozenset("BDEFHIKLMNPRTXZ")
"""Flat at both ends, so that their ink is as high as capitals are."""
_LOWEST_CAPITAL, _HIGHEST_CAPITAL = 2.3, 4.7
_GAP_EM = 0.12
"""Least gap between two words, in sizes of the type; a blank has about 0.25."""
_HYPHEN = "\x02"
"""What pdfium makes of a hyphen that ends a line."""
_PATH, _IMAGE, _SHADING, _FORM, _TEXT = 2, 3, 4, 5, 1
_KINDS = {_TEXT: "text", _PATH: "a line or an area", _IMAGE: "a picture", _SHADING: "a shading"}


class _Character(NamedTuple):
    x: float
    y: float
    text: str
    box: Rect
    size_pt: float


@dataclass(frozen=True, slots=True)
class _Thing:
    kind: str
    box: Rect
    drawn: Any

    def __str__(self) -> str:
        box = self.box
        return f"{self.kind} at {box.x:.1f}, {box.y:.1f} mm ({box.width:.1f} x {box.height:.1f})"


def faults_of(data: bytes, geometry: Geometry, address: Sequence[str]) -> list[str]:
    """What is wrong with the PDF of one letter; none: it can be posted.

    Sheets are the layout's and all on them lies inside the printable area. On the first one, the window shows the address
    as given and, in its zone, the sender; what a service keeps for itself is empty. The address has 10 to 12 points, begins
    where the layout says, has no blank line, and capitals of 2.3 to 4.7 mm. Bytes and pages are as many as the service
    takes.

    Args:
        address: its lines, as they were to be drawn.
    """
    import pypdfium2

    faults: list[str] = []
    if geometry.most_bytes is not None and len(data) > geometry.most_bytes:
        faults.append(f"it has {len(data):,} bytes, and {geometry.provider} takes {geometry.most_bytes:,}")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return [*faults, "it is no PDF that can be read"]
    try:
        if geometry.most_pages is not None and len(document) > geometry.most_pages:
            faults.append(
                f"it has {len(document)} pages, and {geometry.provider} takes {geometry.most_pages}"
            )
        for number in range(len(document)):
            page = document[number]
            things = list(_things(page, geometry.page.height))
            found = [*_sheet(page, geometry), *_outside(things, geometry, number)]
            if number == 0:
                characters = _characters(page, geometry, things)
                found += [*_reading(characters, address), *_placing(characters, geometry)]
            faults += [f"page {number + 1}: {fault}" for fault in found]
    finally:
        document.close()
    return faults


def page_pictures(data: bytes, dpi: int = 100) -> list[bytes]:
    """Each page of a PDF as the bytes of a PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        pictures = []
        for page in document:
            file = io.BytesIO()
            page.render(scale=dpi / 72).to_pil().save(file, "PNG")
            pictures.append(file.getvalue())
        return pictures
    finally:
        document.close()


def _sheet(page: Any, geometry: Geometry) -> Iterator[str]:
    width, height = geometry.page.width * MM_TO_PT, geometry.page.height * MM_TO_PT
    for name, box in (("sheet", page.get_mediabox()), ("visible part", page.get_cropbox())):
        if any(abs(one - other) > 0.01 for one, other in zip(box, (0, 0, width, height), strict=True)):
            yield (
                f"its {name} is {(box[2] - box[0]) / MM_TO_PT:.1f} x {(box[3] - box[1]) / MM_TO_PT:.1f} mm, not "
                f"{geometry.page.width:g} x {geometry.page.height:g}"
            )
    if page.get_rotation():
        yield "it is turned"


def _things(page: Any, height_mm: float) -> Iterator[_Thing]:
    """Everything that is drawn on a page, also inside form objects, whose bounds are in their own space."""
    matrices: dict[Any, Any] = {}

    def matrix_of(form: Any) -> Any:
        if form is None:
            return None
        if form not in matrices:
            outer, own = matrix_of(form.container), form.get_matrix()
            matrices[form] = own if outer is None else own.multiply(outer)
        return matrices[form]

    for one in page.get_objects():
        if one.type == _FORM or (one.type == _PATH and not _is_drawn(one)):
            continue
        left, bottom, right, top = one.get_bounds()
        if (matrix := matrix_of(one.container)) is not None:
            left, bottom, right, top = matrix.on_rect(left, bottom, right, top)
        if right - left > 0.001 or top - bottom > 0.001:
            box = Rect(
                left / MM_TO_PT,
                height_mm - top / MM_TO_PT,
                (right - left) / MM_TO_PT,
                (top - bottom) / MM_TO_PT,
            )
            yield _Thing(_KINDS.get(one.type, "something"), box, one)


def _is_drawn(path: Any) -> bool:
    """Whether a path is filled or stroked; others only clip."""
    import ctypes

    import pypdfium2.raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pypdfium2.raw.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    return bool(fill.value or stroke.value)


def _outside(things: Sequence[_Thing], geometry: Geometry, number: int) -> Iterator[str]:
    zone = _address_ink(geometry)
    for thing in things:
        if not geometry.printable.holds(thing.box, _SLACK):
            yield f"{thing} leaves the area that can be printed"
        if number:
            continue
        if any(one.meets(thing.box, _SLACK) for one in geometry.empty):
            yield f"{thing} is where {geometry.provider} wants nothing"
        if not geometry.window.meets(thing.box, _SLACK):
            continue
        if geometry.return_line is not None and geometry.return_line.holds(thing.box, _BEARING):
            continue
        if thing.kind != _KINDS[_TEXT] or not zone.holds(thing.box):
            yield f"{thing} is in the window, beside the address"


def _address_ink(geometry: Geometry) -> Rect:
    zone = geometry.address
    return Rect(zone.x - _BEARING, zone.y - _SLACK, zone.width + 2 * _BEARING, zone.height + 2 * _SLACK)


def _characters(page: Any, geometry: Geometry, things: Sequence[_Thing]) -> list[_Character]:
    """Those that begin in the zone of the address; what stands far from it is no longer on the page afterwards."""
    import ctypes

    import pypdfium2.raw as pdfium

    zone, height = _address_ink(geometry), geometry.page.height
    left, right = zone.x * MM_TO_PT, zone.right * MM_TO_PT
    lowest, highest = (height - zone.bottom) * MM_TO_PT, (height - zone.y) * MM_TO_PT
    # Reading takes its time for each character of a page, and most are far from the window.
    near = Rect(zone.x - _FAR, zone.y - _FAR, zone.width + 2 * _FAR, zone.height + 2 * _FAR)
    for thing in things:
        if (
            thing.kind == _KINDS[_TEXT]
            and min(thing.box.width, thing.box.height) > _LEAST
            and thing.drawn.container is None
            and not near.meets(thing.box, 0.0)
        ):
            page.remove_obj(thing.drawn)
    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    found = []
    for index in range(text.count_chars()):
        pdfium.FPDFText_GetCharOrigin(text.raw, index, x, y)
        if not (left <= x.value <= right and lowest <= y.value <= highest):
            continue
        if pdfium.FPDFText_IsGenerated(text.raw, index) == 1:
            continue
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(text.raw, index, matrix)
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        box = text.get_charbox(index)
        found.append(
            _Character(
                x.value / MM_TO_PT,
                height - y.value / MM_TO_PT,
                chr(pdfium.FPDFText_GetUnicode(text.raw, index)),
                Rect(
                    box[0] / MM_TO_PT,
                    height - box[3] / MM_TO_PT,
                    (box[2] - box[0]) / MM_TO_PT,
                    (box[3] - box[1]) / MM_TO_PT,
                ),
                pdfium.FPDFText_GetFontSize(text.raw, index) * scale,
            )
        )
    return found


def _reading(characters: list[_Character], address: Sequence[str]) -> Iterator[str]:
    lines = _lines(characters)
    if len(lines) != len(address):
        yield f"the address has {len(lines)} lines, and {len(address)} were given"
    # That the numbers differ is told above; the lines that are there are compared.
    for number, (line, given) in enumerate(zip(lines, address, strict=False), start=1):
        if not _reads(line, unicodedata.normalize("NFC", given)):
            yield f"line {number} of the address reads otherwise than it was given"


def _reads(line: list[_Character], given: str) -> bool:
    """Whether a line reads as given, and has a gap where that has a blank: pdfium drops blanks between two fonts."""
    inked = [one for one in line if not one.text.isspace()]
    if _text(inked) != "".join(given.split()):
        return False
    ends = [0]
    for word in given.split():
        ends.append(ends[-1] + len(word))
    if ends[-1] != len(inked):  # a character that is read as two, such as a ligature
        return True
    return all(
        inked[end].box.x - inked[end - 1].box.right > _GAP_EM * inked[end].size_pt / MM_TO_PT
        for end in ends[1:-1]
    )


def _placing(characters: list[_Character], geometry: Geometry) -> Iterator[str]:
    lines = _lines(characters)
    type_, zone = geometry.type, geometry.address
    if not 2 <= len(lines) <= type_.most_lines:
        yield f"the address has {len(lines)} lines, and 2 to {type_.most_lines} are wanted"
    if not lines:
        return
    baseline = zone.y + type_.first_baseline
    if abs(lines[0][0].y - baseline) > _OFF:
        yield f"the address begins on a baseline at {lines[0][0].y:.1f} mm, not {baseline:.1f}"
    for above, below in pairwise(lines):
        step = below[0].y - above[0].y
        if abs(step - type_.leading) > _OFF:
            yield f"lines of the address below {above[0].y:.1f} mm are {step:.1f} mm apart, not {type_.leading:g}"
    for line in lines:
        if abs(line[0].x - zone.x) > _OFF:
            yield f"the address's line at {line[0].y:.1f} mm begins at {line[0].x:.1f}, not {zone.x:g}"
    yield from _type(characters)


def _lines(characters: list[_Character]) -> list[list[_Character]]:
    """Characters by line, from the top; those of a line from the left."""
    lines: list[list[_Character]] = []
    for one in sorted(characters, key=lambda one: one.y):
        if lines and one.y - lines[-1][0].y <= _OFF:
            lines[-1].append(one)
        else:
            lines.append([one])
    return [sorted(line, key=lambda one: one.x) for line in lines]


def _text(line: list[_Character]) -> str:
    text = "".join(one.text for one in line).replace(_HYPHEN, "-").strip()
    # Characters beyond U+FFFF come in halves.
    return unicodedata.normalize("NFC", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _type(characters: list[_Character]) -> Iterator[str]:
    sizes = {round(one.size_pt, 1) for one in characters}
    if min(sizes) < 10 or max(sizes) > 12:
        yield f"the address has type of {min(sizes):g} to {max(sizes):g} points, and 10 to 12 are wanted"
    heights = [one.box.height for one in characters if one.text in _CAPITALS]
    if heights and not (min(heights) >= _LOWEST_CAPITAL and max(heights) <= _HIGHEST_CAPITAL):
        yield (
            f"capitals of the address are {min(heights):.1f} to {max(heights):.1f} mm high, and {_LOWEST_CAPITAL} to "
            f"{_HIGHEST_CAPITAL} are wanted"
        )
    if any(not one.text.isspace() and not one.box.width * one.box.height for one in characters):
        yield "a character of the address has no ink"

"""The two fonts of letters: Noto Sans in regular and bold, embedded by fixed pages of their characters.

A PDF's simple font has 256 places. Which character stands at which place is fixed here, not given in order of use: page
"0" has what is usual in western languages, at the places of Windows-1252, any other one 128 characters of Unicode. So a letter's bytes do not depend on what else is drawn in
the same run, and the same few streams serve every letter.
"""

from __future__ import annotations

import unicodedata
import zlib
from functools import cache, cached_property
from importlib.resources import files
from itertools import groupby
from typing import Any

from clientlens.letters.pdf import Part
from clientlens.letters.refusal import CannotDraw, Fault

PER_PAGE = 128
_ALONE = frozenset({"L", "N", "P", "S", "Z"})
"""Categories of characters that stand in a line by themselves; marks and invisible ones do not."""
_NAMED = 5


USUAL = "ÄÖÜäöüßÀÈÉÌÒÙàèéìòùçâêîôûëï«»§°·€„“”‚‘’–—…•\u00a0"  # noqa: RUF001
"""What German, English, French and Italian letters have besides ASCII; anything else is on other pages."""
_WESTERN = bytes(range(32, 127)) + USUAL.encode("cp1252")


class Face:
    """One weight. letter: begins the names of its pages in a PDF."""

    def __init__(self, file: str, letter: str) -> None:
        from reportlab.pdfbase.ttfonts import TTFontFile

        self.letter = letter
        with (files("clientlens.letters") / "fonts" / file).open("rb") as opened:
            self._font: Any = TTFontFile(opened)
        self._advances: dict[str, float] = {chr(code): width for code, width in self._font.charWidths.items()}
        self._words: dict[str, float] = {}
        self._pages: dict[str, Part] = {}

    def has(self, character: str) -> bool:
        """Whether the font draws it."""
        return ord(character) in self._font.charToGlyph

    def width(self, text: str) -> float:
        """Of a word or a few, in thousandths of the type's size; asked often, so remembered."""
        known = self._words.get(text)
        if known is None:
            if len(self._words) > 50_000:
                self._words.clear()
            known = self._words[text] = sum(self._advances[character] for character in text)
        return known

    def shown(self, text: str, size_pt: float) -> tuple[str, frozenset[str]]:
        """Operators that show it at the current point, a font named before each change of page; those names."""
        western = _western(text)
        if western is not None:
            runs = [("0", western)]
        else:
            runs = [
                (page, b"".join(place for _, place in run))
                for page, run in groupby(map(_place, text), key=lambda placed: placed[0])
            ]
        return (
            " ".join(f"/{self.letter}{page} {size_pt:g} Tf ({_escaped(places)}) Tj" for page, places in runs),
            frozenset(f"{self.letter}{page}" for page, _ in runs),
        )

    def page(self, name: str) -> Part:
        """The objects of one page of the font, by its name without the face's letter."""
        if name not in self._pages:
            self._pages[name] = self._embedded(name)
        return self._pages[name]

    @cached_property
    def _traits(self) -> str:
        font = self._font
        box = " ".join(f"{edge:g}" for edge in font.bbox)
        return (
            f"/Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent {font.ascent:g} /Descent {font.descent:g} "
            f"/CapHeight {font.capHeight:g} /StemV {font.stemV:g}"
        )

    def _embedded(self, name: str) -> Part:
        start = int(name, 16) * PER_PAGE
        if name == "0":
            codes = tuple(
                ord(bytes([place]).decode("cp1252")) if place in _WESTERN else 0 for place in range(256)
            )
        else:
            codes = (*[0] * PER_PAGE, *range(start, start + PER_PAGE))
        codes = tuple(code if code and self.has(chr(code)) else 0 for code in codes)
        first = next(place for place, code in enumerate(codes) if code)
        program = self._font.makeSubset([*codes])
        tag = "".join(chr(ord("A") + int(digit, 16)) for digit in f"{int(name, 16):06x}")
        base = f"{tag}+{self._font.name.decode('ascii')}"
        widths = " ".join(f"{self._advances[chr(code)]:g}" if code else "0" for code in codes[first:])
        program_part = Part(f"/Length1 {len(program)} /Filter /FlateDecode", zlib.compress(program, 9))
        descriptor = Part(
            f"/Type /FontDescriptor /FontName /{base} {self._traits} /FontFile2 {{0}} 0 R",
            None,
            (program_part,),
        )
        back = Part("/Filter /FlateDecode", zlib.compress(_to_unicode(codes).encode("ascii"), 9))
        return Part(
            f"/Type /Font /Subtype /TrueType /BaseFont /{base} /FirstChar {first} /LastChar 255 "
            f"/Widths [{widths}] /FontDescriptor {{0}} 0 R /ToUnicode {{1}} 0 R",
            None,
            (descriptor, back),
        )


def _western(text: str) -> bytes | None:
    """The places of a text that is all on the first page; None: of any other."""
    try:
        places = text.encode("cp1252")
    except UnicodeEncodeError:
        return None
    return None if places.translate(None, _WESTERN) else places


def _place(character: str) -> tuple[str, bytes]:
    """Page and place of a character."""
    western = _western(character)
    if western is not None:
        return "0", western
    page, place = divmod(ord(character), PER_PAGE)
    return f"{page:X}", bytes([PER_PAGE + place])


def _escaped(places: bytes) -> str:
    text = places.decode("latin-1")
    if "\\" in text or "(" in text or ")" in text:
        text = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return text


def _to_unicode(codes: tuple[int, ...]) -> str:
    """The CMap by which readers get the text back: at most 100 entries in a block (PDF 1.4, 5.9.2)."""
    entries = [f"<{place:02X}> <{code:04X}>" for place, code in enumerate(codes) if code]
    blocks = [entries[start : start + 100] for start in range(0, len(entries), 100)]
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <00> <FF> endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        )
    )


@cache
def regular() -> Face:
    """The regular weight."""
    return Face("NotoSans-Regular.ttf", "R")


@cache
def bold() -> Face:
    """The bold weight."""
    return Face("NotoSans-Bold.ttf", "B")


def face(is_bold: bool) -> Face:
    """One of the two."""
    return bold() if is_bold else regular()


def page_of(name: str) -> Part:
    """The objects of a page by its whole name, such as R0."""
    return face(name[0] == "B").page(name[1:])


def _drawable(character: str) -> bool:
    return character == "\n" or (
        unicodedata.category(character)[0] in _ALONE
        and character not in "\u2028\u2029"
        and all(weight.has(character) for weight in (regular(), bold()))
    )


class _Known(dict[str, bool]):
    """Characters judged so far."""

    def __missing__(self, character: str) -> bool:
        self[character] = answer = _drawable(character)
        return answer


_KNOWN = _Known()


def check(text: str) -> None:
    """Raise CannotDraw that names what cannot be drawn truly: unknown to the fonts, combining, invisible.

    The text is in normal form C already; what is a mark of its own even so would have to be placed by a shaper.
    """
    if all(map(_KNOWN.__getitem__, set(text))):
        return
    wrong = dict.fromkeys(character for character in text if not _KNOWN[character])
    named = [f"U+{ord(one):04X} {unicodedata.name(one, 'a control character')}" for one in wrong]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    raise CannotDraw(Fault.CHARACTERS, f"cannot be drawn: {', '.join(named[:_NAMED])}{more}")

"""Lines out of text: words with remembered widths, broken where they fit, left ragged.

Lengths are millimetres, sizes of type points. A word that is wider than a line is cut where the line ends; a hyphen
inside a word allows a break after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from clientlens.letters.fonts import face
from clientlens.letters.letter import Span
from clientlens.letters.pdf import MM_TO_PT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientlens.letters.letter import Spans

_SEPARATED = re.compile(r"(\n|[ \t]+)")
_AFTER_HYPHEN = re.compile(r"(?<=\w\w-)(?=\w)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. shown: operators that show it at the current point. links: from and to (mm), whither."""

    shown: str
    width: float
    links: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    """What is not broken. before: what parts it from the word before: a blank, nothing, or a line's end."""

    pieces: tuple[Span, ...]
    width: float
    before: Span | None
    starts: bool = False


def width_mm(text: str, size_pt: float, bold: bool = False) -> float:
    """How wide a text is."""
    return face(bold).width(text) * size_pt / 1000 / MM_TO_PT


def line(text: str, size_pt: float, bold: bool = False) -> Line:
    """A text as one line, as wide as it is."""
    return _line((Span(text, bold),), size_pt)


@lru_cache(maxsize=4096)
def wrapped(spans: Spans, size_pt: float, room_mm: float) -> tuple[Line, ...]:
    """The lines of a paragraph in a column; a line break of the text's ends one. No text has no line."""
    room = room_mm * MM_TO_PT * 1000 / size_pt
    lines: list[list[Span]] = []
    taken = 0.0
    for word in _cut(_words(spans), room):
        gap = face(word.before.bold).width(word.before.text) if word.before else 0.0
        if not lines or word.starts or taken + gap + word.width > room + 0.01:
            lines.append([*word.pieces])
            taken = word.width
        else:
            lines[-1] += [*([word.before] if word.before else ()), *word.pieces]
            taken += gap + word.width
    return tuple(_line(tuple(pieces), size_pt) for pieces in lines)


def _words(spans: Spans) -> Iterator[_Word]:
    pieces: list[Span] = []
    before: Span | None = None
    starts = True
    for span in spans:
        for chunk in _SEPARATED.split(span.text):
            if not chunk:
                continue
            if chunk == "\n" or (chunk.isspace() and chunk[0] in " \t"):
                if pieces or chunk == "\n":
                    yield _word(pieces, before, starts)
                    pieces, starts, before = [], chunk == "\n", None
                if chunk != "\n" and not starts:
                    before = Span(" ", span.bold, span.link)
                continue
            first, *rest = _AFTER_HYPHEN.split(chunk)
            pieces.append(Span(first, span.bold, span.link))
            for part in rest:
                yield _word(pieces, before, starts)
                pieces, before, starts = [Span(part, span.bold, span.link)], None, False
    if pieces:
        yield _word(pieces, before, starts)


def _word(pieces: list[Span], before: Span | None, starts: bool) -> _Word:
    width = sum(face(piece.bold).width(piece.text) for piece in pieces)
    return _Word(tuple(pieces), width, before, starts)


def _cut(words: Iterator[_Word], room: float) -> Iterator[_Word]:
    """The words, those wider than a line in parts that fit one."""
    for word in words:
        if word.width <= room:
            yield word
            continue
        starts, before = word.starts, word.before
        held: list[Span] = []
        taken = 0.0
        for piece in word.pieces:
            for character in piece.text:
                one = Span(character, piece.bold, piece.link)
                wide = face(one.bold).width(character)
                if held and taken + wide > room:
                    yield _word(held, before, starts)
                    held, taken, before, starts = [], 0.0, None, True
                held.append(one)
                taken += wide
        yield _word(held, before, starts)


def _line(pieces: tuple[Span, ...], size_pt: float) -> Line:
    shown: list[str] = []
    links: list[tuple[float, float, str]] = []
    at = 0.0
    for same in _joined(pieces):
        wide = width_mm(same.text, size_pt, same.bold)
        shown.append(face(same.bold).shown(same.text, size_pt))
        if same.link:
            links.append((at, at + wide, same.link))
        at += wide
    return Line(" ".join(shown), at, tuple(links))


def _joined(pieces: tuple[Span, ...]) -> list[Span]:
    """Neighbours of one style as one."""
    joined: list[Span] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and (last.bold, last.link) == (piece.bold, piece.link):
            joined[-1] = Span(last.text + piece.text, last.bold, last.link)
        else:
            joined.append(piece)
    return joined

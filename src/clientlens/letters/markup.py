"""The text of a template, block by block; what is wrong with it is gathered.

    # heading          - item          1. item          ![what it shows](file.png 40mm)
    {last_order}       {qr|caption}    and the other directives, each on a line of its own
    {if points >= 100} ... {else} ... {end}, each on a line of its own, around whole paragraphs

Lines that follow each other are one paragraph; an item goes on in lines that are indented. Inside of them: `inline`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.letters.directives.registry import load
from clientlens.letters.inline import (
    ELSE,
    END,
    MAX_DEPTH,
    condition_of,
    names_of,
    read_if,
    read_inline,
)
from clientlens.letters.letter import Picture
from clientlens.letters.picture_files import BadPictureError, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from clientlens.letters.conditions import Condition
    from clientlens.letters.directives.directive import Directive
    from clientlens.letters.faults import Faults
    from clientlens.letters.inline import Nodes

_ALONE = re.compile(r"\{([^{}]+)\}")
_PICTURE = re.compile(r"!\[([^\[\]]*)\]\((.+)\)")
_HEADING = re.compile(r"#{1,6}\s+(\S.*)")
_ITEM = re.compile(r"(?:[-*+]|([0-9]{1,3})[.)])\s+(\S.*)")
_FOREIGN = (
    (re.compile(r"```|~~~"), "code is not understood"),
    (re.compile(r">"), "quotations are not understood; write \\> for the character itself"),
    (
        re.compile(r"\|"),
        "tables cannot be written, only put there: {last_order}, {checkout}, {points_history}",
    ),
    (
        re.compile(r"(?:-\s*){3,}$|(?:_\s*){3,}$|(?:\*\s*){3,}$|=+\s*$"),
        "lines across the page are not understood",
    ),
    (re.compile(r"#{1,6}$|#{7,}"), "a heading is '# ' and its text"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or a heading."""

    nodes: Nodes
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Nodes, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Put:
    """A directive, with what stands behind its bar."""

    directive: Directive
    caption: str


@dataclass(frozen=True, slots=True)
class Either:
    """Blocks that are there where a condition holds, and others where it does not."""

    condition: Condition | None
    then: Parts
    otherwise: Parts


Part = Text | Items | Put | Either | Picture
Parts = tuple["Text | Items | Put | Either | Picture", ...]


def read_blocks(lines: Sequence[str], first_line: int, folder: Path | None, faults: Faults) -> Parts:
    """The blocks of a text.

    Args:
        first_line: the number of its first line in the file. folder: where its pictures are.
    """
    return _Reader(lines, first_line, folder, faults).whole()


def walk(parts: Parts) -> Iterator[Part]:
    """Every part, also those under conditions."""
    for part in parts:
        yield part
        if isinstance(part, Either):
            yield from walk(part.then)
            yield from walk(part.otherwise)


def names_in(parts: Parts) -> frozenset[str]:
    """The placeholders that blocks name or ask about."""
    found: set[str] = set()
    for part in walk(parts):
        if isinstance(part, Text):
            found |= names_of(part.nodes)
        elif isinstance(part, Items):
            found = found.union(*map(names_of, part.items))
        elif isinstance(part, Either) and part.condition is not None:
            found |= part.condition.names
    return frozenset(found)


@dataclass(slots=True)
class _Open:
    """An `{if}` that has no `{end}` yet. counted: the number of the last item before it."""

    line: int
    condition: Condition | None
    before: list[Part]
    counted: int
    then: Parts | None = None


@dataclass(slots=True)
class _Gathered:
    """Lines of a paragraph, or of a list, item by item; kind: text, bullets or numbers."""

    kind: str
    items: list[list[str]] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)


class _Reader:
    def __init__(self, lines: Sequence[str], first_line: int, folder: Path | None, faults: Faults) -> None:
        self._lines, self._first, self._folder, self._faults = lines, first_line, folder, faults
        self._parts: list[Part] = []
        self._open: list[_Open] = []
        self._gathered: _Gathered | None = None
        self._directives = load()
        self._too_deep = False
        self._counted = 0
        """The number of the last item; 0: no numbered list goes on here."""

    def whole(self) -> Parts:
        for number, line in enumerate(self._lines, start=self._first):
            self._line(line, number)
            if self._too_deep:
                # What follows could only be read wrongly.
                return ()
        self._flush()
        for one in self._open:
            self._faults.add(one.line, "{if} without its {end}")
        while self._open:
            self._close()
        return tuple(self._parts)

    def _line(self, line: str, number: int) -> None:
        bare = line.strip()
        if not bare:
            self._flush()
        elif (alone := _ALONE.fullmatch(bare)) and self._braces(alone[1], number):
            pass
        elif bare.startswith("!["):
            self._flush()
            self._picture(bare, number)
        elif line[:1] in " \t" and self._gathered is not None:
            if self._gathered.kind != "text" and _ITEM.fullmatch(bare):
                self._faults.add(number, "a list inside a list is not understood")
            self._gathered.items[-1].append(bare)
        else:
            self._begins(bare, number)

    def _begins(self, bare: str, number: int) -> None:
        """A line that begins something, or goes on with a paragraph."""
        heading, item = _HEADING.fullmatch(bare), _ITEM.fullmatch(bare)
        if item is not None and item[1] and not self._counts(int(item[1]), number):
            item = None
        if item is None or not item[1]:
            self._counted = 0
        foreign = next((told for pattern, told in _FOREIGN if pattern.match(bare)), None)
        if foreign is not None:
            self._faults.add(number, foreign)
        elif heading:
            self._flush()
            text = heading[1].rstrip("#").rstrip() if heading[1].rstrip("#").endswith(" ") else heading[1]
            self._parts.append(Text(read_inline(text, number, self._faults), heading=True))
        elif item:
            self._item("numbers" if item[1] else "bullets", item[2], number)
        elif self._gathered is not None and self._gathered.kind == "text":
            self._gathered.items[-1].append(bare)
        else:
            self._flush()
            self._gathered = _Gathered("text", [[bare]], [number])

    def _counts(self, given: int, number: int) -> bool:
        """Whether a line with a number before it is an item: lists begin with 1, dates ("10. Mai") mostly do not."""
        if given != 1 and not self._counted:
            return False
        if given not in {1, self._counted, self._counted + 1}:
            told = f"the item after {self._counted}. is {self._counted + 1}., not {given}.; write {given}\\. for a number in the text"
            self._faults.add(number, told)
        self._counted = given
        return True

    def _item(self, kind: str, text: str, number: int) -> None:
        if self._gathered is None or self._gathered.kind != kind:
            self._flush()
            self._gathered = _Gathered(kind)
        self._gathered.items.append([text])
        self._gathered.begun.append(number)

    def _flush(self) -> None:
        """What was gathered is whole."""
        gathered, self._gathered = self._gathered, None
        if gathered is None:
            return
        nodes = [
            read_inline("\n".join(lines), begun, self._faults)
            for lines, begun in zip(gathered.items, gathered.begun, strict=True)
        ]
        if gathered.kind == "text":
            self._parts.append(Text(nodes[0]))
        else:
            self._parts.append(Items(tuple(nodes), gathered.kind == "numbers"))

    def _braces(self, inside: str, number: int) -> bool:
        """A condition or a directive on a line of its own; False: it is neither."""
        word, bar, caption = (part.strip() for part in inside.partition("|"))
        asked = condition_of(inside)
        if asked is None and word not in {ELSE, END} and word not in self._directives:
            return False
        self._flush()
        if asked is not None:
            self._begin(asked, number)
        elif word in {ELSE, END}:
            self._middle_or_end(word, number)
        else:
            self._counted = 0
            directive = self._directives[word]
            if bar and not directive.caption:
                self._faults.add(number, f"{{{word}}} takes nothing behind a bar")
            self._parts.append(Put(directive, caption))
        return True

    def _begin(self, asked: str, number: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._faults.add(number, f"nested more than {MAX_DEPTH} deep")
            self._too_deep = True
        self._open.append(_Open(number, read_if(asked, number, self._faults), self._parts, self._counted))
        self._parts = []

    def _middle_or_end(self, word: str, number: int) -> None:
        if not self._open:
            self._faults.add(number, f"{{{word}}} without its {{if}}")
        elif word == END:
            self._close()
        elif self._open[-1].then is not None:
            self._faults.add(number, f"a second {{else}} for the {{if}} of line {self._open[-1].line}")
        else:
            self._open[-1].then = tuple(self._parts)
            self._parts = []
            self._counted = self._open[-1].counted

    def _close(self) -> None:
        one, last = self._open.pop(), tuple(self._parts)
        then, otherwise = (last, ()) if one.then is None else (one.then, last)
        self._parts = one.before
        self._parts.append(Either(one.condition, then, otherwise))

    def _picture(self, bare: str, number: int) -> None:
        self._counted = 0
        found = _PICTURE.fullmatch(bare)
        if not found:
            self._faults.add(number, "a picture is ![what it shows](file.png 40mm), on a line of its own")
            return
        try:
            self._parts.append(read_picture(self._folder, found[2].strip(), found[1].strip()))
        except BadPictureError as error:
            self._faults.add(number, str(error))

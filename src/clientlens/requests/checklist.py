"""Whether what a client wrote answers what the checklist of a service asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clientlens.requests.rules import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"\w")
_ASKED = re.compile(r"\s*[:?=]")


def missing(wanted: Sequence[str], text: str | None) -> list[str]:
    """The items of a checklist that a text leaves open, as the rules spell them.

    An item is answered where its words stand in the text and a letter or digit follows them: on the same line, or, behind
    a colon, question mark or equals sign, on a line below; up to a semicolon or the next item. Case and needless blanks
    do not matter: 'brand name:  ACME' answers 'Brand name'.
    """
    lines = [folded(line) for line in (text or "").splitlines()]
    whole = "\n".join(lines)
    found = {item: _places(item, whole) for item in wanted}
    starts = sorted(begin for places in found.values() for begin, _ in places)
    return [
        item
        for item in wanted
        if not any(_answer(whole, end, next((s for s in starts if s >= end), None)) for _, end in found[item])
    ]


def _places(item: str, text: str) -> list[tuple[int, int]]:
    # A label that ends with its own sign ('Colours?') is found without it as well.
    label = folded(item).rstrip(":?=").rstrip()
    pattern = rf"(?<!\w){re.escape(label)}(?!\w)"
    return [match.span() for match in re.finditer(pattern, text)]


def _answer(text: str, begin: int, until: int | None) -> bool:
    rest = text[begin:until]
    asked = _ASKED.match(rest)
    rest = rest.split("\n", 1)[0] if asked is None else rest[asked.end() :]
    return _WORD.search(rest.split(";", 1)[0]) is not None

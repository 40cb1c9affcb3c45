"""`{sender}`: who signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.letters.directives.directive import Directive
from clientlens.letters.letter import Paragraph, Span

if TYPE_CHECKING:
    from clientlens.letters.directives.directive import Filling
    from clientlens.letters.letter import Block


def _make(filling: Filling, _caption: str) -> Block:
    return Paragraph((Span("\n".join(filling.sender.signature)),))


DIRECTIVE = Directive(
    word="sender",
    doc="who signs: the sender's name and the shop's, a line each (the address is on the sheet already)",
    make=_make,
)

"""`{objection}`: the right to object to advertising by post, which every letter has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.letters.directives.directive import Directive
from clientlens.letters.letter import Paragraph, Span

if TYPE_CHECKING:
    from clientlens.letters.directives.directive import Filling
    from clientlens.letters.letter import Block


def _make(filling: Filling, _caption: str) -> Block:
    return Paragraph((Span(filling.sender.objection(filling.known.language)),), small=True)


DIRECTIVE = Directive(
    word="objection",
    doc="in small print: that one can object to letters with advertising, and whom to write to; every template has it",
    make=_make,
)

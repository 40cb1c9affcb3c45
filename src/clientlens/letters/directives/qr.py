"""`{qr}`: the letter's own QR code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.analysis.letter_tables import Need
from clientlens.errors import CannotFill
from clientlens.letters.directives.directive import Directive

if TYPE_CHECKING:
    from clientlens.letters.directives.directive import Filling
    from clientlens.letters.letter import Block


def _make(filling: Filling, caption: str) -> Block:
    if filling.qr is None:
        raise CannotFill("the campaign has no address for a QR code")
    return replace(filling.qr, caption=caption) if caption else filling.qr


DIRECTIVE = Directive(
    word="qr",
    doc="the letter's QR code with its address; `{qr|See your selection}` puts these words beside it",
    make=_make,
    need=Need.QR,
    caption=True,
)

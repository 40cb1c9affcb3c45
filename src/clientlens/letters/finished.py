"""One letter as it may be sent: drawn, then read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.letters.refusal import Refusal
from clientlens.letters.zones import faults_of

if TYPE_CHECKING:
    from clientlens.letters.drawing import Drawer
    from clientlens.letters.letter import Drawn, Letter


def finished(drawer: Drawer, letter: Letter) -> Drawn | str:
    """The letter with its address in the window and nothing where nothing may be, or why there is none."""
    drawn = drawer.draw(letter)
    if isinstance(drawn, Refusal):
        return drawn.detail
    return "; ".join(faults_of(drawn.data, drawer.geometry, letter.address)) or drawn

"""From a composed letter to a finished page that was looked at: what goes to the printer is what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.letters.drawing import Drawer
from clientlens.letters.layoutfiles import geometry_named
from clientlens.letters.refusal import Refusal
from clientlens.letters.zones import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientlens.campaigns.spec import Spec
    from clientlens.letters.letter import Drawn, Letter


class Printer:
    """The letters of one campaign, on its layout, for its print service."""

    def __init__(self, spec: Spec) -> None:
        self._geometry = geometry_named(spec.layout, spec.provider)
        self._drawer = Drawer(self._geometry, spec.most_pages)

    def fitting(self, letters: Iterable[Letter | str]) -> list[Letter | str]:
        """The letters that can be drawn, and why the others cannot: known before anybody is assigned."""
        return [self._measured(one) for one in letters]

    def _measured(self, letter: Letter | str) -> Letter | str:
        if isinstance(letter, str):
            return letter
        found = self._drawer.measure(letter)
        return found.detail if isinstance(found, Refusal) else letter

    def draw(self, letter: Letter) -> Drawn | str:
        """One letter, drawn and read back: its address in the window, and nothing where nothing may be."""
        drawn = self._drawer.draw(letter)
        if isinstance(drawn, Refusal):
            return drawn.detail
        faults: Sequence[str] = faults_of(drawn.data, self._geometry, letter.address)
        return "; ".join(faults) if faults else drawn

"""What a directive's module offers: one constant `DIRECTIVE` of this type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientlens.analysis.letter_tables import Need, Tables
    from clientlens.analysis.placeholder_values import Known
    from clientlens.letters.letter import Block, QrCode
    from clientlens.letters.sender import Sender
    from clientlens.letters.words import Words


@dataclass(frozen=True, slots=True)
class Filling:
    """What one letter is filled with. qr: its code, with the campaign's caption; None: it has none."""

    known: Known
    tables: Tables
    sender: Sender
    words: Words
    qr: QrCode | None = None


@dataclass(frozen=True, slots=True)
class Directive:
    """One word that stands on a line of its own.

    word: between the braces. doc: what it puts there. make: the block, from what stands behind a bar ("": nothing); it
    raises `CannotFill` where there is nothing to show. need: what has to be looked up for it. caption: it takes words
    behind a bar.
    """

    word: str
    doc: str
    make: Callable[[Filling, str], Block]
    need: Need | None = None
    caption: bool = False

"""`{points_history}`: the client's points, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.analysis.letter_tables import MOST_ENTRIES, Need
from clientlens.analysis.placeholder_values import number, short_date
from clientlens.analysis.points import ADDED, EARNED
from clientlens.errors import CannotFill
from clientlens.letters.directives.directive import Directive
from clientlens.letters.letter import Table
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from clientlens.analysis.letter_tables import PointsEntry
    from clientlens.letters.directives.directive import Filling
    from clientlens.letters.letter import Block
    from clientlens.letters.words import Words


def _make(filling: Filling, _caption: str) -> Block:
    entries, words, language = filling.tables.points_history, filling.words, filling.known.language
    if not entries:
        raise CannotFill("there are no points yet")
    return Table(
        head=(words.date, words.entry, words.points, words.balance),
        rows=tuple(
            (
                short_date(entry.on, language),
                _told(entry, words),
                ("+" if entry.points > 0 else "") + number(entry.points, language),
                number(entry.balance, language),
            )
            for entry in entries
        ),
        right=(False, False, True, True),
    )


def _told(entry: PointsEntry, words: Words) -> str:
    """What it is for: the order, or the reason that was written down, else its kind."""
    if entry.kind == EARNED:
        said = words.earned
        if entry.order:
            text = words.order_undone if entry.points < 0 else words.order
            said = text.replace("{number}", entry.order)
    else:
        said = words.added if entry.kind == ADDED else words.subtracted
    return one_line(entry.reason or said)


DIRECTIVE = Directive(
    word="points_history",
    doc=f"a table of the latest {MOST_ENTRIES} entries of points: day, what for, points, balance after it",
    make=_make,
    need=Need.POINTS_HISTORY,
)

"""`{last_order}`: what the client bought last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.analysis.letter_tables import Need
from clientlens.errors import CannotFill
from clientlens.letters.baskets import basket_table
from clientlens.letters.directives.directive import Directive

if TYPE_CHECKING:
    from clientlens.letters.directives.directive import Filling
    from clientlens.letters.letter import Block


def _make(filling: Filling, _caption: str) -> Block:
    basket = filling.tables.last_order
    if basket is None:
        raise CannotFill("there is no completed order")
    if not basket.lines:
        raise CannotFill("the lines of the last completed order are not known")
    return basket_table(basket, filling.words, filling.known.language)


DIRECTIVE = Directive(
    word="last_order",
    doc="a table of the last completed order: quantity, item, price of one, amount, and the total",
    make=_make,
    need=Need.LAST_ORDER,
)

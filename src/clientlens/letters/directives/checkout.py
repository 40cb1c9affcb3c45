"""`{checkout}`: what the client left behind."""

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
    basket = filling.tables.checkout
    if basket is None:
        raise CannotFill("there is no checkout left open")
    if not basket.lines:
        raise CannotFill("the lines of the checkout are not known")
    return basket_table(basket, filling.words, filling.known.language)


DIRECTIVE = Directive(
    word="checkout",
    doc="a table of the latest checkout left open, as of `{last_order}`",
    make=_make,
    need=Need.CHECKOUT,
)

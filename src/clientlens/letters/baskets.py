"""Orders and checkouts as tables of a letter."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from clientlens.analysis.placeholder_values import number, written
from clientlens.letters.letter import Table
from clientlens.model.answer import Kind
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from clientlens.analysis.letter_tables import Basket, Line
    from clientlens.letters.words import Words

MOST_LINES = 12
"""Lines that are shown; of more, the others are one row."""

_RIGHT = (True, False, True, True)


def basket_table(basket: Basket, words: Words, language: str) -> Table:
    """Quantity, line, unit price and amount, in whole: what the lines do not come to is a row of its own.

    Where the price of a line is not known, neither it nor such a row is shown.
    """

    def money(minor: int | None) -> str:
        return written(minor, Kind.MONEY, language, basket.currency) or ""

    shown, others = basket.lines, basket.lines[:0]
    if len(shown) > MOST_LINES:
        shown, others = shown[: MOST_LINES - 1], shown[MOST_LINES - 1 :]
    rows = [
        (
            number(Decimal(line.quantity_milli) / 1000, language),
            one_line(line.product),
            money(line.unit_price),
            money(_amount(line)),
        )
        for line in shown
    ]
    if others:
        rows.append(
            ("", words.more.replace("{count}", number(len(others), language)), "", money(_sum(others)))
        )
    together = _sum(basket.lines)
    if together is not None and together != basket.total:
        rows.append(("", words.other, "", money(basket.total - together)))
    if basket.refunded:
        rows.append(("", words.refunded, "", money(-basket.refunded)))
    return Table(
        head=(words.quantity, words.product, words.unit_price, words.amount),
        rows=tuple(rows),
        right=_RIGHT,
        total=("", words.total, "", money(basket.total - basket.refunded)),
    )


def _amount(line: Line) -> int | None:
    """Quantity times price, in minor units, halves to the even one."""
    if line.unit_price is None:
        return None
    return int((Decimal(line.quantity_milli) * line.unit_price / 1000).to_integral_value())


def _sum(lines: tuple[Line, ...]) -> int | None:
    amounts = [_amount(line) for line in lines]
    return None if None in amounts else sum(one for one in amounts if one is not None)

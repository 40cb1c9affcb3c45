"""Numbers as APIs write them: exact decimals of the written text, rounded to a currency only where that is meant."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from clientlens.model.money import DECIMALS

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?")
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_EVEN)
_TWO = 2


def number(text: str | None) -> Decimal | None:
    """The number that a text is, to its last digit; None: it is none (or not one that anybody counts with)."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return Decimal(text)


def total(numbers: list[Decimal]) -> Decimal:
    """The exact sum."""
    out = Decimal(0)
    for one in numbers:
        out = _CONTEXT.add(out, one)
    return out


def less(minuend: Decimal, subtrahend: Decimal) -> Decimal:
    """The exact difference."""
    return _CONTEXT.subtract(minuend, subtrahend)


def money(amount: Decimal, currency: str | None) -> str:
    """Plain decimal text, rounded half to even to the currency's decimals (two where it is not known)."""
    places = DECIMALS.get((currency or "").upper(), _TWO)
    return format(_CONTEXT.quantize(amount, Decimal(1).scaleb(-places)), "f")


def each(amount: Decimal, pieces: Decimal) -> Decimal | None:
    """The price of one; None of no pieces."""
    return _CONTEXT.divide(amount, pieces) if pieces > 0 else None


def as_written(text: str | None) -> str | None:
    """A number without exponent and without zeros that say nothing, for a strict reader; other text as it is."""
    found = number(text)
    if found is None:
        return text
    plain = format(found, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain

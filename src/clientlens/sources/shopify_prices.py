"""Amounts of Shopify's API objects, exact: integers in the currency's minor units, from text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clientlens.model.money import DECIMALS, format_minor
from clientlens.sources.shopify_objects import Object, ShapeError, inner, text, value_at

_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]+))?")
_NO_AMOUNT = "not an amount of this currency"
_OTHER_CURRENCY = "an amount in another currency than the rest of it"


def minor(amount: str, decimals: int) -> int | None:
    """'100.5', 2 -> 10050; None for what is no amount, or has more decimals than its currency."""
    found = _AMOUNT.fullmatch(amount.strip())
    if found is None:
        return None
    behind = (found[3] or "").rstrip("0")
    if len(behind) > decimals:
        return None
    return int(f"{found[1]}{found[2]}{behind.ljust(decimals, '0')}")


def half_even(dividend: int, divisor: int) -> int:
    """The quotient rounded to the nearest integer, a half to the even one; divisor above 0."""
    whole, rest = divmod(dividend, divisor)
    return whole + (2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1))


@dataclass(frozen=True, slots=True)
class Fault:
    """An amount that is none: the plain column it is for, what stands there, what is wrong with it."""

    column: str
    value: str | None
    message: str


class Purse:
    """Takes amounts out of the objects of one order or checkout, all in the shop's own currency.

    currency: ISO code, None where it is not known; then no amount can be read, which is told elsewhere.
    fault: the first thing that was no amount.
    """

    def __init__(self, currency: str | None) -> None:
        self.currency = currency.strip().upper() if currency else None
        self.decimals = DECIMALS.get(self.currency or "")
        self.fault: Fault | None = None

    def take(self, holder: Object, name: str, column: str) -> int | None:
        """The amount under a name: as REST has it, else in GraphQL's `…Set` in shop money. None: none, or no amount.

        Raises:
            ShapeError
        """
        amount, currency = _stated(holder, name)
        if amount is None or self.decimals is None:
            return None
        if currency is not None and currency.strip().upper() != self.currency:
            self.blame(column, f"{amount} {currency}", _OTHER_CURRENCY)
            return None
        found = minor(amount, self.decimals)
        if found is None:
            self.blame(column, amount, _NO_AMOUNT)
        return found

    def blame(self, column: str, value: str | None, message: str) -> None:
        """Take down that an amount is none; only the first is kept."""
        self.fault = self.fault or Fault(column, value, message)

    def cell(self, amount: int | None) -> str | None:
        """An amount as a cell of a plain table."""
        return None if amount is None or self.decimals is None else format_minor(amount, self.decimals)

    def fault_cells(self, cells: dict[str, str | None]) -> dict[str, str | None]:
        """`cells` with the fault, if there is one, and the value it is about in its place."""
        if self.fault is None:
            return cells
        told = {"fault": self.fault.message, "fault_column": self.fault.column}
        return {**cells, self.fault.column: self.fault.value, **told}


def raw_amount(holder: Object, name: str) -> str | None:
    """An amount as it is written.

    Raises:
        ShapeError
    """
    return _stated(holder, name)[0]


def _stated(holder: Object, name: str) -> tuple[str | None, str | None]:
    """An amount as it is written and the currency beside it, where one is."""
    found = value_at(holder, name)
    if isinstance(found, str):
        return (found, None) if found.strip() else (None, None)
    if isinstance(found, dict):  # GraphQL's older form: {amount, currencyCode}
        return text(found, "amount"), text(found, "currency_code")
    if found is not None:
        raise ShapeError(f"{name} holds no amount")
    shop = inner(inner(holder, f"{name}_set"), "shop_money")
    return text(shop, "amount"), text(shop, "currency_code")


@dataclass(frozen=True, slots=True)
class Charges:
    """What an order is made of, in minor units.

    subtotal: goods after discounts, as the shop states them. goods: the same added up from the lines; goods_tax: these
    lines' own taxes; shipping_tax: those of shipping. None: not known. fees: duties and other fees. inside: the prices include taxes; None: not said.
    """

    total: int
    subtotal: int | None
    goods: int | None
    goods_tax: int | None
    shipping: int
    shipping_tax: int
    tax: int
    tip: int
    fees: int
    inside: bool | None


def price_of(charges: Charges) -> tuple[int, str, bool]:
    """The price of the goods without tax, how taxes are charged (on_top, inside, unclear), whether all adds up.

    Goods are what the total leaves when everything else is taken off, where lines or subtotal agree with that; else the
    subtotal. Taxes inside come off by the lines' own taxes where these and the shipping's are all there are, or else by
    their share of all taxes: goods x (goods + shipping - taxes) / (goods + shipping), rounded once, half to even.
    """
    stated = [amount for amount in (charges.goods, charges.subtotal) if amount is not None]
    rest = charges.total - charges.shipping - charges.tip - charges.fees
    basis = _basis(charges, stated, rest)
    left = rest if basis == "inside" else rest - charges.tax
    fits = left in stated or not stated
    goods = left if fits else stated[-1]
    if basis != "inside":
        return goods, basis, fits
    own = charges.goods_tax
    if own is not None and own + charges.shipping_tax == charges.tax and goods == charges.goods:
        return goods - own, basis, fits
    charged = goods + charges.shipping
    if charged <= 0:
        return goods, basis, fits
    return half_even(goods * (charged - charges.tax), charged), basis, fits


def _basis(charges: Charges, stated: list[int], rest: int) -> str:
    if charges.inside is not None:
        return "inside" if charges.inside else "on_top"
    if rest - charges.tax in stated:
        return "on_top"
    return "inside" if rest in stated and charges.tax > 0 else "unclear"

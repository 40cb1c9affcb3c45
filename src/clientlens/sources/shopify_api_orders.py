"""Orders of Shopify's API, REST or GraphQL, as rows of plain columns: one with the order's cells, one a line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.sources.canonical import Kind, names_of
from clientlens.sources.plain_orders import Rules
from clientlens.sources.recordtable import Row
from clientlens.sources.shopify_api_people import buyer_cells
from clientlens.sources.shopify_objects import has, inner, items, own_id, text, texts, truth, value_at
from clientlens.sources.shopify_prices import Charges, Purse, minor, price_of, raw_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.sources.shopify_objects import Object

RULES = Rules(versions_in_file=True, faults=True)
COLUMNS = (*names_of(Kind.ORDERS), "fault", "fault_column")
REST_NAMES = {
    "order_id": "name",
    "placed_at": "created_at",
    "order_total": "total_price",
    "price": "subtotal_price",
    "tax": "total_tax",
    "shipping": "shipping_lines",
    "tip": "total_tip_received",
    "fees": "original_total_duties_set",
    "discount": "total_discounts",
    "refunded": "refunds",
    "payment_state": "financial_status",
    "fulfilment_state": "fulfillment_status",
    "paid_at": "transactions",
    "fulfilled_at": "fulfillments",
    "source_id": "id",
    "channel": "source_name",
    "language": "customer_locale",
    "client_ref": "customer.id",
    "accepts_email": "email_marketing_consent.state",
    "product": "line_items.title",
    "quantity": "line_items.quantity",
    "unit_price": "line_items.price",
}
"""What messages call a plain column: the key in the file."""
GRAPHQL_NAMES = {
    **REST_NAMES,
    "placed_at": "createdAt",
    "order_total": "totalPriceSet",
    "price": "subtotalPriceSet",
    "tax": "totalTaxSet",
    "shipping": "totalShippingPriceSet",
    "tip": "totalTipReceivedSet",
    "fees": "originalTotalDutiesSet",
    "discount": "totalDiscountsSet",
    "refunded": "totalRefundedSet",
    "payment_state": "displayFinancialStatus",
    "fulfilment_state": "displayFulfillmentStatus",
    "currency": "currencyCode",
    "cancelled_at": "cancelledAt",
    "updated_at": "updatedAt",
    "channel": "sourceName",
    "language": "customerLocale",
    "accepts_email": "emailMarketingConsent.marketingState",
    "product": "title",
    "quantity": "quantity of a line",
    "unit_price": "originalUnitPriceSet",
}

_FULFILMENT = {"partially_fulfilled": "partial"}
_PAID = ("sale", "capture")
_SETTLED = ("paid", "partially_refunded", "refunded")
Cells = dict[str, str | None]


@dataclass(slots=True)
class ApiOrder:
    """An order and what hangs on it.

    line: physical line; items: its line items, shipping: its shipping lines (None: as the order has them inside), each
    with a physical line; weight: how many records of the file these are together. customer: whose it is, where the
    order does not say so itself.
    """

    line: int
    value: Object
    items: Sequence[tuple[int, Object]]
    shipping: Sequence[Object] | None = None
    weight: int = 1
    customer: Object = field(default_factory=dict)
    unbalanced: bool = False
    """Its amounts do not add up; set by `order_rows`."""


@dataclass(slots=True)
class _Goods:
    """What the lines of an order add up to, tips apart; None where a line does not say it."""

    total: int | None = 0
    tax: int | None = 0
    tip: int = 0

    def add(self, net: int | None, tax: int | None) -> None:
        self.total = None if self.total is None or net is None else self.total + net
        self.tax = None if self.tax is None or tax is None else self.tax + tax


def order_rows(order: ApiOrder, number: int, currency: str | None = None) -> list[Row]:
    """The rows of an order; amounts that are none are faults of theirs.

    Args:
        number: of the order in its file. currency: where it does not state its own.

    Raises:
        ShapeError: a value is of a type that cannot be.
    """
    value = order.value
    purse = Purse(shop_currency(value) or currency)
    goods = _Goods()
    rows = [
        Row(line, line_cells(item, purse.currency, goods), record=number, weight=0)
        for line, item in order.items
    ]
    if not order.items:
        goods.total = goods.tax = None
    money = _money_cells(order, purse, goods)
    customer = {**order.customer, **inner(value, "customer")}
    cells: Cells = {
        "order_id": text(value, "name"),
        "source_id": own_id(value),
        "placed_at": text(value, "created_at"),
        "updated_at": text(value, "updated_at"),
        "cancelled_at": text(value, "cancelled_at"),
        "currency": purse.currency,
        "channel": text(value, "source_name"),
        "tags": texts(value, "tags", "name"),
        "discount_codes": texts(value, "discount_codes", "code") or text(value, "discount_code"),
        "checkout_id": own_id(value, "checkout_id"),
        "checkout_token": text(value, "checkout_token"),
        "cart_token": text(value, "cart_token"),
        "test": "yes" if truth(value, "test") else None,
        **_states(value),
        **buyer_cells(value, customer),
    }
    if cells["payment_state"] is None:
        cells |= {"fault": "an order needs a financial status", "fault_column": "payment_state"}
    return [Row(order.line, purse.fault_cells({**cells, **money}), number, order.weight), *rows]


def shop_currency(value: Object) -> str | None:
    """The shop's own currency, as an order or checkout states it.

    Raises:
        ShapeError
    """
    total = inner(inner(value, "total_price_set"), "shop_money")
    return text(value, "currency", "currency_code") or text(total, "currency_code")


def line_cells(item: Object, currency: str | None, goods: _Goods | None = None) -> Cells:
    """A line's cells; what it adds is added to `goods`.

    Raises:
        ShapeError: a value is of a type that cannot be.
    """
    goods = goods or _Goods()
    purse = Purse(currency)
    title, variant = text(item, "title"), text(item, "variant_title")
    sku = text(item, "sku")
    quantity = text(item, "quantity")
    price = purse.take(
        item, "original_unit_price" if has(item, "original_unit_price_set") else "price", "unit_price"
    )
    if quantity is None and has(item, "quantity"):
        purse.blame("quantity", None, "a line needs a quantity")
    pieces = minor(quantity, 0) if quantity else None
    gross = None if price is None or pieces is None else price * pieces
    is_tip = (
        (title or text(item, "name")) == "Tip"
        and sku is None
        and not truth(item, "taxable")
        and not truth(item, "requires_shipping")
        and value_at(item, "product_id") is None
        and not inner(item, "product")
    )
    if is_tip:
        goods.tip += gross or 0
    else:
        goods.add(_net(item, gross, purse), _sum(item, "tax_lines", "price", purse, "unit_price"))
    if title is None:  # the whole name, where title and variant were not asked for
        title, variant = text(item, "name"), None
    return purse.fault_cells(
        {
            "product": title,
            "variant": None if variant == "Default Title" else variant,
            "sku": sku,
            "vendor": text(item, "vendor"),
            "quantity": quantity,
            "unit_price": purse.cell(price) or raw_amount(item, "price"),
            "is_tip": "yes" if is_tip else None,
        }
    )


def _net(item: Object, gross: int | None, purse: Purse) -> int | None:
    """A line after its share of all discounts; None where it does not tell that share."""
    off = _sum(item, "discount_allocations", "amount", purse, "unit_price", "allocated_amount")
    return None if gross is None or off is None else gross - off


def _sum(
    holder: Object, name: str, amount: str, purse: Purse, column: str, other: str | None = None
) -> int | None:
    """The amounts of a list of objects, added up; None where there is no such list, or an amount is missing."""
    if value_at(holder, name) is None:
        return None
    found = [
        purse.take(one, other if other and has(one, f"{other}_set") else amount, column)
        for one in items(holder, name)
    ]
    known = [one for one in found if one is not None]
    return sum(known) if len(known) == len(found) else None


def _money_cells(order: ApiOrder, purse: Purse, goods: _Goods) -> Cells:
    value = order.value
    total = purse.take(value, "total_price", "order_total")
    tax = purse.take(value, "total_tax", "tax")
    received = purse.take(value, "total_tip_received", "tip")
    tip = received or goods.tip
    fees = None
    if not truth(value, "duties_included"):
        duties = purse.take(value, "original_total_duties", "fees")
        others = purse.take(value, "original_total_additional_fees", "fees")
        fees = None if duties is None and others is None else (duties or 0) + (others or 0)
    shipping, shipping_tax = _shipping(order, purse)
    cells = {
        "order_total": purse.cell(total) or raw_amount(value, "total_price"),
        "tax": purse.cell(tax),
        "shipping": purse.cell(shipping),
        "fees": purse.cell(fees),
        "tip": purse.cell(tip),
        "discount": purse.cell(purse.take(value, "total_discounts", "discount")),
        "refunded": purse.cell(_refunded(value, purse)),
    }
    subtotal = purse.take(value, "subtotal_price", "price")
    inside = truth(value, "taxes_included")
    if total is None or purse.fault is not None:
        return cells
    price, basis, fits = price_of(
        Charges(
            total,
            subtotal,
            goods.total,
            goods.tax,
            shipping or 0,
            shipping_tax,
            tax or 0,
            tip,
            fees or 0,
            inside,
        )
    )
    order.unbalanced = not fits and basis != "unclear" and not truth(value, "test")
    return {**cells, "price": purse.cell(price), "tax_basis": basis}


def _shipping(order: ApiOrder, purse: Purse) -> tuple[int | None, int]:
    """What shipping cost after discounts, and its taxes: by the shipping lines that were not removed, else as stated."""
    lines = order.shipping
    if lines is None and value_at(order.value, "shipping_lines") is not None:
        lines = items(order.value, "shipping_lines")
    if lines is None:
        return purse.take(order.value, "total_shipping_price", "shipping"), 0
    total = taxes = 0
    for line in lines:
        if truth(line, "is_removed"):
            continue
        gross = purse.take(line, "original_price" if has(line, "original_price_set") else "price", "shipping")
        discounted = purse.take(line, "discounted_price", "shipping")
        off = _sum(line, "discount_allocations", "amount", purse, "shipping", "allocated_amount")
        nets = [discounted, None if gross is None else gross - (off or 0)]
        total += min((net for net in nets if net is not None), default=0)
        taxes += _sum(line, "tax_lines", "price", purse, "shipping") or 0
    return total, taxes


def _refunded(value: Object, purse: Purse) -> int | None:
    """What was given back: as the order says it, else its refunds, else their successful transactions."""
    whole = purse.take(value, "total_refunded", "refunded")
    if whole is not None:
        return whole
    total = 0
    for refund in items(value, "refunds"):
        stated = purse.take(refund, "total_refunded", "refunded")
        total += stated if stated is not None else _given_back(refund, purse)
    return total


def _given_back(refund: Object, purse: Purse) -> int:
    total = 0
    for transaction in items(refund, "transactions"):
        if _word(transaction, "kind") != "refund" or _word(transaction, "status") != "success":
            continue
        back = purse.take(_in_own_currency(transaction), "amount", "refunded")
        if back is None:
            purse.blame("refunded", raw_amount(transaction, "amount"), "a refund without an amount")
        total += back or 0
    return total


def _in_own_currency(transaction: Object) -> Object:
    """A transaction's amount in shop money where it has that, else beside the currency it was made in."""
    shop = inner(inner(transaction, "amount_set"), "shop_money")
    if not shop:
        shop = {"amount": text(transaction, "amount"), "currency_code": text(transaction, "currency")}
    return {"amount": shop}


def _word(holder: Object, *names: str) -> str | None:
    """A status in lower case."""
    found = text(holder, *names)
    return found.strip().lower() if found else None


def _states(value: Object) -> Cells:
    """Payment and fulfilment, and when each came about, where fulfilments and transactions are in the data.

    REST has null for an order of which nothing has been fulfilled yet.
    """
    payment = _word(value, "display_financial_status", "financial_status")
    fulfilment = _word(value, "display_fulfillment_status", "fulfillment_status")
    if fulfilment is None and "fulfillment_status" in value:
        fulfilment = "unfulfilled"
    fulfilled = [
        text(one, "created_at")
        for one in items(value, "fulfillments")
        if _word(one, "status") in ("success", "fulfilled", None)
    ]
    paid = [
        text(one, "processed_at", "created_at")
        for one in items(value, "transactions")
        if _word(one, "kind") in _PAID and _word(one, "status") == "success"
    ]
    return {
        "payment_state": payment,
        "fulfilment_state": _FULFILMENT.get(fulfilment or "", fulfilment),
        "fulfilled_at": _last(fulfilled) if fulfilment == "fulfilled" else None,
        "paid_at": _last(paid) if payment in _SETTLED else None,
    }


def _last(times: Sequence[str | None]) -> str | None:
    """The latest of several times; one that is none comes first, so that it is told."""
    return max((time for time in times if time), key=_instant, default=None)


def _instant(time: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(time.strip())
    except ValueError:
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)

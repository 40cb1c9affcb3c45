"""One order or customer of Billbee's API as cells of the plain columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clientlens.sources import exact
from clientlens.sources.billbee_fields import Clock, inner, objects, text
from clientlens.sources.billbee_states import OFFER, SENT, TEST_PAYMENT, VOID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

Cells = dict[str, str | None]

SPELLED = {
    "order_id": "OrderNumber", "source_id": "BillBeeOrderId", "external_id": "Id",
    "placed_at": "CreatedAt", "paid_at": "PayedAt", "fulfilled_at": "ShippedAt", "updated_at": "LastModifiedAt",
    "cancelled_at": "IsCancelationFor", "order_total": "TotalCost", "shipping": "ShippingCost", "tax": "TaxAmount",
    "currency": "Currency", "status": "State", "store": "BillbeeShopName",
    "channel": "Platform", "client_ref": "Customer.Number", "email": "Email", "phone": "Phone", "sku": "SKU",
    "product": "Title", "quantity": "Quantity", "line_total": "TotalPrice", "unit_price": "UnrebatedTotalPrice",
    "fees": "AdjustmentCost", "discount": "Discount", "tags": "Tags",
}  # fmt: skip
"""Plain column -> the field of the API that it mostly comes from, for messages and rejects: each but once."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_FAULT, _ABOUT = "fault", "fault_column"
ODD_SUM = "whose TotalCost is not what its items, shipping and adjustment add up to; TotalCost was taken"
UNTAXED = "with items that state no TaxAmount; they count as free of tax"
OVERPAID = "whose vouchers are worth more than its goods; its price is 0"


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are read, and what was noticed about them.

    currency: of orders that state none. counts: notes -> of how many orders. cancelled: (store, id or number) of an
    order -> when it was cancelled, told by another record of the call.
    """

    clock: Clock
    store: str
    currency: str | None
    counts: Counter[str] = field(default_factory=Counter)
    cancelled: Mapping[tuple[str, str], str | None] = field(default_factory=dict)


def platform_of(record: Mapping[str, Any]) -> str | None:
    """The marketplace or shop system that an order came from."""
    return text(inner(record, "Seller"), "Platform") or text(inner(record, "Buyer"), "Platform")


def store_of(record: Mapping[str, Any], default: str) -> str:
    """The shop by its name in Billbee."""
    for key in ("Seller", "Buyer"):
        name = text(inner(record, key), "BillbeeShopName")
        if name is not None:
            return name
    return default


def of_shopify(platform: str | None) -> bool:
    """Whether the order may stand in a Shopify export too: it came from there, or nobody knows."""
    return platform is None or "shopify" in platform.lower()


def names_of_order(record: Mapping[str, Any]) -> list[str]:
    """What another record may call an order by."""
    return [
        name for key in ("Id", "OrderNumber", "BillBeeOrderId") if (name := text(record, key)) is not None
    ]


def order_rows(record: Mapping[str, Any], reading: Reading, *, cancels: bool) -> list[Cells]:
    """An order as rows, the first with the order's own cells, each with a line's.

    Args:
        cancels: it is no order but the cancellation of one.

    Raises:
        WrongTypeError: a field holds what it cannot hold.
    """
    platform, store = platform_of(record), store_of(record, reading.store)
    number, own = text(record, "OrderNumber"), text(record, "Id")
    state, method = text(record, "State"), text(record, "PaymentMethod")
    cells: Cells = {
        "order_id": number or own,
        "source_id": text(record, "BillBeeOrderId"),
        "external_id": own if of_shopify(platform) else None,
        "store": store,
        "channel": platform,
        "status": state,
        "placed_at": reading.clock.read(text(record, "CreatedAt")),
        "paid_at": reading.clock.read(text(record, "PayedAt")),
        "fulfilled_at": reading.clock.read(text(record, "ShippedAt")),
        "updated_at": _latest(record, reading.clock),
        "tax_basis": "inside",
        "tags": _tags(record),
        "skip": "test"
        if method == TEST_PAYMENT
        else "cancellation"
        if cancels
        else "offer"
        if state in OFFER
        else None,
        **person(record),
    }
    if state is None:
        cells |= {_FAULT: "the order needs a State", _ABOUT: "status"}
    names = [(store, name) for name in names_of_order(record)]
    told = next((name for name in names if name in reading.cancelled), None)
    cancelled = state in VOID or told is not None
    cells["cancelled_at"] = reading.cancelled[told] if told else None
    cells["payment_state"] = "voided" if cancelled else "paid" if cells["paid_at"] else "pending"
    cells["fulfilment_state"] = "fulfilled" if cells["fulfilled_at"] or state in SENT else "unfulfilled"
    lines = _with_amounts(cells, record, reading)
    first, *others = lines or [{}]
    return [{**cells, **first}, *others]


def _latest(record: Mapping[str, Any], clock: Clock) -> str | None:
    times = [clock.read(text(record, key)) for key in ("LastModifiedAt", "UpdatedAt")]
    known = [time for time in times if time is not None]
    return max(known) if known else None


def _tags(record: Mapping[str, Any]) -> str | None:
    held = record.get("Tags")
    tags = [str(tag) for tag in held if isinstance(tag, str) and tag] if isinstance(held, list) else []
    return ", ".join(tags) or None


def _with_amounts(cells: Cells, record: Mapping[str, Any], reading: Reading) -> list[Cells]:
    """Puts an order's amounts into its cells; gives the cells of its lines."""
    currency = text(record, "Currency") or reading.currency
    items = objects(record, "OrderItems")
    written = [text(item, "TotalPrice") for item in items]
    prices = [exact.number(price) for price in written]
    taxes = [text(item, "TaxAmount") for item in items]
    amounts = [exact.number(tax) for tax in taxes]
    cells |= {
        "currency": currency,
        "order_total": exact.as_written(text(record, "TotalCost")),
        "shipping": exact.as_written(text(record, "ShippingCost")),
    }
    if cells["order_total"] is None:
        cells |= {_FAULT: "the order needs a total", _ABOUT: "order_total"}
    for kind, texts, numbers in (("line_total", written, prices), ("tax", taxes, amounts)):
        wrong = [
            one
            for one, found in zip(texts, numbers, strict=True)
            if found is None and (one is not None or kind == "line_total")
        ]
        if wrong:
            cells |= {_FAULT: f"an item's {SPELLED[kind]} is no number ({wrong[0]})", _ABOUT: kind}
    known = [price for price in prices if price is not None]
    tax = exact.total([amount for amount in amounts if amount is not None])
    goods = exact.total(known)
    price = exact.less(goods, tax)
    charged = exact.number(cells["order_total"])
    if charged is not None and charged >= 0 > price:
        reading.counts[OVERPAID] += 1
        price = exact.total([])
    if None in taxes:
        reading.counts[UNTAXED] += 1
    cells |= {"tax": exact.money(tax, currency), "price": exact.money(price, currency)}
    taken_off = _adjusted(cells, record, reading, goods, currency)
    lines = []
    for item, price_of_item in zip(items, prices, strict=True):
        full = exact.number(text(item, "UnrebatedTotalPrice"))
        if price_of_item is not None and _is_discount(item) and price_of_item <= 0:
            taken_off.append(price_of_item.copy_negate())
            continue
        if full is not None and price_of_item is not None and full > price_of_item >= 0:
            taken_off.append(exact.less(full, price_of_item))
        lines.append(_line(item, price_of_item, full, currency))
    cells["discount"] = exact.money(exact.total(taken_off), currency)
    return lines


def _adjusted(
    cells: Cells, record: Mapping[str, Any], reading: Reading, goods: Decimal, currency: str | None
) -> list[Decimal]:
    """What a downward adjustment takes off; an upward one becomes a fee. Whether the total adds up is counted."""
    charged = exact.number(cells["order_total"])
    adjustment = exact.number(text(record, "AdjustmentCost")) or exact.total([])
    shipping = exact.number(cells["shipping"]) or exact.total([])
    plain = exact.total([goods, shipping])
    if charged is None or exact.money(plain, currency) == exact.money(charged, currency):
        return []
    if exact.money(exact.total([plain, adjustment]), currency) != exact.money(charged, currency):
        reading.counts[ODD_SUM] += 1
        return []
    if adjustment > 0:
        cells["fees"] = exact.money(adjustment, currency)
        return []
    return [adjustment.copy_negate()]


def _is_discount(item: Mapping[str, Any]) -> bool:
    return "true" in {text(item, "IsCoupon"), text(item, "IsDiscount")}


def _line(
    item: Mapping[str, Any], price: Decimal | None, full: Decimal | None, currency: str | None
) -> Cells:
    """A product's cells. Attributes are no part of its name: they hold what clients had engraved."""
    product = inner(item, "Product")
    sku = text(product, "SKU") or text(item, "InvoiceSKU")
    pieces = exact.number(text(item, "Quantity"))
    each = exact.each(full, pieces) if full is not None and pieces is not None else None
    return {
        "product": text(product, "Title") or sku or text(product, "SkuOrId") or text(product, "Id") or text(item, "BillbeeId"),
        "sku": sku,
        "quantity": exact.as_written(text(item, "Quantity")),
        "line_total": exact.money(price, currency) if price is not None else None,
        "unit_price": exact.money(each, currency) if each is not None else None,
    }  # fmt: skip


def person(record: Mapping[str, Any]) -> Cells:
    """Who ordered: the invoice's address taken whole where it has a place, else the delivery's."""
    customer, buyer = inner(record, "Customer"), inner(record, "Buyer")
    invoice, delivery = inner(record, "InvoiceAddress"), inner(record, "ShippingAddress")
    taken = invoice if _placed(invoice) or not _placed(delivery) else delivery
    first, last = text(taken, "FirstName"), text(taken, "LastName")
    buyers = " ".join(part for key in ("FirstName", "LastName") if (part := text(buyer, key)))
    joined = " ".join(part for part in (first, last) if part)
    language = text(record, "LanguageCode")
    return {
        "client_ref": _number(text(customer, "Number")) or text(record, "CustomerNumber") or text(customer, "Id"),
        "email": _first(text(customer, "Email"), *(text(one, "Email") for one in (invoice, delivery, buyer))),
        "first_name": first,
        "last_name": last,
        "name": _first(joined, text(customer, "Name"), text(buyer, "FullName"), buyers),
        "company": text(taken, "Company"),
        "phone": _first(
            text(taken, "Phone"), text(customer, "Tel1"), text(customer, "Tel2"), text(invoice, "Phone"), text(delivery, "Phone")
        ),
        **_address(taken),
        "language": language if language and _LANGUAGE.fullmatch(language) else None,
    }  # fmt: skip


def customer(record: Mapping[str, Any]) -> Cells:
    """An entry of the list of customers.

    Raises:
        WrongTypeError: a field holds what it cannot hold.
    """
    return {
        "client_ref": _number(text(record, "Number")) or text(record, "Id"),
        "email": text(record, "Email"),
        "name": text(record, "Name"),
        "phone": text(record, "Tel1") or text(record, "Tel2"),
    }


def _number(number: str | None) -> str | None:
    """A customer's number; 0 is nobody's."""
    return number if number != "0" else None


def _first(*texts: str | None) -> str | None:
    return next((one for one in texts if one), None)


def _placed(address: Mapping[str, Any]) -> bool:
    return any(text(address, key) for key in ("Street", "Zip", "City"))


def _address(address: Mapping[str, Any]) -> Cells:
    street = [part for key in ("Street", "HouseNumber") if (part := text(address, key))]
    beside = [part for key in ("NameAddition", "Line2") if (part := text(address, key))]
    return {
        "street": " ".join(street) or None,
        "street2": ", ".join(beside) or None,
        "postcode": text(address, "Zip"),
        "city": text(address, "City"),
        "province": text(address, "State"),
        "country": text(address, "CountryISO2") or text(address, "Country"),
    }

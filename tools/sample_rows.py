"""Orders, checkouts and clients of the sample as rows of Shopify's exports, as they stood at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_files import Row, guarded, money
from sample_shops import TIP, Line, total

if TYPE_CHECKING:
    from datetime import datetime

    from sample_people import Person
    from sample_shops import Checkout, Order, Shop, ShopData


def order_rows(shop: Shop, order: Order, seen: datetime) -> list[Row]:
    """The rows of an order as an export taken at `seen` shows it: the first has everything, each further one a line."""
    status = _status(order, seen)
    fulfilment = _fulfilment(order, seen)
    refunded = order.refunded if _by(order.refunded_at, seen) else 0
    charged = total(shop, order)
    reference = (
        "" if not order.payment or not _by(order.paid, seen) else f"r{_id(shop, order.created) % 10**7}.1"
    )
    head: Row = {
        "Financial Status": status,
        "Fulfillment Status": fulfilment,
        "Accepts Marketing": "yes" if order.person and order.person.accepts else "no",
        "Currency": shop.currency,
        "Subtotal": money(order.subtotal),
        "Shipping": money(order.shipping),
        "Taxes": money(order.taxes),
        "Total": money(charged),
        "Discount Code": order.code,
        "Discount Amount": money(order.discount),
        "Shipping Method": _method(shop, order),
        "Note Attributes": order.attributes,
        "Payment Method": order.payment,
        "Payment Reference": reference,
        "Refunded Amount": money(refunded),
        "Id": str(_id(shop, order.created)),
        "Tags": order.tags,
        "Risk Level": "Low",
        "Source": order.source,
        **_address(shop, order.person, order.address),
    }
    for column, at in (
        ("Paid at", order.paid),
        ("Fulfilled at", order.fulfilled),
        ("Cancelled at", order.cancelled),
    ):
        if at is not None and _by(at, seen):
            head[column] = _time(shop, at)
    if order.note is not None:
        head["Notes"] = guarded(order.note)
    if order.taxes and order.tax_name:
        head |= {"Tax 1 Name": order.tax_name, "Tax 1 Value": money(order.taxes)}
    if order.duties:
        head["Duties"] = money(order.duties)
    if shop.has_till:
        head |= _till(order, status, charged, refunded, reference)
    lines = [*order.lines]
    if order.tip:
        lines.append(Line(1, TIP))
    common: Row = {"Name": order.number, "Created at": _time(shop, order.created)}
    if order.email is not None:
        common["Email"] = order.email
    if order.phone is not None:
        common["Phone"] = guarded(order.phone)
    done = {"fulfilled": "fulfilled", "restocked": "restocked"}.get(fulfilment, "pending")
    rows = [
        {
            **common,
            **_line(line, done if n or fulfilment != "partial" else "fulfilled", order.tip, first=not n),
        }
        for n, line in enumerate(lines)
    ]
    rows[0] |= head
    return rows


def checkout_rows(shop: Shop, checkout: Checkout) -> list[Row]:
    """The rows of an abandoned checkout."""
    subtotal = sum(line.quantity * line.article.price for line in checkout.lines)
    identity = str(37_000_000_000_000 + _seconds(shop, checkout.created) * 61_000 + 17)
    head: Row = {
        "Fulfillment Status": "unfulfilled",
        "Accepts Marketing": "yes" if checkout.person.accepts else "no",
        "Currency": shop.currency,
        "Subtotal": money(subtotal),
        "Shipping": money(checkout.shipping),
        "Taxes": "0.00",
        "Total": money(subtotal + checkout.shipping),
        "Discount Code": checkout.code,
        "Discount Amount": "0.00",
        "Shipping Method": shop.shipping_methods[0][0] if checkout.shipping else "",
        "Note Attributes": "",
        "Payment Method": "Shopify Payments" if checkout.tried_payment else "",
        "Payment Reference": f"c{_seconds(shop, checkout.created)}.1" if checkout.tried_payment else "",
        "Id": identity,
        "Risk Level": "Low",
        "Source": "web",
    }
    if checkout.email is None:  # somebody who gave a phone and nothing else, or not even that
        head["Billing Name"] = ""
    else:
        head |= _address(shop, checkout.person, "both" if checkout.reached_shipping else "billing")
    common: Row = {"Name": f"#{identity}", "Created at": _time(shop, checkout.created)}
    if checkout.email is not None:
        common["Email"] = checkout.email
    if checkout.phone is not None:
        common["Phone"] = guarded(checkout.phone)
    rows = [{**common, **_line(line, "pending", 0, first=not n)} for n, line in enumerate(checkout.lines)]
    for row in rows[1:]:
        del row["Lineitem fulfillment status"]
    rows[0] |= head
    return rows


def customer_rows(shop: Shop, data: ShopData) -> list[Row]:
    """The client list: those with an e-mail, some phones, and two of whom only the number is known."""
    spent: dict[str, tuple[int, int]] = {}
    for order in data.orders:
        if order.email is None or order.cancelled or order.outcome not in {"paid", "partially_refunded"}:
            continue
        count, amount = spent.get(order.email.lower(), (0, 0))
        spent[order.email.lower()] = count + 1, amount + total(shop, order) - order.refunded
    rows = []
    for n, person in enumerate(data.people):
        count, amount = spent.get((person.email or "").lower(), (0, 0))
        if n % 61 == 7:  # the shop system's own sums are of another range of dates
            count, amount = count + 1, amount + 1990
        rows.append(_customer(shop, person, count, amount, n))
    extra = max(person.customer_id for person in data.people)
    if shop.new_customers:
        rows += [
            {**_flags(0, 0), "Customer ID": f"'{extra + 7_000_000}"},
            {**_flags(0, 0), "Customer ID": f"'{extra + 9_100_000}", "Default Address Country Code": "DE"},
        ]
    phones = (
        ("+49 171 3920098", "+49 171 3920099") if shop.has_till else ("+1 212 555 0198", "+1 212 555 0199")
    )
    for n, phone in enumerate(phones, 1):
        row: Row = {**_flags(0, 0), "Phone": guarded(phone)}
        if shop.new_customers:
            row["Customer ID"] = f"'{extra + 11_000_000 + n}"
        rows.append(row)
    return rows


def _customer(shop: Shop, person: Person, count: int, amount: int, n: int) -> Row:
    row: Row = {"First Name": person.first, "Last Name": person.last, **_flags(count, amount)}
    row["Accepts Email Marketing"] = "yes" if person.accepts else "no"
    if person.email is not None:
        row["Email"] = person.email
    if person.accepts and not count:
        row["Tags"] = "newsletter"
    if n % 50 == 3:
        row["Note"] = guarded("- prefers collection")
    if not shop.new_customers:
        row |= {"Province": person.province_name or "", "Country": _COUNTRIES[person.country]}
    new = shop.new_customers
    address = {
        "Address1": person.street,
        "Address2": person.street2,
        "City": person.city,
        "Province Code": person.province,
        "Country Code": person.country,
        "Zip": _postcode(shop, person),
        "Company": person.company and guarded(person.company),
    }
    row |= {f"Default Address {c}" if new else c: text for c, text in address.items() if text is not None}
    if new:
        row["Customer ID"] = f"'{person.customer_id}"
        if person.phone is not None:
            row["Default Address Phone"] = guarded(person.phone)
    elif person.phone is not None:
        row["Phone"] = guarded(person.phone)
    return row


_COUNTRIES = {
    "DE": "Germany", "AT": "Austria", "CH": "Switzerland", "IT": "Italy", "FR": "France", "US": "United States",
    "CA": "Canada", "GB": "United Kingdom",
}  # fmt: skip


def _flags(count: int, amount: int) -> Row:
    return {
        "Accepts Email Marketing": "no",
        "Accepts SMS Marketing": "no",
        "Total Spent": money(amount),
        "Total Orders": str(count),
        "Tax Exempt": "no",
    }


def _by(at: datetime | None, seen: datetime) -> bool:
    return at is not None and at <= seen


def _status(order: Order, seen: datetime) -> str:
    if order.outcome in {"refunded", "partially_refunded"} and (
        not order.refunded_at or _by(order.refunded_at, seen)
    ):
        return order.outcome
    if order.outcome in {"voided", "expired"}:
        return order.outcome if _by(order.closed, seen) else "authorized"
    if order.outcome in {"pending", "authorized", "partially_paid"}:
        return order.outcome
    free = order.paid is None
    return "paid" if free or _by(order.paid, seen) else "pending"


def _fulfilment(order: Order, seen: datetime) -> str:
    if order.restocked and (not order.refunded_at or _by(order.refunded_at, seen)):
        return "restocked"
    if order.partly_fulfilled:
        return "partial"
    return "fulfilled" if _by(order.fulfilled, seen) else "unfulfilled"


def _method(shop: Shop, order: Order) -> str:
    if order.source == "pos" or not any(line.article.shipped for line in order.lines):
        return ""
    return next((name for name, price in shop.shipping_methods if price == order.shipping), "")


def _till(order: Order, status: str, charged: int, refunded: int, reference: str) -> Row:
    """The columns that only a shop with a till or staff has."""
    owed = 0 if status in {"paid", "refunded", "partially_refunded"} else charged
    if status == "partially_paid":
        owed = charged // 2
    if refunded > charged:
        owed = charged - refunded
    row = {"Outstanding Balance": money(owed)}
    if order.source == "pos":
        row |= {"Employee": "Till 1", "Location": "Shop", "Device ID": "1"}
    if order.source == "shopify_draft_order":
        row |= {"Employee": "Office", "Payment Terms Name": "Due on receipt"}
    if reference:
        row |= {"Payment ID": reference, "Payment References": reference}
    return row


def _line(line: Line, status: str, tip: int, *, first: bool) -> Row:
    article = line.article
    is_tip = article is TIP
    row: Row = {
        "Lineitem quantity": str(line.quantity),
        "Lineitem name": article.name,
        "Lineitem price": money(tip if is_tip else article.price),
        "Lineitem sku": article.sku,
        "Lineitem requires shipping": "true" if article.shipped else "false",
        "Lineitem taxable": "true" if article.taxable else "false",
        "Lineitem fulfillment status": "not_eligible" if is_tip else status,
        "Lineitem discount": "0.00",
    }
    if article.was:
        row["Lineitem compare at price"] = money(article.was)
    elif not first:
        row["Lineitem compare at price"] = ""
    if article.vendor:
        row["Vendor"] = article.vendor
    return row


def _postcode(shop: Shop, person: Person) -> str:
    """German shops' exports guard every postcode of digits; in others only a leading zero gets the apostrophe."""
    digits = person.postcode.isdigit()
    return (
        f"'{person.postcode}" if digits and (shop.has_till or person.postcode[0] == "0") else person.postcode
    )


def _address(shop: Shop, person: Person | None, kinds: str) -> Row:
    """Billing cells, and shipping cells alike where `kinds` is both."""
    if person is None or kinds == "none":
        return {}
    # Names stay as they were typed, even one that is a formula; notes that begin like one are guarded.
    name = person.name
    if kinds == "name":
        return {"Billing Name": name}
    row: Row = {}
    for kind in ("Billing", "Shipping") if kinds == "both" else ("Billing",):
        street2 = f", {person.street2}" if person.street2 else ""
        row |= {
            f"{kind} Name": name,
            f"{kind} Street": person.street + street2,
            f"{kind} Address1": person.street,
            f"{kind} City": person.city,
            f"{kind} Zip": _postcode(shop, person),
            f"{kind} Country": person.country,
        }
        optional = {
            "Address2": person.street2 or (None if shop.has_till else ""),
            "Company": person.company and guarded(person.company),
            "Province": person.province,
            "Province Name": person.province_name,
            "Phone": person.phone and guarded(person.phone),
        }
        row |= {f"{kind} {part}": text for part, text in optional.items() if text is not None}
    return row


def _time(shop: Shop, at: datetime) -> str:
    """`2026-03-28 22:29:09 +0100`: the shop's offset of that day."""
    return at.astimezone(shop.zone).strftime("%Y-%m-%d %H:%M:%S %z")


def _seconds(shop: Shop, at: datetime) -> int:
    return int((at - shop.begins).total_seconds())


def _id(shop: Shop, at: datetime) -> int:
    """Grows with time; one shop's passes 13 digits in its last year."""
    return shop.first_id + _seconds(shop, at) * shop.ids_per_second + at.second * 7

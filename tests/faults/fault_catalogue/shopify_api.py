"""Shopify's API: pages of REST, and the lines of a bulk operation."""

from __future__ import annotations

import json

from fault_catalogue.case import Refused, Stored, case

_TWO = {"EUR": (2, "50.00")}


def _rest_order(number=2, **fields):
    """A paid order of 25.00: a candle of 20.00 and shipping of 5.00."""
    return {
        "id": 500 + number, "name": f"#{number}", "created_at": "2026-03-01T10:00:00+01:00", "currency": "EUR",
        "updated_at": "2026-03-01T10:05:00+01:00", "test": False, "taxes_included": False, "financial_status": "paid",
        "fulfillment_status": None, "email": "ann@example.org", "subtotal_price": "20.00", "total_tax": "0.00",
        "total_price": "25.00", "shipping_lines": [{"price": "5.00"}], "refunds": [],
        "line_items": [{"title": "Candle", "quantity": 1, "price": "20.00"}], **fields,
    }  # fmt: skip


def _page(*records, key="orders"):
    written = (one if isinstance(one, str) else json.dumps(one) for one in records)
    return f'{{"{key}": [\n' + ",\n".join(written) + "\n]}\n"


def _rest(fault, outcome, *records, key="orders"):
    return case(fault, _page(*records, key=key), outcome, "orders.json")


def _bad(fault, column, part, **fields):
    """A bad order between two good ones."""
    wanted = Stored(3, _TWO, aside=1, problems=((3, column, part),))
    return _rest(fault, wanted, _rest_order(1), _rest_order(**fields), _rest_order(3))


_WRITTEN = json.dumps(_rest_order())
_CHECKOUT = {
    "id": 37001, "token": "c1f0e2d3b4a59687", "created_at": "2026-03-01T10:00:00+01:00", "completed_at": None,
    "email": "ann@example.org", "currency": "EUR", "total_price": "25.00", "subtotal_price": "25.00",
    "abandoned_checkout_url": "https://shop.example/c/1", "line_items": [{"title": "Candle", "quantity": 1, "price": "25.00"}],
}  # fmt: skip
_REST = [
    _rest("a page of orders, nothing wrong", Stored(2, _TWO, lines=2), _rest_order(1), _rest_order()),
    _bad("a status of null", "financial_status", "needs a financial status", financial_status=None),
    _bad("a status that nobody knows", "financial_status", "not a state of payment", financial_status="settled"),
    _bad("no total_price", "total_price", "needs a total", total_price=None),
    _bad("a total_price in words", "total_price", "not an amount", total_price="free"),
    _bad("a total_price of three decimals", "total_price", "not an amount", total_price="25.001"),
    _bad("a total_price that is a list", None, "holds no amount", total_price=["25.00"]),
    _bad("an amount in another currency than the order's", "refunds", "another currency",
         refunds=[{"transactions": [{"kind": "refund", "status": "success", "amount": "5.00", "currency": "USD"}]}]),
    _bad("a refund without an amount", "refunds", "a refund without an amount", refunds=[{"transactions": [{"kind": "refund", "status": "success"}]}]),
    _bad("no created_at", "created_at", "needs a date", created_at=None),
    _bad("created_at on 30 February", "created_at", "no such day", created_at="2026-02-30T10:00:00+01:00"),
    _bad("a test mark in words", None, "not true or false", test="no"),
    _bad("line_items that are an object", None, "not a list of objects", line_items={"title": "Candle"}),
    _bad("a line item that is a text", None, "no object", line_items=["Candle"]),
    _bad("a customer that is a list", None, "not an object", customer=[1]),
    _bad("a line without its quantity", "line_items.quantity", "needs a quantity", line_items=[{"title": "Candle", "quantity": None, "price": "20.00"}]),
    _bad("a line's price in words", "line_items.price", "not an amount", line_items=[{"title": "Candle", "quantity": 1, "price": "free"}]),
    _rest("a key twice in an order", Stored(3, _TWO, aside=1, problems=((3, None, "stands there twice"),)), _rest_order(1), _WRITTEN[:-1] + ', "total_price": "1.00"}', _rest_order(3)),
    _rest("a test order", Stored(2, {"EUR": (1, "25.00")}, skipped=1), _rest_order(1), _rest_order(test=True)),
    _rest("parts that do not add up", Stored(1, {"EUR": (1, "26.00")}, note="parts do not add up to the total"), _rest_order(total_price="26.00")),
    _rest("an order on two pages", Stored(2, {"EUR": (1, "25.00")}, duplicate=1), _rest_order(), _rest_order()),
    _rest("an order on two pages, changed since", Stored(2, {"EUR": (1, "25.00")}, duplicate=1, keys=("2",)), _rest_order(), _rest_order(financial_status="refunded", updated_at="2026-03-02T10:00:00+01:00")),
    _rest("a page without orders", Stored(0, {}, note="no records")),
    case("a page cut off", _page(_rest_order(1), _rest_order())[:-70], Refused("bad_json", "middle of a value", None), "orders.json"),
    case("a page with an error behind it", _page(_rest_order()) + '{"errors": "Exceeded 2 calls per second"}', Refused("bad_json", "behind its end", 4), "orders.json"),
    case("an answer that is an error", '{"errors": "[API] Invalid API key"}', Refused("not_recognised", "'errors'", 1), "orders.json"),
    _rest("a page of products", Refused("not_recognised", "no known format", 1), {"id": 1, "title": "Mug", "vendor": "Kiln"}, key="products"),
    _rest("checkouts, one without a date", Stored(2, {}, aside=1, problems=((3, "created_at", "needs a date"),)), _CHECKOUT, {**_CHECKOUT, "id": 2, "created_at": None}, key="checkouts"),
]  # fmt: skip


def _money(amount, currency="EUR"):
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def _order(number=2, **fields):
    """A paid order of 25.0."""
    return {
        "id": f"gid://shopify/Order/{number}", "name": f"#{number}", "createdAt": "2026-03-01T10:00:00Z",
        "updatedAt": "2026-03-01T10:05:00Z", "test": False, "email": "ann@example.org", "currencyCode": "EUR",
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "taxesIncluded": False,
        "subtotalPriceSet": _money("25.0"), "totalPriceSet": _money("25.0"), **fields,
    }  # fmt: skip


def _item(of=2, number=None, **fields):
    return {
        "id": f"gid://shopify/LineItem/{number or of}", "title": "Candle", "quantity": 1,
        "originalUnitPriceSet": _money("25.0"), "__parentId": f"gid://shopify/Order/{of}", **fields,
    }  # fmt: skip


def _lines(*records):
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records)


def _bulk(fault, outcome, *records):
    return case(fault, _lines(*records), outcome, "bulk.jsonl")


_FIRST, _LAST = (_order(1), _item(1)), (_order(3), _item(3))


def _bulk_bad(fault, column, part, *records, told=None):
    """Bad lines between two good orders; all of them are set aside."""
    aside = len(records)
    wanted = Stored(4 + aside, _TWO, lines=2, aside=aside, told=told, problems=((3, column, part),))
    return _bulk(fault, wanted, *_FIRST, *records, *_LAST)


_PRODUCT = {"id": "gid://shopify/Product/9", "title": "Candle"}
_BULK = [
    _bulk("a bulk operation, nothing wrong", Stored(4, _TWO, lines=2), *_FIRST, *_LAST),
    _bulk("children before their parents", Stored(4, _TWO, lines=2), _item(1), _item(3), _order(1), _order(3)),
    _bulk_bad("a child whose parent is not in the file", None, "its parent gid://shopify/Order/77 is not in the file", _item(77)),
    _bulk_bad("parents in a circle", None, "circle", {**_item(88), "id": "gid://shopify/LineItem/88", "__parentId": "gid://shopify/LineItem/88"}),
    _bulk_bad("a line that tells nothing of itself", None, "neither __typename nor id", {"title": "Candle"}),
    _bulk_bad("a child's line cut off", None, "line 4, which belongs to it, cannot be read", _order(), json.dumps(_item())[:-1]),
    _bulk_bad("a child with a key twice", None, "line 4, which belongs to it, cannot be read", _order(), json.dumps(_item())[:-1] + ', "title": "x"}'),
    _bulk_bad("a child with a bad quantity", None, "another row of the same order", _order(), _item(quantity="two")),
    _bulk_bad("a status of null in bulk", "displayFinancialStatus", "needs a financial status", _order(displayFinancialStatus=None), _item()),
    _bulk_bad("money in another currency than the order's", "totalPriceSet", "another currency", _order(totalPriceSet=_money("25.0", "USD"))),
    _bulk_bad("money that is a text without its set", "totalPriceSet", "needs a total", _order(totalPriceSet=None)),
    _bulk_bad("money that is a list", None, "not an object", _order(totalPriceSet=[25])),
    _bulk_bad("an id that is a number in a list", None, "holds a list", _order(id=[1])),
    _bulk_bad("createdAt without its zone", "createdAt", "not a time", _order(createdAt="2026-03-01 10:00"), _item()),
    _bulk("products beside orders", Stored(6, _TWO, lines=2, skipped=2, note="2 records of type Product left out"), *_FIRST, _PRODUCT, {**_PRODUCT, "id": "gid://shopify/Product/10"}, *_LAST),
    _bulk("a test order with its line", Stored(4, {"EUR": (1, "25.00")}, skipped=2), *_FIRST, _order(test=True), _item()),
    _bulk("an order twice, with its lines", Stored(4, {"EUR": (1, "25.00")}, duplicate=2), *_FIRST, *_FIRST),
    case("the last line cut off", _lines(*_FIRST, *_LAST, _order(5))[:-200], Stored(5, _TWO, aside=1, problems=((5, None, "middle of a value"),)), "bulk.jsonl"),
    _bulk("a bulk operation of products alone", Stored(1, {}, skipped=1, note="1 record of type Product left out"), {**_PRODUCT, "__typename": "Product"}),
]  # fmt: skip
CASES = [*_REST, *_BULK]

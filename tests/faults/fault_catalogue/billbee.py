"""Billbee: orders by a layout of one's own, and pages of the API."""

from __future__ import annotations

import json

from fault_catalogue.case import Refused, Stored, case

_HEAD = "Bestellnummer;Bestelldatum;Bezahlt am;Status;Zahlungsart;E-Mail;Gesamtbetrag;MwSt;Währung;Artikelbezeichnung;Menge;Summe"
_GOOD = {"EUR": (2, "1074.90")}
_SUM = "not an amount of this currency"


def _row(number="1002", day="03.03.2026 10:00", paid="03.03.2026 10:05", status="Abgeschlossen", how="PayPal",
         email="ann@example.org", total="20,00 €", tax="3,19 €", currency="EUR", product="Docht", pieces="1", line="20,00 €"):  # fmt: skip
    return f"{number};{day};{paid};{status};{how};{email};{total};{tax};{currency};{product};{pieces};{line}"


_ONE, _THREE = _row("1001", total="1.054,90 €", tax="168,43 €", line="1.054,90 €"), _row("1003")


def _table(*rows, head=_HEAD):
    return "\n".join((head, *rows, ""))


def _beside(fault, column, part, **cells):
    """A bad order between two good ones: 1,054.90 and 20.00."""
    return case(fault, _table(_ONE, _row(**cells), _THREE), Stored(3, _GOOD, aside=1, problems=((3, column, part),)), "bestellungen.csv")  # fmt: skip


def _csv(fault, outcome, *rows, head=_HEAD, options=()):
    return case(fault, _table(*rows, head=head), outcome, "bestellungen.csv", options)


_OPEN = Stored(3, {"EUR": (3, "1094.90")})
_CSV = [
    _csv("orders, nothing wrong", _OPEN, _ONE, _row(), _THREE),
    _beside("a state that nobody knows", "Status", "not a known status", status="Unterwegs"),
    _beside("no total", "Gesamtbetrag", "needs a total", total=""),
    _beside("a total in words", "Gesamtbetrag", _SUM, total="gratis"),
    _beside("a decimal point among commas", "Gesamtbetrag", _SUM, total="20.50 €"),
    _beside("a tax above the total", "Gesamtbetrag", "more than the total", tax="30,00 €"),
    _beside("31.04.", "Bestelldatum", "no such day", day="31.04.2026 10:00"),
    _beside("no date", "Bestelldatum", "needs a date", day=""),
    _beside("a date in another form", "Bestelldatum", "not a time", day="2026-03-03 10:00"),
    _beside("no number", "Bestellnummer", "no order number", number=""),
    _beside("a currency that is none", "Währung", "not an ISO 4217", currency="EUX"),
    _csv("no currency, a euro sign beside the total", _OPEN, _ONE, _row(currency=""), _THREE),
    _csv("an offer", Stored(3, _GOOD, skipped=1, note="left out"), _ONE, _row(status="Angeboten"), _THREE),
    _csv("a test payment", Stored(3, _GOOD, skipped=1), _ONE, _row(how="42"), _THREE),
    _csv("an order unpaid, one cancelled", _OPEN, _ONE, _row(paid="", status="Storniert"), _row("1003", paid="", status="Bestellt")),
    _csv("rates of tax where amounts should be", Stored(3, {"EUR": (3, "1094.90")}, note="holds rates, not amounts"),
         *(one.replace("168,43 €", "19 %").replace("3,19 €", "19 %") for one in (_ONE, _row(), _THREE))),
    _csv("two columns of one meaning", Refused("bad_header", "'Bestellnummer' and 'Bestell-Nr.' mean the same", 1), _ONE, head=_HEAD.replace("Menge", "Bestell-Nr.")),
    _csv("two columns of one meaning, one of them surer", Stored(1, {"EUR": (1, "1054.90")}, note="not read: Rechnungsbetrag"), _ONE, head=_HEAD.replace("Zahlungsart", "Rechnungsbetrag")),
    _csv("no column of totals", Refused("not_recognised", "no known format", 1), _ONE, head=_HEAD.replace("Gesamtbetrag", "Nettobetrag")),
    _csv("no article named", Stored(1, {"EUR": (1, "1054.90")}, lines=0, note="no column names an article"), _ONE, head=_HEAD.replace("Artikelbezeichnung", "Hinweis")),
    _csv("another total in an order's second row", Stored(3, {"EUR": (1, "20.00")}, aside=2, problems=((2, None, "another row"), (3, "Gesamtbetrag", "says something else"))),
         _ONE, _ONE.replace("1.054,90 €;168", "1.054,91 €;168"), _THREE),
    _csv("a row too short", Stored(3, _GOOD, aside=1, problems=((3, None, "2 cells, the header 12"),)), _ONE, "1002;03.03.2026 10:00", _THREE),
    case("cp1252, as Billbee's charset may be", _table(_ONE).encode("cp1252"), Refused("bad_encoding", "not UTF-8 text", 1), "bestellungen.csv"),
    case("cp1252, and told", _table(_ONE).encode("cp1252"), Stored(1, {"EUR": (1, "1054.90")}), "bestellungen.csv", ("--encoding", "cp1252")),
]  # fmt: skip


def _item(**fields):
    product = {"Product": {"Title": "Candle", "SKU": "C-1"}, "Quantity": 1.0, "IsCoupon": False}
    return {**product, "TotalPrice": 10.0, "TaxAmount": 1.6, **fields}


def _order(number=2, **fields):
    """A paid order of a candle: 10.00 and 4.90 shipping."""
    return {
        "BillBeeOrderId": 900 + number, "Id": f"S{number}", "OrderNumber": f"{number}", "State": 3,
        "CreatedAt": "2026-02-01T10:00:00Z", "PayedAt": "2026-02-01T10:00:05Z", "ShippedAt": None,
        "LastModifiedAt": "2026-02-01T10:00:06Z", "PaymentMethod": 3, "ShippingCost": 4.9, "TotalCost": 14.9,
        "AdjustmentCost": 0.0, "Currency": "EUR", "OrderItems": [_item()],
        "Seller": {"Platform": "Shopify", "BillbeeShopName": "Wax"}, "Tags": [], "IsCancelationFor": None,
        "Customer": {"Id": 77, "Number": 5, "Name": "Ann Arbor", "Email": "ann@example.com"}, **fields,
    }  # fmt: skip


def _page(*orders, page=1, of=1):
    head = json.dumps({"Paging": {"Page": page, "TotalPages": of}, "ErrorCode": 0})
    return head[:-1] + ', "Data": [\n' + ",\n".join(one if isinstance(one, str) else json.dumps(one) for one in orders) + "\n]}\n"  # fmt: skip


_TWO = {"EUR": (2, "29.80")}


def _api(fault, outcome, *orders, **how):
    return case(fault, _page(*orders, **how), outcome, "page.json")


def _order_aside(fault, column, part, **fields):
    wanted = Stored(3, _TWO, aside=1, problems=((3, column, part),))
    return _api(fault, wanted, _order(1), _order(**fields), _order(3))


_DUMPED = json.dumps(_order())
_API = [
    _api("a page, nothing wrong", Stored(2, _TWO, lines=2), _order(1), _order()),
    _order_aside("a state of a number that nobody knows", "State", "not a known status", State=99),
    _order_aside("no state", "State", "needs a State", State=None),
    _order_aside("no TotalCost", "TotalCost", "needs a total", TotalCost=None),
    _order_aside("a TotalCost in words", "TotalCost", _SUM, TotalCost="free"),
    _order_aside("no CreatedAt", "CreatedAt", "needs a date", CreatedAt=None),
    _order_aside("a CreatedAt that was never set", "CreatedAt", "needs a date", CreatedAt="0001-01-01T00:00:00"),
    _order_aside("CreatedAt on 30 February", "CreatedAt", "no such day", CreatedAt="2026-02-30T10:00:00Z"),
    _order_aside("items that are no list", None, "OrderItems is no list of objects", OrderItems={"TotalPrice": 1}),
    _order_aside("an item without a price", "TotalPrice", "is no number", OrderItems=[_item(TotalPrice=None)]),
    _order_aside("an item's tax in words", "TaxAmount", "is no number", OrderItems=[_item(TaxAmount="19 %")]),
    _order_aside("a customer that is a text", None, "Customer holds no object", Customer="Ann"),
    _order_aside("a Currency that is none", "Currency", "not an ISO 4217", Currency="EU"),
    _api("NaN for a TotalCost", Stored(3, _TWO, aside=1, problems=((3, None, "no numbers in JSON"),)), _order(1), _DUMPED.replace("14.9", "NaN"), _order(3)),
    _api("a key twice in a page's order", Stored(3, _TWO, aside=1, problems=((3, None, "stands there twice"),)), _order(1), _DUMPED[:-1] + ', "State": 4}', _order(3)),
    _api("an order of state 14, an offer", Stored(2, {"EUR": (1, "14.90")}, skipped=1, note="left out"), _order(1), _order(State=14)),
    _api("an order paid with 42, a test", Stored(2, {"EUR": (1, "14.90")}, skipped=1), _order(1), _order(PaymentMethod=42)),
    _api("a sum that does not add up", Stored(1, {"EUR": (1, "20.00")}, note="not what its items, shipping and adjustment add up to"), _order(TotalCost=20.0)),
    _api("an item without TaxAmount", Stored(1, {"EUR": (1, "14.90")}, note="count as free of tax"), _order(OrderItems=[_item(TaxAmount=None)])),
    _api("an order twice on a page", Stored(2, {"EUR": (1, "14.90")}, duplicate=1), _order(), _order()),
    _api("an order twice, changed since", Stored(2, {"EUR": (1, "15.90")}, duplicate=1), _order(), _order(TotalCost=15.9, LastModifiedAt="2026-02-02T10:00:00Z")),
    _api("a page of several missing", Stored(1, {"EUR": (1, "14.90")}, note="of 3 pages 2 are in none of the files: 1, 3"), _order(), page=2, of=3),
    _api("a page without orders", Stored(0, {})),
    _api("a cancellation of an order that no file holds", Stored(2, {"EUR": (1, "14.90")}, skipped=1, note="1 cancellation"), _order(1), _order(IsCancelationFor="S77")),
    case("a page cut off", _page(_order(1), _order())[:-60], Refused("bad_json", "middle of a value", None), "page.json"),
]  # fmt: skip
CASES = [*_CSV, *_API]

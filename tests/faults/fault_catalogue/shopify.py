"""Shopify's orders export."""

from __future__ import annotations

import csv
import io

from fault_catalogue.case import Refused, Stored, case

HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Shipping Name,Notes,Cancelled at,Payment Method,Refunded Amount,"
    "Vendor,Id,Tags,Source,Phone"
).split(",")
_ORDER = {
    "Email": "ann@example.org", "Financial Status": "paid", "Paid at": "2026-03-01 10:05:00 +0100",
    "Fulfillment Status": "fulfilled", "Currency": "EUR", "Subtotal": "20.00", "Shipping": "5.00", "Taxes": "0.00",
    "Total": "25.00", "Created at": "2026-03-01 10:00:00 +0100", "Lineitem quantity": "1", "Lineitem name": "Candle",
    "Lineitem price": "20.00", "Lineitem sku": "CA-1", "Lineitem requires shipping": "true",
    "Lineitem taxable": "true", "Billing Name": "Ann Arbor", "Refunded Amount": "0.00",
}  # fmt: skip
_ONE, _TWO = {"EUR": (1, "25.00")}, {"EUR": (2, "50.00")}


def order(number=1001, **cells):
    own = {"Name": f"#{number}", "Id": f"500{number}"}
    return {**_ORDER, **own, **{name.replace("_", " "): value for name, value in cells.items()}}


def line(number=1001, **cells):
    """A later row of an order."""
    own = {"Name": f"#{number}", "Email": "ann@example.org", "Created at": "2026-03-01 10:00:00 +0100"}
    wick = {"Lineitem quantity": "2", "Lineitem name": "Wick", "Lineitem price": "1.00"}
    return {**own, **wick, **{name.replace("_", " "): value for name, value in cells.items()}}


def written(*rows, header=HEADER, **how):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", **how).writerows(
        [header, *([row.get(name, "") for name in header] for row in rows)]
    )
    return out.getvalue()


def _bad(fault, column, part, **cells):
    """A bad order between two good ones."""
    data = written(order(1001), order(1002, **cells), order(1003))
    return case(fault, data, Stored(3, _TWO, aside=1, problems=((3, column, part),)))


def _fine(fault, rows, totals, count=None, **more):
    return case(fault, written(*rows), Stored(count or len(rows), totals, **more))


_PART = written(order(1001), order(1002))

CASES = [
    _fine("nothing wrong", [order(), order(1002)], _TWO, lines=2),
    _fine("an order of two lines", [order(), line()], _ONE, lines=2),
    _bad("a status that nobody knows", "Financial Status", "", Financial_Status="settled"),
    _bad("no status", "Financial Status", "", Financial_Status=""),
    _bad("no total", "Total", "needs a total", Total=""),
    _bad("a total in words", "Total", "not an amount", Total="free"),
    _bad("a total below 0", "Total", "below 0", Total="-25.00"),
    _bad("a total of NaN", "Total", "not an amount", Total="NaN"),
    _bad("a total of 13 digits", "Total", "not an amount", Total="1234567890123.00"),
    _bad("a total of three decimals", "Total", "not an amount", Total="25.001"),
    _bad("a total with a thousands comma", "Total", "not an amount", Total="1,025.00"),
    _bad("a refund below 0", "Refunded Amount", "below 0", Refunded_Amount="-1.00"),
    _bad("no currency", "Currency", "missing", Currency=""),
    _bad("a currency that is none", "Currency", "not an ISO 4217", Currency="EUX"),
    _bad("no date", "Created at", "needs a date", Created_at=""),
    _bad("30 February", "Created at", "no such day", Created_at="2026-02-30 10:00:00 +0100"),
    _bad("29 February of a common year", "Created at", "no such day", Created_at="2025-02-29 10:00:00 +0100"),
    _bad("a day of 1989", "Created at", "not from 1990", Created_at="1989-12-31 10:00:00 +0100"),
    _bad("three years ahead", "Created at", "two years from now", Created_at="2029-12-31 10:00:00 +0100"),
    _bad("an offset of 25 hours", "Created at", "not a time", Created_at="2026-03-01 10:00:00 +2500"),
    _bad("a time without its zone", "Created at", "not a time", Created_at="2026-03-01 10:00:00"),
    _bad("a quantity below 0", "Lineitem quantity", "below 0", Lineitem_quantity="-1"),
    _bad("a quantity in words", "Lineitem quantity", "not a quantity", Lineitem_quantity="two"),
    _bad("a line without a quantity", "Lineitem quantity", "needs a quantity", Lineitem_quantity=""),
    _bad("a line without a name", "Lineitem name", "needs a name", Lineitem_name=""),
    _bad("a price in words", "Lineitem price", "not an amount", Lineitem_price="free"),
    _bad("a line beyond 64 bits", "Lineitem quantity", "more than can be counted", Lineitem_quantity="999999999999", Lineitem_price="999999999999.99"),
    case("a bad line takes its order along", written(order(), line(Lineitem_quantity="x"), order(1002)),
         Stored(3, _ONE, aside=2, problems=((2, None, "another row"), (3, "Lineitem quantity", "not a quantity")))),
    case("a row too short", _PART + "#1003,cut@example.org\n", Stored(3, _TWO, aside=1, problems=((4, None, "2 cells"),))),
    case("a row too short takes its order along", _PART + "#1002,cut@example.org\n", Stored(3, _ONE, aside=2, problems=((3, None, "another row"), (4, None, "2 cells")))),
    case("cut in the middle of a row", written(order(), order(1002), order(1003))[:-60], Stored(3, _TWO, aside=1, problems=((4, None, "cells, the header"),))),
    case("two exports joined", _PART + written(order(1003)), Stored(4, {"EUR": (3, "75.00")}, aside=1, problems=((4, None, "header stands here again"),))),
    case("a line whose order is elsewhere", written(order(), line(1099)), Stored(2, _ONE, aside=1, problems=((3, None, ""),))),
    case("a footer with the total", _PART + "Total" + "," * 11 + "50.00" + "," * (len(HEADER) - 12) + "\n", Stored(3, _TWO, aside=1, problems=((4, None, ""),))),
    case("a column twice", _PART.replace("Notes", "Email"), Refused("bad_header", "stands there twice", 1)),
    case("the Total column gone", _PART.replace(",Total,", ",Sum,"), Refused("not_recognised", "no known format", 1)),
    case("a quote that never closes", _PART + '#1003,"' + "x\n", Refused("unterminated_quote", "a quote opens here", 4)),
    case("semicolons after a spreadsheet", _PART.replace(",", ";"), Stored(2, _TWO)),
    case("decimal commas after a spreadsheet", written(order(), order(1002), delimiter=";").replace(".00", ",00"), Stored(2, _TWO)),
    case("saved by a spreadsheet on an ambiguous day", written(order(Created_at="03/04/2024 10:00")), Refused("ambiguous_dates", "day first or month first", 2)),
    case("an id in E-notation", written(order(Id="5.00E+12"), order(1002)), Stored(2, _TWO)),
    case("cp1252", written(order(Billing_Name="Änn")).encode("cp1252"), Refused("bad_encoding", "not UTF-8 text", 2)),
    case("a NUL", written(order(), order(1002, Notes="a\0b"), order(1003)), Stored(3, _TWO, aside=1, problems=((3, None, "NUL"),))),
    case("ESC and bidi in what is told", written(order(), order(1002, Total="\x1b[2J\u202e1")), Stored(2, _ONE, aside=1, problems=((3, "Total", "not an amount"),))),
    case("CR alone", _PART.replace("\n", "\r"), Stored(2, _TWO)),
]  # fmt: skip

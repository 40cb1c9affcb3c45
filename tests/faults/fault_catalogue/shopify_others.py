"""Shopify's customers and abandoned checkouts."""

from __future__ import annotations

from fault_catalogue.case import Refused, Stored, case
from fault_catalogue.shopify import order, written

_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
).split(",")
_CHECKOUTS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Id,Tags,Risk Level,Source,Lineitem discount,"
    "Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,"
    "Phone,Receipt Number,Billing Province Name,Shipping Province Name"
).split(",")


def _person(number, **cells):
    own = {"Customer ID": f"'70{number}", "First Name": "Ann", "Email": f"ann{number}@example.org", "Tax Exempt": "no",
           "Accepts Email Marketing": "yes", "Total Spent": "9.00", "Total Orders": "1"}  # fmt: skip
    return {**own, **{name.replace("_", " "): value for name, value in cells.items()}}


def _people(fault, outcome, *rows):
    return case(fault, written(*rows, header=_CUSTOMERS), outcome, "customers.csv")


def _checkout(number=37107487441214, **cells):
    return order(number, **{"Financial_Status": "", "Paid_at": "", "Id": str(number), **cells})


def _checkouts(fault, outcome, *rows):
    return case(fault, written(*rows, header=_CHECKOUTS), outcome, "checkouts.csv")


def _one_aside(column, part):
    return Stored(3, {}, aside=1, problems=((3, column, part),))


_WHOLE = written(_person(1), _person(2), header=_CUSTOMERS)

CASES = [
    _people("customers, nothing wrong", Stored(2, {}, clients=2), _person(1), _person(2)),
    _people("a consent in other words", _one_aside("Accepts Email Marketing", "neither yes nor no"), _person(1), _person(2, Accepts_Email_Marketing="ok"), _person(3)),
    _people("a customer who is nobody", _one_aside(None, "neither an e-mail"), _person(1), {"Total Spent": "0.00", "Total Orders": "0"}, _person(3)),
    _people("a customer twice", Stored(2, {}, clients=1), _person(1), _person(1)),
    _people("a customer id in E-notation", Stored(1, {}, clients=1, note="destroyed the Customer ID"), _person(1, Customer_ID="7.02E+12")),
    _people("ESC in a name", Stored(1, {}, clients=1), _person(1, First_Name="\x1b]0;x\x07\u202e")),
    case("a customer's row too long", _WHOLE + "'7,Ann" + "," * 30 + "\n", Stored(3, {}, aside=1, problems=((4, None, "cells, the header"),)), "customers.csv"),
    case("customers cut in the middle of a row", _WHOLE[:-20], Stored(2, {}, aside=1, problems=((3, None, "cells, the header"),)), "customers.csv"),
    case("a customers export without Email", _WHOLE.replace(",Email,", ",Mail,"), Refused("not_recognised", "no known format", 1), "customers.csv"),
    _checkouts("checkouts, nothing wrong", Stored(1, {}), _checkout()),
    _checkouts("a checkout without a date", _one_aside("Created at", "needs a date"), _checkout(1), _checkout(2, Created_at=""), _checkout(3)),
    _checkouts("a checkout's total in words", _one_aside("Total", "not an amount"), _checkout(1), _checkout(2, Total="?"), _checkout(3)),
    _checkouts("a checkout's total of 1e308", _one_aside("Total", "not an amount"), _checkout(1), _checkout(2, Total="1e308"), _checkout(3)),
    _checkouts("a checkout's currency that is none", _one_aside("Currency", "not an ISO 4217"), _checkout(1), _checkout(2, Currency="XX"), _checkout(3)),
    _checkouts("a checkout's quantity below 0", _one_aside("Lineitem quantity", "below 0"), _checkout(1), _checkout(2, Lineitem_quantity="-2"), _checkout(3)),
]  # fmt: skip

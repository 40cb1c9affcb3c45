"""Plain CSV: faults of values: ids, amounts, dates, words, and rows that contradict each other."""

from __future__ import annotations

from fault_catalogue.case import Refused, Stored, case
from fault_catalogue.plain_text import ANN, BEA, BOTH, HEAD, beside, good, row, text, third

_SHORT = "order_id,placed_at,order_total,currency"
_AMOUNT = "not an amount of this currency"
_TIME = "not a time as the rest of the file writes it"
_UNLIKELY = "not from 1990 to two years from now"


def _short(*rows, more=""):
    return text(_SHORT + more, *rows)


def _bad_amount(fault, cell):
    return beside(fault, row(total=cell), "order_total", _AMOUNT)


def _bad_day(fault, cell, wrong=_TIME):
    return beside(fault, row(placed=cell), "placed_at", wrong)


_IDS = [
    case("ids that look like numbers", _short("000123,2026-03-01,1.00,EUR", "1e5,2026-03-01,2.00,EUR",
         "12345678901234567890123,2026-03-01,4.00,EUR", "NaN,2026-03-01,8.00,EUR", "#77,2026-03-01,16.00,EUR"),
         Stored(5, {"EUR": (5, "31.00")}, keys=("000123", "12345678901234567890123", "1e5", "77", "NaN"))),
    beside("no order number", row(number=""), "order_id", "no order number"),
    beside("an order number that is # alone", row(number="#"), "order_id", "no order number"),
    third("an order number behind an apostrophe", row(number="'00077"), keys=("00077", "A-1", "A-2")),
]  # fmt: skip

_AMOUNTS = [
    _bad_amount("an amount of NaN", "NaN"),
    _bad_amount("an amount of inf", "inf"),
    _bad_amount("an amount of 1e308", "1e308"),
    _bad_amount("an amount of 1e5", "1e5"),
    _bad_amount("an amount of 13 digits", "1234567890123.00"),
    _bad_amount("three decimals in a currency of two", "12.345"),
    _bad_amount("an amount in hexadecimal", "0x10"),
    _bad_amount("an amount in brackets", "(7.00)"),
    _bad_amount("an amount with two signs", "--7.00"),
    _bad_amount("an amount with a typographic minus", "\u22127.00"),
    _bad_amount("an amount in other digits", "٧٫٠٠"),
    _bad_amount("an amount in words", "seven"),
    _bad_amount("an amount with another currency's sign", "£7.00"),
    _bad_amount("an amount with another currency's code", "USD 7.00"),
    _bad_amount("an amount with two currencies", "EUR 7.00 EUR"),
    _bad_amount("an amount with two points", "7.0.0"),
    _bad_amount("a decimal comma in a file of points", '"7,00"'),
    beside("no amount", row(total=""), "order_total", "needs a total or a price"),
    beside("a zero-width blank in an amount", row(total="7\u200b.00"), "order_total", _AMOUNT),
    third("an amount with its currency", row(total='"€ 1,007.00"', product="", quantity="", unit=""), "1032.50"),
    third("an amount with a thousands apostrophe", row(total="1'007.00"), "1032.50"),
    third("an amount with a plus", row(total="+7.00")),
    third("an amount behind an apostrophe", row(total="'7.00")),
    case("1,234 where nothing tells which it is", _short('1,2026-03-01,"1,234",EUR', "2,2026-03-01,5,EUR"),
         Stored(2, {"EUR": (1, "5.00")}, aside=1, problems=((2, "order_total", _AMOUNT),))),
    case("1,234 beside amounts with a point", _short('1,2026-03-01,"1,234",EUR', "2,2026-03-01,5.00,EUR"),
         Stored(2, {"EUR": (2, "1239.00")})),
    case("1.234,50 and 3.000 in one file", _short('1,2026-03-01,"1.234,50",EUR', "2,2026-03-01,3.000,EUR"),
         Stored(2, {"EUR": (2, "4234.50")})),
    case("1,234 told by --decimal comma", _short('1,2026-03-01,"1,234",EUR', "2,2026-03-01,5,EUR"),
         Stored(2, {"EUR": (1, "5.00")}, aside=1, problems=((2, "order_total", _AMOUNT),)), options=("--decimal", "comma")),
    case("currencies of 0, 2, 3 and 4 decimals", _short("1,2026-03-01,500,JPY", "2,2026-03-01,5.25,EUR",
         "3,2026-03-01,5.125,KWD", "4,2026-03-01,5.1234,CLF", "5,2026-03-01,500.00,JPY"),
         Stored(5, {"JPY": (2, "1000"), "EUR": (1, "5.25"), "KWD": (1, "5.125"), "CLF": (1, "5.1234")})),
    case("decimals in a currency without", _short("1,2026-03-01,500.50,JPY", "2,2026-03-01,500,JPY"),
         Stored(2, {"JPY": (1, "500")}, aside=1, problems=((2, "order_total", _AMOUNT),))),
    beside("no currency", row(currency=""), "currency", "currency is missing"),
    beside("a currency that is none", row(currency="EURO"), "currency", "not an ISO 4217"),
    beside("a currency that was", row(currency="DEM"), "currency", "not an ISO 4217"),
    case("no currency column, --currency told", "order_id,placed_at,order_total\n1,2026-03-01,5.00\n",
         Stored(1, {"CHF": (1, "5.00")}), options=("--currency", "CHF")),
    case("no currency column", "order_id,placed_at,order_total\n1,2026-03-01,5.00\n",
         Refused("no_good_row", "currency is missing", 2)),
    case("a sum beyond 64 bits", _short(*(f"{n},2026-03-01,999999999999.9999,CLF" for n in range(1000))),
         Refused("unreadable", "totals in CLF add up to more than can be counted")),
    case("refunds beyond 64 bits", _short("1,2026-03-01,5.00,EUR", "2,2026-03-01,5,CLF",
         *(f"2,2026-03-01,-{999999999999 - n}.9999,CLF" for n in range(1000))),
         Stored(1002, {"EUR": (1, "5.00")}, aside=1001, problems=((3, "refunded", "more than can be counted"),))),
    beside("a line beyond 64 bits", row(quantity="999999999999", unit="999999999999.99"), "quantity", "more than can be counted"),
    beside("a quantity below 0", row(quantity="-1"), "quantity", "below 0"),
    beside("a quantity in words", row(quantity="two"), "quantity", "not a number"),
    beside("a quantity of four decimals", row(quantity="1.2345"), "quantity", "not a number"),
    beside("a unit price in words", row(unit="free"), "unit_price", _AMOUNT),
    beside("a line without a product", row(product=""), "product", "needs a product or a service"),
    third("a quantity of 2.5000", row(quantity="2.5000", unit="2.80")),
    case("tax and shipping above the total", text(_SHORT + ",tax,shipping", "1,2026-03-01,5.00,EUR,4.00,3.00", "2,2026-03-01,5.00,EUR,1.00,"),
         Stored(2, {"EUR": (1, "5.00")}, aside=1, problems=((2, "order_total", "more than the total"),))),
    case("a tax below 0", text(_SHORT + ",tax", "1,2026-03-01,5.00,EUR,-1.00", "2,2026-03-01,5.00,EUR,1.00"),
         Stored(2, {"EUR": (1, "5.00")}, aside=1, problems=((2, "tax", "below 0"),))),
]  # fmt: skip

_DAYS = [
    _bad_day("30 February", "2026-02-30 10:00", "no such day or hour"),
    _bad_day("29 February of a common year", "2025-02-29 10:00", "no such day or hour"),
    third("29 February of a leap year", row(placed="2024-02-29 10:00")),
    _bad_day("31 April", "2026-04-31 10:00", "no such day or hour"),
    _bad_day("month 13", "2026-13-01 10:00", "no such day or hour"),
    _bad_day("25 o'clock", "2026-03-03 25:00", "no such day or hour"),
    _bad_day("24:00", "2026-03-03 24:00", "no such day or hour"),
    _bad_day("a day of 1989", "1989-12-31 23:59", _UNLIKELY),
    third("the first day of 1990", row(placed="1990-01-01 00:00")),
    _bad_day("two years and a day ahead", "2028-11-02 00:00", _UNLIKELY),
    third("two years ahead", row(placed="2028-11-01 23:59")),
    _bad_day("the year 20226", "20226-03-03 10:00"),
    _bad_day("a date in words", "3 March 2026"),
    _bad_day("a spreadsheet's day number", "46084"),
    _bad_day("seconds since 1970", "1772531200"),
    beside("no date", row(placed=""), "placed_at", "needs a date"),
    _bad_day("a time with a zone among others without", "2026-03-03T12:00:00+02:00"),
    _bad_day("a dotted date among ISO dates", "03.03.2026 12:00"),
    case("a time without a zone among others with", _short("1,2026-03-01T10:00:00Z,1.00,EUR", "2,2026-03-01 10:00,2.00,EUR",
         "3,2026-03-01T10:00:00+01:00,4.00,EUR"), Stored(3, {"EUR": (2, "5.00")}, aside=1, problems=((3, "placed_at", _TIME),))),
    case("an hour that the clock skips", _short("1,2026-03-29 02:30,1.00,EUR"), Stored(1, {"EUR": (1, "1.00")}, note="when the clock changes")),
    case("an hour that the clock has twice", _short("1,2025-10-26 02:30,1.00,EUR"), Stored(1, {"EUR": (1, "1.00")}, note="when the clock changes")),
    case("times without a zone", _short("1,2026-03-01 10:00,1.00,EUR"), Stored(1, {"EUR": (1, "1.00")}, note="carry no time zone")),
    case("03/04/2024, day or month first", _short("1,03/04/2024,1.00,EUR", "2,05/06/2024,2.00,EUR"),
         Refused("ambiguous_dates", "'03/04/2024' can be day first or month first", 2)),
    case("03/04/2024 told by --date-format", _short("1,03/04/2024,1.00,EUR"), Stored(1, {"EUR": (1, "1.00")}), options=("--date-format", "%d/%m/%Y")),
    case("03/04/2024 beside 22/05/2024", _short("1,03/04/2024,1.00,EUR", "2,22/05/2024,2.00,EUR"), Stored(2, {"EUR": (2, "3.00")}, note="day first")),
    case("22/05/2024 beside 05/22/2024", _short("1,22/05/2024,1.00,EUR", "2,05/22/2024,2.00,EUR"),
         Refused("ambiguous_dates", "'22/05/2024' can be day first or month first", 2)),
    case("dotted dates", _short("1,03.04.2024,1.00,EUR", "2,05.06.24 9:05,2.00,EUR"), Stored(2, {"EUR": (2, "3.00")}, note="day first")),
    case("30.02.2024 among dotted dates", _short("1,30.02.2024,1.00,EUR", "2,29.02.2024,2.00,EUR"),
         Stored(2, {"EUR": (1, "2.00")}, aside=1, problems=((2, "placed_at", "no such day or hour"),))),
    case("a value that --date-format does not fit", _short("1,2024-04-03,1.00,EUR", "2,03/04/2024,2.00,EUR"),
         Stored(2, {"EUR": (1, "2.00")}, aside=1, problems=((2, "placed_at", _TIME),)), options=("--date-format", "%d/%m/%Y")),
]  # fmt: skip

_MORE = ",status,kind,test,email,rating,birthday,language,accepts_email,anonymous,product"


def _worded(fault, cells, column, part):
    names = _MORE.strip(",").split(",")
    mine = ",".join(cells.get(name, {"status": "paid", "product": "Jar"}.get(name, "")) for name in names)
    other = ",".join({"status": "paid", "product": "Jar"}.get(name, "") for name in names)
    data = _short("1,2026-03-01,1.00,EUR," + mine, "2,2026-03-01,2.00,EUR," + other, more=_MORE)
    return case(fault, data, Stored(2, {"EUR": (1, "2.00")}, aside=1, problems=((2, column, part),)))


_WORDS = [
    _worded("a status that nobody knows", {"status": "shipped-ish"}, "status", "not a known status"),
    _worded("no status in a file with statuses", {"status": ""}, "status", "needs a status"),
    _worded("a kind that is none", {"kind": "gift"}, "kind", "neither purchase nor booking"),
    _worded("a test mark that is neither yes nor no", {"test": "maybe"}, "test", "neither yes nor no"),
    _worded("six stars", {"rating": "6"}, "rating", "1 to 5"),
    _worded("no star", {"rating": "0"}, "rating", "1 to 5"),
    _worded("a birthday on 30 February", {"birthday": "1990-02-30"}, "birthday", "not a day"),
    _worded("a birthday with the year cut", {"birthday": "1.2.90"}, "birthday", "not a day"),
    _worded("a language that is a name", {"language": "Deutsch (DE)"}, "language", "not a language tag"),
    _worded("a consent in other words", {"accepts_email": "ja klar"}, "accepts_email", "neither yes nor no"),
    _worded("an anonymous client with an e-mail", {"anonymous": "yes", "email": "a@example.org"}, "anonymous", "marked as anonymous"),
    case("a test order", _short("1,2026-03-01,1.00,EUR,yes", "2,2026-03-01,2.00,EUR,no", more=",test"), Stored(2, {"EUR": (1, "2.00")}, skipped=1)),
    case("an e-mail that is none", _short("1,2026-03-01,1.00,EUR,nobody", more=",email"), Stored(1, {"EUR": (1, "1.00")}, note="e-mail that is none")),
]  # fmt: skip

_ROWS = [
    case("the same row twice, without lines", _short("1,2026-03-01,1.00,EUR", "1,2026-03-01,1.00,EUR"), Stored(2, {"EUR": (1, "1.00")}, duplicate=1)),
    case("the same line twice is two lines", text(HEAD, ANN, ANN), Stored(2, {"EUR": (1, "20.00")}, lines=2)),
    case("another total in an order's second row", text(HEAD, ANN, ANN.replace("20.00", "21.00"), BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (3, "order_total", "says something else")))),
    case("another currency in an order's second row", text(HEAD, ANN, ANN.replace("EUR", "USD"), BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (3, "currency", "says something else")))),
    case("another e-mail in an order's second row", text(HEAD, ANN, ANN.replace("ann@", "anna@"), BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (3, "email", "says something else")))),
    case("another day in an order's second row", text(HEAD, ANN, BEA, ANN.replace("03-01", "03-05")),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (4, "placed_at", "says something else")))),
    case("the same total, written differently", text(HEAD, ANN, ANN.replace("20.00", "20.0"), BEA), Stored(3, BOTH, lines=3)),
    case("an e-mail in capitals in a second row", text(HEAD, ANN, ANN.replace("ann@", "Ann@"), BEA), Stored(3, BOTH, lines=3)),
    case("a bad line takes its order along", text(HEAD, ANN, ANN.replace("Candle,2", "Candle,two"), BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (3, "quantity", "not a number")))),
    case("a row too short takes its order along", text(HEAD, ANN, "A-1,2026-03-01 10:00", BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row of the same order"), (3, None, "2 cells, the header 8")))),
    case("a refund row", _short("1,2026-03-01,5.00,EUR", "1,2026-03-08,-2.00,EUR"), Stored(2, {"EUR": (1, "5.00")})),
    case("a refund row before its order", _short("1,2026-03-08,-2.00,EUR", "1,2026-03-01,5.00,EUR"), Stored(2, {"EUR": (1, "5.00")})),
    case("a refund without its order", _short("1,2026-03-08,-2.00,EUR", "2,2026-03-01,5.00,EUR"), Stored(2, {"EUR": (2, "3.00")})),
    case("a refund in another currency", _short("1,2026-03-01,5.00,EUR", "1,2026-03-08,-2.00,USD", "2,2026-03-01,5.00,EUR"),
         Stored(3, {"EUR": (1, "5.00")}, aside=2, problems=((2, None, "another row of the same order"), (3, "currency", "says something else")))),
    case("every row bad", _short("1,2026-02-30,1.00,EUR", "2,2026-03-01,x,EUR"), Refused("no_good_row", "placed_at '2026-02-30'", 2)),
    case("ESC and bidi characters in a cell that is told", text(HEAD, ANN, row(total="\x1b]8;;http://x\x07\u202e1"), BEA),
         Stored(3, BOTH, aside=1, problems=((3, "order_total", _AMOUNT),))),
    case("ESC and bidi characters in a name", text(HEAD.replace("product", "name"), ANN.replace("Candle", "Ann\x1b[2J\u202eb").replace(",2,", ",,").replace(",10.00", ",")),
         Stored(1, {"EUR": (1, "20.00")}, clients=1)),
    case("ESC in a column's name", text(HEAD + ",\x1b[31mred\u202e", ANN + ",", BEA + ","), Stored(2, BOTH, note="not read")),
    case("ESC in an unknown header", "\x1b[31mred\u202e,x\n1,2\n", Refused("not_recognised", "no known format", 1)),
    case("ESC in the order number of two contradicting rows", text(HEAD, row(number="B\x1b[2J"), row(number="B\x1b[2J", total="8.00"), BEA),
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((2, None, "another row"), (3, "order_total", "says something else")))),
    case("text that a spreadsheet would run", text(HEAD, ANN, row(product="=HYPERLINK(1)"), BEA), Stored(3, {"EUR": (3, "32.50")}, lines=3)),
    case("markup in a cell that is told", good(row(placed="[/bold]:skull:")), Stored(3, BOTH, aside=1, problems=((4, "placed_at", _TIME),))),
    case("a list of clients with a row of nobody", "email,name,phone\nann@example.org,Ann,\n,Bea,\n",
         Stored(2, {}, aside=1, problems=((3, None, "neither an e-mail"),), clients=1), "clients.csv"),
]  # fmt: skip

CASES = [*_IDS, *_AMOUNTS, *_DAYS, *_WORDS, *_ROWS]

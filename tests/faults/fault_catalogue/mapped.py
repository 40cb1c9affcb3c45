"""Tables of somebody else's making, read by a mapping."""

from __future__ import annotations

from fault_catalogue.case import Refused, Stored, case
from fault_catalogue.plain_text import text

_MAP = """kind = "orders"
currency = "EUR"
date_format = "%d.%m.%Y"
decimal = "comma"
footer = ["Total*"]

[columns]
order_id = "No"
placed_at = "Day"
order_total = "Sum"
status = "State"
email = "Mail"

[optional]
product = "Item"
quantity = "Pieces"

[status]
"done" = "completed"
"void" = "cancelled"
"""
_HEAD = "No;Day;Sum;State;Mail;Item;Pieces"
_ONE = "M1;01.03.2026;1.020,00;done;ann@example.org;Candle;2"
_THREE = "M3;03.03.2026;5,50;void;bea@example.org;Wick;1"
_BOTH = {"EUR": (2, "1025.50")}
_FINE = Stored(2, _BOTH, lines=2)
_MAPPED = ("--mapping", "shop.toml")


def _row(
    number="M2", day="02.03.2026", total="7,00", state="done", mail="cy@example.org", item="Jar", pieces="1"
):
    return f"{number};{day};{total};{state};{mail};{item};{pieces}"


def _case(fault, outcome, data, mapping=_MAP, options=()):
    return case(fault, data, outcome, "sales.csv", (*_MAPPED, *options), [("shop.toml", mapping)])


def _beside(fault, column, part, **cells):
    wanted = Stored(3, _BOTH, aside=1, problems=((3, column, part),))
    return _case(fault, wanted, text(_HEAD, _ONE, _row(**cells), _THREE))


def _misfit(fault, part, data, mapping=_MAP):
    return _case(fault, Refused("mapping_misfit", part, 1), data, mapping)


_GOOD = text(_HEAD, _ONE, _THREE)
_LINES = """currency = "EUR"
[[file]]
kind = "orders"
[file.columns]
order_id = "No"
placed_at = "Day"
order_total = "Sum"
[[file]]
kind = "lines"
[file.columns]
order_id = "No"
product = "Item"
"""
_SUMS = _MAP.replace('order_total = "Sum"\n', "") + '\n[sums]\norder_total = ["Goods", "Post", "-Off"]\n'
_SUM_HEAD = "No;Day;Goods;Post;Off;State;Mail"

CASES = [
    _case("nothing wrong", _FINE, _GOOD),
    _case("other columns beside those of the mapping", _FINE, text(_HEAD + ";Colour", _ONE + ";red", _THREE + ";")),
    _case("lines of text before the header", _FINE, text("Sales of 2026", "", "Shop: Kiln", "") + _GOOD),
    _case("a foot with the total", Stored(3, _BOTH, skipped=1, lines=2, note="1 row of its foot left out"), text(_HEAD, _ONE, _THREE, "Total;;1.025,50;;;;")),
    _case("a foot of fewer cells", Stored(3, _BOTH, skipped=1, lines=2, note="1 row of its foot left out"), text(_HEAD, _ONE, _THREE, "Total 1.025,50")),
    _case("a foot that the mapping does not name", Stored(3, _BOTH, aside=1, problems=((4, None, "1 cells, the header 7"),)), text(_HEAD, _ONE, _THREE, "2 sales")),
    _case("an order that is called as the foot begins", Stored(3, {"EUR": (3, "1032.50")}, lines=3), text(_HEAD, _ONE, _row("Total-7"), _THREE)),
    _case("a column's name in capitals", _FINE, _GOOD.replace("Sum", " SUM ")),
    _case("a column that only the mapping's optional part names is missing", Stored(2, _BOTH, lines=2), _GOOD.replace("Pieces", "Count")),
    _misfit("a column that the mapping needs is missing", "no column 'Sum' (did you mean 'Summe'?)", _GOOD.replace("Sum", "Summe")),
    _misfit("no column of the mapping is there", "'No'", "a;b\n1;2\n"),
    _case("a column of the mapping stands there twice", Refused("bad_header", "stands there twice", 1), _GOOD.replace("Pieces", "Sum")),
    _beside("a status that the mapping does not know", "State", "not a known status", state="parked"),
    _beside("no status", "State", "needs a status", state=""),
    _beside("a date of another form than the mapping's", "Day", "not a time", day="2026-03-02"),
    _beside("30.02.", "Day", "no such day", day="30.02.2026"),
    _beside("a decimal point where the mapping says comma", "Sum", "not an amount", total="7.00"),
    _beside("an amount of two signs", "Sum", "not an amount", total="1,020.00"),
    _beside("an amount in another currency than the mapping's", "Sum", "not an amount", total="$7,00"),
    _beside("no order number", "No", "no order number", number=""),
    _beside("a quantity in words", "Pieces", "not a number", pieces="two"),
    _case("points where the mapping says comma, told by --decimal", Stored(2, {"EUR": (2, "1025.50")}, lines=2), text(_HEAD, _ONE.replace("1.020,00", "1020.00"), _THREE.replace("5,50", "5.50")), options=("--decimal", "point")),
    _case("the mapping names another encoding", Stored(1, {"EUR": (1, "1020.00")}, clients=1), text(_HEAD, _ONE.replace("ann@", "änn@")).encode("cp1252"), 'encoding = "cp1252"\n' + _MAP),
    _case("cp1252, and the mapping does not say so", Refused("bad_encoding", "not UTF-8 text", 2), text(_HEAD, _ONE.replace("ann@", "änn@")).encode("cp1252")),
    _case("amounts that are added up", Stored(2, {"EUR": (2, "30.40")}), text(_SUM_HEAD, "M1;01.03.2026;20,00;4,90;1,00;done;ann@example.org", "M2;02.03.2026;6,50;;;done;"), _SUMS),
    _case("one of the amounts that are added up is none", Stored(2, {"EUR": (1, "6.50")}, aside=1, problems=((2, "Post", "not an amount"),)), text(_SUM_HEAD, "M1;01.03.2026;20,00;free;;done;", "M2;02.03.2026;6,50;;;done;"), _SUMS),
    _case("lines without the orders", Refused("lines_alone", "it holds only lines of orders", 1), "No,Item\nM1,Candle\n", _LINES),
    _case("every row bad", Refused("no_good_row", "not a known status", 2), text(_HEAD, _row(state="x"), _row("M3", state="y"))),
    _case("ESC in a status that is told", Stored(3, _BOTH, aside=1, problems=((3, "State", "not a known status"),)), text(_HEAD, _ONE, _row(state="\x1b[2J\u202ex"), _THREE)),
]  # fmt: skip

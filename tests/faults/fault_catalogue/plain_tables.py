"""Plain CSV: faults of records, quotes, line ends and encodings."""

from __future__ import annotations

from fault_catalogue.case import Refused, Stored, case
from fault_catalogue.plain_text import ANN, BEA, BOTH, HEAD, beside, good, row, text

_FINE = Stored(2, BOTH, lines=2)
_UML = good().replace("ann@", "änn@")
_WIDE = HEAD.count(",") + 1


def _with(separator, decimal="."):
    return good().replace(",", separator).replace(".", decimal).replace(f"example{decimal}org", "example.org")


CASES = [
    case("nothing wrong", good(), _FINE),
    case("CR LF", good(end="\r\n"), _FINE),
    case("CR alone", good(end="\r"), _FINE),
    case("mixed line ends", f"{HEAD}\r\n{ANN}\n{BEA}\r", _FINE),
    case("no line end behind the last row", good().rstrip("\n"), _FINE),
    case("blank lines between rows", text(HEAD, "", ANN, "", "  ", BEA, ""), _FINE),
    case("rows of nothing but separators", text(HEAD, ANN, "," * (_WIDE - 1), BEA), _FINE),
    case("blank lines before the header", "\n\n" + good(), _FINE),
    case("a byte order mark", b"\xef\xbb\xbf" + good().encode(), _FINE),
    case("two byte order marks", b"\xef\xbb\xbf" * 2 + good().encode(), Refused("not_recognised", "order_id", 1)),
    case(
        "a byte order mark in the middle",
        text(HEAD, ANN, "\ufeff" + row(), BEA),
        Stored(3, BOTH, aside=1, problems=((3, None, "byte order mark"),)),
    ),
    case(
        "two files joined, header and mark and all",
        good() + "\ufeff" + text(HEAD, row()),
        Stored(4, {"EUR": (3, "32.50")}, aside=1, problems=((4, None, "the header stands here again"),)),
    ),
    beside("the header again", HEAD, None, "the header stands here again"),
    beside("the header again in capitals", HEAD.upper(), None, "the header stands here again"),
    case(
        "a footer with the total",
        good("Total,,25.50,EUR,,,,"),
        Stored(3, BOTH, aside=1, problems=((4, "placed_at", "needs a date"),)),
    ),
    case(
        "a footer in another form",
        good('"2 orders, 25.50 EUR"'),
        Stored(3, BOTH, aside=1, problems=((4, None, "1 cells, the header 8"),)),
    ),
    beside("a row too short", "B-1,2026-03-03,7.00", None, "3 cells, the header 8"),
    beside("a row too long", row() + ",more", None, "9 cells, the header 8"),
    beside("a thousands comma without quotes", row(total="1,007.00"), None, "9 cells, the header 8"),
    beside("text glued to a closing quote", row(product='"Jar" blue'), None, "glued to a closing quote"),
    case(
        "a stray quote inside a cell is text",
        text(HEAD, ANN, row(product='5" pipe'), BEA),
        Stored(3, {"EUR": (3, "32.50")}, lines=3),
    ),
    case(
        "a line end inside quotes",
        text(HEAD, ANN, row(product='"Jar\nblue"'), BEA.replace("5.50,EUR", "x,EUR")),
        Stored(3, {"EUR": (2, "27.00")}, aside=1, problems=((5, "order_total", "not an amount"),)),
    ),
    case("a separator inside quotes", text(HEAD, ANN, row(product='"Jar, blue"')), Stored(2, {"EUR": (2, "27.00")})),
    case("every cell in quotes", text(*(f'"{line}"'.replace(",", '","') for line in (HEAD, ANN, BEA))), _FINE),
    case("a quote that never closes", text(HEAD, ANN, row(product='"Jar'), BEA), Refused("unterminated_quote", "a quote opens here", 3)),
    case("a quote that closes in a later row", text(HEAD, row(product='"Jar'), ANN, row(product='a"b')), Refused("unterminated_quote", "a quote opens here", 2)),
    case("a header whose quote never closes", '"' + good(), Refused("unterminated_quote", "a quote opens here", 1)),
    beside("a NUL in a cell", row(product="Ja\0r"), None, "NUL"),
    case("a header alone", HEAD + "\n", Stored(0, {})),
    case("a column twice", good().replace("quantity", "email"), Refused("bad_header", "stands there twice", 1)),
    case("a column twice, spelled differently", good().replace("quantity", "Order-ID"), Refused("bad_header", "stands there twice", 1)),
    case("a column without a name", text(HEAD + ",", ANN + ",x", BEA + ",y"), _FINE),
    case("a column of one's own", text(HEAD + ",colour", ANN + ",red", BEA + ","), Stored(2, BOTH, note="colour")),
    case("100,000 columns", text(HEAD + "".join(f",c{n}" for n in range(100_000)), ANN + "," * 100_000), Stored(1, {"EUR": (1, "20.00")}, note="more")),
    case("header in capitals, with blanks and dashes", good().replace("order_id", " Order ID ").replace("unit_price", "UNIT-PRICE"), _FINE),
    case("a cell of 10 MB", text(HEAD, ANN, row(product="x" * 10_000_000), BEA), Stored(3, {"EUR": (3, "32.50")})),
    case("semicolons", _with(";"), _FINE),
    case("semicolons and decimal commas", _with(";", ","), _FINE),
    case("tabs", _with("\t"), _FINE),
    case("vertical bars", _with("|"), _FINE),
    case("a first line sep=;", "sep=;\n" + _with(";"), _FINE),
    case("a first line sep=; that lies", "sep=;\n" + good(), Refused("not_recognised", "no known format", 1)),
    case("commas in a file of semicolons", _with(";").replace("Candle", "Candle, red"), _FINE),
    case("UTF-16 without --encoding", good().encode("utf-16"), Refused("unreadable", "UTF-16")),
    case("UTF-16 with --encoding", good().encode("utf-16"), _FINE, options=("--encoding", "utf-16")),
    case("UTF-16 without its mark", good().encode("utf-16-le"), Refused("not_recognised", "no known format", 1)),
    case("UTF-32", good().encode("utf-32"), Refused("unreadable", "UTF-32")),
    case("cp1252 without --encoding", _UML.encode("cp1252"), Refused("bad_encoding", "not UTF-8 text", 2)),
    case("cp1252 with --encoding", _UML.encode("cp1252"), _FINE, options=("--encoding", "cp1252")),
    case("Latin-1 in the last row", good(row(product="Glühwein")).encode("latin-1"), Refused("bad_encoding", "not UTF-8 text", 4)),
    case("half of a letter at the end", good().encode() + b"\xc3", Refused("bad_encoding", "not UTF-8 text", 4)),
    case("an overlong form of a slash", good().encode().replace(b"Candle", b"Can\xc0\xafdle"), Refused("bad_encoding", "not UTF-8 text", 2)),
    case("half of a pair in UTF-8", good().encode().replace(b"Candle", b"\xed\xa0\x80"), Refused("bad_encoding", "not UTF-8 text", 2)),
    case("an encoding that does not know the byte", b"\x81" + good().encode(), Refused("bad_encoding", "not CP1252 text", 1), options=("--encoding", "cp1252")),
]  # fmt: skip

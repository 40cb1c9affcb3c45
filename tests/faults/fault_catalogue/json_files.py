"""Plain JSON and JSON Lines."""

from __future__ import annotations

import json

from fault_catalogue.case import Refused, Stored, case

ANN = '{"order_id": "A-1", "placed_at": "2026-03-01T10:00:00Z", "order_total": 20.00, "currency": "EUR", "lines": [{"product": "Candle", "quantity": 2}]}'
BEA = '{"order_id": "A-2", "placed_at": "2026-03-02T10:00:00Z", "order_total": 5.50, "currency": "EUR"}'
_BOTH = {"EUR": (2, "25.50")}
_FINE = Stored(2, _BOTH, lines=1)
_BACK = ANN.split(', "lines', maxsplit=1)[0].replace("20.00", "-3.00") + "}"
_ODD = '{"order_id": "B-1", "placed_at": "2026-03-03T10:00:00Z", "order_total": 7.00, "currency": "EUR"}'


def _array(*records):
    return "[\n" + ",\n".join(records) + "\n]\n"


def _told(fault, bad, part, column=None):
    """Set aside from an array, and from lines."""
    return [
        case(f"{fault}, in an array", _array(ANN, bad, BEA), Stored(3, _BOTH, aside=1, problems=((3, column, part),)), "orders.json"),
        case(f"{fault}, in lines", f"{ANN}\n{bad}\n{BEA}\n", Stored(3, _BOTH, aside=1, problems=((2, column, part),)), "orders.jsonl"),
    ]  # fmt: skip


def _lines(fault, bad, part, column=None):
    """What breaks an array spoils only its own line."""
    return [
        case(f"{fault}, in an array", _array(ANN, bad, BEA), Refused("bad_json", "", None), "orders.json"),
        case(f"{fault}, in lines", f"{ANN}\n{bad}\n{BEA}\n", Stored(3, _BOTH, aside=1, problems=((2, column, part),)), "orders.jsonl"),
    ]  # fmt: skip


CASES = [
    case("an array", _array(ANN, BEA), _FINE, "orders.json"),
    case("an array on one line", _array(ANN, BEA).replace("\n", ""), _FINE, "orders.json"),
    case("lines", f"{ANN}\n{BEA}\n", _FINE, "orders.jsonl"),
    case("lines with CR LF and blank lines", f"{ANN}\r\n\r\n{BEA}\r\n", _FINE, "orders.jsonl"),
    case("an object around an array", '{"page": 1, "orders": ' + _array(ANN, BEA) + "}", _FINE, "orders.json"),
    case("one object", BEA, Stored(1, {"EUR": (1, "5.50")}), "orders.json"),
    case("a byte order mark before JSON", b"\xef\xbb\xbf" + _array(ANN, BEA).encode(), _FINE, "orders.json"),
    *_told("a key twice", _ODD.replace("}", ', "order_total": 8.00}'), "stands there twice"),
    *_told("NaN for an amount", _ODD.replace("7.00", "NaN"), "no numbers in JSON"),
    *_told("-Infinity for an amount", _ODD.replace("7.00", "-Infinity"), "no numbers in JSON"),
    *_told("1e308 for an amount", _ODD.replace("7.00", "1e308"), "not an amount", "order_total"),
    *_told("an amount of three decimals", _ODD.replace("7.00", "7.125"), "not an amount", "order_total"),
    *_told("half of a character", _ODD.replace("B-1", "\\ud800"), "half of a character"),
    *_told("a NUL", _ODD.replace("B-1", "B\\u0000"), "NUL"),
    *_told("a number instead of an object", "7", "no object"),
    *_told("a list instead of an object", "[1]", "no object"),
    *_told("an object as a value", _ODD.replace("7.00", '{"amount": 7}'), "holds an object"),
    *_told("lines that are no list", _ODD.replace("}", ', "lines": "Jar"}'), "lines are a list of objects"),
    *_told("a line that is no object", _ODD.replace("}", ', "lines": ["Jar"]}'), "lines are a list of objects"),
    *_told("two spellings of a key", _ODD.replace("}", ', "Order ID": "B-2"}'), "order_id stands there twice"),
    *_told("a line with a bad quantity", _ODD.replace("}", ', "lines": [{"product": "Jar", "quantity": "two"}]}'), "not a number", "quantity"),
    *_told("no order number", _ODD.replace('"B-1"', "null"), "no order number", "order_id"),
    *_lines("a comma too many", _ODD.replace("}", ",}"), "no JSON"),
    *_lines("a key without quotes", _ODD.replace('"order_id"', "order_id"), "no JSON"),
    *_lines("single quotes", _ODD.replace('"', "'"), "no JSON"),
    *_lines("a comment", "// a comment", "no JSON"),
    *_lines("a string that never ends", '{"order_id": "B-1', "middle of a value"),
    *_lines("a raw control character", _ODD.replace("B-1", "B\x01"), "no JSON"),
    case("ids and amounts letter for letter", json.dumps([{"order_id": "x", "placed_at": "2026-03-01", "order_total": 0, "currency": "EUR"}]).replace('"x"', "12345678901234567890123").replace('total": 0', 'total": 1234567890.10'),
         Stored(1, {"EUR": (1, "1234567890.10")}, keys=("12345678901234567890123",)), "orders.json"),
    case("cut inside an array", _array(ANN, BEA)[:-30], Refused("bad_json", "middle of a value", None), "orders.json"),
    case("cut behind a comma", f"[{ANN},\n", Refused("bad_json", "middle of a value", None), "orders.json"),
    case("cut inside the last line", f"{ANN}\n{BEA}\n{_ODD[:40]}", Stored(3, _BOTH, aside=1, problems=((3, None, "middle of a value"),)), "orders.jsonl"),
    case("text behind the array", _array(ANN) + BEA, Refused("bad_json", "behind its end", 4), "orders.json"),
    case("the key of the records twice", '{"orders": [' + ANN + '], "orders": [' + BEA + "]}", Refused("bad_json", "stands there twice", 1), "orders.json"),
    case("an empty array", "[]", Refused("unreadable", "no records"), "orders.json"),
    case("an empty object", "{}", Refused("unreadable", "no records"), "orders.json"),
    case("a record's key with nothing in it", '{"order": []}', Refused("not_recognised", "'order'", 1), "orders.json"),
    case("nested 100,000 deep", "[" * 100_000, Refused("bad_json", "nested too deep", 1), "orders.json"),
    case("nested deep inside a value", _array(ANN, _ODD.replace("7.00", "[" * 900 + "]" * 900)), Stored(2, {"EUR": (1, "20.00")}, aside=1, problems=((3, None, "holds a list"),)), "orders.json"),
    case("nothing but bad records", _array('{"order_id": NaN}', "7"), Refused("no_good_row", "no numbers in JSON", 2), "orders.json"),
    case("an order twice, with other lines", f"{ANN}\n{ANN.replace('Candle', 'Jar')}\n{BEA}\n",
         Stored(3, {"EUR": (1, "5.50")}, aside=2, problems=((1, "order_id", "twice, with different content"), (2, "order_id", "twice, with different content"))), "orders.jsonl"),
    case("an order twice, letter for letter", f"{ANN}\n{ANN}\n{BEA}\n", Stored(3, _BOTH, duplicate=1, lines=1), "orders.jsonl"),
    case("a refund beside an order with lines", f"{ANN}\n{_BACK}\n", Stored(2, {"EUR": (1, "20.00")}, lines=1), "orders.jsonl"),
    case("a backslash before u0000", _array(BEA.replace("A-2", "A\\\\u0000")), Stored(1, {"EUR": (1, "5.50")}, keys=("A\\u0000",)), "orders.json"),
    case("a key of one's own, with ESC", _array(BEA.replace("{", '{"\\u001b[31m\\u202e": 1, ')), Stored(1, {"EUR": (1, "5.50")}, note="not read"), "orders.json"),
    case("keys that no plain file has", '[{"foo": 1, "bar\\ud800": 2}]', Refused("no_good_row", "half of a character", 1), "orders.json"),
]  # fmt: skip

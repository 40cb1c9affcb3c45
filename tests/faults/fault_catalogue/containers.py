"""Files that are no table of orders, whatever they are called."""

from __future__ import annotations

from fault_catalogue.case import Refused, case

_NO_TEXT = {
    "an Excel workbook": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00xl/workbook.xml", "Excel workbook"),
    "an empty zip archive": (b"PK\x05\x06" + b"\0" * 18, "empty zip archive"),
    "an old Excel workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old Excel workbook"),
    "a bzip2 archive": (b"BZh91AY&SY", "bzip2"),
    "an xz archive": (b"\xfd7zXZ\x00\x00", "xz archive"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c\x00", "7z archive"),
    "a rar archive": (b"Rar!\x1a\x07\x00", "rar archive"),
    "a PDF": (b"%PDF-1.7\n1 0 obj", "a PDF"),
    "a Parquet file": (b"PAR1\x15\x04", "Parquet"),
    "a SQLite database": (b"SQLite format 3\x00" + b"\0" * 80, "database"),
}
_PAGES = {
    "a web page": b"<!DOCTYPE html><html><body>Log in</body></html>",
    "a web page without a doctype": b"\n  <html><head></head></html>",
    "an HTML table named .csv": b"<table><tr><td>order_id</td></tr></table>",
    "XML": b'<?xml version="1.0"?><orders/>',
    "a web page behind a byte order mark": b"\xef\xbb\xbf<!doctype html>",
}
CASES = [
    *(case(fault, data, Refused("unreadable", part)) for fault, (data, part) in _NO_TEXT.items()),
    *(case(fault, data, Refused("unreadable", "web page or XML")) for fault, data in _PAGES.items()),
    case("an empty file", b"", Refused("unreadable", "the file is empty")),
    case("nothing but a byte order mark", b"\xef\xbb\xbf", Refused("unreadable", "no data")),
    case("nothing but blank lines", b"\n\r\n \n", Refused("unreadable", "no data")),
    case("zeros alone", b"\0" * 64, Refused("not_recognised", "no known format", 1)),
    case("a letter", b"Dear shop,\nplease find enclosed\n", Refused("not_recognised", "no known format", 1)),
    case("columns that no format has", b"Datum;Betrag\n1;2\n", Refused("not_recognised", "'Datum', 'Betrag'", 1)),
    case("orders without a date column", b"order_id,order_total\n1,2\n", Refused("not_recognised", "order_id", 1)),
    case("orders without a total or a price", b"order_id,placed_at\n1,2026-03-01\n", Refused("not_recognised", "placed_at", 1)),
]  # fmt: skip

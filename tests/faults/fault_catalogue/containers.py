"""Files that are no text: archives with orders in them, whole or with a fault, and what is no table at all."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import pyarrow as pa

from fault_catalogue.case import Refused, Stored, case
from fault_catalogue.plain_text import ANN, BEA, BOTH, HEAD, good, row, text

_NO_TEXT = {
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
_GOOD = good().encode()
_FINE = Stored(2, BOTH, lines=2)
_CY = {"EUR": (3, "32.50")}


def gzipped(data):
    """As `gzip.compress` packs it, which writes the same bytes every time with this mtime."""
    return gzip.compress(data, mtime=0)


def zstandard(data):
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


def zipped(*members, how=zipfile.ZIP_STORED):
    """An archive of members (name, content), dated 1980."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, how)
    return out.getvalue()


def _frame(data, checksum):
    """A zstd frame of one raw block with a checksum behind it (RFC 8878)."""
    head = b"\x28\xb5\x2f\xfd\x24" + bytes([len(data)])
    return head + (1 | len(data) << 3).to_bytes(3, "little") + data + checksum


def _bomb_of_zstd(blocks):
    """As many blocks of 128 KiB, four bytes each."""
    block, last = ((2 | end | 131072 << 3).to_bytes(3, "little") + b"x" for end in (0, 1))
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * (blocks - 1) + last


def _patched(packed, signature, offset, value):
    """One field of the last record with that signature, overwritten."""
    at = packed.rindex(signature) + offset
    return packed[:at] + value + packed[at + len(value) :]


_GZ, _ZST = gzipped(_GOOD), zstandard(_GOOD)
_ZIP = zipped(("orders.csv", _GOOD))
_TWO = zipped(("a.csv", _GOOD), ("b.csv", text(HEAD, row())))
_ENTRY = b"PK\1\2"
_MEGA = bytes(20 << 20)


def _damaged(fault, data, part, name, member=""):
    return case(fault, data, Refused("damaged_archive", part, file=name + member), name)


def _unreadable(fault, data, part, name="orders.zip", member=""):
    return case(fault, data, Refused("unreadable", part, file=name + member), name)


def _too_large(fault, data, name):
    return case(fault, data, Refused("archive_too_large", "more than 200 times its size"), name)


ARCHIVES = [
    case("orders in gzip", _GZ, _FINE, "orders.csv.gz"),
    case("orders in zstd", _ZST, _FINE, "orders.csv.zst"),
    case("orders in zip", _ZIP, _FINE, "orders.zip"),
    case("gzip, whatever it is called", _GZ, _FINE, "orders.csv"),
    case("two gzip members joined", gzipped(_GOOD[:90]) + gzipped(_GOOD[90:]), _FINE, "orders.csv.gz"),
    case("two zstd frames joined", zstandard(_GOOD[:90]) + zstandard(_GOOD[90:]), _FINE, "orders.csv.zst"),
    case("two files in a zip", _TWO, Stored(3, _CY, lines=3), "orders.zip"),
    case("what a file manager leaves in a zip", zipped(("orders.csv", _GOOD), ("__MACOSX/._orders.csv", b"\0\5\x16"), ("old/", b"")),
         Stored(2, BOTH, lines=2, note="skipped: '__MACOSX/._orders.csv', 'old/'"), "orders.zip"),
    case("a member that wants to lie elsewhere", zipped(("../../orders.csv", _GOOD)), _FINE, "orders.zip"),
    case("ESC and bidi in a member's name", zipped(("\x1b]0;x\x07\u202e.csv", text(HEAD, ANN, row(total="x"), BEA).encode())),
         Stored(3, BOTH, aside=1, problems=((3, "order_total", "not an amount"),)), "orders.zip"),
    case("a bad row in a zip", zipped(("a.csv", _GOOD), ("b.csv", text(HEAD, row(), row("B-2", total="x")))),
         Stored(4, _CY, aside=1, problems=((3, "order_total", "not an amount"),)), "orders.zip"),
    _damaged("gzip cut off", _GZ[:-20], "cut off", "orders.csv.gz"),
    _damaged("gzip cut off inside its checksum", _GZ[:-3], "cut off", "orders.csv.gz"),
    _damaged("gzip with a wrong checksum", _GZ[:-8] + b"\0\0\0\0" + _GZ[-4:], "damaged", "orders.csv.gz"),
    _damaged("gzip with a wrong length", _GZ[:-4] + b"\1\0\0\0", "damaged", "orders.csv.gz"),
    _damaged("gzip with something behind it", _GZ + b"A-9,2026-03-01 10:00,20.00\n", "follows the end", "orders.csv.gz"),
    _damaged("gzip with zeros behind it", _GZ + bytes(512), "follows the end", "orders.csv.gz"),
    _unreadable("gzip in gzip", gzipped(_GZ), "a gzip archive", "orders.csv.gz"),
    _unreadable("zip in gzip", gzipped(_ZIP), "a zip archive", "orders.csv.gz"),
    _unreadable("nothing in gzip", gzipped(b""), "the file is empty", "orders.csv.gz"),
    case("cp1252 in gzip", gzipped(good().replace("ann@", "änn@").encode("cp1252")), Refused("bad_encoding", "not UTF-8 text", 2), "orders.csv.gz"),
    _too_large("a gzip bomb", gzipped(_MEGA), "orders.csv.gz"),
    _damaged("zstd cut off", _ZST[:-20], "cut off", "orders.csv.zst"),
    _damaged("zstd with a wrong checksum", _frame(_GOOD[:60], b"\0\0\0\0"), "damaged", "orders.csv.zst"),
    _damaged("zstd with something behind it", _ZST + b"A-9", "follows its end", "orders.csv.zst"),
    _unreadable("zstd in zstd", zstandard(_ZST), "a zstd archive", "orders.csv.zst"),
    _too_large("a zstd bomb", _bomb_of_zstd(200), "orders.csv.zst"),
    _unreadable("an empty zip archive", b"PK\x05\x06" + b"\0" * 18, "holds no file"),
    _damaged("a zip of which the end is cut off", _ZIP[:-10], "cut off", "orders.zip"),
    _damaged("a zip of which only the start is there", _ZIP[:60], "cut off", "orders.zip"),
    _damaged("a zip with something behind it", _ZIP + b"x", "something follows its end", "orders.zip"),
    _damaged("two zips joined", _ZIP + _TWO, "not where the archive says", "orders.zip"),
    _damaged("a zip with a wrong checksum", _patched(_ZIP, _ENTRY, 16, b"\0\0\0\0"), "its checksum differs", "orders.zip", ":orders.csv"),
    _damaged("a zip with a changed digit in it", _ZIP.replace(b"20.00", b"90.00"), "its checksum differs", "orders.zip", ":orders.csv"),
    _damaged("a zip whose member is shorter than it says", _patched(_ZIP, _ENTRY, 24, struct.pack("<L", len(_GOOD) + 1)), "its size is not", "orders.zip", ":orders.csv"),
    _unreadable("an encrypted zip", _patched(_ZIP, _ENTRY, 8, b"\1\0"), "encrypted", member=":orders.csv"),
    _unreadable("a zip packed another way", _patched(_ZIP, _ENTRY, 10, b"\x0e\0"), "packed with LZMA", member=":orders.csv"),
    _unreadable("two members of one name", _TWO.replace(b"b.csv", b"a.csv"), "two files of that name", member=":a.csv"),
    _unreadable("zip in zip", zipped(("a.csv", _GOOD), ("b.zip", _ZIP)), "a zip archive", member=":b.zip"),
    _unreadable("gzip in zip", zipped(("a.csv.gz", _GZ)), "a gzip archive", member=":a.csv.gz"),
    _unreadable("an empty member", zipped(("a.csv", _GOOD), ("b.csv", b"")), "the file is empty", member=":b.csv"),
    _unreadable("a PDF beside the orders", zipped(("a.csv", _GOOD), ("invoice.pdf", b"%PDF-1.7\n")), "a PDF", member=":invoice.pdf"),
    case("a member that is no export", zipped(("a.csv", _GOOD), ("readme.txt", b"Dear shop,\nthe orders are in a.csv\n")),
         Refused("not_recognised", "no known format", 1, "orders.zip:readme.txt"), "orders.zip"),
    case("a member of nothing but bad rows", zipped(("a.csv", _GOOD), ("b.csv", text(HEAD, row(total="x")).encode())),
         Refused("no_good_row", "not an amount", 2, "orders.zip:b.csv"), "orders.zip"),
    case("a quote that never closes in a member", zipped(("a.csv", _GOOD), ("b.csv", text(HEAD, row(product='"Jar')).encode())),
         Refused("unterminated_quote", "a quote opens here", 2, "orders.zip:b.csv"), "orders.zip"),
    _unreadable("an Excel workbook", zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), "Excel workbook", "orders.xlsx"),
    _unreadable("an Excel workbook named .csv", zipped(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")), "Excel workbook", "orders.csv"),
    _unreadable("an OpenDocument workbook", zipped(("mimetype", b"x"), ("META-INF/manifest.xml", b"<x/>")), "OpenDocument workbook", "orders.ods"),
    _too_large("a zip bomb", zipped(("a.csv", _MEGA), how=zipfile.ZIP_DEFLATED), "orders.zip"),
    case("a zip of 1,001 files", _patched(_ZIP, b"PK\5\6", 8, b"\xe9\3\xe9\3"), Refused("archive_too_large", "1,001 files, more than 1,000"), "orders.zip"),
]  # fmt: skip

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

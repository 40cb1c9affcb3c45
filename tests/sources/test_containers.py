"""Packed files: all of their content or a refusal, whatever was done to them."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile

import pyarrow as pa
import pytest

from clientlens.errors import ArchiveTooLarge, DamagedArchive, InputError, Unreadable
from clientlens.sources import containers
from clientlens.sources.input import open_input, open_inputs
from clientlens.sources.reading import read_all

TEXT = b"Name,Total\n" + b"".join(b"#%d,%d.00\n" % (n, n * 7919 % 1000) for n in range(400))
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"hello"


def zstd(data):
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


def zipped(*members, how=zipfile.ZIP_DEFLATED, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.comment = comment
        for name, data in members:
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), data, how)
    return out.getvalue()


def opened(data, name="export"):
    return open_inputs(name, stdin=io.BytesIO(data), stdin_name=name)


PACKED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "zstd": zstd(TEXT),
    "zip": zipped(("orders.csv", TEXT)),
    "zip stored": zipped(("orders.csv", TEXT), how=zipfile.ZIP_STORED),
    "zip with a comment": zipped(("orders.csv", TEXT), comment=b"from the shop"),
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_a_packed_file_is_the_file(packed):
    (plain,) = opened(TEXT)
    (file,) = opened(packed)
    assert (file.text, file.bytes, file.sha256) == (plain.text, plain.bytes, plain.sha256)
    assert 0 < file.weight < plain.weight or file.packed == len(TEXT)


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
        gzip.compress(b"") + gzip.compress(TEXT) + gzip.compress(b""),
        zstd(TEXT[:1000]) + zstd(TEXT[1000:]),
        SKIPPABLE + zstd(TEXT) + SKIPPABLE,
    ],
    ids=["members", "empty members", "frames", "skippable frames"],
)
def test_packed_pieces_that_were_joined_are_one_file(packed):
    assert [file.text for file in opened(packed)] == [TEXT]


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_a_packed_file_that_is_cut_anywhere_gives_no_rows(packed):
    for length in range(4, len(packed)):
        with pytest.raises(DamagedArchive) as error:
            opened(packed[:length])
        assert (error.value.exit_code, error.value.file) == (3, "export")


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("tail", [b"x", b"\0", b"\0" * 600, b"\x1f\x8b", b"#1,2\n"], ids=repr)
def test_something_behind_the_end_is_refused(packed, tail):
    with pytest.raises(DamagedArchive):
        opened(packed + tail)


@pytest.mark.parametrize("packed", [PACKED["gzip"], PACKED["zip"], PACKED["zip stored"]])
def test_a_flipped_bit_gives_the_same_rows_or_none(packed):
    dice = random.Random(5)
    for _ in range(400):
        damaged = bytearray(packed)
        damaged[dice.randrange(4, len(packed))] ^= 1 << dice.randrange(8)
        try:
            files = opened(bytes(damaged))
        except InputError:
            continue
        assert [file.text for file in files] == [TEXT]


def test_a_zstd_checksum_is_compared():
    # A frame of one raw block, with the flag that says a checksum follows (RFC 8878), and a wrong one.
    frame = b"\x28\xb5\x2f\xfd\x24\x04" + (1 | 4 << 3).to_bytes(3, "little") + b"a,b\n" + b"\0\0\0\0"
    with pytest.raises(DamagedArchive, match="damaged"):
        opened(frame)
    assert opened(frame[:4] + b"\x20" + frame[5:-4])[0].text == b"a,b\n"


# --- zip ------------------------------------------------------------------------------------------------


def test_the_members_of_a_zip_are_files_in_the_order_of_their_names():
    parts = [("b/orders_2.csv", b"a\n2\n"), ("a/orders_1.csv", b"a\n1\n")]
    for members in (parts, parts[::-1]):
        files = opened(zipped(*members), "export.zip")
        assert [(file.name, file.text) for file in files] == [
            ("export.zip:a/orders_1.csv", b"a\n1\n"),
            ("export.zip:b/orders_2.csv", b"a\n2\n"),
        ]


def test_folders_and_what_a_file_manager_leaves_are_skipped_with_a_note():
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    packed = zipped(
        ("orders/", b""), ("orders/a.csv", b"a\n1\n"), ("__MACOSX/orders/._a.csv", b"\0\5\x16"), (".DS_Store", b"\0"),
        ("orders/.git/config", b"x"), ("Thumbs.db", b"\xd0\xcf\x11\xe0"), (link, b"/etc/passwd"),
    )  # fmt: skip
    (file,) = opened(packed, "export.zip")
    assert file.name == "export.zip:orders/a.csv"
    (note,) = file.notes
    assert note.startswith(
        "export.zip: folders and hidden files in it were skipped: '.DS_Store', 'Thumbs.db', "
    )
    assert note.endswith(", '__MACOSX/orders/._a.csv', 'link.csv', 'orders/' and 1 more")


def test_a_note_on_a_zip_reaches_the_batch(shop):
    packed = zipped(("a.csv", shop.text([shop.head()])), (".DS_Store", b"\0"))
    (batch,) = read_all(["-"], shop.options, stdin=io.BytesIO(packed), source="shopify_orders")
    assert batch.notes[0] == "-: folders and hidden files in it were skipped: '.DS_Store'"
    assert [file.file for file in batch.files] == ["-:a.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\orders.csv",
        "..\\x.csv",
        "x" * 300,
        "\x1b]0;owned\x07.csv",
        "a\u202eb",
    ],
)
def test_a_members_name_is_only_text(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (file,) = opened(zipped((name, b"a\n1\n")), "export.zip")
    assert file.text == b"a\n1\n"
    assert file.name.startswith("export.zip:")
    assert file.name.isprintable()
    assert list(tmp_path.iterdir()) == []


def patched(packed, signature, offset, value):
    """One field of the last record with that signature, overwritten."""
    at = packed.rindex(signature) + offset
    return packed[:at] + value + packed[at + len(value) :]


ONE = zipped(("a.csv", b"a\n1\n"), how=zipfile.ZIP_STORED)
TWO = zipped(("a.csv", b"a\n1\n"), ("b.csv", b"a\n2\n"), how=zipfile.ZIP_STORED)
ENTRY, END = b"PK\1\2", b"PK\5\6"


@pytest.mark.parametrize(
    ("packed", "error", "message"),
    [
        (zipped(), Unreadable, "x.zip: the archive holds no file"),
        (zipped((".DS_Store", b"x")), Unreadable, "x.zip: the archive holds no file"),
        (zipped(("a.csv", b"")), Unreadable, "x.zip:a.csv: the file is empty"),
        (patched(ONE, ENTRY, 8, b"\1\0"), Unreadable, "x.zip:a.csv: it is encrypted"),
        (patched(ONE, ENTRY, 10, b"\x09\0"), Unreadable, "x.zip:a.csv: it is packed with deflate64, which"),
        (patched(ONE, ENTRY, 10, b"\x63\0"), Unreadable, "x.zip:a.csv: it is packed with method 99, which"),
        (patched(ONE, ENTRY, 16, b"\0\0\0\0"), DamagedArchive, "x.zip:a.csv: the packed data is damaged, its"),
        (patched(ONE, ENTRY, 24, b"\5\0\0\0"), DamagedArchive, "x.zip:a.csv: its size is not what"),
        (patched(ONE, ENTRY, 20, b"\0\1\0\0"), DamagedArchive, "x.zip:a.csv: it reaches beyond the end"),
        (patched(ONE, ENTRY, 20, b"\5\0\0\0"), DamagedArchive, "x.zip:a.csv: it reaches beyond the files"),
        (patched(ONE, ENTRY, 24, b"\xff\xff\xff\xff"), DamagedArchive, "x.zip:a.csv: its size is not told"),
        (patched(ONE, ENTRY, 46, b"b"), DamagedArchive, "x.zip:b.csv: it has another name"),
        (patched(TWO, ENTRY, 42, b"\0\0\0\0"), DamagedArchive, "x.zip:b.csv: it has another name"),
        (patched(TWO, ENTRY, 0, b"QQQQ"), DamagedArchive, "x.zip: its directory is damaged"),
        (patched(TWO, END, 8, b"\1\0\1\0"), DamagedArchive, "x.zip: its directory is damaged"),
        (patched(ONE, END, 4, b"\1\0\1\0"), Unreadable, "x.zip: this is one piece of a split archive"),
        (patched(ONE, END, 8, b"\xe9\3\xe9\3"), ArchiveTooLarge, "x.zip: the archive holds 1,001 files, more"),
        (ONE + TWO, DamagedArchive, "x.zip: its directory is not where the archive says"),
        (zipped(("a.zip", ONE)), Unreadable, "x.zip:a.zip: this is a zip archive or an Excel workbook"),
        (zipped(("a.gz", PACKED["gzip"])), Unreadable, "x.zip:a.gz: this is a gzip archive"),
        (zipped(("[Content_Types].xml", b"x")), Unreadable, "x.zip: this is an Excel workbook"),
        (zipped(("mimetype", b"x"), ("META-INF/manifest.xml", b"x")), Unreadable, "x.zip: this is an OpenDoc"),
        (zipped(("a.csv", b"a\n"), ("b.pdf", b"%PDF-1.4")), Unreadable, "x.zip:b.pdf: this is a PDF"),
    ],
)  # fmt: skip
def test_an_archive_that_cannot_be_right_is_refused_by_name(packed, error, message):
    with pytest.raises(error) as told:
        opened(packed, "x.zip")
    assert told.value.message.startswith(message)
    assert told.value.exit_code == 3
    assert told.value.hint


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused():
    with pytest.raises(Unreadable, match=r"x\.zip:a\.csv: the archive holds two files of that name"):
        opened(zipped(("a.csv", b"a\n1\n"), ("a.csv", b"a\n2\n")), "x.zip")
    with pytest.raises(Unreadable, match="two files of that name"):
        opened(zipped(("\x1b.csv", b"a\n1\n"), ("\\x1b.csv", b"a\n2\n")), "x.zip")


def test_members_that_share_their_bytes_are_refused():
    # Both entries name a.csv; the second one's place is moved onto the first's.
    packed = zipped(("a.csv", b"a\n1\n"), ("b.csv", b"a\n2\n"), how=zipfile.ZIP_STORED).replace(
        b"b.csv", b"a.csv"
    )
    with pytest.raises(DamagedArchive, match="overlaps another file"):
        opened(patched(packed, ENTRY, 42, b"\0\0\0\0"), "x.zip")


def test_an_archive_behind_another_one_is_refused_though_its_places_are_right():
    shift = len(ONE)
    moved = patched(ONE, ENTRY, 42, struct.pack("<L", shift))
    moved = patched(moved, END, 16, struct.pack("<L", ONE.index(ENTRY) + shift))
    with pytest.raises(DamagedArchive, match="something stands before its first file"):
        opened(ONE + moved, "x.zip")


def test_zip64_and_streamed_archives_are_read():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

        def seek(self, *_):
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        member.write(TEXT)
    assert opened(pipe.getvalue())[0].text == TEXT
    entry_size = struct.pack("<HHQ", 1, 8, 4)
    at, end = ONE.index(ENTRY), ONE.index(END)
    entry = bytearray(ONE[at:end])
    entry[24:28], entry[30:32] = b"\xff" * 4, struct.pack("<H", len(entry_size))
    entry += entry_size
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at + len(entry), 1)
    tail = struct.pack("<4s4H2LH", END, 0, 0, 1, 1, len(entry), at, 0)
    wide = ONE[:at] + bytes(entry) + large + locator
    assert opened(wide + tail)[0].text == b"a\n1\n"
    with pytest.raises(DamagedArchive, match="its end is damaged"):
        opened(patched(wide, b"PK\6\6", 4, struct.pack("<Q", 45)) + tail)
    for lie in (struct.pack("<4s4H2LH", END, 0, 0, 2, 2, len(entry), at, 0), tail[:12] + b"\1" + tail[13:]):
        with pytest.raises(DamagedArchive):
            opened(wide + lie)


def test_one_file_may_be_asked_for():
    with pytest.raises(Unreadable, match="holds 2 files, one is wanted"):
        open_input("x", stdin=io.BytesIO(TWO), stdin_name="x")
    assert open_input("x", stdin=io.BytesIO(ONE), stdin_name="x").text == b"a\n1\n"


# --- bombs ----------------------------------------------------------------------------------------------


def test_more_than_the_limit_is_refused_whatever_the_ratio(monkeypatch):
    monkeypatch.setattr(containers, "LIMIT", len(TEXT) - 1)
    for packed in PACKED.values():
        with pytest.raises(ArchiveTooLarge, match="unpacks to more than"):
            opened(packed)


def test_an_archive_in_an_archive_is_not_opened():
    # So one that holds itself, without end, is refused at its first step.
    with pytest.raises(Unreadable, match="gzip archive"):
        opened(gzip.compress(PACKED["gzip"]))
    with pytest.raises(Unreadable, match="zip archive"):
        opened(gzip.compress(ONE))

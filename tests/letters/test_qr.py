"""QR codes: the quick way gives what the qrcode package gives, and readers read it from the page."""

from __future__ import annotations

import random

import pypdfium2
import pytest
import zxingcpp

from clientlens.letters import qr
from clientlens.letters.drawing import Drawer
from clientlens.letters.layoutfiles import geometry_named


def test_codes_by_what_each_bit_flips_are_those_of_the_qrcode_package():
    drawn = random.Random(7)
    family = qr.Family(34)
    for _ in range(150):
        url = b"https://shop.example/r/" + bytes(drawn.choices(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=11))
        assert family.quick(url) == qr.plain(url)[1]


def test_a_quick_code_that_is_another_than_the_package_makes_is_never_drawn():
    family = qr.Family(20)
    for number in range(60):
        family.path(f"https://a.example/{number:02d}".encode())
    family._code ^= 1
    wrong = (family.path(f"https://a.example/{number:02d}".encode()) for number in range(80))
    with pytest.raises(RuntimeError, match="not the one that the qrcode package makes"):
        list(wrong)


@pytest.mark.parametrize("length", [25, 60, 140, 300])
def test_codes_of_every_length_are_large_enough_and_are_read_from_the_page(letter_of, length):
    url = "https://shop.example/r/".ljust(length, "k")
    size = qr.size(url)
    assert size.module_mm >= 0.5
    assert size.side_mm >= 22
    drawn = Drawer(geometry_named("swiss-left", "")).draw(letter_of(url=url))
    picture = pypdfium2.PdfDocument(drawn.data)[0].render(scale=150 / 72).to_pil()
    [code] = zxingcpp.read_barcodes(picture)
    assert (code.text, code.ec_level) == (url, "M")


def test_all_codes_of_a_long_run_are_read_back():
    family = qr.Family(26)
    for number in range(120):
        url = f"https://shop.example/{number * 7919 % 99999:05d}"
        side, code = family.side, family.code(url.encode())
        rows = [f"{code:0{side * side}b}"[row : row + side] for row in range(0, side * side, side)]
        assert decoded(rows) == url


def decoded(rows):
    from PIL import Image

    side = len(rows)
    picture = Image.new("L", (side + 8, side + 8), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                picture.putpixel((x + 4, y + 4), 0)
    return zxingcpp.read_barcode(picture.resize(((side + 8) * 4,) * 2, Image.Resampling.NEAREST)).text

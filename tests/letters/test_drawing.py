"""Drawn letters: what stands in the file is what was given, or there is no file."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from clientlens.errors import LettersMissing, NotALetter
from clientlens.letters.drawing import Drawer
from clientlens.letters.elements import elements
from clientlens.letters.flow import paged
from clientlens.letters.layoutfiles import geometry_named, layout_names
from clientlens.letters.letter import Drawn, Paragraph, Picture, QrCode, Span, Table
from clientlens.letters.pdf import merged
from clientlens.letters.refusal import Fault
from clientlens.letters.rows import Row
from clientlens.letters.zones import faults_of

DIN = geometry_named("din5008-b", "")
SERVICES = [*((layout, "") for layout in layout_names()), ("din5008-b", "epost"), ("swiss-left", "pingen")]


@pytest.fixture
def drawer():
    return Drawer(DIN)


def words(data):
    """The text of all pages, blanks and line ends alike."""
    pages = pypdfium2.PdfDocument(data)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


@pytest.mark.parametrize(("layout", "service"), SERVICES)
def test_a_page_is_fit_to_be_posted_and_its_code_is_read_back(letter_of, layout, service):
    geometry = geometry_named(layout, service)
    letter = letter_of(more=4)
    drawn = Drawer(geometry).draw(letter)
    assert faults_of(drawn.data, geometry, letter.address) == []
    codes = [
        code.text
        for page in pypdfium2.PdfDocument(drawn.data)
        for code in zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())
    ]
    assert codes == ["https://shop.example/r/K7QF3M9X"]


def test_everything_given_is_there_to_be_read_with_its_title_language_and_links(drawer, letter_of):
    drawn = drawer.draw(letter_of(more=4))
    text = words(drawn.data)
    for given in ("Erika Jäger Straße 1 51147 Köln", "Laden, Weg 1, 50667 Köln", "Datum 26. November 2026", "Ein Dankeschön",
                  "die Duftkerze Winterwald ist wieder da – für 49,80 €.", "Löscher 8,00 €", "2. bestellen",
                  "https://shop.example/r/K7QF3M9X", "Seite 1 von 2", "Seite 2 von 2"):  # fmt: skip
        assert given in text
    reader = PdfReader(io.BytesIO(drawn.data), strict=True)
    assert (reader.metadata.title, reader.metadata.author) == (
        "Ein Gutschein (für Sie)",
        "Kerzen Übermut GmbH",
    )
    assert reader.root_object["/Lang"] == "de"
    assert [float(edge) for edge in reader.pages[0].mediabox] == pytest.approx([0, 0, 595.276, 841.89])
    links = [link.get_object()["/A"]["/URI"] for page in reader.pages for link in page.get("/Annots", ())]
    assert links == ["https://shop.example/r/K7QF3M9X", "mailto:hallo@shop.example"]
    assert not any(
        word in drawn.data for word in (b"/Encrypt", b"/AcroForm", b"/JavaScript", b"/JS", b"/OpenAction")
    )


def test_bold_is_a_font_of_its_own_and_every_font_is_embedded(drawer, letter_of):
    reader = PdfReader(io.BytesIO(drawer.draw(letter_of("Ewa Wójcik-Šťastná")).data), strict=True)
    found = {font["/BaseFont"][8:]: font for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert set(found) == {"NotoSans-Regular", "NotoSans-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in found.values())


def test_the_same_letter_is_the_same_bytes_alone_among_others_and_in_another_process(drawer, letter_of):
    letter = letter_of("Жанна Ó Briain", "L2")
    alone = Drawer(DIN).draw(letter).data
    among = list(map(drawer.draw, [letter_of("Ωμέγα", "L1"), letter, letter_of("Ngô", "L3")]))[1].data
    code = (
        "import sys, pickle, hashlib\nfrom clientlens.letters.drawing import Drawer\n"
        "from clientlens.letters.layoutfiles import geometry_named\n"
        "letter = pickle.loads(sys.stdin.buffer.read())\n"
        "print(hashlib.sha256(Drawer(geometry_named('din5008-b', '')).draw(letter).data).hexdigest())"
    )
    import pickle

    other = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(letter), capture_output=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
    )  # fmt: skip
    assert alone == among
    assert other.stdout.decode().strip() == hashlib.sha256(alone).hexdigest()


HOSTILE = (
    "<b>Hans</b>", "Hans <hans@example.org>", '<img src="/etc/passwd">', '<a href="javascript:alert(1)">x</a>',
    "Meier & <GmbH", "&lt;Meier&gt; &amp; Söhne", "{name}", "{{ 7*7 }}", "${PATH}", "%(name)s %s %d", "=1+1", "+49 221",
    "-1", "@SUM(A1)", "＝1+1", "\\u0041\\x41\\n", "Hans) Tj ET /Helvetica 12 Tf (x", "endstream endobj", "(((", ")))",
    "5 0 R",
    "/B20 9 Tf /RFFFF 9 Tf", "../../etc/passwd", "file:///etc/passwd", "**Hans** _x_ [y](z)", "O'Hara \"Bob\"", "Hans\u202eGmbH",
    "Ha\u200bns", "محمد", "דוד", "田中", "😀 Hans", "A" * 300, "\x1b[31mHans", "Hans\x00", "Ha\u0301ns", "Q\u0307uk",
    "Зоя Ωραία Nguyễn Łódź ẞ", "किरण", "สมชาย", "Hans\u00ad", "\ufb01n", "Hans\u00a0Otto",
)  # fmt: skip
REFUSED = {"＝1+1", "Hans\u202eGmbH", "Ha\u200bns", "محمد", "דוד", "田中", "😀 Hans", "A" * 300, "\x1b[31mHans",
           "Hans\x00", "Q\u0307uk", "किरण", "สมชาย", "Hans\u00ad", "\ufb01n"}  # fmt: skip


def test_hostile_names_stand_there_as_they_are_or_refuse_the_letter(drawer, letter_of):
    import unicodedata

    refused = set()
    for name in HOSTILE:
        drawn = drawer.draw(letter_of(name))
        if not isinstance(drawn, Drawn):
            refused.add(name)
            continue
        text = words(drawn.data)
        plain = unicodedata.normalize("NFC", name).replace("\u00a0", " ")
        assert text.replace("\u00a0", " ").count(plain) == 2, name
        links = [
            link.get_object()["/A"]["/URI"] for link in PdfReader(io.BytesIO(drawn.data)).pages[0]["/Annots"]
        ]
        assert all(link.startswith(("https:", "mailto:")) for link in links)
    assert refused == REFUSED


_opened: list[str] = []
_hooked: list[bool] = []


def test_drawing_opens_no_file(drawer, letter_of):
    drawer.draw(letter_of())  # loads fonts and packages
    if not _hooked:
        sys.addaudithook(
            lambda event, args: _opened.append(str(args[0])) if event == "open" and _hooked[-1] else None
        )
    _hooked.append(True)
    _opened.clear()
    made = [drawer.draw(letter_of(name, f"L{place}")) for place, name in enumerate(HOSTILE)]
    _hooked.append(False)
    assert len(made) == len(HOSTILE)
    assert _opened == []


LONG = Paragraph((Span("Wort " * 4000),))


@pytest.mark.parametrize(
    ("changed", "fault", "detail"),
    [
        ({"subject": "محمد"}, Fault.CHARACTERS, "cannot be drawn: U+0645 ARABIC LETTER MEEM, U+062D ARABIC LETTER HAH, U+062F ARABIC LETTER DAL"),
        ({"address": ("W" * 45, "Weg 1", "51147 Köln")}, Fault.ADDRESS, "line 1 of the address is 147.6 mm wide, the window 80 mm"),
        ({"address": ("a",) * 7}, Fault.ADDRESS, "the address has 7 lines, the window 6"),
        ({"blocks": (LONG,)}, Fault.LENGTH, "it would need 5 pages, and 2 pages are allowed"),
        ({"blocks": (Picture("a.png", b"x", 200, ""),)}, Fault.PICTURE, "a.png is 200 mm wide, the text 165 mm"),
        ({"blocks": (Picture("a.png", b"GIF89a", 20, ""),)}, Fault.PICTURE, "a.png is no PNG or JPEG that can be read"),
        ({"blocks": (QrCode("http://shop.example/r/1"),)}, Fault.CODE, "the address of a QR code must begin with https:// and hold no blanks"),
        ({"blocks": (QrCode("https://shop.example@evil.example/1"),)}, Fault.CODE, "the address of a QR code must begin with https:// and hold no blanks"),
        ({"blocks": (QrCode("https://evil.example/1"),)}, Fault.CODE, "the address of a QR code leads to evil.example, not to shop.example"),
        ({"blocks": (QrCode("https://shop.example/" + "a" * 300),)}, Fault.CODE, "the address of a QR code has more than 300 characters"),
        ({"blocks": (Paragraph((Span("x", link="javascript:x"),)),)}, Fault.CODE, "a link must begin with https: or mailto: and hold no blanks"),
        ({"blocks": (Table(("a" * 60, "b" * 60), (), (True, True)),)}, Fault.LENGTH, "a table is wider than the text"),
        ({"footer": ("x",) * 9}, Fault.STATIONERY, "the footer has 9 lines and does not fit"),
    ],
)  # fmt: skip
def test_a_letter_that_cannot_be_as_it_should_is_refused_for_a_reason(letter_of, changed, fault, detail):
    drawer = Drawer(DIN, qr_host="shop.example")
    letter = replace(letter_of(), **changed)
    refusal = drawer.draw(letter)
    assert (refusal.letter_id, refusal.fault, refusal.detail) == ("L1", fault, detail)
    assert drawer.measure(letter) == refusal


def test_measuring_says_how_many_pages_a_letter_takes(drawer, letter_of):
    for more in (0, 4):
        assert (
            drawer.measure(letter_of(more=more))
            == drawer.draw(letter_of(more=more)).pages
            == (1 if more == 0 else 2)
        )


def test_a_picture_higher_than_a_page_is_refused(drawer, letter_of, png):
    tall = Picture("tall.png", png((10, 100)), 60, "")
    assert drawer.draw(letter_of(blocks=(tall,))).detail == "something in the text is higher than a page"


def test_a_code_never_lies_on_a_fold():
    def code(text_mm):
        rows = [Row(text_mm, None), Row(30, None, whole=(2, 28))]
        return next(
            (page, y) for page, placed in enumerate(paged(rows, DIN)) for y, row in placed if row.whole
        )

    for text_mm in range(150):
        page, y = code(text_mm)
        assert not any(y + 2 < fold < y + 28 for fold in DIN.folds), (text_mm, page, y)
    assert code(100)[1] == 210 - 2  # 98.5 + 100 = 198.5 would reach across the fold at 210


def test_a_table_that_goes_on_has_its_head_again(drawer, letter_of):
    lines = tuple((f"Kerze {number}", "1 €") for number in range(50))
    table = Table(("Artikel", "Preis"), lines, (False, True), ("Summe", "50 €"))
    first, second = pypdfium2.PdfDocument(drawer.draw(letter_of(blocks=(table,))).data)
    texts = [page.get_textpage().get_text_bounded() for page in (first, second)]
    assert [text.count("Artikel") for text in texts] == [1, 1]
    assert sum(text.count("Kerze ") for text in texts) == 50


def test_merged_pages_are_those_of_the_single_files_and_what_they_share_is_there_once(drawer, letter_of):
    letters = [letter_of("Anna", "L1"), letter_of("Жанна", "L2", more=4), letter_of("Anna", "L3")]
    singles = [drawn.data for drawn in map(drawer.draw, letters)]
    whole = b"".join(merged(singles, "Campaign", "Shop", "en"))
    assert whole == b"".join(merged(iter(singles), "Campaign", "Shop", "en"))
    reader = PdfReader(io.BytesIO(whole), strict=True)
    apart = [page for single in singles for page in PdfReader(io.BytesIO(single)).pages]
    assert [page.get_contents().get_data() for page in reader.pages] == [
        page.get_contents().get_data() for page in apart
    ]
    assert [page.extract_text() for page in reader.pages] == [page.extract_text() for page in apart]
    assert len(reader.pages) == len(pypdfium2.PdfDocument(whole)) == 4
    assert whole.count(b"/FontFile2") == 3  # regular, bold, and the Cyrillic letters of one name
    assert len(whole) < len(singles[1]) + 5_000
    picture = pypdfium2.PdfDocument(whole)[3].render(scale=1).to_pil()
    assert picture.tobytes() == pypdfium2.PdfDocument(singles[2])[0].render(scale=1).to_pil().tobytes()


def test_only_letters_as_they_were_drawn_are_merged(drawer, letter_of):
    good = drawer.draw(letter_of()).data
    for bad in (b"", b"%PDF-1.4\n", good[:-100], good.replace(b" obj\n<<", b" obj\n[<", 1)):
        with pytest.raises(NotALetter, match=r"^file 2 of those to be merged"):
            list(merged([good, bad], "", "", "en"))


def test_without_its_packages_letters_say_how_to_get_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "reportlab", None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(LettersMissing, match="letters need what is not installed: reportlab, pillow"):
        Drawer(geometry_named("din5008-b", ""))


def test_each_kind_of_block_is_described():
    assert {element.name for element in elements().values()} == {
        "bullets",
        "paragraph",
        "picture",
        "qrcode",
        "table",
    }
    for element in elements().values():
        documentation = sys.modules[element.rows.__module__].__doc__
        assert element.doc.endswith(".")
        assert len(documentation.strip().split("\n\n")) >= 2, element.name

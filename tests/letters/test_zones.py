"""The check of finished pages: pages drawn here by hand, each with one thing wrong."""

from __future__ import annotations

import io
import time

import pytest
from reportlab.pdfgen.canvas import Canvas

from clientlens.letters.layoutfiles import geometry_named, layout_names
from clientlens.letters.zones import faults_of, page_pictures

MM = 72 / 25.4
ADDRESS = ("Kerzen Übermut GmbH", "Érika Jäger-", "Straße 1", "51147 Köln")


class Sheet:
    """A letter's first page with its address, to which a test adds what is wrong; lengths in mm from the top left."""

    def __init__(
        self, layout="din5008-b", provider="", address=ADDRESS, *, down=0.0, right=0.0, size=10.0, gap=0.0
    ):
        self.geometry = geometry_named(layout, provider)
        self.page = self.geometry.page
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, (self.page.width * MM, self.page.height * MM))
        zone, type_ = self.geometry.address, self.geometry.type
        y = zone.y + type_.first_baseline + down
        for number, line in enumerate(address):
            self.text(
                zone.x + right,
                y + number * type_.leading + (gap if number == len(address) - 1 else 0),
                line,
                size,
            )
        body = self.geometry.body
        self.text(body.x, body.y + 5, "Guten Tag", 10)
        if self.geometry.return_line:
            self.text(
                self.geometry.return_line.x,
                self.geometry.return_line.bottom - 1.5,
                "Laden, Weg 1, 50667 Köln",
                7,
            )
        for mark in self.geometry.marks:
            self.line(mark.x, mark.y, mark.x + mark.length)

    def text(self, x, y, text, size):
        self.canvas.setFont("Helvetica", size)
        self.canvas.drawString(x * MM, (self.page.height - y) * MM, text)

    def line(self, left, y, right):
        self.canvas.setLineWidth(0.3)
        self.canvas.line(left * MM, (self.page.height - y) * MM, right * MM, (self.page.height - y) * MM)

    def rect(self, x, y, width, height):
        self.canvas.rect(x * MM, (self.page.height - y - height) * MM, width * MM, height * MM, fill=1)

    def data(self):
        self.canvas.showPage()
        self.canvas.save()
        return self.file.getvalue()

    def faults(self, address=ADDRESS):
        return faults_of(self.data(), self.geometry, address)


PAIRS = [*((layout, "") for layout in layout_names()), ("din5008-b", "epost"), ("din5008-b", "pingen"), ("swiss-left", "pingen"), ("din5008-a", "letterxpress")]  # fmt: skip


@pytest.mark.parametrize(("layout", "provider"), PAIRS)
def test_a_page_as_the_layout_wants_it_has_no_faults_with_as_many_lines_as_the_window_takes(layout, provider):
    lines = geometry_named(layout, provider).type.most_lines
    address = tuple(f"Åg {number}" for number in range(lines))
    assert Sheet(layout, provider, address).faults(address) == []


def test_a_stray_line_a_millimetre_inside_the_window_is_found():
    sheet = Sheet()
    sheet.line(104, 80, 120)
    (fault,) = sheet.faults()
    assert fault.startswith("page 1: a line or an area at 103.")
    assert fault.endswith("is in the window, beside the address")


def test_a_line_that_ends_before_the_window_is_none_of_its_business():
    sheet = Sheet()
    sheet.line(106, 80, 120)
    assert sheet.faults() == []


@pytest.mark.parametrize(
    ("off", "told"),
    [
        ({"down": 4.2}, "begins on a baseline at 70.3 mm, not 66.1"),
        ({"down": -1.5}, "is in the window, beside the address"),
        ({"right": 2}, "begins at 27.0, not 25"),
        ({"gap": 4.2}, "are 8.4 mm apart, not 4.2"),
        ({"size": 9}, "has type of 9 to 9 points, and 10 to 12 are wanted"),
        ({"size": 8}, "capitals of the address are 2.0 to 2.0 mm high"),
    ],
)
def test_an_address_that_is_too_low_too_high_indented_gappy_or_small_is_found(off, told):
    assert any(told in fault for fault in Sheet(**off).faults())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("Somebody Else", *ADDRESS[1:]), "line 1 of the address reads otherwise than it was given"),
        ((ADDRESS[0], ADDRESS[2], ADDRESS[1], ADDRESS[3]), "line 2 of the address reads otherwise"),
        ((*ADDRESS[:2], "Stra ße 1", ADDRESS[3]), "line 3 of the address reads otherwise"),
        (ADDRESS[:3], "the address has 4 lines, and 3 were given"),
    ],
)
def test_an_address_that_reads_otherwise_than_given_is_found_and_not_repeated(given, told):
    faults = Sheet().faults(given)
    assert any(told in fault for fault in faults)
    assert not any(word in fault for fault in faults for word in ("Érika", "Somebody"))


def test_text_right_of_the_address_or_below_it_is_found():
    sheet = Sheet()
    sheet.text(70, 66.1, "Nr. 17", 10)
    sheet.text(25, 89.5, "Guten Tag,", 10)
    faults = sheet.faults()
    assert "page 1: line 1 of the address reads otherwise than it was given" in faults
    assert "page 1: the address has 5 lines, and 4 were given" in faults


def test_what_stands_inside_a_form_object_is_found_where_it_is_drawn():
    sheet = Sheet()
    sheet.canvas.beginForm("logo")
    sheet.canvas.rect(0, 0, 10 * MM, 5 * MM, fill=1)
    sheet.canvas.endForm()
    sheet.canvas.beginForm("head")
    sheet.canvas.translate(20 * MM, 0)
    sheet.canvas.doForm("logo")
    sheet.canvas.endForm()
    sheet.canvas.saveState()
    sheet.canvas.translate(50 * MM, 220 * MM)
    sheet.canvas.scale(2, 2)
    sheet.canvas.doForm("head")
    sheet.canvas.restoreState()
    (fault,) = sheet.faults()
    # 90 to 110 mm, from 297 - 230 to 297 - 220; half the stroke around it.
    assert fault.startswith("page 1: a line or an area at 89.")
    assert "is in the window" in fault


def test_nothing_may_stand_where_a_service_franks_nor_in_its_margins():
    franked = Sheet(provider="epost")
    franked.rect(30, 55, 5, 5)
    assert any("is where epost wants nothing" in fault for fault in franked.faults())
    margin = Sheet(provider="epost")
    margin.line(3.5, 105, 5.5)
    assert any("leaves the area that can be printed" in fault for fault in margin.faults())


def test_a_sheet_of_another_size_a_turned_one_and_no_pdf_are_found():
    sheet = Sheet()
    sheet.canvas.setPageSize((210 * MM, 296.5 * MM))
    assert any("its sheet is 210.0 x 296.5 mm, not 210 x 297" in fault for fault in sheet.faults())
    turned = Sheet()
    turned.canvas.setPageRotation(90)
    assert "page 1: it is turned" in turned.faults()
    assert faults_of(b"%PDF-1.4 and no more", turned.geometry, ADDRESS) == ["it is no PDF that can be read"]


def test_too_many_bytes_for_a_service_are_found():
    sheet = Sheet(provider="pingen")
    data = sheet.data() + b"%" * 8_000_000
    assert "8,000,000" in faults_of(data, sheet.geometry, ADDRESS)[0]


def test_a_full_page_is_checked_in_a_few_milliseconds():
    sheet = Sheet()
    for number in range(40):
        sheet.text(25, 110 + number * 4, "Wir haben Sie lange nicht gesehen und denken an Sie, " * 2, 8)
    data = sheet.data()
    best = []
    for _ in range(5):
        begun = time.perf_counter()
        assert faults_of(data, sheet.geometry, ADDRESS) == []
        best.append(time.perf_counter() - begun)
    assert min(best) < 0.05


def test_pages_become_pictures():
    (picture,) = page_pictures(Sheet().data(), dpi=50)
    assert picture.startswith(b"\x89PNG")

from __future__ import annotations

import io

import pytest
from PIL import Image

from clientlens.letters.letter import Bullets, Letter, Paragraph, Picture, QrCode, Span, Table


def _png(size=(300, 100), colour=(40, 60, 90, 200), mode="RGBA"):
    file = io.BytesIO()
    Image.new(mode, size, colour[: len(mode)]).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def png():
    return _png


@pytest.fixture(scope="session")
def letter_of():
    """Make a letter of some client, with one of each kind of block; `more`: long paragraphs before the code."""

    def make(name="Erika Jäger", letter_id="L1", *, more=0, url="https://shop.example/r/K7QF3M9X", **changed):
        blocks = (
            Paragraph((Span(f"Guten Tag {name},"),)),
            Paragraph(
                (Span("die Duftkerze "), Span("Winterwald", bold=True), Span(" ist wieder da – für 49,80 €."))
            ),
            Table(
                ("Artikel", "Preis"),
                (("Kerze", "49,80 €"), ("Löscher", "8,00 €")),
                (False, True),
                ("Summe", "57,80 €"),
            ),
            Bullets(((Span("Code scannen"),), (Span("bestellen"),)), numbered=True),
            *[Paragraph((Span("Wir freuen uns, wenn Sie wieder einmal hereinschauen. " * 8),))] * more,
            QrCode(url, "Ihr Gutschein"),
            Paragraph(
                (Span("Fragen an "), Span("hallo@shop.example", link="mailto:hallo@shop.example")), small=True
            ),
        )
        values = {
            "letter_id": letter_id,
            "language": "de",
            "title": "Ein Gutschein (für Sie)",
            "author": "Kerzen Übermut GmbH",
            "address": (name, "Straße 1", "51147 Köln"),
            "return_line": "Laden, Weg 1, 50667 Köln",
            "info": (("Datum", "26. November 2026"),),
            "subject": "Ein Dankeschön",
            "blocks": blocks,
            "footer": ("Kerzen Übermut GmbH · Weg 1 · 50667 Köln",),
            "logo": Picture("logo.png", _png(), 40, "Logo"),
        }
        return Letter(**values | changed)

    return make

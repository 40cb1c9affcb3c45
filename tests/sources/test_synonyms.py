"""Header cells as shop systems spell them."""

from __future__ import annotations

import pytest

from clientlens.errors import BadHeader
from clientlens.sources.canonical import names_of
from clientlens.sources.synonyms import BESIDE, choose, folded, meaning_of


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("Bestellnummer", "order_id"), ("Bestell-Nr.", "order_id"), ("BESTELLNR", "order_id"),
        ("Order Number", "order_id"), ("Externe Bestellnummer", "external_id"), ("BillBeeOrderId", "source_id"),
        ("Billbee ID", "source_id"), ("Bestelldatum", "placed_at"), ("Datum", "placed_at"), ("CreatedAt", "placed_at"),
        ("Bezahlt am", "paid_at"), ("PayedAt", "paid_at"), ("Versanddatum", "fulfilled_at"), ("Status", "status"),
        ("Käufer", "name"), ("Kaeufer", "name"), ("E-Mail", "email"), ("e mail", "email"), ("PLZ", "postcode"),
        ("Straße", "street"), ("STRASSE", "street"), ("strasse", "street"), ("Land", "country"),
        ("Gesamtbetrag", "order_total"), ("TotalCost", "order_total"), ("Brutto", "order_total"),
        ("Währung", "currency"), ("Waehrung", "currency"), ("Art. Nr.", "sku"), ("SKU", "sku"), ("Menge", "quantity"),
        ("Stück", "quantity"), ("Summe", "line_total"), ("USt", "tax"), ("Shop", "store"), ("Quelle", "channel"),
        ("placed_at", "placed_at"), ("Wa\u0308hrung", "currency"),
    ],
)  # fmt: skip
def test_a_spelling_means_its_column(cell, column):
    found = meaning_of(cell)
    assert found is not None
    assert (found.column, found.family) == (column, "")


@pytest.mark.parametrize(
    ("cell", "column", "family"),
    [
        ("Rechnungsadresse PLZ", "postcode", "invoice"),
        ("Rechnungsanschrift: Straße", "street", "invoice"),
        ("Ort (Lieferadresse)", "city", "delivery"),
        ("Lieferadresse - Vorname", "first_name", "delivery"),
        ("ShippingAddress.City", "city", "delivery"),
    ],
)
def test_an_address_column_says_whose_address_it_is(cell, column, family):
    found = meaning_of(cell)
    assert found is not None
    assert (found.column, found.family) == (column, family)


@pytest.mark.parametrize(
    "cell", ["MwSt %", "MwSt-Satz", "Rechnungsnummer", "USt-ID", "Lieferdatum", "Netto", "Gewicht", ""]
)
def test_what_is_not_known_is_not_guessed(cell):
    assert meaning_of(cell) is None


def test_every_meaning_is_a_plain_column_or_one_of_the_two_beside_them():
    from clientlens.sources.synonyms import _KNOWN

    known = {name for kind in ("orders", "clients") for name in names_of(kind)} | set(BESIDE)
    assert {column for column, _ in _KNOWN.values()} <= known
    assert all(folded(word) == word for word in _KNOWN)


def test_of_two_columns_the_surer_one_is_read():
    chosen = choose(("Datum", "Bestelldatum", "Rechnungsbetrag", "Gesamtbetrag", "Hm"), "a.csv")
    assert [one and one.column for one in chosen.meanings] == [None, "placed_at", None, "order_total", None]
    assert chosen.unread == ("Datum", "Rechnungsbetrag", "Hm")


def test_two_equally_sure_columns_are_refused_by_name():
    with pytest.raises(BadHeader) as error:
        choose(("Bestellnummer", "Auftragsnummer"), "a.csv")
    assert "'Bestellnummer' and 'Auftragsnummer'" in str(error.value)
    assert error.value.exit_code == 3

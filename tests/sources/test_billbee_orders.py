"""Billbee's user-defined CSV: figures worked out by hand beside each test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from clientlens.errors import BadEncoding, BadHeader, NoGoodRow, NotRecognised
from clientlens.sources import registry
from clientlens.sources.input import open_input
from clientlens.sources.reading import glimpse

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample" / "billbee" / "bestellungen.csv"
HEADER = "Bestellnummer;Bestelldatum;Bezahlt am;Status;Gesamtbetrag;Währung;E-Mail"


def lines(*rows, header=HEADER):
    return "\n".join((header, *rows, ""))


def statuses(batch):
    return dict(batch.orders.select("number", "payment_state").rows())


def test_the_sample_gives_what_its_cells_say(read, shop):
    batch = read(SAMPLE.read_bytes(), options=shop.options)
    # Tax is inside: 1050.00 goods x (1054.90 - 168.43) / 1054.90 = 882.353..; eBay: 20 x 20.00 / 23.80 = 16.806..;
    # 119.00 - 19.00 = 100.00; 10 x (14.90 - 2.38) / 14.90 = 8.402..
    found = batch.orders.select(
        "store", "number", "payment_state", "order_total", "price", "shipping", "tax"
    ).rows()
    assert found == [
        ("Wachswerk", "10021", "paid", 105490, 88235, 490, 16843),
        ("Wachswerk eBay", "28-11984-70312", "paid", 2380, 1681, 380, 380),
        ("Wachswerk", "10022", "pending", 11900, 10000, 0, 1900),
        ("Wachswerk", "10023", "voided", 1490, 840, 490, 238),
    ]
    # An order that the shop itself may tell of as well has a key of its own beside the shop's.
    assert batch.order_lines.select("order_key", "sku", "quantity_milli", "line_total").rows() == [
        ("gathered:10021", "KER-200", 20_000, 100_000), ("gathered:10021", "DOC-010", 100_000, 5_000),
        ("28-11984-70312", "KER-020", 2_000, 2_000), ("gathered:10022", "KER-020", 12_000, 11_900),
        ("gathered:10023", "KER-020", 1_000, 1_000),
    ]  # fmt: skip
    assert (batch.rows_skipped, batch.test_orders_skipped, batch.problems) == (2, 1, ())
    assert "1 offer left out: no sales" in batch.notes
    assert any("Rechnungsnummer" in note for note in batch.notes)


def test_only_what_may_stand_in_a_shopify_export_is_linked_to_it(read):
    batch = read(SAMPLE.read_bytes())
    assert dict(batch.orders.select("number", "external_id").rows()) == {
        "10021": "10021", "28-11984-70312": None, "10022": "10022", "10023": "10023",
    }  # fmt: skip
    plain = read(lines("7;01.02.2026;;Bestellt;5,00;EUR;"))
    assert plain.orders["external_id"].to_list() == ["7"]


def test_the_external_number_is_what_the_shop_calls_the_order(read):
    header = "Externe Bestellnummer;Bestellnummer;Bestelldatum;Gesamtbetrag;Währung"
    batch = read(lines("#1058;A-7;01.02.2026;5,00;EUR", ";A-8;01.02.2026;5,00;EUR", header=header))
    assert batch.orders.select("number", "external_id").rows() == [("A-7", "1058"), ("A-8", "A-8")]
    alone = read(lines("1058;01.02.2026;5,00;EUR", header=header.replace(";Bestellnummer", "")))
    assert alone.orders.select("number", "external_id").rows() == [("1058", "1058")]


@pytest.mark.parametrize(
    ("word", "paid", "state"),
    [
        ("Bestellt", "", "pending"), ("Bestätigt", "", "pending"), ("Versendet", "", "pending"),
        ("Versendet", "03.02.2026", "paid"), ("Abgeschlossen", "", "pending"), ("Storniert", "03.02.2026", "voided"),
        ("Gelöscht", "", "voided"), ("geloescht", "", "voided"), ("8", "03.02.2026", "voided"), ("4", "", "pending"),
        ("Mahnung 2", "", "pending"), ("Im Fulfillment", "03.02.2026", "paid"), ("Shipped", "03.02.2026", "paid"),
        ("", "03.02.2026", "paid"), ("", "", "pending"), ("refunded", "03.02.2026", "refunded"),
    ],
)  # fmt: skip
def test_the_time_of_payment_decides_and_a_cancelled_order_stays_cancelled(read, word, paid, state):
    batch = read(lines(f"7;01.02.2026;{paid};{word};5,00;EUR;"))
    assert statuses(batch) == {"7": state}


def test_without_a_time_of_payment_the_state_decides_and_shipped_is_not_paid(read):
    header = "Bestellnummer;Bestelldatum;Status;Gesamtbetrag;Währung"
    rows = [
        "1;01.02.2026;Zahlung erhalten;5,00;EUR", "2;01.02.2026;Abgeschlossen;5,00;EUR",
        "3;01.02.2026;Versendet;5,00;EUR", "4;01.02.2026;Storniert;5,00;EUR",
    ]  # fmt: skip
    batch = read(lines(*rows, header=header))
    assert statuses(batch) == {"1": "paid", "2": "paid", "3": "pending", "4": "voided"}
    assert any("no column tells when an order was paid" in note for note in batch.notes)


def test_an_unknown_state_sets_its_order_aside_and_is_named(read):
    batch = read(lines("1;01.02.2026;;Bestellt;5,00;EUR;", "2;01.02.2026;;Verlegt;5,00;EUR;"))
    (problem,) = batch.problems
    assert (problem.line, problem.column, problem.value) == (3, "Status", "Verlegt")
    assert statuses(batch) == {"1": "pending"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_separator_and_character_set_are_the_layouts_own(read, shop, encoding, delimiter):
    rows = [
        ["Bestellnummer", "Bestelldatum", "Gesamtbetrag", "Währung", "Ort"],
        ["7", "22.05.2026 14:05:09", "1.234,56", "EUR", "Lüneburg"],
    ]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    options = replace(shop.options, encoding="cp1252" if encoding == "cp1252" else None)
    batch = read(text.encode(encoding), options=options)
    # 14:05:09 in Rome's summer is 12:05:09 UTC.
    placed = dt.datetime(2026, 5, 22, 12, 5, 9, tzinfo=dt.UTC)
    assert batch.orders.select("placed_at", "order_total").rows() == [(placed, 123456)]


def test_another_character_set_needs_the_option_that_the_error_names(read):
    with pytest.raises(BadEncoding):
        read(lines("7;01.02.2026;;Bestellt;5,00;EUR;").encode("cp1252"))


def test_a_quote_of_ones_own_is_taken_off(read):
    text = "'Bestellnummer';'Bestelldatum';'Gesamtbetrag';'Währung';'Artikel'\n'7';'01.02.2026';'5,00';'EUR';'Bo''s Kerze'\n"
    batch = read(text)
    assert batch.orders["number"].to_list() == ["7"]
    assert batch.order_lines["product"].to_list() == ["Bo's Kerze"]


def test_a_euro_sign_is_currency_enough(read):
    header = "Bestellnummer;Bestelldatum;Gesamtbetrag"
    batch = read(lines("7;01.02.2026;12,00 €", "8;01.02.2026;CHF 8,00", header=header))
    assert batch.orders.select("currency", "order_total").rows() == [("EUR", 1200), ("CHF", 800)]
    with pytest.raises(NoGoodRow, match="currency"):
        read(lines("7;01.02.2026;12,00", header=header))


def test_rows_of_an_order_may_leave_its_cells_blank_after_the_first(read):
    header = "Bestellnummer;Bestelldatum;Bezahlt am;Status;Gesamtbetrag;Währung;Artikel;Menge;Summe"
    rows = ["7;01.02.2026;02.02.2026;Versendet;30,00;EUR;Kerze;1;20,00", "7;;;;;;Docht;2;10,00"]
    batch = read(lines(*rows, header=header))
    assert batch.problems == ()
    assert batch.orders.select("payment_state", "fulfilment_state", "order_total").rows() == [
        ("paid", "fulfilled", 3000)
    ]
    assert batch.order_lines["product"].to_list() == ["Kerze", "Docht"]


def test_taxes_that_differ_within_an_order_are_those_of_its_lines(read):
    header = "Bestellnummer;Bestelldatum;Gesamtbetrag;Währung;Versandkosten;Artikel;Summe;MwSt"
    rows = [
        "7;01.02.2026;134,90;EUR;4,90;Kerze;119,00;19,00", "7;01.02.2026;134,90;EUR;4,90;Buch;11,00;0,72",
        "8;01.02.2026;23,80;EUR;0,00;Kerze;23,80;3,80",
    ]  # fmt: skip
    batch = read(lines(*rows, header=header))
    # Price = sum of (line - its tax): 100.00 + 10.28; 20.00. Tax 19.72; 3.80.
    assert batch.orders.select("number", "tax", "price").rows() == [("7", 1972, 11028), ("8", 380, 2000)]


def test_rates_are_not_taken_for_taxes(read):
    header = "Bestellnummer;Bestelldatum;Gesamtbetrag;Währung;MwSt"
    batch = read(lines("7;01.02.2026;119,00;EUR;19", "8;01.02.2026;50,00;EUR;19", header=header))
    assert batch.orders["tax"].to_list() == [None, None]
    assert batch.orders["price"].to_list() == [None, None]
    assert any("rates, not amounts" in note for note in batch.notes)
    amounts = read(lines("7;01.02.2026;119,00;EUR;19,00", "8;01.02.2026;50,00;EUR;7,98", header=header))
    assert amounts.orders["tax"].to_list() == [1900, 798]


def test_the_invoices_address_is_taken_whole(read):
    header = "Bestellnummer;Bestelldatum;Gesamtbetrag;Währung;Vorname;Nachname;Rechnungsadresse Straße;Rechnungsadresse Hausnummer;Rechnungsadresse Ort;Lieferadresse Straße;Lieferadresse PLZ;Lieferadresse Ort"
    rows = [
        "7;01.02.2026;5,00;EUR;Ann;A;Weg;1;Bonn;Gasse;10115;Berlin",
        "8;01.02.2026;5,00;EUR;Bo;B;;;;Gasse;10115;Berlin",
    ]
    people = read(lines(*rows, header=header)).people.sort("first_name")
    assert people.select("name", "street", "postcode", "city").rows() == [
        ("Ann A", "Weg 1", None, "Bonn"), ("Bo B", "Gasse", "10115", "Berlin"),
    ]  # fmt: skip


def test_beside_billbees_own_id_a_bare_id_is_the_shops(read):
    header = "BillBeeOrderId,Id,OrderNumber,CreatedAt,TotalCost,Currency,State,PayedAt"
    batch = read(lines("100,5512,1058,2026-02-01T10:00:00,5.00,EUR,4,2026-02-01T10:00:00", header=header))
    found = batch.orders.select("source_id", "external_id", "number", "payment_state").row(0)
    assert found == ("100", "5512", "1058", "paid")


def test_a_number_alone_without_articles_is_no_line(read):
    header = "Bestellnummer;Bestelldatum;Gesamtbetrag;Währung;Anzahl"
    batch = read(lines("7;01.02.2026;5,00;EUR;3", header=header))
    assert (batch.orders.height, batch.order_lines.height) == (1, 0)
    assert any("no column names an article" in note for note in batch.notes)


def test_two_columns_of_one_meaning_are_refused(read):
    with pytest.raises(BadHeader, match="'Bestellnummer' and 'Auftragsnummer'"):
        read(
            lines(
                "7;8;01.02.2026;5,00;EUR",
                header="Bestellnummer;Auftragsnummer;Bestelldatum;Gesamtbetrag;Währung",
            )
        )


def test_a_layout_without_total_is_refused_with_what_to_add(read):
    with pytest.raises(NotRecognised) as error:
        read(lines("7;01.02.2026", header="Bestellnummer;Bestelldatum"), source="billbee_orders")
    assert "Gesamtbetrag" in (error.value.hint or "")


def test_each_sample_is_recognised_by_exactly_one_source():
    files = sorted(path for path in (PROJECT / "data" / "sample").rglob("*.*") if path.is_file())
    real = PROJECT / "../shared/samples"
    files += sorted(real.glob("*.csv")) if real.exists() else []
    mine = set()
    for path in files:
        layout, names, _ = glimpse(open_input(str(path)))
        found = [
            one.name for one in registry.load().values() if one.layout is layout and one.recognises(names)
        ]
        assert len(found) <= 1, path
        if path.parent.name == "billbee" or path.name.startswith("shopify-orders"):
            assert len(found) == 1, path
        mine |= set(found)
    assert {"billbee_orders", "billbee_api"} <= mine


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER, ["billbee_orders"]),
        ("order_id,placed_at,order_total,currency", ["plain_csv"]),
        ("order_id;placed_at;order_total;Shopname;Billbee ID", ["plain_csv"]),
        ("Billbee ID;Datum;Brutto;Name;Email;Phone;Company", ["billbee_orders"]),
        ("Order Number,Order Date,Total,Name,Email", []),
        ("Id,OrderNumber,CreatedAt,TotalCost,ShippingCost,Currency", ["billbee_orders"]),
        ("Name;Email;Phone;Company;Ort", ["plain_csv"]),
    ],
)
def test_a_header_is_never_two_formats(write, header, expected):
    layout, names, _ = glimpse(open_input(write(header + "\n", name="a.csv")))
    sources = registry.load().values()
    assert [one.name for one in sources if one.layout is layout and one.recognises(names)] == expected

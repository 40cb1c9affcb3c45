"""Templates, and mappings drafted from a file."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from clientlens.errors import NotRecognised
from clientlens.sources.canonical import COLUMNS, Kind, Part
from clientlens.sources.draft import drafted
from clientlens.sources.input import open_input
from clientlens.sources.mapping import read_mapping
from clientlens.sources.reading import read_all
from clientlens.sources.templates import SKELETON, template

GERMAN = (
    "Beleg-Nr;Bestelldatum;Kunde;E-Mail;Gesamtbetrag;Trinkgeld;Zustand;Bemerkung\n"
    "1001;28.03.2026;Lena Krüger;lena@example.org;1.059,90 €;1,00 €;Bezahlt;schnell\n"
    "1002;29.03.2026;Ola Berg;ola@example.org;59,90 €;;Storniert;\n"
)


@pytest.fixture
def draft(write):
    return lambda text, **how: drafted(open_input(write(text, **how)))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_template_imports_as_it_stands(read, kind, shop, write):
    text = template(kind)
    header, row, end = text.split("\n")
    assert header.split(",") == [column.name for column in COLUMNS[kind] if column.part is not Part.SYSTEM]
    assert (row != "", end) == (True, "")
    (batch,) = read_all([write(text)], shop.options)
    assert (batch.source, batch.problems, batch.rows_set_aside) == ("plain_csv", (), 0)
    stored = batch.people if kind is Kind.CLIENTS else getattr(batch, kind.value)
    assert stored.height == 1


def test_the_skeleton_is_a_mapping_and_names_every_key():
    mapping = read_mapping(SKELETON.encode(), "m.toml")
    assert set(mapping.sections[0].columns) == {"order_id", "placed_at", "order_total"}
    for key in ("currency", "timezone", "date_format", "decimal", "encoding", "delimiter", "store", "note", "blank",
                "footer", "summary_row", "[optional]", "[constants]", "[status]", "[sums]", "[fill]"):  # fmt: skip
        assert key in SKELETON


def test_a_draft_from_a_clear_file_imports_as_it_stands(draft, write, shop):
    text = draft(GERMAN.replace("Beleg-Nr", "Bestell-Nr."))
    found = tomllib.loads(text)
    assert (found["delimiter"], found["decimal"], found["currency"]) == (";", "comma", "EUR")
    assert found["date_format"] == "%d.%m.%Y"
    assert found["columns"] == {
        "order_id": "Bestell-Nr.", "placed_at": "Bestelldatum", "order_total": "Gesamtbetrag", "status": "Zustand",
        "tip": "Trinkgeld", "email": "E-Mail", "name": "Kunde",
    }  # fmt: skip
    assert found["status"] == {"Bezahlt": "paid", "Storniert": "cancelled"}
    assert '#   "Bemerkung"' in text
    options = replace(shop.options, mapping=read_mapping(text.encode(), "m.toml"))
    (batch,) = read_all([write(GERMAN.replace("Beleg-Nr", "Bestell-Nr."))], options)
    assert batch.orders.select("order_total", "tip", "payment_state").rows() == [
        (105990, 100, "paid"), (5990, 0, "voided"),
    ]  # fmt: skip


def test_what_is_missing_or_unsure_is_marked(draft):
    text = draft("Ref,Date,Amount,Status\n1,03/04/2026,5,Weird\n2,04/05/2026,6,paid\n")
    found = tomllib.loads(text)
    assert found["columns"] == {"placed_at": "Date", "order_total": "Amount", "status": "Status"}
    assert '# order_id = ""  # needed' in text
    assert '# date_format = "%d/%m/%Y"  # needed: unsure, "%d/%m/%Y" or "%m/%d/%Y"' in text
    assert '# decimal = "comma"  # unsure' in text
    assert '# currency = "EUR"  # needed, or --currency' in text
    assert '# "Weird" = ""  # needed: one of completed, paid' in text


def test_a_draft_shows_nothing_that_tells_of_people(draft):
    text = draft(GERMAN)
    assert "lena" not in text.lower()
    assert '"28.03.2026"' in text


def test_a_draft_finds_a_header_below_other_rows(draft):
    text = draft("Report of March\n,,,\nOrder No,Date,Total,Customer\n1,2026-03-01,5.00,Ann\n")
    assert tomllib.loads(text)["columns"]["order_id"] == "Order No"


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Numero ordine,Data,Totale,Valuta,Cliente,Stato", ("order_id", "placed_at", "order_total", "currency", "name", "status")),
        ("N° de commande,Date de commande,Montant total,Devise,Nom du client", ("order_id", "placed_at", "order_total", "currency", "name")),
        ("N.º pedido,Fecha,Importe total,Moneda,Correo electrónico", ("order_id", "placed_at", "order_total", "currency", "email")),
        ("Order #,Date,Grand Total,Currency,Buyer City", ("placed_at", "order_total", "currency", "city")),
    ],
)  # fmt: skip
def test_headers_of_other_languages_are_known(draft, header, columns):
    cells = {"placed_at": "2026-03-01", "order_total": "5.00", "currency": "EUR"}
    row = ",".join(cells.get(name, "x1") for name in columns)
    if "order_id" not in columns:
        columns, row = ("order_id", *columns), "x1," + row
    assert set(tomllib.loads(draft(f"{header}\n{row}\n"))["columns"]) == set(columns)


@pytest.mark.parametrize(
    ("day", "form"),
    [("Jul-25-26", "%b-%d-%y"), ("10-Dez-25", "%d-%b-%y"), ("25 mars 2026", "%d %b %Y"), ("3/28/2026 2:05 PM", "%m/%d/%Y %I:%M %p")],
)  # fmt: skip
def test_the_form_of_dates_is_found(draft, day, form):
    assert tomllib.loads(draft(f"Order ID,Date,Total\n1,{day},5.00\n"))["date_format"] == form


def test_lists_of_clients_and_reviews_are_drafted_as_such(draft):
    clients = tomllib.loads(draft("Kundenname,E-Mail,Ort\nLena,l@x.org,Berlin\n"))
    assert clients == {
        "kind": "clients", "delimiter": ",", "columns": {"email": "E-Mail", "name": "Kundenname", "city": "Ort"},
    }  # fmt: skip
    text = draft("Date,Username,Stars,Product\n2026-03-01,ann,5,Candle\n")
    reviews = tomllib.loads(text)
    assert reviews["kind"] == "reviews"
    assert reviews["columns"]["reviewed_at"] == "Date"
    assert '# seller = ""  # needed' in text


def test_a_header_with_control_characters_is_written_as_valid_toml(draft):
    text = draft('Order ID,Date,Total,"E\x1b[31mvil\u202e"\n1,2026-03-01,5.00,x\n')
    assert "\x1b" not in text
    assert "\u202e" not in text
    tomllib.loads(text)


def test_nothing_like_a_header_is_refused(draft):
    with pytest.raises(NotRecognised, match="nothing here looks like the header of a table"):
        draft("1,2\n3,4\n")


@pytest.mark.parametrize(
    ("header", "cells", "columns"),
    [
        (
            "Invoice No,Invoice Date,Bill To,Contact Email,Rate,Line Amount,Invoice Total",
            "A1,2026-03-01,Ann,a@x.org,2.00,4.00,4.00",
            ("order_id", "placed_at", "name", "email", "unit_price", "line_total", "order_total"),
        ),
        (
            "Auftrags-Nr.,Datum,Stück,Zahlstatus,Rechnungsbetrag brutto",
            "A1,2026-03-01,2,paid,4.00",
            ("order_id", "placed_at", "quantity", "status", "order_total"),
        ),
    ],
)
def test_headers_of_invoices_are_known(draft, header, cells, columns):
    found = tomllib.loads(draft(f"{header}\n{cells}\n"))["columns"]
    assert found == dict(zip(columns, header.split(","), strict=True))


TILL = (
    "Till report;March;;;;\n"
    "Receipt;Sold on;Customer;Article;Pieces;Amount\n"
    "R-1;05.Mär.2026;Kim;Honey;2;19,00 €\n"
    "R-1;05.Mär.2026;Kim;Candle;1;12,50 €\n"
    "R-2;07.Mär.2026;--;Honey;1;9,50 €\n"
)


def test_an_amount_that_differs_within_an_order_is_a_comment(draft):
    text = draft(TILL)
    found = tomllib.loads(text)
    assert "order_total" not in found["columns"]
    assert '# order_total = "Amount"  # unsure: it differs between rows of one order' in text
    assert '#   line_total = "Amount"' in text
    alike = tomllib.loads(draft(TILL.replace("12,50", "19,00")))["columns"]
    assert alike["order_total"] == "Amount"


def test_the_only_column_of_dates_is_when_it_was_placed_with_a_comment(draft):
    text = draft(TILL)
    found = tomllib.loads(text)
    assert (found["columns"]["placed_at"], found["date_format"]) == ("Sold on", "%d.%b.%Y")
    assert "unsure: the only column of dates" in text
    two = draft("Receipt,Sold on,Sent on,Amount\n1,2026-03-01,2026-03-02,5.00\n")
    assert '# placed_at = ""  # needed' in two


@pytest.mark.parametrize("text", ['{"order_id": "1"}\n', ' [{"order_id": "1"}]', '{"a": 1}\n{"a": 2}\n'])
def test_json_gets_no_draft(draft, text):
    with pytest.raises(NotRecognised, match="this is JSON") as caught:
        draft(text, name="orders.json")
    assert "JSON needs no mapping" in caught.value.hint

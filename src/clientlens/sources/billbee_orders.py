"""Orders as Billbee exports them by a layout of one's own: any columns, German or English, a row per order or position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from clientlens.errors import NotRecognised
from clientlens.sources.billbee_columns import brought, unwrapped
from clientlens.sources.billbee_states import STATUS
from clientlens.sources.canonical import kind_of, plain_name
from clientlens.sources.csvfile import read_csv, read_header
from clientlens.sources.plain_orders import Rules, read_orders
from clientlens.sources.source import Source
from clientlens.sources.synonyms import choose, folded, meaning_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

NAME = "billbee_orders"
_WITHOUT = ("price", "number", "payment_state", "fulfilment_state", "tax_basis", "kind", "test", "anonymous")
"""Plain columns that mean something else in a shop system's export, or are worked out here."""
_NEEDED = (("order_id", "external_id", "source_id"), ("placed_at",), ("order_total",))
_OWN = frozenset({
    "billbeeid", "billbeeorderid", "billbeebestellid", "billbeeshopname", "shopname", "shopnamequelle",
})  # fmt: skip
"""Headers of which one alone tells Billbee."""
_TELLING = frozenset(
    "bestellnummer bestellnr auftragsnummer auftragsnr bestellid auftragsid externebestellnummer externebestellnr "
    "externeauftragsnummer bestelldatum auftragsdatum bestelltam datum erstelltam kaufdatum payedat bezahltam "
    "bezahldatum zahlungsdatum zahldatum zahlungseingang versendetam versanddatum storniertam auftragsstatus "
    "bestellstatus kundennummer kundennr kunde kaeufer kundenname vorname nachname firma telefon strasse hausnummer "
    "adresszusatz plz postleitzahl ort stadt land laendercode gesamtbetrag gesamtsumme gesamtbetragbrutto bestellsumme "
    "bestellwert auftragswert totalcost rechnungsbetrag rechnungssumme endbetrag brutto bruttobetrag mwst ust "
    "mwstbetrag ustbetrag umsatzsteuer mehrwertsteuer versandkosten shippingcost lieferkosten waehrung plattform "
    "quelle verkaufskanal artikelnummer artikelnr artnr artikelbezeichnung artikelname artikel bezeichnung menge "
    "anzahl einzelpreis stueckpreis preis summe zahlungsart zahlungsweise zahlart rechnungsnummer".split()
)  # fmt: skip
"""Headers of which two tell it: German ones, and the names that Billbee alone gives in English."""

RULES = Rules(
    status=STATUS,
    sums={"tax": ("line_tax",), "price": ("goods", "-goods_tax")},
    skips=True,
    tax_inside=True,
)


def recognises(names: tuple[str, ...]) -> bool:
    """An order number, a date and a total under names of Billbee's; what the plain formats have is theirs."""
    if kind_of(tuple(plain_name(name) for name in names)) is not None:
        return False
    meanings = (meaning_of(name) for name in names)
    found = {one.column for one in meanings if one is not None and not one.family}
    spelled = {folded(name) for name in names}
    telling = bool(spelled & _OWN) or len(spelled & _TELLING) > 1
    return telling and all(found & set(group) for group in _NEEDED)


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all files of one call; see `Batch` for what comes back.

    Raises:
        NotRecognised: no order number, no date or no total. BadHeader: two columns mean the same.
        AmbiguousDates, UnterminatedQuote: see there.
    """
    tables: list[CsvTable] = []
    notes: list[str] = []
    for file in files:
        table, told = _table(file, options)
        tables.append(table)
        notes += told
    batch = read_orders(tables, options, NAME, RULES)
    return replace(batch, notes=(*notes, *batch.notes))


def _table(file: InputFile, options: ReadOptions) -> tuple[CsvTable, list[str]]:
    """A file under plain names, and notes about it."""
    header = read_header(file)
    chosen = choose(header.cells, file.name, without=_WITHOUT)
    if not all(chosen.columns & set(group) for group in _NEEDED):
        raise NotRecognised(
            file.name,
            "Billbee's orders need a number, a date and a total",
            "name the columns Bestellnummer, Bestelldatum and Gesamtbetrag in the export's layout",
        )
    names = tuple("" if one is None else f"{one.family} {one.column}".strip() for one in chosen.meanings)
    if "source_id" in names and "external_id" not in names:
        # Beside Billbee's own id a bare 'Id' is what the API calls so: the shop's.
        names = _with_bare_id(header.cells, names)
    wanted = [own for own, name in zip(header.names, names, strict=True) if name]
    table = read_csv(file, wanted, header).renamed(names)
    unread = [cell for cell, name in zip(header.cells, names, strict=True) if not name and cell.strip()]
    frame, notes = brought(unwrapped(table.frame, header.cells), file.name, options)
    if unread:
        notes.append(f"{file.name}: columns that were not read: {', '.join(unread)}")
    return replace(table, frame=frame), notes


def _with_bare_id(cells: Sequence[str], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        "external_id" if not name and folded(cell) == "id" else name
        for cell, name in zip(cells, names, strict=True)
    )


SOURCE = Source(
    name=NAME,
    title="Billbee orders (CSV)",
    doc="Billbee, Einstellungen, Datenexporte, Eigene Exporte: any layout with order number, date and total.",
    recognises=recognises,
    read=read,
)

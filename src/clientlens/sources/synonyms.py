"""What German and English shop systems call the plain columns: a header cell -> the column it means.

Spellings are compared without case, accents of German, blanks, dots, dashes and underscores: 'Bestell-Nr.' is
'bestellnr'. A percent sign stays, since 'MwSt %' holds no amount.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.errors import BadHeader
from clientlens.sources.canonical import CLIENT_COLUMNS, ORDER_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORDS: dict[str, tuple[str, ...]] = {
    "order_id": (
        "bestellnummer bestellnr auftragsnummer auftragsnr ordernumber orderno ordernr",
        "bestellid auftragsid",
    ),
    "external_id": (
        "externebestellnummer externebestellnr externeauftragsnummer externeauftragsnr bestellnummerextern",
        "marktplatzbestellnummer shopbestellnummer externalordernumber externalorderid externenummer externeid",
    ),
    "source_id": ("billbeeid billbeeorderid billbeebestellid", "id"),
    "placed_at": ("bestelldatum auftragsdatum bestelltam kaufdatum orderdate", "createdat erstelltam", "datum date"),
    "paid_at": ("bezahltam payedat bezahldatum", "zahlungsdatum zahldatum zahlungam zahlungseingang"),
    "fulfilled_at": ("versendetam shippedat", "versanddatum versandam"),
    "updated_at": ("geaendertam letzteaenderung aktualisiertam lastmodifiedat", "updatedat"),
    "cancelled_at": ("storniertam stornodatum canceledat",),
    "status": ("auftragsstatus bestellstatus orderstatus orderstate", "status", "state"),
    "client_ref": ("kundennummer kundennr kdnr customernumber customerno", "kundenid customerid"),
    "name": ("kundenname kaeufername vollername fullname customername", "name", "kunde kaeufer besteller customer buyer"),
    "first_name": ("vorname firstname",),
    "last_name": ("nachname familienname lastname",),
    "company": ("firma firmenname unternehmen companyname",),
    "email": ("email emailadresse emailaddress mailadresse", "mail"),
    "phone": ("telefon telefonnummer telefonnr phonenumber", "tel tel1", "mobil mobilnummer handy mobile", "tel2"),
    "street": ("strasse strasseundhausnummer strasseundhausnr strassehausnummer strassehausnr", "adresse anschrift adresszeile1 address1 address"),
    "street2": ("adresszusatz adresszeile2 address2 line2", "zusatz namenszusatz nameaddition"),
    "postcode": ("plz postleitzahl zip zipcode postalcode",),
    "city": ("ort stadt wohnort town",),
    "province": ("bundesland kanton provinz region",),
    "country": ("laendercode laenderkuerzel countryiso2 countrycode landiso landiso2", "land"),
    "language": ("sprachcode languagecode", "sprache"),
    "birthday": ("geburtsdatum geburtstag",),
    "order_total": (
        "gesamtbetrag gesamtsumme gesamtbetragbrutto bestellsumme bestellwert auftragswert totalcost",
        "rechnungsbetrag rechnungssumme endbetrag",
        "brutto bruttobetrag total",
    ),
    "tax": (
        "mwstbetrag ustbetrag steuerbetrag umsatzsteuerbetrag mehrwertsteuerbetrag taxamount",
        "mwst ust mehrwertsteuer umsatzsteuer steuer vat",
    ),
    "shipping": ("versandkosten versandkostenbrutto lieferkosten shippingcost shippingcosts", "porto"),
    "discount": ("rabattbetrag discountamount",),
    "discount_codes": ("gutscheincode rabattcode couponcode discountcode",),
    "refunded": ("erstattet erstattung erstattungsbetrag rueckerstattung refundedamount",),
    "currency": ("waehrung waehrungscode currencycode",),
    "store": ("shopname billbeeshopname shopnamequelle", "shop"),
    "channel": ("plattform platform marktplatz verkaufskanal", "kanal", "quelle herkunft source"),
    "sku": ("sku", "artikelnummer artikelnr artnr artnummer"),
    "product": ("artikelbezeichnung artikelname artikeltitel produktname productname", "artikel produkt", "bezeichnung titel title"),
    "variant": ("variante variation",),
    "category": ("kategorie warengruppe",),
    "vendor": ("hersteller marke brand",),
    "quantity": ("menge", "anzahl stueckzahl stueck qty"),
    "unit_price": ("einzelpreis einzelpreisbrutto stueckpreis", "preis"),
    "line_total": ("positionssumme zeilensumme totalprice", "summe", "gesamtpreis"),
    "tags": ("schlagworte stichworte",),
    "house_number": ("hausnummer hausnr housenumber",),
    "payment_method": ("zahlungsart zahlungsweise zahlungsmethode zahlart paymentmethod paymenttype",),
}  # fmt: skip
"""Column -> its spellings, the surest first; those within one text are equally sure."""
BESIDE = ("house_number", "payment_method")
"""What is known beside the plain columns."""

ADDRESS = (
    "name", "first_name", "last_name", "company", "street", "house_number", "street2", "postcode", "city",
    "province", "country", "phone", "email",
)  # fmt: skip
"""Columns that may stand in a file once for each address."""
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "invoice": (
        "rechnungsadresse", "rechnungsanschrift", "rechnungs", "rechnung", "invoiceaddress", "invoice",
        "billingaddress", "billing",
    ),
    "delivery": (
        "lieferadresse", "lieferanschrift", "liefer", "lieferung", "versandadresse", "shippingaddress", "shipping",
        "deliveryaddress", "delivery",
    ),
}  # fmt: skip
"""Words before or behind an address column that say whose address it is."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "%": "prozent"})


def folded(cell: str) -> str:
    """A header cell as it is compared: 'Bestell-Nr.' -> 'bestellnr', 'Straße' -> 'strasse'."""
    text = unicodedata.normalize("NFC", cell).lower().translate(_UMLAUTS)
    return "".join(sign for sign in text if sign.isalnum())


_OWN = {folded(column.name): (column.name, 0) for column in (*ORDER_COLUMNS, *CLIENT_COLUMNS)}
_KNOWN: dict[str, tuple[str, int]] = {
    **_OWN,
    **{
        word: (column, rank)
        for column, tiers in _WORDS.items()
        for rank, words in enumerate(tiers)
        for word in words.split()
    },
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header cell means: the column, how sure (0 the surest), and of which address (""; `FAMILIES`)."""

    column: str
    rank: int
    family: str = ""


def meaning_of(cell: str) -> Meaning | None:
    """What a header cell means; None: nothing known."""
    text = folded(cell)
    if text in _KNOWN:
        return Meaning(*_KNOWN[text])
    for family, marks in FAMILIES.items():
        for mark in marks:
            for rest in (text.removeprefix(mark), text.removesuffix(mark)):
                column, rank = _KNOWN.get(rest, ("", 0))
                if rest != text and column in ADDRESS:
                    return Meaning(column, rank, family)
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns of a file. meanings: of each cell, None where it is not read; unread: cells that are not."""

    meanings: tuple[Meaning | None, ...]
    unread: tuple[str, ...]

    @property
    def columns(self) -> frozenset[str]:
        """What the file has, addresses of a kind aside."""
        return frozenset(one.column for one in self.meanings if one and not one.family)


def choose(cells: Sequence[str], file: str, *, without: Sequence[str] = ()) -> Chosen:
    """What the cells of a header mean; where two mean the same, the surer one is read.

    Args:
        file: for messages. without: columns that are not read.

    Raises:
        BadHeader: two of them mean the same, and equally surely.
    """
    found = [meaning_of(cell) for cell in cells]
    best: dict[tuple[str, str], int] = {}
    for position, one in enumerate(found):
        if one is None or one.column in without:
            continue
        place = (one.column, one.family)
        known = found[best[place]] if place in best else None
        if known is None or one.rank < known.rank:
            best[place] = position
    taken = set(best.values())
    for position, one in enumerate(found):
        if one is None or position in taken or one.column in without:
            continue
        first = best[one.column, one.family]
        if one == found[first]:
            raise BadHeader(
                file,
                f"the columns {cells[first]!r} and {cells[position]!r} mean the same ({one.column})",
                "remove or rename one of them",
            )
    return Chosen(
        tuple(one if position in taken else None for position, one in enumerate(found)),
        tuple(cell for position, cell in enumerate(cells) if position not in taken and cell.strip()),
    )

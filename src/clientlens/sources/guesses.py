"""What a strange table's columns probably are: by the words that people write above them, and by what stands below."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.sources.canonical import CLIENT_COLUMNS
from clientlens.sources.headers import candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.sources.csvfile import Header
    from clientlens.sources.input import InputFile

WORDS: dict[str, str] = {
    "order_id": "order id|order number|order no|order nr|order|order ref|order reference|invoice number|invoice no|"
    "invoice|transaction id|sale id|receipt|bestellnummer|bestellnr|bestell nr|bestellung|auftragsnummer|auftrag|"
    "auftragsnr|auftrags nr|auftrag nr|auftrags nummer|rechnungsnummer|rechnungs nr|rechnungsnr|numero ordine|n ordine|ordine|id ordine|numero fattura|numero de commande|"
    "n de commande|no commande|commande|reference|numero de pedido|n pedido|pedido|id pedido|factura",
    "placed_at": "order date|date|sale date|created at|created|date created|purchase date|placed at|ordered at|"
    "order placed|transaction date|invoice date|datum|bestelldatum|kaufdatum|auftragsdatum|verkauft am|"
    "rechnungsdatum|data|data ordine|data di acquisto|date de commande|date commande|date d achat|fecha|"
    "fecha de pedido|fecha pedido|fecha de compra",
    "order_total": "order total|total|grand total|total price|total amount|amount|total paid|order amount|order value|invoice total|"
    "gross|gross amount|gesamtbetrag|gesamt|gesamtsumme|summe|betrag|endbetrag|rechnungsbetrag|rechnungsbetrag brutto|gesamtbetrag brutto|bruttobetrag|brutto|totale|"
    "importo|totale ordine|importo totale|montant|montant total|total ttc|total commande|importe|importe total",
    "currency": "currency|currency code|order currency|wahrung|valuta|devise|moneda|divisa",
    "status": "status|order status|state|payment status|bestellstatus|auftragsstatus|zahlstatus|zahlungsstatus|zustand|stato|stato ordine|statut|etat|estado",
    "tax": "tax|taxes|vat|sales tax|tax total|total tax|mwst|ust|steuer|steuern|iva|imposte|tva|taxe|impuestos",
    "shipping": "shipping|shipping total|shipping cost|shipping costs|shipping fee|delivery|postage|versand|versandkosten|"
    "porto|spedizione|spese di spedizione|livraison|frais de port|frais de livraison|envio|gastos de envio",
    "tip": "tip|tips|gratuity|trinkgeld|mancia|pourboire|propina",
    "discount": "discount|discount amount|discount total|rabatt|sconto|remise|reduction|descuento",
    "refunded": "refunded|refund|refund amount|amount refunded|refunded amount|erstattet|erstattung|erstattungsbetrag|"
    "rimborso|rimborsato|rembourse|remboursement|reembolso|reembolsado",
    "client_ref": "customer id|customer number|customer no|client id|buyer username|buyer user id|buyer id|buyer|username|"
    "user id|kundennummer|kundennr|kunden nr|kaufername|nutzername|codice cliente|id cliente|numero client|"
    "code client|numero de cliente|codigo cliente",
    "email": "email|e mail|customer email|email address|buyer email|client email|contact email|mail|e mail adresse|emailadresse|"
    "adresse e mail|courriel|correo|correo electronico|indirizzo email",
    "name": "name|customer name|customer|client|client name|full name|buyer name|bill to|billed to|kunde|kundenname|kaufer|nome cliente|"
    "cliente|nominativo|nom complet|nom du client|nombre completo|nombre del cliente",
    "first_name": "first name|given name|vorname|nome|prenom|nombre",
    "last_name": "last name|surname|family name|nachname|cognome|nom|nom de famille|apellido|apellidos",
    "phone": "phone|phone number|telephone|mobile|telefon|telefonnummer|handy|telefono|cellulare|portable|movil",
    "company": "company|company name|firma|unternehmen|azienda|societe|entreprise|empresa",
    "street": "street|address|address 1|address line 1|street 1|strasse|adresse|anschrift|indirizzo|via|rue|direccion|calle",
    "street2": "street 2|address 2|address line 2|adresszusatz|complement d adresse",
    "postcode": "postcode|zip|zip code|zipcode|postal code|plz|postleitzahl|cap|code postal|codigo postal",
    "city": "city|town|ort|stadt|citta|comune|ville|ciudad|localidad",
    "province": "state province|province|region|county|bundesland|provincia|regione|departement",
    "country": "country|country code|land|paese|nazione|pays|pais",
    "sku": "sku|item number|article number|product code|artikelnummer|artikelnr|art nr|codice articolo|codice|ref article|"
    "referencia",
    "product": "product|product name|item|item name|item title|title|artikel|artikelname|produkt|bezeichnung|artikelbezeichnung|"
    "prodotto|articolo|produit|article|designation|producto|articulo",
    "service": "service|gig|dienstleistung|leistung|servizio|prestation|servicio",
    "quantity": "quantity|qty|items|pieces|anzahl|menge|stuck|stuckzahl|quantita|qta|quantite|qte|cantidad",
    "unit_price": "unit price|price per item|item price|rate|einzelpreis|stuckpreis|prezzo unitario|prix unitaire|precio unitario",
    "line_total": "line total|item total|line amount|positionssumme|zeilensumme|totale riga|total ligne",
    "rating": "rating|stars|star rating|bewertung|sterne|valutazione|stelle|note|etoiles|valoracion",
    "discount_codes": "discount code|coupon|coupon code|voucher|gutschein|gutscheincode|codice sconto|code promo|cupon",
    "channel": "channel|sales channel|source|verkaufskanal|kanal|canale|canal",
}  # fmt: skip
"""Plain column -> headers that mean it in English, German, Italian, French and Spanish: no accents, the likeliest first."""

_PLAIN_OF = {
    word: (plain, rank) for plain, words in WORDS.items() for rank, word in enumerate(words.split("|"))
}
_DATE = re.compile(
    r"^(?:(?:19|20)\d\d-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?:[ ,].*)?"
    r"|\d{1,2}[. -]+[^\W\d_]{3,10}\.?[ ,.-]+\d{2,4}.*|[^\W\d_]{3,10}\.?[ -]\d{1,2}[, -]+\d{2,4}.*)$"
)
_AMOUNT = re.compile(r"^\D{0,4}-?\d{1,3}(?:[.,' \xa0\u2019]?\d{3})*(?:[.,]\d{1,3})?\s?\D{0,4}$")
_ID = re.compile(r"\b(?:id|no|nr|number|nummer|numero|ref)\b|nummer$|nr$")
_WHOSE = frozenset(
    "billing buyer customer client kunde kunden kaufer kaufers des cliente acheteur du comprador del".split()
)
_OF_CLIENTS = frozenset(column.name for column in CLIENT_COLUMNS)
_MOST = 0.8
_SAMPLED = 200


@dataclass(frozen=True, slots=True)
class Sample:
    """The header of a table and its first rows of the same width."""

    header: Header
    rows: tuple[tuple[str, ...], ...]

    def filled(self, column: int) -> list[str]:
        """What stands in a column, blanks left out."""
        return [cell for row in self.rows if (cell := row[column].strip())]


def folded(cell: str) -> str:
    """A header cell as it is compared with `WORDS`: lower case, without accents, signs and what stands in brackets."""
    text = unicodedata.normalize("NFKD", re.sub(r"[(\[].*?[)\]]|[º°ª]", " ", cell).lower().replace("ß", "ss"))
    bare = "".join(character for character in text if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", bare).split())


def sample_of(file: InputFile) -> Sample | None:
    """The likeliest header of a file, with the rows below it; None where nothing looks like one."""
    best: tuple[tuple[int, int], Header] | None = None
    for header in candidates(file):
        filled = sum(1 for cell in header.cells if re.search(r"[^\W\d_]", cell))
        known = len({_PLAIN_OF[word][0] for cell in header.cells if (word := folded(cell)) in _PLAIN_OF})
        if filled >= 2 and (best is None or (known, filled) > best[0]):
            best = ((known, filled), header)
    if best is None:
        return None
    header = best[1]
    text = file.text[header.start : header.start + (1 << 18)].decode("utf-8", "ignore")
    rows = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=header.delimiter):
            if len(cells) == len(header.cells) and any(cell.strip() for cell in cells):
                rows.append(tuple(cells))
            if len(rows) == _SAMPLED:
                break
    except csv.Error:
        pass
    return Sample(header, tuple(rows))


def guesses(sample: Sample) -> dict[str, int]:
    """Plain column -> the column that probably is it, each at most once."""
    found: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(sample.header.cells):
        guess = _meaning(folded(cell))
        if guess is None:
            continue
        plain, rank = guess
        if _plausible(plain, sample.filled(column)) and (plain not in found or rank < found[plain][0]):
            found[plain] = (rank, column)
    return {plain: found[plain][1] for plain in WORDS if plain in found}


def date_columns(sample: Sample) -> list[int]:
    """The columns in which nearly every filled cell is a date."""
    return [number for number in range(len(sample.header.cells)) if _mostly(_DATE, sample.filled(number))]


def _meaning(word: str) -> tuple[str, int] | None:
    """The plain column of a header and how doubtful it is; 'buyer city' is a city, if nothing else is one."""
    if word in _PLAIN_OF:
        return _PLAIN_OF[word]
    rest = " ".join(part for part in word.split() if part not in _WHOSE)
    if rest not in _PLAIN_OF or _PLAIN_OF[rest][0] not in _OF_CLIENTS:
        return None
    plain, rank = _PLAIN_OF[rest]
    return plain, rank + 100


def _plausible(plain: str, cells: list[str]) -> bool:
    if plain == "placed_at":
        return not cells or _mostly(_DATE, cells)
    if plain in {"order_total", "tax", "shipping", "tip", "discount", "refunded", "unit_price", "line_total"}:
        return not cells or _mostly(_AMOUNT, cells)
    return True


def _mostly(pattern: re.Pattern[str], cells: Sequence[str]) -> bool:
    return bool(cells) and sum(1 for cell in cells if pattern.match(cell)) >= _MOST * len(cells)


def order_like(file: InputFile) -> Header | None:
    """The header of a table that looks like orders: a date, an amount and an id, in three columns; else None."""
    sample = sample_of(file)
    if sample is None or not sample.rows:
        return None
    columns = [(cell, sample.filled(number)) for number, cell in enumerate(sample.header.cells)]
    dates = set(date_columns(sample))
    known = guesses(sample)
    ids = {
        number
        for number, (cell, cells) in enumerate(columns)
        if cells and number not in dates and (number == known.get("order_id") or _ID.search(folded(cell)))
    }
    amounts = {
        number
        for number, (_, cells) in enumerate(columns)
        if number not in dates | ids
        and _mostly(_AMOUNT, cells)
        and (number == known.get("order_total") or any(re.search(r"[.,]\d\d\b", cell) for cell in cells))
    }
    return sample.header if dates and ids and amounts else None

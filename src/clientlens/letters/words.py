"""What letters say by themselves, in each language: heads of tables, kinds of entries, the notice of objection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language.

    objection: {shop} and {where} are filled in. order: {number} too; more: {count}.
    """

    quantity: str
    product: str
    unit_price: str
    amount: str
    total: str
    other: str
    refunded: str
    more: str
    date: str
    entry: str
    points: str
    balance: str
    order: str
    order_undone: str
    added: str
    subtracted: str
    earned: str
    objection: str
    or_by_mail: str


WORDS = {
    "en": Words(
        quantity="Quantity",
        product="Item",
        unit_price="Each",
        amount="Amount",
        total="Total",
        other="Shipping, discounts, taxes",
        refunded="Refunded",
        more="{count} more",
        date="Date",
        entry="Entry",
        points="Points",
        balance="Balance",
        order="Order {number}",
        order_undone="Order {number}: returned or cancelled",
        added="Credited",
        subtracted="Redeemed",
        earned="Earned",
        objection="You are receiving this letter because you are in touch with {shop}. You may object to advertising by "
        "post at any time, at no cost other than that of your message: write to {where}, and we will not write again.",
        or_by_mail="{address}, or {email}",
    ),
    "de": Words(
        quantity="Menge",
        product="Artikel",
        unit_price="Einzelpreis",
        amount="Betrag",
        total="Summe",
        other="Versand, Rabatte, Steuern",
        refunded="Erstattet",
        more="{count} weitere",
        date="Datum",
        entry="Vorgang",
        points="Punkte",
        balance="Stand",
        order="Bestellung {number}",
        order_undone="Bestellung {number}: zurückgegeben oder storniert",
        added="Gutschrift",
        subtracted="Eingelöst",
        earned="Gesammelt",
        objection="Sie erhalten diesen Brief, weil Sie mit {shop} in Kontakt stehen. Der Verwendung Ihrer Anschrift für "
        "Werbung können Sie jederzeit widersprechen; außer den Kosten Ihrer Nachricht entstehen Ihnen dadurch keine. "
        "Schreiben Sie an {where}, und Sie erhalten keine Werbebriefe mehr von uns.",
        or_by_mail="{address}, oder an {email}",
    ),
    "it": Words(
        quantity="Quantità",
        product="Articolo",
        unit_price="Prezzo",
        amount="Importo",
        total="Totale",
        other="Spedizione, sconti, imposte",
        refunded="Rimborsato",
        more="altri {count}",
        date="Data",
        entry="Movimento",
        points="Punti",
        balance="Saldo",
        order="Ordine {number}",
        order_undone="Ordine {number}: reso o annullato",
        added="Accredito",
        subtracted="Utilizzo",
        earned="Punti raccolti",
        objection="Riceve questa lettera perché è in contatto con {shop}. Può opporsi in qualsiasi momento e senza spese, "
        "salvo quelle del suo messaggio, all’invio di lettere pubblicitarie: scriva a {where} e non gliene invieremo più.",  # noqa: RUF001
        or_by_mail="{address}, oppure a {email}",
    ),
}


def words_of(language: str) -> Words:
    """The words of a language tag (de, de-at)."""
    return WORDS[language.partition("-")[0].lower()]

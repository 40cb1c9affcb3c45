"""An offer as the client reads it, in English, German or Italian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientlens.analysis.placeholder_values import written
from clientlens.messages.templates import LANGUAGES
from clientlens.model.answer import Kind
from clientlens.model.text import one_line
from clientlens.requests.states import ORDER_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.requests.states import Offer, Request


@dataclass(frozen=True, slots=True)
class _Words:
    """What a language says; `{}` is filled."""

    subject: str
    hello: str
    hello_nobody: str
    for_request: str
    for_order: str
    service: str
    package: str
    terms: str
    price: str
    start: str
    delivery: str
    a_day: str
    days: str
    until: str
    open: str


_WORDS = {
    "en": _Words(
        subject="Your offer: {}",
        hello="Hello {},",
        hello_nobody="Hello,",
        for_request="thank you for your request {}. This is my offer:",
        for_order="thank you for your order {}. This is my offer:",
        service="Service",
        package="package {}",
        terms="Terms",
        price="Price",
        start="Start",
        delivery="Delivery",
        a_day="within a day",
        days="within {} days",
        until="It is open until the end of {}. Until then you can order without asking again.",
        open="It is open until you take it: you can order without asking again.",
    ),
    "de": _Words(
        subject="Ihr Angebot: {}",
        hello="Guten Tag {},",
        hello_nobody="Guten Tag,",
        for_request="vielen Dank für Ihre Anfrage {}. Hier ist mein Angebot:",
        for_order="vielen Dank für Ihre Bestellung {}. Hier ist mein Angebot:",
        service="Leistung",
        package="Paket {}",
        terms="Bedingungen",
        price="Preis",
        start="Beginn",
        delivery="Lieferung",
        a_day="innerhalb eines Tages",
        days="innerhalb von {} Tagen",
        until="Es gilt bis einschließlich {}. Bis dahin können Sie ohne weitere Anfrage bestellen.",
        open="Es gilt, bis Sie es annehmen: Sie können ohne weitere Anfrage bestellen.",
    ),
    "it": _Words(
        subject="La sua offerta: {}",
        hello="Gentile {},",
        hello_nobody="Buongiorno,",
        for_request="grazie per la sua richiesta {}. Ecco la mia offerta:",
        for_order="grazie per il suo ordine {}. Ecco la mia offerta:",
        service="Servizio",
        package="pacchetto {}",
        terms="Condizioni",
        price="Prezzo",
        start="Inizio",
        delivery="Consegna",
        a_day="entro un giorno",
        days="entro {} giorni",
        until="È valida fino al {} compreso. Fino ad allora può ordinare senza una nuova richiesta.",
        open="È valida finché non la accetta: può ordinare senza una nuova richiesta.",
    ),
}


def language_for(tags: Iterable[str | None]) -> str:
    """The first of some language tags (de, it-ch) that an offer can be written in; else English."""
    return next((tag for tag in tags if tag and _primary(tag) in _WORDS), LANGUAGES[0])


def offer_subject(one: Request, language: str) -> str:
    """The subject of a mail with an offer; `language`: as `language_for` gives it."""
    own = one.request_id.removeprefix(ORDER_PREFIX)
    return _WORDS[_primary(language)].subject.replace("{}", one_line(one.service or own))


def offer_text(one: Request, offer: Offer, *, name: str | None, timezone: str, language: str) -> str:
    """The offer; `language`: as `language_for` gives it."""
    words, own = _WORDS[_primary(language)], one.request_id.removeprefix(ORDER_PREFIX)
    thanks = words.for_request if own == one.request_id else words.for_order
    package = words.package.replace("{}", one_line(offer.package)) if offer.package else None
    service = one_line(offer.service) if offer.service else None
    days = offer.delivery_days
    table = {
        words.service: ", ".join(part for part in (service, package) if part),
        words.terms: offer.terms,
        words.price: written(offer.price, Kind.MONEY, language, offer.currency),
        words.start: written(offer.start_date, Kind.DATE, language, None),
        words.delivery: None
        if days is None
        else words.a_day
        if days == 1
        else words.days.replace("{}", str(days)),
    }
    said = {label: value for label, value in table.items() if value}
    width = max(map(len, said)) + 2
    if offer.terms:
        said[words.terms] = ("\n" + " " * width).join(map(one_line, offer.terms.splitlines()))
    return "\n".join([
        words.hello.replace("{}", one_line(name)) if name else words.hello_nobody,
        "",
        thanks.replace("{}", own),
        "",
        *(f"{label + ':':<{width}}{value}" for label, value in said.items()),
        "",
        _open(offer, words, timezone, language),
        "",
    ])  # fmt: skip


def _open(offer: Offer, words: _Words, timezone: str, language: str) -> str:
    if offer.expires_at is None:
        return words.open
    last = (offer.expires_at.astimezone(ZoneInfo(timezone)) - timedelta(microseconds=1)).date()
    return words.until.replace("{}", str(written(last, Kind.DATE, language, None)))


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()

"""The words of an offer: in the client's language, else that of the settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from clientlens.requests.offer_text import language_for, offer_subject, offer_text
from clientlens.requests.states import Offer, Request

ASKED = datetime(2026, 11, 1, 12, tzinfo=UTC)
OFFER = Offer(
    made_at=ASKED,
    price=123450,
    currency="EUR",
    service="Logo",
    package="basic",
    terms="zwei Runden",
    delivery_days=5,
    start_date=date(2026, 12, 10),
    expires_at=datetime(2026, 11, 8, 23, tzinfo=UTC),
)
ONE = Request("main", "Q-1", None, ASKED, service="Logo")


def test_german():
    text = offer_text(ONE, OFFER, name="Ada", timezone="Europe/Rome", language="de")
    assert text == (
        "Guten Tag Ada,\n\nvielen Dank für Ihre Anfrage Q-1. Hier ist mein Angebot:\n\n"
        "Leistung:    Logo, Paket basic\nBedingungen: zwei Runden\nPreis:       1.234,50\u00a0€\n"
        "Beginn:      10. Dezember 2026\nLieferung:   innerhalb von 5 Tagen\n\n"
        "Es gilt bis einschließlich 8. November 2026. Bis dahin können Sie ohne weitere Anfrage bestellen.\n"
    )
    assert offer_subject(ONE, "de-at") == "Ihr Angebot: Logo"


def test_italian_of_a_held_order_that_stays_open():
    held = Request("main", "order:15", None, ASKED)
    offer = Offer(ASKED, 9900, "EUR", None, None, None, 1, None, None)
    assert offer_text(held, offer, name=None, timezone="Europe/Rome", language="it") == (
        "Buongiorno,\n\ngrazie per il suo ordine 15. Ecco la mia offerta:\n\n"
        "Prezzo:   99,00\u00a0€\nConsegna: entro un giorno\n\n"
        "È valida finché non la accetta: può ordinare senza una nuova richiesta.\n"
    )
    assert offer_subject(held, "it") == "La sua offerta: 15"


def test_terms_of_several_lines_stand_below_each_other_and_nothing_invisible_is_in_it():
    offer = replace(
        OFFER, terms="two rounds\nno\x1b]0;gone\x07 rush", service="Lo\u202ego", package=None, expires_at=None
    )
    text = offer_text(ONE, offer, name="A\nda", timezone="Europe/Rome", language="en")
    assert "Hello A da,\n" in text
    assert "Service:  Logo\nTerms:    two rounds\n          no ]0;gone rush\nPrice:" in text


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["de-ch", "it"], "de-ch"),
        (["fr", "it"], "it"),
        ([None, "de"], "de"),
        (["fr", None], "en"),
        ([], "en"),
    ],
)
def test_the_language(tags, language):
    assert language_for(tags) == language


def test_a_client_is_written_to_in_its_own_language_else_in_that_of_the_settings(shop):
    (shop.folder / "clients.csv").write_text("client_ref,email,name,language\n,cleo@example.org,Cleo,de\n")
    assert shop("import", "clients.csv").code == 0
    (shop.workspace / "clientlens.toml").write_text(
        '[sender]\nemail = "me@example.org"\nname = "Me"\n[messages]\nlanguage = "it"\n'
    )
    own = shop.json("approve", "Q-4")
    assert own["offer_text"].startswith("Guten Tag Cleo,")
    mail = message_from_bytes(Path(own["draft"]).read_bytes(), policy=policy.default)
    assert (mail["Content-Language"], mail["Subject"]) == ("de", "Ihr Angebot: Logo")
    assert shop.json("approve", "Q-1")["offer_text"].startswith("Gentile Ada,")
    assert shop.json("show", "Q-4")["offer_text"] == own["offer_text"]


def test_who_is_known_only_from_a_held_order_has_its_language(shop):
    order = {"order_id": "9", "placed_at": "2026-10-31T10:00", "email": "uta@example.org", "name": "Uta",
             "price": "5.00", "currency": "EUR", "language": "de"}  # fmt: skip
    shop.screen(order, options=("--record",))
    assert shop.json("approve", "9")["offer_text"].startswith("Guten Tag Uta,")

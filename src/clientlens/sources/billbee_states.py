"""Billbee's order states: their numbers, their words in German and English, and what they say about an order."""

from __future__ import annotations

_STATES: dict[int, str] = {
    1: "bestellt ordered",
    2: "bestätigt bestaetigt confirmed",
    3: "zahlung_erhalten bezahlt paid",
    4: "versendet verschickt shipped",
    5: "reklamation complaint",
    6: "gelöscht geloescht deleted",
    7: "abgeschlossen completed",
    8: "storniert cancelled canceled",
    9: "archiviert archived",
    10: "bewertet rated",
    11: "mahnung mahnung_1 reminder",
    12: "mahnung_2",
    13: "gepackt packed",
    14: "angeboten angebot offered offer",
    15: "zahlungserinnerung payment_reminder",
    16: "im_fulfillment im_fulfilment fulfilling in_fulfillment in_fulfilment",
}


def _words(*states: int) -> tuple[str, ...]:
    return tuple(word for state in states for word in (str(state), *_STATES[state].split()))


VOID = _words(6, 8)
OFFER = _words(14)
PAID = _words(3, 7)
"""Where no time of payment is known, these say that it was paid; shipped alone does not: invoices are paid later."""
SENT = _words(4, 7)
KNOWN = _words(*_STATES)
OPEN = tuple(word for word in KNOWN if word not in VOID)
"""Whether these are completed, the time of payment tells."""

STATUS: dict[str, str] = {
    **dict.fromkeys(OPEN, "pending"),
    **dict.fromkeys(PAID, "paid"),
    **dict.fromkeys(VOID, "cancelled"),
}
"""State (a number, or a word as `parsing.word` gives it) -> a plain status word."""

TEST_PAYMENT = "42"
"""The payment method of test orders."""

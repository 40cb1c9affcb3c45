"""An invented client, so that a template can be looked at without one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from clientlens.analysis.letter_tables import Basket, Line, PointsEntry, Tables
from clientlens.analysis.letter_values import Material
from clientlens.analysis.placeholder_values import GREETINGS, Known
from clientlens.analysis.placeholders import PLACEHOLDERS
from clientlens.analysis.points import ADDED, EARNED, SUBTRACTED
from clientlens.letters.letter import QrCode
from clientlens.letters.sender import Sender
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

SENDER = Sender(
    shop="Lantern Candles",
    name="Ada Lindt",
    address="Hafenstr. 1, 20457 Hamburg",
    email="shop@example.org",
)
QR = QrCode("https://example.org/c/7Q2M")

_CURRENCY = "EUR"
_VALUES: Mapping[str, Any] = {
    "last_order_date": date(2026, 3, 12),
    "completed_orders": 4,
    "days_since_last_order": 258,
    "total_spend": 12850,
    "average_order": 3212,
    "points": 340,
    "points_to_next_hundred": 60,
    "birthday": date(2000, 4, 2),
    "today": date(2026, 11, 25),
    "rank": 1,
    "checkout_date": date(2026, 11, 21),
    "checkout_total": 6400,
    "checkout_items": 2,
}
"""What is no text, by placeholder; the samples of the registry are these in English."""

_TABLES = Tables(
    last_order=Basket(
        on=date(2026, 3, 12),
        currency=_CURRENCY,
        total=4030,
        refunded=0,
        lines=(Line(2000, "Candle - Lavender", 1290), Line(1000, "Matches - Long", 660)),
    ),
    checkout=Basket(
        on=date(2026, 11, 21),
        currency=_CURRENCY,
        total=6400,
        refunded=0,
        lines=(Line(1000, "Lantern - Brass", 4900), Line(1000, "Candle - Beeswax", 1500)),
    ),
    points_history=(
        PointsEntry(date(2025, 11, 30), EARNED, 240, None, "1023", 240),
        PointsEntry(date(2026, 1, 9), ADDED, 50, None, None, 290),
        PointsEntry(date(2026, 2, 2), SUBTRACTED, -70, None, None, 220),
        PointsEntry(date(2026, 3, 12), EARNED, 120, None, "1187", 340),
    ),
)


def sample(language: str, also: Mapping[str, str | None] | None = None) -> Material:
    """What a letter to the invented client can say.

    Args:
        language: a tag that babel knows. also: what is known without a client: shop, sender_name, coupon; a coupon
            that is not given is not there.
    """
    text = {one.name: one.sample for one in PLACEHOLDERS if one.kind is Kind.TEXT and not one.block}
    greeting = GREETINGS[language.partition("-")[0].lower()]
    greeted = {"salutation": f"{greeting} {text['name']}", "coupon": None}
    values = {**text, **_VALUES, **greeted, **(also or {})}
    money = {one.name: _CURRENCY for one in PLACEHOLDERS if one.kind is Kind.MONEY}
    return Material(Known(language, values, money), _TABLES)

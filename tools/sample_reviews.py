"""Public reviews on an invented marketplace, where lantern sells too: by its clients, of lantern and of other sellers.

They have a seed of their own, so that orders and checkouts stay what they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_rows import Row
    from sample_shops import Order, Shop, ShopData

REVIEW_COLUMNS = (
    "review_id",
    "platform",
    "seller",
    "email",
    "service",
    "rating",
    "reviewed_at",
    "order_id",
)
_PLATFORM = "makers-row"
_OTHERS = (
    ("Dune & Drift", ("Linen apron", "Tea towel")),
    ("kilnhouse", ("Stoneware mug", "Stoneware bowl", "Bud vase")),
    ("Papierfuchs", ("Letterpress cards", "Notebook")),
    ("rootstock", ("Herb seeds", "Seed paper")),
    ("Saltwater Soap", ("Olive soap", "Shaving bar")),
)
_REVIEWERS = 80
_STRANGERS = ("wren.hollis@example.net", "jorge.ibarra@example.org", "p.lindqvist@example.com")
"""They never bought in either shop."""


def review_rows(shop: Shop, data: ShopData) -> list[Row]:
    """One row per review in the columns of `REVIEW_COLUMNS`, oldest first."""
    rng = Random(shop.seed + 1)
    ordered: dict[str, list[Order]] = {}
    for order in data.orders:
        if (
            order.person is not None
            and order.person.email
            and not order.cancelled
            and order.outcome == "paid"
        ):
            ordered.setdefault(order.person.email, []).append(order)
    emails = sorted(ordered, key=lambda email: (-len(ordered[email]), email))
    found: list[tuple[datetime, str, str, str, int, str]] = []
    for email in [*emails[:_REVIEWERS], *_STRANGERS]:
        kindness = rng.choices((5, 4, 3), (6, 3, 1))[0]
        for order in ordered.get(email, ())[::2]:
            at = order.created + timedelta(days=rng.randrange(4, 21))
            name = order.lines[0].article.name
            found.append((at, email, shop.folder, name, kindness, order.number))
        for seller, services in rng.sample(_OTHERS, rng.randrange(1, 4)):
            for _ in range(rng.choices((1, 2, 3), (5, 4, 2))[0]):
                at = shop.exported - timedelta(days=int(1000 * rng.random() ** 2), hours=rng.randrange(1, 23))
                found.append((at, email, seller, rng.choice(services), kindness, ""))
    rows = []
    for at, email, seller, service, kindness, order_id in sorted(found):
        if at >= shop.exported:
            continue
        stars = max(1, kindness - rng.choices((0, 1, 3), (8, 3, 1))[0])
        row: Row = {
            "review_id": f"mr-{len(rows) + 1:04d}",
            "platform": _PLATFORM,
            "seller": seller,
            "email": email,
            "service": service,
            "rating": "" if rng.random() < 0.04 else str(stars),
            "reviewed_at": at.strftime("%Y-%m-%d %H:%M"),
            "order_id": order_id,
        }
        rows.append(row)
    return rows

"""The shops of the sample: what they sell, to whom, with which habits; and what an order, a checkout and a till know.

Amounts are whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sample_people import (
    AUSTRIA,
    BRITAIN,
    CANADA,
    FRANCE,
    GERMANY,
    ITALY,
    SWITZERLAND,
    UNITED_STATES,
    Person,
    Region,
)


@dataclass(frozen=True, slots=True)
class Article:
    """Something for sale; `price` in cents. `was`: the struck-out price."""

    name: str
    sku: str
    price: int
    weight: int
    vendor: str
    was: int = 0
    taxable: bool = True
    shipped: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    quantity: int
    article: Article


TIP = Article("Tip", "", 0, 0, "", taxable=False, shipped=False)


@dataclass(frozen=True, slots=True)
class Order:
    """An order with all that ever happens to it; an export shows what had happened when it was taken.

    `outcome` is the financial status in the end. `closed`: when it was voided or expired. `subtotal` is before tips,
    after `discount`.
    """

    number: str
    created: datetime
    person: Person | None
    lines: tuple[Line, ...]
    outcome: str
    email: str | None
    shipping: int = 0
    discount: int = 0
    code: str = ""
    tip: int = 0
    taxes: int = 0
    tax_name: str | None = None
    duties: int = 0
    paid: datetime | None = None
    fulfilled: datetime | None = None
    cancelled: datetime | None = None
    closed: datetime | None = None
    refunded_at: datetime | None = None
    refunded: int = 0
    restocked: bool = False
    partly_fulfilled: bool = False
    source: str = "web"
    phone: str | None = None
    """Phone of the order itself, where it is not just that of the address."""
    payment: str = "Shopify Payments"
    note: str | None = None
    attributes: str = ""
    tags: str = ""
    address: str = "both"
    """both, billing, none, or name (a bare name)."""

    @property
    def subtotal(self) -> int:
        return sum(line.quantity * line.article.price for line in self.lines) - self.discount


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout that somebody began and did not end (at once)."""

    created: datetime
    person: Person
    lines: tuple[Line, ...]
    email: str | None
    phone: str | None = None
    reached_shipping: bool = True
    shipping: int = 0
    tried_payment: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class ShopData:
    orders: list[Order]
    checkouts: list[Checkout]
    people: list[Person]
    regulars: tuple[Person, ...]
    """Some who buy often: the other shop has a few of them too."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What makes a shop: see docs/sample-data.md. `months`: how busy January to December are."""

    folder: str
    seed: int
    currency: str
    zone: ZoneInfo
    tax_inside: bool
    has_till: bool
    new_customers: bool
    line_end: str
    clients: int
    prefix: str
    first_id: int
    ids_per_second: int
    first_customer_id: int
    regions: tuple[tuple[Region, int], ...]
    articles: tuple[Article, ...]
    months: tuple[int, ...]
    codes: tuple[tuple[str, int], ...]
    tax_percent: dict[str, tuple[str, int]] = field(hash=False)
    """By country or US state: name of the tax and per mille."""
    shipping_methods: tuple[tuple[str, int], ...]
    older_from: datetime
    older_until: datetime
    begins: datetime
    exported: datetime


_BERLIN, _NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
GIFT_CARD = Article("Gift card - 25", "", 2500, 2, "Lantern", taxable=False, shipped=False)

LANTERN = Shop(
    folder="lantern",
    seed=20231101,
    currency="EUR",
    zone=_BERLIN,
    tax_inside=True,
    has_till=True,
    new_customers=True,
    line_end="\n",
    clients=205,
    prefix="#",
    first_id=5_391_000_000_000,
    ids_per_second=49_500,
    first_customer_id=6_900_000_000_000,
    regions=((GERMANY, 66), (AUSTRIA, 10), (SWITZERLAND, 8), (ITALY, 8), (FRANCE, 8)),
    articles=(
        Article("Candle Amber - large", "CA-AMB-L", 3450, 16, "Lantern"),
        Article("Candle Amber - small", "CA-AMB-S", 1890, 12, "Lantern"),
        Article("Candle Fig & Moss - large", "CA-FIG-L", 3450, 10, "Lantern", was=3900),
        Article("Candle Beeswax - pillar", "CA-BEE", 1425, 12, "Lantern"),
        Article("Tea lights, 24 pieces", "TL-24", 999, 14, "Lantern"),
        Article("Wick trimmer", "WT-01", 1695, 6, "Lantern Studio"),
        Article("Candle snuffer - brass", "SN-BR", 2150, 4, "Lantern Studio"),
        Article("Ceramic holder - sand", "HO-SAN", 2890, 6, "Lantern Studio"),
        Article("Wool throw - ochre", "TH-OCH", 8900, 3, "Lantern Home"),
        Article("Linen napkins, set of 4", "NA-4", 3295, 4, "Lantern Home", was=3995),
        Article("Room spray Cedar", "RS-CED", 2250, 5, "Lantern"),
        Article("Candle workshop, 2 hours", "WS-2H", 5900, 6, "Lantern Studio", shipped=False),
        GIFT_CARD,
    ),
    months=(5, 5, 5, 4, 4, 3, 3, 4, 6, 9, 15, 17),
    codes=(("WELCOME10", 10), ("ADVENT15", 15), ("SPRING5", 5)),
    tax_percent={
        "DE": ("DE MwSt 19%", 190),
        "AT": ("AT USt 20%", 200),
        "IT": ("IT IVA 22%", 220),
        "FR": ("FR TVA 20%", 200),
    },
    shipping_methods=(("Standard", 490), ("Express", 990), ("Standard", 0)),
    older_from=datetime(2025, 11, 20, tzinfo=_BERLIN),
    older_until=datetime(2025, 12, 19, 18, tzinfo=_BERLIN),
    begins=datetime(2023, 11, 1, tzinfo=_BERLIN),
    exported=datetime(2026, 10, 31, 21, tzinfo=_BERLIN),
)
HARBOUR = Shop(
    folder="harbour",
    seed=20261031,
    currency="USD",
    zone=_NEW_YORK,
    tax_inside=False,
    has_till=False,
    new_customers=False,
    line_end="\r\n",
    clients=180,
    prefix="#HB",
    first_id=4_712_000_000_000,
    ids_per_second=9_300,
    first_customer_id=5_100_000_000_000,
    regions=((UNITED_STATES, 84), (CANADA, 9), (BRITAIN, 7)),
    articles=(
        Article("Trail tent - 2 person", "TENT-2P", 24900, 4, "Harbour"),
        Article("Sleeping bag - regular", "BAG-R", 12950, 6, "Harbour"),
        Article("Daypack 22 l - moss", "PACK-22-M", 7900, 9, "Harbour"),
        Article("Enamel mug - navy", "MUG-N", 1450, 15, "Harbour Basics"),
        Article("Merino socks - M", "SOCK-M", 2200, 16, "Harbour Basics", was=2600),
        Article("Merino socks - L", "SOCK-L", 2200, 12, "Harbour Basics", was=2600),
        Article('Tent pegs, 7" steel, set of 6', "PEG-6", 1275, 9, "Harbour Basics"),
        Article("Dry bag 10 l", "DRY-10", 1895, 10, "Harbour"),
        Article("Headlamp 300 lm", "LAMP-300", 3999, 8, "Harbour"),
        Article("Trail mix, 12 bars", "MIX-12", 2388, 12, "Harbour Pantry"),
        Article("Boot wax", "WAX-B", 1099, 8, "Harbour Basics"),
        Article("Map case", "MAP-C", 2150, 4, "Harbour"),
        Article("Guided paddle tour", "TOUR-P", 9500, 5, "Harbour", shipped=False),
    ),
    months=(3, 3, 5, 8, 11, 14, 14, 12, 8, 6, 8, 8),
    codes=(("TRAIL10", 10), ("SUMMER15", 15), ("FIRSTHIKE", 20)),
    tax_percent={
        "NY": ("New York State Tax 8.875%", 89),
        "MA": ("Massachusetts State Tax 6.25%", 62),
        "NJ": ("New Jersey State Tax 6.625%", 66),
        "ME": ("Maine State Tax 5.5%", 55),
        "VT": ("Vermont State Tax 6%", 60),
        "CO": ("Colorado State Tax 2.9%", 29),
        "CA": ("HST 13%", 130),
    },
    shipping_methods=(("Ground (3-5 days)", 795), ("Two days", 1695), ("Free shipping", 0)),
    older_from=datetime(2026, 6, 1, tzinfo=_NEW_YORK),
    older_until=datetime(2026, 7, 6, 12, tzinfo=_NEW_YORK),
    begins=datetime(2023, 11, 1, tzinfo=_NEW_YORK),
    exported=datetime(2026, 10, 31, 15, tzinfo=_NEW_YORK),
)


def total(shop: Shop, order: Order) -> int:
    """What was charged: goods, shipping, taxes where they come on top, duties and tips."""
    on_top = 0 if shop.tax_inside else order.taxes
    return order.subtotal + order.shipping + on_top + order.duties + order.tip

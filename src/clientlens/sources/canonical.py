"""The plain formats' columns, by name: what a CSV or JSON of one's own may hold, and what other formats become.

A source that reads another layout brings its cells under these names and hands them on; how a cell is understood is
then said once, in `order_values` and the modules beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a plain file are."""

    ORDERS = "orders"
    CLIENTS = "clients"
    REVIEWS = "reviews"
    EVENTS = "events"
    SCANS = "scans"
    REQUESTS = "requests"


class Part(StrEnum):
    """What a column tells about."""

    ORDER = "order"  # the same in every row of an order
    LINE = "line"  # of this row alone
    CLIENT = "client"
    SYSTEM = "system"  # of an order, known to shop systems: nobody needs to fill it in


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """One column: its name, what it tells about, one line of documentation, a value as an example."""

    name: str
    part: Part
    doc: str
    sample: str = ""


def _of(part: Part, *columns: tuple[str, str, str]) -> tuple[PlainColumn, ...]:
    return tuple(PlainColumn(name, part, doc, sample) for name, doc, sample in columns)


CLIENT_COLUMNS = _of(
    Part.CLIENT,
    ("client_ref", "customer number, or the client's name on the marketplace", "lena_k"),
    ("email", "e-mail", "lena@example.org"),
    ("name", "full name; else first_name and last_name", "Lena Krüger"),
    ("first_name", "given name", "Lena"),
    ("last_name", "family name", "Krüger"),
    ("phone", "phone, with + and country code, or national with a country", "+49 30 1234567"),
    ("company", "company", ""),
    ("birthday", "YYYY-MM-DD, DD.MM.YYYY, or --MM-DD", ""),
    ("street", "street and number", "Hauptstr. 5"),
    ("street2", "second address line", ""),
    ("postcode", "postcode, letter for letter", "10115"),
    ("city", "town", "Berlin"),
    ("province", "province or state", ""),
    ("country", "ISO 3166 two-letter code", "DE"),
    ("language", "language tag: de, it, en-GB", "de"),
    ("group", "groups the client belongs to, comma-joined", ""),
    ("joined_at", "when the client joined", ""),
    ("anonymous", "yes: a visitor of whom only client_ref is known", ""),
    ("accepts_email", "yes or no: consent to e-mail marketing", "yes"),
)

ORDER_COLUMNS: tuple[PlainColumn, ...] = (
    *_of(
        Part.ORDER,
        ("order_id", "order number, letter for letter; needed", "2026-0042"),
        ("placed_at", "when it was placed; needed", "2026-03-28 14:05"),
        ("order_total", "charged, before refunds; needed unless price is there", "59.90"),
        ("currency", "ISO 4217 code; else --currency", "EUR"),
        ("kind", "purchase or booking [purchase]", "purchase"),
        ("status", "completed, in progress, cancelled, or a word that means one of them [completed]", "completed"),
        ("price", "goods or services only: without tax, shipping, fees, tip", ""),
        ("tax", "taxes charged", "9.56"),
        ("shipping", "shipping charged", "4.90"),
        ("fees", "fees charged to the client", ""),
        ("tip", "tip", ""),
        ("discount", "discounts given", ""),
        ("refunded", "given back", ""),
        ("completed_at", "when it was completed", ""),
        ("cancelled_at", "when it was cancelled", ""),
        ("store", "shop or seller account; else --store", ""),
    ),
    *CLIENT_COLUMNS,
    *_of(
        Part.LINE,
        ("service", "service, where it is no product", ""),
        ("package", "package of the service", ""),
        ("sku", "article number", "CAN-01"),
        ("product", "article", "Candle"),
        ("variant", "variant of the article", "large"),
        ("category", "category of the article", ""),
        ("quantity", "how many [1]", "2"),
        ("unit_price", "price of one", "22.50"),
        ("line_total", "price of the line", ""),
        ("rating", "stars from 1 to 5", ""),
    ),
    *_of(
        Part.ORDER,
        ("channel", "where it was sold", ""),
        ("discount_codes", "coupon codes, comma-joined", ""),
        ("checkout_id", "id of the checkout it came from", ""),
        ("test", "yes: a test order, left out", ""),
    ),
    *_of(
        Part.SYSTEM,
        ("number", "order number, where order_id is the system's own id", ""),
        ("source_id", "the shop system's own id", ""),
        ("external_id", "of a gathered order: the id in the shop it was gathered from", ""),
        ("payment_state", "Shopify's word for the payment, instead of status", ""),
        ("fulfilment_state", "fulfilled, unfulfilled, partial, restocked", ""),
        ("paid_at", "when it was paid", ""),
        ("fulfilled_at", "when it was shipped or carried out", ""),
        ("updated_at", "when it was last changed", ""),
        ("tax_basis", "on_top or inside", ""),
        ("tags", "the shop's own tags, comma-joined", ""),
        ("checkout_token", "token of the checkout", ""),
        ("cart_token", "token of the cart", ""),
    ),
    *_of(Part.LINE, ("vendor", "maker or brand", ""), ("is_tip", "yes: the line is a tip", "")),
)  # fmt: skip

_WHO = ("client_ref", "email")

COLUMNS: dict[Kind, tuple[PlainColumn, ...]] = {
    Kind.ORDERS: ORDER_COLUMNS,
    Kind.CLIENTS: CLIENT_COLUMNS,
    Kind.REVIEWS: _of(
        Part.ORDER,
        ("review_id", "id of the review", "R-77"),
        ("platform", "marketplace", "etsy"),
        ("seller", "seller who was reviewed; needed", "candleworks"),
        ("client_ref", "reviewer's name on the marketplace; needed unless email is there", "lena_k"),
        ("email", "reviewer's e-mail", ""),
        ("service", "service or article reviewed", "Candle"),
        ("rating", "stars from 1 to 5", "5"),
        ("reviewed_at", "when; needed", "2026-04-02"),
        ("price", "price that the review states", ""),
        ("currency", "ISO 4217 code of price", ""),
        ("order_id", "number of the order", "2026-0042"),
    ),
    Kind.EVENTS: _of(
        Part.ORDER,
        ("client_ref", "whose event; needed unless email is there", "lena_k"),
        ("email", "whose event", ""),
        ("event", "follow, message or login; needed", "follow"),
        ("at", "when; needed", "2026-04-02 09:30"),
    ),
    Kind.SCANS: _of(
        Part.ORDER,
        ("code", "code of the letter; needed", "k3v9q2"),
        ("scanned_at", "when; needed", "2026-04-02 09:30"),
        ("user_agent", "program that opened the address", ""),
    ),
    Kind.REQUESTS: _of(
        Part.ORDER,
        ("request_id", "id of the request; needed", "Q-15"),
        ("requested_at", "when; needed", "2026-04-02 09:30"),
        ("client_ref", "who asks; needed unless email is there", "lena_k"),
        ("email", "who asks", ""),
        ("service", "service asked for", "Logo"),
        ("package", "package asked for", "basic"),
        ("requirements", "what the client wrote", ""),
        ("start_date", "start that the client wishes", "2026-04-10"),
        ("price", "price offered or asked", ""),
        ("currency", "ISO 4217 code of price", ""),
    ),
}
"""The columns of each kind of plain file, in the order in which a template has them."""

NEEDED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.ORDERS: (("order_id",), ("placed_at",), ("order_total", "price")),
    Kind.SCANS: (("code",), ("scanned_at",)),
    Kind.REQUESTS: (("request_id",), ("requested_at",), _WHO),
    Kind.REVIEWS: (("seller",), ("reviewed_at",), _WHO),
    Kind.EVENTS: (("event",), ("at",), _WHO),
    Kind.CLIENTS: (("email", "client_ref", "phone", "name"),),
}
"""Of each tuple a file of the kind has at least one column; in the order in which kinds are tried."""

_ORDER_LIKE = (
    "total",
    "amount",
    "price",
    "order",
    "invoice",
    "paid",
    "sale",
    "betrag",
    "summe",
    "bestell",
    "rechnung",
    "brutto",
)


def names_of(kind: Kind) -> tuple[str, ...]:
    """Names of the columns of a kind."""
    return tuple(column.name for column in COLUMNS[kind])


def plain_name(cell: str) -> str:
    """A header cell, normalised or as spelled, as the plain columns are written: 'Order ID' -> 'order_id'."""
    return "_".join(cell.replace("-", " ").lower().split())


def kind_of(names: tuple[str, ...]) -> Kind | None:
    """What a plain file with these columns (in `plain_name` form) holds; None: no plain file.

    A list of clients needs little, so anything with amounts or orders in it is none, and at least half of its columns
    must be a client's.
    """
    found = set(names)
    for kind, needed in NEEDED.items():
        if not all(found & set(group) for group in needed):
            continue
        if kind is not Kind.CLIENTS:
            return kind
        others = found - set(names_of(kind)) - {""}
        if 2 * len(others) <= len(found - {""}) and not any(
            mark in name for name in others for mark in _ORDER_LIKE
        ):
            return kind
    return None

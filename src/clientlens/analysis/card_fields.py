"""What the client card holds: the keys of its JSON object, in their order."""

from __future__ import annotations

from dataclasses import replace

from clientlens.analysis import checkouts, insights, metric_answers, notes, order_history, points
from clientlens.analysis.card_figures import ADDRESS_FIELDS, MONTH_FIELDS, PRODUCT_FIELDS, SPENDING_FIELDS
from clientlens.analysis.message_history import STATE_FIELD
from clientlens.model.answer import Field, Kind

HISTORY_SHOWN = order_history.ROWS_SHOWN
WHO = ("client_id", "name", "email")

EVENT_FIELDS = (
    Field("at", Kind.INSTANT, "when it happened", nullable=False),
    Field("event", Kind.TEXT, "what", nullable=False, values=("follow", "message", "login")),
    Field("store", Kind.TEXT, "account it happened in", nullable=False, priority=1),
)
REVIEW_FIELDS = (
    Field("reviewed_at", Kind.INSTANT, "when it was written", nullable=False, title="written"),
    Field("platform", Kind.TEXT, "marketplace", priority=3),
    Field("seller", Kind.TEXT, "seller who was reviewed", nullable=False, wide=True),
    Field("service", Kind.TEXT, "service or article", wide=True, priority=1),
    Field("rating", Kind.SCALED, "stars", scale=3, trim=True),
    Field("price", Kind.MONEY, "price that the review states", priority=2),
    Field("currency", Kind.TEXT, "ISO 4217 code of price", title=""),
    Field("order_id", Kind.TEXT, "number of the order that it names", title="order", priority=2),
)
MESSAGE_FIELDS = (
    Field("drafted_at", Kind.INSTANT, "when it was first drafted", nullable=False, title="drafted"),
    Field("template", Kind.TEXT, "template it was made from", nullable=False),
    Field("language", Kind.TEXT, "its language", nullable=False, priority=2),
    STATE_FIELD,
    Field("state_at", Kind.INSTANT, "since when", nullable=False, title="since", priority=1),
)
LETTER_FIELDS = (
    Field("campaign", Kind.TEXT, "its campaign", nullable=False),
    Field("status", Kind.TEXT, "what became of it", nullable=False),
    Field("status_at", Kind.INSTANT, "since when", nullable=False, title="since"),
    Field("first_scan_at", Kind.INSTANT, "first scan of its code", title="first scan"),
)
REQUEST_FIELDS = (
    Field("request_id", Kind.TEXT, "its id", nullable=False, title="request"),
    Field("store", Kind.TEXT, "store it was asked of", nullable=False, priority=5),
    Field("status", Kind.TEXT, "its state, see `requests`; null: not worked out"),
    Field("requested_at", Kind.INSTANT, "when the client asked", nullable=False, title="asked"),
    Field("service", Kind.TEXT, "service asked for", wide=True, priority=1),
    Field("package", Kind.TEXT, "package of it", wide=True, priority=4),
    Field("start_date", Kind.DATE, "start that the client wishes", title="start", priority=4),
    Field("price", Kind.MONEY, "price asked, or total of the held order", priority=2),
    Field("currency", Kind.TEXT, "ISO 4217 code of price", title=""),
)
SUGGESTION_FIELDS = (
    Field(
        "template", Kind.TEXT, "template that fits; null: none now", values=("review_request", "invitation")
    ),
    Field("reason", Kind.TEXT, "why, or why nothing is to be written", nullable=False),
    Field(
        "command", Kind.TEXT, "what drafts it, TEXT for the ground to state; null: nothing is to be written"
    ),
)
GROUP_FIELDS = (
    Field("group", Kind.TEXT, "its name", nullable=False, wide=True),
    Field("since", Kind.DATE, "first day of membership; null: a file says so, which has none"),
    Field("by", Kind.TEXTS, "what puts the client there: hand, rule, files", nullable=False),
)
FIGURE_FIELDS = tuple(field for field in metric_answers.FIELDS if field.name not in {*WHO, "as_of"})
CHECKOUT_FIELDS = tuple(
    replace(field, priority=None) if field.name in WHO else field for field in checkouts.CHECKOUT_FIELDS
)


def _list(name: str, doc: str, fields: tuple[Field, ...], *, nullable: bool = False) -> Field:
    return Field(name, Kind.LIST, doc, nullable=nullable, fields=fields, priority=None)


def _object(name: str, doc: str, fields: tuple[Field, ...]) -> Field:
    return Field(name, Kind.OBJECT, doc, nullable=False, fields=fields, priority=None)


def _text(name: str, doc: str) -> Field:
    return Field(name, Kind.TEXT, doc, priority=None)


def _fields(history: tuple[Field, ...]) -> tuple[Field, ...]:
    return (
        Field("client_id", Kind.TEXT, "the client, over all stores", nullable=False, priority=None),
        Field("name", Kind.TEXT, "as the client is shown: nickname, else name, company or Anonymous", wide=True),
        _text("full_name", "name"),
        _text("nickname", "what you call the client"),
        _text("email", "e-mail"),
        _text("phone", "phone"),
        _text("company", "company"),
        _text("language", "language tag, in lower case: de, en-gb"),
        _text("birthday", "YYYY-MM-DD, or --MM-DD where the year is not known"),
        Field("anonymous", Kind.BOOLEAN, "neither name, e-mail nor phone is known", nullable=False, priority=None),
        Field("accepts_email", Kind.BOOLEAN, "consent to e-mail; null: nothing says so", priority=None),
        Field(
            "suppressed_since", Kind.INSTANT, "since when they object to being written to; null: nothing says so",
            priority=None,
        ),
        Field("stores", Kind.TEXTS, "stores the client is known in", nullable=False, priority=None),
        Field("sources", Kind.TEXTS, "formats the client is known from", nullable=False, priority=None),
        Field("joined_at", Kind.INSTANT, "earliest of entry date, first event and first order", priority=None),
        Field("as_of", Kind.DATE, "day up to whose end, or until now, everything counts", nullable=False, priority=None),
        _list("addresses", "the address that is shown and written to first, then others, the latest first", ADDRESS_FIELDS),
        _list("groups", "groups that the client is in, by name", GROUP_FIELDS),
        Field("points", Kind.INTEGER, "balance of points", nullable=False, priority=None),
        _list("points_entries", "entries of points, the last one first", points.HISTORY_FIELDS),
        _list("spending", "what was bought, by currency", SPENDING_FIELDS),
        _object("figures", "every metric of the client, see `metrics`", FIGURE_FIELDS),
        _list("months", "completed orders of each of the last 24 months, the first one first", MONTH_FIELDS),
        _list("insights", "of both scopes, all time and the last 60 days, see `insights`", insights.FIELDS),
        _list("products", "the five products in most completed orders", PRODUCT_FIELDS),
        Field(
            "history_length", Kind.INTEGER, "rows that the whole history has; `orders` may hold fewer", nullable=False,
            priority=None,
        ),
        _list("orders", "history, newest first, abandoned checkouts in their place; see `orders`", history),
        _list(
            "checkouts", "abandoned checkouts, newest first; null: not available, no Shopify store knows the client",
            CHECKOUT_FIELDS, nullable=True,
        ),
        _list("reviews", "what the client wrote, newest first", REVIEW_FIELDS),
        _list("events", "newest first", EVENT_FIELDS),
        _list("requests", "order requests, newest first", REQUEST_FIELDS),
        _list("notes", "what was written down, the last one first", notes.NOTE_FIELDS),
        _list("messages", "messages to the client, newest first", MESSAGE_FIELDS),
        _list("letters", "letters to the client, newest first", LETTER_FIELDS),
        _object("suggested_message", "what to write next", SUGGESTION_FIELDS),
    )  # fmt: skip


FIELDS = _fields(order_history.ORDER_FIELDS)
FIELDS_WITH_LINES = _fields(order_history.ORDER_FIELDS_WITH_LINES)

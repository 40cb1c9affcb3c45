"""Shopify's REST Admin API as saved: pages of orders, abandoned checkouts and customers, or a single one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.sources.csvfile import BadRow
from clientlens.sources.jsonfile import read_json
from clientlens.sources.shopify_api import Gathered, batch_of
from clientlens.sources.shopify_api_orders import REST_NAMES, ApiOrder
from clientlens.sources.shopify_objects import ShapeError, items
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.jsonfile import Record

NAME = "shopify_rest"
_KINDS = ("order", "checkout", "customer")
_ENVELOPES = {**{kind: kind for kind in _KINDS}, **{f"{kind}s": kind for kind in _KINDS}}
_MARKS = {
    "order": {"financial_status", "line_items", "total_price", "order_number", "admin_graphql_api_id"},
    "checkout": {"token", "cart_token", "abandoned_checkout_url", "completed_at", "line_items", "total_price"},
    "customer": {
        "orders_count", "total_spent", "default_address", "addresses", "admin_graphql_api_id", "verified_email",
        "email_marketing_consent", "accepts_marketing",
    },
}  # fmt: skip
"""Of records below an envelope: keys of which one is there."""
_OWN_MARKS = {
    "checkout": ({"abandoned_checkout_url"}, {"cart_token", "completed_at"}, {"token", "completed_at"}),
    "order": ({"financial_status"}, {"order_number"}),
    "customer": ({"orders_count"}, {"default_address"}, {"addresses"}, {"email_marketing_consent"}),
}
"""Where no envelope says what they are, sets of which all keys are there. (A draft order has `completed_at` alone.)"""


def recognises(names: tuple[str, ...]) -> bool:
    """An envelope as Shopify has it, with records that have an id and its keys, or none; or such records alone."""
    around = {name.removesuffix(":") for name in names if name.endswith(":")}
    keys = {name for name in names if not name.endswith(":")}
    kinds = {_ENVELOPES[name] for name in around if name in _ENVELOPES}
    if kinds:
        return not keys or ("id" in keys and any(keys & _MARKS[kind] for kind in kinds))
    return not around and _kind_of(keys) is not None


def _kind_of(keys: set[str]) -> str | None:
    """What a record without an envelope is."""
    if not {"id", "created_at"} <= keys:
        return None
    return next((kind for kind, sets in _OWN_MARKS.items() if any(keys >= marks for marks in sets)), None)


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all REST files of one call; see `Batch` for what comes back.

    An order that stands in several pages is kept once: equal ones are duplicates, of others the latest update counts.

    Raises:
        BadJson: a file is not JSON throughout.
        AmbiguousDates: see there.
    """
    return batch_of([(file, _gathered(file, options.currency)) for file in files], options, NAME, REST_NAMES)


def _gathered(file: InputFile, currency: str | None) -> Gathered:
    found = read_json(file)
    out = Gathered(currency, bad=list(found.bad))
    for record in found.records:
        kind = _ENVELOPES.get(found.key) or _kind_of(set(record.value))
        if kind is None:
            out.bad.append(BadRow(record.line, (record.text,), "neither an order, a checkout nor a customer"))
        else:
            _take(out, kind, record)
    return out


def _take(out: Gathered, kind: str, record: Record) -> None:
    texts = [(record.line, record.text)]
    try:
        lines = [(record.line, item) for item in items(record.value, "line_items")]
    except ShapeError as error:
        out.reject(kind, texts, str(error))
        return
    out.take(kind, ApiOrder(record.line, record.value, lines), texts)


SOURCE = Source(
    name=NAME,
    title="Shopify REST API (JSON: orders, checkouts, customers)",
    doc="What Shopify's Admin REST API answers to orders.json, checkouts.json or customers.json, saved page by page.",
    recognises=recognises,
    read=read,
    layout=Layout.JSON,
)

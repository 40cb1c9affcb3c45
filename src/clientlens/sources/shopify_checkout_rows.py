"""Checkouts of Shopify's API, REST or GraphQL, as rows of plain columns; see `checkout_tables` for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.sources.recordtable import Row
from clientlens.sources.shopify_api_orders import line_cells, shop_currency
from clientlens.sources.shopify_api_people import buyer_cells
from clientlens.sources.shopify_objects import inner, own_id, text, texts, token_of
from clientlens.sources.shopify_prices import Purse, raw_amount

if TYPE_CHECKING:
    from clientlens.sources.shopify_api_orders import ApiOrder


def checkout_rows(checkout: ApiOrder, number: int, currency: str | None = None) -> list[Row]:
    """The rows of a checkout; amounts that are none are faults of theirs.

    Args:
        number: of the checkout in its file. currency: where it does not state its own.

    Raises:
        ShapeError: a value is of a type that cannot be.
    """
    value = checkout.value
    purse = Purse(shop_currency(value) or currency)
    total = purse.take(value, "total_price", "order_total")
    cells = {
        "order_id": own_id(value),
        "placed_at": text(value, "created_at"),
        "updated_at": text(value, "updated_at"),
        "completed_at": text(value, "completed_at"),
        "order_total": purse.cell(total) or raw_amount(value, "total_price"),
        "currency": purse.currency,
        "discount_codes": texts(value, "discount_codes", "code"),
        "checkout_token": text(value, "token") or token_of(text(value, "abandoned_checkout_url")),
        "cart_token": text(value, "cart_token"),
        **buyer_cells(value, inner(value, "customer")),
    }
    rows = [Row(line, line_cells(item, purse.currency), number, 0) for line, item in checkout.items]
    return [Row(checkout.line, purse.fault_cells(cells), number, checkout.weight), *rows]

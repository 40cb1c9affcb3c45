"""Shopify's bulk operations (GraphQL): an object a line, children as lines of their own with `__parentId`.

Every line is a record of the file. An order's record is the order with everything that hangs on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.sources.findings import counted
from clientlens.sources.jsonfile import read_json
from clientlens.sources.shopify_api import Gathered, batch_of
from clientlens.sources.shopify_api_orders import GRAPHQL_NAMES, ApiOrder
from clientlens.sources.shopify_bulk_tree import Node, grow
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile

NAME = "shopify_bulk"
_KINDS = {"Order": "order", "AbandonedCheckout": "checkout", "Customer": "customer"}
_ITEMS = ("LineItem", "AbandonedCheckoutLineItem")
_MARKS = {
    "createdAt", "updatedAt", "processedAt", "displayFinancialStatus", "totalPriceSet", "firstName", "lastName",
    "displayName", "emailMarketingConsent", "defaultEmailAddress", "abandonedCheckoutUrl",
}  # fmt: skip


def recognises(names: tuple[str, ...]) -> bool:
    """Lines with what bulk operations alone have, or an id and GraphQL's spelling of a key."""
    keys = set(names)
    if any(name.endswith(":") for name in names):
        return False
    return bool(keys & {"__parentId", "__typename"}) or ("id" in keys and bool(keys & _MARKS))


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all results of bulk operations of one call; see `Batch` for what comes back.

    Objects of a type that tells nothing about clients (products, say) are skipped and counted. A line whose parent is
    not in the file is set aside; one that cannot be read takes the order along that it belongs to.

    Raises:
        BadJson: a file is not JSON throughout, not even line by line.
        AmbiguousDates: see there.
    """
    gathered, notes = [], []
    for file in files:
        found, skipped = _gathered(file, options.currency)
        gathered.append((file, found))
        notes += [
            f"{file.name}: {counted(count, 'record')} of type {kind} left out" for kind, count in skipped
        ]
    return batch_of(gathered, options, NAME, GRAPHQL_NAMES, notes)


def _gathered(file: InputFile, currency: str | None) -> tuple[Gathered, list[tuple[str, int]]]:
    """What a file gives; the types that were skipped, and how many records each."""
    tree = grow(read_json(file), tuple(_KINDS))
    out = Gathered(currency, bad=list(tree.bad))
    skipped: dict[str, int] = {}
    for root in tree.roots:
        kind = _KINDS.get(root.type)
        if kind is None:
            skipped[root.type] = skipped.get(root.type, 0) + len(root.members)
            out.skipped += len(root.members)
            continue
        texts = [(node.record.line, node.record.text) for node in root.members]
        if root.parent is not None:
            out.above[root.record.line] = (root.parent.record.line, root.parent.record.text)
        if root.fault is not None:
            out.reject(kind, texts, root.fault)
        else:
            out.take(kind, _with_children(root), texts)
    return out, sorted(skipped.items())


def _with_children(root: Node) -> ApiOrder:
    shipping = [node.record.value for node in root.members if node.type == "ShippingLine"]
    above = root.parent
    return ApiOrder(
        root.record.line,
        root.record.value,
        [(node.record.line, node.record.value) for node in root.members if node.type in _ITEMS],
        shipping or None,
        len(root.members),
        above.record.value if above is not None and above.type == "Customer" else {},
    )


SOURCE = Source(
    name=NAME,
    title="Shopify bulk operation (JSON Lines: orders, checkouts, customers)",
    doc="The file that a bulk operation of Shopify's GraphQL Admin API leaves for download.",
    recognises=recognises,
    read=read,
    layout=Layout.JSON,
)

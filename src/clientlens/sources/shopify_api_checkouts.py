"""Tables of abandoned checkouts (CSV) as connectors write them out of Shopify's API: one row each, no lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import BadHeader
from clientlens.sources.checkout_tables import read_checkouts
from clientlens.sources.csvfile import read_csv
from clientlens.sources.findings import counted
from clientlens.sources.parsing import blank_to_null, boolean
from clientlens.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

NAME = "shopify_api_checkouts"
_WANTED = {
    "order_id": ("id",),
    "placed_at": ("created_at",),
    "completed_at": ("completed_at",),
    "updated_at": ("updated_at",),
    "order_total": ("total_price_set_shop_amount", "total_price_set_shop_money_amount", "total_price"),
    "currency": (
        "total_price_set_shop_currency_code",
        "total_price_set_shop_money_currency_code",
        "currency",
        "currency_code",
    ),
    "checkout_token": ("token",),
    "cart_token": ("cart_token",),
    "client_ref": ("customer_id",),
    "email": ("email", "customer_email"),
    "language": ("customer_locale",),
    "accepts_email": ("buyer_accepts_marketing",),
}
"""Plain column -> what connectors call it; the first that is there counts."""
_NEEDED = ("order_id", "placed_at", "completed_at", "order_total")
_OURS = ("abandoned_checkout_url", "token", "cart_token")
_PARTS = {
    "street": ("address_1", "address1"),
    "street2": ("address_2", "address2"),
    "postcode": ("zip",),
    "city": ("city",),
    "province": ("province_code", "province"),
    "country": ("country_code", "country"),
    "company": ("company",),
    "name": ("name",),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "phone": ("phone",),
}
_KINDS = ("billing_address", "shipping_address")
_AS_A_WHOLE = ("street", "street2", "postcode", "city", "province", "country")
_ADDRESS = tuple(f"{kind}_{name}" for kind in _KINDS for names in _PARTS.values() for name in names)
_DELETED = "_fivetran_deleted"


def recognises(names: tuple[str, ...]) -> bool:
    """An id, the times of a checkout, its total, and something that only a checkout has."""
    found = set(names)
    return all(found & set(_WANTED[plain]) for plain in _NEEDED) and bool(found & set(_OURS))


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all such tables of one call; see `Batch` for what comes back: checkouts without lines.

    Connectors write times in UTC and without saying so. Rows that a connector marks as deleted are kept: the shop
    deletes old checkouts, which does not undo them.

    Raises:
        BadHeader: a needed column is missing.
        AmbiguousDates, UnterminatedQuote: see there.
    """
    tables, notes = [], []
    for file in files:
        table, deleted = _table(file)
        tables.append(table)
        if deleted:
            notes.append(
                f"{file.name}: {counted(deleted, 'checkout')} that the shop has deleted since, kept all the same"
            )
    batch = read_checkouts(tables, replace(options, timezone=options.timezone or "UTC"), NAME)
    return replace(batch, notes=(*notes, *batch.notes))


def _table(file: InputFile) -> tuple[CsvTable, int]:
    """The file under plain names, and how many of its rows are marked as deleted."""
    every = {name for names in _WANTED.values() for name in names}
    table = read_csv(file, [*every, *_ADDRESS, "phone", _DELETED])
    plain = {}
    for name, ours in _WANTED.items():
        found = next((one for one in ours if one in table.header.names), None)
        if found is not None:
            plain[found] = name
        elif name in _NEEDED:
            raise BadHeader(file.name, f"there is no column {ours[0]!r}", "is this a table of checkouts?")
    deleted = 0
    if _DELETED in table.frame.columns:
        deleted = int(table.frame.select(boolean(pl.col(_DELETED)).sum()).item() or 0)
    # Names of ours that stand for something else here would be taken for it.
    taken = set(plain.values()) | set(_PARTS)
    names = [plain.get(name, f"_{name}" if name in taken else name) for name in table.header.names]
    table = table.renamed(names)
    return replace(table, frame=_with_person(table.frame)), deleted


def _with_person(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the plain columns of a person: of billing and shipping address the first that has a street."""

    def cell(kind: str, part: str) -> pl.Expr:
        there = [f"{kind}_{name}" for name in _PARTS[part] if f"{kind}_{name}" in frame.columns]
        return pl.coalesce(*(blank_to_null(pl.col(name)) for name in there), pl.lit(None, dtype=pl.String))

    billed = cell("billing_address", "street").is_not_null()
    whole = {
        part: pl.when(billed).then(cell("billing_address", part)).otherwise(cell("shipping_address", part))
        for part in _AS_A_WHOLE
    }
    either = {
        part: pl.coalesce(cell(kind, part) for kind in _KINDS) for part in _PARTS if part not in _AS_A_WHOLE
    }
    whole["country"] = pl.coalesce(whole["country"], *(cell(kind, "country") for kind in _KINDS))
    own_phone = [blank_to_null(pl.col("_phone"))] if "_phone" in frame.columns else []
    either["phone"] = pl.coalesce(*own_phone, either["phone"])
    return frame.with_columns(**whole, **either)


SOURCE = Source(
    name=NAME,
    title="Shopify API checkouts as a table (CSV)",
    doc="The table of abandoned checkouts that a connector (Fivetran, say) has written from Shopify's API.",
    recognises=recognises,
    read=read,
)

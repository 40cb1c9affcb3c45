"""The person of a Shopify order or checkout: the details on its first row, and the keys they give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.tables import PEOPLE
from clientlens.sources.findings import counted
from clientlens.sources.parsing import (
    EMAIL,
    blank_to_null,
    boolean,
    by_distinct,
    clean,
    email,
    email_key,
    placeholder_to_null,
    residence_key,
)
from clientlens.sources.phones import read_phones

if TYPE_CHECKING:
    from clientlens.model.batch import ReadOptions

_PARTS = {
    "street2": "address2",
    "city": "city",
    "postcode": "zip",
    "province": "province",
    "country": "country",
}
KEYS = ("email_key", "number_key", "phone_key", "residence_key")
_DETAILS = (
    "email_key", "phone_key", "residence_key", "name", "email", "phone", "company", "street", "street2", "postcode",
    "city", "province", "country", "accepts_email",
)  # fmt: skip


def people_of(heads: pl.DataFrame, options: ReadOptions, *, ascii_only: bool) -> pl.DataFrame:
    """One row per first row, in order: `person_key`, the keys and details of `tables.PEOPLE`, `bad_email`.

    The billing address counts when it has a street, else the shipping address, always as a whole. The phone is the
    first one given of Phone, Billing Phone, Shipping Phone.
    """

    def text(name: str) -> pl.Expr:
        return clean(pl.col(name), ascii_only=ascii_only)

    def chosen(part: str) -> pl.Expr:
        """Of the address that counts; chosen first, so that only half of the cells are cleaned."""
        raw = pl.when("billed").then(f"billing {part}").otherwise(f"shipping {part}")
        return clean(raw, ascii_only=ascii_only)

    people = heads.with_columns(
        billed=blank_to_null(pl.coalesce("billing address1", "billing street")).is_not_null()
    )
    people = (
        people.lazy()
        .select(
            name=pl.coalesce(text("billing name"), text("shipping name")),
            street=pl.coalesce(chosen("address1"), chosen("street")),
            company=pl.coalesce(text("billing company"), text("shipping company")),
            email=email(pl.col("email"), ascii_only=ascii_only),
            raw_phone=pl.coalesce(
                placeholder_to_null(pl.col(name)) for name in ("phone", "billing phone", "shipping phone")
            ),
            any_country=pl.coalesce(text("billing country"), text("shipping country")),
            **{name: chosen(part) for name, part in _PARTS.items()},
        )
        .collect()
        .with_columns(accepts_email=by_distinct(heads["accepts marketing"], boolean))
    )
    key, shown = read_phones(
        people["raw_phone"],
        people.select(pl.coalesce("country", "any_country")).to_series(),
        store=options.store,
        default_country=options.country,
    )
    return (
        people.lazy()
        .with_columns(pl.coalesce("country", "any_country").alias("country"), phone_key=key, phone=shown)
        .with_columns(
            email_key=email_key(pl.col("email")),
            number_key=pl.lit(None, dtype=pl.String),
            residence_key=residence_key(
                *(pl.col(n) for n in ("name", "street", "street2", "postcode", "city", "country"))
            ),
            bad_email=pl.col("email").is_not_null() & ~pl.col("email").str.contains(EMAIL),
        )
        .with_columns(person_key=pl.min_horizontal(KEYS))
        .collect()
    )


def distinct_people(
    people: pl.DataFrame, at: pl.Series, options: ReadOptions, source: str, *, ordered: bool
) -> pl.DataFrame:
    """`tables.PEOPLE`: one row per distinct details of `people`, dated by `at` (instants, row by row).

    `ordered`: these are orders, which also date the first one.
    """
    grouped = (
        people.with_columns(at=at)
        .filter(pl.col("person_key").is_not_null())
        .group_by("person_key", *_DETAILS)
        .agg(first_order_at=pl.col("at").min(), seen_at=pl.col("at").max())
    )
    if not ordered:
        grouped = grouped.drop("first_order_at")
    grouped = grouped.with_columns(
        source=pl.lit(source), store=pl.lit(options.store), is_profile=pl.lit(value=False)
    )
    return PEOPLE.conform(grouped).sort("person_key", "seen_at", *_DETAILS)


def bad_email_note(people: pl.DataFrame, what: str) -> list[str]:
    """A note on e-mail cells that are none, or nothing."""
    count = int(people["bad_email"].sum() or 0)
    if not count:
        return []
    return [f"{counted(count, what)} with an e-mail that is none; it was not used to tell clients apart"]

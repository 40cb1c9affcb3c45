"""Shopify's customers export (CSV), in all its layouts. Total Spent and Total Orders are not stored: orders tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import BadHeader
from clientlens.model.batch import Batch
from clientlens.model.tables import PEOPLE
from clientlens.sources.csvfile import read_csv, read_header
from clientlens.sources.findings import Findings, counted, stack
from clientlens.sources.parsing import (
    EMAIL,
    boolean,
    clean,
    email,
    email_key,
    mangled_number,
    number_text,
    placeholder_to_null,
    residence_key,
)
from clientlens.sources.phones import read_phones
from clientlens.sources.shopify_notes import empty_files
from clientlens.sources.shopify_people import KEYS
from clientlens.sources.shopify_values import reports
from clientlens.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

NAME = "shopify_customers"
_NEEDED = frozenset(("first name", "last name", "email", "total spent", "total orders"))
_EITHER = {
    "company": ("default address company", "company"),
    "street": ("default address address1", "address1"),
    "street2": ("default address address2", "address2"),
    "city": ("default address city", "city"),
    "province": ("default address province code", "province code", "province"),
    "country": ("default address country code", "country code", "country"),
    "postcode": ("default address zip", "zip"),
    "phone": ("phone", "default address phone"),
    "consent": ("accepts email marketing", "accepts marketing"),
}
"""Each detail and the columns that may hold it, the first filled one counts."""
_FLAGS = (
    "accepts email marketing",
    "accepts marketing",
    "accepts sms marketing",
    "accepts whatsapp marketing",
    "tax exempt",
)
COLUMNS = tuple(
    dict.fromkeys(
        (
            "customer id",
            "first name",
            "last name",
            "email",
            *_FLAGS,
            *(n for names in _EITHER.values() for n in names),
        )
    )
)


def recognises(names: tuple[str, ...]) -> bool:
    """Names, e-mail and the two totals are in every layout, and together in no other export."""
    return set(names) >= _NEEDED


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all customer files of one call; see `Batch` for what comes back: people alone.

    Raises:
        BadHeader: a needed column is missing.
        UnterminatedQuote: see there.
    """
    tables = [_table(file) for file in files]
    findings = Findings(tables)
    findings.bad_records()
    rows = stack(tables, COLUMNS)
    rows = _with_keys(rows, options, ascii_only=all(file.text.isascii() for file in files))
    findings.check(rows, {name: _no_flag(name) for name in _FLAGS}, "neither yes nor no")
    nobody = rows.filter(pl.col("person_key").is_null())
    findings.add_rows(nobody, "neither an e-mail, a Customer ID, a phone, nor a name with an address")
    own = pl.Series(sorted(findings.rows), dtype=pl.UInt32).implode()
    aside = rows.filter(pl.col("_i").is_in(own))
    good = rows.filter(~pl.col("_i").is_in(own))
    people = PEOPLE.conform(good)
    return Batch(
        source=NAME,
        store=options.store,
        files=reports(tables, NAME, options),
        people=people.unique().sort("person_key", *people.columns[3:20]),
        people_rows=good.height,
        rows_set_aside=aside.height + sum(len(table.bad) for table in tables),
        problems=findings.sorted_problems(),
        rejects=findings.rejects(aside),
        notes=tuple(_notes(tables, good)),
    )


def _table(file: InputFile) -> CsvTable:
    header = read_header(file)
    missing = sorted(_NEEDED - set(header.names))
    if missing:
        raise BadHeader(
            file.name, f"there is no column {missing[0].title()!r}", "is this a customers export?"
        )
    return read_csv(file, COLUMNS, header)


def _no_flag(name: str) -> pl.Expr:
    return (
        pl.col(name).is_not_null() & (pl.col(name).str.strip_chars() != "") & boolean(pl.col(name)).is_null()
    )


def _with_keys(rows: pl.DataFrame, options: ReadOptions, *, ascii_only: bool) -> pl.DataFrame:
    """The rows with the details and keys of `tables.PEOPLE`."""

    def first_of(detail: str) -> pl.Expr:
        return pl.coalesce(clean(pl.col(name), ascii_only=ascii_only) for name in _EITHER[detail])

    # The raw columns "company", "city" … of the old layouts have the names of the details they become.
    details = rows.select(
        "_i",
        "_file",
        "_row",
        "_line",
        *_FLAGS,
        raw_email=pl.col("email"),
        customer=number_text(pl.col("customer id")),
        first_name=clean(pl.col("first name"), ascii_only=ascii_only),
        last_name=clean(pl.col("last name"), ascii_only=ascii_only),
        email_=email(pl.col("email"), ascii_only=ascii_only),
        raw_phone=pl.coalesce(placeholder_to_null(_unless_mangled(name)) for name in _EITHER["phone"]),
        accepts_email=pl.coalesce(boolean(pl.col(name)) for name in _EITHER["consent"]),
        **{
            f"{name}_": first_of(name)
            for name in ("company", "street", "street2", "city", "province", "country", "postcode")
        },
    ).rename(
        {
            f"{name}_": name
            for name in ("email", "company", "street", "street2", "city", "province", "country", "postcode")
        }
    )
    key, shown = read_phones(
        details["raw_phone"], details["country"], store=options.store, default_country=options.country
    )
    store = options.store
    return (
        details.with_columns(
            phone_key=key,
            phone=shown,
            name=pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True).replace("", None),
            email_key=email_key(pl.col("email")),
            number_key=pl.lit(f"n:{store}:") + pl.col("customer"),
            source=pl.lit(NAME),
            store=pl.lit(store),
            is_profile=pl.lit(value=True),
        )
        .with_columns(
            residence_key=residence_key(
                *(pl.col(n) for n in ("name", "street", "street2", "postcode", "city", "country"))
            )
        )
        .with_columns(person_key=pl.min_horizontal(KEYS))
    )


def _unless_mangled(name: str) -> pl.Expr:
    return pl.when(~mangled_number(pl.col(name))).then(pl.col(name))


def _notes(tables: Sequence[CsvTable], good: pl.DataFrame) -> list[str]:
    out = empty_files(tables)
    for table in tables:
        for column in ("customer id", "phone"):
            if column not in table.frame.columns:
                continue
            lost = table.frame.select(mangled_number(pl.col(column)).sum()).item() or 0
            if lost:
                out.append(
                    f"{table.file.name}: a spreadsheet has destroyed the {table.header.spelled(column)} of {counted(lost, 'client')} "
                    "(such as 7.02E+12); read as missing"
                )
    no_email = good.filter(pl.col("email").is_not_null() & ~pl.col("email").str.contains(EMAIL)).height
    if no_email:
        out.append(
            f"{counted(no_email, 'client')} with an e-mail that is none; it was not used to tell clients apart"
        )
    return out


SOURCE = Source(
    name=NAME,
    title="Shopify customers (CSV)",
    doc="Shopify admin, Customers, Export.",
    recognises=recognises,
    read=read,
)

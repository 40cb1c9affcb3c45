"""The person of a plain row: its details and the keys they give, the same in every kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.tables import PEOPLE
from clientlens.sources.canonical import CLIENT_COLUMNS
from clientlens.sources.parsing import (
    EMAIL,
    blank_to_null,
    boolean,
    by_distinct,
    clean,
    email,
    email_key,
    number_text,
    placeholder_to_null,
    residence_key,
)
from clientlens.sources.phones import read_phones

if TYPE_CHECKING:
    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Findings

CLIENT = tuple(column.name for column in CLIENT_COLUMNS)
KEYS = ("email_key", "number_key", "phone_key", "residence_key", "source_key")
_TEXTS = (
    "first_name",
    "last_name",
    "company",
    "street",
    "street2",
    "postcode",
    "city",
    "province",
    "country",
)
_DETAILS = (*KEYS, "name", *_TEXTS, "email", "phone", "accepts_email", "language", "birthday", "groups")
_ISO_DAY = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_DOTTED_DAY = r"^([0-9]{1,2})\.([0-9]{1,2})\.((?:19|20)[0-9]{2})$"
_YEARLESS = r"^--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_LANGUAGE = r"^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$"


def people_of(rows: pl.DataFrame, options: ReadOptions, findings: Findings) -> pl.DataFrame:
    """One row per row, in order: `store_`, the keys and details of `tables.PEOPLE`, `person_key`, `bad_email`.

    Cells that are no birthday, no language or neither yes nor no become problems.

    Args:
        rows: `PLACE`, the plain client columns (String; a missing one as null), `store_` (String).
    """
    details = rows.select(
        "store_",
        *(clean(pl.col(name)).alias(name) for name in _TEXTS),
        full=clean(pl.col("name")),
        reference=number_text(pl.col("client_ref")),
        email=email(pl.col("email")),
        raw_phone=placeholder_to_null(pl.col("phone")),
    ).with_columns(
        accepts_email=by_distinct(rows["accepts_email"], boolean),
        anonymous=by_distinct(rows["anonymous"], boolean),
        birthday=by_distinct(rows["birthday"], _birthday),
        language=by_distinct(rows["language"], _language),
        groups=by_distinct(rows["group"], _groups),
        name=pl.coalesce(
            "full",
            pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True).replace("", None),
        ),
    )
    for name, told in (
        ("accepts_email", "neither yes nor no"),
        ("anonymous", "neither yes nor no"),
        ("birthday", "not a day as YYYY-MM-DD, DD.MM.YYYY or --MM-DD"),
        ("language", "not a language tag such as de or en-GB"),
    ):
        wrong = rows.with_columns(_value=details[name]).filter(
            blank_to_null(pl.col(name)).is_not_null() & pl.col("_value").is_null()
        )
        findings.add_rows(wrong, told, name)
    known = pl.any_horizontal(pl.col("name", "email", "raw_phone").is_not_null())
    hidden = details.with_row_index("_at").filter(pl.col("anonymous").fill_null(value=False) & known)
    findings.add_rows(
        rows[hidden["_at"].to_list()],
        "marked as anonymous, though a name, e-mail or phone is there",
        "anonymous",
    )
    return _with_keys(details, options)


def _with_keys(details: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    phones = details.with_row_index("_at").partition_by("store_", as_dict=True)
    parts = []
    for (store,), mine in phones.items():
        key, shown = read_phones(
            mine["raw_phone"], mine["country"], store=str(store), default_country=options.country
        )
        parts.append(mine.select("_at").with_columns(phone_key=key, phone=shown))
    found = (
        pl.concat(parts).sort("_at").drop("_at")
        if parts
        else pl.DataFrame(schema={"phone_key": pl.String, "phone": pl.String})
    )
    of_store = pl.col("store_") + ":" + pl.col("reference")
    stranger = pl.col("anonymous").fill_null(value=False)
    return (
        details.hstack(found)
        .with_columns(
            email_key=email_key(pl.col("email")),
            # Of a visitor who never registered the reference is the source's own id, the weakest of keys.
            number_key=pl.when(~stranger).then(pl.lit("n:") + of_store),
            source_key=pl.when(stranger).then(pl.lit("s:") + of_store),
            residence_key=residence_key(
                *(pl.col(n) for n in ("name", "street", "street2", "postcode", "city", "country"))
            ),
            bad_email=pl.col("email").is_not_null() & ~pl.col("email").str.contains(EMAIL),
        )
        .with_columns(person_key=pl.min_horizontal(KEYS))
    )


def _birthday(text: pl.Expr) -> pl.Expr:
    bare = blank_to_null(text)
    parts = bare.str.extract_groups(_DOTTED_DAY)
    day, month, year = (parts.struct.field(str(n)) for n in (1, 2, 3))
    iso = (
        pl.when(bare.str.contains(_DOTTED_DAY))
        .then(year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2))
        .otherwise(bare)
    )
    # 29 February needs a leap year; of a day without a year any leap year does.
    dated = pl.when(iso.str.contains(_YEARLESS)).then("2000" + iso.str.slice(1)).otherwise(iso)
    # Not strict: a day that no calendar has is null here, and told by whoever asks.
    exists = dated.str.contains(_ISO_DAY) & dated.str.to_date("%Y-%m-%d", strict=False).is_not_null()
    return pl.when(exists).then(iso)


def _language(text: pl.Expr) -> pl.Expr:
    tag = blank_to_null(text).str.to_lowercase().str.replace_all("_", "-", literal=True)
    return pl.when(tag.str.contains(_LANGUAGE)).then(tag)


def _groups(text: pl.Expr) -> pl.Expr:
    names = clean(text).str.split(",").list.eval(blank_to_null(pl.element())).list.drop_nulls()
    joined = names.list.unique().list.sort().list.join(",")
    return pl.when(joined != "").then(joined)


def distinct_people(
    people: pl.DataFrame, at: pl.Series | None, source: str, *, ordered: bool
) -> pl.DataFrame:
    """`tables.PEOPLE`: one row per distinct details and store.

    Args:
        people: as `people_of` gives it; with `joined_at` (INSTANT) where it is known.
        at: when each was seen; None: undated, these are a list of clients.
        ordered: `at` also dates an order.
    """
    joined = "joined_at" if "joined_at" in people.columns else pl.lit(None, dtype=PEOPLE.schema["joined_at"])
    dated = people.with_columns(joined_at=joined).filter(pl.col("person_key").is_not_null())
    if at is not None:
        dated = people.with_columns(joined_at=joined, _at=at).filter(pl.col("person_key").is_not_null())
    by = ("person_key", "store_", *_DETAILS)
    instants = [pl.col("joined_at").min()]
    if at is not None:
        instants.append(pl.col("_at").max().alias("seen_at"))
        if ordered:
            instants.append(pl.col("_at").min().alias("first_order_at"))
    grouped = dated.group_by(by).agg(instants)
    grouped = grouped.with_columns(store="store_", source=pl.lit(source), is_profile=pl.lit(value=at is None))
    return PEOPLE.conform(grouped).sort(PEOPLE.schema.names())

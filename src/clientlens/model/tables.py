"""The canonical tables: what is stored, column by column, whatever file it came from.

Money is exact: `Int64` minor units of the currency beside it (`_minor` in no name: every money column of
these tables is in minor units). Quantities are `Int64` thousandths. Instants are UTC microseconds, days are
the workspace's local days. Text is NFC with outer blanks removed; a blank cell is null, never "".
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, dtype, whether it may be null, and one line of documentation."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    nullable: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table; `key` identifies a row, `sort` is the order inside a stored file.

    `day` names the Date column by whose month the table is cut into files; None: one file.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[str, ...]
    day: str | None

    @property
    def schema(self) -> pl.Schema:
        """Column names and dtypes in stored order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns: missing nullable ones as nulls, in order.

        Raises:
            ValueError: a needed column is missing or holds a null, or a dtype differs (our own fault,
                never the user's).
        """
        present = frame.schema
        for column in self.columns:
            if column.name not in present and not column.nullable:
                raise ValueError(f"{self.name}.{column.name} is missing")
            if column.name in present and present[column.name] not in (column.dtype, pl.Null):
                raise ValueError(f"{self.name}.{column.name} is {present[column.name]}, not {column.dtype}")
        out = frame.select(
            (pl.col(c.name) if c.name in present else pl.lit(None)).cast(c.dtype).alias(c.name)
            for c in self.columns
        )
        for column in self.columns:
            if not column.nullable and out[column.name].null_count():
                raise ValueError(f"{self.name}.{column.name} holds nulls")
        return out


def _c(name: str, dtype: pl.DataType | type[pl.DataType], doc: str, *, null: bool = True) -> Column:
    return Column(name, dtype, null, doc)


ORDERS = Table(
    name="orders",
    key=("store", "order_key"),
    sort=("person_key", "placed_at", "store", "order_key"),
    day="placed_on",
    columns=(
        _c("store", pl.String, "shop or seller account the order belongs to", null=False),
        _c(
            "order_key",
            pl.String,
            "number without a leading '#', else 'id:' and the source's id; after 'gathered:' where another system "
            "gathered it",
            null=False,
        ),
        _c("source", pl.String, "name of the source that read it, e.g. shopify_orders", null=False),
        _c("source_id", pl.String, "the shop system's own id of the order"),
        _c("number", pl.String, "order number as people know it, without a leading '#'"),
        _c(
            "external_id",
            pl.String,
            "of an order that another system gathered from a shop: that shop's own id of it; null: the shop's own record",
        ),
        _c("kind", pl.String, "purchase or booking", null=False),
        _c("placed_at", INSTANT, "when the order was placed", null=False),
        _c("placed_on", pl.Date, "local day of placed_at in the workspace's time zone", null=False),
        _c(
            "payment_state",
            pl.String,
            "pending, authorized, partially_paid, paid, partially_refunded, refunded, voided or expired",
            null=False,
        ),
        _c(
            "fulfilment_state",
            pl.String,
            "fulfilled, unfulfilled, partial, restocked or the source's own word",
        ),
        _c("paid_at", INSTANT, "when it was paid"),
        _c("fulfilled_at", INSTANT, "when it was shipped or carried out"),
        _c("cancelled_at", INSTANT, "when it was cancelled"),
        _c("updated_at", INSTANT, "when the shop system last changed it"),
        _c("currency", pl.String, "ISO 4217 code of every amount of this row", null=False),
        _c("order_total", pl.Int64, "charged, before refunds", null=False),
        _c("refunded", pl.Int64, "given back, 0 when nothing was", null=False),
        _c(
            "price",
            pl.Int64,
            "goods or services only: after discounts, without tax, shipping, duties, fees, tips",
        ),
        _c("tax", pl.Int64, "taxes, inside the prices or on top"),
        _c("shipping", pl.Int64, "shipping charged"),
        _c("fees", pl.Int64, "fees charged to the client"),
        _c("tip", pl.Int64, "tips, 0 when none", null=False),
        _c("discount", pl.Int64, "discounts given"),
        _c("rating_milli", pl.Int64, "mean stars that the order was rated with, in thousandths"),
        _c("tax_basis", pl.String, "on_top, inside or unclear: how the taxes were found to be charged"),
        _c("discount_codes", pl.String, "coupon codes used, comma-joined as in the file"),
        _c("channel", pl.String, "where it was sold: web, pos, an app's id"),
        _c("tags", pl.String, "the shop's own tags, comma-joined as in the file"),
        _c("checkout_id", pl.String, "id of the checkout it came from"),
        _c("checkout_token", pl.String, "token of the checkout it came from"),
        _c("cart_token", pl.String, "token of the cart it came from"),
        _c("person_key", pl.String, "smallest identity key of the record; null: unattributed"),
    ),
)

ORDER_LINES = Table(
    name="order_lines",
    key=("store", "order_key", "line_no"),
    sort=("person_key", "store", "order_key", "line_no"),
    day="placed_on",
    columns=(
        _c("store", pl.String, "as in orders", null=False),
        _c("order_key", pl.String, "as in orders", null=False),
        _c("placed_on", pl.Date, "as in orders", null=False),
        _c("line_no", pl.Int32, "position in the order, from 1", null=False),
        _c("sku", pl.String, "article number"),
        _c("product", pl.String, "line name: title, and ' - variant' where there is one", null=False),
        _c("vendor", pl.String, "maker or brand"),
        _c("category", pl.String, "category of the article"),
        _c("quantity_milli", pl.Int64, "quantity in thousandths", null=False),
        _c("unit_price", pl.Int64, "price of one, before discounts"),
        _c("line_total", pl.Int64, "quantity x unit_price"),
        _c("is_tip", pl.Boolean, "the line is a tip, not a product", null=False),
        _c("person_key", pl.String, "as in orders"),
    ),
)

PEOPLE = Table(
    name="people",
    key=(),
    sort=("person_key", "source", "store"),
    day=None,
    columns=(
        _c("person_key", pl.String, "smallest of the record's identity keys", null=False),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("store", pl.String, "shop or seller account", null=False),
        _c(
            "is_profile",
            pl.Boolean,
            "from a list of clients (a profile), not from an order or checkout",
            null=False,
        ),
        _c("email_key", pl.String, "'e:' and the e-mail, trimmed, lower-cased, NFC"),
        _c("number_key", pl.String, "'n:', store, ':' and the customer number or marketplace user"),
        _c(
            "phone_key",
            pl.String,
            "'p:' and the phone in E.164, or 'p:', store, ':' and digits where no country is known",
        ),
        _c(
            "residence_key", pl.String, "'r:' and name and full postal address, case-folded, spaces collapsed"
        ),
        _c("source_key", pl.String, "'s:', store, ':' and the source's own id of the person"),
        _c("name", pl.String, "full name"),
        _c("first_name", pl.String, "given name"),
        _c("last_name", pl.String, "family name"),
        _c("email", pl.String, "e-mail, trimmed and lower-cased"),
        _c("phone", pl.String, "phone: E.164 where it can be known, else as in the file"),
        _c("company", pl.String, "company"),
        _c("street", pl.String, "street and number"),
        _c("street2", pl.String, "second address line"),
        _c("postcode", pl.String, "postcode, letter for letter"),
        _c("city", pl.String, "town"),
        _c("province", pl.String, "province or state"),
        _c("country", pl.String, "ISO 3166 two-letter code, or the word of the file"),
        _c("accepts_email", pl.Boolean, "consent to e-mail marketing"),
        _c("language", pl.String, "language tag, in lower case: de, it, en-gb"),
        _c("birthday", pl.String, "YYYY-MM-DD, or --MM-DD where the year is not known"),
        _c("groups", pl.String, "groups that the file puts the client in, comma-joined, sorted"),
        _c("joined_at", INSTANT, "entry date that the source states"),
        _c("first_order_at", INSTANT, "earliest order with exactly these details"),
        _c("seen_at", INSTANT, "latest record with exactly these details; null: undated (a profile list)"),
    ),
)

CHECKOUTS = Table(
    name="checkouts",
    key=("store", "checkout_key"),
    sort=("person_key", "created_at", "store", "checkout_key"),
    day="created_on",
    columns=(
        _c("store", pl.String, "shop", null=False),
        _c("checkout_key", pl.String, "the shop system's id of the checkout", null=False),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("created_at", INSTANT, "when the visitor began it", null=False),
        _c("created_on", pl.Date, "local day of created_at", null=False),
        _c("updated_at", INSTANT, "last activity; null where the source does not tell"),
        _c("completed_at", INSTANT, "when it became an order; null where the source does not tell"),
        _c("currency", pl.String, "ISO 4217 code", null=False),
        _c("total", pl.Int64, "total of the checkout", null=False),
        _c("token", pl.String, "checkout token"),
        _c("cart_token", pl.String, "cart token"),
        _c("discount_codes", pl.String, "coupon codes tried"),
        _c("has_contact", pl.Boolean, "an e-mail or phone was given", null=False),
        _c("person_key", pl.String, "smallest identity key of the record; null: nobody known"),
    ),
)

CHECKOUT_LINES = Table(
    name="checkout_lines",
    key=("store", "checkout_key", "line_no"),
    sort=("person_key", "store", "checkout_key", "line_no"),
    day="created_on",
    columns=(
        _c("store", pl.String, "as in checkouts", null=False),
        _c("checkout_key", pl.String, "as in checkouts", null=False),
        _c("created_on", pl.Date, "as in checkouts", null=False),
        _c("line_no", pl.Int32, "position, from 1", null=False),
        _c("sku", pl.String, "article number"),
        _c("product", pl.String, "line name", null=False),
        _c("quantity_milli", pl.Int64, "quantity in thousandths", null=False),
        _c("unit_price", pl.Int64, "price of one"),
        _c("person_key", pl.String, "as in checkouts"),
    ),
)

REVIEWS = Table(
    name="reviews",
    key=("store", "review_key"),
    sort=("person_key", "reviewed_at", "store", "review_key"),
    day=None,
    columns=(
        _c("store", pl.String, "account whose marketplace names the client", null=False),
        _c(
            "review_key",
            pl.String,
            "'id:' and the review's id, else 'row:', a hash of the row and its number among equal ones",
            null=False,
        ),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("platform", pl.String, "marketplace"),
        _c("seller", pl.String, "seller who was reviewed", null=False),
        _c("service", pl.String, "service or article that was reviewed"),
        _c("rating_milli", pl.Int64, "stars, in thousandths"),
        _c("reviewed_at", INSTANT, "when it was written", null=False),
        _c("reviewed_on", pl.Date, "local day of reviewed_at", null=False),
        _c("price", pl.Int64, "price that the review states"),
        _c("currency", pl.String, "ISO 4217 code of price"),
        _c("order_id", pl.String, "number of the order it is about, without a leading '#'"),
        _c("person_key", pl.String, "smallest identity key of the reviewer", null=False),
    ),
)

EVENTS = Table(
    name="events",
    key=("store", "event_key"),
    sort=("person_key", "happened_at", "store", "event_key"),
    day=None,
    columns=(
        _c("store", pl.String, "account it happened in", null=False),
        _c("event_key", pl.String, "'row:' and a hash of what, who and when", null=False),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("event", pl.String, "follow, message or login", null=False),
        _c("happened_at", INSTANT, "when", null=False),
        _c("happened_on", pl.Date, "local day of happened_at", null=False),
        _c("person_key", pl.String, "smallest identity key of whose event it is", null=False),
    ),
)

SCANS = Table(
    name="scans",
    key=("scan_key",),
    sort=("code", "scanned_at", "scan_key"),
    day=None,
    columns=(
        _c("scan_key", pl.String, "'row:' and a hash of code, time and user agent", null=False),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("code", pl.String, "code of the letter", null=False),
        _c("scanned_at", INSTANT, "when", null=False),
        _c("scanned_on", pl.Date, "local day of scanned_at", null=False),
        _c("user_agent", pl.String, "program that opened the address, as the web server wrote it"),
    ),
)

REQUESTS = Table(
    name="requests",
    key=("store", "request_key"),
    sort=("person_key", "requested_at", "store", "request_key"),
    day=None,
    columns=(
        _c("store", pl.String, "account it was asked of", null=False),
        _c("request_key", pl.String, "id of the request", null=False),
        _c("source", pl.String, "name of the source that read it", null=False),
        _c("requested_at", INSTANT, "when the client asked", null=False),
        _c("requested_on", pl.Date, "local day of requested_at", null=False),
        _c("service", pl.String, "service asked for"),
        _c("package", pl.String, "package asked for"),
        _c("requirements", pl.String, "what the client wrote"),
        _c("start_date", pl.Date, "start that the client wishes"),
        _c("price", pl.Int64, "price offered or asked"),
        _c("currency", pl.String, "ISO 4217 code of price"),
        _c("person_key", pl.String, "smallest identity key of who asks", null=False),
    ),
)

IDENTITIES = Table(
    name="identities",
    key=("person_key",),
    sort=("person_key",),
    day=None,
    columns=(
        _c("person_key", pl.String, "an identity key that some record carries", null=False),
        _c("client_id", pl.String, "the client it belongs to today", null=False),
    ),
)

CLIENTS = Table(
    name="clients",
    key=("client_id",),
    sort=("client_id",),
    day=None,
    columns=(
        _c(
            "client_id", pl.String, "12 base32 characters of SHA-256 of the client's smallest key", null=False
        ),
        _c("name", pl.String, "name shown: the client list's, else the latest order's"),
        _c("first_name", pl.String, "given name, from the same record"),
        _c("last_name", pl.String, "family name, from the same record"),
        _c("email", pl.String, "e-mail shown"),
        _c("phone", pl.String, "phone shown"),
        _c("company", pl.String, "company"),
        _c(
            "street",
            pl.String,
            "street and number, from the latest order or checkout with an address, else the client list",
        ),
        _c("street2", pl.String, "second address line"),
        _c("postcode", pl.String, "postcode"),
        _c("city", pl.String, "town"),
        _c("province", pl.String, "province or state"),
        _c("country", pl.String, "country"),
        _c(
            "accepts_email",
            pl.Boolean,
            "consent to e-mail marketing: the client list's, else the latest order's",
        ),
        _c("language", pl.String, "language tag: the client list's, else the latest order's"),
        _c("birthday", pl.String, "YYYY-MM-DD, or --MM-DD where the year is not known"),
        _c("groups", pl.String, "groups that files put the client in, comma-joined, sorted"),
        _c("anonymous", pl.Boolean, "neither name, e-mail nor phone is known", null=False),
        _c("source_number", pl.String, "number that an anonymous client is shown with"),
        _c("stores", pl.String, "stores the client is known in, comma-joined, sorted"),
        _c("sources", pl.String, "sources the client is known from, comma-joined, sorted"),
        _c("joined_at", INSTANT, "earliest of entry date and first order; when read, of the first event too"),
        _c("nickname", pl.String, "what you call the client; never in a file, laid over when it is read"),
    ),
)

TABLES: tuple[Table, ...] = (
    ORDERS, ORDER_LINES, CHECKOUTS, CHECKOUT_LINES, REVIEWS, EVENTS, SCANS, REQUESTS, PEOPLE, IDENTITIES, CLIENTS,
)  # fmt: skip
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

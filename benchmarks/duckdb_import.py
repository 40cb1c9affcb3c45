"""What clientlens is measured against at importing: DuckDB reading the same export into typed Parquet.

    python benchmarks/duckdb_import.py ORDERS.csv OUT_DIR

Orders (times, exact money, status, price, whose they are), lines and clients with ids: the same facts that `clientlens
import` stores, by the same rules, but without its checks of rows, its history and its promises about crashes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_MONEY = 'CAST(CAST("{0}" AS DECIMAL(18, 2)) * 100 AS BIGINT)'
_TIME = "strptime(\"{0}\", '%Y-%m-%d %H:%M:%S %z')"


def _money(column: str) -> str:
    return _MONEY.format(column)


def _time(column: str) -> str:
    return _TIME.format(column)


_COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Subtotal",
    "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Created at", "Lineitem quantity",
    "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem taxable", "Billing Name", "Billing Address1",
    "Billing City", "Billing Zip", "Billing Country", "Billing Phone", "Cancelled at", "Refunded Amount", "Vendor",
    "Id",
)  # fmt: skip
"""Only what is needed is read: DuckDB then skips the rest as well."""

_RAW = """
CREATE TEMP TABLE raw AS
SELECT row_number() OVER () AS row_no, {columns}
FROM read_csv('{file}', all_varchar = true, header = true, quote = '"', escape = '"', strict_mode = true)
"""
_HEADS = f"""
CREATE TEMP TABLE heads AS
SELECT
    row_no,
    ltrim("Name", '#') AS number,
    "Id" AS source_id,
    {_time("Created at")} AS placed_at,
    CAST(({_time("Created at")}) AT TIME ZONE 'Europe/Berlin' AS DATE) AS placed_on,
    {_time("Paid at")} AS paid_at,
    {_time("Fulfilled at")} AS fulfilled_at,
    {_time("Cancelled at")} AS cancelled_at,
    "Financial Status" AS payment_state,
    "Fulfillment Status" AS fulfilment_state,
    "Currency" AS currency,
    {_money("Subtotal")} AS subtotal,
    {_money("Shipping")} AS shipping,
    {_money("Taxes")} AS tax,
    {_money("Total")} AS order_total,
    {_money("Refunded Amount")} AS refunded,
    {_money("Discount Amount")} AS discount,
    nullif("Discount Code", '') AS discount_codes,
    lower(trim("Email")) AS email,
    "Billing Name" AS name,
    "Billing Address1" AS street,
    "Billing City" AS city,
    ltrim("Billing Zip", '''') AS postcode,
    "Billing Country" AS country,
    regexp_replace("Billing Phone", '[^0-9+]', '', 'g') AS phone,
    CASE
        WHEN trim("Email") <> '' THEN 'e:' || lower(trim("Email"))
        WHEN "Billing Phone" <> '' THEN 'p:' || regexp_replace("Billing Phone", '[^0-9+]', '', 'g')
        WHEN "Billing Name" <> '' AND "Billing Address1" <> ''
            THEN 'r:' || lower(concat_ws('|', "Billing Name", "Billing Address1", "Billing Zip", "Billing City"))
    END AS person_key
FROM raw
WHERE "Financial Status" <> ''
"""
_LINES = f"""
CREATE TEMP TABLE lines AS
SELECT
    h.number,
    h.placed_on,
    h.person_key,
    r.row_no - h.row_no + 1 AS line_no,
    nullif(r."Lineitem sku", '') AS sku,
    r."Lineitem name" AS product,
    r."Vendor" AS vendor,
    CAST(r."Lineitem quantity" AS BIGINT) * 1000 AS quantity_milli,
    {_money("Lineitem price")} AS unit_price,
    {_money("Lineitem price")} * CAST(r."Lineitem quantity" AS BIGINT) AS line_total,
    r."Lineitem name" = 'Tip' AND coalesce(r."Lineitem sku", '') = '' AND r."Lineitem taxable" = 'false' AS is_tip
FROM raw r ASOF JOIN heads h ON r.row_no >= h.row_no
"""
_ORDERS = """
CREATE TEMP TABLE orders AS
WITH tips AS (SELECT number, CAST(sum(line_total) AS BIGINT) AS tip FROM lines WHERE is_tip GROUP BY number)
SELECT
    h.* EXCLUDE (row_no, subtotal, email, name, street, city, postcode, country, phone),
    coalesce(t.tip, 0) AS tip,
    CASE
        WHEN subtotal + shipping + tax = order_total - coalesce(t.tip, 0) THEN subtotal
        WHEN subtotal + shipping = order_total - coalesce(t.tip, 0) AND tax > 0
            THEN subtotal - CAST(round_even(tax * subtotal / (subtotal + shipping), 0) AS BIGINT)
        ELSE subtotal
    END AS price
FROM heads h LEFT JOIN tips t USING (number)
"""
_CLIENTS = """
CREATE TEMP TABLE clients AS
SELECT
    person_key,
    left(sha256(person_key), 12) AS client_id,
    arg_max(name, placed_at) AS name,
    arg_max(email, placed_at) AS email,
    arg_max(phone, placed_at) AS phone,
    arg_max(street, placed_at) AS street,
    arg_max(city, placed_at) AS city,
    arg_max(postcode, placed_at) AS postcode,
    arg_max(country, placed_at) AS country,
    min(placed_at) AS joined_at
FROM heads WHERE person_key IS NOT NULL GROUP BY person_key
"""


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: duckdb_import.py ORDERS.csv OUT_DIR", file=sys.stderr)
        return 2
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    columns = ", ".join(f'"{name}"' for name in _COLUMNS)
    db.execute(_RAW.format(file=sys.argv[1].replace("'", "''"), columns=columns))
    for statement in (_HEADS, _LINES, _ORDERS, _CLIENTS):
        db.execute(statement)
    for table in ("orders", "lines", "clients"):
        db.execute(f"COPY {table} TO '{out / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The catalogue of faults: every kind of file, one fault a file. A new kind is one module with `CASES`, listed here."""

from __future__ import annotations

from fault_catalogue import (
    billbee,
    containers,
    json_files,
    mapped,
    plain_rows,
    plain_tables,
    records,
    shopify,
    shopify_api,
    shopify_others,
)

GROUPS = {
    "What is no table at all": containers.CASES,
    "Archives": containers.ARCHIVES,
    "CSV: records, quotes, encodings": plain_tables.CASES,
    "CSV: values": plain_rows.CASES,
    "Tables read by a mapping": mapped.CASES,
    "JSON and JSON Lines": json_files.CASES,
    "Reviews, events, scans, requests": records.CASES,
    "Shopify orders": shopify.CASES,
    "Shopify customers and checkouts": shopify_others.CASES,
    "Shopify's API": shopify_api.CASES,
    "Billbee": billbee.CASES,
}
CASES = [case for cases in GROUPS.values() for case in cases]

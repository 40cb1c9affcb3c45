"""The catalogue of faults: every kind of file, one fault a file. A new kind is one module with `CASES`, listed here."""

from __future__ import annotations

from fault_catalogue import containers, json_files, plain_rows, plain_tables, shopify, shopify_others

GROUPS = {
    "What is no table at all": containers.CASES,
    "Archives": containers.ARCHIVES,
    "CSV: records, quotes, encodings": plain_tables.CASES,
    "CSV: values": plain_rows.CASES,
    "JSON and JSON Lines": json_files.CASES,
    "Shopify orders": shopify.CASES,
    "Shopify customers and checkouts": shopify_others.CASES,
}
CASES = [case for cases in GROUPS.values() for case in cases]

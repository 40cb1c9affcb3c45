"""Make data/sample: the exports of two invented shops, the same bytes at every run.

    python tools/make_sample.py            writes data/sample
    python tools/make_sample.py --check    says whether data/sample is what this script makes (exit 1 if not)

Nothing here reads a clock or the network; all chance comes from one seeded generator per shop. What the shops hold and
which oddity of real exports each part shows is told in docs/sample-data.md. `sample_people` makes the people,
`sample_shops` the two shops, `sample_sales` three years of purchases, `sample_reviews` what clients say of lantern and of
others, `sample_rows` and `sample_files` the bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_files import (
    CHECKOUT_COLUMNS,
    NEW_CUSTOMER_COLUMNS,
    OLD_CUSTOMER_COLUMNS,
    ORDER_COLUMNS,
    SHORT_ORDER_COLUMNS,
    csv_text,
)
from sample_reviews import REVIEW_COLUMNS, review_rows
from sample_rows import checkout_rows, customer_rows, order_rows
from sample_sales import simulate
from sample_shops import HARBOUR, LANTERN, Shop, ShopData

ROOT = Path(__file__).resolve().parent.parent / "data" / "sample"
FIRST_PART = 0.6
"""Share of the orders, the newest, that the first part of a split export holds."""


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print("usage: python tools/make_sample.py [--check]", file=sys.stderr)
        return 2
    files = make()
    if not check:
        for name, data in files.items():
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_bytes(data)
        print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes in {ROOT}")
        return 0
    shops = {name.split("/")[0] for name in files}  # the studio beside them is written by hand
    there = (path for shop in shops for path in (ROOT / shop).rglob("*") if path.is_file())
    found = {path.relative_to(ROOT).as_posix() for path in there}
    differ = sorted(
        (found ^ files.keys())
        | {name for name in found & files.keys() if (ROOT / name).read_bytes() != files[name]}
    )
    for name in differ:
        print(f"{name}: not what tools/make_sample.py makes", file=sys.stderr)
    return 1 if differ else 0


def make() -> dict[str, bytes]:
    """Every file of the sample: its bytes by its path below data/sample."""
    lantern = simulate(LANTERN, others=())
    harbour = simulate(HARBOUR, others=lantern.regulars)
    return {**_files(LANTERN, lantern), **_files(HARBOUR, harbour)}


def _files(shop: Shop, data: ShopData) -> dict[str, bytes]:
    columns = ORDER_COLUMNS if shop.has_till else SHORT_ORDER_COLUMNS
    newest_first = sorted(data.orders, key=lambda order: order.created, reverse=True)
    cut = int(len(newest_first) * FIRST_PART)
    old = [order for order in newest_first if shop.older_from <= order.created <= shop.older_until]
    parts = {
        "orders_export_1.csv": (newest_first[:cut], shop.exported),
        "orders_export_2.csv": (newest_first[cut:], shop.exported),
        "orders_export_older.csv": (old, shop.older_until),
    }
    files = {
        name: csv_text(columns, [row for o in orders for row in order_rows(shop, o, seen)], shop.line_end)
        for name, (orders, seen) in parts.items()
    }
    files["checkouts_export.csv"] = csv_text(
        CHECKOUT_COLUMNS, [row for c in data.checkouts for row in checkout_rows(shop, c)], shop.line_end
    )
    layout = NEW_CUSTOMER_COLUMNS if shop.new_customers else OLD_CUSTOMER_COLUMNS
    files["customers_export.csv"] = csv_text(layout, customer_rows(shop, data), shop.line_end)
    if shop.has_till:
        files["reviews.csv"] = csv_text(REVIEW_COLUMNS, review_rows(shop, data), shop.line_end)
    return {f"{shop.folder}/{name}": text.encode() for name, text in files.items()}


if __name__ == "__main__":
    sys.exit(main())

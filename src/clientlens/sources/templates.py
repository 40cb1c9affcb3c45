"""What `template` prints: CSV files to fill in, and a mapping with every key explained."""

from __future__ import annotations

import csv
import io
import re

from clientlens.sources.canonical import COLUMNS, Kind, Part

_FORMULA = re.compile(r"^[=+\-@]")


def template(kind: Kind) -> str:
    """A CSV with the columns of a kind and one row as an example; it imports as it stands."""
    columns = [column for column in COLUMNS[kind] if column.part is not Part.SYSTEM]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    writer.writerow(_FORMULA.sub(r"'\g<0>", column.sample) for column in columns)
    return out.getvalue()


SKELETON = """\
# A mapping tells clientlens how to read a CSV file of somebody else's making:
#   clientlens import THEIRS.csv --mapping THIS.toml --dry-run
# 'clientlens template mapping --from THEIRS.csv' drafts one. All keys are explained in docs/mappings.md.

kind = "orders"  # orders, clients, reviews, events, scans or requests

# What the file does not say itself. Options of import (--currency EUR, ...) win over these.
# currency = "EUR"
# timezone = "Europe/Rome"      # of times without an offset
# date_format = "%d.%m.%Y"      # needed only where day and month cannot be told apart; "%d-%b-%y" reads 10-Dez-25
# decimal = "comma"             # comma or point; found by itself where the amounts tell
# encoding = "cp1252"           # utf-8 unless said
# delimiter = ";"               # found by itself
# store = "etsy"                # of the call, where --store is not given
# note = "told with each import that uses this mapping"

# blank = ["--", "n/a"]         # cells that mean nothing
# footer = ["Total*"]           # rows at the end that are no data; * is anything
# summary_row = "Item Number"   # the column that is blank in a row that sums up its order

# plain column = "their column", or a list of which the first filled one counts.
# 'clientlens template orders' has all plain columns. A file without one of these is refused.
[columns]
order_id = "Order No"           # needed
placed_at = "Date"              # needed
order_total = "Total"           # needed, unless price or [sums] give it
# email = "E-Mail"
# name = ["Customer", "Recipient"]

# The same for columns that not every file has.
[optional]
# sku = "SKU"

# Plain columns with one value for all rows.
[constants]
# channel = "market stall"

# Their words for a status = completed, paid, in progress, cancelled, refunded, ...
[status]
# "Done" = "completed"

# Amounts of an order that are added up over its rows; - takes off.
[sums]
# price = ["Item Price", "-Item Discount"]

# Their column = what a blank cell of it stands for.
[fill]
# "Status" = "paid"
"""

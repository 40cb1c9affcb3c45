"""What a user should hear about Shopify files though nothing in them is wrong row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.findings import counted
from clientlens.sources.parsing import by_distinct, mangled_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import ReadOptions
    from clientlens.sources.findings import Table

_MANY = 5
"""From this many orders, and a tenth of all, cash on delivery is worth a word."""


def about_files(tables: Sequence[Table]) -> list[str]:
    """What a spreadsheet, or deleting columns, has taken from each file."""
    out = empty_files(tables)
    for table in tables:
        name, frame = table.file.name, table.frame
        lost = _mangled(frame, "id")
        if lost:
            out.append(
                f"{name}: a spreadsheet has destroyed the Id of {counted(lost, 'order')} (such as 4.83E+12); read as missing"
            )
            if not frame["name"].str.starts_with("#").any():
                out.append(
                    f"{name}: it took the '#' off the order numbers as well, which changes nothing: they are compared without it"
                )
        if "email" not in frame.columns:
            out.append(
                f"{name}: there is no Email column; orders without a phone or address stay unattributed"
            )
        if "lineitem quantity" not in frame.columns:
            out.append(f"{name}: there is no Lineitem quantity column; each line counts as 1")
        if "subtotal" not in frame.columns:
            out.append(f"{name}: there is no Subtotal column; prices without tax and shipping stay unknown")
    return out


def empty_files(tables: Sequence[Table]) -> list[str]:
    """Files that are fine and hold nothing."""
    return [f"{table.file.name}: a header and no rows" for table in tables if not table.rows]


def _mangled(frame: pl.DataFrame, column: str) -> int:
    if column not in frame.columns:
        return 0
    return int(frame.select(mangled_number(pl.col(column)).sum()).item() or 0)


def about_orders(orders: pl.DataFrame) -> list[str]:
    """Taxes that do not add up, and cash on delivery."""
    out = []
    unclear = orders.filter(pl.col("tax_basis") == "unclear").height
    if unclear:
        out.append(
            f"{counted(unclear, 'order')}: Subtotal, Shipping and Taxes do not add up to the Total; their taxes are taken as on top"
        )
    delivered = orders.filter(
        (pl.col("payment_state") == "pending") & (pl.col("fulfilment_state") == "fulfilled")
    ).height
    if delivered >= _MANY and 10 * delivered >= orders.height:
        out.append(
            f"{delivered} orders are fulfilled but still pending, as cash on delivery often stays; they count as in progress "
            "unless you set orders.completed_when to paid_or_fulfilled"
        )
    return out


def about_offsets(tables: Sequence[Table], heads: pl.DataFrame, options: ReadOptions) -> list[str]:
    """Files whose UTC offsets are not those of the workspace's zone at that time.

    Args:
        tables: the files. heads: `_file`, `created at` (text), `placed_at`.
        options: has the zone.
    """
    zone = options.workspace_timezone
    there = pl.col("placed_at").dt.convert_time_zone(zone)
    expected = (there.dt.base_utc_offset() + there.dt.dst_offset()).dt.total_minutes()
    offsets = by_distinct(
        heads["created at"].str.strip_chars().str.tail(6),
        lambda end: end.str.extract(r"([+-][0-9]{2}:?[0-9]{2})$").str.replace(":", "", literal=True),
    )
    text = pl.col("offset")
    minutes = text.str.slice(1, 2).cast(pl.Int64) * 60 + text.str.slice(3, 2).cast(pl.Int64)
    east = pl.when(text.str.starts_with("-")).then(-minutes).otherwise(minutes)
    wrong = (
        heads.select("_file", "placed_at", offset=offsets)
        .select("_file", "offset", fits=east == expected)
        .filter(~pl.col("fits"))
        .group_by("_file")
        .agg(pl.len().alias("count"), pl.col("offset").unique().sort())
        .sort("_file")
    )
    return [
        f"{tables[file].file.name}: the times of {counted(count, 'order')} have the offset {', '.join(offsets)}, which does not fit the "
        f"workspace's time zone {zone}; days are cut in {zone}"
        for file, count, offsets in zip(
            wrong["_file"].to_list(), wrong["count"].to_list(), wrong["offset"].to_list(), strict=True
        )
    ]

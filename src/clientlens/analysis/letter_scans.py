"""How often the QR code of each letter was opened by people, as far as that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

_PROGRAMS = (
    "bot", "crawl", "spider", "slurp", "preview", "scanner", "monitor", "uptime", "headless", "lighthouse",
    "facebookexternalhit", "facebookcatalog", "whatsapp", "skypeuri", "vkshare", "embedly", "quora link",
    "curl/", "wget/", "python-", "python/", "go-http-client", "java/", "okhttp", "libwww", "httpclient", "axios/",
)  # fmt: skip
"""What programs that nobody looks through call themselves: search engines, previews of links in chats, tools."""
AGAIN_SECONDS = 60
"""The same program opening the same code within so long is one scan: pages are loaded twice, and screens turned."""


def scans_of(scans: pl.LazyFrame, *, until: datetime) -> pl.DataFrame:
    """Scans by people, letter by letter.

    Args:
        scans: `tables.SCANS`.
        until: later ones do not count.

    Returns:
        One row per code that was scanned: code (String), scans (Int64), first_scan_at, last_scan_at (INSTANT),
        programs (Int64): what was left out as opened by a program. A code that programs alone opened has 0 scans and no times.
    """
    agent = pl.col("user_agent")
    by_program = agent.str.to_lowercase().str.contains_any(list(_PROGRAMS)).fill_null(value=False)
    before = pl.col("scanned_at").shift(1).over("code", "user_agent", "program", order_by="scanned_at")
    again = (pl.col("scanned_at") - before).dt.total_seconds() < AGAIN_SECONDS
    counts = ~pl.col("program") & ~again.fill_null(value=False)
    at = pl.col("scanned_at").filter(~pl.col("program"))
    return (
        scans.filter(pl.col("scanned_at") <= until)
        .with_columns(program=by_program)
        .with_columns(counts=counts)
        .group_by("code")
        .agg(
            scans=pl.col("counts").sum().cast(pl.Int64),
            first_scan_at=at.min(),
            last_scan_at=at.max(),
            programs=pl.col("program").sum().cast(pl.Int64),
        )
        .sort("code")
        .collect()
    )

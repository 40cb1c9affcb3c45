"""Which times of the files could not be read, and what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.times import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.sources.findings import Findings
    from clientlens.sources.times import TimeReader


@dataclass(slots=True)
class BadTimes:
    """Cells that a file's reader made null, by column: `_i` (UInt32) and `why` (one of `times.FAULTS`)."""

    lost: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def read(self, rows: pl.DataFrame, name: str, reader: TimeReader) -> pl.Series:
        """The instants of the column `name` of one file's `rows` (with `_i`); what is none is kept in mind."""
        text = rows[name]
        value = reader.read(text)
        if value.null_count() > text.null_count():
            bad = rows.filter(value.is_null() & text.is_not_null()).select("_i", name)
            why = reader.why_not(bad[name]).alias("why")
            self.lost.setdefault(name, []).append(bad.select("_i").with_columns(why))
        return value

    def tell(self, rows: pl.DataFrame, values: Mapping[str, str], findings: Findings) -> None:
        """Each filled cell of the text columns (keys) without its value (the column named) becomes a problem."""
        for name, found in self.lost.items():
            lost = pl.concat(found)
            for fault in FAULTS:
                mine = rows.join(
                    lost.filter(pl.col("why") == fault), on="_i", how="semi", maintain_order="left"
                )
                findings.unreadable(mine, {name: values[name]}, fault)

"""The one name a client is shown with."""

from __future__ import annotations

import polars as pl

from clientlens.model.identity import CODE_LETTERS


def shown_name() -> pl.Expr:
    """`name` (String, null where nothing is known) over columns of `tables.CLIENTS`.

    The name, else the company, else for an anonymous client `Anonymous` and the source's number, or the first
    letters of the client_id where there is none.
    """
    number = pl.coalesce("source_number", pl.col("client_id").str.slice(0, CODE_LETTERS))
    anonymous = pl.when(pl.col("anonymous")).then(pl.concat_str(pl.lit("Anonymous "), number))
    return pl.coalesce("name", "company", anonymous).alias("name")

"""CSV: a header, comma, line feed, quotes where needed; safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Kind
from clientlens.outputs.cells import plain_columns
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from clientlens.model.answer import Answer
    from clientlens.outputs.format import Style

_FORMULA = r"^'*[=+\-@\t\r\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|^'+[0-9]"


def write(answer: Answer, style: Style) -> bytes:
    """UTF-8. With `csv_safe` a text cell that starts like a formula gets an apostrophe, which import takes off.

    So does one that starts with apostrophes before such a sign or a digit, or import would take off one of those.
    """
    texts = plain_columns(answer)
    if style.csv_safe:
        guarded = [field.name for field in answer.fields if field.kind is Kind.TEXT]
        texts = texts.with_columns(
            pl.when(pl.col(name).str.contains(_FORMULA))
            .then(pl.lit("'") + pl.col(name))
            .otherwise(name)
            .alias(name)
            for name in guarded
        )
    return texts.write_csv().encode()


FORMAT = Format("csv", (".csv",), write)

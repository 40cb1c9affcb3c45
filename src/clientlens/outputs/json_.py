"""JSON: an array of rows, one on each line, or a plain object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.outputs.cells import joined, json_columns
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from clientlens.model.answer import Answer
    from clientlens.outputs.format import Style


def write(answer: Answer, style: Style) -> bytes:  # noqa: ARG001
    """UTF-8; amounts as numbers with their currency's decimals."""
    rows: list[str] = joined(answer.fields, json_columns(answer)).to_list()
    if answer.single:
        return (rows[0] + "\n").encode()
    return ("[\n" + ",\n".join(rows) + "\n]\n").encode() if rows else b"[]\n"


FORMAT = Format("json", (".json",), write)

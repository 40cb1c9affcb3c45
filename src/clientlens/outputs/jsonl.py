"""JSON Lines: one object on each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.outputs.cells import joined, json_columns
from clientlens.outputs.format import Format

if TYPE_CHECKING:
    from clientlens.model.answer import Answer
    from clientlens.outputs.format import Style


def write(answer: Answer, style: Style) -> bytes:  # noqa: ARG001
    """UTF-8, a line feed after each row."""
    rows = joined(answer.fields, json_columns(answer)).to_list()
    return "".join(row + "\n" for row in rows).encode()


FORMAT = Format("jsonl", (".jsonl", ".ndjson"), write)

"""What a format module offers: one constant `SOURCE` of this type."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile


class Layout(StrEnum):
    """What a file is made of."""

    TABLE = "table"  # records of cells with a header
    JSON = "json"  # an object, an array, or an object a line
    LOG = "log"  # a web server's access log


@dataclass(frozen=True, slots=True)
class Source:
    """One export format.

    name: what `--source` takes, and what the facts are marked with.
    title: the format in a few words, for lists and messages.
    doc: one line: where a shop owner finds this file.
    recognises: told from the first record alone. Of a table: its header's cells, normalised by `csvfile.normalise`.
        Of JSON: the keys of the object around the records, each with ':' behind it ("orders:"), then the keys of the
        first record, letter for letter. Of a log: nothing.
    read: reads all files of one call together, since an order may stand in several of them.
    layout: files of any other layout are never offered to it.
    """

    name: str
    title: str
    doc: str
    recognises: Callable[[tuple[str, ...]], bool]
    read: Callable[[Sequence[InputFile], ReadOptions], Batch]
    layout: Layout = Layout.TABLE

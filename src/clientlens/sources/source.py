"""What a format module offers: one constant `SOURCE` of this type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile


@dataclass(frozen=True, slots=True)
class Source:
    """One export format.

    name: what `--source` takes, and what the facts are marked with.
    title: the format in a few words, for lists and messages.
    doc: one line: where a shop owner finds this file.
    recognises: told from the first record alone, its cells normalised by `csvfile.normalise`.
    read: reads all files of one call together, since an order may stand in several of them.
    """

    name: str
    title: str
    doc: str
    recognises: Callable[[tuple[str, ...]], bool]
    read: Callable[[Sequence[InputFile], ReadOptions], Batch]

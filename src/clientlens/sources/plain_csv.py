"""CSV in plain columns: orders, clients, reviews, events, scans or requests of one's own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from clientlens.errors import BadHeader, NotRecognised
from clientlens.sources.canonical import NEEDED, Kind, kind_of, names_of, plain_name
from clientlens.sources.csvfile import read_csv, read_header
from clientlens.sources.mapped_csv import fit, read_mapped
from clientlens.sources.plain import merged, read_files
from clientlens.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.csvfile import CsvTable
    from clientlens.sources.input import InputFile

NAME = "plain_csv"


def recognises(names: tuple[str, ...]) -> bool:
    """Whether the plain names of a header make a kind of plain file."""
    return kind_of(tuple(plain_name(name) for name in names)) is not None


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all plain CSV files of one call, and those that its mapping reads; see `Batch` for what comes back.

    Raises:
        NotRecognised: a header that is of no kind. BadHeader: a column stands there twice.
        LinesAlone, AmbiguousDates, UnterminatedQuote: see there.
    """
    mapping = options.mapping
    fits = {} if mapping is None else {file.name: fit(file, mapping) for file in files}
    mapped = [(file, found) for file in files if (found := fits.get(file.name)) is not None]
    if mapping is None or not mapped:
        return read_files(files, options, NAME, _table, "columns")
    batches = [read_mapped(mapped, mapping, options, NAME)]
    if own := [file for file in files if fits[file.name] is None]:
        batches.append(read_files(own, options, NAME, _table, "columns"))
    return merged(batches, NAME, options.store, files)


def _table(file: InputFile) -> tuple[Kind, CsvTable, list[str]]:
    """Its kind, its table under plain names, the columns that are none."""
    header = read_header(file)
    names = tuple(plain_name(name) for name in header.names)
    kind = kind_of(names)
    if kind is None:
        needed = " and ".join(" or ".join(group) for group in NEEDED[Kind.ORDERS])
        raise NotRecognised(
            file.name,
            "no plain file has these columns",
            f"orders need {needed}; 'clientlens template orders' has all",
        )
    counts = Counter(names)
    twice = [name for name in names if name and counts[name] > 1]
    if twice:
        raise BadHeader(
            file.name, f"the column {twice[0]!r} stands there twice", "remove or rename one of them"
        )
    known = set(names_of(kind))
    wanted = [own for own, name in zip(header.names, names, strict=True) if name in known]
    unknown = [cell for cell, name in zip(header.cells, names, strict=True) if name and name not in known]
    return kind, read_csv(file, wanted, header).renamed(names), unknown


SOURCE = Source(
    name=NAME,
    title="plain CSV (orders, clients, reviews, events, scans, requests)",
    doc="A CSV of your own with the columns that 'clientlens template orders' writes; any order, any separator.",
    recognises=recognises,
    read=read,
)

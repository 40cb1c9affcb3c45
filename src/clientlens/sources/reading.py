"""From names on a command line to batches: open, recognise by the header alone, read source by source."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from clientlens.errors import (
    BadEncoding,
    InputError,
    MappingMisfit,
    NoGoodRow,
    NotRecognised,
    SourceNeeded,
    UnknownSource,
    Unreadable,
)
from clientlens.sources import plain_csv, registry
from clientlens.sources.csvfile import read_header
from clientlens.sources.grouping import WITH_ANOTHER
from clientlens.sources.guesses import order_like
from clientlens.sources.input import open_inputs
from clientlens.sources.jsonfile import first_names, read_json
from clientlens.sources.mapped_csv import fit, misfit
from clientlens.sources.scan_log import LINE
from clientlens.sources.source import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.jsonfile import JsonFile
    from clientlens.sources.source import Source

_LARGEST = 2**63 - 1
_MOST_SHOWN = 5
_START = 1 << 16
_PARTS = {Layout.TABLE: "columns", Layout.JSON: "keys", Layout.LOG: "lines"}
_HINTS = {
    Layout.TABLE: "'clientlens sources' lists what is known (or name one with --source); for a table of another make "
    "'clientlens template mapping --from FILE' drafts a mapping"
}
_OPENED = 4
"""A file that has been opened and hashed counts as a quarter of its bytes dealt with."""


def read_all(
    names: Sequence[str],
    options: ReadOptions,
    *,
    source: str | None = None,
    stdin: BinaryIO | None = None,
    stdin_name: str = "-",
    folder: str = "",
) -> list[Batch]:
    """Read all files of one call; files of one format are read together, as an order may stand in several.

    Args:
        names: paths letter for letter; `stdin_name` is `stdin`. The same name twice is read once.
        options: how to read what the files do not say.
        source: the name of a source, instead of recognising each file.
        stdin: the stream to read for `stdin_name`; needs `source`.
        stdin_name: the name that means `stdin`.
        folder: where relative paths begin; "" is the process's own.

    Returns:
        One batch per format, in the order in which the formats first appear.

    Raises:
        UnknownSource: there is no such source.
        SourceNeeded: stdin with neither `source` nor a mapping.
        NotRecognised: a header that no source knows.
        MappingMisfit: there is a mapping, and no file that it reads.
        NoGoodRow: a file with rows of which not one could be taken.
        Unreadable: see `refuse_uncountable`.
        InputError: whatever else makes a file unreadable; see `open_inputs`, `read_header`, the sources.
    """
    sources = registry.load()
    if source is not None and source not in sources:
        raise UnknownSource(source, list(sources))
    groups: dict[str, list[InputFile]] = {}
    fitting = False
    for name in dict.fromkeys(names):
        unnamed = source is None and options.mapping is None
        if name == stdin_name and stdin is not None and unnamed:
            raise SourceNeeded(list(sources))
        for file, fits in _opened(name, options, stdin, stdin_name, folder):
            fitting |= fits
            if source is not None:
                chosen = sources[source]
            else:
                chosen = sources[plain_csv.NAME] if fits else _recognised(file, sources, options)
            _advance(options, file.weight // _OPENED)
            groups.setdefault(chosen.name, []).append(file)
    if options.mapping is not None and not fitting:
        refused = next(iter(groups.values()))[0]
        raise MappingMisfit(refused.name, options.mapping.name, misfit(refused, options.mapping))
    batches = []
    for chosen_name, files in groups.items():
        batch = sources[chosen_name].read(files, options)
        refuse_hopeless(batch)
        refuse_uncountable(batch)
        opening = tuple(note for file in files for note in file.notes)
        batches.append(replace(batch, notes=(*opening, *batch.notes)))
        for file in files:
            _advance(options, file.weight - file.weight // _OPENED)
    return batches


def _opened(
    name: str, options: ReadOptions, stdin: BinaryIO | None, stdin_name: str, folder: str
) -> list[tuple[InputFile, bool]]:
    """The files of a name, each with whether the mapping reads it.

    The encoding that a mapping names is that of its own files alone.
    """
    mapping = options.mapping
    piped = stdin is not None and name == stdin_name

    def opened(encoding: str | None) -> list[tuple[InputFile, bool]]:
        files = open_inputs(name, encoding=encoding, stdin=stdin, stdin_name=stdin_name, folder=folder)
        return [(file, mapping is not None and fit(file, mapping) is not None) for file in files]

    if mapping is not None and mapping.encoding is not None and options.encoding is None:
        try:
            files = opened(mapping.encoding)
        except BadEncoding:
            if piped:
                raise  # it cannot be read twice
        else:
            if piped or any(fits for _, fits in files):
                return files
    return opened(options.encoding)


def _recognised(file: InputFile, sources: dict[str, Source], options: ReadOptions) -> Source:
    """The source of a file that no mapping reads."""
    try:
        return recognise(file, sources)
    except NotRecognised:
        if options.mapping is None:
            raise
        raise MappingMisfit(file.name, options.mapping.name, misfit(file, options.mapping)) from None


def _advance(options: ReadOptions, done: int) -> None:
    if options.progress is not None:
        options.progress(done)


def known_as(file: InputFile) -> str | None:
    """The name of the source that reads a file without a mapping; None: none does."""
    try:
        return recognise(file, registry.load()).name
    except InputError:
        return None


def recognise(file: InputFile, sources: dict[str, Source]) -> Source:
    """The one source that knows what the file shows of itself.

    Raises:
        NotRecognised: none does, or several do.
        BadJson: it begins as JSON and is none. NoGoodRow, Unreadable: see `glimpse`.
    """
    layout, names, cells = glimpse(file)
    found = [source for source in sources.values() if source.layout is layout and source.recognises(names)]
    if len(found) == 1:
        return found[0]
    if found:
        fitting = ", ".join(source.name for source in found)
        raise NotRecognised(
            file.name, f"the header fits several formats: {fitting}", "choose one with --source"
        )
    if layout is Layout.JSON:
        _records(file)  # whose keys may mean nothing because not one of them is a record
    if layout is Layout.TABLE and (header := order_like(file)) is not None:
        raise NotRecognised(
            file.name,
            f"no known format has the columns {_shown([cell for cell in header.cells if cell])}, though they look like orders",
            "'clientlens template mapping --from FILE' drafts a mapping to import it with",
        )
    raise NotRecognised(
        file.name,
        f"no known format has the {_PARTS[layout]} {_shown(cells)}",
        _HINTS.get(layout, "'clientlens sources' lists what is known (or name one with --source)"),
    )


def _shown(cells: Sequence[str]) -> str:
    return ", ".join(repr(cell) for cell in cells[:_MOST_SHOWN]) + (", …" if len(cells) > _MOST_SHOWN else "")


def glimpse(file: InputFile) -> tuple[Layout, tuple[str, ...], tuple[str, ...]]:
    """What a file is made of, the names by which a source knows it (see `Source.recognises`), and as spelled.

    Raises:
        BadJson: it begins as JSON and is none. NoGoodRow: none of its records is one.
        Unreadable, BadHeader, UnterminatedQuote: see `read_header`; also JSON without any record.
    """
    start = file.text[:_START].lstrip()
    if start[:1] in (b"{", b"["):
        names = first_names(file)
        if not names:
            # The first record is none, or there is none at all.
            found = _records(file)
            first = next(record.value for record in found.records if record.value)
            names = (*(f"{key}:" for key in found.around), *first)
        return Layout.JSON, names, tuple(name.removesuffix(":") for name in names)
    if LINE.match(start.split(b"\n", 1)[0].decode("utf-8", "replace")):
        return Layout.LOG, (), ()
    header = read_header(file)
    return Layout.TABLE, header.names, header.cells


def _records(file: InputFile) -> JsonFile:
    """What a JSON file holds; at least one record with a key.

    Raises:
        NoGoodRow: none of its records is one. Unreadable: there are none.
    """
    found = read_json(file)
    if not found.records and found.bad:
        raise NoGoodRow(file.name, found.bad[0].line, found.bad[0].message)
    if not any(record.value for record in found.records):
        raise Unreadable(file.name, "the file holds no records", "export it again")
    return found


def refuse_uncountable(batch: Batch) -> None:
    """Raise for orders whose totals of one currency are beyond 64 bits together, where sums would wrap around.

    Raises:
        Unreadable: naming the file of the largest.
    """
    if batch.orders is None or batch.orders.is_empty():
        return
    sums = batch.orders.group_by("currency").agg(pl.col("order_total").cast(pl.Int128).abs().sum())
    beyond = sums.filter(pl.col("order_total") > _LARGEST).sort("currency")
    if beyond.is_empty():
        return
    code = beyond["currency"][0]
    largest = batch.orders.filter(pl.col("currency") == code).sort("order_total", descending=True)
    raise Unreadable(
        batch.files[largest["file_no"][0]].file,
        f"its totals in {code} add up to more than can be counted",
        "amounts as large as these are a fault of the export",
    )


def refuse_hopeless(batch: Batch) -> None:
    """Raise for a file that has rows, all of them set aside.

    Raises:
        NoGoodRow: naming the first bad row.
    """
    rejected = Counter[str]()
    for rejects in batch.rejects:
        rejected[rejects.file] += rejects.records
    for file in batch.files:
        if file.rows and rejected[file.file] >= file.rows:
            mine = [problem for problem in batch.problems if problem.file == file.file]
            first = next((one for one in mine if not one.message.startswith(WITH_ANOTHER)), mine[0])
            where = f"{first.column} {first.value!r}: " if first.column and first.value else ""
            raise NoGoodRow(file.file, first.line, where + first.message)

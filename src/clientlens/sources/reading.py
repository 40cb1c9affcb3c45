"""From names on a command line to batches: open, recognise by the header alone, read source by source."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from clientlens.errors import NoGoodRow, NotRecognised, UnknownSource, Unreadable
from clientlens.sources import registry
from clientlens.sources.csvfile import read_header
from clientlens.sources.grouping import WITH_ANOTHER
from clientlens.sources.input import open_input
from clientlens.sources.jsonfile import read_json
from clientlens.sources.scan_log import LINE
from clientlens.sources.source import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.source import Source

_LARGEST = 2**63 - 1
_SHOWN = 5
_START = 1 << 16
_PARTS = {Layout.TABLE: "columns", Layout.JSON: "keys", Layout.LOG: "lines"}
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
        NotRecognised: a header that no source knows, or stdin without `source`.
        NoGoodRow: a file with rows of which not one could be taken.
        Unreadable: see `refuse_uncountable`.
        InputError: whatever else makes a file unreadable; see `open_input`, `read_header`, the sources.
    """
    sources = registry.load()
    if source is not None and source not in sources:
        raise UnknownSource(source, list(sources))
    groups: dict[str, list[InputFile]] = {}
    for name in dict.fromkeys(names):
        if name == stdin_name and stdin is not None and source is None:
            raise NotRecognised(
                name, "standard input has no name to go by", f"add --source, one of {', '.join(sources)}"
            )
        file = open_input(name, encoding=options.encoding, stdin=stdin, stdin_name=stdin_name, folder=folder)
        chosen = sources[source] if source else recognise(file, sources)
        _advance(options, file.bytes // _OPENED)
        groups.setdefault(chosen.name, []).append(file)
    batches = []
    for chosen_name, files in groups.items():
        batch = sources[chosen_name].read(files, options)
        refuse_hopeless(batch)
        refuse_uncountable(batch)
        batches.append(batch)
        for file in files:
            _advance(options, file.bytes - file.bytes // _OPENED)
    return batches


def _advance(options: ReadOptions, done: int) -> None:
    if options.progress is not None:
        options.progress(done)


def recognise(file: InputFile, sources: dict[str, Source]) -> Source:
    """The one source that knows what the file shows of itself.

    Raises:
        NotRecognised: none does, or several do.
        BadJson: it begins as JSON and is none.
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
    columns = ", ".join(repr(cell) for cell in cells[:_SHOWN]) + (", …" if len(cells) > _SHOWN else "")
    raise NotRecognised(
        file.name,
        f"no known format has the {_PARTS[layout]} {columns}",
        f"known are: {'; '.join(source.title for source in sources.values())} (or name one with --source)",
    )


def glimpse(file: InputFile) -> tuple[Layout, tuple[str, ...], tuple[str, ...]]:
    """What a file is made of, the names by which a source knows it (see `Source.recognises`), and as spelled.

    Raises:
        BadJson: it begins as JSON and is none. NoGoodRow: none of its records is one.
        Unreadable, BadHeader, UnterminatedQuote: see `read_header`; also JSON without any record.
    """
    start = file.text[:_START].lstrip()
    if start[:1] in (b"{", b"["):
        found = read_json(file)
        names = found.names
        if not found.records and found.bad:
            raise NoGoodRow(file.name, found.bad[0].line, found.bad[0].message)
        if not names:
            raise Unreadable(file.name, "the file holds no records", "export it again")
        return Layout.JSON, names, tuple(name.removesuffix(":") for name in names)
    if LINE.match(start.split(b"\n", 1)[0].decode("utf-8", "replace")):
        return Layout.LOG, (), ()
    header = read_header(file)
    return Layout.TABLE, header.names, header.cells


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
    rejected = {rejects.file: rejects.records for rejects in batch.rejects}
    for file in batch.files:
        if file.rows and rejected.get(file.file, 0) >= file.rows:
            mine = [problem for problem in batch.problems if problem.file == file.file]
            first = next((one for one in mine if not one.message.startswith(WITH_ANOTHER)), mine[0])
            where = f"{first.column} {first.value!r}: " if first.column and first.value else ""
            raise NoGoodRow(file.file, first.line, where + first.message)

"""JSON in plain columns: an array, an object a line, or an object around them; an order's lines under `lines`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.errors import NotRecognised
from clientlens.sources.canonical import Kind, kind_of, names_of, plain_name
from clientlens.sources.csvfile import BadRow
from clientlens.sources.jsonfile import Record, read_json
from clientlens.sources.order_rows import OF_LINE
from clientlens.sources.plain import read_files
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.recordtable import RecordTable

NAME = "plain_json"
LINES = "lines"


def recognises(names: tuple[str, ...]) -> bool:
    """Whether the keys of the first record make a kind of plain file."""
    return kind_of(tuple(plain_name(name) for name in names if not name.endswith(":"))) is not None


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all plain JSON files of one call; see `Batch` for what comes back.

    Raises:
        BadJson: a file is not JSON throughout. NotRecognised: its records are of no kind.
        AmbiguousDates: see there.
    """
    return read_files(files, options, NAME, _table, "keys")


def _table(file: InputFile) -> tuple[Kind, RecordTable, list[str]]:
    found = read_json(file)
    keys = list(dict.fromkeys(key for record in found.records for key in record.value))
    kind = kind_of(tuple(plain_name(key) for key in keys))
    if kind is None:
        raise NotRecognised(
            file.name,
            "no plain file has records with these keys",
            "'clientlens template orders' writes all columns",
        )
    known = names_of(kind)
    rows: list[Row] = []
    bad = list(found.bad)
    for number, record in enumerate(found.records):
        fault = _fault(record)
        if fault is None:
            rows += _rows(record, number, nested=kind is Kind.ORDERS)
        else:
            bad.append(BadRow(record.line, (record.text,), fault))
    inner = {key for record in found.records for line in _lines(record) for key in line}
    unknown = [
        key for key in (*keys, *sorted(inner)) if plain_name(key) not in known and key.lower() != LINES
    ]
    bad.sort(key=lambda row: row.line)
    table = record_table(file, rows, known, records=found.rows, bad=tuple(bad), kind=kind)
    return kind, table, list(dict.fromkeys(unknown))


def _lines(record: Record) -> list[dict[str, Any]]:
    held = record.value.get(LINES)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _fault(record: Record) -> str | None:
    """What keeps a record from being read at all."""
    held = record.value.get(LINES)
    if held is not None and (not isinstance(held, list) or len(_lines(record)) < len(held)):
        return "lines are a list of objects"
    for level in (record.value, *_lines(record)):
        names = [plain_name(key) for key in level]
        for key, value in level.items():
            if isinstance(value, (list, dict)) and not (key == LINES and level is record.value):
                return f"{key} holds {'a list' if isinstance(value, list) else 'an object'}, not a value"
            if names.count(plain_name(key)) > 1:
                return f"{plain_name(key)} stands there twice"
    return None


def cells_of(values: dict[str, Any]) -> dict[str, str | None]:
    """Values by plain name, as text letter for letter; what holds others is left out."""
    return {
        plain_name(key): None
        if value is None
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for key, value in values.items()
        if not isinstance(value, (list, dict))
    }


def _rows(record: Record, number: int, *, nested: bool) -> list[Row]:
    cells = cells_of(record.value)
    texts = ((record.line, record.text),)
    if not nested or LINES not in record.value:
        return [Row(record.line, cells, texts=texts)]
    lines = [cells_of(line) for line in _lines(record)]
    if not lines:
        return [Row(record.line, cells, record=number, texts=texts)]
    of_order = {name: cell for name, cell in cells.items() if name not in OF_LINE}
    shared = {name: cell for name, cell in cells.items() if name in OF_LINE}
    first, *others = [{**shared, **line} for line in lines]
    return [
        Row(record.line, {**of_order, **first}, record=number, texts=texts),
        *(Row(record.line, line, record=number, weight=0) for line in others),
    ]


SOURCE = Source(
    name=NAME,
    title="plain JSON or JSON Lines (orders, clients, reviews, events, scans, requests)",
    doc="JSON of your own with the names that 'clientlens template orders' writes; lines nested under 'lines'.",
    recognises=recognises,
    read=read,
    layout=Layout.JSON,
)

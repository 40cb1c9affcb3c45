"""Reviews as Etsy gives them: `reviews.json` of 'Download your data'."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from clientlens.sources.canonical import Kind, names_of
from clientlens.sources.csvfile import BadRow
from clientlens.sources.jsonfile import read_json
from clientlens.sources.plain import read_plain
from clientlens.sources.plain_json import cells_of
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.recordtable import RecordTable

NAME = "etsy_reviews"
_KEYS = {
    "reviewer": "client_ref",
    "date_reviewed": "reviewed_at",
    "star_rating": "rating",
    "order_id": "order_id",
}


_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def recognises(names: tuple[str, ...]) -> bool:
    """Reviewer, date and stars, by Etsy's keys."""
    return set(names) >= set(_KEYS)


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all files of one call; see `Batch` for what comes back: reviews of the store that is being imported.

    A review for each article of an order gives equal rows; they are as many reviews. What was written is not stored.

    Raises:
        BadJson: a file is not JSON throughout.
    """
    tables = {
        Kind.REVIEWS: [_table(file, options.store, given=options.date_format is not None) for file in files]
    }
    return read_plain(tables, options, NAME, files)


def _days(texts: set[str]) -> dict[str, str]:
    """Etsy's dates (month first) as ISO; none where one of a file's is no such date: then another form is meant.

    Without that, a file of few reviews might be taken for one with the day first.
    """
    days = {}
    for text in texts:
        if (found := _MONTH_FIRST.fullmatch(text)) is None:
            continue
        try:
            days[text] = date(int(found[3]), int(found[1]), int(found[2])).isoformat()
        except ValueError:
            return {}
    return days


def _table(file: InputFile, store: str, *, given: bool) -> RecordTable:
    """given: whether the form of dates was said."""
    found = read_json(file)
    read = [cells_of(record.value) for record in found.records]
    days = {} if given else _days({cell for cells in read if (cell := cells.get("date_reviewed"))})
    rows = []
    bad = list(found.bad)
    for record, cells in zip(found.records, read, strict=True):
        odd = next((key for key in _KEYS if isinstance(record.value.get(key), (list, dict))), None)
        if odd is not None:
            bad.append(BadRow(record.line, (record.text,), f"{odd} holds a list or an object, not a value"))
            continue
        mine = {plain: cells.get(key) for key, plain in _KEYS.items()}
        mine["reviewed_at"] = days.get(mine["reviewed_at"] or "", mine["reviewed_at"])
        rows.append(
            Row(
                record.line,
                {**mine, "seller": store, "platform": "etsy"},
                texts=((record.line, record.text),),
            )
        )
    spelled = {plain: key for key, plain in _KEYS.items()}
    bad.sort(key=lambda row: row.line)
    return record_table(
        file, rows, names_of(Kind.REVIEWS), records=found.rows, bad=tuple(bad), spelled=spelled
    )


SOURCE = Source(
    name=NAME,
    title="Etsy reviews (JSON)",
    doc="Etsy, Account settings, Privacy, 'Request your data': reviews.json. Add --store with your shop's name.",
    recognises=recognises,
    read=read,
    layout=Layout.JSON,
)

"""A web server's access log (common or combined format): who opened the address of a letter's QR code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from clientlens.sources.canonical import Kind, names_of
from clientlens.sources.csvfile import BadRow
from clientlens.sources.plain import read_plain
from clientlens.sources.recordtable import Row, record_table
from clientlens.sources.source import Layout, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.batch import Batch, ReadOptions
    from clientlens.sources.input import InputFile
    from clientlens.sources.recordtable import RecordTable

NAME = "scan_log"
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(rf"^(\S+) \S+ (?:.*?) ?\[([^\]]+)\] {_QUOTED} (\d{{3}}) (?:\d+|-)(?: {_QUOTED} {_QUOTED})?")
_REQUEST = re.compile(r"^(GET|HEAD) (\S+) HTTP/[0-9.]+$")
_CODE = re.compile(r"/([A-Za-z0-9_-]{16,64})/?(?:[?#].*)?$")
"""The last part of a path: at least 80 random bits, which no ordinary page's name has the form of."""
_OWN_CODE = re.compile(r"[/=]([0-9A-HJKMNP-TV-Z]{16})(?=[/?&#.]|$)", re.IGNORECASE)
"""A code of ours anywhere else, in the path or the query: what else stands in queries (sessions, advertisers' marks) has
another form."""
_TIME = "%d/%b/%Y:%H:%M:%S %z"


def read(files: Sequence[InputFile], options: ReadOptions) -> Batch:
    """Read all access logs of one call; see `Batch` for what comes back: scans alone.

    Requests for anything but a code, failed ones and HEAD (which previews use) are skipped and counted. Addresses
    (IP) are not stored.
    """
    tables, notes, skipped = [], [], 0
    for file in files:
        table, others = _table(file)
        tables.append(table)
        skipped += others
        if others:
            notes.append(
                f"{file.name}: {others:,} requests for other pages, failed or from previews left out"
            )
    return replace(read_plain({Kind.SCANS: tables}, options, NAME, files, notes), rows_skipped=skipped)


def _table(file: InputFile) -> tuple[RecordTable, int]:
    rows: list[Row] = []
    bad: list[BadRow] = []
    skipped = records = 0
    for number, text in enumerate(file.text.decode().splitlines(), start=1):
        if not text.strip():
            continue
        records += 1
        found = LINE.match(text)
        at = None if found is None else _instant(found[2])
        if found is None or at is None:
            bad.append(BadRow(number, (text,), "not a line of an access log"))
            continue
        request = _REQUEST.match(found[3])
        code = None if request is None else _OWN_CODE.search(request[2]) or _CODE.search(request[2])
        if request is None or request[1] != "GET" or found[4][0] not in "23" or code is None:
            skipped += 1
            continue
        cells = {"code": code[1], "scanned_at": at, "user_agent": found[6]}
        rows.append(Row(number, cells, texts=((number, text),)))
    table = record_table(file, rows, names_of(Kind.SCANS), records=records, bad=tuple(bad), suffix=".log")
    return table, skipped


def _instant(text: str) -> str | None:
    try:
        return datetime.strptime(text, _TIME).isoformat(sep=" ")  # noqa: DTZ007  # the format has %z
    except ValueError:
        return None


SOURCE = Source(
    name=NAME,
    title="web server access log (scans of letters)",
    doc="The access log of the web server that answers the addresses in your letters' QR codes.",
    recognises=lambda names: not names,
    read=read,
    layout=Layout.LOG,
)

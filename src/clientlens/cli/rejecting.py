"""Rows set aside as files of the form they came in: corrected, they are imported as the first time."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.cli.context import Run
    from clientlens.model.batch import Batch, Rejects

_CSV = ".csv"
_OWN_SUFFIXES = {".jsonl": {".jsonl", ".ndjson"}, ".log": {".log"}}


def places(run: Run, name: str, batches: Sequence[Batch]) -> dict[str, list[Rejects]]:
    """What is to be written where: a file for each source and header, since others could not be imported together.

    bad.csv where there is but one, else bad.shopify_orders.csv, and bad.plain_csv-2.csv for a second header.
    """
    groups: dict[tuple[str, object], list[Rejects]] = {}
    for batch in batches:
        for one in batch.rejects:
            form = (one.header, one.delimiter, one.encoding, one.suffix, one.kind)
            groups.setdefault((batch.source, form), []).append(one)
    path = Path(name)
    if (run.folder / path).exists() and not (run.folder / path).is_file() and len(groups) == 1:
        # A device or a pipe has no other beside it.
        return {name: next(iter(groups.values()))}
    found: dict[str, list[Rejects]] = {}
    seen: dict[str, int] = {}
    for (source, _), rejects in groups.items():
        number = seen[source] = seen.get(source, 0) + 1
        part = "" if len(groups) == 1 else f".{source}" if number == 1 else f".{source}-{number}"
        found[_place_of(path, part, rejects[0].suffix)] = rejects
    return found


def _place_of(path: Path, part: str, suffix: str) -> str:
    """The name with a part before its suffix; which tells CSV from what is none."""
    if suffix == _CSV:
        json = path.suffix.lower() in _OWN_SUFFIXES[".jsonl"]
        return str(path.with_name(f"{path.stem}{part}{_CSV if json else path.suffix}"))
    if path.suffix.lower() in _OWN_SUFFIXES.get(suffix, ()):
        return str(path.with_name(f"{path.stem}{part}{path.suffix}"))
    stem = path.stem if path.suffix.lower() == _CSV else path.name
    return str(path.with_name(f"{stem}{part}{suffix}"))


def write(run: Run, found: dict[str, list[Rejects]]) -> None:
    """Write the files of `places`, each with a note.

    Raises:
        OutputExists, OutputFailed
    """
    from clientlens.analysis.wording import counted_noun
    from clientlens.cli.writing import write_file

    for place, rejects in found.items():
        data = _text_of(rejects).encode(rejects[0].encoding or "utf-8")
        write_file(run.folder / place, data, force=run.flags.force, shown=place)
        count = sum(one.rows.height for one in rejects)
        noun = "row" if rejects[0].header is not None else "record"
        run.console.note(
            f"note: wrote {counted_noun(count, noun)} to {place}, to be corrected and imported again"
        )


def _text_of(rejects: Sequence[Rejects]) -> str:
    """Rejects of one form: under their header, or line by line."""
    header = rejects[0].header
    if header is None:
        return "".join(f"{text}\n" for one in rejects for text in one.rows.to_series())
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rejects[0].delimiter, lineterminator="\n")
    writer.writerow(header)
    for one in rejects:
        # Of rows that were set aside alone; Polars would write headers with blank or equal names otherwise than they were.
        writer.writerows(one.rows.iter_rows())
    return out.getvalue()

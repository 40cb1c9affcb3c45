"""A print service's list of what became of letters: a CSV with a letter and a status in each row.

Columns, by name: the letter as letter_id, code or file; or position, for the letters of one run; status; and, if given,
date and reason. Headers and words of status are known in English, German and Italian.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from clientlens.campaigns.marking import MARKS, Mark, called
from clientlens.errors import NotRecognised
from clientlens.sources.csvfile import normalise, read_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.analysis.letter_history import Assigned
    from clientlens.sources.input import InputFile

_HEADERS = {
    "letter": ("letter_id", "letter id", "letter", "code", "file", "filename", "file name", "document", "reference",
               "brief", "datei", "dateiname", "dokument", "referenz", "lettera", "documento", "riferimento"),
    "position": ("position", "pos", "no", "nr", "posizione"),
    "status": ("status", "state", "zustand", "stato"),
    "date": ("date", "on", "day", "status date", "date of status", "delivery date", "timestamp", "datum", "am", "statusdatum",
             "zustelldatum", "zeitpunkt", "data", "data stato", "data consegna"),
    "reason": ("reason", "remark", "note", "comment", "grund", "bemerkung", "hinweis", "motivo"),
}  # fmt: skip
_WORDS = {
    "handed_over": ("handed over", "accepted", "received", "uploaded", "queued", "processing", "in production",
                    "angenommen", "übergeben", "hochgeladen", "in bearbeitung", "in produktion", "consegnato al servizio",
                    "accettato", "caricato", "in lavorazione"),
    "printed": ("printed", "sent", "posted", "dispatched", "shipped", "mailed", "gedruckt", "versendet", "versandt",
                "in transit", "on its way", "unterwegs", "in zustellung", "in transito", "in consegna", "verschickt", "aufgegeben", "eingeliefert", "stampato", "stampata", "spedito", "spedita", "inviato", "inviata"),
    "delivered": ("delivered", "zugestellt", "ausgeliefert", "consegnato", "consegnata", "recapitato", "recapitata"),
    "failed": ("failed", "error", "returned", "returned to sender", "undeliverable", "undelivered", "not delivered", "rejected", "cancelled", "fehlgeschlagen", "fehler",
               "retoure", "rückläufer", "unzustellbar", "nicht zustellbar", "nicht zugestellt", "abgelehnt", "storniert", "fallito", "fallita", "errore", "reso",
               "resa", "non recapitabile", "non consegnato", "non consegnata", "respinto", "respinta", "annullato", "annullata"),
}  # fmt: skip
STATUS_WORDS = {word: status for status, words in _WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class BadMark:
    """A row that nothing can be marked by: its physical line, and why."""

    line: int
    reason: str


def read_list(
    file: InputFile,
    letters: Mapping[str, Assigned],
    positions: Sequence[Assigned],
    *,
    today: date,
) -> tuple[list[tuple[Assigned, Mark]], list[BadMark], tuple[str, ...]]:
    """What the rows say, those that cannot be understood, and the columns that are passed over.

    Args:
        letters: see `marking.known_letters`. positions: of the run that the list is about, in its order; none: a position
            says nothing. today: the day of rows without a date; none may be later.

    Raises:
        NotRecognised: no column names letters, or none says a status.
        Unreadable, BadHeader, UnterminatedQuote
    """
    from clientlens.sources.csvfile import read_header

    header = read_header(file)
    columns = {
        what: next((name for name in header.names if name in {normalise(one) for one in names}), None)
        for what, names in _HEADERS.items()
    }
    if columns["status"] is None or (columns["letter"] is None and columns["position"] is None):
        raise NotRecognised(
            file.name,
            "this list does not say which letter came to which status",
            "it needs a column status, and one of letter_id, code, file or position",
        )
    table = read_csv(file, [name for name in columns.values() if name is not None], header)
    good: list[tuple[Assigned, Mark]] = []
    bad = [BadMark(one.line, one.message) for one in table.bad]
    # A line for each letter of a list that people read.
    for line, row in zip(table.lines.to_list(), table.frame.iter_rows(named=True), strict=True):
        cells = {what: row.get(name) if name else None for what, name in columns.items()}
        read = _read(cells, letters, positions, line, today)
        if isinstance(read, str):
            bad.append(BadMark(line, read))
        else:
            good.append(read)
    passed = tuple(
        cell for cell, name in zip(header.cells, header.names, strict=True) if name not in columns.values()
    )
    return good, sorted(bad, key=lambda one: one.line), passed


def _read(
    cells: Mapping[str, str | None],
    letters: Mapping[str, Assigned],
    positions: Sequence[Assigned],
    line: int,
    today: date,
) -> tuple[Assigned, Mark] | str:
    one = _letter(cells["letter"], cells["position"], letters, positions)
    if isinstance(one, str):
        return one
    said = normalise((cells["status"] or "").replace("_", " "))
    status = STATUS_WORDS.get(said)
    if status is None:
        return f"not a status: {cells['status']!r}; known are {', '.join(MARKS)} and words for them"
    on = today if not (cells["date"] or "").strip() else _day(str(cells["date"]))
    if on is None:
        return f"not a date: {cells['date']!r}; write 2026-11-25 or 25.11.2026"
    if on > today:
        return f"{on} is still to come"
    return one, Mark(one.letter_id, status, on, (cells["reason"] or "").strip() or None, line)


def _letter(
    name: str | None, position: str | None, letters: Mapping[str, Assigned], positions: Sequence[Assigned]
) -> Assigned | str:
    if name is not None:
        found = called(letters, name)
        return f"there is no letter {name!r}" if found is None else found
    if position is None:
        return "no letter is named"
    if not positions:
        return "a position counts within one run: name it with --campaign and --run"
    number = position.strip()
    if number.isascii() and number.isdigit() and 1 <= int(number) <= len(positions):
        return positions[int(number) - 1]
    return f"there is no position {position!r} in that run, it has {len(positions)}"


def _day(text: str) -> date | None:
    day = text.strip().replace("T", " ").split(" ")[0].rstrip(",")
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"):
        try:
            return datetime.strptime(day, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None

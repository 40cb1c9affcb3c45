"""What goes to the printer: the letters of one run in one PDF, and the manifest that says which page is whose.

Both are derived from the letters that are recorded as made, and from nothing else: where they are missing they are made
again. Each letter is in the files of the one run that made it, so that handing every run's files over prints none twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clientlens.errors import LetterDamaged
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.outputs.format import Style, format_for
from clientlens.workspace import kept
from clientlens.workspace.folder import CAMPAIGNS, disk_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from clientlens.analysis.letter_history import Assigned

MERGED, MANIFEST_CSV, MANIFEST_JSON = "letters.pdf", "manifest.csv", "manifest.json"
ADDRESS_LINES = 6

_HEAD = (
    Field("position", Kind.INTEGER, "of the letter in the merged file, from 1", nullable=False),
    Field("first_page", Kind.INTEGER, "its first page there, from 1", nullable=False),
    Field("pages", Kind.INTEGER, "how many it has", nullable=False),
    Field("letter_id", Kind.TEXT, "its id", nullable=False),
    Field("client_id", Kind.TEXT, "whom it is to; null: no record names them any more"),
    Field("code", Kind.TEXT, "what its QR code says", nullable=False),
    Field("file", Kind.TEXT, "its own PDF, from this folder", nullable=False),
    Field("sha256", Kind.TEXT, "of that PDF", nullable=False),
)
MANIFEST_FIELDS = (*_HEAD, Field("address", Kind.TEXTS, "lines of the address", nullable=False))
_CSV_FIELDS = (
    *_HEAD,
    *(
        Field(f"address_{number}", Kind.TEXT, "a line of the address")
        for number in range(1, ADDRESS_LINES + 1)
    ),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one run. folder: in the workspace. letters, pages: how many are in the merged file."""

    run: str
    folder: Path
    letters: int
    pages: int

    @property
    def merged(self) -> Path:
        """All letters in one PDF."""
        return self.folder / MERGED

    @property
    def manifest(self) -> Path:
        """The manifest as CSV; the JSON beside it says the same."""
        return self.folder / MANIFEST_CSV


def write_missing(
    path: Path,
    campaign: str,
    letters: Iterable[Assigned],
    owners: Mapping[str, str],
    merge: Callable[[Iterable[bytes], str], bytes],
) -> list[Bundle]:
    """Write the files of every run of a campaign that are not there; the workspace is held for writing.

    Args:
        letters: of the campaign, the first one first. owners: person_key -> client_id, as of today.

    Returns:
        The runs of which anything was written.

    Raises:
        LetterDamaged: a letter is not what was made. WorkspaceReadOnly, DiskFailed
    """
    runs: dict[str, list[Assigned]] = {}
    for one in letters:
        if one.run and one.pdf is not None:
            runs.setdefault(one.run, []).append(one)
    done = []
    for name, some in runs.items():
        folder = path / CAMPAIGNS / campaign / name
        with disk_errors(folder):
            missing = [
                file for file in (MERGED, MANIFEST_CSV, MANIFEST_JSON) if not (folder / file).is_file()
            ]
        if missing:
            made = [_as_run_made(path, one) for one in some]
            _write(path, f"{CAMPAIGNS}/{campaign}/{name}", made, owners, merge, missing)
            done.append(Bundle(name, folder, len(made), sum(one.pages for one in made)))
    return done


def _as_run_made(path: Path, one: Assigned) -> Assigned:
    """A letter with the PDF that its run made, not one that was drawn anew since, unless that is all there is."""
    first = one.first
    if first is None or first.pdf == one.pdf:
        return one
    if kept.fault_of(path, kept.Kept(first.pdf, first.sha256, first.bytes)) is not None:
        return one
    return replace(
        one,
        pdf=first.pdf,
        sha256=first.sha256,
        size=first.bytes,
        pages=first.pages,
        address=first.address,
    )


def _write(
    path: Path,
    place: str,
    letters: Sequence[Assigned],
    owners: Mapping[str, str],
    merge: Callable[[Iterable[bytes], str], bytes],
    missing: Iterable[str],
) -> None:
    folder = kept.make_folder(path, place)
    made = {
        MERGED: lambda: merge((read_letter(path, one) for one in letters), place.rsplit("/", 1)[-1]),
        MANIFEST_CSV: lambda: manifest(letters, owners, "csv"),
        MANIFEST_JSON: lambda: manifest(letters, owners, "json"),
    }
    for name in missing:
        kept.put(path, f"{place}/{name}", made[name]())
    with disk_errors(folder):
        sync_folder(folder)


def read_letter(path: Path, one: Assigned) -> bytes:
    """A letter's PDF as it was made.

    Raises:
        LetterDamaged: it is missing or changed. WorkspaceReadOnly, DiskFailed
    """
    file = kept.Kept(str(one.pdf), str(one.sha256), one.size)
    told = kept.fault_of(path, file)
    if told is not None:
        raise LetterDamaged(str(path / file.path), told)
    with disk_errors(path / file.path):
        return (path / file.path).read_bytes()


def manifest(letters: Sequence[Assigned], owners: Mapping[str, str], form: str) -> bytes:
    """The manifest as csv (a column for each line of the address) or json."""
    rows, page = [], 1
    for position, one in enumerate(letters, 1):
        file = f"../{str(one.pdf).rsplit('/', 1)[-1]}"
        head = (
            position,
            page,
            one.pages,
            one.letter_id,
            owners.get(one.person_key),
            one.code,
            file,
            one.sha256,
        )
        page += one.pages
        blank = [None] * (ADDRESS_LINES - len(one.address))
        rows.append((*head, *one.address, *blank) if form == "csv" else (*head, list(one.address)))
    fields = _CSV_FIELDS if form == "csv" else MANIFEST_FIELDS
    answer = Answer("manifest", fields, frame_of(fields, rows), "UTC")
    return format_for(form, None).write(answer, Style())

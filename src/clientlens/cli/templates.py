"""The body of `template`."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from clientlens.errors import BadCombination, UnknownTemplate

if TYPE_CHECKING:
    from pathlib import Path

    from clientlens.cli.context import Run

MAPPING = "mapping"
_READY_MADE = (("letters", ".md"), ("messages", ".txt"))


def carry_out(
    run: Run, name: str, *, from_: str | None, encoding: str | None, output: str | None, force: bool
) -> None:
    """Print a template, or write it to a file.

    Raises:
        UnknownTemplate; BadCombination: --from or --encoding where nothing is drafted.
        Unreadable, BadEncoding, NotRecognised: of the file to draft from. OutputExists, OutputFailed.
    """
    from clientlens.cli.writing import may_write, write_file
    from clientlens.sources.canonical import Kind
    from clientlens.sources.draft import drafted
    from clientlens.sources.input import open_input
    from clientlens.sources.reading import known_as
    from clientlens.sources.templates import SKELETON, template

    names, ready_made = [*(kind.value for kind in Kind), MAPPING], _ready_made()
    if name not in names and name not in ready_made:
        close = difflib.get_close_matches(name, [*names, *ready_made], n=1)
        raise UnknownTemplate(name, close[0] if close else None, names)
    if from_ is not None and name != MAPPING:
        raise BadCombination(f"template {name}", "--from")
    if encoding is not None and from_ is None:
        raise BadCombination("template without --from", "--encoding")
    path = None if output in (None, "-") else output
    if path is not None:
        may_write(run.folder / path, force=force, shown=path)
    if name in ready_made:
        text = ready_made[name].read_text("utf-8")
    elif name != MAPPING:
        text = template(Kind(name))
    elif from_ is None:
        text = SKELETON
    else:
        file = open_input(from_, encoding=encoding, stdin=run.stdin, folder=str(run.folder))
        known = known_as(file)
        text = drafted(file, known)
        if known is not None:
            run.console.note(f"note: {file.name} is recognised as {known} and needs no mapping")
    if path is None:
        run.console.data(text.encode())
    else:
        write_file(run.folder / path, text.encode(), force=force, shown=path)


def _ready_made() -> dict[str, Path]:
    """The letters and messages that come with the program, by the names of their files."""
    from clientlens.packaged import by_language

    kinds = [by_language(folder, suffix) for folder, suffix in _READY_MADE]
    return {file.name: file for kind in kinds for files in kind.values() for file in files.values()}

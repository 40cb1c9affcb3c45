"""The notes and problems of an import as they are told; notes that several files say alike are said once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clientlens.problems import Problem
    from clientlens.workspace.importing import ImportResult

_MANY_FILES = 3
_COUNTED = re.compile(r"([0-9]+) ([a-z]+?)s? (.*)")


def gathered_notes(result: ImportResult) -> list[str]:
    """The notes; one that three files or more give alike is given once, with their number.

    Notes of no file come from each source of its own: those that count the same are added up.
    """
    names = {file.file for file in result.files}
    alike: dict[str, list[str]] = {}
    for note in _added_up(result.notes):
        file, _, said = note.partition(": ")
        key = said if file in names else note
        alike.setdefault(key, []).append(file if file in names else "")
    told = []
    for said, files in alike.items():
        if not files[0]:
            told.append(said)
        elif len(files) >= _MANY_FILES:
            told.append(f"{len(files)} files: {re.sub(r'^its ', 'their ', said)}")
        else:
            told += [f"{file}: {said}" for file in files]
    return told


def _added_up(notes: tuple[str, ...]) -> list[str]:
    """'1 offer left out' and '2 offers left out' become '3 offers left out', where the first stood."""
    from clientlens.analysis.wording import counted_noun

    alike: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for note in notes:
        found = _COUNTED.fullmatch(note)
        key = found.groups()[1:] if found else (note,)
        alike.setdefault(key, []).append((int(found[1]) if found else 0, note))
    return [
        f"{counted_noun(sum(count for count, _ in same), key[0])} {key[1]}"
        if len(key) > 1 and len(same) > 1
        else same[0][1]
        for key, same in alike.items()
    ]


def problem_told(problem: Problem) -> str:
    """`orders.csv:12: Total '1.2.3': what is wrong`."""
    place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
    if problem.column is None:
        return f"{place}: {problem.message}"
    cell = problem.column if problem.value is None else f"{problem.column} {problem.value!r}"
    return f"{place}: {cell}: {problem.message}"

"""What an output format is, and the ones there are: one file each, found by its constant `FORMAT`."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

import clientlens.outputs as package
from clientlens.errors import UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientlens.model.answer import Answer

ROWS_IN_A_TABLE = 50


@dataclass(frozen=True, slots=True)
class Style:
    """How to write an answer where a format leaves a choice.

    width: characters a table may take; None: as wide as it is. limit: rows of a table; 0: all.
    csv_safe: guard text cells of CSV that a spreadsheet would run as a formula.
    """

    width: int | None = None
    color: bool = False
    limit: int = ROWS_IN_A_TABLE
    csv_safe: bool = True


@dataclass(frozen=True, slots=True)
class Format:
    """One output format. `notes_inside`: it says itself what an answer leaves out."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Answer, Style], bytes]
    notes_inside: bool = False


@cache
def formats() -> dict[str, Format]:
    """Every format by name, the table first."""
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in sorted(found, key=lambda one: (one.name != "table", one.name))}


def format_for(name: str | None, file: str | None) -> Format:
    """The format asked for: by its name, else by the file's suffix, else a table.

    Raises:
        UnknownFormat: also for a file whose ending no format has, rather than a table under a wrong name.
    """
    known = formats()
    if name is not None:
        if name not in known:
            raise UnknownFormat(name, list(known))
        return known[name]
    if file is None or file == "-":
        return known["table"]
    suffix = PurePath(file).suffix.lower()
    found = next((one for one in known.values() if suffix in one.suffixes), None)
    if found is None:
        raise UnknownFormat(suffix or PurePath(file).name, list(known))
    return found

"""What a letter's text is made of: one file per kind, each with one constant ELEMENT."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clientlens.letters.rows import Element, Row, Setting


@cache
def elements() -> dict[type, Element]:
    """Every kind by the class of its content, found by the names of the files here."""
    found = (import_module(f"{__name__}.{info.name}").ELEMENT for info in pkgutil.iter_modules(__path__))
    return {element.content: element for element in found}


def rows_of(block: Any, width_mm: float, setting: Setting) -> tuple[Row, ...]:
    """The rows of a block of whatever kind. Raises: CannotDraw."""
    return elements()[type(block)].rows(block, width_mm, setting)

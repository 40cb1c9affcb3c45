"""The directives, found by looking into this package: a new one is one new file with a `DIRECTIVE`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from clientlens.letters import directives
from clientlens.letters.directives.directive import Directive


@cache
def load() -> dict[str, Directive]:
    """Every directive, by word, in the order of the words."""
    found: dict[str, Directive] = {}
    for info in pkgutil.iter_modules(directives.__path__):
        module = importlib.import_module(f"{directives.__name__}.{info.name}")
        one = getattr(module, "DIRECTIVE", None)
        if isinstance(one, Directive):
            found[one.word] = one
    return dict(sorted(found.items()))

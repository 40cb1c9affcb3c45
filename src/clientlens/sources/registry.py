"""The export formats, found by looking into this package: a new format is one new file with a `SOURCE`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from clientlens import sources
from clientlens.sources.source import Source


@cache
def load() -> dict[str, Source]:
    """Every format known, by name, in the order of the names."""
    found: dict[str, Source] = {}
    for info in pkgutil.iter_modules(sources.__path__):
        module = importlib.import_module(f"{sources.__name__}.{info.name}")
        source = getattr(module, "SOURCE", None)
        if isinstance(source, Source):
            found[source.name] = source
    return dict(sorted(found.items()))

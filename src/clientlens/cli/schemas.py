"""Which answers have a JSON Schema: each command module lists its own in `ANSWERS`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from clientlens.cli import commands
from clientlens.errors import UnknownSchema

SINGLE = frozenset(
    {
        "checkouts --summary",
        "cohorts --summary",
        "campaigns check",
        "campaigns plan",
        "campaigns run",
        "campaigns results",
        "client",
        "client --lines",
        "groups add",
        "groups delete",
        "groups remove",
        "groups rule",
        "import",
        "letters mark",
        "letters reprint",
        "letters show",
        "message",
        "points add",
        "points add-all",
        "points subtract",
        "requests accept",
        "requests approve",
        "requests decline",
        "requests report",
        "requests rules show",
        "requests show",
        "requests withdraw",
        "workspace check --repair",
        "workspace status",
        "workspace undo",
        "workspace vacuum",
    }
)
"""Answers that are one object rather than an array."""


@cache
def _answers() -> dict[str, str]:
    """Name of the answer -> 'module:FIELDS'."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(commands.__path__):
        found |= getattr(importlib.import_module(f"{commands.__name__}.{module.name}"), "ANSWERS", {})
    return dict(sorted(found.items()))


def schema_names() -> list[str]:
    """Every answer that has a schema, by name."""
    return list(_answers())


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of what `clientlens NAME --json` prints.

    Raises:
        UnknownSchema
    """
    from clientlens.outputs.schema import json_schema

    if name not in _answers():
        raise UnknownSchema(name, schema_names())
    module, fields = _answers()[name].split(":")
    return json_schema(name, getattr(importlib.import_module(module), fields), single=name in SINGLE)

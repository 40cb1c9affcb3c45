"""The JSON Schema of an answer (draft 2020-12), from its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.answer import Field

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.MONEY: {"type": "number"},
    Kind.SCALED: {"type": "number"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
}


def json_schema(name: str, fields: Sequence[Field], *, single: bool = False) -> dict[str, Any]:
    """The schema of what `--json` prints for these fields."""
    row = _object(fields)
    body = row if single else {"type": "array", "items": row}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name, **body}


def _object(fields: Sequence[Field]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, Any]:
    match field.kind:
        case Kind.OBJECT:
            found = _object(field.fields)
        case Kind.LIST:
            found = {"type": "array", "items": _object(field.fields)}
        case _:
            found = dict(_TYPES[field.kind])
    if field.values:
        found["enum"] = [*field.values, None] if field.nullable else list(field.values)
    if field.nullable:
        found["type"] = [found["type"], "null"]
    return {"description": field.doc, **found}

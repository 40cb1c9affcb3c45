"""Values of Shopify's API objects: the same names in REST (`total_price`) and GraphQL (`totalPriceSet`).

Everything is asked for by its REST name; GraphQL's spelling of it is tried as well. What is of a type that cannot stand
there (a list where text is expected) is told, never taken for nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

Object = dict[str, Any]

_GID = re.compile(r"^gid://shopify/([A-Za-z]+)/([^/?]+)(?:\?.*)?$")
_TOKEN = re.compile(r"/checkouts/(?:[a-z]{2}/)?([0-9A-Za-z_-]{16,})(?:[/?]|$)")
_TYPES: dict[type, str] = {dict: "an object", list: "a list", bool: "true or false"}


class ShapeError(ValueError):
    """A value is of a type that cannot stand under its key."""


def _wrong(name: str, value: object, wanted: str) -> ShapeError:
    return ShapeError(f"{name} holds {_TYPES.get(type(value), 'a text or number')}, not {wanted}")


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """GraphQL's spelling of a REST name: 'total_price' -> 'totalPrice'."""
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def value_at(holder: Object, name: str) -> Any:
    """What stands under a name in either spelling; None where nothing does."""
    found = holder.get(name)
    return holder.get(camel(name)) if found is None else found


def has(holder: Object, name: str) -> bool:
    """Whether the name is there at all, be it with null."""
    return name in holder or camel(name) in holder


def text(holder: Object, *names: str) -> str | None:
    """The first of these texts (or numbers, as they are written) that is not blank.

    Raises:
        ShapeError
    """
    for name in names if holder else ():
        found = value_at(holder, name)
        if found is None:
            continue
        if not isinstance(found, str):
            raise _wrong(name, found, "a text")
        if found.strip():
            return str(found)
    return None


def truth(holder: Object, name: str) -> bool | None:
    """True, false, or None where it is not said.

    Raises:
        ShapeError
    """
    found = value_at(holder, name)
    if found is None or isinstance(found, bool):
        return found
    raise _wrong(name, found, "true or false")


def inner(holder: Object, name: str) -> Object:
    """An object in the object; an empty one where there is none.

    Raises:
        ShapeError
    """
    found = value_at(holder, name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _wrong(name, found, "an object")
    return found


def items(holder: Object, name: str) -> list[Object]:
    """The objects of a list; none where there is no list.

    Raises:
        ShapeError
    """
    found = value_at(holder, name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise (
            _wrong(name, found, "a list of objects")
            if not isinstance(found, list)
            else ShapeError(f"{name} holds something that is no object")
        )
    return found


def texts(holder: Object, name: str, key: str) -> str | None:
    """Several texts, comma-joined: a list of texts, of objects with the text under `key`, or joined already.

    Raises:
        ShapeError
    """
    found = value_at(holder, name)
    if found is None or isinstance(found, str):
        return str(found) if found else None
    if not isinstance(found, list):
        raise _wrong(name, found, "a list")
    parts = [text(one, key) if isinstance(one, dict) else text({name: one}, name) for one in found]
    return ", ".join(part for part in parts if part) or None


def own_id(holder: Object, name: str = "id") -> str | None:
    """An id as REST has it: '1001', also of 'gid://shopify/Order/1001'.

    Raises:
        ShapeError
    """
    found = text(holder, name)
    gid = _GID.match(found) if found else None
    return gid[2] if gid else found


def type_of(holder: Object) -> str:
    """What an object of a bulk operation is ('Order'): as it says itself, else by its gid; '' where neither tells.

    Raises:
        ShapeError
    """
    said = text(holder, "__typename")
    if said:
        return said
    gid = _GID.match(text(holder, "id") or "")
    return gid[1] if gid else ""


def token_of(address: str | None) -> str | None:
    """The checkout's token in the address under which a client takes it up again."""
    found = _TOKEN.search(address) if address else None
    return found[1] if found else None

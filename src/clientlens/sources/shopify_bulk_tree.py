"""Lines of a bulk operation as trees: children find their parent by `__parentId`, wherever in the file it stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clientlens.sources.csvfile import BadRow
from clientlens.sources.shopify_objects import ShapeError, text, type_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.sources.jsonfile import JsonFile, Record

_DEEPEST = 20
"""Bulk operations nest connections two deep."""
_PARENT = re.compile(r'"__parentId"\s*:\s*"([^"\\]+)"')


@dataclass(slots=True, eq=False)
class Node:
    """A line of the file.

    type: of the object, '' where nothing tells. parent: the line it hangs on. members: of a root, itself and then all
    that hang on it, in the order of the file; a root inside another has its own. fault: why a root cannot be taken.
    """

    record: Record
    type: str
    parent_id: str | None
    parent: Node | None = None
    members: list[Node] = field(default_factory=list)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """roots: the lines that hang on no other, and those of the types asked for. bad: lines that belong nowhere."""

    roots: tuple[Node, ...]
    bad: tuple[BadRow, ...]


class _Index:
    """Lines by id. Of several with one id a child belongs to the last one before it, else to the first."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.by_id: dict[str, list[Node]] = {}
        for node in nodes:
            own = node.record.value.get("id")
            if isinstance(own, str):
                self.by_id.setdefault(own, []).append(node)

    def find(self, own_id: str, line: int) -> Node | None:
        found = self.by_id.get(own_id)
        if not found:
            return None
        before = bisect_left(found, line, key=lambda node: node.record.line)
        return found[max(before - 1, 0)]


def grow(file: JsonFile, root_types: Sequence[str]) -> Tree:
    """Every line in its place.

    Args:
        root_types: types that are roots even where they hang on something (a customer's orders).
    """
    bad: list[BadRow] = list(file.bad)
    nodes = []
    for record in file.records:
        try:
            nodes.append(Node(record, type_of(record.value), text(record.value, "__parentId")))
        except ShapeError as error:
            bad.append(BadRow(record.line, (record.text,), str(error)))
    index = _Index(nodes)
    for node in nodes:
        if node.parent_id is not None:
            node.parent = index.find(node.parent_id, node.record.line)
    roots = []
    for node in nodes:
        root = _root_of(node, root_types)
        if isinstance(root, str):
            bad.append(BadRow(node.record.line, (node.record.text,), root))
            continue
        if root is node:
            roots.append(node)
            root.members.insert(0, node)
        else:
            root.members.append(node)
    _tell_roots(file.bad, index, root_types)
    return Tree(tuple(roots), tuple(bad))


def _root_of(node: Node, root_types: Sequence[str]) -> Node | str:
    """The root it hangs on, or why there is none."""
    for _ in range(_DEEPEST):
        if node.type in root_types:
            return node
        if node.parent is None:
            if node.parent_id is not None:
                return f"its parent {node.parent_id} is not in the file"
            return node if node.type else "neither __typename nor id tells what it is, and it has no parent"
        node = node.parent
    return "its parents go round in a circle"


def _tell_roots(bad: Sequence[BadRow], index: _Index, root_types: Sequence[str]) -> None:
    """A line that cannot be read makes the root incomplete that it says it hangs on."""
    for row in bad:
        named = _PARENT.search(row.cells[0])
        parent = index.find(named[1], row.line) if named else None
        root = _root_of(parent, root_types) if parent is not None else None
        if isinstance(root, Node):
            root.fault = f"line {row.line}, which belongs to it, cannot be read"

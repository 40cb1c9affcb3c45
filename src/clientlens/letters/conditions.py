"""Conditions of templates, `{if points >= 100}`: the grammar of `--where`, asked of one client's placeholders.

A name alone asks whether it is known, and not 0. What is compared with something unknown is neither true nor false, as
in expressions; the letter then says what stands under `{else}`.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clientlens.analysis.expression_tree import names_in, parse
from clientlens.analysis.placeholders import BY_NAME
from clientlens.errors import BadExpression
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.analysis.expression_tree import Node
    from clientlens.analysis.placeholder_values import Known

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS = frozenset({Kind.INTEGER, Kind.MONEY})
_CALLED = {Kind.INTEGER: "a number", Kind.MONEY: "a number", Kind.DATE: "a day", Kind.TEXT: "text"}
_TRUTHS = frozenset({"and", "or", "not", "compare", "between", "in", "is", "name"})


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read."""

    node: Node

    @property
    def names(self) -> frozenset[str]:
        """The placeholders that it asks about."""
        return names_in(self.node)

    def holds(self, known: Known) -> bool:
        """Whether it is true of a client."""
        return _truth(self.node, known) is True


class BadConditionError(ValueError):
    """What is wrong with a condition."""


def read_condition(text: str, meant: Callable[[str], str]) -> Condition:
    """A condition out of its text.

    Args:
        meant: ' (did you mean …?)' of a name that is no placeholder.

    Raises:
        BadConditionError
    """
    try:
        node = parse(text)
    except BadExpression as error:
        told = error.message.replace("the expression", "the condition")
        raise BadConditionError(f"{told}: {error.hint}") from None
    for name in sorted(names_in(node)):
        if name not in BY_NAME or BY_NAME[name].block:
            raise BadConditionError(f"no placeholder is called {name!r}{meant(name)}")
    _check(node)
    return Condition(node)


def _check(node: Node) -> None:
    """See that truths are where truths belong, and values of one kind beside each other."""
    if node.kind not in _TRUTHS:
        raise BadConditionError(
            "a condition asks for a placeholder, {if city}, or compares one, {if points >= 100}; with and, or, not"
        )
    if node.kind in {"and", "or", "not"}:
        for part in node.parts:
            _check(part)
    elif node.kind == "is":
        if node.value is not None:
            raise BadConditionError("'is' is followed by null or not null")
        _kind(node.parts[0])
    elif node.kind != "name":
        kinds = [_kind(part) for part in node.parts]
        if not _alike(kinds, node.parts):
            told = " and ".join(dict.fromkeys(_CALLED[kind] for kind in kinds))
            raise BadConditionError(f"{told} cannot be compared")


def _alike(kinds: Sequence[Kind], parts: Sequence[Node]) -> bool:
    if Kind.DATE not in kinds:
        return len(set(kinds)) == 1
    return all(
        kind is Kind.DATE or (part.kind == "text" and _day(str(part.value)) is not None)
        for kind, part in zip(kinds, parts, strict=True)
    )


def _kind(node: Node) -> Kind:
    """Of a value, numbers all as INTEGER."""
    match node.kind:
        case "name":
            one = BY_NAME[str(node.value)]
            if one.skeleton:
                raise BadConditionError(f"{one.name} has no year: ask {{if {one.name}}} alone")
            kind = one.kind
            return Kind.INTEGER if kind in _NUMBERS else kind
        case "number":
            return Kind.INTEGER
        case "negative" if node.parts[0].kind == "number":
            return Kind.INTEGER
        case "text":
            return Kind.TEXT
        case "date":
            return Kind.DATE
        case _:
            raise BadConditionError("values are placeholders, numbers, 'text' and date '2026-03-31'")


def _truth(node: Node, known: Known) -> bool | None:
    match node.kind:
        case "and" | "or":
            return _all([_truth(part, known) for part in node.parts], decides=node.kind == "or")
        case "not":
            return _not(_truth(node.parts[0], known))
        case "name":
            return known.value(str(node.value)) not in {None, "", 0}
        case "is":
            return (known.value(str(node.parts[0].value)) is None) is not node.negated
    as_days = any(_kind(part) is Kind.DATE for part in node.parts)
    left, *others = (_value(part, known, as_days=as_days) for part in node.parts)
    match node.kind:
        case "compare":
            return _compared(str(node.value), left, others[0])
        case "between":
            ends = [_compared(">=", left, others[0]), _compared("<=", left, others[1])]
            found = _all(ends, decides=False)
        case _:
            found = _all([_compared("=", left, one) for one in others], decides=True)
    return _not(found) if node.negated else found


def _all(truths: list[bool | None], *, decides: bool) -> bool | None:
    """`or` where True decides, `and` where False does."""
    if decides in truths:
        return decides
    return None if None in truths else not decides


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    return None if left is None or right is None else _COMPARE[sign](left, right)


def _value(node: Node, known: Known, *, as_days: bool) -> Any:
    match node.kind:
        case "name":
            return known.value(str(node.value))
        case "number":
            return Decimal(str(node.value))
        case "negative":
            return -Decimal(str(node.parts[0].value))
        case "text" if not as_days:
            return str(node.value)
        case _:
            return _day(str(node.value))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None

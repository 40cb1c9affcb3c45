"""Expressions (`--where`): the WHERE part of SQL over one row per client, answered client by client.

`expression_words` and `expression_tree` decide what may be asked; here the names are looked up, the types are checked
and the answer is worked out, each part once for all clients. An expression that says of a client neither yes nor no
(something in it is not known) does not choose it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis import expression_values as values
from clientlens.analysis.expression_tree import Node, day_of, parse
from clientlens.analysis.expression_values import Refused, Type, Value
from clientlens.analysis.like import like_pattern
from clientlens.errors import BadExpression
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

_NAMES = "'clientlens metrics --describe' lists every name; a text stands in quotes: 'text'"
_MORE = "docs/expressions.md says what goes with what"


@dataclass(frozen=True, slots=True)
class Column:
    """A name that an expression may use, and the column of the table that it stands for.

    kind: TEXT, INTEGER, MONEY (minor units of the home currency), SCALED (10^-scale), DATE, INSTANT (counts as its
    local day) or BOOLEAN; columns of other kinds are known, but cannot be compared.
    unit, doc: for the documentation. values: all that a TEXT column can be, where that is a closed list.
    """

    name: str
    kind: Kind
    doc: str
    unit: str = ""
    scale: int = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A function of one text in quotes, such as bought('Candle%'), that says yes or no of every client.

    find: the client_ids for which it is yes; it may raise `Refused`.
    """

    name: str
    doc: str
    find: Callable[[str], Collection[str]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one value."""

    doc: str
    takes: Type
    work: Callable[[Value], Value]


SIMPLE = {
    "lower": Function("text in small letters", Type.TEXT, values.lower),
    "upper": Function("text in capital letters", Type.TEXT, values.upper),
    "length": Function("characters of a text", Type.TEXT, values.length),
    "abs": Function("a number without its sign", Type.NUMBER, values.absolute),
}
FUNCTIONS = {
    **{name: function.doc for name, function in SIMPLE.items()},
    "coalesce": "the first of its values that is known, such as coalesce(total_spend, 0)",
}
"""Every function, and what it says; beside those that are `Asked` of the facts."""


def chosen(
    text: str,
    table: pl.DataFrame,
    *,
    columns: Sequence[Column],
    asked: Sequence[Asked] = (),
    as_of: date,
    timezone: str,
    decimals: int,
) -> pl.DataFrame:
    """The rows of which an expression is true, in their order.

    Args:
        text: the expression.
        table: `client_id` and the columns that `columns` names, one row per client.
        columns, asked: what it may speak of besides `as_of` and `FUNCTIONS`.
        as_of: the day that `as_of` means.
        timezone: IANA zone in which instants are days.
        decimals: of the home currency.

    Raises:
        BadExpression: it is none, uses a name that there is not, or compares what cannot be compared.
    """
    tree = parse(text)
    evaluation = _Evaluation(text, table, columns, asked, as_of, timezone, decimals)
    answer = evaluation.condition(tree)
    if len(answer) != table.height:
        answer = answer.new_from_index(0, table.height)
    return table.filter(answer.fill_null(value=False))


class _Evaluation:
    """One expression asked of one table."""

    def __init__(
        self,
        text: str,
        table: pl.DataFrame,
        columns: Iterable[Column],
        asked: Iterable[Asked],
        as_of: date,
        timezone: str,
        decimals: int,
    ) -> None:
        self._text = text
        self._table = table
        self._columns = {column.name: column for column in columns}
        self._asked = {one.name: one for one in asked}
        self._as_of = as_of
        self._timezone = timezone
        self._decimals = decimals

    def condition(self, node: Node) -> pl.Series:
        """Boolean, null where it is not known; one row where it is the same for every client."""
        value = self._value(node)
        if value.type is not Type.BOOLEAN:
            hint = "compare it with something, such as completed_orders >= 3"
            raise self._bad(node, f"this is {value.type}, not a condition", hint)
        return value.series

    def _value(self, node: Node) -> Value:
        try:
            return getattr(self, f"_of_{node.kind}")(node)  # type: ignore[no-any-return]
        except Refused as error:
            raise self._bad(node, error.reason, error.hint) from None

    def _of_and(self, node: Node) -> Value:
        return _truth(reduce(and_, (self.condition(part) for part in node.parts)))

    def _of_or(self, node: Node) -> Value:
        return _truth(reduce(or_, (self.condition(part) for part in node.parts)))

    def _of_not(self, node: Node) -> Value:
        return _truth(~self.condition(node.parts[0]))

    def _of_compare(self, node: Node) -> Value:
        left, right = node.parts
        one, other = self._value(left), self._value(right)
        return _truth(self._compared(str(node.value), left, right, one, other, node))

    def _of_between(self, node: Node) -> Value:
        subject, low, high = node.parts
        value = self._value(subject)
        above = self._compared(">=", subject, low, value, self._value(low), node)
        below = self._compared("<=", subject, high, value, self._value(high), node)
        return _truth(_turned(above & below, node))

    def _of_in(self, node: Node) -> Value:
        subject, *listed = node.parts
        value = self._value(subject)
        same = [self._compared("=", subject, one, value, self._value(one), node) for one in listed]
        return _truth(_turned(reduce(or_, same), node))

    def _of_like(self, node: Node) -> Value:
        subject, pattern = node.parts
        value = self._value(subject)
        if value.type is not Type.TEXT:
            raise self._bad(node, f"{self._part(subject)} is {value.type}, and like compares texts", _MORE)
        matches = like_pattern(str(pattern.value), sensitive=node.sensitive, escape=str(node.value))
        found = value.series.str.contains(matches)
        return _truth(_turned(found, node))

    def _of_is(self, node: Node) -> Value:
        part = node.parts[0]
        value = self._value(part)
        if node.value is None:
            if value.type is Type.INTERVAL:
                raise self._bad(node, "a length of time is always known", _MORE)
            return _truth(_turned(~values.known(value), node))
        if value.type is not Type.BOOLEAN:
            raise self._bad(
                node, f"{self._part(part)} is {value.type}, not a condition", "write = instead of is"
            )
        right = value.series if node.value else ~value.series
        return _truth(_turned(right.fill_null(value=False), node))

    def _of_arithmetic(self, node: Node) -> Value:
        left, right = (self._value(part) for part in node.parts)
        sign = str(node.value)
        if {left.type, right.type} & {Type.DATE, Type.INTERVAL}:
            left = self._as_day(left, node.parts[0])
            right = self._as_day(right, node.parts[1])
        match left.type, sign, right.type:
            case Type.NUMBER, _, Type.NUMBER:
                work = {"+": values.plus, "-": values.minus, "*": values.times, "/": values.over}
                return work[sign](left, right)
            case Type.DATE, "+" | "-", Type.INTERVAL:
                return values.moved(left, right.span, 1 if sign == "+" else -1)
            case Type.INTERVAL, "+", Type.DATE:
                return values.moved(right, left.span, 1)
            case Type.DATE, "-", Type.DATE:
                return values.days_between(left, right)
            case _:
                reason = f"{self._told(node.parts[0], left)}, {self._told(node.parts[1], right)}: {sign} does not go with them"
                raise self._bad(node, reason, "days are added as in last_order_date + interval '30 days'")

    def _of_negative(self, node: Node) -> Value:
        part = node.parts[0]
        value = self._value(part)
        if value.type is not Type.NUMBER:
            raise self._bad(node, f"{self._told(part, value)}, and only numbers have a sign", _MORE)
        return values.negative(value)

    def _of_number(self, node: Node) -> Value:
        return values.number(str(node.value))

    def _of_text(self, node: Node) -> Value:
        return values.constant(str(node.value), Type.TEXT)

    def _of_constant(self, node: Node) -> Value:
        return values.constant(bool(node.value), Type.BOOLEAN)

    def _of_date(self, node: Node) -> Value:
        return values.constant(date.fromisoformat(str(node.value)), Type.DATE)

    def _of_interval(self, node: Node) -> Value:
        return values.interval(*node.span)

    def _of_name(self, node: Node) -> Value:
        name = str(node.value)
        if name == "as_of":
            return values.constant(self._as_of, Type.DATE)
        column = self._columns.get(name)
        if column is None:
            if name in self._asked or name in FUNCTIONS:
                raise self._bad(
                    node, "this is a function", f"write {name}(...) with what it is about in the parentheses"
                )
            raise self._unknown(node, name, "no figure or column", ["as_of", *self._columns], _NAMES)
        value = values.of_column(
            self._table[name],
            column.kind,
            decimals=self._decimals if column.kind is Kind.MONEY else column.scale,
            timezone=self._timezone,
            choices=column.values,
        )
        if value is None:
            raise self._bad(node, "this is a list and cannot be compared", _MORE)
        return value

    def _of_call(self, node: Node) -> Value:
        name = str(node.value)
        if name in self._asked:
            return self._found(node, self._asked[name])
        if name not in FUNCTIONS:
            if name in self._columns:
                raise self._bad(node, f"{name} is no function", f"write {name} without parentheses")
            there = [*FUNCTIONS, *self._asked]
            raise self._unknown(node, name, "no function", there, f"there are {', '.join(there)}")
        given = [self._value(part) for part in node.parts]
        if name == "coalesce":
            return self._coalesced(node, given)
        function = SIMPLE[name]
        if len(given) != 1:
            raise self._bad(node, f"{name} takes one value", _MORE)
        if given[0].type is not function.takes:
            told = self._told(node.parts[0], given[0])
            raise self._bad(node, f"{told}, and {name} takes {function.takes}", _MORE)
        return function.work(given[0])

    def _coalesced(self, node: Node, given: list[Value]) -> Value:
        if len(given) < 2:
            raise self._bad(node, "coalesce takes two values or more", "write coalesce(total_spend, 0)")
        if Type.DATE in {value.type for value in given}:
            given = [self._as_day(value, part) for value, part in zip(given, node.parts, strict=True)]
        for value, part in zip(given, node.parts, strict=True):
            if value.type is not given[0].type or value.type is Type.INTERVAL:
                told = f"{self._told(node.parts[0], given[0])}, {self._told(part, value)}"
                raise self._bad(
                    node, f"{told}: coalesce takes values of one kind", "write coalesce(total_spend, 0)"
                )
        return values.first_known(given)

    def _found(self, node: Node, asked: Asked) -> Value:
        if len(node.parts) != 1 or node.parts[0].kind != "text":
            raise self._bad(node, f"{asked.name} takes one text in quotes", f"write {asked.name}('...')")
        clients = pl.Series(list(asked.find(str(node.parts[0].value))), dtype=pl.String)
        return _truth(self._table["client_id"].is_in(clients.implode()))

    def _compared(
        self, sign: str, left: Node, right: Node, one: Value, other: Value, whole: Node
    ) -> pl.Series:
        """Whether a comparison holds; the types must fit."""
        if Type.DATE in {one.type, other.type}:
            one, other = self._as_day(one, left), self._as_day(other, right)
        if one.type is not other.type or one.type is Type.INTERVAL:
            raise self._unlike(whole, left, right, one, other)
        if one.type is Type.BOOLEAN and sign not in {"=", "<>"}:
            raise self._bad(whole, "conditions are equal or not, none is larger", "write = or <>")
        if sign in {"=", "<>"}:
            self._one_of(one, other, left, right)
        return values.compared(sign, one, other)

    def _one_of(self, one: Value, other: Value, left: Node, right: Node) -> None:
        """What is compared with one of a few words must be one of them: else it could never be equal."""
        for listed, literal, name, node in ((one, other, left, right), (other, one, right, left)):
            if listed.choices and literal.literal is not None and literal.literal not in listed.choices:
                known = ", ".join(f"'{choice}'" for choice in listed.choices)
                raise self._bad(node, f"{self._part(name)} is never this", f"it is one of {known}")

    def _unlike(self, whole: Node, left: Node, right: Node, one: Value, other: Value) -> BadExpression:
        hint = _MORE
        if {one.type, other.type} == {Type.TEXT, Type.NUMBER}:
            hint = "numbers stand without quotes, texts with them"
        elif Type.INTERVAL in {one.type, other.type}:
            hint = "write as_of - last_order_date > 90, in days, or last_order_date < as_of - interval '3 months'"
        elif Type.DATE in {one.type, other.type}:
            hint = "write dates as '2026-03-31'"
        reason = f"{self._told(left, one)}, {self._told(right, other)}: they cannot be compared"
        return self._bad(whole, reason, hint)

    def _as_day(self, value: Value, node: Node) -> Value:
        """A text that stands in the expression, where a date is wanted, is one."""
        if value.literal is None:
            return value
        return values.constant(day_of(self._text, value.literal, node.start, node.end), Type.DATE)

    def _told(self, node: Node, value: Value) -> str:
        return f"{self._part(node)} is {value.type}"

    def _part(self, node: Node) -> str:
        part = " ".join(self._text[node.start : node.end].split())
        return part if len(part) <= 40 else f"{part[:39]}…"

    def _unknown(self, node: Node, name: str, what: str, there: list[str], hint: str) -> BadExpression:
        close = difflib.get_close_matches(name, there, n=1)
        guess = f"; did you mean {close[0]}?" if close else ""
        return self._bad(node, f"{what} has this name{guess}", hint)

    def _bad(self, node: Node, reason: str, hint: str) -> BadExpression:
        return BadExpression(self._text, node.start, node.end, reason, hint)


def _truth(series: pl.Series) -> Value:
    return Value(Type.BOOLEAN, series)


def _turned(series: pl.Series, node: Node) -> pl.Series:
    return ~series if node.negated else series

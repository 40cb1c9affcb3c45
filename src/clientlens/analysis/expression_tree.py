"""The grammar of expressions: from tokens to a tree of the few kinds of nodes that there are.

    condition   = all, {"or", all}                all      = negation, {"and", negation}
    negation    = "not", negation | predicate
    predicate   = sum, [compared, sum | ["not"] "between" sum "and" sum | ["not"] "in" "(" sum {"," sum} ")"
                        | ["not"] ("like" | "ilike") text ["escape" text] | "is" ["not"] ("null" | "true" | "false")]
    sum         = product, {("+" | "-"), product}      product  = signed, {("*" | "/"), signed}
    signed      = "-", signed | value
    value       = number | text | "true" | "false" | "date" text | "interval" (text | number name)
                  | name | function "(" [condition {"," condition}] ")" | "(" condition ")"

This is the allow-list: subqueries, windows, aggregates, casts, `case`, wildcards and second statements have no rule, so
no tree can hold them. `and` and `or` of any number of conditions are one node. Whatever is nested deeper than
`MAX_DEPTH` is refused on the way down, before anything recursive has gone deep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from clientlens.analysis.expression_words import Token, Word, tokens
from clientlens.errors import BadExpression

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 20
"""How deep an expression may be nested: parentheses, functions, not, signs, operations one inside the other."""

MAX_YEARS = 1_000
"""The longest interval: dates stay in the years that there are."""

_COMPARED = frozenset({"=", "<>", "<", "<=", ">", ">="})
_NO_NAMES = frozenset("and or not in like ilike between is escape".split())
_CONSTANTS = {"true": True, "false": False, "null": None}
_FOREIGN = {
    **dict.fromkeys(
        "select from exists with union any all some values".split(), "other tables cannot be asked"
    ),
    **dict.fromkeys("over partition group having order limit".split(), "each client is looked at by itself"),
    **dict.fromkeys("case when then else end".split(), "case is not taken"),
    "where": "the word itself is not part of it",
}
_AGGREGATES = frozenset(
    "count sum avg min max mean median stddev variance first last total row_number rank dense_rank lag lead".split()
)
_INTERVAL = re.compile(r"\s*(\d{1,6})\s*(day|week|month|quarter|year)s?\b", re.ASCII | re.IGNORECASE)
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_HINT = "it is a condition such as completed_orders >= 3 and country = 'DE'"
_INTERVAL_HINT = "write interval '90 days', with days, weeks, months, quarters or years"


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression.

    kind: `and`, `or`, `not`, `compare`, `between`, `in`, `like`, `is`, `arithmetic`, `negative`, `call`, `name`,
    `number`, `text`, `constant`, `date`, `interval`.
    value: the operator, name or literal; a number's digits, a date as 2026-03-31; of `like` the escape character, of
    `is` None, True or False. negated: a `not` inside the predicate. sensitive: `like`, not `ilike`.
    span: of an interval its months and days.
    """

    kind: str
    start: int
    end: int
    value: str | bool | None = None
    parts: tuple[Node, ...] = ()
    negated: bool = False
    sensitive: bool = False
    span: tuple[int, int] = (0, 0)
    depth: int = 1


def parse(text: str) -> Node:
    """The tree of an expression; whether its names exist and its types fit is not known yet.

    Raises:
        BadExpression: too long, nested too deeply, or not in the grammar.
    """
    return _Parser(text).whole()


def names_in(node: Node) -> frozenset[str]:
    """The names that a tree speaks of, functions apart."""
    own = frozenset({str(node.value)}) if node.kind == "name" else frozenset[str]()
    return own.union(*(names_in(part) for part in node.parts))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._ended():
            raise BadExpression(self._text, 0, 0, "", _HINT)
        node = self._condition()
        if not self._ended():
            raise self._unexpected()
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _ended(self) -> bool:
        return self._next.word is Word.END

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _is(self, *words: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.word in {Word.NAME, Word.SIGN} and token.text in words

    def _expect(self, sign: str) -> Token:
        if not self._is(sign):
            raise self._unexpected(
                f"a {sign} is missing before it" if self._next.text else f"a {sign} is missing"
            )
        return self._take()

    def _node(self, kind: str, start: int, *parts: Node, **more: Any) -> Node:
        depth = 1 + max((part.depth for part in parts), default=0)
        node = Node(kind, start, self._tokens[self._at - 1].end, parts=parts, depth=depth, **more)
        if depth > MAX_DEPTH:
            raise self._too_deep(node.start, node.end)
        return node

    def _down(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._too_deep(token.start, token.end)

    def _too_deep(self, start: int, end: int) -> BadExpression:
        reason = f"nested more than {MAX_DEPTH} deep"
        hint = "write it with fewer parentheses, or as a list: x in (1, 2)"
        return BadExpression(self._text, start, end, reason, hint)

    def _condition(self) -> Node:
        return self._chain("or", self._all)

    def _all(self) -> Node:
        return self._chain("and", self._negation)

    def _chain(self, word: str, part: Callable[[], Node]) -> Node:
        start = self._next.start
        parts = [part()]
        while self._is(word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else self._node(word, start, *parts)

    def _negation(self) -> Node:
        if not self._is("not"):
            return self._predicate()
        token = self._take()
        self._down(token)
        inner = self._negation()
        self._depth -= 1
        return self._node("not", token.start, inner)

    def _predicate(self) -> Node:
        start = self._next.start
        left = self._sum()
        if self._next.word is Word.SIGN and self._next.text in _COMPARED:
            sign = self._take().text
            node = self._node("compare", start, left, self._sum(), value=sign)
        else:
            node = self._worded(start, left)
        if node is not left and self._next.word is Word.SIGN and self._next.text in _COMPARED:
            raise self._unexpected("two comparisons in a row", "write a < b and b < c")
        return node

    def _worded(self, start: int, left: Node) -> Node:
        """`between`, `in`, `like`, `is`; without one of them, what stood to its left."""
        negated = self._is("not") and self._is("between", "in", "like", "ilike", ahead=1)
        if negated:
            self._take()
        if self._is("between"):
            self._take()
            low = self._sum()
            if not self._is("and"):
                raise self._unexpected("between takes two ends", "write x between 1 and 5")
            self._take()
            return self._node("between", start, left, low, self._sum(), negated=negated)
        if self._is("in"):
            self._take()
            self._expect("(")
            return self._node("in", start, left, *self._listed(self._sum), negated=negated)
        if self._is("like", "ilike"):
            return self._like(start, left, negated=negated)
        return self._truth(start, left) if self._is("is") else left

    def _like(self, start: int, left: Node, *, negated: bool) -> Node:
        sensitive = self._take().text == "like"
        pattern = self._literal("like takes a pattern in quotes", "write like 'Candle%'")
        escape = "\\"
        if self._is("escape"):
            self._take()
            given = self._literal("escape takes one character in quotes", "write like '100!%' escape '!'")
            escape = str(given.value)
            if len(escape) != 1:
                raise BadExpression(
                    self._text, given.start, given.end, "not one character", "write escape '!'"
                )
        return self._node("like", start, left, pattern, value=escape, negated=negated, sensitive=sensitive)

    def _truth(self, start: int, left: Node) -> Node:
        self._take()
        negated = self._is("not")
        if negated:
            self._take()
        if not self._is(*_CONSTANTS):
            raise self._unexpected(
                "is takes null, true or false", "write x is null, or x = 'text' for a value"
            )
        return self._node("is", start, left, value=_CONSTANTS[self._take().text], negated=negated)

    def _listed(self, part: Callable[[], Node]) -> list[Node]:
        """What stands between `(`, which is taken already, and `)`, with commas between."""
        parts = [part()]
        while self._is(","):
            self._take()
            parts.append(part())
        self._expect(")")
        return parts

    def _sum(self) -> Node:
        return self._folded(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._folded(("*", "/"), self._signed)

    def _folded(self, signs: tuple[str, ...], part: Callable[[], Node]) -> Node:
        start = self._next.start
        left: Node = part()
        while self._is(*signs):
            sign = self._take().text
            left = self._node("arithmetic", start, left, part(), value=sign)
        return left

    def _signed(self) -> Node:
        if not self._is("-"):
            return self._value()
        token = self._take()
        self._down(token)
        inner = self._signed()
        self._depth -= 1
        return self._node("negative", token.start, inner)

    def _value(self) -> Node:
        token = self._next
        if token.word in {Word.NUMBER, Word.TEXT}:
            self._take()
            return self._node(token.word.value, token.start, value=token.text)
        if self._is("("):
            self._take()
            self._down(token)
            inner = self._condition()
            self._depth -= 1
            self._expect(")")
            return inner
        if token.word is not Word.NAME or token.text in _NO_NAMES:
            raise self._unexpected()
        return self._named(self._take())

    def _named(self, token: Token) -> Node:
        name = token.text
        if name == "null":
            reason, hint = "nothing is equal to null, not even null", "write x is null, or x is not null"
            raise BadExpression(self._text, token.start, token.end, reason, hint)
        if name in _CONSTANTS:
            return self._node("constant", token.start, value=_CONSTANTS[name])
        if name == "date" and self._next.word is Word.TEXT:
            return self._node("date", token.start, value=self._day(self._take()))
        if name == "interval":
            return self._interval(token)
        if name in _FOREIGN:
            raise BadExpression(
                self._text, token.start, token.end, f"{_FOREIGN[name]} in an expression", _HINT
            )
        if not self._is("("):
            return self._node("name", token.start, value=name)
        if name in _AGGREGATES:
            reason = "each client is looked at by itself: nothing is counted or added up over clients"
            raise BadExpression(self._text, token.start, token.end, reason, "compare one client's figures")
        self._down(self._take())
        parts: list[Node] = []
        if self._is(")"):
            self._take()
        else:
            parts = self._listed(self._condition)
        self._depth -= 1
        return self._node("call", token.start, *parts, value=name)

    def _day(self, token: Token) -> str:
        return day_of(self._text, token.text, token.start, token.end).isoformat()

    def _interval(self, token: Token) -> Node:
        if self._next.word is Word.NUMBER and self._tokens[self._at + 1].word is Word.NAME:
            told = f"{self._take().text} {self._take().text}"
        else:
            told = str(self._literal("interval takes a length in quotes", _INTERVAL_HINT).value)
        end = self._tokens[self._at - 1].end
        months = days = position = 0
        while position < len(told.rstrip()):
            found = _INTERVAL.match(told, position)
            if not found:
                raise BadExpression(self._text, token.start, end, "not a length of time", _INTERVAL_HINT)
            count, unit = int(found.group(1)), found.group(2).lower()
            days += count * _DAYS.get(unit, 0)
            months += count * _MONTHS.get(unit, 0)
            position = found.end()
        if not told.strip() or days > MAX_YEARS * 366 or months > MAX_YEARS * 12:
            reason = f"not a length of time, or more than {MAX_YEARS:,} years"
            raise BadExpression(self._text, token.start, end, reason, _INTERVAL_HINT)
        return self._node("interval", token.start, span=(months, days))

    def _literal(self, reason: str, hint: str) -> Node:
        token = self._next
        if token.word is not Word.TEXT:
            raise self._unexpected(reason, hint)
        self._take()
        return self._node("text", token.start, value=token.text)

    def _unexpected(self, reason: str = "", hint: str = "") -> BadExpression:
        token = self._next
        before = self._tokens[self._at - 1] if self._at else None
        if not reason and token.word is Word.NAME and token.text in _FOREIGN:
            reason = f"{_FOREIGN[token.text]} in an expression"
        if not reason and token.text == "," and before is not None and before.word is Word.NUMBER:
            reason, hint = "a list is not expected here", "decimals are written with a point: 99.99"
        if not reason:
            reason = "something is missing" if token.word is Word.END else "it is not expected here"
        return BadExpression(self._text, token.start, token.end, reason, hint or _HINT)


def day_of(text: str, told: str, start: int, end: int) -> date:
    """The day that a text of an expression names.

    Args:
        text, start, end: the expression and where `told` stands in it.

    Raises:
        BadExpression: it is not like 2026-03-31, or there is no such day.
    """
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", told):
        try:
            return date.fromisoformat(told)
        except ValueError:
            raise BadExpression(
                text, start, end, "there is no such day", "write dates as '2026-03-31'"
            ) from None
    raise BadExpression(
        text, start, end, "a date is compared with what is not a date", "write dates as '2026-03-31'"
    )

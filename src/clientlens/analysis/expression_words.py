"""The words of an expression: text is cut into tokens here, and whatever is none of ours ends here.

Nothing but these is passed on: names, numbers, texts in single quotes, and the signs of `_SIGNS`. Length is looked at
before anything else, so that what follows never meets more than `MAX_LENGTH` characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from clientlens.errors import BadExpression

MAX_LENGTH = 2_000
"""Characters of an expression."""


class Word(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression.

    text: names in lower case, since SQL does not tell them apart by case; of a TEXT its content, in NFC.
    start, end: characters of the expression.
    """

    word: Word
    text: str
    start: int
    end: int


_SPACE = re.compile(r"[ \t\r\n]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_STUCK = re.compile(r"[A-Za-z0-9_.]+")
_TEXT = re.compile(r"'(?:[^']|'')*'")
_SIGNS = re.compile(r"<>|!=|<=|>=|[=<>+\-*/(),]")

# Those that word processors and other languages have.
_QUOTES = '"`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u00b4'
_PLAIN_HINT = "an expression is like: completed_orders >= 3 and country = 'DE'"
_REFUSED = (
    (re.compile(r"--|/\*|#"), "comments are not taken", "leave the comment out"),
    (re.compile(r";"), "one expression is all that is taken", "leave out the ; and what follows it"),
    (re.compile(r"==|<=>"), "this is not how values are compared", "write ="),
    (re.compile(r"&&|&"), "this is not how conditions are joined", "write and"),
    (re.compile(r"\|\||\|"), "this is not how conditions are joined", "write or"),
    (re.compile(r"!?~\*?"), "regular expressions are not taken", "use like with % and _"),
    (re.compile(r"!(?!=)"), "this is not how a condition is turned round", "write not"),
    (
        re.compile(r"%"),
        "% stands in patterns alone",
        "write a share of 25 % as 0.25, and a pattern in quotes: like 'Candle%'",
    ),
    (
        re.compile(r"[$\u20ac\u00a3\u00a5] ?[0-9.]*"),
        "amounts stand without a sign of currency",
        "write total_spend > 99.99: it is in the home currency",
    ),
    (re.compile(r"[?:@]\w*"), "values cannot be left open", "write the value itself"),
    (re.compile(rf"[{_QUOTES}]"), "quotes of this kind are not taken", "write text as 'text', names bare"),
)


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, an END last.

    Raises:
        BadExpression: it is too long, or holds something that is no token.
    """
    if len(text) > MAX_LENGTH:
        reason = f"it goes on to {len(text):,} characters, and {MAX_LENGTH:,} is the most"
        raise BadExpression(text, 0, 24, reason, "look for a shorter condition; 'in' takes a list of values")
    found = []
    position = 0
    while position < len(text):
        blank = _SPACE.match(text, position)
        if blank:
            position = blank.end()
            continue
        token = _token(text, position)
        found.append(token)
        position = token.end
    return [*found, Token(Word.END, "", len(text), len(text))]


def _token(text: str, at: int) -> Token:
    for refused, reason, hint in _REFUSED:
        match = refused.match(text, at)
        if match:
            raise BadExpression(text, at, match.end(), reason, hint)
    if text[at] == "'":
        return _quoted(text, at)
    number = _NUMBER.match(text, at)
    if number:
        stuck = _STUCK.match(text, at)
        if stuck and stuck.end() > number.end():
            hint = "write numbers as 1234.50: digits with a point before the decimals"
            raise BadExpression(text, at, stuck.end(), "not a number", hint)
        return Token(Word.NUMBER, number.group(), at, number.end())
    name = _NAME.match(text, at)
    if name:
        # A letter of another script right behind: `total` with a Cyrillic o would else end in the middle.
        after = text[name.end() : name.end() + 1]
        if after and not after.isascii():
            raise _no_sign(text, name.end())
        return Token(Word.NAME, name.group().lower(), at, name.end())
    sign = _SIGNS.match(text, at)
    if sign:
        return Token(Word.SIGN, sign.group().replace("!=", "<>"), at, sign.end())
    raise _no_sign(text, at)


def _quoted(text: str, at: int) -> Token:
    quoted = _TEXT.match(text, at)
    if not quoted:
        reason = "the text is not closed"
        raise BadExpression(text, at, len(text), reason, "end it with '; a ' inside it is written twice: ''")
    inside = quoted.group()[1:-1].replace("''", "'")
    for offset, character in enumerate(inside):
        if unicodedata.category(character) in {"Cc", "Cs"}:
            reason = f"{_called(character)} stands in a text"
            raise BadExpression(
                text, at, quoted.end(), reason, f"leave it out; it is letter {offset + 1} of it"
            )
    return Token(Word.TEXT, unicodedata.normalize("NFC", inside), at, quoted.end())


def _no_sign(text: str, at: int) -> BadExpression:
    reason = f"{_called(text[at])} means nothing here"
    return BadExpression(
        text, at, at + 1, reason, f"names are in plain letters, text in quotes; {_PLAIN_HINT}"
    )


def _called(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()

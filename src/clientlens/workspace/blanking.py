"""Putting a word in place of people's e-mails, phones, keys and ids, in whatever others wrote.

What looks like one of these is found first and then looked up, so that it takes no longer with thousands of people.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from clientlens.model.entries import Entry

BLANK = "[forgotten]"
_PHONE_DIGITS = 6
_EMAIL = re.compile(r'[^\s"<>(),;:\[\]]+@[\w-]+(?:\.[\w-]+)*')
_PHONE = re.compile(r"(?<!\w)[+(]?\d(?:(?:\(0\)|[\s()/.-]){0,3}\d){5,}(?!\w)")
_WORD = re.compile(r"\w+")
_INSIDE = re.compile(r"[\w.+-]")


def words_of(values: Collection[str | None]) -> frozenset[str]:
    """E-mails and phones that are worth looking for in what others say."""
    return frozenset(one for one in values if one and ("@" in one or _is_phone(one)))


def _is_phone(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= _PHONE_DIGITS and not any(map(str.isalpha, text))


class Blanking:
    """Knows the words: `keys` are whole identity keys, `words` e-mails and phones, `ids` client ids."""

    def __init__(self, keys: Collection[str], words: Collection[str], ids: Collection[str]) -> None:
        self.keys, self.ids = frozenset(keys), frozenset(ids)
        self.emails = frozenset(one.lower() for one in words if "@" in one)
        self.phones = frozenset(end for one in words if "@" not in one for end in _endings(one))

    def entry(self, one: Entry) -> Entry:
        """The entry with nothing left of them."""
        key = self.text(one.key)
        if key != one.key:
            key = f"{key} {one.seq}"  # keys are unique
        return replace(one, body=self.value(one.body), subject=self.text(one.subject), key=key)

    def text(self, text: str | None) -> str | None:
        """The same of a text."""
        if text is None:
            return None
        if text in self.keys:
            return BLANK
        if "@" in text:
            text = _EMAIL.sub(self._email, text)
        text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        return _WORD.sub(lambda found: BLANK if found[0] in self.ids else found[0], text)

    def value(self, value: Any) -> Any:
        """The same of all that JSON can hold."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {name: self.value(one) for name, one in value.items()}
        return value

    def _email(self, found: re.Match[str]) -> str:
        """A whole address, not a part of a longer one; quotes before it and further words after a full stop may be."""
        text = found[0]
        at = text.rindex("@")
        starts = [start for start in range(at) if not start or not _INSIDE.match(text[start - 1])]
        ends = [len(text), *(end for end in range(len(text) - 1, at, -1) if text[end] == ".")]
        for start in starts:
            for end in ends:
                if text[start:end].lower() in self.emails:
                    return text[:start] + BLANK + text[end:]
        return text

    def _phone(self, text: str) -> str:
        """Numbers as people write them: with or without country and area, blanks, strokes and brackets."""
        for start, end in _stretches(text):
            digits = re.sub(r"\D", "", text[start:end].replace("(0)", "")).lstrip("0")
            if digits in self.phones:
                return self._phone(text[:start]) + BLANK + self._phone(text[end:])
        return text


def _endings(phone: str) -> Iterator[str]:
    digits = re.sub(r"\D", "", phone).lstrip("0")
    for start in range(max(1, len(digits) - _PHONE_DIGITS)):
        yield digits[start:].lstrip("0")


def _stretches(text: str) -> list[tuple[int, int]]:
    """From where to where words that stand together reach, the longest first."""
    words = [found.span() for found in re.finditer(r"\S+", text)]
    spans = [
        (words[first][0], words[last][1]) for first in range(len(words)) for last in range(first, len(words))
    ]
    return sorted(spans, key=lambda span: span[0] - span[1])

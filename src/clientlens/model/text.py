"""Text from files made safe to show: nothing in a client's name can move a cursor, hide or reverse what follows."""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0589\u05be-\u05ff]")
_PLAIN = re.compile(r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*")
"""Text of which nothing but its blanks can change as one line: visible Latin characters, each whole."""
_JOINER = "\u200d"
_SHAPED = frozenset({"\u200c", _JOINER})
"""Joiners are part of how words and emoji are written, but only between two visible characters."""


def safe(text: str) -> str:
    r"""The text with control, bidirectional, zero-width and other invisible characters spelled out (`\x1b`).

    Letters, combining marks, emoji and a joiner between two visible characters stay as they are.
    """
    return _SUSPECT.sub(lambda found: _spelled(found, text), text) if _SUSPECT.search(text) else text


def _spelled(found: re.Match[str], text: str) -> str:
    character = found.group()
    if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"}:
        return character
    if character in _SHAPED and _between_visible(text, found.start()):
        return character
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _between_visible(text: str, position: int) -> bool:
    around = text[position - 1 : position], text[position + 1 : position + 2]
    return all(one and unicodedata.category(one)[0] in "LMS" for one in around)


def one_line(text: str) -> str:
    """Text as one line that can stand in a letter or the header of a mail: NFC, blanks collapsed, nothing invisible.

    Control, bidirectional and zero-width characters go; joiners between two visible characters stay. What ends a line
    becomes a blank, a lone surrogate U+FFFD.
    """
    if _PLAIN.fullmatch(text):
        return " ".join(text.split())
    given = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    for position, character in enumerate(given):
        category = unicodedata.category(character)
        if category == "Cs":
            kept.append("\ufffd")
        elif category in {"Cc", "Zl", "Zp"} or character.isspace():
            kept.append(" ")
        elif category not in {"Cf", "Cn", "Co"} or (
            character in _SHAPED and _between_visible(given, position)
        ):
            kept.append(character)
    return " ".join("".join(kept).split())

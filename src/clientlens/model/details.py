"""Details of a client as somebody types them: checked, and in the form in which they are stored."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from clientlens.errors import BadDetail
from clientlens.model.text import safe

LONGEST = 1000
"""Characters of a detail; of a note ten times as many."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_YEARLESS = re.compile(r"--[0-9]{2}-[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain_text(what: str, text: str) -> str:
    """Any text: NFC, trimmed, on one line, of visible characters.

    Raises:
        BadDetail
    """
    found = unicodedata.normalize("NFC", text).strip()
    if not found or safe(found) != found or len(found) > LONGEST:
        raise BadDetail(what, text[:80], f"visible characters, 1 to {LONGEST:,}")
    return found


def note_text(text: str) -> str:
    """A note: NFC, trimmed, visible characters, several lines if need be.

    Raises:
        BadDetail
    """
    found = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    bare = found.replace("\n", " ").replace("\t", " ")
    if not found or safe(bare) != bare or len(found) > 10 * LONGEST:
        raise BadDetail("note", text[:80], f"visible characters, 1 to {10 * LONGEST:,}")
    return found


def email(text: str) -> str:
    """An e-mail address, in lower case.

    Raises:
        BadDetail
    """
    found = plain_text("e-mail", text).lower()
    if not _EMAIL.fullmatch(found):
        raise BadDetail("e-mail", text, "an address such as jane@example.org")
    return found


def language(text: str) -> str:
    """A language tag, in lower case.

    Raises:
        BadDetail
    """
    found = plain_text("language", text).lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(found):
        raise BadDetail("language", text, "a tag such as de, it or en-gb")
    return found


def birthday(text: str) -> str:
    """A day as YYYY-MM-DD, or --MM-DD where the year is not known.

    Raises:
        BadDetail
    """
    found = text.strip()
    # 29 February needs a leap year; of a day without a year any leap year does.
    dated = "2000" + found[1:] if _YEARLESS.fullmatch(found) else found
    try:
        if _DAY.fullmatch(dated):
            date.fromisoformat(dated)
            return found
    except ValueError:
        pass
    raise BadDetail("birthday", text, "a day as 1990-05-31, or --05-31 without the year")


def country(text: str) -> str:
    """A country: two letters become capitals, a word stays as it is.

    Raises:
        BadDetail
    """
    found = plain_text("country", text)
    return found.upper() if len(found) == 2 else found

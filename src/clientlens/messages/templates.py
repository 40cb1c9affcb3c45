"""Templates of messages: a head of two lines, an empty line, the text.

    language: en
    subject: How do you like {last_product|your order}?

    Hello {first_name|there},
    ...

The ready-made ones are `examples/messages/NAME.LANGUAGE.txt` in the project, and part of the installed package.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from clientlens import packaged
from clientlens.analysis import placeholders
from clientlens.analysis.placeholders import read_text
from clientlens.errors import BadMessageTemplate, UnknownMessageTemplate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clientlens.analysis.placeholders import Text

LANGUAGES = placeholders.LANGUAGES
NEEDED = {"sender": "who writes", "objection": "how to object to more messages"}
"""Placeholders that the text of every template has, and what for."""

_HEAD = ("language", "subject")


@dataclass(frozen=True, slots=True)
class Template:
    """A message before it is addressed to anybody. language: one of `LANGUAGES`."""

    name: str
    language: str
    subject: Text
    body: Text


def read_template(text: str, name: str, file: str) -> Template:
    """A template from the text of a file; lines that begin with # above its head are comments.

    Raises:
        BadMessageTemplate, UnknownPlaceholder
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head: dict[str, tuple[str, int]] = {}
    at = 0
    while at < len(lines) and (lines[at].strip() or not head):
        line, at = lines[at], at + 1
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = line.partition(":")
        key = key.strip().lower()
        if not colon or key not in _HEAD or key in head or not value.strip():
            raise BadMessageTemplate(
                file, at, "the head is 'language: en' and 'subject: ...', then an empty line"
            )
        head[key] = value.strip(), at
    missing = [key for key in _HEAD if key not in head]
    if missing:
        raise BadMessageTemplate(file, 1, f"the head has no line '{missing[0]}: ...'")
    language, line_no = head["language"]
    if language not in LANGUAGES:
        raise BadMessageTemplate(file, line_no, f"language is {', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}")
    subject = read_text(head["subject"][0], file, head["subject"][1])
    body = read_text("\n".join(lines[at:]), file, at + 1)
    for one, purpose in NEEDED.items():
        if one not in body.names:
            raise BadMessageTemplate(file, len(lines), f"the text has no {{{one}}}, which says {purpose}")
    return Template(name, language, subject, body)


def own_template(
    base: Template | None, subject: str | None, body: str | None, language: str, name: str
) -> Template:
    """A template of what was typed, the rest from `base`; who writes and how to object is put below a typed text.

    Raises:
        BadMessageTemplate, UnknownPlaceholder
    """
    if subject is None:
        assert base is not None  # noqa: S101 - one of both is there
        said = base.subject
    else:
        said = read_text(subject, "--subject")
    if not said.parts:
        raise BadMessageTemplate("--subject", 1, "a message has a subject")
    if body is None:
        assert base is not None  # noqa: S101
        return Template(name, base.language, said, base.body)
    text = read_text(body, "--body")
    below = "".join(f"\n\n{{{one}}}" for one in NEEDED if one not in text.names)
    return Template(name, language, said, read_text(body.rstrip() + below, "--body"))


def ready_made(name: str, languages: Sequence[str]) -> Template:
    """The ready-made template of a name in the first of these languages that there is.

    Raises:
        UnknownMessageTemplate
    """
    known = ready_made_files()
    if name not in known:
        raise UnknownMessageTemplate(name, list(known))
    language = next((one for one in languages if one in known[name]), LANGUAGES[0])
    file = known[name][language]
    return read_template(file.read_text("utf-8"), name, file.name)


@cache
def ready_made_files() -> dict[str, dict[str, Path]]:
    """Name -> language -> file."""
    return packaged.by_language("messages", ".txt")

"""The letter that a campaign names, in every language that there is of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clientlens.errors import BadLetterTemplate
from clientlens.letters.template import SUFFIX, read_template_file, ready_made, ready_made_files

if TYPE_CHECKING:
    from pathlib import Path

    from clientlens.letters.template import Template

_OF_LANGUAGE = re.compile(r"(.+)\.([a-z]{2}(?:-[a-z]{2})?)\.md")


def templates_of(template: str, folder: Path) -> dict[str, Template]:
    """Language (en, de, it) -> template, the one that was named first.

    A ready-made one is there in every language. Of a file `NAME.de.md` the files `NAME.en.md` and so on beside it are the
    same letter in theirs; any other file is a letter in one language.

    Args:
        template: name of a ready-made one, or a path that ends with .md. folder: where paths start from.

    Raises:
        UnknownLetterTemplate, Unreadable
        BadLetterTemplate: of the first file with slips in it.
    """
    if not template.endswith(SUFFIX):
        languages = ready_made_files().get(template) or {"en": None}
        return {language: ready_made(template, [language]) for language in languages}
    path = folder / template
    shown = template.removesuffix(path.name)
    files = [path]
    if named := _OF_LANGUAGE.fullmatch(path.name):
        files += [
            one
            for one in sorted(path.parent.glob("*.md"))
            if one != path and (other := _OF_LANGUAGE.fullmatch(one.name)) and other[1] == named[1]
        ]
    found: dict[str, Template] = {}
    for file in files:
        one = read_template_file(file, shown + file.name)
        language = primary(one.language)
        if language in found:
            told = f"another file of this letter is in {language!r} as well"
            raise BadLetterTemplate(shown + file.name, [(None, told)])
        found[language] = one
    return found


def template_for(client_language: str | None, templates: dict[str, Template], language: str) -> Template:
    """The template in a client's own language, else in the campaign's, else in the first there is."""
    for one in (primary(client_language or ""), language):
        if one in templates:
            return templates[one]
    return next(iter(templates.values()))


def primary(tag: str) -> str:
    """The language of a tag: de of de-at."""
    return tag.partition("-")[0].lower()

"""Templates of letters: a head, an empty line, the text.

    language: en
    subject: Your {points|0} points
    logo: logo.png 30mm

    {salutation|Dear customer},
    ...

The ready-made ones are `examples/letters/NAME.LANGUAGE.md` in the project, and part of the installed package.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from clientlens import packaged
from clientlens.analysis.placeholders import LANGUAGES
from clientlens.errors import BadLetterTemplate, UnknownLetterTemplate, Unreadable
from clientlens.letters.faults import Faults, meant
from clientlens.letters.inline import Bold, Choice, Linked, names_of, read_inline
from clientlens.letters.markup import Put, names_in, read_blocks, walk
from clientlens.letters.picture_files import BadPictureError, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from clientlens.analysis.letter_tables import Need
    from clientlens.letters.inline import Nodes
    from clientlens.letters.letter import Picture
    from clientlens.letters.markup import Part, Parts

SUFFIX = ".md"
MOST_CHARACTERS = 100_000
MOST_IN_LINE = 5_000
MOST_PAGES = 10
OBJECTION = "objection"

_TOO_LONG = f"it has more than {MOST_CHARACTERS:,} characters"
_HEAD = ("language", "subject", "title", "logo", "most_pages")
_NEEDED = ("language", "subject")


@dataclass(frozen=True, slots=True)
class Template:
    """A letter before it is addressed to anybody.

    language: a tag (de, de-at) whose language is one of `LANGUAGES`. title: of the PDF; empty: the subject.
    most_pages: None: as the campaign says. folder: where its pictures are. names: the placeholders that it names or
    asks about. needs: what else has to be known of a client.
    """

    name: str
    language: str
    subject: Nodes
    title: Nodes
    blocks: Parts
    logo: Picture | None
    most_pages: int | None
    folder: Path | None
    names: frozenset[str]
    needs: frozenset[Need]

    def language_for(self, client_language: str | None) -> str:
        """The tag by which dates and numbers are written: the client's, where it is of the template's language."""
        tag = (client_language or "").lower()
        return tag if _primary(tag) == _primary(self.language) else self.language


def read_template(text: str, name: str, file: str, folder: Path | None) -> Template:
    """A template from the text of a file; lines that begin with # above its head are comments.

    Args:
        name: what the ledger knows it by. file: as the user named it. folder: where its pictures are; None: nowhere.

    Raises:
        BadLetterTemplate: with everything that is wrong in it.
    """
    if len(text) > MOST_CHARACTERS:
        raise BadLetterTemplate(file, [(None, _TOO_LONG)])
    faults = Faults()
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = unicodedata.normalize("NFC", plain).replace("\t", "    ").split("\n")
    _characters(lines, faults)
    for number, line in enumerate(lines, start=1):
        if len(line) > MOST_IN_LINE:
            faults.add(number, f"the line has more than {MOST_IN_LINE:,} characters")
            lines[number - 1] = ""
    head, begins = _head(lines, faults)
    language = _language(head, faults)
    subject, title = _plain("subject", head, faults), _plain("title", head, faults)
    logo, most_pages = _logo(head, folder, faults), _most_pages(head, faults)
    blocks = read_blocks(lines[begins:], begins + 1, folder, faults)
    _objection(blocks, len(lines), faults)
    if faults.found:
        raise BadLetterTemplate(file, sorted(faults.found, key=lambda fault: fault[0] or 0))
    return Template(
        name=name,
        language=language,
        subject=subject,
        title=title,
        blocks=blocks,
        logo=logo,
        most_pages=most_pages,
        folder=folder,
        names=names_in(blocks) | names_of(subject) | names_of(title),
        needs=frozenset(one.directive.need for one in _put(walk(blocks)) if one.directive.need is not None),
    )


def read_template_file(path: Path, file: str) -> Template:
    """A template from a file, its pictures from the folder that it lies in; its name is the file's, without endings.

    Args:
        file: as the user named it.

    Raises:
        Unreadable, BadLetterTemplate
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(4 * MOST_CHARACTERS + 1)
        if len(data) > 4 * MOST_CHARACTERS:
            raise BadLetterTemplate(file, [(None, _TOO_LONG)])
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadLetterTemplate(file, [(line, "not UTF-8 text")]) from None
    except OSError as error:
        raise Unreadable(file, error.strerror or type(error).__name__) from None
    return read_template(text, path.name.partition(".")[0], file, path.parent)


def ready_made(name: str, languages: Sequence[str]) -> Template:
    """The ready-made template of a name in the first of these languages that there is.

    Args:
        languages: tags (de, de-at), the best one first; none of them there: English.

    Raises:
        UnknownLetterTemplate
    """
    known = ready_made_files()
    if name not in known:
        raise UnknownLetterTemplate(name, list(known))
    wanted = (_primary(tag) for tag in languages)
    return _of_file(known[name][next((one for one in wanted if one in known[name]), LANGUAGES[0])])


@cache
def ready_made_files() -> dict[str, dict[str, Path]]:
    """Name -> language -> file."""
    return packaged.by_language("letters", SUFFIX)


@cache
def _of_file(path: Path) -> Template:
    return read_template_file(path, path.name)


def _characters(lines: Sequence[str], faults: Faults) -> None:
    """What nobody sees would be printed as nothing, or as a box; it comes from copying out of web pages."""
    for number, line in enumerate(lines, start=1):
        for character in line:
            if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}:
                name = unicodedata.name(character, "").lower()
                told = f"an invisible character: U+{ord(character):04X} {name}".rstrip()
                faults.add(number, told)


def _head(lines: Sequence[str], faults: Faults) -> tuple[dict[str, tuple[str, int]], int]:
    """The values of the head with their lines, and how many lines it has."""
    head: dict[str, tuple[str, int]] = {}
    at = 0
    while at < len(lines) and (lines[at].strip() or not head):
        line, at = lines[at], at + 1
        if not line.strip() or line.startswith("#"):
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        key = key.lower()
        if not colon or key not in _HEAD:
            guess = meant(key, _HEAD) if colon else ""
            faults.add(
                at, f"the head has lines such as 'language: en' and 'subject: ...', then an empty line{guess}"
            )
        elif key in head:
            faults.add(at, f"a second {key!r}")
        elif not value:
            faults.add(at, f"{key!r} says nothing")
        # A line with a fault is part of the head too, or the text would be looked for in it.
        head.setdefault(key, (value, at))
    for key in _NEEDED:
        if key not in head:
            faults.add(1, f"the head has no line '{key}: ...'")
    return head, at


def _language(head: dict[str, tuple[str, int]], faults: Faults) -> str:
    tag, line = head.get("language", ("", 0))
    if tag and _primary(tag) not in LANGUAGES:
        told = f"language is {', '.join(LANGUAGES[:-1])} or {LANGUAGES[-1]}, or one of their regions, such as de-at"
        faults.add(line, told)
    return tag.lower()


def _plain(key: str, head: dict[str, tuple[str, int]], faults: Faults) -> Nodes:
    """A text without bold and links."""
    text, line = head.get(key, ("", 0))
    nodes = read_inline(text, line, faults)
    if _styled(nodes):
        faults.add(line, f"{key!r} has no bold text and no links")
    return nodes


def _styled(nodes: Nodes) -> bool:
    return any(
        isinstance(node, Bold | Linked)
        or (isinstance(node, Choice) and (_styled(node.then) or _styled(node.otherwise)))
        for node in nodes
    )


def _logo(head: dict[str, tuple[str, int]], folder: Path | None, faults: Faults) -> Picture | None:
    if "logo" not in head:
        return None
    text, line = head["logo"]
    try:
        return read_picture(folder, text, "")
    except BadPictureError as error:
        faults.add(line, str(error))
    return None


def _most_pages(head: dict[str, tuple[str, int]], faults: Faults) -> int | None:
    if "most_pages" not in head:
        return None
    text, line = head["most_pages"]
    if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= MOST_PAGES:
        return int(text)
    faults.add(line, f"'most_pages' is a whole number from 1 to {MOST_PAGES}")
    return None


def _put(parts: Iterable[Part]) -> Iterator[Put]:
    return (part for part in parts if isinstance(part, Put))


def _objection(blocks: Parts, last_line: int, faults: Faults) -> None:
    if OBJECTION in {one.directive.word for one in _put(blocks)}:
        return
    if OBJECTION in {one.directive.word for one in _put(walk(blocks))}:
        faults.add(last_line, "{objection} stands under a condition, and every letter needs it")
    else:
        faults.add(last_line, "the text has no {objection}, which says how to object to advertising by post")


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()

r"""The text of one paragraph, item, heading or subject: plain text, placeholders, conditions, bold and links.

    **bold**   [text](https://...)   {name|fallback}   {if points >= 100}...{else}...{end}   {{ and }} are braces
    \* \[ \{ \< \\ are the characters themselves; \ at the end of a line begins a new one

Whatever looks like other markup (*italic*, _italic_, `code`, HTML) is refused rather than printed as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clientlens.analysis.placeholders import BY_NAME, Slot
from clientlens.letters.conditions import BadConditionError, Condition, read_condition
from clientlens.letters.directives.registry import load
from clientlens.letters.faults import Faults, meant

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 20
"""How deep conditions, bold and links may stand one inside the other."""

IF, ELSE, END = "if", "else", "end"

_TOKEN = re.compile(
    r"""(?P<escape>\\[!-/:-@\[-`{-~\n])
    | (?P<open>\{\{) | (?P<close>\}\})
    | \{(?P<slot>[^{}]*)\}
    | (?P<brace>[{}])
    | (?P<bold>\*\*)
    | (?P<picture>!\[)
    | (?P<text>\[)
    | \]\((?P<url>[^()\n]*(?:\([^()\n]*\)[^()\n]*)*)\)
    | (?P<html></?[A-Za-z][^<>\n]*>)
    | (?P<star>\*)
    | (?P<mark>~~ | `[^`\n]+` | (?<!\w)_{1,2}(?=[^\s_])[^_\n]*(?<=\S)_{1,2}(?!\w))
    | (?P<entity>&(?:\#\d{1,7}|\#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)""",
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MAILTO = re.compile(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`|~-]+@[A-Za-z0-9.-]+(\?[A-Za-z0-9=&%._~+-]*)?")
_WEB = re.compile(r"[!#-;=?-Z_a-z~\[\]]+")


@dataclass(frozen=True, slots=True)
class Bold:
    """Bold text."""

    inside: Nodes


@dataclass(frozen=True, slots=True)
class Linked:
    """Text that leads to an address."""

    url: str
    inside: Nodes


@dataclass(frozen=True, slots=True)
class Choice:
    """A condition, and what is said where it holds and where it does not."""

    condition: Condition
    then: Nodes
    otherwise: Nodes


Node = str | Slot | Bold | Linked | Choice
Nodes = tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class _Stop:
    """The token that ended a part: its kind, what stood in it, and where."""

    kind: str
    inside: str
    at: int


def read_inline(text: str, first_line: int, faults: Faults) -> Nodes:
    r"""The nodes of a text; what is wrong with it is put to `faults`.

    Args:
        text: its lines, joined by "\n", which becomes a blank.
        first_line: the number of its first line in the file.
    """
    return _Reader(text, first_line, faults).whole()


def names_of(nodes: Nodes) -> frozenset[str]:
    """The placeholders in nodes, also those that conditions ask about."""
    return frozenset(_names(nodes))


def _names(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Choice):
            yield from node.condition.names
            yield from _names(node.then)
            yield from _names(node.otherwise)
        elif not isinstance(node, str):
            yield from _names(node.inside)


def condition_of(inside: str) -> str | None:
    """The condition of `{if ...}`; None: it is something else that stands in the braces."""
    word, _, rest = inside.strip().partition(" ")
    return rest.strip() if word == IF else None


def safe_url(url: str) -> bool:
    """Whether a link may lead there: https with a host, or mailto with one address."""
    if url.startswith("mailto:"):
        return bool(_MAILTO.fullmatch(url))
    try:
        parts = urlsplit(url)
        return bool(
            url.startswith("https://") and parts.hostname and "@" not in parts.netloc and _WEB.fullmatch(url)
        )
    except ValueError:
        return False


class _Reader:
    def __init__(self, text: str, first_line: int, faults: Faults) -> None:
        self._text, self._first, self._faults = text, first_line, faults
        self._tokens = _TOKEN.finditer(text)
        self._end = 0
        self._depth = 0

    def whole(self) -> Nodes:
        found: list[Node] = []
        while True:
            nodes, stop = self._part("")
            found.extend(nodes)
            if stop.kind == "":
                return tuple(found)
            self._fault(stop.at, _STRAY[stop.kind])

    def _fault(self, at: int, told: str) -> None:
        self._faults.add(self._first + self._text.count("\n", 0, at), told)

    def _part(self, within: str) -> tuple[Nodes, _Stop]:
        """What stands up to the token that ends it; kind "" is the end of the text."""
        self._depth += 1
        nodes: list[Node] = []
        for found in self._tokens:
            self._plain(nodes, self._text[self._end : found.start()])
            self._end = found.end()
            stop = self._token(found, within, nodes)
            if stop is not None:
                self._depth -= 1
                return tuple(nodes), stop
        self._plain(nodes, self._text[self._end :])
        self._end = len(self._text)
        self._depth -= 1
        return tuple(nodes), _Stop("", "", len(self._text))

    @staticmethod
    def _plain(nodes: list[Node], text: str) -> None:
        if text:
            nodes.append(text.replace("\n", " "))

    def _token(self, found: re.Match[str], within: str, nodes: list[Node]) -> _Stop | None:
        kind, at = str(found.lastgroup), found.start()
        match kind:
            case "escape":
                nodes.append(found.group()[1])
            case "open" | "close":
                nodes.append(found.group()[0])
            case "slot":
                return self._braces(found["slot"], at, nodes)
            case "bold" if within != "bold":
                inside, stop = self._deeper(at, "bold")
                if stop.kind != "bold":
                    self._fault(at, "** without the ** that ends it")
                    return self._again(stop, within)
                nodes.append(Bold(inside))
            case "text" if within != "url":
                inside, stop = self._deeper(at, "url")
                if stop.kind != "url":
                    self._fault(at, "[ without its ](address); write \\[ for the character itself")
                    return self._again(stop, within)
                nodes.append(Linked(self._url(stop), inside))
            case "bold" | "url":
                return _Stop(kind, found["url"] or "", at)
            case _:
                self._fault(at, _REFUSED[kind].replace("TOKEN", found.group()))
        return None

    @staticmethod
    def _again(stop: _Stop, within: str) -> _Stop | None:
        """A token that ended something broken may still end what stands around it."""
        return stop if stop.kind == "" or within else None

    def _deeper(self, at: int, within: str) -> tuple[Nodes, _Stop]:
        if self._depth >= MAX_DEPTH:
            self._fault(at, f"nested more than {MAX_DEPTH} deep")
            for _ in self._tokens:
                pass
            self._end = len(self._text)
            return (), _Stop("", "", at)
        return self._part(within)

    def _braces(self, inside: str, at: int, nodes: list[Node]) -> _Stop | None:
        asked = condition_of(inside)
        if asked is not None:
            return self._choice(asked, at, nodes)
        if inside.strip() in {ELSE, END}:
            return _Stop(inside.strip(), "", at)
        slot = self._slot(inside, at)
        if slot is not None:
            nodes.append(slot)
        return None

    def _choice(self, asked: str, at: int, nodes: list[Node]) -> _Stop | None:
        condition = read_if(asked, self._first + self._text.count("\n", 0, at), self._faults)
        then, stop = self._deeper(at, IF)
        otherwise: Nodes = ()
        if stop.kind == ELSE:
            otherwise, stop = self._deeper(at, IF)
        if stop.kind != END:
            self._fault(at, "{if} without an {end} in the same paragraph")
            return stop if stop.kind == "" else None
        if condition is not None:
            nodes.append(Choice(condition, then, otherwise))
        return None

    def _slot(self, inside: str, at: int) -> Slot | None:
        name, bar, fallback = inside.replace("\n", " ").partition("|")
        name = name.strip()
        directives = load()
        if name in directives:
            self._fault(at, f"{{{name}}} stands on a line of its own")
        elif not _NAME.fullmatch(name):
            self._fault(
                at, f"{{{inside.strip()}}} is no placeholder: write {{name|fallback}}; {{{{ for a brace"
            )
        elif name not in BY_NAME:
            guess = meant(name, [*BY_NAME, *directives, IF, ELSE, END])
            self._fault(at, f"no placeholder is called {name!r}{guess}")
        else:
            return Slot(name, fallback.strip() if bar else None)
        return None

    def _url(self, stop: _Stop) -> str:
        url = stop.inside.strip()
        if not safe_url(url):
            self._fault(stop.at, f"a link leads to https://... or mailto:..., not to {url[:60]!r}")
        return url


def read_if(asked: str, line: int, faults: Faults) -> Condition | None:
    """The condition of an `{if}`; None where it has a fault."""
    known = [one for one, placeholder in BY_NAME.items() if not placeholder.block]
    try:
        return read_condition(asked, lambda name: meant(name, known))
    except BadConditionError as error:
        faults.add(line, f"{{if {' '.join(asked.split())[:60]}}}: {error}")
        return None


_STRAY = {
    "bold": "** without the ** that begins it",
    "url": "](address) without the [ that begins it",
    ELSE: "{else} without an {if} in the same paragraph",
    END: "{end} without an {if} in the same paragraph",
}
_REFUSED = {
    "brace": "a TOKEN without its partner; write it twice for a brace",
    "picture": "a picture, ![...](file.png 40mm), stands on a line of its own",
    "text": "a link inside a link",
    "html": "TOKEN: HTML is not understood; write \\< for the character itself",
    "mark": "TOKEN is no markup here; write ** for bold, \\ before the first sign for the characters themselves",
    "entity": "TOKEN: write the character itself",
    "star": "a single * is no markup here; write ** for bold, \\* for the character itself",
}

"""JSON files as records, every one with its line: an object, an array, an object around an array, an object a line.

Numbers keep the text they are written as, so that an id is never a float and an amount never rounded. A key that
stands twice in an object, of which JSON readers take the last without a word, makes its record bad.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clientlens.errors import BadJson
from clientlens.sources.csvfile import BadRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientlens.sources.input import InputFile

ENVELOPES = ("orders", "checkouts", "customers", "clients", "reviews", "events", "scans", "requests", "Data")
"""Keys that hold the records in the object around them; also without the s, where there is but one."""
_SINGLE = (*(key.removesuffix("s") for key in ENVELOPES[:-1]), "Data")

_BLANK = re.compile(r"[ \t\r\n]*")
_LINE = re.compile(r"[^\r\n]+")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""The escape itself, not a backslash written as two before the text u0000."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ENDED = "the file ends in the middle of a value"
_TOO_DEEP = "it is nested too deep"
_NOT_A_NUMBER = "NaN and Infinity are no numbers in JSON"


class Number(str):
    """A number, as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One object: the physical line on which it begins, its content, and the text it was read from."""

    line: int
    value: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A file's records.

    bad: records that are none, as `csvfile.CsvTable.bad`.
    around: keys of the object around them, if there is one. key: the one of these that holds them.
    """

    file: InputFile
    records: tuple[Record, ...]
    bad: tuple[BadRow, ...]
    around: tuple[str, ...] = ()
    key: str = ""

    @property
    def rows(self) -> int:
        """Records in the file, the bad ones counted."""
        return len(self.records) + len(self.bad)


class _Reader:
    """Decodes values one after another and knows where each stands."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self.text = file.text.decode()
        self.faults: list[str] = []
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=Number,
            parse_int=Number,
            parse_constant=self._constant,
        )
        self._counted, self._line = 0, 1

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self.faults.append(f"the key {twice!r} stands there twice")
        return found

    def _constant(self, _: str) -> Any:
        self.faults.append(_NOT_A_NUMBER)

    def line_at(self, position: int) -> int:
        """The physical line of a place; places are asked for in ascending order."""
        if position < self._counted:
            self._counted, self._line = 0, 1
        piece = self.text[self._counted : position]
        self._line += piece.count("\n") + (piece.count("\r") - piece.count("\r\n") if "\r" in piece else 0)
        self._counted = position
        return self._line

    def blank(self, position: int) -> int:
        """The next place that is not blank."""
        found = _BLANK.match(self.text, position)
        return found.end() if found else position

    def value(self, position: int) -> tuple[Any, int]:
        """The value that begins there, and where it ends.

        Raises:
            BadJson: it is none.
        """
        try:
            found, end = self.decoder.raw_decode(self.text, position)
        except json.JSONDecodeError as error:
            raise self.wrong(error.pos, _told(error)) from None
        except RecursionError:
            raise self.wrong(position, _TOO_DEEP) from None
        return found, end

    def wrong(self, position: int, what: str) -> BadJson:
        """An error about a place."""
        return BadJson(self.file.name, self.line_at(min(position, len(self.text))), what)

    def expect(self, position: int, mark: str, what: str) -> None:
        """See that a character stands there.

        Raises:
            BadJson: another one does.
        """
        if self.mark(position) != mark:
            ended = position >= len(self.text)
            raise self.wrong(position, _ENDED if ended else f"this is no JSON ({what} is missing)")

    def mark(self, position: int) -> str:
        """The character there, "" at the end."""
        return self.text[position : position + 1]


def _told(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return _ENDED
    return f"this is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"


def read_json(file: InputFile) -> JsonFile:
    """Read a file whole.

    Raises:
        BadJson: it is not JSON throughout; where each line is an object, only such a line is bad.
    """
    reader = _Reader(file)
    begin = reader.blank(0)
    if reader.mark(begin) == "[":
        found, end = _array(reader, begin)
        _nothing_behind(reader, end)
        return JsonFile(file, *_told_apart(reader, found))
    if reader.mark(begin) != "{":
        raise reader.wrong(begin, "it begins with neither { nor [")
    if _is_lines(reader, begin):
        return _lines(reader)
    members = _members(reader, begin)
    key = _envelope(members)
    if key is None:
        reader.faults = []
        value, end = reader.value(begin)
        return JsonFile(file, *_told_apart(reader, [(begin, value, end, reader.faults)]))
    found = next(elements for name, elements in members if name == key)
    return JsonFile(file, *_told_apart(reader, found), tuple(name for name, _ in members), key)


def first_names(file: InputFile) -> tuple[str, ...]:
    """What a `Source` recognises: the keys around the records, each with ':', then those of the first record.

    Reads no further than it must: of a whole file of records the first one. Nothing, where that is none or bad.

    Raises:
        BadJson: what is there so far is not JSON.
    """
    reader = _Reader(file)
    begin = reader.blank(0)
    if reader.mark(begin) == "[":
        position = reader.blank(begin + 1)
        return () if reader.mark(position) == "]" else _keys(reader, _element(reader, position))
    if reader.mark(begin) != "{" or _is_lines(reader, begin):
        return _keys(reader, _element(reader, begin))
    members: list[tuple[str, list[_Element]]] = []
    for key, found in _walk(reader, begin, first_alone=True):
        members.append((key, found))
        if key in ENVELOPES and _envelope(members[-1:]) is not None:
            break  # what else stands around them need not be read
    around = tuple(f"{name}:" for name, _ in members)
    envelope = _envelope(members)
    if envelope is None:
        return (
            () if any(one[3] for _, found in members for one in found) else tuple(name for name, _ in members)
        )
    held = dict(members)[envelope]
    first = _keys(reader, held[0]) if held else ()
    return (*around, *first) if first or not held else ()


def _keys(reader: _Reader, element: _Element) -> tuple[str, ...]:
    """Keys of an element that is a good record."""
    begin, value, end, faults = element
    good = isinstance(value, dict) and not faults and _bad_escape(reader.text[begin:end]) is None
    return tuple(value) if good else ()


_Element = tuple[int, Any, int, list[str]]
"""Where it begins, the value, where it ends, what a strict reader has against it."""


def _envelope(members: list[tuple[str, list[_Element]]]) -> str | None:
    """The key of an object under which its records stand; None: it is a record itself."""
    found = dict(members)
    for key in ENVELOPES:
        if key in found and (not found[key] or isinstance(found[key][0][1], dict)):
            return key
    if "id" not in found:
        for key in _SINGLE:
            if found.get(key) and isinstance(found[key][0][1], dict):
                return key
    return None


def _array(reader: _Reader, begin: int) -> tuple[list[_Element], int]:
    """The elements of the array that begins there, and where it ends."""
    found: list[_Element] = []
    position = reader.blank(begin + 1)
    if reader.mark(position) == "]":
        return found, position + 1
    while True:
        found.append(_element(reader, position))
        position = reader.blank(found[-1][2])
        if reader.mark(position) == "]":
            return found, position + 1
        reader.expect(position, ",", "a comma between two records")
        position = reader.blank(position + 1)


def _element(reader: _Reader, position: int) -> _Element:
    reader.faults = []
    value, end = reader.value(position)
    return position, value, end, reader.faults


def _members(reader: _Reader, begin: int) -> list[tuple[str, list[_Element]]]:
    """Key and value of each member of the object that begins there: an array by its elements, else one element.

    Raises:
        BadJson: a key stands there twice, or something behind the object.
    """
    return list(_walk(reader, begin))


def _walk(reader: _Reader, begin: int, *, first_alone: bool = False) -> Iterator[tuple[str, list[_Element]]]:
    """`_members` one by one; with `first_alone` of an array only the first element is read before it is given."""
    seen: set[str] = set()
    position = reader.blank(begin + 1)
    while reader.mark(position) != "}":
        if seen:
            reader.expect(position, ",", "a comma")
            position = reader.blank(position + 1)
        reader.expect(position, '"', "a key in quotes")
        key, end = reader.value(position)
        if key in seen:
            raise reader.wrong(position, f"the key {key!r} stands there twice")
        seen.add(key)
        position = reader.blank(end)
        reader.expect(position, ":", "a colon behind a key")
        position = reader.blank(position + 1)
        if reader.mark(position) == "[":
            inner = reader.blank(position + 1)
            if first_alone and reader.mark(inner) == "{":
                yield key, [_element(reader, inner)]
            found, end = _array(reader, position)
            if not (first_alone and found):
                yield key, found
        else:
            found = [_element(reader, position)]
            end = found[0][2]
            yield key, found
        position = reader.blank(end)
    _nothing_behind(reader, position + 1)


def _nothing_behind(reader: _Reader, end: int) -> None:
    behind = reader.blank(end)
    if behind < len(reader.text):
        raise reader.wrong(behind, "something stands behind its end")


def _is_lines(reader: _Reader, begin: int) -> bool:
    """Whether the first line is a whole object, and more comes behind it."""
    end = reader.text.find("\n", begin)
    if end < 0 or reader.blank(end) == len(reader.text):
        return False
    try:
        return isinstance(json.loads(reader.text[begin:end]), dict)
    except (ValueError, RecursionError):
        return False


def _lines(reader: _Reader) -> JsonFile:
    """An object a line; a line that is none is bad by itself."""
    elements: list[_Element] = []
    bad: list[BadRow] = []
    for found in _LINE.finditer(reader.text):
        text = found[0].strip(" \t")
        if not text:
            continue
        start = found.start() + found[0].index(text[0])
        reader.faults = []
        try:
            value, end = reader.decoder.raw_decode(text)
            told = None if end == len(text) else "something stands behind the object"
        except json.JSONDecodeError as error:
            told = _told(error)
        except RecursionError:
            told = _TOO_DEEP
        if told is None:
            elements.append((start, value, start + len(text), reader.faults))
        else:
            bad.append(BadRow(reader.line_at(start), (text,), told))
    records, others = _told_apart(reader, elements)
    return JsonFile(reader.file, records, tuple(sorted((*others, *bad), key=lambda row: row.line)))


def _told_apart(reader: _Reader, elements: list[_Element]) -> tuple[tuple[Record, ...], tuple[BadRow, ...]]:
    """Records, and bad rows for what is no object or no strict JSON."""
    records, bad = [], []
    for begin, value, end, faults in elements:
        line, text = reader.line_at(begin), reader.text[begin:end]
        fault = next(iter(faults), None) or _bad_escape(text)
        if fault is None and not isinstance(value, dict):
            fault = "this is no object"
        if fault is None:
            records.append(Record(line, value, text))
        else:
            bad.append(BadRow(line, (text,), fault))
    return tuple(records), tuple(bad)


def _bad_escape(text: str) -> str | None:
    r"""What is wrong with \u escapes: NUL, or half of a pair that only together are a character."""
    if "\\u0000" in text and _NUL.search(text):
        return "the record holds a NUL"
    if not _SURROGATE.search(text):
        return None
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return "the record holds half of a character"
    return None

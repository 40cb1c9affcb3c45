"""Data files of layouts and print services, read and checked: everything that is wrong in one is told at once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from clientlens.errors import BadLayout, LayoutNotTaken, UnknownLayout, UnknownProvider
from clientlens.letters.layout import NO_SERVICE, AddressType, Layout, Mark, Provider, Rect, stationery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientlens.letters.layout import Geometry

PAPERS = {"A4": Rect(0, 0, 210, 297), "Letter": Rect(0, 0, 215.9, 279.4)}
_LAYOUT = ("title", "paper", "window", "notes", "notes_block", "address", "head", "info", "body", "next_body", "footer", "folds", "marks", "type")  # fmt: skip
_PROVIDER = ("title", "papers", "margins", "empty", "address", "body_below", "marks", "most_bytes", "most_pages")  # fmt: skip
_NOWHERE = Rect(0, 0, 0, 0)


def layout_names() -> tuple[str, ...]:
    """Names of the layouts, sorted."""
    return _names("layouts")


def provider_names() -> tuple[str, ...]:
    """Names of the print services, sorted; "none" is among them."""
    return _names("providers")


@cache
def layout_named(name: str) -> Layout:
    """One layout.

    Raises:
        UnknownLayout
    """
    if name not in layout_names():
        raise UnknownLayout(name, layout_names())
    return layout_from(_text("layouts", name), name)


@cache
def provider_named(name: str) -> Provider:
    """One print service; "" is the same as none.

    Raises:
        UnknownProvider
    """
    name = name or NO_SERVICE
    if name not in provider_names():
        raise UnknownProvider(name, provider_names())
    return provider_from(_text("providers", name), name)


@cache
def geometry_named(layout: str, provider: str) -> Geometry:
    """Where everything lies on letters of a layout that a service prints; provider "": none.

    Raises:
        UnknownLayout, UnknownProvider. LayoutNotTaken: the service cannot send letters of that layout.
    """
    service = provider_named(provider)
    try:
        return stationery(layout_named(layout), service)
    except LayoutNotTaken as error:
        taken = [one for one in layout_names() if _takes(service, one)]
        raise LayoutNotTaken(layout, service.name, error.reason, taken) from None


def _takes(provider: Provider, layout: str) -> bool:
    try:
        stationery(layout_named(layout), provider)
    except LayoutNotTaken:
        return False
    return True


def layout_from(text: str, name: str) -> Layout:
    """A layout out of the text of its file.

    Raises:
        BadLayout: with everything that is wrong in it.
    """
    read = _Reading(name, _toml(text, name), _LAYOUT)
    paper = read.one_of("paper", PAPERS)
    layout = Layout(
        name=name,
        title=read.text("title"),
        paper=paper,
        page=PAPERS[paper],
        window=read.rect("window"),
        notes=read.rect("notes") if "notes" in read.found else None,
        notes_block=read.switch("notes_block"),
        address=read.rect("address"),
        type=read.type(),
        head=read.rect("head"),
        info=read.rect("info"),
        body=read.rect("body"),
        next_body=read.rect("next_body"),
        footer=read.rect("footer"),
        folds=tuple(read.numbers("folds")),
        marks=tuple(Mark(*numbers) for numbers in read.rows("marks", 3)),
    )
    if not read.faults:
        read.faults += _misplaced(layout)
    read.done()
    return layout


def provider_from(text: str, name: str) -> Provider:
    """A print service out of the text of its file.

    Raises:
        BadLayout: with everything that is wrong in it.
    """
    read = _Reading(name, _toml(text, name), _PROVIDER)
    margins = read.numbers("margins", 4)
    provider = Provider(
        name=name,
        title=read.text("title"),
        papers=tuple(read.some_of("papers", PAPERS)),
        empty=tuple(Rect(*numbers) for numbers in read.rows("empty", 4)),
        address=read.rect("address") if "address" in read.found else None,
        margins=(margins[0], margins[1], margins[2], margins[3]),
        body_below=read.number("body_below"),
        marks=read.switch("marks"),
        most_bytes=read.whole("most_bytes"),
        most_pages=read.whole("most_pages"),
    )
    read.done()
    return provider


def _misplaced(layout: Layout) -> list[str]:
    """What does not go together on one sheet."""
    areas = {
        "window": layout.window,
        "head": layout.head,
        "info": layout.info,
        "body": layout.body,
        "next_body": layout.next_body,
        "footer": layout.footer,
    } | ({"notes": layout.notes} if layout.notes else {})
    faults = [f"{name} leaves the sheet" for name, area in areas.items() if not layout.page.holds(area)]
    if not layout.window.holds(layout.address):
        faults.append("address leaves the window")
    if layout.notes and layout.notes.meets(layout.address):
        faults.append("notes and address overlap")
    first = ("window", "head", "info", "body", "footer")
    pairs = [(one, other) for number, one in enumerate(first) for other in first[number + 1 :]]
    faults += [
        f"{one} and {other} overlap"
        for one, other in [*pairs, ("next_body", "footer")]
        if areas[one].meets(areas[other])
    ]
    faults += [
        f"the mark at {mark.y:g} leaves the sheet"
        for mark in layout.marks
        if not layout.page.holds(Rect(mark.x, mark.y, mark.length, 0))
    ]
    faults += [
        f"the fold at {fold:g} leaves the sheet" for fold in layout.folds if not 0 < fold < layout.page.height
    ]
    if layout.type.needed(layout.type.most_lines) > layout.address.height:
        faults.append(f"address is too low for {layout.type.most_lines} lines")
    return faults


@dataclass(slots=True)
class _Reading:
    """One file being read: what is wrong is gathered, and something of the right kind is given in its place."""

    name: str
    found: Mapping[str, Any]
    known: tuple[str, ...]
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._unknown(self.found, self.known)

    def done(self) -> None:
        if self.faults:
            raise BadLayout(f"{self.name}.toml", self.faults)

    def text(self, key: str) -> str:
        value = self.found.get(key)
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value
        return str(self._fault(key, "a line of text", ""))

    def one_of(self, key: str, choices: Iterable[str]) -> str:
        choices = list(choices)
        value = self.found.get(key)
        if value in choices:
            return str(value)
        return str(self._fault(key, " or ".join(choices), choices[0]))

    def some_of(self, key: str, choices: Iterable[str]) -> list[str]:
        choices = list(choices)
        value = self.found.get(key)
        if isinstance(value, list) and value and all(one in choices for one in value):
            return value
        return list(self._fault(key, "a list of " + " or ".join(choices), []))

    def switch(self, key: str) -> bool:
        value = self.found.get(key, False)
        return value if isinstance(value, bool) else bool(self._fault(key, "true or false", False))

    def number(self, key: str) -> float:
        value = self.found.get(key, 0)
        return float(value) if _is_length(value) else float(self._fault(key, "a length in mm", 0))

    def whole(self, key: str) -> int | None:
        value = self.found.get(key)
        if value is None or (type(value) is int and value > 0):
            return value
        return int(self._fault(key, "a whole number above 0", 1))

    def numbers(self, key: str, count: int | None = None) -> list[float]:
        value = self.found.get(key)
        if (
            isinstance(value, list)
            and (count is None or len(value) == count)
            and all(_is_length(one) for one in value)
        ):
            return [float(one) for one in value]
        return list(self._fault(key, f"a list of {count or 'some'} lengths in mm", [0.0] * (count or 0)))

    def rect(self, key: str) -> Rect:
        value = self.numbers(key, 4)
        if not any(value) or (value[2] > 0 and value[3] > 0):
            return Rect(*value)
        self._fault(key, "a rectangle with a width and a height", None)
        return _NOWHERE

    def rows(self, key: str, count: int) -> list[list[float]]:
        value = self.found.get(key, [])
        if isinstance(value, list) and all(
            isinstance(row, list) and len(row) == count and all(_is_length(one) for one in row)
            for row in value
        ):
            return [[float(one) for one in row] for row in value]
        return list(self._fault(key, f"a list of lists of {count} lengths in mm", []))

    def type(self) -> AddressType:
        found = self.found.get("type", {})
        if not isinstance(found, dict):
            found = self._fault("type", "a table", {})
        self._unknown(found, ("size_pt", "leading", "lines"))
        size, leading, lines = (found.get(key) for key in ("size_pt", "leading", "lines"))
        if not (_is_length(size) and 10 <= size <= 12):
            size = self._fault("size_pt", "a size of type from 10 to 12", 10)
        if not (_is_length(leading) and 3.9 <= leading <= 6):
            leading = self._fault("leading", "a length in mm from 3.9 to 6", 4)
        if not (type(lines) is int and 4 <= lines <= 9):
            lines = self._fault("lines", "a whole number from 4 to 9", 6)
        return AddressType(float(size), float(leading), lines)

    def _unknown(self, found: Iterable[str], known: Iterable[str]) -> None:
        self.faults += [f"unknown key {key!r}" for key in found if key not in known]

    def _fault(self, key: str, wanted: str, otherwise: Any) -> Any:
        self.faults.append(f"{key} is {wanted}")
        return otherwise


def _is_length(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1000


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLayout(f"{name}.toml", [f"not TOML: {error}"]) from None


def _names(folder: str) -> tuple[str, ...]:
    files = resources.files("clientlens.letters").joinpath(folder).iterdir()
    return tuple(sorted(one.name.removesuffix(".toml") for one in files if one.name.endswith(".toml")))


def _text(folder: str, name: str) -> str:
    return resources.files("clientlens.letters").joinpath(folder, f"{name}.toml").read_text("utf-8")

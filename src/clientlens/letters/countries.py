"""Countries as files write them, their postcodes, and the lines of an address below the street."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pl", "da", "sv", "pt", "cs")
"""In which names of countries are known; a file of a shop has those of its own."""
_GERMAN = frozenset({"DE", "AT", "CH", "LI", "LU"})
_FRENCH = frozenset({"FR", "BE", "MC"})
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_DEFAULT_LINES = ("{postcode} {city}",)
_FIELD = re.compile(r"([^{]*)\{(\w+)\}")
_CODE = re.compile(r"[A-Z]{2}-\w{1,3}|[A-Z0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Country:
    """How addresses of one country are written: see `countries.toml`.

    postcode: what it looks like, None: anything; joiner: what stands between its parts; needed: an address lacks something
    without it.
    """

    code: str
    postcode: re.Pattern[str] | None
    joiner: str
    needed: bool
    lines: tuple[str, ...]
    after: bool
    capitals: bool
    provinces: Mapping[str, str] | None
    seats: bool

    def postcode_of(self, given: str) -> str | None:
        """A postcode as the country writes it, without the letters of a country before it; None where it is none."""
        # Shop systems write '01067 to keep spreadsheets from taking the zero.
        text = given.upper().lstrip("'")
        if self.postcode is None:
            return text
        bare = re.sub(r"^[A-Z]{1,3} ?- ?", "", text)
        for one in (text, bare, text.removeprefix(self.code).strip()):
            if found := self.postcode.fullmatch(one):
                return self.joiner.join(part for part in found.groups() if part)
        return None

    def province_of(self, given: str, city: str) -> str:
        """A province as it stands in an address: its code, where the country writes codes; "" where there is none to say."""
        if self.provinces is None:
            return "" if _CODE.fullmatch(given) else given
        if known := self.provinces.get(folded(given)):
            return known
        short = given.upper().removeprefix(f"{self.code}-")
        if short in self.provinces.values():
            return short
        return self.provinces.get(folded(city), given) if self.seats else given

    def below_street(self, fields: Mapping[str, str]) -> Iterator[str]:
        """The lines below the street; fields: postcode, city, province, "" where there is none."""
        for template in self.lines:
            line = ""
            for before, name in _FIELD.findall(template):
                value = fields[name]
                if value:
                    # What separates fields needs one on both its sides; what is part of a code does not.
                    line += (before if line or before.strip(" ,-/") else "") + value
            if line:
                yield line


@cache
def country(code: str) -> Country:
    """How addresses of a country are written; one of which nothing is known takes any postcode, and needs none."""
    data = _data()
    found: dict[str, Any] = data["countries"].get(code, {})
    pattern = found.get("postcode")
    provinces = data["provinces"].get(code) if found.get("codes") else None
    return Country(
        code=code,
        postcode=re.compile(pattern[0]) if pattern else None,
        joiner=pattern[1] if pattern and len(pattern) > 1 else "",
        needed=not found.get("optional", code in data["without_postcode"].split()),
        lines=tuple(found.get("lines", _DEFAULT_LINES)),
        after=found.get("after", False),
        capitals=found.get("capitals", False),
        provinces=None if provinces is None else {folded(name): short for name, short in provinces.items()},
        seats=found.get("seats", False),
    )


@cache
def country_code(text: str) -> str | None:
    """The ISO 3166 code of a country that is named by a code of two or three letters or by its name in some language.

    None: it is none that is known.
    """
    from babel.core import get_global

    bare = text.strip().upper()
    if len(bare) == 2 and bare in _territories():
        return bare
    aliases = get_global("territory_aliases").get(bare, [])
    if len(aliases) == 1:
        return str(aliases[0])
    return _codes_by_name().get(folded(text))


def country_language(home: str) -> str:
    """The language in which mail from a country names the country that it goes to: de, fr or en."""
    return "de" if home in _GERMAN else "fr" if home in _FRENCH else "en"


@cache
def country_line(code: str, language: str) -> str:
    """The last line of an address abroad: the country in capitals; language: de, fr or en."""
    from babel import Locale

    if written := _data()["written"].get(code, {}).get(language):
        return str(written).upper()
    name = str(Locale(language).territories.get(code, code))
    # "Myanmar (Burma)": a letter needs one name.
    return re.sub(r" \(.*\)$", "", name).upper()


def folded(text: str) -> str:
    """Letters and digits alone, small, without accents; ä and ae, ß and ss, ø and o are alike."""
    text = text.casefold()
    for letter, pair in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ø", "oe"),
        ("å", "aa"),
        ("æ", "ae"),
        ("ł", "l"),
    ):
        text = text.replace(letter, pair)
    return "".join(one for one in unicodedata.normalize("NFKD", text) if one.isalnum())


@cache
def _territories() -> frozenset[str]:
    from babel import Locale

    found = {str(code) for code in Locale("en").territories}
    return frozenset(code for code in found if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


@cache
def _codes_by_name() -> dict[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in _territories():
                found.setdefault(folded(str(name)), code)
                found.setdefault(folded(re.sub(r" \(.*\)$", "", str(name))), code)
    for code, names in _data()["names"].items():
        found |= {folded(name): code for name in names}
    return found


@cache
def _data() -> dict[str, Any]:
    text = resources.files("clientlens.letters").joinpath("countries.toml").read_text("utf-8")
    return tomllib.loads(text)

"""The lines of a postal address as they stand in the window, or what an address lacks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from clientlens.letters.countries import country, country_code, country_line, folded
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn what follows, so that a reader sees another text than the file has."""
_NUMBER = re.compile(r"\d{1,5} ?[A-Za-z]?(?: ?[-/] ?\d{1,5} ?[A-Za-z]?)?")
_NOTHING = frozenset({"n/a", "#n/a", "(null)"})


@dataclass(frozen=True, slots=True)
class ClientAddress:
    """Parts of a client's address as files have them; None: not known. country: a code, or a name in some language."""

    name: str | None = None
    company: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, object]) -> ClientAddress:
        """Out of a row of the table clients, or of anything with these names; other names are passed over."""
        parts = {part.name: row.get(part.name) for part in fields(cls)}
        return cls(**{name: None if value is None else str(value) for name, value in parts.items()})


@dataclass(frozen=True, slots=True)
class Addressed:
    """An address as it is written, or why it cannot be.

    lines: none where there are faults. country: the ISO code of where it goes, None: not known. faults: what is missing or
    wrong, in words without a detail of the client. notes: what may be wrong.
    """

    lines: tuple[str, ...]
    country: str | None
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def addressed(address: ClientAddress, *, home: str, language: str, most_lines: int) -> Addressed:
    """The lines of an address: company, name, addition, street and number, postcode and town, the country abroad.

    Each line is NFC without control, zero-width or other invisible characters. Abroad town and country are in capitals.

    Args:
        home: ISO code of the country that the letter is sent from; an address without a country is there.
        language: of the country's name: de, fr or en. See `countries.country_language`.
        most_lines: that the window takes.
    """
    parts = {part.name: _clean(getattr(address, part.name)) for part in fields(address)}
    code = country_code(parts["country"]) if parts["country"] else home
    faults = [f"{name} has characters that cannot be printed" for name in _unprintable(address)]
    faults += _missing(parts)
    if code is None:
        faults.append("its country is not known")
        return Addressed((), None, tuple(faults))
    rules = country(code)
    postcode = rules.postcode_of(parts["postcode"]) if parts["postcode"] else ""
    if postcode is None:
        faults.append(f"its postcode is none of {code}")
    elif not postcode and rules.needed:
        faults.append("no postcode")
    if faults:
        return Addressed((), code, tuple(faults))
    street = _with_number(parts)
    more = "" if parts["street2"] == street else parts["street2"]
    lines = [line for line in (*_names(parts), *((street, more) if rules.after else (more, street))) if line]
    below = list(rules.below_street(_town(parts, code, str(postcode))))
    abroad = code != home
    lines += [line.upper() for line in below] if abroad or rules.capitals else below
    if abroad:
        lines.append(country_line(code, language))
    if len(lines) > most_lines:
        return Addressed((), code, (f"it has {len(lines)} lines, and the window takes {most_lines}",))
    notes = () if any(one.isdigit() for one in street) else ("its street has no number",)
    return Addressed(tuple(lines), code, notes=notes)


def _clean(text: str | None) -> str:
    """One line of it; "" where nothing in it can be read."""
    line = one_line(text or "")
    return line if any(one.isalnum() for one in line) and line.casefold() not in _NOTHING else ""


def _unprintable(address: ClientAddress) -> list[str]:
    """Parts with characters that no page shows, or that turn what follows; what is only invisible is dropped instead."""
    return [
        part.name
        for part in fields(address)
        if (text := getattr(address, part.name))
        and not text.isprintable()
        and any(
            one in _OVERRIDES or (unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn"} and not one.isspace())
            for one in text
        )
    ]


def _missing(parts: Mapping[str, str]) -> list[str]:
    faults = [] if parts["name"] or parts["company"] else ["no name"]
    if not parts["street"]:
        faults.append("no street")
    if not parts["city"]:
        faults.append("no town")
    return faults


def _names(parts: Mapping[str, str]) -> list[str]:
    same = parts["company"] and parts["name"] and folded(parts["company"]) == folded(parts["name"])
    return [parts["company"]] if same else [parts["company"], parts["name"]]


def _with_number(parts: dict[str, str]) -> str:
    """The street; a bare number that a shop's form put on the second line comes back behind it."""
    street = parts["street"]
    if street and not any(one.isdigit() for one in street) and _NUMBER.fullmatch(parts["street2"]):
        street, parts["street2"] = f"{street} {parts['street2']}", ""
    return street


def _town(parts: Mapping[str, str], code: str, postcode: str) -> dict[str, str]:
    city = parts["city"]
    if postcode:
        # "10115 Berlin" beside the postcode 10115.
        city = city.removeprefix(parts["postcode"]).removeprefix(postcode).strip(" ,") or city
    province = country(code).province_of(parts["province"], city)
    return {
        "postcode": postcode,
        "city": city,
        "province": "" if folded(province) == folded(city) else province,
    }

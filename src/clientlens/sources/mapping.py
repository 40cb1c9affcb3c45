"""Mapping files: TOML read into `model.mapping`, and checked so that a slip of the pen is told with its line."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clientlens.errors import BadMapping
from clientlens.model.mapping import LINES, FileMapping, Section
from clientlens.model.money import DECIMALS
from clientlens.sources.canonical import NEEDED, Kind, names_of
from clientlens.sources.csvfile import normalise
from clientlens.sources.input import is_encoding
from clientlens.sources.order_rows import OF_LINE
from clientlens.sources.order_states import STATUS_WORDS
from clientlens.sources.order_values import number_words
from clientlens.sources.tomllines import NotToml, meant, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientlens.sources.tomllines import Lines

CALL_KEYS = ("store", "currency", "timezone", "encoding", "decimal", "date_format", "note")
"""What holds for every file that the mapping reads."""
SHARED_KEYS = ("status", "blank", "footer", "delimiter")
"""What a [[file]] may say, and takes over from the top of the mapping otherwise."""
FILE_KEYS = ("kind", "columns", "optional", "constants", "sums", "fill", "summary_row")
SUMMED = ("order_total", "price", "tax", "shipping", "fees", "tip", "discount", "refunded")
KINDS = (*(kind.value for kind in Kind), LINES)
_NEEDED_OF_LINES = (("order_id",), ("product", "service", "sku"))
_OF_ORDERS = ("status", "sums", "summary_row")

_Path = tuple[str | int, ...]


@dataclass(slots=True)
class _Check:
    """One mapping being checked: what is wrong is gathered, so that all of it is told at once."""

    lines: Lines
    faults: list[tuple[int | None, str]] = field(default_factory=list)

    def fault(self, path: _Path, told: str) -> None:
        self.faults.append((self.lines.of(path), told))

    def unknown(self, path: _Path, what: str, known: Iterable[str]) -> None:
        self.fault(path, f"{what} {str(path[-1])!r}" + meant(str(path[-1]), known))


def read_mapping(data: bytes, name: str) -> FileMapping:
    """A mapping out of the bytes of its file.

    Args:
        name: of the file, for messages.

    Raises:
        BadMapping: with everything that is wrong in it.
    """
    try:
        found, lines = read_toml(data)
    except NotToml as error:
        raise BadMapping(name, [(error.line, error.told)]) from None
    check = _Check(lines)
    mapping = _mapping(found, name, hashlib.sha256(data).hexdigest(), check)
    if check.faults:
        raise BadMapping(name, sorted(check.faults, key=lambda fault: fault[0] or 0))
    return mapping


def _mapping(found: dict[str, Any], name: str, sha256: str, check: _Check) -> FileMapping:
    several = "file" in found
    for key in found:
        if several and key in FILE_KEYS:
            check.fault((key,), f"{key!r} belongs into a [[file]], since there are some")
        elif key not in (*CALL_KEYS, *SHARED_KEYS, *FILE_KEYS, "file"):
            check.unknown((key,), "unknown key", (*CALL_KEYS, *SHARED_KEYS, *FILE_KEYS, "file"))
    of_call = {key: _text((key,), found[key], check) for key in CALL_KEYS if key in found}
    if isinstance(found.get("date_format"), list):
        of_call["date_format"] = "|".join(_texts(("date_format",), found["date_format"], check))
    _check_call(of_call, check)
    if not several:
        sections = [_section(found, (), {}, check)]
    else:
        parts = found["file"]
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            check.fault(("file",), "write [[file]] with two brackets, one for each kind of file")
            parts = []
        shared = {key: found[key] for key in SHARED_KEYS if key in found}
        sections = [_section(part, ("file", number), shared, check) for number, part in enumerate(parts)]
    if sections and all(section.kind == LINES for section in sections):
        check.fault(("kind",), "lines need the orders they are of: another [[file]] of kind 'orders'")
    return FileMapping(name, sha256, tuple(sections), **of_call)


def _check_call(of_call: Mapping[str, str], check: _Check) -> None:
    if of_call.get("decimal") not in (None, "comma", "point"):
        check.fault(("decimal",), "'decimal' is comma or point")
    if "encoding" in of_call and not is_encoding(of_call["encoding"]):
        check.fault(
            ("encoding",), f"unknown encoding {of_call['encoding']!r}: such as utf-8, cp1252 or utf-16"
        )
    currency = of_call.get("currency")
    if currency is not None and currency not in DECIMALS:
        check.fault(("currency",), f"unknown currency {currency!r}: an ISO 4217 code such as EUR")
    if "timezone" in of_call:
        try:
            ZoneInfo(of_call["timezone"])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            check.fault(("timezone",), f"unknown time zone {of_call['timezone']!r}: such as Europe/Rome")
    for form in of_call.get("date_format", "%Y").split("|"):
        if "%" not in form or not _is_form(form.strip()):
            check.fault(("date_format",), "'date_format' is made of signs such as %d/%m/%Y %H:%M")


def _is_form(form: str) -> bool:
    try:
        dt.datetime.strptime("", form)  # noqa: DTZ007  # only whether the signs exist
    except ValueError as error:
        return "does not match" in str(error)
    return True


def _section(found: Mapping[str, Any], path: _Path, shared: Mapping[str, Any], check: _Check) -> Section:
    own = (*SHARED_KEYS, *FILE_KEYS)
    before = len(check.faults)
    if path:
        for key in found:
            if key in CALL_KEYS:
                check.fault((*path, key), f"{key!r} holds for all files: write it above the first [[file]]")
            elif key not in own:
                check.unknown((*path, key), "unknown key", own)
    kind = _text((*path, "kind"), found.get("kind", Kind.ORDERS.value), check)
    if kind not in KINDS:
        check.fault((*path, "kind"), f"unknown kind {kind!r}" + meant(kind, KINDS))
        kind = Kind.ORDERS.value
    if kind not in (Kind.ORDERS, LINES):
        for key in _OF_ORDERS:
            if key in found:
                check.fault((*path, key), f"{key!r} is for orders, not for {kind}")
    allowed = _plain_columns(kind)
    columns = {
        group: {
            name: _texts((*path, group, name), value, check)
            for name, value in _table((*path, group), found.get(group, {}), check).items()
            if _is_plain((*path, group, name), allowed, check)
        }
        for group in ("columns", "optional")
    }
    constants = {
        name: _constant((*path, "constants", name), value, check)
        for name, value in _table((*path, "constants"), found.get("constants", {}), check).items()
        if _is_plain((*path, "constants", name), allowed, check)
    }
    sums = _sums(found, path, check)
    _check_once(path, {**columns, "constants": constants, "sums": sums}, check)
    section = Section(
        kind=kind,
        columns=columns["columns"],
        optional=columns["optional"],
        constants=constants,
        sums=sums,
        status=_status(found, path, shared, check),
        fill={
            column: _constant((*path, "fill", column), value, check)
            for column, value in _table((*path, "fill"), found.get("fill", {}), check).items()
        },
        blank=_shared_texts("blank", found, path, shared, check),
        footer=_shared_texts("footer", found, path, shared, check),
        summary_row=_text((*path, "summary_row"), found["summary_row"], check)
        if "summary_row" in found
        else None,
        delimiter=_delimiter(found, path, shared, check),
    )
    _check_fill(section, path, check)
    if len(check.faults) == before:  # what is missing may be what is misspelt
        _check_needed(section, path, check)
    return section


def _plain_columns(kind: str) -> tuple[str, ...]:
    return ("order_id", "store", *OF_LINE) if kind == LINES else names_of(Kind(kind))


def _is_plain(path: _Path, allowed: Sequence[str], check: _Check) -> bool:
    if path[-1] in allowed:
        return True
    check.unknown(path, "no plain column is called", allowed)
    return False


def _sums(found: Mapping[str, Any], path: _Path, check: _Check) -> dict[str, tuple[str, ...]]:
    sums = {}
    for name, value in _table((*path, "sums"), found.get("sums", {}), check).items():
        if name in SUMMED:
            sums[name] = _texts((*path, "sums", name), value, check)
        else:
            check.unknown((*path, "sums", name), "no amount of an order is called", SUMMED)
    return sums


def _check_once(path: _Path, groups: Mapping[str, Mapping[str, object]], check: _Check) -> None:
    seen: dict[str, str] = {}
    for group, names in groups.items():
        for name in names:
            if name in seen:
                check.fault((*path, group, name), f"{name!r} stands under [{seen[name]}] already")
            seen.setdefault(name, group)


def _status(
    found: Mapping[str, Any], path: _Path, shared: Mapping[str, Any], check: _Check
) -> dict[str, str]:
    at = (*path, "status") if "status" in found else ("status",)
    words = _table(at, found.get("status", shared.get("status", {})), check)
    meanings = {}
    for theirs, value in words.items():
        meaning = _text((*at, theirs), value, check)
        known = next(iter(number_words({meaning: ""})), "")
        if known not in STATUS_WORDS:
            told = f"no status is called {meaning!r}" + meant(known, STATUS_WORDS)
            check.fault((*at, theirs), told + f"; there are {', '.join(STATUS_WORDS)}")
        meanings[theirs] = known
    return number_words(meanings)


def _shared_texts(
    key: str, found: Mapping[str, Any], path: _Path, shared: Mapping[str, Any], check: _Check
) -> tuple[str, ...]:
    if key in found:
        return _texts((*path, key), found[key], check)
    return _texts((key,), shared[key], check) if key in shared else ()


def _delimiter(found: Mapping[str, Any], path: _Path, shared: Mapping[str, Any], check: _Check) -> str | None:
    at = (*path, "delimiter") if "delimiter" in found else ("delimiter",)
    value = found.get("delimiter", shared.get("delimiter"))
    if value is None:
        return None
    mark = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(str(value), value)
    if not isinstance(mark, str) or len(mark) != 1 or mark in '"\r\n':
        check.fault(at, "'delimiter' is one sign such as ';', or tab")
        return None
    return mark


def _check_fill(section: Section, path: _Path, check: _Check) -> None:
    theirs = {normalise(column): column for column in their_columns(section)}
    for column in section.fill:
        if normalise(column) not in theirs:
            told = "no column of the mapping is called"
            check.unknown((*path, "fill", column), told, theirs.values())


def _check_needed(section: Section, path: _Path, check: _Check) -> None:
    groups = _NEEDED_OF_LINES if section.kind == LINES else NEEDED[Kind(section.kind)]
    there = {*section.columns, *section.constants, *section.sums}
    if section.kind == Kind.CLIENTS and "first_name" in there:
        there.add("name")
    for group in groups:
        if not there & set(group):
            check.fault(
                (*path, "columns"), f"{section.kind} need {' or '.join(group)}, which no column becomes"
            )
    if not section.columns and not section.sums:
        check.fault((*path, "columns"), "no column is named under [columns]")


def their_columns(section: Section) -> tuple[str, ...]:
    """Every column that a section names, as it spells them."""
    named = [
        column
        for group in (section.columns, section.optional)
        for names in group.values()
        for column in names
    ]
    named += [column.removeprefix("-") for names in section.sums.values() for column in names]
    return tuple(dict.fromkeys(named + ([section.summary_row] if section.summary_row else [])))


def _table(path: _Path, value: Any, check: _Check) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    check.fault(path, f"{str(path[-1])!r} is a table: write [{path[-1]}] and its lines below")
    return {}


def _text(path: _Path, value: Any, check: _Check) -> str:
    if isinstance(value, str) and value.strip():
        return value
    if path[-1] != "date_format" or not isinstance(value, list):
        check.fault(path, f"{str(path[-1])!r} takes text in quotes")
    return ""


def _texts(path: _Path, value: Any, check: _Check) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    if several and all(isinstance(one, str) and one.strip() for one in several):
        return tuple(several)
    check.fault(path, f"{str(path[-1])!r} takes text in quotes, or a list of such texts")
    return ()


def _constant(path: _Path, value: Any, check: _Check) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    return _text(path, value, check)

"""A mapping drafted from a file: what can be guessed is filled in, what is unsure is said, what is missing is marked."""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import NotRecognised
from clientlens.sources.amounts import Decimal, find_decimal
from clientlens.sources.canonical import COLUMNS, NEEDED, Kind, Part, names_of
from clientlens.sources.guesses import Sample, date_columns, folded, guesses, sample_of
from clientlens.sources.months import in_english
from clientlens.sources.order_states import STATUS_WORDS
from clientlens.sources.order_values import number_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.sources.input import InputFile

_SHOWN = ("order_id", "placed_at", "reviewed_at", "order_total", "status")
"""Columns of which an example is shown; the others may tell of people, and a mapping gets passed on."""
_AMOUNTS = ("order_total", "tax", "shipping", "tip", "discount", "refunded", "unit_price", "line_total")
_OF_ORDER = ("order_total", "tax", "shipping", "tip", "discount", "refunded")
_DIFFERS = "it differs between rows of one order"
_START = 1 << 16
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%b-%y",
    "%b-%d-%y", "%d-%b-%Y", "%b-%d-%Y", "%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%b %d %Y", "%d.%b.%Y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", ", %H:%M", ", %H:%M:%S", " %I:%M %p", ", %I:%M %p")
_ISO = re.compile(r"^(?:19|20)\d\d-\d\d-\d\d(?:$|[ T])")
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN"}
_STATUS: dict[str, str] = {
    "completed": "complete done closed abgeschlossen erledigt completato concluso termine terminee completado "
    "completada shipped sent versendet versandt verschickt spedito consegnato expediee expedie livree livre enviado "
    "entregado geliefert zugestellt",
    "paid": "bezahlt pagato payee paye pagado pagada processing",
    "pending": "offen open on_hold unpaid new neu wartend ausstehend unbezahlt in_attesa aperto nuovo en_attente "
    "pendiente nuevo in_bearbeitung in_lavorazione en_cours en_proceso",
    "cancelled": "storniert abgebrochen annullato cancellato annulee annule cancelado cancelada anulado",
    "refunded": "erstattet rimborsato remboursee rembourse reembolsado",
}
_MEANINGS = {word: meaning for meaning, words in _STATUS.items() for word in words.split()}


def drafted(file: InputFile, known_as: str | None = None) -> str:
    """The text of a mapping for a file.

    Args:
        known_as: the source that recognises the file without a mapping, told in the first line.

    Raises:
        NotRecognised: nothing in it looks like a header, or it is JSON.
    """
    if file.text[:_START].lstrip()[:1] in (b"{", b"["):
        raise NotRecognised(
            file.name,
            "this is JSON, and a mapping reads tables such as CSV",
            "JSON needs no mapping: 'clientlens import' takes it under the plain names, those that "
            "'clientlens template orders' prints",
        )
    sample = sample_of(file)
    if sample is None:
        raise NotRecognised(
            file.name,
            "nothing here looks like the header of a table",
            "'clientlens template mapping' without --from prints a mapping to fill in",
        )
    found = guesses(sample)
    unsure = {}
    dates = date_columns(sample)
    if "placed_at" not in found and _kind(found) is Kind.ORDERS and len(dates) == 1:
        found["placed_at"] = dates[0]
        unsure["placed_at"] = "the only column of dates"
    kind = _kind(found)
    if kind is Kind.ORDERS:
        unsure |= _differing(sample, found)
    found = {_renamed(plain, kind): column for plain, column in found.items()}
    found = {plain: column for plain, column in found.items() if plain in names_of(kind)}
    lines = [
        *(
            [f"# Needs no mapping: 'clientlens import' recognises this file as {known_as}."]
            if known_as
            else []
        ),
        f"# Drafted from {_quoted(file.name)}. Every line is a guess from names and first rows: check it, then",
        "#   clientlens import FILE --mapping THIS.toml --dry-run",
        f'kind = "{kind}"',
        f"delimiter = {_quoted({chr(9): 'tab'}.get(sample.header.delimiter, sample.header.delimiter))}",
        *_decimal(sample, found),
        *_dates(sample, found),
        *(_currency(sample, found) if kind is Kind.ORDERS else ()),
        "",
        "[columns]",
        *_columns(sample, found, kind, unsure),
    ]
    if kind is Kind.ORDERS and "status" in found:
        lines += _statuses(sample, found["status"])
    unused = [
        cell
        for number, cell in enumerate(sample.header.cells)
        if cell.strip() and number not in found.values()
    ]
    if unused:
        lines += ["", "# Not used; put one under [columns] behind the plain name it means:"]
        lines += [f"#   {_quoted(cell)}" for cell in unused]
        plain = [column.name for column in COLUMNS[kind] if column.part is not Part.SYSTEM]
        lines += textwrap.wrap(
            f"Plain names: {', '.join(plain)}", 110, initial_indent="# ", subsequent_indent="# "
        )
    return "\n".join(lines) + "\n"


def _kind(found: Mapping[str, int]) -> Kind:
    if "rating" in found and "placed_at" in found and "order_total" not in found:
        return Kind.REVIEWS
    somebody = {"email", "name", "first_name", "client_ref", "phone"} & set(found)
    if somebody and not {"placed_at", "order_total", "order_id"} & set(found):
        return Kind.CLIENTS
    return Kind.ORDERS


def _renamed(plain: str, kind: Kind) -> str:
    if kind is Kind.REVIEWS:
        return {"placed_at": "reviewed_at", "product": "service", "order_total": "price"}.get(plain, plain)
    return plain


def _quoted(text: str) -> str:
    """A TOML string; characters that no terminal should see are escaped."""
    return re.sub(
        r"[^\x20-\x7e]",
        lambda found: found[0] if found[0].isprintable() else f"\\u{ord(found[0]):04x}",
        json.dumps(text, ensure_ascii=False),
    )


def _differing(sample: Sample, found: Mapping[str, int]) -> dict[str, str]:
    """Amounts of an order that are not the same in all of its rows, with what is said of them."""
    if "order_id" not in found:
        return {}
    differing = {}
    for plain in _OF_ORDER:
        seen: dict[str, set[str]] = {}
        for row in sample.rows if plain in found else ():
            if cell := row[found[plain]].strip():
                seen.setdefault(row[found["order_id"]].strip(), set()).add(cell)
        if any(len(cells) > 1 for order, cells in seen.items() if order):
            differing[plain] = _DIFFERS
    return differing


def _columns(sample: Sample, found: Mapping[str, int], kind: Kind, unsure: Mapping[str, str]) -> list[str]:
    """The lines below [columns]; an amount that differs within an order is a comment, and so is what it may be."""
    there = {*found, *(("name",) if kind is Kind.CLIENTS and "first_name" in found else ())}
    lines = [
        f'# {first} = ""  # needed' + (f", or {' or '.join(others)}" if others else "")
        for first, *others in NEEDED[kind]
        if not {first, *others} & there
    ]
    for plain, column in found.items():
        cells = sample.filled(column)
        shown = f"  # such as {_quoted(cells[0][:30])}" if cells and plain in _SHOWN else ""
        cell = _quoted(sample.header.cells[column])
        if unsure.get(plain) == _DIFFERS:
            lines.append(f"# {plain} = {cell}  # unsure: {_DIFFERS}; if it is each row's own amount, then")
            lines += (
                ["#   line_total = " + cell] if plain == "order_total" and "line_total" not in found else []
            )
            lines.append(f"#   [sums] below, and there: {plain} = [{cell}]")
        else:
            said = f"; unsure: {unsure[plain]}" if plain in unsure else ""
            lines.append(f"{plain} = {cell}{shown}{said}")
    return lines


def _decimal(sample: Sample, found: Mapping[str, int]) -> list[str]:
    columns = [
        pl.Series(sample.filled(found[name]), dtype=pl.String)
        for name in (*_AMOUNTS, "price")
        if name in found
    ]
    if not columns:
        return []
    sign = find_decimal(columns, None)
    if sign is None:
        return [
            '# decimal = "comma"  # unsure: no amount in the first rows tells; point, unless you say comma'
        ]
    return [f'decimal = "{Decimal(sign)}"']


def _dates(sample: Sample, found: Mapping[str, int]) -> list[str]:
    column = found.get("placed_at", found.get("reviewed_at"))
    cells = [] if column is None else sample.filled(column)
    if not cells:
        return []
    if all(_ISO.match(cell) for cell in cells):
        return ['# timezone = "Europe/Rome"  # of times without an offset; else the workspace\'s']
    forms = [
        day + clock
        for day, clock in product(_DAYS, _CLOCKS)
        if all(_reads(cell, day + clock) for cell in cells)
    ]
    if len(forms) == 1:
        return [f"date_format = {_quoted(forms[0])}"]
    if forms:
        either = " or ".join(_quoted(form) for form in forms[:2])
        return [
            f"# date_format = {_quoted(forms[0])}  # needed: unsure, {either}; no date in the first rows tells"
        ]
    return [f'# date_format = ""  # needed: signs such as %d/%m/%Y for {_quoted(cells[0][:30])}']


def _reads(text: str, form: str) -> bool:
    try:
        dt.datetime.strptime(in_english(text, full_stop="%b." in form), form)  # noqa: DTZ007  # only whether it can be read
    except ValueError:
        return False
    return True


def _currency(sample: Sample, found: Mapping[str, int]) -> list[str]:
    if "currency" in found:
        return []
    marks = set()
    for name in _AMOUNTS:
        for cell in sample.filled(found[name]) if name in found else ():
            sign = re.search(r"€|£|₹|zł|\b[A-Z]{3}\b", cell)
            marks.add(_SIGNS.get(sign[0], sign[0]) if sign else None)
    if len(marks) == 1 and (code := marks.pop()) is not None:
        return [f'currency = "{code}"']
    return ['# currency = "EUR"  # needed, or --currency']


def _statuses(sample: Sample, column: int) -> list[str]:
    lines = []
    for word in dict.fromkeys(sample.filled(column)):
        plain = next(iter(number_words({word: ""})))
        if plain in STATUS_WORDS:
            continue
        meaning = _MEANINGS.get("_".join(folded(word).split()))
        if meaning is None:
            lines.append(f'# {_quoted(word)} = ""  # needed: one of {", ".join(STATUS_WORDS)}')
        else:
            lines.append(f"{_quoted(word)} = {_quoted(meaning)}")
    return ["", "[status]", *lines] if lines else []

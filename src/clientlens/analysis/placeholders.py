"""What a message or letter may say of a client: the one registry of placeholders, and the texts they stand in.

In a text, `{first_name}` is the client's given name and `{first_name|there}` says "there" where none is known; `{{` and
`}}` are braces. There is nothing else: no attributes, no conditions, no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.errors import BadMessageTemplate, EmptyPlaceholder, UnknownPlaceholder
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One thing that can be said.

    label: what it is, for people. sample: what a preview says without a client. expression: over the columns of
    `placeholder_values.client_row_of`; MONEY is in minor units of the column `currency`. block: of several lines, made by
    whoever writes the message rather than by what is known of the client.
    """

    name: str
    label: str
    sample: str
    expression: pl.Expr
    kind: Kind = Kind.TEXT
    block: bool = False


def _is(name: str, label: str, sample: str, kind: Kind = Kind.TEXT) -> Placeholder:
    return Placeholder(name, label, sample, pl.col(name), kind)


PLACEHOLDERS: tuple[Placeholder, ...] = (
    _is("first_name", "given name", "Mara"),
    _is("last_name", "family name", "Lindt"),
    _is("name", "full name, or company", "Mara Lindt"),
    _is("company", "company", "Lindt Interiors"),
    _is("city", "town", "Hamburg"),
    _is("last_product", "first line of the last completed order", "Candle - Lavender"),
    _is("last_order_date", "day of the last completed order", "March 12, 2026", Kind.DATE),
    _is("completed_orders", "number of completed orders", "4", Kind.INTEGER),
    _is("total_spend", "sum of completed orders less refunds, home currency", "€128.50", Kind.MONEY),
    _is("points", "balance of points", "40", Kind.INTEGER),
    _is("today", "the day of writing", "November 25, 2026", Kind.DATE),
    _is("shop", "name of your shop (sender.shop, else sender.name)", "Lantern Candles"),
    _is("sender_name", "who signs (sender.name, else sender.shop)", "Ada Lindt"),
    Placeholder(
        "sender",
        "who writes: sender.name, sender.shop and sender.address, a line each",
        "Ada Lindt\nLantern Candles\nHafenstr. 1, 20457 Hamburg",
        pl.lit(None, dtype=pl.String),
        block=True,
    ),
    Placeholder(
        "objection",
        "how to object to more messages",
        "If you would rather not hear from us, just answer with a word and we will not write again.",
        pl.lit(None, dtype=pl.String),
        block=True,
    ),
)
BY_NAME = {one.name: one for one in PLACEHOLDERS}

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder in a text; `fallback` is what stands there where nothing is known, None: nothing may."""

    name: str
    fallback: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was read: plain pieces and slots, in order."""

    parts: tuple[str | Slot, ...]

    @property
    def names(self) -> frozenset[str]:
        """The placeholders in it."""
        return frozenset(part.name for part in self.parts if isinstance(part, Slot))

    def fill(self, values: Mapping[str, str | None], client: str) -> str:
        """The text for one client.

        Args:
            values: of each placeholder, as text; None or blank: nothing is known.
            client: how the client is named in an error.

        Raises:
            EmptyPlaceholder: nothing is known, and the slot has no fallback.
        """
        return "".join(part if isinstance(part, str) else _said(part, values, client) for part in self.parts)


def read_text(text: str, file: str, first_line: int = 1) -> Text:
    """A text with its slots.

    Args:
        file: where it stands, for messages. first_line: its first line there.

    Raises:
        UnknownPlaceholder, BadMessageTemplate: a brace has no partner.
    """
    parts: list[str | Slot] = []
    end = 0
    for found in _TOKEN.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        line = first_line + text.count("\n", 0, found.start())
        if found.group() in {"{{", "}}"}:
            parts.append(found.group()[0])
        elif found[1] is None:
            raise BadMessageTemplate(
                file, line, f"a {found.group()!r} without its partner; write it twice for a brace"
            )
        else:
            parts.append(_slot(found[1], file, line))
    return Text(tuple(part for part in (*parts, text[end:]) if part))


def _slot(inside: str, file: str, line: int) -> Slot:
    name, bar, fallback = inside.partition("|")
    name = name.strip()
    if name not in BY_NAME:
        if not _NAME.fullmatch(name):
            raise BadMessageTemplate(file, line, f"{{{inside}}} is no placeholder: write {{name|fallback}}")
        raise UnknownPlaceholder(name, file, line, list(BY_NAME))
    return Slot(name, fallback.strip() if bar else None)


def _said(slot: Slot, values: Mapping[str, str | None], client: str) -> str:
    value = values.get(slot.name)
    if value is not None and value.strip():
        return value
    if slot.fallback is None:
        raise EmptyPlaceholder(slot.name, client)
    return slot.fallback

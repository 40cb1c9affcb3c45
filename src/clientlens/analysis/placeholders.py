"""What a message or letter may say of a client: the one registry of placeholders, and the texts they stand in.

In a text, `{first_name}` is the client's given name and `{first_name|there}` says "there" where none is known; `{{` and
`}}` are braces. There is nothing else in a message: no attributes, no conditions, no code. Templates of letters can do
more, see `letters.markup`, with the same placeholders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.errors import BadMessageTemplate, EmptyPlaceholder, PlaceholderOfLetters, UnknownPlaceholder
from clientlens.model.answer import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One thing that can be said.

    label: what it is, for people. sample: what a preview says without a client. expression: over the columns of
    `placeholder_values.known_of`; MONEY is in minor units. block: of several lines, made by
    whoever writes the message rather than by what is known of the client. letters: only a letter can say it.
    currency: of MONEY, which column names its currency. skeleton: of a DATE, which parts are said, as babel names them ("": day, month and year).
    """

    name: str
    label: str
    sample: str
    expression: pl.Expr
    kind: Kind = Kind.TEXT
    block: bool = False
    letters: bool = False
    currency: str = "currency"
    skeleton: str = ""


def _is(name: str, label: str, sample: str, kind: Kind = Kind.TEXT, **more: Any) -> Placeholder:
    return Placeholder(name, label, sample, pl.col(name), kind, **more)


def _salutation() -> pl.Expr:
    """The language's greeting and the name, where it holds a given name: a family name alone would need a title."""
    full = pl.concat_str("first_name", "last_name", separator=" ")
    of_two = pl.when(pl.col("name").str.contains(r"\S\s+\S")).then("name")
    # Of a company alone `name` is the company; there is nobody to greet.
    person = pl.when(pl.col("name") != pl.coalesce("company", pl.lit(""))).then(of_two)
    who = pl.coalesce(full, person, "first_name")
    return pl.concat_str("greeting", who, separator=" ")


def _birthday() -> pl.Expr:
    """Day and month, in a leap year, so that 29 February is one."""
    return pl.concat_str(pl.lit("2000-"), pl.col("birthday").str.slice(-5)).str.to_date(
        # A birthday that is none is not known.
        "%Y-%m-%d",
        strict=False,
    )


PLACEHOLDERS: tuple[Placeholder, ...] = (
    Placeholder(
        "salutation",
        "greeting and name, with no guess of a title: Dear Mara Lindt, Guten Tag Mara Lindt, Gentile Mara Lindt",
        "Dear Mara Lindt",
        _salutation(),
    ),
    _is("first_name", "given name", "Mara"),
    _is("last_name", "family name", "Lindt"),
    _is("name", "full name, or company", "Mara Lindt"),
    _is("company", "company", "Lindt Interiors"),
    _is("city", "town", "Hamburg"),
    _is("last_product", "first line of the last completed order", "Candle - Lavender"),
    _is("last_order_date", "day of the last completed order", "March 12, 2026", Kind.DATE),
    _is("completed_orders", "number of completed orders", "4", Kind.INTEGER),
    Placeholder(
        "days_since_last_order",
        "days from the last completed order to the day of writing",
        "258",
        (pl.col("today") - pl.col("last_order_date")).dt.total_days(),
        Kind.INTEGER,
    ),
    _is("total_spend", "sum of completed orders less refunds, home currency", "€128.50", Kind.MONEY),
    _is("average_order", "mean of these orders", "€32.12", Kind.MONEY),
    _is("points", "balance of points", "340", Kind.INTEGER),
    Placeholder(
        "points_to_next_hundred",
        "points that are missing to the next full hundred",
        "60",
        # The rest of a negative number has its sign.
        100 - (pl.col("points") % 100 + 100) % 100,
        Kind.INTEGER,
    ),
    Placeholder("birthday", "day and month of birth", "April 2", _birthday(), Kind.DATE, skeleton="MMMMd"),
    _is("today", "the day of writing", "November 25, 2026", Kind.DATE),
    _is("shop", "name of your shop (sender.shop, else sender.name)", "Lantern Candles"),
    _is("sender_name", "who signs (sender.name, else sender.shop)", "Ada Lindt"),
    _is("rank", "place in the ranking that the campaign chose by", "1", Kind.INTEGER, letters=True),
    _is("coupon", "word of the campaign that an order names", "HELLO26", letters=True),
    _is("campaign_url", "address of the letter's QR code", "https://example.org/c/7Q2M", letters=True),
    _is(
        "checkout_date", "day of the latest checkout left open", "November 21, 2026", Kind.DATE, letters=True
    ),
    _is(
        "checkout_total",
        "its total, in its currency",
        "€64.00",
        Kind.MONEY,
        letters=True,
        currency="checkout_currency",
    ),
    _is("checkout_items", "number of its lines", "2", Kind.INTEGER, letters=True),
    _is("checkout_product", "its first line", "Lantern - Brass", letters=True),
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
LANGUAGES = ("en", "de", "it")
"""Languages that messages and letters are written in."""

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
    """A text of a message with its slots.

    Args:
        file: where it stands, for messages. first_line: its first line there.

    Raises:
        UnknownPlaceholder, PlaceholderOfLetters, BadMessageTemplate: a brace has no partner.
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
        raise UnknownPlaceholder(name, file, line, [one.name for one in PLACEHOLDERS if not one.letters])
    if BY_NAME[name].letters:
        raise PlaceholderOfLetters(name, file, line)
    return Slot(name, fallback.strip() if bar else None)


def _said(slot: Slot, values: Mapping[str, str | None], client: str) -> str:
    value = values.get(slot.name)
    if value is not None and value.strip():
        return value
    if slot.fallback is None:
        raise EmptyPlaceholder(slot.name, client)
    return slot.fallback

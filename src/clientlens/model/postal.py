"""Names and postal addresses as they are compared: two spellings of one give the same text.

Compared are people who object to letters and people who would get the same letter twice. Both are better met once too
often than missed, so this is broader than `tables.PEOPLE.residence_key`, by which clients are joined: case, accents,
umlauts however they are written (ü, ue, u), punctuation, the order of a name's words and the ways to write Straße do not
count. Neither do country, its letters before a postcode (D-10115) and, where there is a postcode, the town: files name
these in several ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPELLINGS = ((r"([aou])e", "$1"), (r"(strasse|str)\b", "str"), (r"(\p{L}) str\b", "${1}str"))


def name_words(name: pl.Expr) -> pl.Expr:
    """A name's words, folded, in the order of the alphabet: `muller rene` for both René Müller and MUELLER, Rene."""
    return _words(name).str.split(" ").list.sort().list.join(" ")


def residence_expr(name: pl.Expr, street: pl.Expr, postcode: pl.Expr, city: pl.Expr) -> pl.Expr:
    """`name|street|postcode` (the town where there is no postcode), folded; null where one of the three is missing.

    name: the person's, else the company's. An addition to the street (second line) does not count: it is told or left out
    of one and the same address too often.
    """
    return _joined(name_words(name), _words(street), _place(postcode, city))


def household_expr(street: pl.Expr, street2: pl.Expr, postcode: pl.Expr, city: pl.Expr) -> pl.Expr:
    """`street|addition|postcode` (the town where there is no postcode), folded; null without street or place.

    Everybody in it gets the same treatment, so here the addition (a flat's number) counts.
    """
    return _joined(_words(street), _place(postcode, city), pl.coalesce(_words(street2), pl.lit("")))


def residence(name: str | None, street: str | None, postcode: str | None, city: str | None) -> str | None:
    """`residence_expr` of one address."""
    given = {"name": name, "street": street, "postcode": postcode, "city": city}
    return _one(given, residence_expr(*map(pl.col, given)))


def household(street: str | None, street2: str | None, postcode: str | None, city: str | None) -> str | None:
    """`household_expr` of one address."""
    given = {"street": street, "street2": street2, "postcode": postcode, "city": city}
    return _one(given, household_expr(*map(pl.col, given)))


def email_text(email: pl.Expr) -> pl.Expr:
    """An e-mail as it is compared: NFC, no blanks around it, lower case; null where nothing is left."""
    folded = email.str.normalize("NFC").str.strip_chars().str.to_lowercase()
    return pl.when(folded != "").then(folded)


def _one(given: Mapping[str, str | None], expression: pl.Expr) -> str | None:
    # The same expression for one and for many, so that they cannot differ.
    row = pl.DataFrame({name: [text] for name, text in given.items()}, schema=dict.fromkeys(given, pl.String))
    text: str | None = row.select(expression.alias("text")).item()
    return text


def _joined(*parts: pl.Expr) -> pl.Expr:
    return pl.concat_str(parts, separator="|")


def _place(postcode: pl.Expr, city: pl.Expr) -> pl.Expr:
    code = _words(postcode).str.replace(r"^[a-z]{1,3} (\d)", "$1").str.replace_all(" ", "", literal=True)
    return pl.coalesce(code, _words(city))


def _words(text: pl.Expr) -> pl.Expr:
    folded = text.str.normalize("NFKD").str.replace_all(r"\p{M}+", "").str.to_lowercase()
    folded = folded.str.replace_all("ß", "ss", literal=True).str.replace_all(r"[^\p{L}\p{N}]+", " ")
    for pattern, spelling in _SPELLINGS:
        folded = folded.str.replace_all(pattern, spelling)
    bare = folded.str.strip_chars()
    return pl.when(bare != "").then(bare)

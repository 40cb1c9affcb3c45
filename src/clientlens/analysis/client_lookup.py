"""Which client somebody means by an id, an e-mail, an order number or a part of a name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.errors import AmbiguousClient, UnknownClient, UnknownKey
from clientlens.model.identity import KEY_COLUMNS, client_ids, shown_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientlens.model.facts import Facts

CANDIDATES_NAMED = 5
"""How many candidates an ambiguous argument's error names."""

_CLIENT_ID = re.compile(r"[a-z2-7]{12}")
_FORGIVING_FROM = 4
"""Letters a word needs before one wrong letter is forgiven: of three letters one more says too little."""


def folded(text: pl.Expr) -> pl.Expr:
    """Text as it is searched: without accents, in lower case, sharp s as ss."""
    return (
        text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase().str.replace_all("ß", "ss")
    )


def folded_words(query: str) -> list[str]:
    """The words of a query, folded in the same way."""
    return str(pl.select(folded(pl.lit(query))).item()).split()


def find_clients(facts: Facts, query: str) -> pl.DataFrame:
    """The clients that a query may mean.

    The first of these rules that finds anybody decides: the client id (also one it had before a merge); an e-mail of
    the client; an order number, with or without #; the full name; parts of name or e-mail, all words; the same with
    one letter wrong, missing, too many, or two swapped. Case and accents never matter.

    Args:
        facts: `clients`, `identities` and `orders` are read.
        query: as it was typed.

    Returns:
        client_id, name (as shown), email; by name, then client_id. Empty: nobody.
    """
    text = query.strip()
    if not text:
        return _clients(facts).clear()
    rules: tuple[Callable[[Facts, str], Sequence[str]], ...] = (
        _by_id,
        _by_older_id,
        _by_email,
        _by_order_number,
        _by_full_name,
        _by_parts,
        _by_parts_with_a_typo,
    )
    for rule in rules:
        found = rule(facts, text)
        if found:
            return _clients(facts).filter(pl.col("client_id").is_in(list(found)))
    return _clients(facts).clear()


def find_one(facts: Facts, query: str) -> str:
    """The id of the one client that a query means.

    Raises:
        UnknownClient: nobody matches.
        AmbiguousClient: several do; the error names at most five of them.
    """
    found = find_clients(facts, query)
    if found.is_empty():
        raise UnknownClient(query)
    if found.height > 1:
        named = found.head(CANDIDATES_NAMED).select(
            pl.format("{} ({})", pl.coalesce("name", "email", pl.lit("no name")), "client_id")
        )
        raise AmbiguousClient(query, named.to_series().to_list(), found.height)
    return str(found["client_id"][0])


def find_key(facts: Facts, client_id: str, text: str) -> str:
    """The key of a client that a text means, as `clients explain` shows it, or as it is stored.

    Case and needless blanks do not matter, nor how the digits of a phone are grouped. Of several the one that
    identifies records counts, then the strongest.

    Raises:
        UnknownKey: the client has no such key.
    """
    mine = facts.identities.filter(pl.col("client_id") == client_id).collect()["person_key"]
    people = facts.people.filter(pl.col("person_key").is_in(mine.to_list())).collect()
    carried = people.unpivot(on=list(KEY_COLUMNS))["value"].drop_nulls().unique().sort().to_list()
    wanted = _as_compared(text)
    for key in (*mine.sort(), *carried):
        if wanted in {_as_compared(key), _as_compared(shown_key(key))}:
            return str(key)
        if key[0] == "p" and re.sub(r"[\s().\-/]", "", text) == key[2:]:
            return str(key)
    raise UnknownKey(text, client_id)


def _as_compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _clients(facts: Facts) -> pl.DataFrame:
    return (
        facts.clients.select("client_id", shown_name(), "email")
        .sort(folded(pl.col("name")), "client_id", nulls_last=True)
        .collect()
    )


def _ids(found: pl.LazyFrame) -> list[str]:
    return found.select("client_id").drop_nulls().unique().collect().to_series().to_list()


def _by_id(facts: Facts, text: str) -> list[str]:
    return _ids(facts.clients.filter(pl.col("client_id") == text.lower()))


def _by_older_id(facts: Facts, text: str) -> list[str]:
    """An id made of any key that the client has today: it was the smallest one before a merge."""
    if not _CLIENT_ID.fullmatch(text.lower()):
        return []
    identities = facts.identities.collect()
    older = client_ids(identities["person_key"])
    return _ids(identities.filter(older == text.lower()).lazy())


def _by_email(facts: Facts, text: str) -> list[str]:
    # Every e-mail of a client has its key, also those that are not the one shown; one that was typed in has none.
    email = unicodedata.normalize("NFC", text).lower()
    mine = facts.identities.filter(pl.col("person_key") == "e:" + email).select("client_id")
    typed = facts.clients.filter(pl.col("email") == email).select("client_id")
    return _ids(mine) or _ids(typed)


def _by_order_number(facts: Facts, text: str) -> list[str]:
    number = text.removeprefix("#").lower()
    return _ids(
        facts.orders.filter(pl.col("number").str.to_lowercase() == number).join(
            facts.identities, on="person_key"
        )
    )


def _by_full_name(facts: Facts, text: str) -> list[str]:
    name = folded(shown_name()).str.replace_all(r"\s+", " ").str.strip_chars()
    return _ids(facts.clients.filter(name == " ".join(folded_words(text))))


def _by_parts(facts: Facts, text: str) -> list[str]:
    searched = folded(pl.concat_str(shown_name(), "email", separator="\n", ignore_nulls=True))
    return _ids(
        facts.clients.filter(
            pl.all_horizontal(searched.str.contains(word, literal=True) for word in folded_words(text))
        )
    )


def _by_parts_with_a_typo(facts: Facts, text: str) -> list[str]:
    words = (
        facts.clients.select("client_id", word=folded(shown_name()).str.split(" "))
        .explode("word")
        .drop_nulls()
        .unique()
        .collect()
    )
    spellings = words["word"].unique().to_list()
    found: set[str] | None = None
    for wanted in folded_words(text):
        near = [
            spelling
            for spelling in spellings
            if wanted in spelling or (len(wanted) >= _FORGIVING_FROM and _one_slip(wanted, spelling))
        ]
        clients = set(words.filter(pl.col("word").is_in(near))["client_id"])
        found = clients if found is None else found & clients
    return sorted(found or ())


def _one_slip(a: str, b: str) -> bool:
    """One letter wrong, missing or too many, or two neighbours swapped (Damerau-Levenshtein distance 1 at most)."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest_a, rest_b = a[start:], b[start:]
    return (
        rest_a[1:] == rest_b[1:]
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b
        or (len(rest_a) > 1 and rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )

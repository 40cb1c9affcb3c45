"""Which client somebody means by an id, an e-mail, an order number or a part of a name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.client_search import first_matches, folded, proposals
from clientlens.errors import AmbiguousClient, UnknownClient, UnknownKey
from clientlens.model.identity import KEY_COLUMNS, shown_key

if TYPE_CHECKING:
    from clientlens.model.facts import Facts

__all__ = ["find_clients", "find_key", "find_one", "folded"]

CANDIDATES_NAMED = 5
"""How many candidates an ambiguous argument's error names."""
NAME_LETTERS = 60
"""A longer name is cut there: five names and what tells them apart are to be read at a glance."""


def find_clients(facts: Facts, query: str) -> pl.DataFrame:
    """The clients that a CLIENT argument may mean; `client_search` says how.

    Args:
        facts: `clients`, `identities` and `orders` are read.
        query: as it was typed.

    Returns:
        client_id, name (as shown), email, city; best first, then by name, then client_id. Empty: nobody.
    """
    found = first_matches(facts, query)
    known = facts.clients.filter(pl.col("client_id").is_in(found["client_id"].to_list()))
    return (
        known.select("client_id", shown_name(), "email", "city")
        .collect()
        .join(found, on="client_id")
        .sort("place", folded(pl.col("name")), "client_id", nulls_last=True)
        .drop("place")
    )


def find_one(facts: Facts, query: str) -> str:
    """The id of the one client that a query means.

    Raises:
        UnknownClient: nobody matches.
        AmbiguousClient: several do; the error names at most five of them.
    """
    found = find_clients(facts, query)
    if found.is_empty():
        raise UnknownClient(query, proposals(facts, query))
    if found.height > 1:
        # At most CANDIDATES_NAMED.
        named = [_told_apart(*row) for row in found.head(CANDIDATES_NAMED).iter_rows()]
        raise AmbiguousClient(query, named, found.height)
    return str(found["client_id"][0])


def _told_apart(client_id: str, name: str | None, email: str | None, city: str | None) -> str:
    """A candidate in an error: its name, and what tells it from others of that name."""
    called = name or email or "no name"
    if len(called) > NAME_LETTERS:
        called = called[: NAME_LETTERS - 1].rstrip() + "…"
    return f"{called} ({', '.join(one for one in (client_id, email, city) if one and one != called)})"


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

"""What is kept of people who are forgotten, so that nothing brings them back: fingerprints alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.model.fingerprints import Fingerprints, client_text, email_and_residence, key_text
from clientlens.model.tables import CLIENTS, PEOPLE
from clientlens.workspace import facts
from clientlens.workspace.catalogue import Role
from clientlens.workspace.forgotten import code_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clientlens.model.entries import Entry
    from clientlens.workspace.catalogue import State
    from clientlens.workspace.persons import Persons

_DETAILS = ("client_id", "email", "name", "company", "street", "postcode", "city")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prints:
    """Of one client: strong, what no other client has; weak, what a record with nothing stronger is known by; details,
    e-mails and addresses for an objection.
    """

    strong: frozenset[str]
    weak: frozenset[str]
    details: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Each of them."""
        return self.strong | self.weak | self.details


def prints_of(path: Path, state: State, persons: Persons, secret: str) -> dict[str, Prints]:
    """Of each client, by client_id."""
    mine = sorted(persons.client_ids)
    people, keys = persons.people, persons.identities.select("client_id", key_text(pl.col("person_key")))
    files = [live.file for live in state.live(Role.CURRENT, CLIENTS.name)]
    # Details that somebody corrected are in no record.
    shown = facts.scan(path, CLIENTS, files).filter(pl.col("client_id").is_in(mine)).collect()
    told = pl.concat([one.select(_DETAILS) for one in (people, shown)]).select(
        "client_id", *email_and_residence()
    )
    files = [live.file for live in state.live(Role.CURRENT, PEOPLE.name)]
    others = facts.scan(path, PEOPLE, files).filter(~pl.col("person_key").is_in(sorted(persons.keys)))
    lent = others.select(key=pl.concat([pl.col("phone_key"), pl.col("residence_key")]).unique()).collect()
    own = _stacked(people, "phone_key", "residence_key").join(
        lent, left_on="text", right_on="key", how="anti"
    )
    strong, weak, details = (
        _hashed(frame, secret)
        for frame in (
            keys,
            own.select("client_id", key_text(pl.col("text"))),
            _stacked(told, "email", "residence"),
        )
    )
    return {
        client: Prints(strong.get(client, _NONE), weak.get(client, _NONE), details.get(client, _NONE))
        for client in mine
    }


def names_of(persons: Persons, gone: Sequence[Entry], secret: str) -> dict[str, frozenset[str]]:
    """By what each client may be asked for once more, hashed.

    Args:
        gone: the entries of the ledger about them.
    """
    # Those who are forgotten at once, as below.
    owner = dict(persons.identities.select("person_key", "client_id").iter_rows())
    names = [(client, client) for client in persons.client_ids]
    names += persons.people.select("client_id", "email").drop_nulls().iter_rows()
    names += [(client, key[2:]) for key, client in owner.items() if key[0] == "e"]
    for one in gone:
        email = one.body["fields"].get("email", {}).get("after") if one.kind == "client_edited" else None
        if email and one.person_key in owner:
            names.append((owner[one.person_key], email))
    texts = [(client, client_text(name)) for client, name in names]
    return _hashed(_frame(texts), secret)


def codes_of(persons: Persons, gone: Sequence[Entry], secret: str) -> dict[str, frozenset[str]]:
    """The codes of each client's letters, hashed."""
    owner = dict(persons.identities.select("person_key", "client_id").iter_rows())
    codes = [
        (owner[one.person_key], one.body["code"])
        for one in gone
        if one.kind == "letter_assigned" and one.body["code"] and one.person_key in owner
    ]
    frame = _frame(codes)
    return _hashed(frame.with_columns(code_text(frame["text"]).alias("text")), secret)


def _frame(rows: list[tuple[Any, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"client_id": pl.String, "text": pl.String}, orient="row")


def _stacked(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    return pl.concat([frame.select("client_id", text=column) for column in columns]).drop_nulls()


def _hashed(texts: pl.DataFrame, secret: str) -> dict[str, frozenset[str]]:
    """client_id -> fingerprints of its texts."""
    known = texts.drop_nulls().unique()
    prints = known.with_columns(Fingerprints(secret).of_all(known["text"]))
    grouped = prints.group_by("client_id").agg("fingerprint")
    return {client: frozenset(found) for client, found in grouped.iter_rows()}

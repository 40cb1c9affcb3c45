"""Who objected to being written to: kept so that a list of it names nobody, and holds whatever is imported later.

Entries of the ledger, none of which has a person_key: `privacy_secret` (body: `secret`), made with the first objection
or the first letter;
`suppressed` and `unsuppressed` (subject: the number of the suppression; body: `reason`, and of the first `fingerprints`).
A fingerprint is the HMAC under that secret of an e-mail, of a name with postal address, or of a key by which the client
is known (a customer number, say). One that fits is enough. So forgetting a client need not touch them, and an export
that brings the client back, or brings them under another e-mail at the same address, changes nothing. They are always
today's: no --as-of brings back the time before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.entries import Event
from clientlens.model.fingerprints import (
    FORGOTTEN,
    SECRET,
    SUPPRESSED,
    UNSUPPRESSED,
    Fingerprints,
    email_and_residence,
    key_text,
    new_secret,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts

KINDS = frozenset({SECRET, SUPPRESSED, UNSUPPRESSED})
_UNTOLD = {SECRET: {"secret"}, SUPPRESSED: {"fingerprints"}, FORGOTTEN: {"strong", "weak", "codes", "ids"}}
"""What of an entry's body no history and no export shows."""


@dataclass(frozen=True, slots=True)
class Address:
    """What somebody may be known by; blanks and None: not known. name: the person's, else the company's."""

    email: str | None = None
    name: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """One objection that holds. number: from 1. at: when it was written down, by `actor`."""

    number: int
    at: datetime
    actor: str | None
    reason: str | None
    fingerprints: frozenset[str]


@dataclass(frozen=True)
class Suppressions:
    """Every objection that holds today, by number; false where there is none.

    secret: None where nobody ever objected. given: the number of the last suppression, lifted ones included.
    """

    secret: str | None
    active: tuple[Suppression, ...]
    given: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Suppressions:
        """From entries of the ledger, the first one first; other kinds than `KINDS` are passed over."""
        secret, active, given = None, dict[int, Suppression](), 0
        for entry in entries:
            body = entry.body
            if entry.kind == SECRET:
                secret = str(body["secret"])
            elif entry.kind == SUPPRESSED:
                given = int(str(entry.subject))
                prints = frozenset(body["fingerprints"])
                active[given] = Suppression(given, entry.at, entry.actor, body["reason"], prints)
            elif entry.kind == UNSUPPRESSED:
                active.pop(int(str(entry.subject)), None)
        return cls(secret, tuple(active.values()), given)

    def __bool__(self) -> bool:
        return bool(self.active)

    def clients(self, facts: Facts, only: Collection[str] | None = None) -> frozenset[str]:
        """The client_ids of those who objected.

        Args:
            facts: every record of a client counts, and the details that somebody corrected.
            only: of these clients; None: of all.
        """
        return frozenset(self.matches(facts, only))

    def matches(self, facts: Facts, only: Collection[str] | None = None) -> dict[str, Suppression]:
        """client_id -> the first suppression that fits; see `clients`."""
        found: dict[str, Suppression] = {}
        for client_id, suppression in self.pairs(facts, only):
            found.setdefault(client_id, suppression)
        return found

    def pairs(self, facts: Facts, only: Collection[str] | None = None) -> list[tuple[str, Suppression]]:
        """Each client with each suppression that fits, by number, then client_id."""
        if not self.active or self.secret is None:
            return []
        known = known_by(facts, only)
        texts = known["text"].unique()
        hashed = pl.DataFrame([texts, Fingerprints(self.secret).of_all(texts)])
        prints = pl.DataFrame(
            [(one.number, text) for one in self.active for text in one.fingerprints],
            schema={"number": pl.Int64, "fingerprint": pl.String},
            orient="row",
        )
        fitting = known.join(hashed.join(prints, on="fingerprint"), on="text")
        by_number = {one.number: one for one in self.active}
        rows = fitting.select("number", "client_id").unique().sort("number", "client_id")
        # Those who objected, so few.
        return [(client_id, by_number[number]) for number, client_id in rows.iter_rows()]

    def fitting(
        self, addresses: Iterable[Address] = (), *, person_keys: Iterable[str] = ()
    ) -> list[Suppression]:
        """The suppressions that fit any of these."""
        if not self.active or self.secret is None:
            return []
        prints = fingerprints_of(self.secret, addresses, person_keys)
        return [one for one in self.active if not one.fingerprints.isdisjoint(prints)]

    def covers(self, *addresses: Address, person_keys: Iterable[str] = ()) -> bool:
        """Whether somebody who is known by any of these objected: what is asked before each letter is drawn.

        Args:
            person_keys: keys of the client, as in `facts.identities`.
        """
        return bool(self.fitting(addresses, person_keys=person_keys))

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """Those of every objection that holds."""
        return frozenset().union(*(one.fingerprints for one in self.active))


NOBODY = Suppressions(None, ())


def known_by(facts: Facts, only: Collection[str] | None = None) -> pl.DataFrame:
    """Everything that clients are known by.

    Returns:
        client_id, text (String): the text to take a fingerprint of; a client has several.
    """
    identities, clients = facts.identities, facts.clients
    if only is not None:
        mine = pl.LazyFrame({"client_id": sorted(only)}, schema={"client_id": pl.String})
        identities, clients = (
            frame.join(mine, on="client_id", how="semi") for frame in (identities, clients)
        )
    records = facts.people.join(identities, on="person_key")
    columns = ["client_id", "email", "name", "company", "street", "postcode", "city"]
    # Mostly the details that are shown are those of a record: each is folded once.
    details = pl.concat([one.select(columns) for one in (records, clients)]).unique()
    told = details.select("client_id", *email_and_residence())
    texts = [
        *(told.select("client_id", text=name) for name in ("email", "residence")),
        identities.select("client_id", text=key_text(pl.col("person_key"))),
    ]
    return pl.concat(texts).drop_nulls().unique().collect()


def fingerprints_of(
    secret: str, addresses: Iterable[Address] = (), person_keys: Iterable[str] = ()
) -> frozenset[str]:
    """The fingerprints of what somebody is known by."""
    rows = [(one.email, one.name, None, one.street, one.postcode, one.city) for one in addresses]
    columns = ("email", "name", "company", "street", "postcode", "city")
    details = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").select(
        *email_and_residence()
    )
    keys = pl.DataFrame({"key": list(person_keys)}, schema={"key": pl.String}).select(key_text(pl.col("key")))
    texts = pl.concat([details["email"], details["residence"], keys["text"].alias("email")]).drop_nulls()
    return frozenset(Fingerprints(secret).of_all(texts.unique()))


def fingerprints_of_client(secret: str, facts: Facts, client_id: str) -> frozenset[str]:
    """The fingerprints of everything that any record of a client says they are known by."""
    return frozenset(Fingerprints(secret).of_all(known_by(facts, [client_id])["text"].unique()))


def secret_events(known: Suppressions) -> tuple[str, list[Event]]:
    """The workspace's secret, and the entry that keeps it where there is none yet."""
    if known.secret is not None:
        return known.secret, []
    secret = new_secret()
    return secret, [_secret_event(secret)]


def _secret_event(secret: str) -> Event:
    return Event(SECRET, {"secret": secret}, key=SECRET)


def secret_events_of(entries: Iterable[Entry], secret: str) -> list[Event]:
    """The entry that keeps this secret as the workspace's; none where the entries have one."""
    return [] if Suppressions.of(entries).secret else [_secret_event(secret)]


def told_body(entry: Entry) -> dict[str, object]:
    """An entry's body as it may be shown: without the secret and without fingerprints."""
    hidden = _UNTOLD.get(entry.kind, set())
    return {name: value for name, value in entry.body.items() if name not in hidden}


def open_letters(entries: Sequence[Entry], person_keys: Collection[str]) -> list[str]:
    """Ids of the letters to somebody that are assigned or rendered, but not handed over."""
    from clientlens.analysis.letter_history import MAILED, assigned_of

    mine = [one for one in assigned_of(entries) if one.person_key in person_keys and one.arm == MAILED]
    return [one.letter_id for one in mine if one.status in {"assigned", "rendered"}]

"""Why records count as one client: every key of the client, and what joined it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.identity import KEY_COLUMNS, joined_by_rule, shown_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.model.facts import Facts

KINDS = {
    "e": "email",
    "n": "customer_number",
    "p": "phone",
    "r": "address",
    "s": "source_id",
}

FIELDS = (
    Field("client_id", Kind.TEXT, "the client asked about", nullable=False, priority=None),
    Field("kind", Kind.TEXT, "what sort of key it is", nullable=False, values=tuple(KINDS.values())),
    Field("key", Kind.TEXT, "the key, normalised as it is compared", nullable=False, wide=True, fold=True),
    Field(
        "identifies",
        Kind.BOOLEAN,
        "whether records were matched by it; a known phone or address beside an e-mail is not used",
        nullable=False,
    ),
    Field(
        "joined_to",
        Kind.TEXT,
        "the key of this client that it was joined to",
        wide=True,
        fold=True,
        priority=2,
    ),
    Field("reason", Kind.TEXT, "why it belongs to this client", nullable=False, wide=True, fold=True),
    Field("records", Kind.INTEGER, "distinct sets of details that carry it", nullable=False, priority=3),
    Field("sources", Kind.TEXT, "sources these come from, comma-joined", nullable=False, priority=4),
    Field("stores", Kind.TEXT, "stores these come from, comma-joined", nullable=False, priority=5),
)

_STRONG = ("email_key", "number_key")
Joins = dict[str, tuple[str | None, str]]
"""Key -> (the key it was joined to, why); nearest first."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people said that holds, each with when and by whom as text: `on 2026-11-25 by ada`."""

    joined: Mapping[tuple[str, str], str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)


def explain(facts: Facts, client_id: str, by_hand: ByHand | None = None) -> Answer:
    """Every key of one client with the reason it belongs there.

    Args:
        facts: a workspace's facts; `people` and `identities` are read.
        client_id: a current client id.
        by_hand: the corrections that the facts were made with.

    Returns:
        Rows of `FIELDS`: identifying keys first, in the order they were joined, then keys that are only known.
    """
    said = by_hand or ByHand()
    mine = facts.identities.filter(pl.col("client_id") == client_id).select("person_key").collect()
    people = facts.people.join(mine.lazy(), on="person_key", how="semi").collect()
    held = people.unpivot(index=["source", "store"], on=list(KEY_COLUMNS), value_name="key").drop_nulls("key")
    carried = {
        key: (int(records), sources, stores)
        for key, records, sources, stores in held.group_by("key")
        .agg(
            pl.len(),
            pl.col("source").unique().sort().str.join(", "),
            pl.col("store").unique().sort().str.join(", "),
        )
        .rows()
    }
    joined = _joins(facts, people, set(mine["person_key"]), said)
    others = _other_clients(facts, client_id, [key for key in carried if key not in joined])
    rows = [
        (
            client_id,
            KINDS[key[0]],
            shown_key(key),
            True,
            shown_key(parent) if parent else None,
            reason,
            *carried[key],
        )
        for key, (parent, reason) in joined.items()
    ]
    rows += [
        (
            client_id,
            KINDS[key[0]],
            shown_key(key),
            False,
            None,
            _unused(key, people, others.get(key, 0), said),
            *carried[key],
        )
        for key in sorted(carried)
        if key not in joined
    ]
    schema = {field.name: _DTYPES[field.kind] for field in FIELDS}
    return Answer(
        name="client_explanation",
        fields=FIELDS,
        rows=pl.DataFrame(rows, schema=schema, orient="row"),
        timezone=facts.timezone,
        title=f"Why this is one client: {client_id}",
    )


def _joins(facts: Facts, people: pl.DataFrame, mine: set[str], said: ByHand) -> Joins:
    """What joined each key: the rules, part by part, and people where parts were joined by hand."""
    label = _parts(facts, people, mine, said)
    joined: Joins = {}
    reached: set[str] = set()
    waiting = sorted(set(label.values()))
    while waiting:
        root, parent, why = _next_part(waiting, label, reached, said)
        waiting.remove(root)
        reached.add(root)
        keys = {key for key, its in label.items() if its == root}
        part = people.filter(pl.col("person_key").is_in(sorted(keys)))
        found = _strong_joins(part, root, keys) | _weak_joins(part, keys)
        if parent is not None:
            found[root] = (parent, why)
        joined |= found
    for key, when in said.apart.items():
        if key in joined:
            parent, why = joined[key]
            joined[key] = (parent, f"{why}; kept apart by hand {when}")
    return joined


def _parts(facts: Facts, people: pl.DataFrame, mine: set[str], said: ByHand) -> dict[str, str]:
    """Key -> smallest key of those that the rules alone join it to.

    Whether a phone leads to this client depends on who else has it, so their records are looked at too.
    """
    records = [people]
    for column in KEY_COLUMNS[2:4]:
        wanted = people.select(column).drop_nulls().unique().lazy()
        records.append(facts.people.join(wanted, on=column, how="semi").collect())
    parts = joined_by_rule(pl.concat(records), frozenset(said.apart))
    # The keys of one client.
    return dict(parts.filter(pl.col("key").is_in(sorted(mine))).iter_rows())


def _next_part(
    waiting: list[str], label: Mapping[str, str], reached: set[str], said: ByHand
) -> tuple[str, str | None, str]:
    """The part to tell of next (its smallest key), the key outside it that it was joined to by hand, and why."""
    for pair, when in said.joined.items():
        for there, here in (pair, pair[::-1]):
            if label.get(there) in reached and label.get(here) in waiting:
                root = label[here]
                own = "" if here == root else f" ({shown_key(here)})"
                return root, there, f"joined by hand {when}{own}"
    return waiting[0], None, ""


_DTYPES: dict[Kind, type[pl.DataType]] = {
    Kind.TEXT: pl.String,
    Kind.BOOLEAN: pl.Boolean,
    Kind.INTEGER: pl.Int64,
}


def _strong_joins(people: pl.DataFrame, root: str, keys: set[str]) -> Joins:
    """For the e-mails and customer numbers of one part, from its smallest key on."""
    if root[0] not in "en":
        return {}
    edges = people.select(*_STRONG, "source", "store").drop_nulls(_STRONG).unique().sort(pl.all()).rows()
    joined: Joins = {root: (None, "strongest key: gives the client its id")}
    frontier = [root]
    while frontier:
        found = []
        for email, number, source, store in edges:
            for here, there in ((email, number), (number, email)):
                if here in frontier and there in keys and there not in joined:
                    joined[there] = (here, f"one record carries both ({source}, store {store})")
                    found.append(there)
        frontier = found
    return joined


def _weak_joins(people: pl.DataFrame, keys: set[str]) -> Joins:
    """For records of one part that were matched by phone, address or the source's own id."""
    joined: Joins = {}
    for column in KEY_COLUMNS[2:]:
        for key in sorted(key for key in keys if key[0] == column[0]):
            stronger = people.filter((pl.col(column) == key) & (pl.col("person_key") != key))[
                "person_key"
            ].min()
            if stronger is None:
                joined[key] = (None, f"the record has no {_MISSING[column]}: it is known by this alone")
            else:
                why = f"the record has no {_MISSING[column]}, and only this client has this {_NAMES[column]}"
                joined[key] = (str(stronger), why)
    return joined


_MISSING = {
    "phone_key": "e-mail or customer number",
    "residence_key": "e-mail, customer number or phone",
    "source_key": "e-mail, customer number, phone or address",
}
_NAMES = {"phone_key": "phone", "residence_key": "name and address", "source_key": "source id"}


def _other_clients(facts: Facts, client_id: str, keys: list[str]) -> dict[str, int]:
    """How many other clients' records carry each of these keys."""
    wanted = pl.LazyFrame({"key": keys}, schema={"key": pl.String})
    found = (
        facts.people.unpivot(index="person_key", on=list(KEY_COLUMNS[2:]), value_name="key")
        .join(wanted, on="key", how="semi")
        .join(facts.identities, on="person_key")
        .filter(pl.col("client_id") != client_id)
        .group_by("key")
        .agg(pl.col("client_id").n_unique())
        .collect()
    )
    return dict(found.rows())


def _unused(key: str, people: pl.DataFrame, others: int, said: ByHand) -> str:
    """Why a key that the client's records carry joins nothing here."""
    if key in said.apart:
        return f"kept apart by hand {said.apart[key]}"
    for carried in people.select(KEY_COLUMNS).rows() if said.apart else ():
        kept = said.apart.keys() & set(carried)
        if key in carried and kept:
            return f"not used: {shown_key(min(kept))} is kept apart by hand {said.apart[min(kept)]}"
    if others:
        clients = "another client has it too" if others == 1 else f"{others} other clients have it too"
        return f"known, but not used: {clients}, and it never joins two e-mails"
    return "known, but not used: a stronger key identifies its records"

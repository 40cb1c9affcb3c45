"""Why records count as one client: every key of the client, and what joined it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.identity import KEY_COLUMNS

if TYPE_CHECKING:
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
    Field("key", Kind.TEXT, "the key, normalised as it is compared", nullable=False, wide=True),
    Field(
        "identifies",
        Kind.BOOLEAN,
        "whether records were matched by it; a known phone or address beside an e-mail is not used",
        nullable=False,
        priority=3,
    ),
    Field("joined_to", Kind.TEXT, "the key of this client that it was joined to", wide=True, priority=2),
    Field("reason", Kind.TEXT, "why it belongs to this client", nullable=False, wide=True, fold=True),
    Field("records", Kind.INTEGER, "distinct sets of details that carry it", nullable=False, priority=1),
    Field("sources", Kind.TEXT, "sources these come from, comma-joined", nullable=False, priority=4),
    Field("stores", Kind.TEXT, "stores these come from, comma-joined", nullable=False, priority=5),
)

_STRONG = ("email_key", "number_key")


def explain(facts: Facts, client_id: str) -> Answer:
    """Every key of one client with the reason it belongs there.

    Args:
        facts: a workspace's facts; `people` and `identities` are read.
        client_id: a current client id.

    Returns:
        Rows of `FIELDS`: identifying keys first, in the order they were joined, then keys that are only known.
    """
    mine = facts.identities.filter(pl.col("client_id") == client_id).select("person_key")
    people = facts.people.join(mine, on="person_key", how="semi").collect()
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
    joined = _strong_joins(people) | _weak_joins(people)
    others = _other_clients(facts, client_id, [key for key in carried if key not in joined])
    rows = [
        (client_id, KINDS[key[0]], shown(key), True, shown(parent) if parent else None, reason, *carried[key])
        for key, (parent, reason) in joined.items()
    ]
    rows += [
        (client_id, KINDS[key[0]], shown(key), False, None, _unused(others.get(key, 0)), *carried[key])
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


_DTYPES: dict[Kind, type[pl.DataType]] = {
    Kind.TEXT: pl.String,
    Kind.BOOLEAN: pl.Boolean,
    Kind.INTEGER: pl.Int64,
}


def shown(key: str) -> str:
    """A key as people know it: without the letter that sorts it, an address with commas."""
    text = key[2:]
    return ", ".join(part for part in text.split("|") if part) if key[0] == "r" else text


def _strong_joins(people: pl.DataFrame) -> dict[str, tuple[str | None, str]]:
    """Key -> (the key it was joined to, why), for e-mails and customer numbers, nearest first."""
    edges = people.select(*_STRONG, "source", "store").drop_nulls(_STRONG).unique().sort(pl.all()).rows()
    keys = sorted({key for column in _STRONG for key in people[column].drop_nulls()})
    if not keys:
        return {}
    joined: dict[str, tuple[str | None, str]] = {keys[0]: (None, "strongest key: gives the client its id")}
    frontier = [keys[0]]
    while frontier:
        found = []
        for email, number, source, store in edges:
            for here, there in ((email, number), (number, email)):
                if here in frontier and there not in joined:
                    joined[there] = (here, f"one record carries both ({source}, store {store})")
                    found.append(there)
        frontier = found
    return joined


def _weak_joins(people: pl.DataFrame) -> dict[str, tuple[str | None, str]]:
    """The same for records that were matched by phone, address or the source's own id."""
    order = list(KEY_COLUMNS)
    joined: dict[str, tuple[str | None, str]] = {}
    for position, column in enumerate(order[2:], start=2):
        weak = people.filter(pl.all_horizontal(pl.col(order[:position]).is_null()))
        for key in sorted(set(weak[column].drop_nulls())):
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


def _unused(others: int) -> str:
    if others:
        clients = "another client has it too" if others == 1 else f"{others} other clients have it too"
        return f"known, but not used: {clients}, and it never joins two e-mails"
    return "known, but not used: a stronger key identifies its records"

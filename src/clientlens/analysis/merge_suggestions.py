"""Which clients may be one person though no rule joins them: for people to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_lookup import folded
from clientlens.analysis.client_names import shown_name
from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.identity import SHARED_BY_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientlens.model.facts import Facts

REASONS = ("same_phone", "same_name_and_address", "same_name_and_postcode", "same_name_and_town")
"""What two clients may have in common, the best reason first."""
SHARED_BY_CLIENTS = 50
"""What more clients than this have in common says nothing about any two of them."""

FIELDS = (
    Field("client_id", Kind.TEXT, "the client whose id a merged one would have", nullable=False),
    Field("name", Kind.TEXT, "its name", wide=True, fold=True),
    Field("email", Kind.TEXT, "its e-mail", wide=True, priority=2),
    Field(
        "other_client_id", Kind.TEXT, "the client that may be the same", nullable=False, title="other client"
    ),
    Field("other_name", Kind.TEXT, "its name", wide=True, fold=True, title="other name"),
    Field("other_email", Kind.TEXT, "its e-mail", wide=True, title="other e-mail", priority=2),
    Field("reason", Kind.TEXT, "the best of what they have in common", nullable=False, values=REASONS),
    Field("key", Kind.TEXT, "the phone, address or name that this is", nullable=False, wide=True, priority=1),
)


def suggest_merges(facts: Facts, split: Iterable[tuple[str, str]] = ()) -> Answer:
    """Pairs of clients with a phone, a name and address, or a name and postcode or town in common.

    Names, postcodes and towns are compared without case, accents and spaces, each pair from one and the same record.
    What more than `SHARED_BY_NAMES` names or `SHARED_BY_CLIENTS` clients have in common is left out, and counted.

    Args:
        facts: a workspace's facts; `people`, `identities` and `clients` are read.
        split: pairs of keys whose clients people took apart; they are not suggested again.

    Returns:
        Rows of `FIELDS`, one for each pair: by reason, then name, then ids.
    """
    identities = facts.identities.collect()
    # Ids are compared as numbers, in the order of the clients' smallest keys: the smaller one gives a merged client
    # its id, and pairs of numbers take little room where many have something in common.
    numbered = (
        identities.group_by("client_id")
        .agg(pl.col("person_key").min())
        .sort("person_key")
        .select("client_id")
        .with_row_index("client")
    )
    number_of = identities.join(numbered, on="client_id").select("person_key", "client")
    keys, shared = _keys(facts.people.join(number_of.lazy(), on="person_key"))
    pairs = (
        keys.join(keys.select("rank", "key_no", other="client"), on=["rank", "key_no"])
        .filter(pl.col("client") < pl.col("other"))
        .sort("client", "other", "rank", "key_no")
        .unique(["client", "other"], keep="first", maintain_order=True)
        .join(_taken_apart(split, number_of), on=["client", "other"], how="anti")
    )
    shown_clients = (
        facts.clients.select("client_id", shown_name(), "email").collect().join(numbered, on="client_id")
    )
    rows = (
        pairs.join(keys.select("rank", "key_no", "key").unique(), on=["rank", "key_no"])
        .join(shown_clients, on="client")
        .join(shown_clients.rename(lambda name: f"other_{name}"), left_on="other", right_on="other_client")
        .sort("rank", folded(pl.col("name")), "client", "other", nulls_last=True)
        .with_columns(_shown_key().alias("key"), reason=pl.lit(pl.Series(REASONS)).gather(pl.col("rank")))
        .select(field.name for field in FIELDS)
    )
    return Answer(
        name="merge_suggestions",
        fields=FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title="Clients who may be one person",
        notes=_notes(shared),
    )


def _keys(records: pl.LazyFrame) -> tuple[pl.DataFrame, int]:
    """What clients have in common, and how much is left out since too many do.

    Args:
        records: `tables.PEOPLE` with `client` (UInt32).

    Returns:
        client (UInt32), rank (UInt32, position in `REASONS`), key_no (UInt32, within a rank), key (String): of keys
        that two clients or more carry.
    """
    name, postcode, city = (_plain(pl.col(column)) for column in ("name", "postcode", "city"))
    postcode = postcode.str.replace_all(" ", "", literal=True)
    told = records.select(
        "client",
        "phone_key",
        "residence_key",
        folded_name=name,
        in_postcode=pl.lit("r:") + name + "|" + postcode,
        in_town=pl.lit("r:") + name + "|" + city,
    ).collect()
    found, shared = [], 0
    for rank, column in enumerate(("phone_key", "residence_key", "in_postcode", "in_town")):
        carried = told.select("client", "folded_name", key=column).drop_nulls("key")
        counts = (
            carried.group_by("key")
            .agg(clients=pl.col("client").n_unique(), names=pl.col("folded_name").drop_nulls().n_unique())
            .filter(pl.col("clients") > 1)
        )
        few = (pl.col("names") <= SHARED_BY_NAMES) & (pl.col("clients") <= SHARED_BY_CLIENTS)
        kept = counts.filter(few).sort("key").select("key").with_row_index("key_no")
        shared += counts.height - kept.height
        found.append(
            carried.select("client", "key")
            .unique()
            .join(kept, on="key")
            .select("client", pl.lit(rank, pl.UInt32).alias("rank"), "key_no", "key")
        )
    return pl.concat(found), shared


def _plain(text: pl.Expr) -> pl.Expr:
    """Text without case, accents and needless blanks; null where nothing is left."""
    bare = folded(text.str.replace_all("|", " ", literal=True)).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(bare != "").then(bare)


def _shown_key() -> pl.Expr:
    """`identity.shown_key` for a column of keys."""
    # A residence has at most seven parts, and few keys are shown.
    parts = pl.col("key").str.slice(2).str.split("|")
    address = parts.list.eval(pl.element().filter(pl.element() != "")).list.join(", ")
    return pl.when(pl.col("key").str.starts_with("r:")).then(address).otherwise(pl.col("key").str.slice(2))


def _taken_apart(split: Iterable[tuple[str, str]], number_of: pl.DataFrame) -> pl.DataFrame:
    """client, other: the clients of these pairs of keys today, the smaller number first."""
    pairs = pl.DataFrame(sorted(split), schema={"one": pl.String, "two": pl.String}, orient="row")
    found = pairs.join(number_of, left_on="one", right_on="person_key").join(
        number_of.rename({"client": "other"}), left_on="two", right_on="person_key"
    )
    return found.select(
        client=pl.min_horizontal("client", "other"), other=pl.max_horizontal("client", "other")
    )


def _notes(shared: int) -> tuple[str, ...]:
    if not shared:
        return ()
    what = "1 phone, address or name" if shared == 1 else f"{shared:,} phones, addresses or names"
    return (f"left out: {what} shared by more than {SHARED_BY_CLIENTS} clients or {SHARED_BY_NAMES} names",)

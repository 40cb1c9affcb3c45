"""Who is one client: records become clients by their keys, whatever order they arrive in.

Keys, strongest first: e-mail, customer number (of its store), phone, name with postal address, the source's own id.
Their texts begin with a letter that sorts in this order (`e:`, `n:`, `p:`, `r:`, `s:`), so the smallest text is the
strongest key.

1. Records that carry an e-mail or a customer number are joined by these alone; a record carrying both joins the two.
2. A record with neither belongs to the one client of step 1 whose records carry its phone. Where several do, it would
   have to join them, which a phone never does: it stays a client of its own, as it does where none does.
3. A record with no phone either is treated the same way by name and postal address.
4. A record with none of these stands by the source's own id.
5. What people corrected comes last: a key that they keep apart takes part in none of these joins, and clients that
   they joined are one.

The result is a function of the set of records and of the corrections: nothing depends on which file came first.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from clientlens.model.tables import CLIENTS, IDENTITIES, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

KEY_COLUMNS = ("email_key", "number_key", "phone_key", "residence_key", "source_key")
SHARED_BY_NAMES = 50
"""A key that more names than this carry is a till's or a placeholder's rather than a person's."""
CODE_LETTERS = 4
"""So many letters of the id stand for an anonymous client without a number, where no other one's id begins alike."""

_BASE32_PAIRS = tuple(map("".join, product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)))
_NAME = ("name", "first_name", "last_name")
_NUMBER_IN_KEY = r"^.:[^:]*:(.*)$"
_ADDRESS = ("street", "street2", "postcode", "city", "province", "country")


@dataclass(frozen=True, slots=True)
class Corrections:
    """What people said about who is one client, against or beyond the rules; keys nobody carries do nothing.

    joined: pairs of keys whose clients are one, in the order in which that was said.
    apart: keys that are joined to nothing by a rule.
    """

    joined: tuple[tuple[str, str], ...] = ()
    apart: frozenset[str] = frozenset()


NO_CORRECTIONS = Corrections()


@dataclass(frozen=True, slots=True)
class Identified:
    """The outcome of `resolve`.

    identities: `tables.IDENTITIES`, every e-mail and customer number, and the key of every weaker record.
    clients: `tables.CLIENTS`, one row per client.
    shared_keys: key (String), client_id (String), names (UInt32): keys carried by more than 50 names.
    """

    identities: pl.DataFrame
    clients: pl.DataFrame
    shared_keys: pl.DataFrame


def shown_key(key: str) -> str:
    """A key as people know it: without the letter that sorts it, an address with commas."""
    text = key[2:]
    return ", ".join(part for part in text.split("|") if part) if key[0] == "r" else text


def client_id_of(key: str) -> str:
    """The id that a client whose smallest key this is has: 12 base32 characters of its SHA-256, in lower case."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest())[:12].decode().lower()


def client_ids(keys: pl.Series) -> pl.Series:
    """`client_id_of` for a column of keys; Polars has no SHA-256, so this one step leaves it.

    12 characters are the first 60 of the digest's bits, here taken 10 at a time.
    """
    sha256 = hashlib.sha256
    starts = [sha256(key).digest()[:8] for key in keys.cast(pl.Binary).to_list()]
    bits = pl.Series("bits", starts, dtype=pl.Binary).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    pairs = pl.lit(pl.Series(_BASE32_PAIRS))
    return bits.to_frame().select(
        client_id=pl.concat_str(
            pairs.gather(pl.col("bits") // (1 << below) % 1024) for below in range(54, 3, -10)
        )
    )["client_id"]


def resolve(people: pl.DataFrame, corrections: Corrections = NO_CORRECTIONS) -> Identified:
    """Join records into clients.

    Args:
        people: `tables.PEOPLE` rows of everything stored, in any order, repeats allowed.
        corrections: what people said about them.
    """
    owner = joined_by_hand(joined_by_rule(people, corrections.apart), corrections.joined)
    if corrections.apart:
        # A key that only stronger ones led to has no record of its own once it is kept apart: nobody is behind it.
        carried = people.select(key="person_key").unique()
        alive = owner.join(carried, on="key", how="semi").select("label").unique()
        owner = owner.join(alive, on="label", how="semi")
    smallest = owner.select("label").unique().sort("label")
    ids = smallest.with_columns(client_ids(smallest["label"]))
    keys = owner.join(ids, on="label", how="inner").select(person_key="key", client_id="client_id")
    identities = IDENTITIES.conform(keys.sort("person_key"))
    return Identified(identities, _clients(people, identities), _shared(people, identities))


def joined_by_rule(people: pl.DataFrame, apart: Collection[str] = frozenset()) -> pl.DataFrame:
    """What the rules alone join, but for the keys that are kept apart.

    Returns:
        key, label (String): every key that identifies a record, and the smallest key of those it is joined to.
    """
    owner = _strong_components(people, apart)
    owner = _with_weaker(people, owner, column="phone_key", stronger=("email_key", "number_key"), apart=apart)
    owner = _with_weaker(
        people,
        owner,
        column="residence_key",
        stronger=("email_key", "number_key", "phone_key"),
        apart=apart,
    )
    alone = (
        people.filter(pl.all_horizontal(pl.col(KEY_COLUMNS[:-1]).is_null()))
        .select(key="source_key", label="source_key")
        .drop_nulls()
        .unique()
    )
    return pl.concat([owner, alone])


def joined_by_hand(owner: pl.DataFrame, joined: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """`owner` (key, label) with the labels of these pairs of keys made one, the smallest; unknown keys do nothing."""
    pairs = list(joined)
    wanted = {key for pair in pairs for key in pair}
    if not wanted:
        return owner
    # Keys that people joined by hand, so few.
    label_of = dict(owner.filter(pl.col("key").is_in(sorted(wanted))).iter_rows())
    smallest: dict[str, str] = {}
    for pair in pairs:
        if label_of.keys() >= set(pair):
            low, high = sorted(_root(smallest, label_of[key]) for key in pair)
            if low != high:
                smallest[high] = low
    ends = [(label, _root(smallest, label)) for label in smallest]
    hook = pl.DataFrame(ends, schema={"label": pl.String, "to": pl.String}, orient="row")
    return owner.join(hook, on="label", how="left").select("key", label=pl.coalesce("to", "label"))


def _root(smallest: dict[str, str], label: str) -> str:
    while label in smallest:
        label = smallest[label]
    return label


def _strong_components(people: pl.DataFrame, apart: Collection[str]) -> pl.DataFrame:
    """key, label: connected components over e-mails and customer numbers; label = smallest key."""
    keys = pl.concat([people.select(key="email_key"), people.select(key="number_key")]).drop_nulls().unique()
    labels = keys.with_columns(label="key")
    edges = people.select(a="email_key", b="number_key").drop_nulls().unique()
    if apart:
        kept = sorted(apart)
        edges = edges.filter(~pl.col("a").is_in(kept), ~pl.col("b").is_in(kept))
    while True:
        pairs = (
            edges.join(labels.select(a="key", la="label"), on="a")
            .join(labels.select(b="key", lb="label"), on="b")
            .filter(pl.col("la") != pl.col("lb"))
            .with_columns(to=pl.min_horizontal("la", "lb"), label=pl.max_horizontal("la", "lb"))
        )
        if pairs.is_empty():
            return labels
        hook = _follow(pairs.group_by("label").agg(pl.col("to").min()))
        labels = labels.join(hook, on="label", how="left").select("key", label=pl.coalesce("to", "label"))


def _follow(hook: pl.DataFrame) -> pl.DataFrame:
    """label, to: each `to` replaced by where it leads in the end (to < label, so this ends)."""
    while True:
        further = hook.join(hook.select(to="label", beyond="to"), on="to", how="left")
        if further["beyond"].null_count() == further.height:
            return hook
        hook = further.select("label", to=pl.coalesce("beyond", "to"))


def _with_weaker(
    people: pl.DataFrame,
    owner: pl.DataFrame,
    *,
    column: str,
    stronger: tuple[str, ...],
    apart: Collection[str],
) -> pl.DataFrame:
    """`owner` (key, label) with the records that have `column` but no stronger key.

    Such a record goes to the one label that carries the same value of `column`, else it is its own. A key kept apart
    counts among the carriers, so that keeping it apart never lets its phone lead to somebody else.
    """
    weak = (
        people.filter(pl.all_horizontal(pl.col(stronger).is_null())).select(key=column).drop_nulls().unique()
    )
    carriers = (
        people.filter(pl.any_horizontal(pl.col(stronger).is_not_null()))
        .select("person_key", key=column)
        .drop_nulls()
        .join(owner.select(person_key="key", label="label"), on="person_key")
        .group_by("key")
        .agg(pl.col("label").n_unique().alias("carriers"), pl.col("label").min())
        .filter(pl.col("carriers") == 1)
    )
    if apart:
        kept = sorted(apart)
        # The label of a key kept apart is the key itself, since nothing was joined to it.
        carriers = carriers.filter(~pl.col("key").is_in(kept), ~pl.col("label").is_in(kept))
    placed = weak.join(carriers, on="key", how="left").select("key", label=pl.coalesce("label", "key"))
    return pl.concat([owner, placed])


def _clients(people: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """One row per client with the details it is shown with; see the columns' documentation in `tables`."""
    records = people.join(identities, on="person_key", how="inner")
    # Sorting by every column and looking into groups is dear, and most clients have but one record.
    several = records["client_id"].is_duplicated()
    lone, records = records.filter(~several), records.filter(several)
    by_profile, by_date = profiles_first(records), latest_first(records)
    basic = pl.concat([_of_one_record(lone), _of_several_records(by_profile)])
    named = _first_with(pl.concat([lone, by_profile]), "name", _NAME)
    addressed = _first_with(pl.concat([lone, by_date]), "street", _ADDRESS)
    clients = (
        basic.join(named, on="client_id", how="left")
        .join(addressed, on="client_id", how="left")
        .join(_groups(pl.concat([lone, records])), on="client_id", how="left")
        .with_columns(anonymous=pl.all_horizontal(pl.col("name", "email", "phone").is_null()))
    )
    return CLIENTS.conform(_told_apart(clients).sort("client_id"))


def _told_apart(clients: pl.DataFrame) -> pl.DataFrame:
    """Anonymous clients who would be shown alike (one number in two stores, an id that begins alike) with more letters.

    Nothing but the client's id is added, so that what somebody is called depends on no order.
    """
    letters = pl.col("client_id").str.slice(0, CODE_LETTERS)
    longer = pl.coalesce(pl.format("{} ({})", "source_number", letters), "client_id")
    alike = pl.len().over(pl.coalesce("source_number", letters)) > 1
    anonymous = clients.filter("anonymous").with_columns(
        source_number=pl.when(alike).then(longer).otherwise("source_number")
    )
    return pl.concat([clients.filter(~pl.col("anonymous")), anonymous])


def with_first_events(clients: pl.LazyFrame, events: pl.LazyFrame, identities: pl.LazyFrame) -> pl.LazyFrame:
    """`tables.CLIENTS` whose joined_at is the first event (`tables.EVENTS`) where nothing earlier is known.

    Worked out when clients are read, since events come and go without a record of a person changing.
    """
    first = (
        events.join(identities, on="person_key")
        .group_by("client_id")
        .agg(first_event_at=pl.col("happened_at").min())
    )
    joined = pl.min_horizontal("joined_at", "first_event_at").alias("joined_at")
    return clients.join(first, on="client_id", how="left").with_columns(joined).select(CLIENTS.schema.names())


def profiles_first(records: pl.DataFrame) -> pl.DataFrame:
    """`tables.PEOPLE` in the order in which details are looked for: lists of clients, then the latest."""
    return _ordered(records, "is_profile", "seen_at")


def latest_first(records: pl.DataFrame) -> pl.DataFrame:
    """`tables.PEOPLE` in the order in which an address is looked for."""
    return _ordered(records, "seen_at")


def _ordered(records: pl.DataFrame, *first: str) -> pl.DataFrame:
    # Every column takes part in the order, so that equal dates cannot let the order of files decide.
    rest = [name for name in PEOPLE.schema if name not in {"is_profile", "seen_at"}]
    down = [True] * len(first) + [False] * len(rest)
    return records.sort([*first, *rest], descending=down, nulls_last=True)


def _of_one_record(records: pl.DataFrame) -> pl.DataFrame:
    """What `_of_several_records` gives for clients with one record each."""
    return records.select(
        "client_id",
        "email",
        "phone",
        "company",
        "accepts_email",
        "language",
        "birthday",
        source_number=pl.coalesce("number_key", "source_key").str.extract(_NUMBER_IN_KEY),
        stores="store",
        sources="source",
        joined_at=pl.min_horizontal("joined_at", "first_order_at"),
    )


def _of_several_records(by_profile: pl.DataFrame) -> pl.DataFrame:
    """client_id and what is taken from all of a client's records, name and address aside; best record first."""
    told = pl.col("accepts_email")
    return by_profile.group_by("client_id", maintain_order=True).agg(
        pl.col("email").drop_nulls().first(),
        pl.col("phone").drop_nulls().first(),
        pl.col("company").drop_nulls().first(),
        # A list of clients states today's consent; where two lists disagree, the refusal counts.
        pl.coalesce(told.filter(pl.col("is_profile")).min(), told.drop_nulls().first()).alias(
            "accepts_email"
        ),
        pl.col("language").drop_nulls().first(),
        pl.col("birthday").drop_nulls().first(),
        pl.coalesce(pl.col("number_key").drop_nulls().min(), pl.col("source_key").drop_nulls().min())
        .str.extract(_NUMBER_IN_KEY)
        .alias("source_number"),
        pl.col("store").unique().sort().str.join(", ").alias("stores"),
        pl.col("source").unique().sort().str.join(", ").alias("sources"),
        pl.min_horizontal(pl.col("joined_at").min(), pl.col("first_order_at").min()).alias("joined_at"),
    )


def _groups(records: pl.DataFrame) -> pl.DataFrame:
    """client_id, groups: every group that any record names, sorted, for those who are in one."""
    return (
        records.select("client_id", "groups")
        .drop_nulls()
        .select("client_id", pl.col("groups").str.split(","))
        .explode("groups")
        .select("client_id", pl.col("groups").str.strip_chars())
        .filter(pl.col("groups") != "")
        .unique()
        .sort("client_id", "groups")
        .group_by("client_id", maintain_order=True)
        .agg(pl.col("groups").str.join(", "))
    )


def _first_with(records: pl.DataFrame, needed: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """client_id and `columns` of each client's first record in which `needed` is known."""
    return (
        records.filter(pl.col(needed).is_not_null())
        .unique("client_id", keep="first", maintain_order=True)
        .select("client_id", *columns)
    )


def _shared(people: pl.DataFrame, identities: pl.DataFrame) -> pl.DataFrame:
    """Keys carried by more than `SHARED_BY_NAMES` different names."""
    carried = pl.concat([people.select("name", "person_key", key=column) for column in KEY_COLUMNS[:3]])
    return (
        carried.drop_nulls()
        .with_columns(pl.col("name").str.to_lowercase())
        .group_by("key")
        .agg(pl.col("name").n_unique().alias("names"), pl.col("person_key").min())
        .filter(pl.col("names") > SHARED_BY_NAMES)
        .join(identities, on="person_key")
        .select("key", "client_id", "names")
        .sort("key")
    )

"""Points: what the ledger's entries come to. A balance is their sum and nothing else.

`points_added` and `points_subtracted` are a person's; `points_earned` is what an order brought, and what its refund or
cancellation took back (see `points_earned`). Each carries in its body `points` (above 0: given, below: taken) and may
carry `reason`; an order is named by `store`, `order_key` and `number`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_lookup import folded
from clientlens.analysis.client_names import shown_name
from clientlens.analysis.expressions import Column
from clientlens.analysis.selection import Extra
from clientlens.analysis.wording import counted_noun
from clientlens.errors import NotRegistered
from clientlens.model.answer import Answer, Field, Kind, frame_of
from clientlens.model.tables import INSTANT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Window

ADDED, SUBTRACTED, EARNED = "points_added", "points_subtracted", "points_earned"
KINDS = (ADDED, SUBTRACTED, EARNED)
MOST = 10**12
"""Points of one entry at most: a hundred thousand such entries still add up in 64 bits."""

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "number": pl.Int64,
    "at": INSTANT,
    "actor": pl.String,
    "person_key": pl.String,
    "kind": pl.String,
    "points": pl.Int64,
    "reason": pl.String,
    "store": pl.String,
    "order_key": pl.String,
    "order": pl.String,
    "currency": pl.String,
    "rate": pl.String,
}

BALANCE_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=1),
    Field("name", Kind.TEXT, "name, else company", wide=True),
    Field("email", Kind.TEXT, "e-mail", wide=True, priority=2),
    Field("phone", Kind.TEXT, "phone", priority=None),
    Field("points", Kind.INTEGER, "balance: the sum of all entries", nullable=False),
    Field("last_entry_at", Kind.INSTANT, "time of the last entry", title="last entry", priority=1),
)
HISTORY_FIELDS = (
    Field("number", Kind.INTEGER, "number of the entry in the ledger", nullable=False, priority=2),
    Field("at", Kind.INSTANT, "when it was written", nullable=False),
    Field("points", Kind.INTEGER, "given, or taken below 0", nullable=False, signed=True),
    Field("balance", Kind.INTEGER, "balance after it", nullable=False),
    Field(
        "kind",
        Kind.TEXT,
        "added or subtracted by somebody, earned by an order",
        nullable=False,
        values=("added", "subtracted", "earned"),
    ),
    Field("reason", Kind.TEXT, "what whoever wrote it said", wide=True, fold=True),
    Field("order", Kind.TEXT, "number of the order it is about"),
    Field("store", Kind.TEXT, "store of that order", priority=4),
    Field("actor", Kind.TEXT, "user of the machine who wrote it", title="by", priority=3),
)
STATEMENT_FIELDS = (
    Field("date", Kind.DATE, "local day", nullable=False),
    Field("text", Kind.TEXT, "what happened", nullable=False, title="", wide=True, fold=True),
    Field("received", Kind.INTEGER, "points given"),
    Field("spent", Kind.INTEGER, "points taken"),
    Field("balance", Kind.INTEGER, "balance after it", nullable=False),
)
REPORT_FIELDS = (
    Field("month", Kind.TEXT, "local month, YYYY-MM", nullable=False),
    Field("issued", Kind.INTEGER, "points given: added, or earned by orders", nullable=False),
    Field("redeemed", Kind.INTEGER, "points subtracted", nullable=False),
    Field(
        "taken_back", Kind.INTEGER, "earned points that refunds and cancellations took back", nullable=False
    ),
    Field("outstanding", Kind.INTEGER, "sum of all balances at the month's end", nullable=False),
    Field(
        "clients",
        Kind.INTEGER,
        "clients with a balance above 0 then",
        nullable=False,
        title="clients with points",
    ),
)


def entries_of(entries: Sequence[Entry], as_of: AsOf | None = None) -> pl.DataFrame:
    """Entries of `KINDS` as rows; others are passed over.

    Args:
        entries: of the ledger, by number.
        as_of: entries written after it are left out; None: none is.

    Returns:
        number (Int64), at (INSTANT), actor, person_key, kind, points (Int64), reason, store, order_key, order (the
        order's number), currency, rate (String; of `points_earned`). By number.
    """
    rows = [
        (
            entry.seq,
            entry.at,
            entry.actor,
            entry.person_key,
            entry.kind,
            body["points"],
            body.get("reason"),
            body.get("store"),
            body.get("order_key"),
            body.get("number"),
            body.get("currency"),
            body.get("rate"),
        )
        for entry in entries
        if entry.kind in KINDS and (as_of is None or entry.at <= as_of.instant)
        for body in (entry.body,)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def balances(entries: Sequence[Entry], identities: pl.LazyFrame, as_of: AsOf | None = None) -> pl.DataFrame:
    """The balance of every client with an entry.

    Args:
        entries: of the ledger; only `KINDS` count.
        identities: `tables.IDENTITIES`.
        as_of: entries written after it do not count; None: all do.

    Returns:
        client_id (String), points (Int64). By client_id. Entries about people whom no record names today are left
        out; they count again when their records are back.
    """
    return (
        with_owners(entries_of(entries, as_of), identities)
        .group_by("client_id")
        .agg(pl.col("points").sum())
        .sort("client_id")
    )


def as_column(balances: Callable[[], pl.DataFrame]) -> Extra:
    """`points` as a name that expressions may use; `balances` is called where one is asked."""

    def add(table: pl.DataFrame) -> pl.DataFrame:
        with_points = table.join(balances(), on="client_id", how="left", maintain_order="left")
        return with_points.with_columns(pl.col("points").fill_null(0))

    return Extra((Column("points", Kind.INTEGER, "balance of points", "points"),), add)


def with_owners(rows: pl.DataFrame, identities: pl.LazyFrame) -> pl.DataFrame:
    """`entries_of` with client_id, without those of people who are nobody today; by number."""
    keys = rows.select(pl.col("person_key").unique())
    owners = identities.join(keys.lazy(), on="person_key", how="semi").collect()
    return rows.join(owners, on="person_key", how="inner", maintain_order="left")


def keys_of(facts: Facts, client_id: str) -> list[str]:
    """The keys of a client, the smallest first: it is the one that entries about the client carry."""
    mine = facts.identities.filter(pl.col("client_id") == client_id).collect()
    return mine["person_key"].sort().to_list()


def registered(facts: Facts, client_id: str, purpose: str) -> None:
    """See that a client is registered.

    Args:
        purpose: what needs it, in the plural: points, letters.

    Raises:
        NotRegistered
    """
    mine = facts.clients.filter(pl.col("client_id") == client_id).select("anonymous").collect()
    if mine.is_empty() or mine.item():
        raise NotRegistered(client_id, purpose)


def balance_of(entries: Sequence[Entry], person_keys: Collection[str]) -> int:
    """The sum of the entries about these keys."""
    keys = frozenset(person_keys)
    return sum(e.body["points"] for e in entries if e.kind in KINDS and e.person_key in keys)


def balance_answer(
    facts: Facts, entries: Sequence[Entry], *, as_of: AsOf, client_id: str | None = None
) -> Answer:
    """Balances of all clients who have entries, or of one client.

    Returns:
        Rows of `BALANCE_FIELDS`: most points first, then by name and client_id. One row for a client who is named.
    """
    rows = entries_of(entries, as_of)
    owned = with_owners(rows, facts.identities)
    sums = owned.group_by("client_id").agg(pl.col("points").sum(), last_entry_at=pl.col("at").max())
    clients = facts.clients.select("client_id", shown_name(), "email", "phone")
    if client_id is None:
        found = clients.join(sums.lazy(), on="client_id")
    else:
        found = clients.filter(pl.col("client_id") == client_id).join(sums.lazy(), on="client_id", how="left")
    shown = (
        found.with_columns(pl.col("points").fill_null(0))
        .sort(-pl.col("points"), folded(pl.col("name")), "client_id", nulls_last=True)
        .select(field.name for field in BALANCE_FIELDS)
        .collect()
    )
    return Answer(
        "points_balance",
        BALANCE_FIELDS,
        shown,
        facts.timezone,
        title=f"Points as of {as_of.day}",
        notes=_sleeping(rows, owned) if client_id is None else (),
    )


def history_answer(facts: Facts, entries: Sequence[Entry], *, as_of: AsOf, client_id: str) -> Answer:
    """Every entry of one client with the balance after it.

    Returns:
        Rows of `HISTORY_FIELDS`, the first entry first.
    """
    rows = (
        _of_client(facts, entries, as_of, client_id)
        .with_columns(pl.col("kind").str.strip_prefix("points_"), balance=pl.col("points").cum_sum())
        .select(field.name for field in HISTORY_FIELDS)
    )
    name = shown_as(facts, client_id)
    return Answer(
        "points_history", HISTORY_FIELDS, rows, facts.timezone, title=f"Points of {name} as of {as_of.day}"
    )


def statement_answer(
    facts: Facts, entries: Sequence[Entry], *, as_of: AsOf, client_id: str, window: Window
) -> Answer:
    """One client's account over a window, to be printed or sent: what came in, what went out, what is left.

    Returns:
        Rows of `STATEMENT_FIELDS`: the balance carried forward (where the window has a first day), every entry in
        it, and the balance on its last day.
    """
    first, last = window.days(as_of)
    last = min(last, as_of.day)
    day = pl.col("at").dt.convert_time_zone(facts.timezone).dt.date()
    rows = _of_client(facts, entries, as_of, client_id).with_columns(
        date=day, balance=pl.col("points").cum_sum()
    )
    lines: list[tuple[date, str, int | None, int | None, int]] = []
    if first is not None:
        before = int(rows.filter(pl.col("date") < first)["points"].sum())
        lines.append((first, "carried forward", None, None, before))
        rows = rows.filter(pl.col("date") >= first)
    within = rows.filter(pl.col("date") <= last)
    # The statement of one client, which is read by a person.
    for row in within.iter_rows(named=True):
        points = row["points"]
        received, spent = (None, -points) if points < 0 else (points, None)
        lines.append((row["date"], told(row), received, spent, row["balance"]))
    closing = lines[-1][-1] if lines else 0
    given, spent = (
        int(within.select((sign * pl.col("points")).clip(lower_bound=0).sum()).item()) for sign in (1, -1)
    )
    lines.append((last, "balance", given, spent, closing))
    return Answer(
        "points_statement",
        STATEMENT_FIELDS,
        frame_of(STATEMENT_FIELDS, lines),
        facts.timezone,
        title=f"Statement of points: {shown_as(facts, client_id)}, {window.describe(as_of)}",
    )


def report_answer(facts: Facts, entries: Sequence[Entry], *, as_of: AsOf) -> Answer:
    """Points given, taken and left, by month.

    Returns:
        Rows of `REPORT_FIELDS`, the first month with an entry first, up to the month of `as_of`.
    """
    rows = entries_of(entries, as_of)
    owned = with_owners(rows, facts.identities).with_columns(
        month=pl.col("at").dt.convert_time_zone(facts.timezone).dt.date().dt.month_start()
    )
    frame = frame_of(REPORT_FIELDS, [])
    if not owned.is_empty():
        frame = _by_month(owned, as_of)
    return Answer(
        "points_report",
        REPORT_FIELDS,
        frame,
        facts.timezone,
        title=f"Points by month as of {as_of.day}",
        notes=_sleeping(rows, owned),
    )


def _by_month(owned: pl.DataFrame, as_of: AsOf) -> pl.DataFrame:
    points, earned = pl.col("points"), pl.col("kind") == EARNED
    first = owned["month"].sort()[0]
    months = pl.DataFrame({"month": pl.date_range(first, as_of.day, interval="1mo", eager=True)})
    sums = owned.group_by("month").agg(
        issued=points.filter(points > 0).sum(),
        redeemed=-points.filter((points < 0) & ~earned).sum(),
        taken_back=-points.filter((points < 0) & earned).sum(),
        net=points.sum(),
    )
    # Whose balance crosses 0 in a month, up or down: the running sum of that is how many stand above it.
    held = (
        owned.group_by("client_id", "month")
        .agg(points.sum())
        .sort("client_id", "month")
        .with_columns(after=points.cum_sum().over("client_id"))
        .with_columns(before=pl.col("after") - points)
        .group_by("month")
        .agg(crossed=((pl.col("after") > 0).cast(pl.Int64) - (pl.col("before") > 0).cast(pl.Int64)).sum())
    )
    return (
        months.join(sums, on="month", how="left")
        .join(held, on="month", how="left")
        .sort("month")
        .with_columns(pl.exclude("month").fill_null(0))
        .with_columns(
            pl.col("month").dt.strftime("%Y-%m"),
            outstanding=pl.col("net").cum_sum(),
            clients=pl.col("crossed").cum_sum(),
        )
        .select(field.name for field in REPORT_FIELDS)
    )


def _of_client(facts: Facts, entries: Sequence[Entry], as_of: AsOf, client_id: str) -> pl.DataFrame:
    keys = keys_of(facts, client_id)
    return entries_of(entries, as_of).filter(pl.col("person_key").is_in(keys))


def told(row: dict[str, object]) -> str:
    """One of `entries_of`, a dictionary, for people to read."""
    order = f"order {row['order']}" if row["order"] else ""
    if row["kind"] == EARNED and int(str(row["points"])) < 0:
        order += " refunded, cancelled or gone"
    parts = (row["reason"], order)
    plain = {ADDED: "added", SUBTRACTED: "subtracted", EARNED: "earned"}
    return ", ".join(str(part) for part in parts if part) or plain[str(row["kind"])]


def shown_as(facts: Facts, client_id: str) -> str:
    """The name of a client, else its e-mail, phone or id."""
    one = facts.clients.filter(pl.col("client_id") == client_id)
    text = pl.coalesce(shown_name(), "email", "phone", "client_id")
    found = one.select(text).collect()
    return client_id if found.is_empty() else str(found.item())


def _sleeping(rows: pl.DataFrame, owned: pl.DataFrame) -> tuple[str, ...]:
    """What is left out because no record names the person today."""
    left = rows.height - owned.height
    if not left:
        return ()
    points = int(rows["points"].sum()) - int(owned["points"].sum())
    entries = "1 entry" if left == 1 else f"{left:,} entries"
    return (f"{entries} over {counted_noun(points, 'point')} left out: no record names the client today",)

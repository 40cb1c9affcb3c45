"""Points that orders earn: what each is worth today, what stands in the ledger, and the difference to be written.

An order that is completed is worth floor(rate x net_total) points, never less than 0; any other one is worth none.
Only the difference to what the ledger has for the order is written, so that nothing is given twice however often it is
asked, and a refund, a cancellation, an order taken back with its import or one that turns out to be somebody else's
takes points back. An order keeps the rate at which it first earned.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.points import EARNED, MOST, entries_of
from clientlens.analysis.wording import counted_noun
from clientlens.errors import BadPointsRate, NoCurrency, TooManyPoints
from clientlens.model.answer import Answer, Field, Kind
from clientlens.model.entries import Event
from clientlens.model.money import DECIMALS
from clientlens.model.points import RATE, RATE_DECIMALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_ORDER = ("store", "order_key")

EARN_FIELDS = (
    Field("client_id", Kind.TEXT, "whose points these are", nullable=False, title="client", priority=2),
    Field("name", Kind.TEXT, "the client's name, else company", wide=True),
    Field("store", Kind.TEXT, "store of the order", nullable=False, priority=3),
    Field("order", Kind.TEXT, "number of the order"),
    Field("placed_on", Kind.DATE, "its day; null: the order is not there any more", title="day", priority=1),
    Field("net_total", Kind.MONEY, "charged, less refunds; null likewise", priority=1),
    Field("currency", Kind.TEXT, "ISO 4217 code", title="", priority=1),
    Field(
        "points_before",
        Kind.INTEGER,
        "what the order had earned the client before",
        nullable=False,
        title="before",
        priority=2,
    ),
    Field("points", Kind.INTEGER, "what was written now", nullable=False, signed=True),
)


@dataclass(frozen=True, slots=True)
class Earnings:
    """What is to be written down.

    rows: `EARN_FIELDS`, by day, store and order, and person_key, rate, entry (String: key of the entry).
    notes: what was left out, and why.
    """

    rows: pl.DataFrame
    notes: tuple[str, ...]

    def events(self) -> list[Event]:
        """An entry for each row; only what changed since the last time is one, and each becomes a row of the ledger."""
        names = ("store", "order_key", "order", "currency", "rate", "points", "person_key", "entry")
        return [
            Event(
                EARNED,
                {
                    "points": points,
                    "store": store,
                    "order_key": order_key,
                    "number": order,
                    "currency": currency,
                    "rate": rate,
                },
                key=key,
                person_key=person_key,
                subject=f"order {order or order_key}",
            )
            for store, order_key, order, currency, rate, points, person_key, key in self.rows.select(
                names
            ).iter_rows()
        ]


def parse_rates(texts: Iterable[str], home_currency: str | None) -> dict[str, str]:
    """Points for one unit of each currency, as decimal text: `1`, `0.5`, `USD=0.9`; without a code the home currency's.

    Raises:
        BadPointsRate, NoCurrency
    """
    rates: dict[str, str] = {}
    for text in texts:
        parts = RATE.fullmatch(text.strip())
        if parts is None:
            raise BadPointsRate(text, f"a number up to 999999, at most {RATE_DECIMALS} decimals")
        code = parts[1].upper() if parts[1] else home_currency
        if code is None:
            raise NoCurrency(text)
        if code not in DECIMALS:
            raise BadPointsRate(text, f"unknown currency {code!r}")
        if code in rates:
            raise BadPointsRate(text, f"a second rate for {code}")
        decimals = (parts[3] or "").rstrip("0")
        rates[code] = str(int(parts[2])) + (f".{decimals}" if decimals else "")
    return rates


def earnings(
    facts: Facts,
    entries: Sequence[Entry],
    *,
    rates: Mapping[str, str],
    as_of: AsOf,
    until: date | None,
    since: date | None,
    completed_when: str,
    allow_negative: bool = False,
) -> Earnings:
    """What the orders' points are to be brought to.

    Args:
        entries: the ledger's entries about points, all of them.
        rates: currency -> points for one unit, see `parse_rates`. Orders in other currencies earn nothing.
        as_of: now: what became of an order is today's.
        until, since: orders placed after or before these local days are left alone: they neither earn nor lose.
        completed_when: as for `order_facts`.
        allow_negative: take back what was earned even where the balance goes below 0 by it. Else a client's balance
            stops at 0, and the rest is taken back when there is something again.

    Raises:
        TooManyPoints
    """
    orders = _orders(facts, as_of, completed_when)
    written = entries_of(entries).join(facts.identities.collect(), on="person_key", how="left")
    earned = written.filter(pl.col("kind") == EARNED)
    in_span = pl.lit(value=True)
    if until is not None:
        in_span &= pl.col("placed_on") <= until
    if since is not None:
        in_span &= pl.col("placed_on") >= since
    stands = (pl.col("status") == COMPLETED) & pl.col("client_id").is_not_null()
    counted = orders.filter(in_span, stands, ~pl.col("anonymous"))
    worth = _worth(counted, _first_rates(earned), rates)
    # What is placed outside the span, or is by now an anonymous client's, keeps what it has.
    left_alone = orders.filter(~in_span | pl.col("anonymous").fill_null(value=False)).select(_ORDER)
    had = (
        earned.filter(pl.col("client_id").is_not_null())
        .join(left_alone, on=_ORDER, how="anti")
        .group_by(*_ORDER, "client_id")
        .agg(
            points_before=pl.col("points").sum(),
            **{f"last_{name}": pl.col(name).last() for name in ("person_key", "order", "currency", "rate")},
        )
    )
    changes = (
        worth.join(had, on=[*_ORDER, "client_id"], how="full", coalesce=True)
        .with_columns(pl.col("worth", "points_before").fill_null(0))
        .with_columns(
            points=pl.col("worth") - pl.col("points_before"),
            **{
                name: pl.coalesce(name, f"last_{name}")
                for name in ("person_key", "order", "currency", "rate")
            },
        )
        .filter(pl.col("points") != 0)
        .drop("placed_on", "net_total")
        .join(orders.select(*_ORDER, "placed_on", "net_total"), on=_ORDER, how="left")
        .sort("placed_on", *_ORDER, "points", "client_id", nulls_last=True)
    )
    unrated = int(worth.filter(pl.col("rate").is_null()).height)
    balance = (
        written.filter(pl.col("client_id").is_not_null())
        .group_by("client_id")
        .agg(balance=pl.col("points").sum())
    )
    rows, held_back = _covered(changes, balance, allow_negative=allow_negative)
    return Earnings(
        _finished(facts, rows, earned),
        _notes(orders.filter(in_span), unrated, held_back),
    )


def _orders(facts: Facts, as_of: AsOf, completed_when: str) -> pl.DataFrame:
    owned = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    return (
        owned.select(
            *_ORDER, "placed_on", "person_key", "client_id", "currency", "net_total", "status", order="number"
        )
        .join(facts.clients.select("client_id", "anonymous"), on="client_id", how="left")
        .collect(engine="streaming")
    )


def _first_rates(earned: pl.DataFrame) -> pl.DataFrame:
    """store, order_key, currency, kept: the rate at which an order first earned."""
    return earned.group_by(*_ORDER, "currency", maintain_order=True).agg(kept=pl.col("rate").first())


def _worth(counted: pl.DataFrame, kept: pl.DataFrame, rates: Mapping[str, str]) -> pl.DataFrame:
    """`counted` with rate (String; null: its currency earns nothing) and worth (Int64, points).

    Raises:
        TooManyPoints
    """
    today = pl.DataFrame(
        {"currency": list(rates), "today": list(rates.values())},
        schema={"currency": pl.String, "today": pl.String},
    )
    rated = (
        counted.join(kept, on=[*_ORDER, "currency"], how="left")
        .join(today, on="currency", how="left")
        .with_columns(rate=pl.coalesce("kept", "today"))
    )
    parts = pl.col("rate").str.splitn(".", 2)
    digits = parts.struct.field("field_0") + parts.struct.field("field_1").fill_null("").str.pad_end(
        RATE_DECIMALS, "0"
    )
    unit = pl.col("currency").replace_strict(
        {code: 10**decimals for code, decimals in DECIMALS.items()}, return_dtype=pl.Int64
    )
    # 64 bits of money and 34 of a rate.
    product = pl.col("net_total").clip(lower_bound=0).cast(pl.Int128) * digits.cast(pl.Int64).cast(pl.Int128)
    exact = product // (unit.cast(pl.Int128) * 10**RATE_DECIMALS)
    found = rated.with_columns(worth=exact.fill_null(0))
    beyond = found.filter(pl.col("worth") > MOST)
    if not beyond.is_empty():
        first = beyond.sort(_ORDER).row(0, named=True)
        raise TooManyPoints(first["order"] or first["order_key"], MOST)
    return found.select(
        *_ORDER,
        "client_id",
        "placed_on",
        "person_key",
        "order",
        "currency",
        "net_total",
        "rate",
        pl.col("worth").cast(pl.Int64),
    )


def _covered(
    changes: pl.DataFrame, balance: pl.DataFrame, *, allow_negative: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The changes that may be written, and what is held back: client_id, points (above 0)."""
    down = (-pl.col("points")).clip(lower_bound=0)
    up = pl.col("points").clip(lower_bound=0)
    room = (
        (pl.col("balance").fill_null(0).clip(lower_bound=0) + up.sum().over("client_id"))
        if not allow_negative
        else None
    )
    if room is None:
        return changes, changes.clear().select("client_id", "points")
    taken = (
        changes.join(balance, on="client_id", how="left", maintain_order="left")
        .with_columns(room=room, down=down, up=up)
        .with_columns(asked=pl.col("down").cum_sum().over("client_id") - pl.col("down"))
        .with_columns(taken=pl.min_horizontal("down", (pl.col("room") - pl.col("asked")).clip(lower_bound=0)))
        .with_columns(points=pl.col("up") - pl.col("taken"), held=pl.col("down") - pl.col("taken"))
    )
    held = taken.filter(pl.col("held") > 0).group_by("client_id").agg(points=pl.col("held").sum())
    return taken.filter(pl.col("points") != 0), held


def _finished(facts: Facts, rows: pl.DataFrame, earned: pl.DataFrame) -> pl.DataFrame:
    """The documented columns, and the key of each entry: the order and how many entries it has had."""
    so_far = earned.group_by(_ORDER).agg(entries=pl.len())
    names = facts.clients.select("client_id", shown_name()).collect()
    numbered = (
        rows.join(so_far, on=_ORDER, how="left", maintain_order="left")
        .join(names, on="client_id", how="left", maintain_order="left")
        .with_columns(position=pl.col("entries").fill_null(0) + pl.int_range(1, pl.len() + 1).over(_ORDER))
    )
    # Of what is written to the ledger one by one anyhow; the keys in older ledgers were made by this function.
    keys = [
        f"{EARNED} {json.dumps([store, order_key], ensure_ascii=False)} {position}"
        for store, order_key, position in numbered.select(*_ORDER, "position").iter_rows()
    ]
    return numbered.with_columns(entry=pl.Series(keys, dtype=pl.String)).select(
        *(field.name for field in EARN_FIELDS), "order_key", "person_key", "rate", "entry"
    )


def _notes(orders: pl.DataFrame, unrated: int, held_back: pl.DataFrame) -> tuple[str, ...]:
    done = pl.col("status") == COMPLETED
    nobody = orders.filter(done, pl.col("client_id").is_null()).height
    anonymous = orders.filter(done, pl.col("anonymous")).height
    notes = []
    if held_back.height:
        points = int(held_back["points"].sum())
        notes.append(
            f"{counted_noun(points, 'point')} of {counted_noun(held_back.height, 'client')} could not be taken back: "
            "they are spent; it is tried again next time, or now with --allow-negative"
        )
    if unrated:
        notes.append(f"{counted_noun(unrated, 'order')} in currencies without a rate earned nothing")
    if anonymous:
        notes.append(f"{counted_noun(anonymous, 'order')} of anonymous clients earned nothing")
    if nobody:
        notes.append(f"{counted_noun(nobody, 'order')} left out: nothing says which client placed them")
    return tuple(notes)


def earn_answer(found: Earnings, timezone: str, *, dry_run: bool) -> Answer:
    """What was written, or would be."""
    rows = found.rows.select(field.name for field in EARN_FIELDS)
    given, taken = (
        int(rows.select((sign * pl.col("points")).clip(lower_bound=0).sum()).item()) for sign in (1, -1)
    )
    words = f"{given:,} points earned, {taken:,} taken back"
    if rows.is_empty():
        title = "Nothing to do: every order has its points"
    else:
        title = f"Dry run, nothing was written: {words}" if dry_run else words
    return Answer("points_earn", EARN_FIELDS, rows, timezone, title=title, notes=found.notes)

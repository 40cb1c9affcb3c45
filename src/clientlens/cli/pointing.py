"""The bodies of `points add`, `add-all`, `subtract` and `earn`, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientlens.cli.recording import known_entry, own_key, record
from clientlens.model.answer import Answer, Field, Kind, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.analysis.points_earned import Earnings
    from clientlens.cli.context import Run
    from clientlens.model.entries import Entry, Event
    from clientlens.model.facts import Facts
    from clientlens.workspace.workspace import Workspace

ENTRY_FIELDS = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client"),
    Field("name", Kind.TEXT, "its name, else e-mail, phone or id", nullable=False, wide=True),
    Field("points", Kind.INTEGER, "given, or taken below 0", nullable=False, signed=True),
    Field("balance", Kind.INTEGER, "balance after it", nullable=False),
    Field("reason", Kind.TEXT, "why", wide=True),
    Field("order", Kind.TEXT, "number of the order it is about"),
    Field("number", Kind.INTEGER, "number of the entry in the ledger", nullable=False, title="entry"),
    Field("at", Kind.INSTANT, "when it was written", nullable=False),
    Field("actor", Kind.TEXT, "user of the machine who wrote it", title="by"),
    Field("written", Kind.BOOLEAN, "false: the same key stood there already", nullable=False),
)

ALL_FIELDS = (
    Field("key", Kind.TEXT, "by which each client is given them once", nullable=False),
    Field("points", Kind.INTEGER, "given to each", nullable=False),
    Field("clients", Kind.INTEGER, "clients who were given them now", nullable=False),
    Field("before", Kind.INTEGER, "clients who had them by that key already", nullable=False),
    Field("anonymous", Kind.INTEGER, "clients left out: points need registered ones", nullable=False),
    Field("total", Kind.INTEGER, "points given now", nullable=False),
    Field("reason", Kind.TEXT, "why", wide=True),
)


def post(
    run: Run,
    client: str,
    points: int,
    *,
    reason: str | None,
    order: str | None,
    key: str | None,
    allow_negative: bool,
    lock_timeout: float,
) -> None:
    """Give points (above 0) or take them (below), and say what the balance is then."""
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.analysis.client_lookup import find_one
        from clientlens.analysis.points import (
            ADDED,
            KINDS,
            SUBTRACTED,
            balance_of,
            keys_of,
            registered,
            shown_as,
        )
        from clientlens.errors import NotEnoughPoints
        from clientlens.model.entries import Event
        from clientlens.workspace.ledger import history

        facts = workspace.facts()
        client_id = find_one(facts, client)
        registered(facts, client_id, "points")
        keys = keys_of(facts, client_id)
        about = {"reason": reason, "number": order}
        body = {"points": points, **{name: text for name, text in about.items() if text}}
        kind = ADDED if points > 0 else SUBTRACTED
        event = Event(kind, body, key=own_key(key), person_key=keys[0], subject=order and f"order {order}")
        known = known_entry(workspace, event, keys)
        balance = balance_of(history(workspace, kinds=KINDS, person_keys=keys), keys)
        told.update(
            client_id=client_id, name=shown_as(facts, client_id), zone=workspace.timezone, known=known
        )
        told["balance"] = balance if known else balance + points
        told["notes"] = _unknown_order(facts, keys, order)
        if known is not None:
            return []
        if points < 0 and balance + points < 0 and not allow_negative:
            raise NotEnoughPoints(client_id, balance, -points)
        return [event]

    word = "add" if points > 0 else "subtract"
    written = record(run, decide, command=f"clientlens points {word}", lock_timeout=lock_timeout)
    entry: Entry = told["known"] or written[0]
    row = (
        told["client_id"],
        told["name"],
        points,
        told["balance"],
        reason,
        order,
        entry.seq,
        entry.at,
        entry.actor,
        told["known"] is None,
    )
    done = "Points are added" if points > 0 else "Points are taken off"
    title = done if written else "Nothing was written: that key stands there already"
    run.answer(
        Answer(
            f"points_{word}",
            ENTRY_FIELDS,
            frame_of(ENTRY_FIELDS, [row]),
            told["zone"],
            single=True,
            title=title,
            notes=told["notes"],
        )
    )


def _unknown_order(facts: Facts, keys: Sequence[str], order: str | None) -> tuple[str, ...]:
    """That no order of the client has that number: a slip, or one that is yet to be imported."""
    import polars as pl

    if order is None:
        return ()
    number = pl.col("number").str.strip_prefix("#").str.to_lowercase()
    mine = facts.orders.filter(pl.col("person_key").is_in(keys), number == order.removeprefix("#").lower())
    if mine.head(1).collect().is_empty():
        return (f"no order {order} of this client is known; it is kept as it was typed",)
    return ()


def post_to_all(
    run: Run,
    points: int,
    *,
    group: str | None,
    where: str | None,
    reason: str | None,
    key: str,
    dry_run: bool,
    lock_timeout: float,
) -> None:
    """Give points to each registered client of a group or a condition who has none by this key yet; say to how many.

    Raises:
        NothingAsked, BadExpression, UnknownGroup; EntryConflict: the key stands there for other points or another reason.
    """
    from clientlens.errors import NothingAsked

    if group is None and where is None:
        raise NothingAsked("clientlens points add-all", "neither --group nor --where is given")
    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        from clientlens.cli.selecting import selected

        facts, as_of = workspace.facts(), run.as_of(workspace.timezone)
        clients, told["notes"] = selected(
            run, facts, as_of=as_of, where=where, group=group, workspace=workspace
        )
        body = {"points": points, **({"reason": reason} if reason else {})}
        events, told["before"], told["anonymous"] = _to_each(workspace, facts, clients or [], body, key)
        told["zone"] = workspace.timezone
        told["clients"] = len(events)
        return events

    if dry_run:
        with run.open() as workspace:
            decide(workspace)
    else:
        record(run, decide, command="clientlens points add-all", lock_timeout=lock_timeout)
    given = told["clients"]
    row = (key, points, given, told["before"], told["anonymous"], given * points, reason)
    run.answer(
        Answer(
            "points_add_all",
            ALL_FIELDS,
            frame_of(ALL_FIELDS, [row]),
            told["zone"],
            single=True,
            title="Nothing is written: this is what would be" if dry_run else "Points are added",
            notes=told["notes"],
        )
    )


def _to_each(
    workspace: Workspace, facts: Facts, clients: Sequence[str], body: Mapping[str, Any], key: str
) -> tuple[list[Event], int, int]:
    """An event for each of the clients; how many had theirs before; how many are anonymous.

    Raises:
        EntryConflict
    """
    import polars as pl

    from clientlens.analysis.points import ADDED
    from clientlens.errors import EntryConflict
    from clientlens.model.entries import Event
    from clientlens.workspace.ledger import history

    # Looked for under every key of a client: its smallest may have been another one before a merge.
    begins = f"each:{key}:"
    known = {
        entry.person_key: entry
        for entry in history(workspace, kinds=(ADDED,))
        if (entry.key or "").startswith(begins)
    }
    if any(entry.body != body for entry in known.values()):
        raise EntryConflict(key, ADDED, ADDED)
    wanted = pl.LazyFrame({"client_id": clients}, schema={"client_id": pl.String})
    keys = facts.identities.group_by("client_id").agg(keys=pl.col("person_key").sort())
    rows = (
        wanted.join(facts.clients.select("client_id", "anonymous"), on="client_id", maintain_order="left")
        .join(keys, on="client_id", maintain_order="left")
        .collect()
    )
    registered = rows.filter(~pl.col("anonymous"))["keys"].to_list()
    events = [
        Event(ADDED, body, key=f"{begins}{mine[0]}", person_key=mine[0])
        for mine in registered
        if known.keys().isdisjoint(mine)
    ]
    return events, len(registered) - len(events), rows.height - len(registered)


def carry_out_earn(
    run: Run,
    *,
    rates: list[str] | None,
    since: str | None,
    allow_negative: bool,
    dry_run: bool,
    lock_timeout: float,
) -> None:
    """Bring the points of all orders to what they are worth, and say what that took."""
    from clientlens.analysis.points_earned import earn_answer

    told: dict[str, Any] = {}

    def decide(workspace: Workspace) -> list[Event]:
        told["zone"] = workspace.timezone
        told["found"] = found = _earnings(run, workspace, rates, since, allow_negative=allow_negative)
        return found.events()

    if dry_run:
        with run.open() as workspace:
            decide(workspace)
    else:
        record(run, decide, command="clientlens points earn", lock_timeout=lock_timeout)
    run.answer(earn_answer(told["found"], told["zone"], dry_run=dry_run))


def _earnings(
    run: Run, workspace: Workspace, rates: list[str] | None, since: str | None, *, allow_negative: bool
) -> Earnings:
    from clientlens.analysis.points import KINDS
    from clientlens.analysis.points_earned import earnings, parse_rates
    from clientlens.analysis.rates import home_currency
    from clientlens.model.timeframes import as_of_now, parse_date
    from clientlens.workspace.ledger import history

    facts, settings = workspace.facts(), run.settings
    completed_when = settings.text("orders.completed_when")
    home = settings.home_currency or home_currency(facts.orders, completed_when=completed_when)
    asked = run.as_of(workspace.timezone)
    first = since or settings.points_since
    return earnings(
        facts,
        history(workspace, kinds=KINDS),
        rates=parse_rates(rates or settings.points_rates, home),
        as_of=as_of_now(run.clock(), workspace.timezone),
        until=asked.day if asked.explicit else None,
        since=None if first is None else parse_date(first),
        completed_when=completed_when,
        allow_negative=allow_negative,
    )

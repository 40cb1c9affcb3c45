"""The body of `client`: the card of one client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientlens.cli.shared import checkout_rules, home_currency_of, insight_rules

if TYPE_CHECKING:
    import polars as pl

    from clientlens.analysis.client_card import CardRules
    from clientlens.cli.context import Run
    from clientlens.model.answer import Answer
    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf
    from clientlens.workspace.workspace import Workspace


def show_card(run: Run, who: str, *, everything: bool, lines: bool, hints: bool) -> None:
    """Find the client and show everything known about them."""
    from clientlens.analysis.client_lookup import find_one

    with run.open() as workspace:
        facts = workspace.facts()
        client_id = find_one(facts, who)
        run.answer(card_of(run, workspace, facts, client_id, everything=everything, lines=lines, hints=hints))


def card_of(
    run: Run,
    workspace: Workspace,
    facts: Facts,
    client_id: str,
    *,
    everything: bool,
    lines: bool,
    hints: bool,
) -> Answer:
    """The card of one client."""
    from clientlens.analysis.client_card import client_card
    from clientlens.cli.suppressing import objections

    as_of = run.as_of(workspace.timezone)
    objected = objections(workspace).matches(facts, [client_id]).get(client_id)
    return client_card(
        facts,
        client_id,
        as_of=as_of,
        entries=_entries(workspace, facts, client_id),
        rules=_rules(run, facts),
        requests=_requests(workspace, facts, client_id, as_of),
        suppressed_since=None if objected is None else objected.at,
        everything=everything,
        lines=lines,
        hints=hints,
    )


def _rules(run: Run, facts: Facts) -> CardRules:
    from clientlens.analysis.client_card import CardRules

    return CardRules(
        **insight_rules(run),
        **{name: value for name, value in checkout_rules(run).items() if name != "completed_when"},
        home_currency=home_currency_of(run, facts),
        cooldown_days=run.settings.number("messages.cooldown_days"),
    )


def _entries(workspace: Workspace, facts: Facts, client_id: str) -> list[Entry]:
    """The ledger's entries about a client, and those about groups as such, by number.

    Where a group has a rule, all about groups: a rule may name any of them.
    """
    from clientlens.analysis.groups import DELETED, KINDS, RULE
    from clientlens.analysis.points import keys_of
    from clientlens.workspace.ledger import history

    mine = history(workspace, person_keys=keys_of(facts, client_id))
    about_groups = history(workspace, kinds=(RULE, DELETED))
    if any(entry.kind == RULE for entry in about_groups):
        about_groups = history(workspace, kinds=KINDS)
    return sorted(
        {entry.seq: entry for entry in (*mine, *about_groups)}.values(), key=lambda entry: entry.seq
    )


def _requests(workspace: Workspace, facts: Facts, client_id: str, as_of: AsOf) -> pl.DataFrame:
    """The client's order requests with their states, the latest first."""
    import polars as pl

    from clientlens.analysis.card_fields import REQUEST_FIELDS
    from clientlens.cli.order_requests import request_entries
    from clientlens.requests.listing import People, list_answer
    from clientlens.requests.states import fold

    known = fold(facts.requests.collect(), request_entries(workspace), at=as_of.instant).values()
    chosen = list(known)
    everyones = list_answer(
        chosen, People(facts, chosen), status=None, as_of=as_of, timezone=workspace.timezone
    )
    mine = everyones.rows.filter(pl.col("client_id") == client_id)
    return mine.select(field.name for field in REQUEST_FIELDS)

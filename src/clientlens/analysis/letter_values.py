"""All that letters to many clients can say of them: placeholders, and what their tables show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.letter_tables import Need, Tables, last_orders, latest_points, open_checkouts
from clientlens.analysis.placeholder_values import client_rows, known_of
from clientlens.analysis.points import balances

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from clientlens.analysis.letter_tables import Basket
    from clientlens.analysis.placeholder_values import Known
    from clientlens.model.entries import Entry
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


@dataclass(frozen=True, slots=True)
class Material:
    """What one client's letter can say."""

    known: Known
    tables: Tables


def materials(
    facts: Facts,
    client_ids: Sequence[str],
    languages: Sequence[str],
    *,
    names: Collection[str],
    needs: Collection[Need],
    entries: Sequence[Entry],
    also: Mapping[str, str | None],
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ranks: Mapping[str, int] | None = None,
    checkout_rules: Mapping[str, Any] | None = None,
) -> list[Material]:
    """What the letters to these clients can say, in their order, in a few passes over all of them.

    Args:
        languages: of each client's letter, a tag that babel knows.
        names, needs: the placeholders and data of the templates (`Template.names`, `Template.needs`); what none of
            them asks for is not looked up.
        entries: of the ledger; those of points count.
        also: what is the same in all letters: shop, sender_name, coupon.
        ranks: place of each client in the ranking that the campaign chose by.
        as_of, completed_when, home_currency: as for `client_rows`. checkout_rules: arguments of `recoveries`.
    """
    # Those who have points.
    points = dict(balances(entries, facts.identities, as_of).iter_rows())
    rules: dict[str, Any] = {"as_of": as_of, "completed_when": completed_when}
    rows = client_rows(facts, client_ids, home_currency=home_currency, points=points, **rules)
    with_checkout = Need.CHECKOUT in needs or any(name.startswith("checkout_") for name in names)
    checkouts = open_checkouts(facts, client_ids, **rules, **(checkout_rules or {})) if with_checkout else {}
    orders = last_orders(facts, client_ids, **rules) if Need.LAST_ORDER in needs else {}
    history = latest_points(entries, facts, client_ids, as_of=as_of) if Need.POINTS_HISTORY in needs else {}
    ranked = [(ranks or {}).get(client) for client in client_ids]
    rows = rows.with_columns(
        pl.Series("rank", ranked, dtype=pl.Int64), *_checkout_columns(client_ids, checkouts)
    )
    return [
        Material(known, Tables(orders.get(client), checkouts.get(client), history.get(client, ())))
        for client, known in zip(client_ids, known_of(rows, languages, as_of=as_of, also=also), strict=True)
    ]


def _checkout_columns(client_ids: Sequence[str], checkouts: Mapping[str, Basket]) -> list[pl.Series]:
    found = [checkouts.get(client) for client in client_ids]
    return [
        pl.Series("checkout_date", [one and one.on for one in found], dtype=pl.Date),
        pl.Series("checkout_total", [one and one.total for one in found], dtype=pl.Int64),
        pl.Series("checkout_currency", [one and one.currency for one in found], dtype=pl.String),
        pl.Series("checkout_items", [one and len(one.lines) for one in found], dtype=pl.Int64),
        pl.Series(
            "checkout_product",
            [one.lines[0].product if one is not None and one.lines else None for one in found],
            dtype=pl.String,
        ),
    ]

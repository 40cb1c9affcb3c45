"""Which clients an expression means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clientlens.analysis.expression_tree import parse
from clientlens.analysis.expressions import Asked, Column, chosen
from clientlens.analysis.metrics import METRICS, client_metrics
from clientlens.analysis.purchases import Purchases
from clientlens.analysis.wording import counted_noun
from clientlens.model.answer import Kind
from clientlens.model.money import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

WHO: tuple[Column, ...] = (
    Column("client_id", Kind.TEXT, "the client, over all stores"),
    Column("name", Kind.TEXT, "name, else company, else Anonymous and a number"),
    Column("email", Kind.TEXT, "e-mail, in small letters"),
    Column("phone", Kind.TEXT, "phone, as +4930123456 where it could be understood"),
    Column("company", Kind.TEXT, "company"),
    Column("city", Kind.TEXT, "town"),
    Column("country", Kind.TEXT, "ISO 3166 two-letter code, or the word of the file"),
    Column("language", Kind.TEXT, "language, such as de or en-GB"),
    Column("anonymous", Kind.BOOLEAN, "neither name, e-mail nor phone is known"),
    Column("accepts_email", Kind.BOOLEAN, "agreed to e-mails; null: nobody knows"),
    Column(
        "joined_at", Kind.INSTANT, "local day of the entry date, first event or first order, the earliest"
    ),
)
"""Columns of `metrics.client_metrics` that say who a client is."""

_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Selection:
    """Which clients were meant: their client_ids in order, and of how many.

    notes: what must be known about it.
    """

    clients: list[str]
    notes: tuple[str, ...] = ()


def columns() -> tuple[Column, ...]:
    """Every name of the table of metrics that an expression may use."""
    return (
        *WHO,
        *(Column(one.name, one.kind, one.doc, one.unit, one.scale, one.values) for one in METRICS),
    )


def select(
    facts: Facts,
    expression: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ignore: Sequence[str] = (),
) -> Selection:
    """The clients for whom an expression (`--where`) is true at `as_of`.

    Args:
        expression: see `expressions`. The others: as for `metrics.client_metrics`.

    Raises:
        BadExpression: it is not one, or asks for something that is not there.
    """
    parse(expression)  # before anything is read
    table = client_metrics(
        facts, as_of=as_of, completed_when=completed_when, home_currency=home_currency, ignore=ignore
    )
    bought = Purchases(facts, as_of=as_of, completed_when=completed_when)
    rows = chosen(
        expression,
        table,
        columns=columns(),
        asked=(
            Asked("bought", "completed an order with a line of such a name", bought.of_product),
            Asked("bought_category", "completed an order with a line of such a category", bought.of_category),
        ),
        as_of=as_of.day,
        timezone=facts.timezone,
        decimals=DECIMALS.get(home_currency or "", _DECIMALS),
    )
    told = f"--where holds for {rows.height:,} of {counted_noun(table.height, 'client')}"
    return Selection(rows["client_id"].to_list(), (told,))


def clients_where(
    facts: Facts,
    expression: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    ignore: Sequence[str] = (),
) -> list[str]:
    """The client_ids, in order, of `select`.

    Raises:
        BadExpression
    """
    return select(
        facts,
        expression,
        as_of=as_of,
        completed_when=completed_when,
        home_currency=home_currency,
        ignore=ignore,
    ).clients

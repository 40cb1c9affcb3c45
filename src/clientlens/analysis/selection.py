"""Which clients an expression means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from clientlens.analysis.expression_tree import names_in, parse
from clientlens.analysis.expressions import Asked, Column, chosen
from clientlens.analysis.like import like_pattern
from clientlens.analysis.metrics import CLIENT_COLUMNS, METRICS, client_metrics
from clientlens.analysis.purchases import Purchases
from clientlens.analysis.wording import counted_noun
from clientlens.model.answer import Field, Kind, frame_of
from clientlens.model.money import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import polars as pl

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Selection:
    """Which clients were meant: their client_ids in order, and notes for the answer about them."""

    clients: list[str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extra:
    """What others than the facts know of clients, such as points and groups, for expressions to ask.

    columns: names. add: the table with these columns, given the table of all clients (`client_id` among its columns);
    only called where an expression names one of them. asked: functions such as in_group('vip').
    """

    columns: tuple[Column, ...] = ()
    add: Callable[[pl.DataFrame], pl.DataFrame] = lambda table: table
    asked: tuple[Asked, ...] = ()


_NOTHING = Extra()


def columns(extra: Extra = _NOTHING) -> tuple[Column, ...]:
    """Every name that an expression may use, `as_of` apart."""
    own = (
        Column(one.name, one.kind, one.doc, one.unit, one.scale, one.values)
        for one in (*CLIENT_COLUMNS, *METRICS)
    )
    return (*own, *extra.columns)


def asked(
    product: Callable[[str], Collection[str]], category: Callable[[str], Collection[str]], extra: Extra
) -> tuple[Asked, ...]:
    """Every function that asks the facts; the first two find the buyers of what is LIKE a pattern."""
    return (
        Asked("bought", "completed an order with an article or service of such a name", product),
        Asked("bought_category", "completed an order with something of such a category", category),
        *extra.asked,
    )


def check(expression: str, *, extra: Extra = _NOTHING) -> None:
    """Whether an expression is one, without asking it of anybody.

    Raises:
        BadExpression: it is not one, or asks for something that is not there.
    """
    known = columns(extra)
    comparable = [one for one in known if one.kind not in {Kind.LIST, Kind.OBJECT}]
    chosen(
        expression,
        frame_of([Field(one.name, one.kind, one.doc) for one in comparable], ()),
        columns=known,
        asked=asked(_nobody, _nobody, extra),
        as_of=date.min,
        timezone="UTC",
        decimals=_DECIMALS,
    )


def _nobody(pattern: str) -> tuple[str, ...]:
    like_pattern(pattern, sensitive=False)
    return ()


def select(
    facts: Facts,
    expression: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    extra: Extra = _NOTHING,
    **rules: Any,
) -> Selection:
    """The clients for whom an expression (`--where`) is true at `as_of`.

    Args:
        expression: see `expressions`. extra: what it may ask besides. The others, `rules` among them: as for
            `metrics.client_metrics`.

    Raises:
        BadExpression: it is not one, or asks for something that is not there.
    """
    check(expression, extra=extra)  # before anything is read
    # What it does not speak of need not be worked out.
    names = names_in(parse(expression))
    table = client_metrics(
        facts, as_of=as_of, completed_when=completed_when, home_currency=home_currency, only=names, **rules
    )
    bought = Purchases(facts, as_of=as_of, completed_when=completed_when)
    rows = chosen(
        expression,
        table if names.isdisjoint(one.name for one in extra.columns) else extra.add(table),
        columns=columns(extra),
        asked=asked(bought.of_product, bought.of_category, extra),
        as_of=as_of.day,
        timezone=facts.timezone,
        decimals=DECIMALS.get(home_currency or "", _DECIMALS),
    )
    told = f"--where holds for {rows.height:,} of {counted_noun(table.height, 'client')}"
    return Selection(rows["client_id"].to_list(), (told, *dict.fromkeys(bought.notes)))


def clients_where(
    facts: Facts,
    expression: str,
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    extra: Extra = _NOTHING,
    **rules: Any,
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
        extra=extra,
        **rules,
    ).clients

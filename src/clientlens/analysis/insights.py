"""Client insights: what each client ordered, paid and preferred in a window of time.

One row per client, scope, window and currency. `own_insights` and `platform_insights` make the rows of the two scopes;
here they become one answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.insight_fields import EXPERIENCED, FIELDS, NOVICE, PLATFORM, WITH_YOU
from clientlens.analysis.insight_panels import panels
from clientlens.analysis.insight_question import NOVICE_BELOW, Question, Thresholds
from clientlens.analysis.own_insights import counted, own_rows
from clientlens.analysis.platform_insights import platform_rows
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.model.answer import Answer, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.engines import Engine
    from clientlens.analysis.rates import Rates
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Window

__all__ = ["EXPERIENCED", "FIELDS", "NOVICE", "PLATFORM", "WITH_YOU", "Thresholds", "insights"]

_SCOPES = (WITH_YOU, PLATFORM)
_OF_PLATFORM = {
    "completed_orders": ("reviews", 0),
    "average_rating": ("rating", 4),
    "price_low": ("price from", 1),
    "price_high": ("to", 1),
    "last_order_date": ("last review", 3),
    "repeat_order_rate": ("repeats", 5),
    "completion_level": ("completes", 6),
}
"""Header and priority of columns in a table of the platform alone."""


def insights(
    facts: Facts,
    *,
    windows: Sequence[Window],
    as_of: AsOf,
    completed_when: str,
    scopes: Sequence[str] = (WITH_YOU,),
    novice_below: int = NOVICE_BELOW,
    thresholds: Thresholds | None = None,
    ignore: Sequence[str] = (),
    clients: Sequence[str] | None = None,
    among: Sequence[str] | None = None,
    rates: Rates | None = None,
    home_currency: str | None = None,
    engine: Engine | None = None,
    hints: bool = True,
) -> Answer:
    """What each client did with you and on the platform, per window and currency.

    Args:
        facts: a workspace's facts.
        windows: at least one; repeats are shown once.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        scopes: `WITH_YOU` (own orders), `PLATFORM` (reviews of all sellers), or both.
        novice_below: clients with fewer completed orders (reviews, on the platform) of all time are novices.
        thresholds: from where on the figures of the platform say something.
        ignore: line names that are never a preferred service, whole names in any case; `%` stands for any text, `_`
            for any one character.
        clients: client_ids; None: everyone.
        among: of everyone, these client_ids alone; the answer keeps the form it has for everyone.
        rates: convert every amount to `home_currency`: one row per client and window.
        home_currency: needed with `rates`, and for the prices of the platform; None: there are no orders.
        engine: where what grows with the data is counted; None: Polars.
        hints: in a table, say what to do with each figure of a named client.

    Returns:
        Rows of `FIELDS`. with_you: only clients who ever completed an order have any. Everyone: rows with an order (of
        any status) or a review in the window; clients by completed orders in the first window (most first), then by
        their last order there (newest first), then alike by reviews, then by client_id; windows as given, currencies by
        completed orders. Named clients: in the order named, with_you before platform, their currencies by completed
        orders, windows as given; also rows of 0 and nulls where the window holds nothing.

    Raises:
        NoRate, BadRates, UnknownCurrency: see `rates.convert`.
    """
    question = Question(
        windows=list({window.label: window for window in windows}.values()),
        as_of=as_of,
        completed_when=completed_when,
        scopes=[scope for scope in _SCOPES if scope in scopes],
        novice_below=novice_below,
        ignore=ignore,
        clients=clients,
        among=among,
        engine=engine,
        rates=rates,
        home_currency=home_currency,
        thresholds=thresholds or Thresholds(),
    )
    sums, counts = counted(facts, question, among if clients is None else clients)
    parts = []
    if WITH_YOU in question.scopes:
        parts.append(own_rows(sums, counts, question))
    if PLATFORM in question.scopes:
        parts.append(platform_rows(facts, question, sums, counts))
    rows = _named(_sorted(pl.concat(parts), clients), facts, clients)
    return Answer(
        name="insights",
        fields=_fields(question),
        rows=rows,
        timezone=facts.timezone,
        title=_title(question),
        notes=_notes(rows, sums, question),
        panels=_panels(rows, clients),
        parts=() if clients is None else panels(rows, question, timezone=facts.timezone, hints=hints),
    )


def _sorted(rows: pl.DataFrame, clients: Sequence[str] | None) -> pl.DataFrame:
    scope_no = pl.col("scope").replace_strict(_SCOPES, [0, 1], return_dtype=pl.Int64)
    rows = rows.with_columns(scope_no=scope_no)
    if clients is not None:
        places = {client: place for place, client in reversed(list(enumerate(clients)))}
        place = pl.col("client_id").replace_strict(places, return_dtype=pl.Int64)
        of_currency = pl.col("completed_orders").sum().over("client_id", "scope", "currency")
        by = {"place": False, "scope_no": False, "of_currency": True, "currency": False, "window_no": False}
        rows = rows.with_columns(place=place, of_currency=pl.when(scope_no == 0).then(of_currency))
    else:
        by, best = {}, []
        for number, scope in enumerate(_SCOPES):
            first = pl.when((pl.col("window_no") == 0) & (pl.col("scope") == scope))
            best += [
                first.then("completed_orders").sum().over("client_id").alias(f"best_{number}"),
                first.then("last_order_date").max().over("client_id").alias(f"newest_{number}"),
            ]
            by |= {f"best_{number}": True, f"newest_{number}": True}
        by |= dict.fromkeys(("client_id", "scope_no", "window_no"), False)
        by |= {"completed_orders": True, "currency": False}
        rows = rows.with_columns(best)
    return rows.sort(list(by), descending=list(by.values()), nulls_last=True)


def _named(rows: pl.DataFrame, facts: Facts, clients: Sequence[str] | None) -> pl.DataFrame:
    """The documented columns: with names and e-mails."""
    people = facts.clients.select("client_id", "email", shown_name())
    if clients is not None:
        people = people.filter(pl.col("client_id").is_in(list(clients)))
    named = rows.join(people.collect(), on="client_id", how="left", maintain_order="left")
    return named.select(field.name for field in FIELDS)


def _fields(question: Question) -> tuple[Field, ...]:
    """`FIELDS` as a table shows them: one window is named in the title, one scope in the headers."""
    if question.clients is not None:
        return tuple(replace(field, priority=0) if field.name == "email" else field for field in FIELDS)
    fields = list(FIELDS)
    for number, field in enumerate(fields):
        if field.name == "window" and len(question.windows) == 1:
            fields[number] = replace(field, priority=None)
        elif field.name == "scope" and len(question.scopes) > 1:
            fields[number] = replace(field, priority=0)
        elif field.name in _OF_PLATFORM and question.scopes == [PLATFORM]:
            title, priority = _OF_PLATFORM[field.name]
            fields[number] = replace(field, title=title, priority=priority)
    return tuple(fields)


def _title(question: Question) -> str:
    day = question.as_of.day
    name = "Client insights on the platform" if question.scopes == [PLATFORM] else "Client insights"
    if question.clients is not None or len(question.windows) != 1:
        return f"{name} as of {day}"
    return f"{name}, {question.windows[0].describe(question.as_of)}, as of {day}"


def _notes(rows: pl.DataFrame, sums: pl.DataFrame, question: Question) -> tuple[str, ...]:
    """What is left out, split or uncertain, each in a sentence with its count."""
    attributed = pl.col("client_id").is_not_null()
    here = rows.filter(pl.col("scope") == WITH_YOU)
    several = here.group_by("client_id").agg(pl.col("currency").n_unique()).filter(pl.col("currency") > 1)
    own = WITH_YOU in question.scopes
    unattributed = int(sums.filter(~attributed)["asked"].sum()) if own else 0
    undated = int(sums.filter(attributed)["undated"].sum())
    without = 0
    if own and question.clients is not None:
        without = len(set(question.clients)) - here["client_id"].n_unique()
    left = "on the platform alone" if PLATFORM in question.scopes else "left out"
    told = tuple(
        note
        for count, note in (
            (without, f"{counted_noun(without, 'client')} {left}: no order ever completed with you"),
            (
                several.height,
                f"{counted_noun(several.height, 'client')} with orders in several currencies: a row for each",
            ),
            (
                unattributed,
                f"{counted_noun(unattributed, 'order')} left out: nothing says which client placed them",
            ),
        )
        if count
    )
    return (*told, *undated_note(undated, question.as_of))


def _panels(rows: pl.DataFrame, clients: Sequence[str] | None) -> tuple[str, ...]:
    """A few named clients are drawn turned; each panel is headed by what tells it from the others."""
    if clients is None:
        return ()
    name = ("name",) if rows["client_id"].n_unique() > 1 else ()
    currency = ("currency",) if rows["currency"].n_unique() > 1 else ()
    return (*name, "window", *currency)

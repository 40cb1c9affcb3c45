"""The leaderboard: clients ranked by what they bought in a window of time, and how that compares with before."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.engines import tables_on
from clientlens.analysis.insight_figures import KEY, count, inside
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.rates import convert
from clientlens.analysis.ratios import SCALE, quotient, ratio
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.model.answer import Answer, Field, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.analysis.engines import Engine
    from clientlens.analysis.rates import Rates
    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf, Days, Window

TOP = 20


class RankBy(StrEnum):
    """What clients are ranked by."""

    PURCHASES = "purchases"
    AVERAGE = "average"
    SPEND = "spend"


FIELDS: tuple[Field, ...] = (
    Field("rank", Kind.INTEGER, "place in its currency; equal figures share one: 1, 2, 2, 4", nullable=False),
    Field("client_id", Kind.TEXT, "the client", nullable=False, priority=None),
    Field("name", Kind.TEXT, "name, else company, else Anonymous and a number", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", priority=5, wide=True),
    Field("purchases", Kind.INTEGER, "completed orders in the window", nullable=False, title="orders"),
    Field(
        "average_order_amount",
        Kind.MONEY,
        "total_spend / purchases",
        nullable=False,
        title="average",
        priority=2,
    ),
    Field(
        "total_spend",
        Kind.MONEY,
        "charged for these orders, less refunds",
        nullable=False,
        title="spend",
    ),
    Field("currency", Kind.TEXT, "ISO 4217 code; ranks and shares are of one currency", nullable=False),
    Field(
        "last_purchase_date",
        Kind.DATE,
        "day of the last completed order in the window",
        nullable=False,
        title="last order",
        priority=3,
    ),
    Field(
        "previous_rank",
        Kind.INTEGER,
        "rank in the window before; null: no rank there, or no such window",
        title="before",
        priority=4,
    ),
    Field(
        "rank_change",
        Kind.INTEGER,
        "previous_rank - rank: above 0 is a climb",
        title="change",
        priority=1,
        signed=True,
    ),
    Field(
        "revenue_share",
        Kind.SCALED,
        "total_spend / that of all clients of these stores in this currency and window; null where that is not above 0",
        scale=SCALE,
        title="share",
        priority=3,
    ),
)

_SPEND, _PURCHASES, _AVERAGE = ("total_spend",), ("purchases",), ("average_whole", "average_part")
_RANKING = {RankBy.SPEND: _SPEND, RankBy.PURCHASES: _PURCHASES, RankBy.AVERAGE: _AVERAGE}
_PART_BITS = 40


def leaderboard(
    facts: Facts,
    *,
    as_of: AsOf,
    window: Window,
    completed_when: str,
    rank_by: RankBy = RankBy.SPEND,
    top: int | None = TOP,
    min_orders: int = 1,
    anonymous: bool = False,
    stores: Sequence[str] | None = None,
    clients: Sequence[str] | None = None,
    rates: Rates | None = None,
    home_currency: str | None = None,
    engine: Engine | None = None,
) -> Answer:
    """The best clients of a window.

    Args:
        facts: a workspace's facts.
        as_of: nothing after it counts.
        window: only completed orders placed in it count, in every column.
        completed_when: which orders count as completed, as for `order_facts`.
        rank_by: purchases, average or spend.
        top: ranks shown in each currency; None or 0: all.
        min_orders: completed orders in the window that a client needs for a rank.
        anonymous: rank anonymous clients too.
        stores: orders of these alone; None: all.
        clients: rank these client_ids alone; None: everyone. Shares stay those of everybody's revenue.
        rates: convert every amount to `home_currency`: one row per client.
        home_currency: needed with `rates`.
        engine: where what grows with the data is counted; None: Polars.

    Returns:
        Rows of `FIELDS`, by currency (that of most purchases first, then by code), then rank. Equal ranks: by spend,
        purchases, average (most first, the ranking one left out), then client_id.

    Raises:
        NoRate, BadRates, UnknownCurrency: see `rates.convert`.
    """
    days, before = window.days(as_of), window.previous(as_of)
    spans: list[Days] = [days] if before is None else [days, before]
    tables = tables_on(facts, engine)
    asked = tables.orders if stores is None else tables.engine.among(tables.orders, "store", stores)
    orders = order_facts(
        _placed_between(asked, spans), tables.identities, as_of=as_of, completed_when=completed_when
    )
    if rates is not None and home_currency is not None:
        orders = convert(
            orders, rates, home=home_currency, amounts=("net_total",), spans=spans, engine=tables.engine
        )
    sums = tables.engine.collect(_sums(orders, spans))[0]
    people = facts.clients.select("client_id", "email", "anonymous", shown_name()).collect()
    owned = sums.filter(pl.col("client_id").is_not_null()).join(people, on="client_id", how="left")
    eligible = owned.filter(
        pl.lit(anonymous) | ~pl.col("anonymous").fill_null(value=True),
        pl.lit(clients is None) | pl.col("client_id").is_in([] if clients is None else list(clients)),
    )
    ranked = _ranked(eligible, 0, rank_by, min_orders)
    if before is not None:
        earlier = _ranked(eligible, 1, rank_by, min_orders).select(*KEY, previous_rank="rank")
        ranked = ranked.join(earlier, on=KEY, how="left", maintain_order="left")
    else:
        ranked = ranked.with_columns(previous_rank=pl.lit(None, dtype=pl.Int64))
    shown = ranked.filter(pl.col("rank") <= top) if top else ranked
    return Answer(
        name="leaderboard",
        fields=FIELDS,
        rows=_finished(shown, owned),
        timezone=facts.timezone,
        title=f"Leaderboard by {rank_by}, {window.describe(as_of)}, as of {as_of.day}",
        notes=_notes(shown, sums, as_of, top=top, ranked=ranked.height),
    )


def _placed_between(orders: IntoLazyFrameT, spans: Sequence[Days]) -> IntoLazyFrameT:
    """By day, which the stored files are cut by: those of other months need not be read."""
    firsts = [first for first, _ in spans if first is not None]
    known = nw.from_native(orders).filter(nw.col("placed_on") <= max(last for _, last in spans))
    if len(firsts) == len(spans):
        known = known.filter(nw.col("placed_on") >= min(firsts))
    return known.to_native()


def _sums(orders: IntoLazyFrameT, spans: Sequence[Days]) -> IntoLazyFrameT:
    """Per client and currency: purchases and spend of the window (`*_0`) and of the one before (`*_1`).

    The client null stands for all unattributed orders. Portable: see `insight_figures`.
    """
    completed = nw.col("status") == COMPLETED
    within = in_any = inside(spans[0])
    for span in spans[1:]:
        in_any |= inside(span)
    sums = [
        nw.when(within & completed).then(nw.col("placed_on")).max().alias("last_purchase_date"),
        # Any status: what was refunded whole is cancelled, and would have counted on a day before.
        count(in_any & nw.col("undated")).alias("undated"),
        count(within & completed).alias("completed"),
    ]
    for i, span in enumerate(spans):
        done = inside(span) & completed
        spent = nw.when(done).then(nw.col("net_total")).otherwise(nw.lit(0))
        sums += [count(done).alias(f"purchases_{i}"), spent.sum().cast(nw.Int64).alias(f"spend_{i}")]
    return nw.from_native(orders).group_by(*KEY).agg(*sums).to_native()


def _ranked(sums: pl.DataFrame, number: int, rank_by: RankBy, min_orders: int) -> pl.DataFrame:
    """Clients of one window with their rank (Int64), in the order of the answer."""
    spend, purchases = pl.col(f"spend_{number}"), pl.col(f"purchases_{number}")
    figures = sums.filter(purchases >= max(min_orders, 1)).with_columns(
        total_spend=spend,
        purchases=purchases,
        # Means are compared unrounded and without floats: the whole part, then 40 binary digits of the rest, which
        # tell any two means apart that under a million orders each can have.
        average_whole=spend // purchases,
        average_part=(spend % purchases) * 2**_PART_BITS // purchases,
        in_currency=purchases.sum().over("currency"),
    )
    ranking = _RANKING[rank_by]
    ties = [name for group in (_SPEND, _PURCHASES, _AVERAGE) if group != ranking for name in group]
    order = ("in_currency", "currency", *ranking, *ties, "client_id")
    down = [True, False, *([True] * (len(ranking) + len(ties))), False]
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    return (
        figures.sort(order, descending=down)
        .with_columns(rank=place.over("currency"))
        .with_columns(pl.col("rank").min().over("currency", *ranking))
    )


def _finished(ranked: pl.DataFrame, owned: pl.DataFrame) -> pl.DataFrame:
    """The documented columns."""
    revenue = owned.group_by("currency").agg(revenue=pl.col("spend_0").sum())
    return (
        ranked.join(revenue, on="currency", how="left", maintain_order="left")
        .with_columns(
            average_order_amount=quotient(pl.col("total_spend"), pl.col("purchases")),
            rank_change=pl.col("previous_rank") - pl.col("rank"),
            revenue_share=ratio(pl.col("total_spend"), pl.col("revenue")),
        )
        .select(field.name for field in FIELDS)
    )


def _notes(
    shown: pl.DataFrame, sums: pl.DataFrame, as_of: AsOf, *, top: int | None, ranked: int
) -> tuple[str, ...]:
    """What is cut off, tied at the cut, split, left out or uncertain."""
    notes = []
    if shown.height < ranked:
        notes.append(f"{shown.height:,} of {ranked:,} rows shown")
    sizes = shown.group_by("currency", maintain_order=True).len()
    for currency, size in sizes.rows():
        if top and size > top:
            where = "" if sizes.height == 1 else f" in {currency}"
            notes.append(f"top {top}{where} has {size} clients: the last of them are equal")
    several = shown.filter(pl.col("client_id").is_duplicated())["client_id"].n_unique()
    if several:
        notes.append(
            f"{counted_noun(several, 'client')} with purchases in several currencies: a row for each"
        )
    attributed = pl.col("client_id").is_not_null()
    unattributed = int(sums.filter(~attributed)["completed"].sum())
    if unattributed:
        notes.append(f"{counted_noun(unattributed, 'order')} left out: nothing says which client placed them")
    undated = int(sums.filter(attributed)["undated"].sum())
    return (*notes, *undated_note(undated, as_of))

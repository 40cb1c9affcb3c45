"""Client insights of the scope `with_you`: what clients ordered from one's own stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.engines import tables_on
from clientlens.analysis.insight_fields import EXPERIENCED, NOVICE, WITH_YOU, completed
from clientlens.analysis.insight_figures import KEY, favourite, figures, leading, product_counts
from clientlens.analysis.order_facts import order_facts
from clientlens.analysis.order_ratings import with_stars
from clientlens.analysis.rates import convert
from clientlens.analysis.ratios import quotient, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.analysis.insight_question import Question
    from clientlens.model.facts import Facts


def counted(
    facts: Facts, question: Question, clients: Sequence[str] | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What grows with the data, in one pass each: `figures` of the windows, and `product_counts` of `preference_spans`.

    Args:
        clients: client_ids, instead of those of the question; None: everyone.

    Raises:
        NoRate, BadRates, UnknownCurrency: see `rates.convert`.
    """
    tables = tables_on(facts, question.engine).of_clients(clients)
    orders = order_facts(
        tables.orders, tables.identities, as_of=question.as_of, completed_when=question.completed_when
    )
    orders = with_stars(orders, tables, as_of=question.as_of)
    if question.rates is not None and question.home_currency is not None:
        orders = convert(
            orders,
            question.rates,
            home=question.home_currency,
            amounts=("price",),
            spans=question.spans,
            engine=tables.engine,
        )
    spans = question.preference_spans
    counts = product_counts(orders, tables.order_lines, spans, question.ignore)
    if tables.engine.far:
        counts = leading(counts, len(spans))
    sums, counts = tables.engine.collect(figures(orders, question.spans), counts)
    return sums, counts


def own_rows(sums: pl.DataFrame, counts: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The columns of `FIELDS` without name and email, and `window_no`; in any order.

    Only clients who ever completed an order have rows. Everyone: where an order (of any status) is in the window;
    named clients: in every window.
    """
    owned = (
        sums.filter(pl.col("client_id").is_not_null())
        .with_columns(pl.col("lifetime").sum().over("client_id"))
        .filter(pl.col("lifetime") > 0)
    )
    parts = []
    for number, window in enumerate(question.windows):
        preferred = favourite(counts.lazy(), number).collect(engine="streaming")
        asked = pl.lit(question.clients is not None) | (pl.col(f"orders_{number}") > 0)
        rows = owned.filter(asked).join(preferred, on=KEY, how="left")
        parts.append(_of_window(rows, number).with_columns(window=pl.lit(window.label)))
    novice = pl.col("lifetime_orders") < question.novice_below
    rows = pl.concat(parts).with_columns(
        scope=pl.lit(WITH_YOU),
        experience=pl.when(novice).then(pl.lit(NOVICE)).otherwise(pl.lit(EXPERIENCED)),
    )
    return completed(rows, question.as_of)


def _of_window(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    done, cancelled = pl.col(f"completed_{number}"), pl.col(f"cancelled_{number}")
    rated, priced = pl.col(f"rated_{number}"), pl.col(f"priced_{number}")
    return rows.select(
        *KEY,
        window_no=pl.lit(number),
        completed_orders=done,
        # Stars are in thousandths, means have one digit more.
        average_rating=quotient(pl.col(f"stars_{number}").cast(pl.Int128) * 10, rated),
        average_order_price=quotient(pl.col(f"price_{number}"), priced),
        tip_frequency=ratio(pl.col(f"tipped_{number}"), done),
        last_order_date=pl.col(f"last_{number}"),
        preferred_service=pl.col("preferred_service"),
        completion_rate=ratio(done, done + cancelled),
        rated_orders=rated,
        priced_orders=priced,
        tipped_orders=pl.col(f"tipped_{number}"),
        preferred_service_orders=pl.col("preferred_orders").fill_null(0),
        cancelled_orders=cancelled,
        lifetime_orders=pl.col("lifetime"),
    )

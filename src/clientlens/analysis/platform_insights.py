"""Client insights of the scope `platform`: what public reviews say of clients, and what similar clients do with you."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.engines import tables_on
from clientlens.analysis.insight_fields import EXPERIENCED, HIGH, NOVICE, PLATFORM, completed
from clientlens.analysis.insight_figures import favourite
from clientlens.analysis.own_insights import counted
from clientlens.analysis.platform_figures import (
    owned_reviews,
    review_figures,
    seller_figures,
    service_counts,
)
from clientlens.analysis.ratios import quotient
from clientlens.analysis.similar_clients import own_clients, similar_figures
from clientlens.analysis.wilson import lower_reaches

if TYPE_CHECKING:
    from clientlens.analysis.insight_question import Question
    from clientlens.model.facts import Facts


def platform_rows(facts: Facts, question: Question, sums: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """The columns of `FIELDS` without name and email, and `window_no`; in any order.

    Everyone: clients with a review in the window; named clients: each of them, in every window.

    Args:
        sums, counts: of `own_insights.counted` for the clients of the question.

    Raises:
        NoRate, BadRates, UnknownCurrency: see `rates.convert`; here for the prices of similar clients.
    """
    windows = len(question.windows)
    reviewed, services = _reviewed(facts, question)
    own = _own(sums, counts, question)
    said = (
        favourite(services.lazy(), question.all_time).select("client_id", said="preferred_service").collect()
    )
    targets = _targets(reviewed.join(said, on="client_id", how="left"), own, question)
    if question.clients is not None or question.among is not None:
        own = _similar_candidates(facts, question, targets)
    similar = similar_figures(targets, own, windows=windows, at_least=question.thresholds.similar_clients)
    counts_of_similar = pl.selectors.starts_with("similar_") & pl.selectors.integer()
    rows = reviewed.join(similar, on="client_id", how="left").with_columns(counts_of_similar.fill_null(0))
    parts = []
    for number, window in enumerate(question.windows):
        preferred = favourite(services.lazy(), number).drop("currency").collect()
        asked = pl.lit(question.clients is not None) | (pl.col(f"reviews_{number}") > 0)
        of_window = rows.filter(asked).join(preferred, on="client_id", how="left")
        parts.append(_of_window(of_window, number, question).with_columns(window=pl.lit(window.label)))
    return completed(pl.concat(parts).with_columns(scope=pl.lit(PLATFORM)), question.as_of)


def _reviewed(facts: Facts, question: Question) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per client with the sums of `review_figures` and `seller_figures`, and the `service_counts`.

    Everyone who wrote a review; of named clients each, with 0 where there is none.
    """
    tables = tables_on(facts, question.engine)
    asked = question.among if question.clients is None else question.clients
    owned = owned_reviews(
        tables.engine.folded(tables.reviews_of(asked), "seller"),
        tables.of_clients(asked).identities,
        as_of=question.as_of,
    )
    figures, sellers, services = tables.engine.collect(
        review_figures(owned, question.spans),
        seller_figures(owned, question.spans),
        service_counts(owned, question.preference_spans, question.ignore),
    )
    rows = figures.join(sellers, on="client_id", how="left")
    if question.clients is None:
        return rows, services
    named = pl.DataFrame(
        {"client_id": list(dict.fromkeys(question.clients))}, schema={"client_id": pl.String}
    )
    whole = named.join(rows, on="client_id", how="left")
    return whole.with_columns(pl.selectors.integer().fill_null(0)), services


def _own(sums: pl.DataFrame, counts: pl.DataFrame, question: Question) -> pl.DataFrame:
    return own_clients(
        sums,
        counts,
        windows=len(question.windows),
        all_time=question.all_time,
        novice_below=question.novice_below,
        home=question.home_currency,
    )


def _targets(reviewed: pl.DataFrame, own: pl.DataFrame, question: Question) -> pl.DataFrame:
    """By what others are similar to each: own orders of all time, else reviews of all time."""
    here = own.select("client_id", own_service="service", own_novice="novice")
    by_reviews = pl.when(pl.col("lifetime") > 0).then(pl.col("lifetime") < question.novice_below)
    return reviewed.join(here, on="client_id", how="left").select(
        "client_id",
        service=pl.coalesce("own_service", "said"),
        novice=pl.coalesce("own_novice", by_reviews),
    )


def _similar_candidates(facts: Facts, question: Question, targets: pl.DataFrame) -> pl.DataFrame:
    """`own_clients` among those who ever ordered what a target prefers: nobody else can be similar."""
    services = targets["service"].drop_nulls().unique().to_list()
    tables = tables_on(facts, question.engine)
    lines = nw.from_native(tables.engine.among(tables.order_lines, "product", services))
    buyers = tables.engine.collect(
        lines.select("person_key")
        .unique()
        .join(nw.from_native(tables.identities), on="person_key", how="inner")
        .select("client_id")
        .unique()
        .to_native()
    )[0]
    return _own(*counted(facts, question, buyers["client_id"].to_list()), question)


def _of_window(rows: pl.DataFrame, number: int, question: Question) -> pl.DataFrame:
    limits = question.thresholds
    sellers, again = pl.col(f"sellers_{number}"), pl.col(f"again_{number}")
    done, cancelled = pl.col(f"similar_completed_{number}"), pl.col(f"similar_cancelled_{number}")
    repeats = (sellers >= limits.repeat_sellers) & lower_reaches(again, sellers, limits.repeat_percent * 10)
    completes = lower_reaches(done, done + cancelled, limits.completion_percent * 10)
    novice = pl.col("lifetime") < question.novice_below
    low = pl.col(f"low_{number}")
    return rows.select(
        "client_id",
        window_no=pl.lit(number),
        completed_orders=pl.col(f"reviews_{number}"),
        # Stars are in thousandths, means have one digit more.
        average_rating=quotient(pl.col(f"stars_{number}").cast(pl.Int128) * 10, pl.col(f"rated_{number}")),
        price_low=low,
        price_high=pl.col(f"high_{number}"),
        currency=pl.when(low.is_not_null()).then(pl.lit(question.home_currency, dtype=pl.String)),
        last_order_date=pl.col(f"last_{number}"),
        preferred_service=pl.col("preferred_service"),
        repeat_order_rate=pl.when(repeats).then(pl.lit(HIGH)),
        completion_level=pl.when(completes).then(pl.lit(HIGH)),
        experience=pl.when(pl.col("lifetime") > 0).then(
            pl.when(novice).then(pl.lit(NOVICE)).otherwise(pl.lit(EXPERIENCED))
        ),
        rated_orders=pl.col(f"rated_{number}"),
        preferred_service_orders=pl.col("preferred_orders").fill_null(0),
        lifetime_orders=pl.col("lifetime"),
        sellers=sellers,
        repeat_sellers=again,
        similar_by=pl.col("similar_by"),
        similar_clients=pl.col("similar_clients"),
        similar_priced_clients=pl.col(f"similar_priced_{number}"),
        similar_completed_orders=done,
        similar_cancelled_orders=cancelled,
    )

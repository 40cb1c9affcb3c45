"""Segments: the grid of RFM with the clients and the revenue of each cell, and who stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.metrics import client_metrics
from clientlens.analysis.ratios import SCALE, ratio
from clientlens.analysis.rfm import COLUMNS, GRID, PROSPECTS, SEGMENTS, rfm
from clientlens.analysis.wording import counted_noun, undated_note
from clientlens.errors import UnknownSegment
from clientlens.model.answer import Answer, Field, Grid, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

__all__ = ["CELL_FIELDS", "CLIENT_FIELDS", "rfm", "segment_clients", "segment_named", "segments"]

_R = "1 to 5 by last_order_date, 5 the most recent; null: Prospects"
_FM = "mean of f_score and m_score, a half rounded up; null: Prospects"
_METRICS = ("completed_orders", "recency_days", "total_spend", *COLUMNS)
_CURRENCY = Field("currency", Kind.TEXT, "ISO 4217 code of the home currency; null: there are no orders")

CELL_FIELDS: tuple[Field, ...] = (
    Field("r_score", Kind.INTEGER, _R, title="R"),
    Field("fm_score", Kind.INTEGER, _FM, title="FM"),
    Field("segment", Kind.TEXT, "name of the cell", nullable=False, values=SEGMENTS),
    Field("clients", Kind.INTEGER, "registered clients in it", nullable=False),
    Field(
        "client_share",
        Kind.SCALED,
        "clients / registered clients, with --where and --group of these; null: there are none",
        scale=SCALE,
        title="of clients",
    ),
    Field(
        "revenue",
        Kind.MONEY,
        "their total_spend, in the home currency; null: there are no orders",
        title="revenue",
    ),
    _CURRENCY,
    Field(
        "revenue_share",
        Kind.SCALED,
        "revenue / that of the same clients; null where that is not above 0",
        scale=SCALE,
        title="of revenue",
    ),
)

CLIENT_FIELDS: tuple[Field, ...] = (
    Field("client_id", Kind.TEXT, "the client", nullable=False, title="client", priority=None),
    Field("name", Kind.TEXT, "name, else company", title="client", wide=True),
    Field("email", Kind.TEXT, "the client's e-mail", priority=5, wide=True),
    Field("segment", Kind.TEXT, "name of the cell of r_score and fm_score", nullable=False, values=SEGMENTS),
    Field("r_score", Kind.INTEGER, _R, title="R"),
    Field(
        "f_score",
        Kind.INTEGER,
        "1 to 5 by completed_orders, 5 the most; null: Prospects",
        title="F",
        priority=2,
    ),
    Field(
        "m_score", Kind.INTEGER, "1 to 5 by total_spend, 5 the most; null: Prospects", title="M", priority=2
    ),
    Field("fm_score", Kind.INTEGER, _FM, title="FM"),
    Field(
        "recency_days",
        Kind.INTEGER,
        "days from the last completed order to the as-of day; null: there is none",
        title="recency",
        priority=1,
    ),
    Field("frequency", Kind.INTEGER, "completed orders, in any currency", nullable=False, title="orders"),
    Field(
        "monetary",
        Kind.MONEY,
        "total_spend: charged for completed orders, less refunds; null: none in the home currency, scored as 0",
        title="spend",
    ),
    _CURRENCY,
)


def segment_named(text: str) -> str:
    """The segment that a person means, whatever the case and whether blanks or hyphens part its words.

    Raises:
        UnknownSegment
    """
    spelled = {name.casefold(): name for name in SEGMENTS}
    wanted = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
    if wanted not in spelled:
        raise UnknownSegment(text, SEGMENTS)
    return spelled[wanted]


def segments(
    facts: Facts,
    *,
    as_of: AsOf,
    exclude: Sequence[str] = (),
    among: Sequence[str] | None = None,
    **rules: Any,
) -> Answer:
    """The grid: registered clients and their revenue by r_score and fm_score.

    Args:
        facts, as_of, rules: as for `client_metrics`.
        exclude: client_ids that take no part (people who may not be written to).
        among: count these client_ids alone; None: all. Scores stay those beside everybody.

    Returns:
        Rows of `CELL_FIELDS`: all 25 cells, the best first, also empty ones, then the Prospects.
    """
    everyone = _among(client_metrics(facts, as_of=as_of, exclude=exclude, only=_METRICS, **rules), among)
    registered = everyone.filter(pl.col("segment").is_not_null())
    cells = pl.DataFrame(
        [(recent, frequent, name) for (recent, frequent), name in GRID.items()] + [(None, None, PROSPECTS)],
        schema={"r_score": pl.Int64, "fm_score": pl.Int64, "segment": pl.String},
        orient="row",
    )
    counted = registered.group_by("r_score", "fm_score").agg(
        clients=pl.len().cast(pl.Int64), revenue=pl.col("total_spend").sum()
    )
    currency = rules.get("home_currency")
    rows = (
        cells.join(counted, on=["r_score", "fm_score"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            pl.col("clients").fill_null(0),
            # Prospects have bought nothing; without any order there is no currency to say so in.
            pl.col("revenue").fill_null(0) if currency else pl.lit(None, dtype=pl.Int64).alias("revenue"),
            currency=pl.lit(currency, dtype=pl.String),
        )
        .with_columns(
            client_share=ratio(pl.col("clients"), pl.col("clients").sum()),
            revenue_share=ratio(pl.col("revenue"), pl.col("revenue").sum()),
        )
        .select(field.name for field in CELL_FIELDS)
    )
    prospects = rows["clients"][-1]
    told = (
        (f"{PROSPECTS}: {counted_noun(prospects, 'client')} without a completed order",) if prospects else ()
    )
    return Answer(
        name="segments",
        fields=CELL_FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title=f"Segments as of {as_of.day}",
        notes=(*told, *_notes(everyone, exclude, as_of)),
        grid=Grid("r_score", "fm_score", ("segment", "clients", "revenue"), tone="segment"),
    )


def segment_clients(
    facts: Facts,
    *,
    as_of: AsOf,
    segment: str | None = None,
    exclude: Sequence[str] = (),
    among: Sequence[str] | None = None,
    **rules: Any,
) -> Answer:
    """Registered clients with their scores.

    Args:
        segment: one of `rfm.SEGMENTS`; None: all. The others: as for `segments`.

    Returns:
        Rows of `CLIENT_FIELDS`; by r_score, fm_score, m_score and spend (the highest first), then client_id.
    """
    everyone = _among(client_metrics(facts, as_of=as_of, exclude=exclude, only=_METRICS, **rules), among)
    rows = (
        everyone.filter(pl.col("segment").is_not_null() if segment is None else pl.col("segment") == segment)
        .with_columns(frequency="completed_orders", monetary="total_spend")
        .sort(
            *("r_score", "fm_score", "m_score", "monetary", "client_id"),
            descending=[True, True, True, True, False],
            nulls_last=True,
        )
        .select(field.name for field in CLIENT_FIELDS)
    )
    return Answer(
        name="segment_clients",
        fields=CLIENT_FIELDS,
        rows=rows,
        timezone=facts.timezone,
        title=f"{segment or 'Segments'} as of {as_of.day}",
        notes=_notes(everyone, exclude, as_of),
    )


def _among(everyone: pl.DataFrame, among: Sequence[str] | None) -> pl.DataFrame:
    return everyone if among is None else everyone.filter(pl.col("client_id").is_in(list(among)))


def _notes(everyone: pl.DataFrame, exclude: Sequence[str], as_of: AsOf) -> tuple[str, ...]:
    """Who is left out, and whose amounts."""
    notes = []
    nameless = everyone.filter("anonymous").height
    if nameless:
        notes.append(
            f"{counted_noun(nameless, 'anonymous client')} left out: segments are of registered clients"
        )
    left_out = everyone.filter(~pl.col("anonymous"), pl.col("client_id").is_in(list(exclude))).height
    if left_out:
        notes.append(f"{counted_noun(left_out, 'client')} left out: not to be written to")
    scored = everyone.filter(pl.col("segment").is_not_null())
    foreign = scored.filter(pl.col("foreign") > 0).height
    if foreign:
        home = scored["currency"][0]
        notes.append(
            f"{counted_noun(foreign, 'client')} with orders in other currencies: counted, but amounts are of {home} alone"
        )
    return (*notes, *undated_note(int(scored["undated"].sum()), as_of))

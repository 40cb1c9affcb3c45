"""RFM: clients scored by how recently, how often and for how much they bought, and the segments this makes.

The grid of segments is this project's own: every pair of scores has exactly one name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

SCORES = 5
PROSPECTS = "Prospects"
_ROWS = {
    5: ("Champions", "Champions", "Active", "New", "New"),
    4: ("Loyal", "Loyal", "Active", "Promising", "Promising"),
    3: ("Loyal", "Loyal", "Needs attention", "Promising", "Promising"),
    2: ("Previously loyal", "At risk", "At risk", "Almost lost", "Almost lost"),
    1: ("Previously loyal", "At risk", "At risk", "Dormant", "Dormant"),
}
GRID: dict[tuple[int, int], str] = {
    (recent, SCORES - place): name for recent, names in _ROWS.items() for place, name in enumerate(names)
}
"""(r_score, fm_score) -> segment, the best first."""
SEGMENTS: tuple[str, ...] = (*dict.fromkeys(GRID.values()), PROSPECTS)
COLUMNS = ("r_score", "f_score", "m_score", "fm_score", "segment")


def rfm(metrics: pl.DataFrame, exclude: Sequence[str] = ()) -> pl.DataFrame:
    """Scores and segment of every registered client.

    A score is 1 + floor(5 x clients with a strictly worse value / clients), so equal values have equal scores; of the
    n registered clients with a completed order. fm_score is the mean of f_score and m_score, a half rounded up.

    Args:
        metrics: anonymous, last_order_date, completed_orders and total_spend by client_id, see `client_metrics`.
        exclude: client_ids that take no part and get no row (people who may not be written to).

    Returns:
        client_id, r_score, f_score, m_score, fm_score (Int64, 1 to 5; null for Prospects, who have completed no
        order), segment; in the order of `metrics`. Without spend in the home currency m_score counts it as 0.
    """
    registered = metrics.filter(~pl.col("anonymous"), ~pl.col("client_id").is_in(list(exclude)))
    # Prospects have nulls in all three, which rank() leaves out of its count.
    bought = pl.col("completed_orders") > 0
    values = {
        "r_score": pl.when(bought).then("last_order_date"),
        "f_score": pl.when(bought).then("completed_orders"),
        "m_score": pl.when(bought).then(pl.col("total_spend").fill_null(0)),
    }
    worse = {name: value.rank("min").cast(pl.Int64) - 1 for name, value in values.items()}
    scored = registered.select(
        "client_id", **{name: 1 + SCORES * below // bought.sum() for name, below in worse.items()}
    ).with_columns(fm_score=(pl.col("f_score") + pl.col("m_score") + 1) // 2)
    return scored.with_columns(segment=_segment())


def _segment() -> pl.Expr:
    """The name of the cell that r_score and fm_score mean."""
    names = {10 * recent + frequent: name for (recent, frequent), name in GRID.items()}
    cell = 10 * pl.col("r_score") + pl.col("fm_score")
    return cell.replace_strict(names, default=PROSPECTS, return_dtype=pl.String)

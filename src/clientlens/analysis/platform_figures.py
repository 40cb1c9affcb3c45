"""What public reviews say of clients: the part of the platform scope that grows with the data.

Written on narwhals in the forms of `insight_figures`, and in one pass over the reviews for each question however many
windows are asked for. A review stands for an order from its seller, whoever that is; one's own stores are sellers too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw

from clientlens.analysis.insight_figures import count, inside, not_ignored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.model.timeframes import AsOf, Days


def owned_reviews(reviews: IntoLazyFrameT, identities: IntoLazyFrameT, *, as_of: AsOf) -> IntoLazyFrameT:
    """The reviews written up to `as_of`, with their clients, and times under the names that orders have.

    Args:
        reviews: `tables.REVIEWS`, lazy, of any engine that narwhals knows; `seller` as `Engine.folded` makes it, since
            one name is one seller, whatever the platform.
        identities: `tables.IDENTITIES`, of the same engine.

    Returns:
        client_id, seller,
        product (the service; null: not stated), rating_milli, placed_at and placed_on (when it was written).
    """
    return (
        nw.from_native(reviews)
        .filter(nw.col("reviewed_at") <= nw.lit(as_of.instant))
        .join(nw.from_native(identities).select("person_key", "client_id"), on="person_key", how="inner")
        .select(
            "client_id",
            "rating_milli",
            "seller",
            nw.col("service").alias("product"),
            nw.col("reviewed_at").alias("placed_at"),
            nw.col("reviewed_on").alias("placed_on"),
        )
        .to_native()
    )


def review_figures(reviews: IntoLazyFrameT, spans: Sequence[Days]) -> IntoLazyFrameT:
    """Per client: reviews of all time (`lifetime`) and of each window, `*_0` being the first.

    Columns of a window: reviews_0, rated_0, stars_0 (thousandths, summed), last_0 (day).

    Args:
        reviews: of `owned_reviews`.
    """
    sums = [count(~nw.col("client_id").is_null()).alias("lifetime")]
    for i, within in enumerate(inside(span) for span in spans):
        sums += [
            count(within).alias(f"reviews_{i}"),
            count(within & ~nw.col("rating_milli").is_null()).alias(f"rated_{i}"),
            nw.when(within).then(nw.col("rating_milli")).sum().cast(nw.Int64).alias(f"stars_{i}"),
            nw.when(within).then(nw.col("placed_on")).max().alias(f"last_{i}"),
        ]
    return nw.from_native(reviews).group_by("client_id").agg(*sums).to_native()


def seller_figures(reviews: IntoLazyFrameT, spans: Sequence[Days]) -> IntoLazyFrameT:
    """Per client and window: how many sellers were reviewed (`sellers_0`), and how many at least twice (`again_0`)."""
    windows = range(len(spans))
    each = (
        nw.from_native(reviews)
        .group_by("client_id", "seller")
        .agg(*(count(inside(span)).alias(f"times_{i}") for i, span in enumerate(spans)))
    )
    return (
        each.group_by("client_id")
        .agg(
            *(count(nw.col(f"times_{i}") > 0).alias(f"sellers_{i}") for i in windows),
            *(count(nw.col(f"times_{i}") > 1).alias(f"again_{i}") for i in windows),
        )
        .to_native()
    )


def service_counts(reviews: IntoLazyFrameT, spans: Sequence[Days], ignore: Sequence[str]) -> IntoLazyFrameT:
    """Per client and service: in how many reviews of each window, and when last.

    The columns are those of `insight_figures.product_counts`, for `favourite`; `currency` is empty throughout.
    """
    named = nw.from_native(reviews).filter(~nw.col("product").is_null(), *not_ignored(ignore))
    return (
        named.with_columns(nw.lit("").alias("currency"))
        .group_by("client_id", "currency", "product")
        .agg(
            *(count(inside(span)).alias(f"times_{i}") for i, span in enumerate(spans)),
            *(
                nw.when(inside(span)).then(nw.col("placed_at")).max().alias(f"latest_{i}")
                for i, span in enumerate(spans)
            ),
        )
        .to_native()
    )

"""The part of the client insights that grows with the data.

Written on narwhals in forms that every engine runs alike, and in one pass however many windows are asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw

from clientlens.analysis.order_facts import CANCELLED, COMPLETED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.model.timeframes import Days

KEY = ("client_id", "currency")


def inside(span: Days) -> nw.Expr:
    """The order was placed on one of the days."""
    first, last = span
    until = nw.col("placed_on") <= nw.lit(last)
    return until if first is None else until & (nw.col("placed_on") >= nw.lit(first))


def count(condition: nw.Expr) -> nw.Expr:
    """How many rows it is true for (Int64)."""
    return condition.cast(nw.Int64).sum().cast(nw.Int64)


def figures(orders: IntoLazyFrameT, spans: Sequence[Days]) -> IntoLazyFrameT:
    """Per client and currency: counts and sums of all time and of each window, `*_0` being the first.

    The client null stands for all unattributed orders.

    Args:
        orders: `order_ratings.with_stars` of `order_facts`.
    """
    completed, cancelled = nw.col("status") == COMPLETED, nw.col("status") == CANCELLED
    spans_inside = [inside(span) for span in spans]
    sums = [
        count(completed).alias("lifetime"),
        count(nw.col("undated")).alias("undated"),
        count(nw.any_horizontal(*spans_inside, ignore_nulls=False)).alias("asked"),
    ]
    for i, within in enumerate(spans_inside):
        done = within & completed
        price = nw.when(done).then(nw.col("price").fill_null(0)).otherwise(nw.lit(0))
        sums += [
            count(within).alias(f"orders_{i}"),
            count(done).alias(f"completed_{i}"),
            count(within & cancelled).alias(f"cancelled_{i}"),
            count(done & ~nw.col("price").is_null()).alias(f"priced_{i}"),
            price.sum().cast(nw.Int64).alias(f"price_{i}"),
            count(done & (nw.col("tip") > 0)).alias(f"tipped_{i}"),
            nw.when(done).then(nw.col("placed_on")).max().alias(f"last_{i}"),
            count(within & ~nw.col("stars_milli").is_null()).alias(f"rated_{i}"),
            nw.when(within).then(nw.col("stars_milli")).sum().cast(nw.Int64).alias(f"stars_{i}"),
        ]
    return nw.from_native(orders).group_by(*KEY).agg(*sums).to_native()


def product_counts(
    orders: IntoLazyFrameT, lines: IntoLazyFrameT, spans: Sequence[Days], ignore: Sequence[str]
) -> IntoLazyFrameT:
    """Per client, currency and product: in how many completed orders of each window, and when last.

    Columns: client_id, currency, product, and per window times_0 (Int64), latest_0 (instant), and so on.
    """
    bought = nw.from_native(lines).filter(~nw.col("is_tip"), *not_ignored(ignore))
    done = (
        nw.from_native(orders)
        .filter(~nw.col("client_id").is_null(), nw.col("status") == COMPLETED)
        .select("store", "order_key", *KEY, "placed_on", "placed_at")
    )
    return (
        bought.select("store", "order_key", "product")
        .join(done, on=["store", "order_key"], how="inner")
        # Two lines of one article in one order are one order of it.
        .unique(["store", "order_key", "product"])
        .group_by(*KEY, "product")
        .agg(
            *(count(inside(span)).alias(f"times_{i}") for i, span in enumerate(spans)),
            *(
                nw.when(inside(span)).then(nw.col("placed_at")).max().alias(f"latest_{i}")
                for i, span in enumerate(spans)
            ),
        )
        .to_native()
    )


def leading(counts: IntoLazyFrameT, windows: int) -> IntoLazyFrameT:
    """What `favourite` needs of `product_counts`: the products in most orders of each window, of one or all currencies."""
    first, last = (getattr(nw.col("currency"), end)().over("client_id") for end in ("min", "max"))
    most = [
        (nw.col(f"times_{i}") > 0) & (nw.col(f"times_{i}") == nw.col(f"times_{i}").max().over(*KEY))
        for i in range(windows)
    ]
    return (
        nw.from_native(counts).filter(nw.any_horizontal(first != last, *most, ignore_nulls=False)).to_native()
    )


def favourite(counts: IntoLazyFrameT, number: int) -> IntoLazyFrameT:
    """The product in most orders, of these the most recent one, of these the first by name.

    Args:
        counts: of `product_counts`, best already collected: it is read several times.
        number: of the window, from 0.

    Returns:
        client_id, currency, preferred_service, preferred_orders (in how many orders).
    """
    times, latest = f"times_{number}", f"latest_{number}"
    best = nw.from_native(counts).filter(nw.col(times) > 0).select(*KEY, "product", times, latest)
    for figure in (times, latest):
        highest = best.group_by(*KEY).agg(nw.col(figure).max())
        best = best.join(highest, on=[*KEY, figure], how="inner")
    return (
        best.group_by(*KEY)
        .agg(
            nw.col("product").min().alias("preferred_service"), nw.col(times).max().alias("preferred_orders")
        )
        .to_native()
    )


def not_ignored(ignore: Sequence[str]) -> tuple[nw.Expr, ...]:
    """Conditions on `product`: that none of the patterns is its whole name, in any case."""
    return (~nw.col("product").str.contains(names_pattern(ignore)),) if ignore else ()


def names_pattern(ignore: Sequence[str]) -> str:
    """One regular expression for names that match one of the patterns as a whole, in any case.

    Without flags for that: what is a letter's other case, and where a text ends, each engine knows differently.
    """
    wild = {"%": ".*", "_": "."}
    each = ("".join(wild.get(letter) or _any_case(letter) for letter in pattern) for pattern in ignore)
    return rf"(?s)\A(?:{'|'.join(each)})\z"


def _any_case(letter: str) -> str:
    forms = {letter, letter.lower(), letter.upper()}
    # Letters that are not the lower or upper case of what they stand for.
    forms.update(
        *(alike for alike in ("σς", "s\u017f", "k\u212a", "å\u212b", "ßẞ", "µμ") if forms & set(alike))
    )
    single = sorted(form for form in forms if len(form) == 1)
    return re.escape(letter) if len(single) == 1 else f"[{''.join(single)}]"

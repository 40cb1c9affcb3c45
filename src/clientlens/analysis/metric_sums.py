"""The part of the metrics that grows with the data: sums, counts and rhythm of each client's orders.

Written on narwhals in forms that every engine runs alike: windows with an order that is total, no medians, no lists,
no joins by time. What it gives is small, or as small as the names that clients bought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw

from clientlens.analysis.insight_figures import count, inside, not_ignored
from clientlens.analysis.order_facts import CANCELLED, COMPLETED, IN_PROGRESS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.model.timeframes import Days

ORDER = ("store", "order_key")
YEAR_DAYS = 365
STARS = ("rated", "stars")
RHYTHM = ("order_days", "months", "gap_low", "gap_high", "gaps_of_0")
ITEMS = ("itemised", "items_milli")


def totals(
    orders: IntoLazyFrameT,
    lines: IntoLazyFrameT,
    *,
    home_currency: str,
    year: Days,
    ignore: Sequence[str] = (),
    wanted: Collection[str] | None = None,
) -> IntoLazyFrameT:
    """Per client with an order of any status: what metrics are made of.

    Args:
        orders: `order_facts.order_facts`, with `stars_milli` (see `order_ratings`) where `STARS` are wanted.
        lines: `tables.ORDER_LINES`, of the same engine.
        home_currency: amounts are of its orders alone.
        year: the `YEAR_DAYS` days that end with the day of as_of.
        ignore: names of lines that are no products, as for `insights`.
        wanted: columns, at least one of them a count or sum of orders; None: all. Others may be missing.

    Returns:
        client_id and, all Int64 but for the two days:
        completed, cancelled, in_progress, in_year, tipped, discount_known, discounted, rated, undated (orders),
        stars (thousandths), first_on, last_on (Date: of completed orders),
        home_completed, home_priced (completed orders in the home currency, and those whose price is known),
        spend, year_spend, price, charged, refunded (minor units; the last two also of orders refunded in full),
        order_days, months (days and calendar months with a completed order),
        gap_low, gap_high (the middle one, or the middle two, of the days from each completed order to the next that
        are above 0; null: the middle one is 0, or there is none), gaps_of_0,
        itemised (completed orders with a product), items_milli (their quantity, in thousandths).
        What an engine finds no row for is null.
    """
    frame = nw.from_native(orders).filter(~nw.col("client_id").is_null())
    done = frame.filter(nw.col("status") == COMPLETED)
    result = _sums(frame, home_currency, year, wanted)
    if wanted is None or not set(RHYTHM).isdisjoint(wanted):
        result = result.join(_rhythm(done), on="client_id", how="left")
    if wanted is None or not set(ITEMS).isdisjoint(wanted):
        result = result.join(_items(done, nw.from_native(lines), ignore), on="client_id", how="left")
    return result.to_native()


def name_counts(
    orders: IntoLazyFrameT, lines: IntoLazyFrameT, column: str, ignore: Sequence[str] = ()
) -> IntoLazyFrameT:
    """Per client and name: in how many completed orders it stands, and when last.

    Args:
        orders, lines, ignore: as for `totals`.
        column: `product` or `category`.

    Returns:
        client_id, name (String), times (Int64), latest (instant).
    """
    done = (
        nw.from_native(orders)
        .filter(~nw.col("client_id").is_null(), nw.col("status") == COMPLETED)
        .select(*ORDER, "client_id", "placed_at")
    )
    return (
        _products(nw.from_native(lines), ignore)
        .filter(~nw.col(column).is_null())
        .select(*ORDER, nw.col(column).alias("name"))
        .join(done, on=list(ORDER), how="inner")
        # Two lines of one name in one order are one order of it.
        .unique([*ORDER, "name"])
        .group_by("client_id", "name")
        .agg(_rows().alias("times"), nw.col("placed_at").max().alias("latest"))
        .to_native()
    )


def foremost(counts: IntoLazyFrameT, most: int) -> IntoLazyFrameT:
    """Of `name_counts` the names in most orders: `most` of each client, and those that are level with the last one."""
    place = nw.col("times").rank("min", descending=True).over("client_id")
    return nw.from_native(counts).filter(place <= most).to_native()


def _sums(
    frame: nw.LazyFrame[IntoLazyFrameT], home_currency: str, year: Days, wanted: Collection[str] | None
) -> nw.LazyFrame[IntoLazyFrameT]:
    done, off = nw.col("status") == COMPLETED, nw.col("status") == CANCELLED
    home = nw.col("currency") == home_currency
    in_year = inside(year)
    # What was refunded in full is cancelled, but it was charged and given back all the same.
    settled = home & (done | (off & (nw.col("refunded") > 0)))
    priced = home & done & ~nw.col("price").is_null()
    reduced = (nw.col("discount") > 0).fill_null(value=False) | ~nw.col("discount_codes").is_null()
    discount_known = ~nw.col("discount").is_null() | ~nw.col("discount_codes").is_null()
    rated = ~nw.col("stars_milli").is_null()

    def total(of: str, when: nw.Expr) -> nw.Expr:
        return nw.when(when).then(nw.col(of)).otherwise(nw.lit(0)).sum().cast(nw.Int64)

    sums = {
        "completed": count(done),
        "cancelled": count(off),
        "in_progress": count(nw.col("status") == IN_PROGRESS),
        "in_year": count(done & in_year),
        "tipped": count(done & (nw.col("tip") > 0)),
        "discount_known": count(done & discount_known),
        "discounted": count(done & reduced),
        "rated": count(rated),
        "undated": count(nw.col("undated")),
        "stars": total("stars_milli", rated),
        "first_on": nw.when(done).then(nw.col("placed_on")).min(),
        "last_on": nw.when(done).then(nw.col("placed_on")).max(),
        "home_completed": count(home & done),
        "home_priced": count(priced),
        "spend": total("net_total", home & done),
        "year_spend": total("net_total", home & done & in_year),
        "price": total("price", priced),
        "charged": total("order_total", settled),
        "refunded": total("refunded", settled),
    }
    asked = sums if wanted is None else {name: one for name, one in sums.items() if name in wanted}
    return frame.group_by("client_id").agg(**asked)


def _rhythm(done: nw.LazyFrame[IntoLazyFrameT]) -> nw.LazyFrame[IntoLazyFrameT]:
    """order_days, months, gap_low, gap_high, gaps_of_0 of completed orders.

    n orders have n - 1 gaps. Those of 0 days come first in their order; where the middle lies behind them, it is found
    by how many gaps are no longer than each.
    """
    number = {"day": _day_number("placed_on"), "month": _month_number("placed_on")}
    days = (
        done.group_by("client_id", "placed_on")
        .agg(_rows().alias("placed"))
        .with_columns(**number)
        .with_columns(
            gap=nw.col("day") - nw.col("day").shift(1).over("client_id", order_by="day"),
            month_before=nw.col("month").shift(1).over("client_id", order_by="day"),
            gaps_of_0=(nw.col("placed") - 1).sum().over("client_id").cast(nw.Int64),
            gaps=(nw.col("placed").sum().over("client_id") - 1).cast(nw.Int64),
        )
    )
    begun = nw.col("month_before").is_null() | (nw.col("month") != nw.col("month_before"))
    active = days.group_by("client_id").agg(
        _rows().alias("order_days"),
        count(begun).alias("months"),
        nw.col("gaps_of_0").max().alias("gaps_of_0"),
    )
    lengths = (
        days.filter(~nw.col("gap").is_null())
        .group_by("client_id", "gap", "gaps", "gaps_of_0")
        .agg(_rows().alias("times"))
        .with_columns(
            upto=nw.col("times").cum_sum().over("client_id", order_by="gap").cast(nw.Int64)
            + nw.col("gaps_of_0")
        )
        .with_columns(before=nw.col("upto") - nw.col("times"))
    )

    def at(place: nw.Expr) -> nw.Expr:
        """The gap that stands at a place, counted from 0."""
        here = (nw.col("before") <= place) & (place < nw.col("upto"))
        return nw.when(here).then(nw.col("gap")).max().cast(nw.Int64)

    middle = lengths.group_by("client_id").agg(
        at((nw.col("gaps") - 1) // 2).alias("gap_low"), at(nw.col("gaps") // 2).alias("gap_high")
    )
    return active.join(middle, on="client_id", how="left")


def _items(
    done: nw.LazyFrame[IntoLazyFrameT], lines: nw.LazyFrame[IntoLazyFrameT], ignore: Sequence[str]
) -> nw.LazyFrame[IntoLazyFrameT]:
    """itemised, items_milli."""
    per_order = (
        _products(lines, ignore).group_by(*ORDER).agg(nw.col("quantity_milli").sum().alias("quantity"))
    )
    return (
        done.select(*ORDER, "client_id")
        .join(per_order, on=list(ORDER), how="inner")
        .group_by("client_id")
        .agg(
            _rows().alias("itemised"),
            nw.col("quantity").sum().cast(nw.Int64).alias("items_milli"),
        )
    )


def _products(lines: nw.LazyFrame[IntoLazyFrameT], ignore: Sequence[str]) -> nw.LazyFrame[IntoLazyFrameT]:
    """Lines that are products: neither tips nor ignored."""
    return lines.filter(~nw.col("is_tip"), *not_ignored(ignore))


def _day_number(column: str) -> nw.Expr:
    """Days since the beginning of the Gregorian calendar, as `date.toordinal`: engines differ in subtracting days."""
    years = nw.col(column).dt.year().cast(nw.Int64) - 1
    leap_days = years // 4 - years // 100 + years // 400
    return years * YEAR_DAYS + leap_days + nw.col(column).dt.ordinal_day().cast(nw.Int64)


def _month_number(column: str) -> nw.Expr:
    """Months since the year 0."""
    return nw.col(column).dt.year().cast(nw.Int64) * 12 + nw.col(column).dt.month().cast(nw.Int64)


def _rows() -> nw.Expr:
    """How many rows (Int64)."""
    return nw.len().cast(nw.Int64)

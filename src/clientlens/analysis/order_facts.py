"""The orders as an instant saw them: whose they are, what became of them, and what they brought.

Every analysis starts here, so that one order has one status everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoLazyFrameT

    from clientlens.model.timeframes import AsOf

COMPLETED, IN_PROGRESS, CANCELLED = "completed", "in_progress", "cancelled"

_PAID = ("paid", "partially_refunded")
_OVER = ("voided", "expired", "refunded")
_FULFILLED = "fulfilled"
_LAST_INSTANT = datetime(9999, 12, 31, tzinfo=UTC)


class CompletedWhen(StrEnum):
    """What completes an order."""

    PAID = "paid"
    FULFILLED = "fulfilled"
    PAID_OR_FULFILLED = "paid_or_fulfilled"


def order_facts(
    orders: IntoLazyFrameT, identities: IntoLazyFrameT, *, as_of: AsOf, completed_when: str
) -> IntoLazyFrameT:
    """Orders placed up to `as_of`, with their client, status and net total then.

    Args:
        orders: `tables.ORDERS`, lazy, of any engine that narwhals knows.
        identities: `tables.IDENTITIES`, of the same engine.
        as_of: nothing placed after it is returned; what happened to an order after it has not happened.
        completed_when: paid, fulfilled or paid_or_fulfilled.

    Returns:
        The columns of `orders` and
        client_id (String; null: unattributed),
        status (String: completed, in_progress, cancelled),
        net_total (Int64, minor units): order_total less refunds,
        undated (Boolean): it was refunded, completed or cancelled at a time nobody knows, which therefore
        counts at every `as_of`.
    """
    known = nw.from_native(orders).filter(nw.col("placed_at") <= nw.lit(as_of.instant))
    owned = known.join(
        nw.from_native(identities).select("person_key", "client_id"), on="person_key", how="left"
    )
    return _with_status(owned, as_of.instant, CompletedWhen(completed_when)).to_native()


def completed_since(*, completed_when: str) -> nw.Expr:
    """The earliest instant at which a completed order counts as completed: when it was placed, where nothing is dated.

    To be evaluated over completed orders of `order_facts`: what was cancelled later is not completed at any instant there.
    """
    rule = CompletedWhen(completed_when)
    ways = []
    if rule in {CompletedWhen.PAID, CompletedWhen.PAID_OR_FULFILLED}:
        paid = nw.coalesce(nw.col("paid_at"), nw.col("placed_at"))
        ways.append(nw.when(nw.col("payment_state").is_in(_PAID)).then(paid))
    if rule in {CompletedWhen.FULFILLED, CompletedWhen.PAID_OR_FULFILLED}:
        fulfilled = nw.coalesce(nw.col("fulfilled_at"), nw.col("placed_at"))
        ways.append(nw.when(nw.col("fulfilment_state") == _FULFILLED).then(fulfilled))
    return nw.max_horizontal(nw.col("placed_at"), nw.min_horizontal(*ways))


def stored_orders(orders: IntoLazyFrameT, *, completed_when: str) -> IntoLazyFrameT:
    """All orders with the status, net_total and undated that the last import gives them; no client_id."""
    frame = nw.from_native(orders)
    return _with_status(frame, _LAST_INSTANT, CompletedWhen(completed_when)).to_native()


def _with_status(
    frame: nw.LazyFrame[IntoLazyFrameT], instant: datetime, completed_when: CompletedWhen
) -> nw.LazyFrame[IntoLazyFrameT]:
    """Adds status, net_total and undated; the first rule that fits decides the status.

    1. A cancellation with a time decides by that time: before it, the order was in progress.
    2. What is void or wholly refunded without such a time is cancelled; but in progress, if payment (or fulfilment,
       where that completes) came after the instant: then so did the refund.
    3. Completed, if one of the ways to complete it had happened or has no time.
    """
    until = nw.lit(instant)
    nothing = nw.lit(value=False)

    def later(column: str) -> nw.Expr:
        return (nw.col(column) > until).fill_null(value=False)

    def cleared(column: str) -> nw.Expr:
        """The state that `column` dates is reached: its time has come, or nobody knows it."""
        return ~later(column)

    by_payment = nw.col("payment_state").is_in(_PAID) & cleared("paid_at")
    by_fulfilment = (nw.col("fulfilment_state") == _FULFILLED).fill_null(value=False) & cleared(
        "fulfilled_at"
    )
    pays = completed_when in {CompletedWhen.PAID, CompletedWhen.PAID_OR_FULFILLED}
    fulfils = completed_when in {CompletedWhen.FULFILLED, CompletedWhen.PAID_OR_FULFILLED}
    by_payment = by_payment if pays else nothing
    by_fulfilment = by_fulfilment if fulfils else nothing
    settled_later = later("paid_at")
    if fulfils:
        paid_by_then = ~nw.col("paid_at").is_null() if pays else nothing
        settled_later |= later("fulfilled_at") & ~paid_by_then

    refunded_whole = (nw.col("refunded") > 0) & (nw.col("refunded") >= nw.col("order_total"))
    over = nw.col("payment_state").is_in(_OVER) | refunded_whole
    dated = ~nw.col("cancelled_at").is_null()
    status = (
        nw.when(dated & ~later("cancelled_at"))
        .then(nw.lit(CANCELLED))
        .when(dated)
        .then(nw.lit(IN_PROGRESS))
        .when(over & settled_later)
        .then(nw.lit(IN_PROGRESS))
        .when(over)
        .then(nw.lit(CANCELLED))
        .when(by_payment | by_fulfilment)
        .then(nw.lit(COMPLETED))
        .otherwise(nw.lit(IN_PROGRESS))
    )
    dated_completion = (by_payment & ~nw.col("paid_at").is_null()) | (
        by_fulfilment & ~nw.col("fulfilled_at").is_null()
    )
    return frame.with_columns(
        status=status, net_total=nw.col("order_total") - nw.col("refunded")
    ).with_columns(
        undated=(nw.col("refunded") != 0)
        | ((nw.col("status") == COMPLETED) & ~dated_completion)
        | ((nw.col("status") == CANCELLED) & ~dated)
    )

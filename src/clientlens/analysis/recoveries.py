"""Which abandoned checkouts came back as orders: the rule, with no presentation.

A checkout is abandoned when somebody can be written to about it, it did not become an order within the
grace period of its creation, and its last activity is longer ago than that period. It is then

- `recovered`, by `link` where the shop system's own ids say so (or the checkout carries the time it was completed),
  or by `same_email_within_window` where a completed order of the same client follows within some days and has an
  article in common;
- `repeated`, where an order that recovered another checkout of the same client has an article in common with it: it
  was an earlier try at the same purchase;
- else `open`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from clientlens.analysis.order_facts import COMPLETED, order_facts

if TYPE_CHECKING:
    from datetime import datetime

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

MINIMUM_AGE_MINUTES = 10
MATCH_WINDOW_DAYS = 7

LINK = "link"
SAME_EMAIL = "same_email_within_window"
OPEN, RECOVERED, REPEATED = "open", "recovered", "repeated"

LINKS = (("checkout_id", "checkout_key"), ("checkout_token", "token"), ("cart_token", "cart_token"))
"""Order column, checkout column; the surest first: several checkouts may come from one cart."""


def recoveries(
    facts: Facts,
    *,
    as_of: AsOf,
    completed_when: str,
    minimum_age_minutes: int = MINIMUM_AGE_MINUTES,
    match_window_days: int = MATCH_WINDOW_DAYS,
) -> pl.DataFrame:
    """Every abandoned checkout as of an instant, with what became of it.

    Args:
        facts: `checkouts`, `checkout_lines`, `orders`, `order_lines` and `identities` are read.
        as_of: nothing after it counts.
        completed_when: which orders count as completed, as for `order_facts`.
        minimum_age_minutes: the grace period: completed within it is an ordinary purchase, and idle for no longer
            than it is not yet abandoned.
        match_window_days: how many times 24 hours after its last activity an order of the same client may follow.

    Returns:
        One row per abandoned checkout, by creation: store, checkout_key, client_id (null: nobody known), created_at,
        last_activity, currency, total (minor units), status (open|recovered|repeated), recovered_at, recovered_by
        (link|same_email_within_window), recovered_store, recovered_order_key, recovered_order_status. The last five
        are null unless recovered; the order's own stay null where the checkout is known to have been completed but
        its order is not stored.
    """
    grace = timedelta(minutes=minimum_age_minutes)
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when).select(
        "store", "order_key", "placed_at", "client_id", "status", *(order for order, _ in LINKS)
    )
    checkouts = _settled_checkouts(facts, as_of.instant, grace)
    linked = _linked(orders, checkouts, grace)
    quick = linked.filter(pl.col("quick"))
    checkouts = checkouts.join(quick, on="checkout", how="anti")
    linked = linked.filter(~pl.col("quick")).join(checkouts, on="checkout", how="semi")
    claims = _claims(orders, checkouts, linked, grace)
    events = _events(orders, checkouts, claims)
    pairs = _pairs(facts, checkouts, events, linked, timedelta(days=match_window_days))
    matched, repeated = _assign(pairs)
    return _outcome(checkouts, events, matched, repeated)


def checkout_counts(found: pl.DataFrame) -> pl.DataFrame:
    """Per client of `recoveries`: abandoned (recovered ones included), recovered and open (Int64)."""
    status = pl.col("status")
    return found.group_by("client_id").agg(
        abandoned=status.is_in([OPEN, RECOVERED]).sum().cast(pl.Int64),
        recovered=(status == RECOVERED).sum().cast(pl.Int64),
        open=(status == OPEN).sum().cast(pl.Int64),
    )


def _settled_checkouts(facts: Facts, instant: datetime, grace: timedelta) -> pl.DataFrame:
    """Checkouts with contact information, idle for longer than the grace period and not completed within it.

    Columns: `checkout` (index in order of last activity), those of the table that the rule needs, client_id,
    last_activity, completed_at (null also where it lies after the instant).
    """
    until = pl.lit(instant)
    known_then = pl.when(pl.col("updated_at") <= until).then(pl.col("updated_at"))
    completed_then = pl.when(pl.col("completed_at") <= until).then(pl.col("completed_at"))
    return (
        facts.checkouts.filter(pl.col("has_contact"), pl.col("created_at") <= until)
        .with_columns(
            last_activity=pl.max_horizontal("created_at", known_then),
            completed_at=completed_then,
        )
        .filter(
            pl.col("last_activity") < until - grace,
            pl.col("completed_at").is_null() | (pl.col("completed_at") > pl.col("created_at") + grace),
        )
        .join(facts.identities, on="person_key", how="left")
        .select(
            "store",
            "checkout_key",
            "client_id",
            "created_at",
            "last_activity",
            "completed_at",
            "currency",
            "total",
            "token",
            "cart_token",
        )
        .sort("last_activity", "created_at", "store", "checkout_key")
        .collect()
        .with_row_index("checkout")
    )


def _linked(orders: pl.LazyFrame, checkouts: pl.DataFrame, grace: timedelta) -> pl.DataFrame:
    """Pairs (checkout, store, order_key) that the shop system's own ids join, the surest link of each.

    An order from before a checkout was begun cannot have come from it, whatever token both carry. `quick`: the order
    was placed within the grace period, so that the checkout was never abandoned.
    """
    found = [
        checkouts.lazy()
        .select("checkout", "store", "created_at", "completed_at", key=mine)
        .drop_nulls("key")
        .join(orders.select("store", "order_key", "placed_at", key=theirs), on=["store", "key"])
        .filter(pl.col("placed_at") >= pl.col("created_at"))
        .select(
            "checkout",
            "store",
            "order_key",
            "placed_at",
            strength=pl.lit(strength),
            in_grace=pl.col("placed_at") <= pl.col("created_at") + grace,
            completed=pl.col("completed_at").is_not_null(),
        )
        for strength, (theirs, mine) in enumerate(LINKS)
    ]
    return (
        pl.concat(found)
        # A checkout that says itself when it was completed is not contradicted by another order of its cart.
        .filter(~(pl.col("in_grace") & pl.col("completed")))
        .group_by("checkout", "store", "order_key", "placed_at")
        .agg(pl.col("strength").min(), pl.col("in_grace").first().alias("quick"))
        .collect()
    )


def _claims(
    orders: pl.LazyFrame, checkouts: pl.DataFrame, linked: pl.DataFrame, grace: timedelta
) -> pl.DataFrame:
    """checkout, store, order_key: the order that each linked checkout became, one to one.

    Shop systems tell the time of completion more often than the order it led to; such a checkout claims the order
    that its client placed in that shop at that time, or this order would recover a second checkout.
    """
    by_id = _one_to_one(
        linked.sort(
            "strength", "placed_at", "store", "order_key", "checkout", descending=[False] * 4 + [True]
        )
    )
    completed = checkouts.filter(pl.col("completed_at").is_not_null(), pl.col("client_id").is_not_null())
    by_time = (
        orders.join(
            completed.lazy()
            .join(by_id.lazy(), on="checkout", how="anti")
            .select("checkout", "store", "client_id", "completed_at"),
            on=["store", "client_id"],
        )
        .join(by_id.lazy(), on=["store", "order_key"], how="anti")
        .with_columns(apart=(pl.col("placed_at") - pl.col("completed_at")).abs())
        .filter(pl.col("apart") <= grace)
        .sort("apart", "store", "order_key", "checkout")
        .select("checkout", "store", "order_key")
        .collect()
    )
    return pl.concat([by_id, _one_to_one(by_time)])


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """checkout, store, order_key: as if each pair, best first, were taken unless one of its two is taken already.

    A pair that is the best left for both its checkout and its order is taken by that rule whatever happens to the
    others, so all such pairs are taken at once, round by round; the first pair always is one.
    """
    left = pairs.select("checkout", "store", "order_key").with_row_index("rank")
    taken = [left.clear()]
    while not left.is_empty():
        best = left.filter(
            pl.col("rank") == pl.col("rank").min().over("checkout"),
            pl.col("rank") == pl.col("rank").min().over("store", "order_key"),
        )
        taken.append(best)
        left = left.join(best, on="checkout", how="anti").join(best, on=["store", "order_key"], how="anti")
    return pl.concat(taken).drop("rank")


def _events(orders: pl.LazyFrame, checkouts: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """What may recover a checkout, numbered in time order.

    Orders that a checkout claims, completed orders of the clients who abandoned one, and completions whose order is
    not stored. Columns: `event`, at, store, order_key, order_status, client_id, claimed (the checkout; null: free).
    """
    began = (
        checkouts.drop_nulls("client_id")
        .group_by("client_id")
        .agg(since=pl.col("last_activity").min())
        .lazy()
    )
    open_to = checkouts.select("checkout", checkout_client="client_id").lazy()
    claiming = (
        orders.join(claims.lazy(), on=["store", "order_key"])
        .join(open_to, on="checkout")
        .select(
            "store",
            "order_key",
            at="placed_at",
            order_status="status",
            client_id=pl.coalesce("client_id", "checkout_client"),
            claimed="checkout",
        )
    )
    free = (
        orders.filter(pl.col("status") == COMPLETED)
        .join(began, on="client_id")
        .filter(pl.col("placed_at") > pl.col("since"))
        .join(claims.lazy(), on=["store", "order_key"], how="anti")
        .select(
            "store",
            "order_key",
            "client_id",
            at="placed_at",
            order_status="status",
            claimed=pl.lit(None, dtype=pl.UInt32),
        )
    )
    unseen = (
        checkouts.lazy()
        .filter(pl.col("completed_at").is_not_null())
        .join(claims.lazy(), on="checkout", how="anti")
        .select(
            "store",
            "client_id",
            order_key=pl.lit(None, dtype=pl.String),
            order_status=pl.lit(None, dtype=pl.String),
            at="completed_at",
            claimed="checkout",
        )
    )
    return (
        pl.concat([claiming, free, unseen], how="diagonal")
        .sort("at", "store", "order_key", "claimed", nulls_last=True)
        .collect()
        .with_row_index("event")
    )


def _pairs(
    facts: Facts, checkouts: pl.DataFrame, events: pl.DataFrame, linked: pl.DataFrame, window: timedelta
) -> pl.DataFrame:
    """event, checkout, claimed, in_window: unclaimed checkouts with the later purchases that share an article.

    The window decides alone whether an order recovers a checkout; an order that recovers one settles every earlier
    try at the same article. Two checkouts of one cart share it by definition.
    """
    free = checkouts.join(events, left_on="checkout", right_on="claimed", how="anti").lazy()
    when = events.lazy().select("event", "store", "order_key", "at", "client_id", "claimed")
    bought = pl.concat(
        [
            facts.order_lines.filter(~pl.col("is_tip")).join(
                when.drop_nulls("order_key"), on=["store", "order_key"]
            ),
            facts.checkout_lines.join(
                when.filter(pl.col("order_key").is_null()).join(
                    checkouts.lazy().select("checkout", "checkout_key"),
                    left_on="claimed",
                    right_on="checkout",
                ),
                on=["store", "checkout_key"],
            ),
        ],
        how="diagonal",
    ).select("event", "at", "client_id", "claimed", **_ARTICLE)
    wanted = facts.checkout_lines.join(
        free.select("checkout", "store", "checkout_key", "client_id", "last_activity"),
        on=["store", "checkout_key"],
    ).select("checkout", "client_id", "last_activity", **_ARTICLE)
    by_sku = bought.drop_nulls("sku").join(wanted.drop_nulls("sku"), on=["client_id", "sku"])
    by_title = bought.join(wanted, on=["client_id", "title"], suffix="_wanted").filter(
        pl.col("sku").is_null() | pl.col("sku_wanted").is_null()
    )
    columns = ("event", "at", "claimed", "checkout", "last_activity")
    by_cart = (
        linked.lazy()
        .join(when.drop_nulls("claimed"), on=["store", "order_key"])
        .join(free, on="checkout")
        .select(columns)
    )
    return (
        pl.concat([by_sku.select(columns), by_title.select(columns), by_cart])
        .filter(pl.col("last_activity") < pl.col("at"))
        .select(
            "event",
            "checkout",
            claimed=pl.col("claimed").is_not_null(),
            in_window=pl.col("claimed").is_null() & (pl.col("at") <= pl.col("last_activity") + window),
        )
        .unique()
        # An order that cannot recover anything settles nothing either.
        .filter((pl.col("claimed") | pl.col("in_window")).any().over("event"))
        .collect()
    )


_ARTICLE = {"sku": pl.col("sku"), "title": pl.col("product").str.to_lowercase()}


def _assign(pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(event, checkout) recovered by match; (checkout) repeated.

    The rule is sequential: in time order, each purchase that recovers something (its own linked checkout, else the
    latest one still open in its window) settles all checkouts it shares an article with. A purchase only depends on
    earlier ones that share an open checkout with it. So every purchase that is the first of each of its checkouts is
    dealt with at once; the earliest of all always is, which ends the loop, in practice after two or three rounds
    however many purchases a client has.
    """
    matched, repeated = [_NO_MATCH], [_NO_MATCH.select("checkout")]
    while not pairs.is_empty():
        now = pairs.with_columns(first=pl.col("event").min().over("checkout")).filter(
            (pl.col("event") == pl.col("first")).all().over("event")
        )
        acting = now.filter(pl.col("claimed") | pl.col("in_window").any().over("event"))
        # `checkout` counts upwards in order of last activity, so the largest is the latest.
        taken = acting.filter(pl.col("in_window")).group_by("event").agg(pl.col("checkout").max())
        settled = acting.select("checkout").unique()
        matched.append(taken)
        repeated.append(settled.join(taken, on="checkout", how="anti"))
        pairs = pairs.join(now.select("event").unique(), on="event", how="anti").join(
            settled, on="checkout", how="anti"
        )
    return pl.concat(matched), pl.concat(repeated)


_NO_MATCH = pl.DataFrame(schema={"event": pl.UInt32, "checkout": pl.UInt32})


def _outcome(
    checkouts: pl.DataFrame, events: pl.DataFrame, matched: pl.DataFrame, repeated: pl.DataFrame
) -> pl.DataFrame:
    by_link = events.drop_nulls("claimed").select("event", checkout="claimed", recovered_by=pl.lit(LINK))
    by_match = matched.with_columns(recovered_by=pl.lit(SAME_EMAIL))
    sources = events.select(
        "event",
        "at",
        recovered_store=pl.when(pl.col("order_key").is_not_null()).then(pl.col("store")),
        recovered_order_key="order_key",
        recovered_order_status="order_status",
    )
    settled = pl.concat([by_link, by_match]).join(sources, on="event", how="left")
    return (
        checkouts.join(settled, on="checkout", how="left")
        .join(repeated.with_columns(is_repeated=True), on="checkout", how="left")
        .sort("created_at", "store", "checkout_key")
        .select(
            "store",
            "checkout_key",
            "client_id",
            "created_at",
            "last_activity",
            "currency",
            "total",
            status=pl.when(pl.col("recovered_by").is_not_null())
            .then(pl.lit(RECOVERED))
            .when(pl.col("is_repeated"))
            .then(pl.lit(REPEATED))
            .otherwise(pl.lit(OPEN)),
            recovered_at=pl.when(pl.col("recovered_by").is_not_null()).then(
                pl.coalesce("completed_at", "at")
            ),
            recovered_by="recovered_by",
            recovered_store="recovered_store",
            recovered_order_key="recovered_order_key",
            recovered_order_status="recovered_order_status",
        )
    )

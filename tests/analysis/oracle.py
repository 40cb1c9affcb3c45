"""The figures once more, in SQL of our own, for DuckDB: nothing here comes from the code under test.

`connect` takes each table as a Polars frame or as the path of a Parquet file (a glob will do); the other functions
take its connection and explicit instants and days. Amounts are minor units, ratios 10^-4; rounding is Python's own,
half-even on exact fractions.
"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import duckdb
import polars as pl

TABLES = ("orders", "order_lines", "identities", "clients", "reviews")
PLATFORM_BASIS = (
    *("sellers", "repeat_sellers", "similar_by", "similar_clients", "similar_priced_clients"),
    *("similar_completed_orders", "similar_cancelled_orders"),
)
METRICS = {"spend": ("spend", "1"), "purchases": ("purchases", "1"), "average": ("spend", "purchases")}


def connect(**tables):
    """A connection with the views of `TABLES`."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    for name in TABLES:
        source = tables[name]
        if isinstance(source, pl.LazyFrame):
            source = source.collect()
        if isinstance(source, pl.DataFrame):
            con.register(name, source.to_arrow())
        else:
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{source}')")
    return con


def _facts_sql(completed_when):
    """Orders known at $instant; when each was completed or called off, with the beginning of time for "unknown"."""
    paid = "CASE WHEN payment_state IN ('paid', 'partially_refunded') THEN coalesce(paid_at, '-infinity') ELSE 'infinity' END"
    sent = "CASE WHEN fulfilment_state = 'fulfilled' THEN coalesce(fulfilled_at, '-infinity') ELSE 'infinity' END"
    completed_from = {"paid": paid, "fulfilled": sent, "paid_or_fulfilled": f"least({paid}, {sent})"}[
        completed_when
    ]
    # Nothing is given back before it was settled.
    money_back = {
        "paid": "coalesce(paid_at, '-infinity')",
        "fulfilled": "greatest(coalesce(paid_at, '-infinity'), coalesce(fulfilled_at, '-infinity'))",
        "paid_or_fulfilled": "coalesce(paid_at, fulfilled_at, '-infinity')",
    }[completed_when]
    return f"""
        known AS (
            SELECT o.*, i.client_id,
                   ({completed_from})::TIMESTAMPTZ AS completed_from,
                   CASE
                       WHEN cancelled_at IS NOT NULL THEN cancelled_at
                       WHEN payment_state IN ('refunded', 'voided', 'expired') THEN ({money_back})::TIMESTAMPTZ
                       WHEN refunded > 0 AND order_total <= refunded THEN ({money_back})::TIMESTAMPTZ
                       ELSE 'infinity'::TIMESTAMPTZ
                   END AS off_from
            FROM orders o LEFT JOIN identities i USING (person_key)
            WHERE NOT placed_at > $instant::TIMESTAMPTZ
        ),
        facts AS (
            SELECT *,
                   off_from <= $instant::TIMESTAMPTZ AS is_cancelled,
                   completed_from <= $instant::TIMESTAMPTZ
                       -- whoever is called off later was never completed: it was in progress
                       AND off_from = 'infinity'::TIMESTAMPTZ AS is_completed
            FROM known
        )"""


def statuses(con, *, instant, completed_when):
    """{(store, order_key): status}."""
    sql = f"""WITH {_facts_sql(completed_when)}
        SELECT store, order_key,
               CASE WHEN is_cancelled THEN 'cancelled' WHEN is_completed THEN 'completed' ELSE 'in_progress' END
        FROM facts"""
    return {(store, key): status for store, key, status in con.execute(sql, {"instant": instant}).fetchall()}


def insights(con, *, instant, first, last, completed_when, novice_below=3, never="nothing"):
    """{(client_id, currency): figures} over everyone; `never` is a SQL LIKE pattern of names left out."""
    sql = f"""WITH {_facts_sql(completed_when)},
        life AS (
            SELECT client_id, count(*) AS orders FROM facts
            WHERE is_completed AND client_id IS NOT NULL GROUP BY client_id
        ),
        asked AS (SELECT * FROM facts WHERE placed_on BETWEEN $first::DATE AND $last::DATE),
        favourite AS (
            SELECT client_id, currency, product, holding FROM (
                SELECT client_id, currency, product, count(DISTINCT (store, order_key)) AS holding,
                       row_number() OVER (
                           PARTITION BY client_id, currency
                           ORDER BY count(DISTINCT (store, order_key)) DESC, max(placed_at) DESC, product ASC
                       ) AS place
                FROM asked JOIN order_lines USING (store, order_key)
                WHERE is_completed AND NOT is_tip AND product NOT ILIKE $never
                GROUP BY client_id, currency, product
            ) WHERE place = 1
        )
        SELECT a.client_id, a.currency,
               count(*) FILTER (is_completed) AS completed,
               count(*) FILTER (is_cancelled) AS cancelled,
               coalesce(sum(price) FILTER (is_completed), 0)::BIGINT AS price_sum,
               count(price) FILTER (is_completed) AS priced,
               count(*) FILTER (is_completed AND tip > 0) AS tipped,
               max(a.placed_on) FILTER (is_completed) AS last_day,
               any_value(f.product) AS product,
               coalesce(any_value(f.holding), 0) AS holding,
               any_value(l.orders) AS lifetime
        FROM asked a JOIN life l USING (client_id)
        LEFT JOIN favourite f ON f.client_id = a.client_id AND f.currency = a.currency
        GROUP BY a.client_id, a.currency"""
    values = {
        "instant": instant,
        "first": first or "0001-01-01",
        "last": last,
        "never": never,
    }
    answer = {}
    for row in con.execute(sql, values).fetchall():
        client, currency, completed, cancelled, price_sum, priced, tipped, day, product, holding, lifetime = (
            row
        )
        answer[client, currency] = {
            "completed_orders": completed,
            "average_order_price": _rounded(price_sum, priced),
            "tip_frequency": _rounded(10_000 * tipped, completed),
            "last_order_date": day,
            "preferred_service": product,
            "completion_rate": _rounded(10_000 * completed, completed + cancelled),
            "experience": "novice" if lifetime < novice_below else "experienced",
            "basis": {
                "rated_orders": 0,
                "priced_orders": priced,
                "tipped_orders": tipped,
                "preferred_service_orders": holding,
                "cancelled_orders": cancelled,
                "lifetime_orders": lifetime,
                **dict.fromkeys(PLATFORM_BASIS),
            },
        }
    return answer


def platform(
    con,
    *,
    instant,
    first,
    last,
    completed_when,
    home,
    novice_below=3,
    never="nothing",
    similar_clients=5,
    repeat_sellers=3,
    repeat_lower=0.5,
    completion_lower=0.9,
):
    """{client_id: figures} of everyone with a review in the days; similar clients are found pair by pair."""
    sql = f"""WITH {_facts_sql(completed_when)},
        own AS (
            SELECT client_id, count(*) FILTER (is_completed) AS lifetime,
                   count(*) FILTER (is_completed AND asked) AS completed,
                   count(*) FILTER (is_cancelled AND asked) AS cancelled,
                   count(price) FILTER (is_completed AND asked AND currency = $home) AS priced,
                   coalesce(sum(price) FILTER (is_completed AND asked AND currency = $home), 0)::HUGEINT AS paid
            FROM (SELECT *, placed_on BETWEEN $first::DATE AND $last::DATE AS asked FROM facts)
            WHERE client_id IS NOT NULL GROUP BY client_id HAVING lifetime > 0
        ),
        ordered AS (
            SELECT DISTINCT ON (client_id) client_id, product FROM (
                SELECT client_id, product, count(DISTINCT (store, order_key)) AS times, max(placed_at) AS latest
                FROM facts JOIN order_lines USING (store, order_key)
                WHERE is_completed AND NOT is_tip AND product NOT ILIKE $never
                GROUP BY client_id, product
            ) ORDER BY client_id, times DESC, latest DESC, product
        ),
        written AS (
            SELECT client_id, lower(trim(seller)) AS seller, service, rating_milli, reviewed_at, reviewed_on,
                   reviewed_on BETWEEN $first::DATE AND $last::DATE AS asked
            FROM reviews JOIN identities USING (person_key) WHERE NOT reviewed_at > $instant::TIMESTAMPTZ
        ),
        liked AS (
            SELECT whole, client_id, service, times, row_number() OVER (
                PARTITION BY whole, client_id ORDER BY times DESC, latest DESC, service ASC) AS place
            FROM (
                SELECT whole, client_id, service, count(*) AS times, max(reviewed_at) AS latest
                FROM written CROSS JOIN (VALUES (true), (false)) AS both_ways(whole)
                WHERE (whole OR asked) AND service IS NOT NULL AND service NOT ILIKE $never
                GROUP BY whole, client_id, service
            )
        ),
        used AS (
            SELECT client_id, count(*) AS sellers, count(*) FILTER (times >= 2) AS again FROM (
                SELECT client_id, seller, count(*) AS times FROM written WHERE asked GROUP BY client_id, seller
            ) GROUP BY client_id
        ),
        target AS (
            SELECT w.client_id, count(*) AS lifetime, count(*) FILTER (asked) AS reviews,
                   count(rating_milli) FILTER (asked) AS rated,
                   coalesce(sum(rating_milli) FILTER (asked), 0)::BIGINT AS stars,
                   max(reviewed_on) FILTER (asked) AS last_day,
                   any_value(CASE WHEN o.client_id IS NULL THEN NULL ELSE o.lifetime < $novice_below END) AS own_novice,
                   any_value(coalesce(
                       d.product,
                       (SELECT l.service FROM liked l WHERE l.whole AND l.place = 1 AND l.client_id = w.client_id)
                   )) AS wants
            FROM written w LEFT JOIN own o USING (client_id)
            LEFT JOIN ordered d ON d.client_id = o.client_id
            GROUP BY w.client_id HAVING reviews > 0
        ),
        alike AS (
            SELECT t.client_id, (own.lifetime < $novice_below) = coalesce(t.own_novice, t.lifetime < $novice_below) AS close,
                   completed, cancelled, priced, paid
            FROM target t JOIN ordered d ON d.product = t.wants AND d.client_id <> t.client_id
            JOIN own ON own.client_id = d.client_id
        )
        SELECT t.client_id, t.lifetime, reviews, rated, stars, last_day, sellers, again, l.service, l.times,
               (SELECT list((close, completed, cancelled, priced, paid)) FROM alike a WHERE a.client_id = t.client_id)
        FROM target t JOIN used USING (client_id)
        LEFT JOIN liked l ON NOT l.whole AND l.place = 1 AND l.client_id = t.client_id"""
    values = {
        "instant": instant,
        "first": first or "0001-01-01",
        "last": last,
        "never": never,
        "home": home,
        "novice_below": novice_below,
    }
    answer = {}
    for row in con.execute(sql, values).fetchall():
        client, lifetime, reviews, rated, stars, day, sellers, again, service, times, alike = row
        group, by = [one for one in alike or () if one[0]], "service_and_experience"
        if len(group) < similar_clients:
            group, by = alike or [], "service"
        if len(group) < similar_clients:
            group, by = [], None
        means = sorted(Fraction(paid, priced) for *_, priced, paid in group if priced)
        done, cancelled = sum(one[1] for one in group), sum(one[2] for one in group)
        shown = len(means) >= similar_clients
        answer[client] = {
            "completed_orders": reviews,
            "average_rating": _rounded(10 * stars, rated),
            "price_low": _quantile(means, Fraction(1, 4)) if shown else None,
            "price_high": _quantile(means, Fraction(3, 4)) if shown else None,
            "currency": home if shown else None,
            "last_order_date": day,
            "preferred_service": service,
            "repeat_order_rate": "high"
            if sellers >= repeat_sellers and _wilson_lower(again, sellers) >= repeat_lower
            else None,
            "completion_level": "high" if _wilson_lower(done, done + cancelled) >= completion_lower else None,
            "experience": "novice" if lifetime < novice_below else "experienced",
            "basis": {
                "rated_orders": rated,
                "priced_orders": None,
                "tipped_orders": None,
                "preferred_service_orders": times or 0,
                "cancelled_orders": None,
                "lifetime_orders": lifetime,
                "sellers": sellers,
                "repeat_sellers": again,
                "similar_by": by,
                "similar_clients": len(group),
                "similar_priced_clients": len(means),
                "similar_completed_orders": done,
                "similar_cancelled_orders": cancelled,
            },
        }
    return answer


def _quantile(values, share):
    """Linear between the two nearest of the sorted values, half-even."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return round(values[below] + (place - below) * (values[above] - values[below]))


def _wilson_lower(count, of, z=1.2816):
    if of == 0:
        return -1
    p = count / of
    return (p + z * z / (2 * of) - z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))) / (1 + z * z / of)


def _board_sql(first, last):
    return f"""
        SELECT client_id, currency, count(*) AS purchases, sum(order_total - refunded)::HUGEINT AS spend,
               max(placed_on) AS last_day
        FROM facts
        WHERE is_completed AND client_id IS NOT NULL AND placed_on BETWEEN {first} AND {last}
              AND ($store::VARCHAR IS NULL OR store = $store)
        GROUP BY client_id, currency"""


def leaderboard(
    con,
    *,
    instant,
    first,
    last,
    previous,
    completed_when,
    rank_by,
    top=None,
    min_orders=1,
    anonymous=False,
    store=None,
):
    """Rows in order, as dictionaries; `previous` is a pair of days or None."""
    over, under = METRICS[rank_by]

    def beats(other, one):
        """Cross-multiplied, so that means are compared exactly."""
        return (
            f"{other}.{over} * {under if under == '1' else f'{one}.{under}'} > "
            f"{one}.{over} * {under if under == '1' else f'{other}.{under}'}"
        )

    sql = f"""WITH {_facts_sql(completed_when)},
        board AS ({_board_sql("$first::DATE", "$last::DATE")}),
        earlier AS ({_board_sql("$earlier_first::DATE", "$earlier_last::DATE")}),
        entitled AS (SELECT client_id FROM clients WHERE $anonymous OR NOT anonymous),
        runners AS (SELECT * FROM board SEMI JOIN entitled USING (client_id) WHERE purchases >= $min_orders),
        before AS (SELECT * FROM earlier SEMI JOIN entitled USING (client_id) WHERE purchases >= $min_orders)
        SELECT r.client_id, r.currency, r.purchases, r.spend, r.last_day,
               1 + (SELECT count(*) FROM runners x WHERE x.currency = r.currency AND {beats("x", "r")}) AS place,
               (SELECT any_value(1 + (
                    SELECT count(*) FROM before x WHERE x.currency = b.currency AND {beats("x", "b")}))
                FROM before b WHERE b.client_id = r.client_id AND b.currency = r.currency) AS earlier_place,
               (SELECT sum(spend) FROM board t WHERE t.currency = r.currency)::HUGEINT AS revenue
        FROM runners r"""
    values = {
        "instant": instant,
        "first": first or "0001-01-01",
        "last": last,
        # A range that ends before it begins holds nothing.
        "earlier_first": previous[0] if previous else "0001-01-02",
        "earlier_last": previous[1] if previous else "0001-01-01",
        "anonymous": anonymous,
        "min_orders": min_orders,
        "store": store,
    }
    rows = [
        {
            "rank": place,
            "client_id": client,
            "purchases": purchases,
            "average_order_amount": _rounded(spend, purchases),
            "total_spend": spend,
            "currency": currency,
            "last_purchase_date": day,
            "previous_rank": before,
            "rank_change": None if before is None else before - place,
            "revenue_share": _rounded(10_000 * spend, revenue),
        }
        for client, currency, purchases, spend, day, place, before, revenue in con.execute(
            sql, values
        ).fetchall()
    ]
    bought = {}
    for row in rows:
        bought[row["currency"]] = bought.get(row["currency"], 0) + row["purchases"]
    rows.sort(
        key=lambda row: (
            -bought[row["currency"]],
            row["currency"],
            row["rank"],
            -row["total_spend"],
            -row["purchases"],
            -Fraction(row["total_spend"], row["purchases"]),
            row["client_id"],
        )
    )
    return [row for row in rows if not top or row["rank"] <= top]


def _rounded(number, divisor):
    """Half-even; None where there is nothing to divide by."""
    return round(Fraction(number, divisor)) if divisor > 0 else None

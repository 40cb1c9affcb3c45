"""Metrics, RFM and cohorts once more, in SQL of our own for DuckDB, on top of the orders of oracle.py."""

from __future__ import annotations

from fractions import Fraction


def _rounded(number, divisor):
    return round(Fraction(number) / divisor) if divisor and divisor > 0 else None


def metrics(con, facts_sql, *, instant, day, completed_when, home, never="nothing"):
    """{client_id: figures} of every client; `never` is a SQL LIKE pattern of names that are no products."""
    sql = f"""WITH {facts_sql(completed_when)},
        done AS (SELECT * FROM facts WHERE is_completed AND client_id IS NOT NULL),
        gaps AS (
            SELECT client_id,
                   datediff('day', lag(placed_on) OVER (PARTITION BY client_id ORDER BY placed_on), placed_on) AS gap
            FROM done
        ),
        rhythm AS (
            SELECT client_id, sum(gap)::BIGINT AS gap_sum, count(gap) AS gaps, median(gap) AS middle
            FROM gaps GROUP BY client_id
        ),
        bought AS (
            SELECT d.client_id, d.store, d.order_key, d.placed_at, l.product, l.category, l.quantity_milli
            FROM done d JOIN order_lines l ON l.store = d.store AND l.order_key = d.order_key
            WHERE NOT l.is_tip AND l.product NOT ILIKE $never
        ),
        items AS (
            SELECT client_id, sum(quantity_milli)::BIGINT AS quantity, count(DISTINCT (store, order_key)) AS itemised
            FROM bought GROUP BY client_id
        ),
        products AS (
            SELECT client_id, list(product ORDER BY place) AS names FROM (
                SELECT client_id, product, row_number() OVER (
                    PARTITION BY client_id
                    ORDER BY count(DISTINCT (store, order_key)) DESC, max(placed_at) DESC, product
                ) AS place
                FROM bought GROUP BY client_id, product
            ) WHERE place <= 5 GROUP BY client_id
        ),
        categories AS (
            SELECT client_id, category FROM (
                SELECT client_id, category, row_number() OVER (
                    PARTITION BY client_id
                    ORDER BY count(DISTINCT (store, order_key)) DESC, max(placed_at) DESC, category
                ) AS place
                FROM bought WHERE category IS NOT NULL GROUP BY client_id, category
            ) WHERE place = 1
        ),
        sums AS (
            SELECT client_id,
                   count(*) FILTER (is_completed) AS completed,
                   count(*) FILTER (is_cancelled) AS cancelled,
                   count(*) FILTER (NOT is_completed AND NOT is_cancelled) AS in_progress,
                   count(*) FILTER (is_completed AND placed_on > $day::DATE - 365) AS in_year,
                   count(DISTINCT date_trunc('month', placed_on)) FILTER (is_completed) AS months,
                   min(placed_on) FILTER (is_completed) AS first_on,
                   max(placed_on) FILTER (is_completed) AS last_on,
                   sum(order_total - refunded) FILTER (is_completed AND currency = $home)::BIGINT AS spend,
                   sum(CASE WHEN placed_on > $day::DATE - 365 THEN order_total - refunded ELSE 0 END)
                       FILTER (is_completed AND currency = $home)::BIGINT AS year_spend,
                   count(*) FILTER (is_completed AND currency = $home) AS home,
                   sum(price) FILTER (is_completed AND currency = $home)::BIGINT AS price,
                   count(price) FILTER (is_completed AND currency = $home) AS priced,
                   sum(order_total) FILTER (currency = $home AND (is_completed OR (is_cancelled AND refunded > 0)))::BIGINT
                       AS charged,
                   sum(refunded) FILTER (currency = $home AND (is_completed OR (is_cancelled AND refunded > 0)))::BIGINT
                       AS given_back,
                   count(*) FILTER (is_completed AND (discount > 0 OR discount_codes IS NOT NULL)) AS discounted,
                   count(*) FILTER (is_completed AND (discount IS NOT NULL OR discount_codes IS NOT NULL)) AS told,
                   count(*) FILTER (is_completed AND tip > 0) AS tipped,
                   sum(rating_milli)::BIGINT AS stars,
                   count(rating_milli) AS rated
            FROM facts WHERE client_id IS NOT NULL GROUP BY client_id
        )
        SELECT c.client_id, s.*, r.*, i.*, p.names, k.category
        FROM clients c
        LEFT JOIN sums s ON s.client_id = c.client_id LEFT JOIN rhythm r ON r.client_id = c.client_id
        LEFT JOIN items i ON i.client_id = c.client_id LEFT JOIN products p ON p.client_id = c.client_id
        LEFT JOIN categories k ON k.client_id = c.client_id
        WHERE coalesce(c.joined_at, '-infinity') <= $instant::TIMESTAMPTZ"""
    values = {"instant": instant, "day": day, "home": home, "never": never}
    asked = con.execute(sql, values)
    names = [column[0] for column in asked.description]
    answer = {}
    for cells in asked.fetchall():
        # The first client_id is that of the client, the others may be null.
        row = dict(zip(reversed(names), reversed(cells), strict=True))
        completed = row["completed"] or 0
        answer[cells[0]] = {
            "completed_orders": completed,
            "cancelled_orders": row["cancelled"] or 0,
            "in_progress_orders": row["in_progress"] or 0,
            "orders_last_365_days": row["in_year"] or 0,
            "months_active": row["months"] or 0,
            "first_order_date": row["first_on"],
            "last_order_date": row["last_on"],
            "recency_days": row["last_on"] and (day - row["last_on"]).days,
            "tenure_days": row["first_on"] and (day - row["first_on"]).days,
            "mean_days_between_orders": _rounded(10 * (row["gap_sum"] or 0), row["gaps"]),
            "median_days_between_orders": row["middle"] if row["middle"] is None else int(10 * row["middle"]),
            "total_spend": row["spend"],
            "spend_last_365_days": row["year_spend"],
            "average_order_amount": _rounded(row["spend"] or 0, row["home"]),
            "average_order_price": _rounded(row["price"] or 0, row["priced"]),
            "refund_share": _rounded(10_000 * (row["given_back"] or 0), row["charged"]),
            "discount_share": _rounded(10_000 * (row["discounted"] or 0), row["told"]),
            "tip_frequency": _rounded(10_000 * (row["tipped"] or 0), completed),
            "completion_rate": _rounded(10_000 * completed, completed + (row["cancelled"] or 0)),
            "average_rating": _rounded(10 * (row["stars"] or 0), row["rated"]),
            "items_per_order": _rounded(Fraction(row["quantity"] or 0, 10), row["itemised"]),
            "preferred_service": (row["names"] or [None])[0],
            "favourite_category": row["category"],
            "top_products": row["names"] or [],
            "experience": "novice" if completed < 3 else "experienced",
        }
    return answer


def rfm(con, facts_sql, *, instant, completed_when, home):
    """{client_id: (r, f, m)} of registered clients with a completed order, by rank, of which those who are worse are one less."""
    sql = f"""WITH {facts_sql(completed_when)},
        people AS (
            SELECT client_id, max(placed_on) AS last_on, count(*) AS orders,
                   coalesce(sum(order_total - refunded) FILTER (currency = $home), 0) AS spend
            FROM facts JOIN clients c USING (client_id)
            WHERE is_completed AND NOT c.anonymous AND coalesce(c.joined_at, '-infinity') <= $instant::TIMESTAMPTZ
            GROUP BY client_id
        )
        SELECT client_id,
               1 + 5 * (rank() OVER (ORDER BY last_on) - 1) // count(*) OVER (),
               1 + 5 * (rank() OVER (ORDER BY orders) - 1) // count(*) OVER (),
               1 + 5 * (rank() OVER (ORDER BY spend) - 1) // count(*) OVER ()
        FROM people"""
    return {
        client: scores for client, *scores in con.execute(sql, {"instant": instant, "home": home}).fetchall()
    }


_LABELS = {"week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}


def cohorts(con, facts_sql, *, instant, whole, completed_when, home, by):
    """Rows (cohort, period, clients, active, retention, revenue, cumulative, per client, complete) in order."""
    label = (
        f"strftime(cohort, '{_LABELS[by]}')" if by in _LABELS else "year(cohort) || '-Q' || quarter(cohort)"
    )
    sql = f"""WITH {facts_sql(completed_when)},
        done AS (SELECT * FROM facts WHERE is_completed AND client_id IS NOT NULL),
        born AS (SELECT client_id, date_trunc('{by}', min(placed_on)) AS cohort FROM done GROUP BY client_id),
        sizes AS (SELECT cohort, count(*) AS clients FROM born GROUP BY cohort),
        slots AS (
            SELECT cohort, clients, n AS period, (cohort + to_{by}s(n::INTEGER))::DATE AS begins
            FROM sizes, range(0, 200) r(n)
        )
        SELECT {label}, s.period, s.clients,
               (SELECT count(DISTINCT d.client_id) FROM done d JOIN born b USING (client_id)
                WHERE b.cohort = s.cohort AND date_trunc('{by}', d.placed_on) = s.begins) AS active,
               (SELECT coalesce(sum(order_total - refunded), 0)::BIGINT FROM done d JOIN born b USING (client_id)
                WHERE b.cohort = s.cohort AND date_trunc('{by}', d.placed_on) = s.begins AND d.currency = $home) AS revenue,
               (SELECT coalesce(sum(order_total - refunded), 0)::BIGINT FROM done d JOIN born b USING (client_id)
                WHERE b.cohort = s.cohort AND date_trunc('{by}', d.placed_on) <= s.begins AND d.currency = $home) AS so_far,
               (s.begins + to_{by}s(1))::DATE - 1 <= $whole::DATE AS complete
        FROM slots s WHERE s.begins <= ($instant::TIMESTAMPTZ AT TIME ZONE 'Europe/Rome')::DATE
        ORDER BY s.cohort, s.period"""
    values = {"instant": instant, "whole": whole, "home": home}
    rows = []
    for name, period, clients, active, revenue, so_far, complete in con.execute(sql, values).fetchall():
        figures = (active, _rounded(10_000 * active, clients), revenue, so_far, _rounded(so_far, clients))
        rows.append((name, period, clients, *(figures if complete else [None] * 5), complete))
    return rows

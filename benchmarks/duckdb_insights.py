"""What clientlens is measured against at answering: client insights of everyone in hand-written DuckDB SQL.

    python benchmarks/duckdb_insights.py PATHS.json OUT.json

PATHS.json names the workspace's own Parquet files by table ({"orders": [...], "order_lines": [...], "identities": [...],
"clients": [...]}), so both sides read the same bytes. All time, nothing after now; one row per client and currency.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

SQL = """
COPY (
    WITH facts AS (
        SELECT
            o.store, o.order_key, i.client_id, o.currency, o.placed_at, o.placed_on, o.price, o.tip,
            CASE
                WHEN o.cancelled_at <= now() THEN 'cancelled'
                WHEN o.cancelled_at IS NOT NULL THEN 'in_progress'
                WHEN o.payment_state IN ('voided', 'expired', 'refunded')
                    OR (o.refunded > 0 AND o.refunded >= o.order_total) THEN 'cancelled'
                WHEN o.payment_state IN ('paid', 'partially_refunded') THEN 'completed'
                ELSE 'in_progress'
            END AS status
        FROM read_parquet({orders}) o JOIN read_parquet({identities}) i USING (person_key)
        WHERE o.placed_at <= now()
    ),
    figures AS (
        SELECT
            client_id, currency,
            count(*) FILTER (status = 'completed') AS completed_orders,
            count(*) FILTER (status = 'cancelled') AS cancelled_orders,
            sum(price) FILTER (status = 'completed') AS price_sum,
            count(price) FILTER (status = 'completed') AS priced_orders,
            count(*) FILTER (status = 'completed' AND tip > 0) AS tipped_orders,
            max(placed_on) FILTER (status = 'completed') AS last_order_date
        FROM facts GROUP BY client_id, currency
    ),
    bought AS (
        SELECT DISTINCT f.client_id, f.currency, f.order_key, f.store, f.placed_at, l.product
        FROM facts f JOIN read_parquet({order_lines}) l USING (store, order_key)
        WHERE f.status = 'completed' AND NOT l.is_tip
    ),
    counted AS (
        SELECT client_id, currency, product, count(*) AS times, max(placed_at) AS latest
        FROM bought GROUP BY client_id, currency, product
    ),
    favourites AS (
        SELECT client_id, currency, product AS preferred_service, times AS preferred_service_orders
        FROM counted
        QUALIFY row_number() OVER (
            PARTITION BY client_id, currency ORDER BY times DESC, latest DESC, product
        ) = 1
    )
    SELECT
        f.client_id, c.name, c.email, 'with_you' AS scope, 'all' AS window, current_date AS as_of,
        f.completed_orders,
        round_even(f.price_sum / f.priced_orders, 0) / 100 AS average_order_price,
        f.currency,
        round_even(f.tipped_orders / f.completed_orders, 4) AS tip_frequency,
        f.last_order_date, v.preferred_service,
        round_even(f.completed_orders / (f.completed_orders + f.cancelled_orders), 4) AS completion_rate,
        CASE WHEN sum(f.completed_orders) OVER (PARTITION BY f.client_id) < 3 THEN 'novice' ELSE 'experienced' END
            AS experience,
        f.cancelled_orders, f.priced_orders, f.tipped_orders, v.preferred_service_orders
    FROM figures f
    LEFT JOIN favourites v USING (client_id, currency)
    JOIN read_parquet({clients}) c USING (client_id)
    QUALIFY sum(f.completed_orders) OVER (PARTITION BY f.client_id) > 0
    ORDER BY f.completed_orders DESC, f.last_order_date DESC, f.client_id
) TO '{out}' (FORMAT json, ARRAY true)
"""


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: duckdb_insights.py PATHS.json OUT.json", file=sys.stderr)
        return 2
    tables = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    quoted = {
        table: "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in paths) + "]"
        for table, paths in tables.items()
    }
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute(SQL.format(**quoted, out=sys.argv[2].replace("'", "''")))
    return 0


if __name__ == "__main__":
    sys.exit(main())

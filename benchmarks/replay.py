"""Measure a replay of rules beside hand-written DuckDB SQL on the same Parquet: python benchmarks/replay.py [N] [RUNS]

N orders (1,000,000), about twice as many lines, 2.6 orders a client; by the hour, with audience, hours, a time away and a
service that is off. Both sides take turns in one process and must give the same rows; what counts is the ratio of medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl

from clientlens.model.facts import Facts
from clientlens.model.tables import BY_NAME
from clientlens.model.timeframes import ALL_TIME, as_of_from_date
from clientlens.requests.replay import By, replay
from clientlens.requests.rulesfile import read_rules

ZONE = "Europe/Berlin"
RULES = b"""
audience = "new"
[schedule]
monday = ["09:00-12:30", "14:00-18:00"]
tuesday = ["18:00-00:00"]
friday = ["22:00-06:00"]
sunday = ["00:00-24:00"]
[[away]]
from = 2025-12-24
to = 2026-01-06
[services]
others = true
"Candle No 7" = false
"""
# Away: from 24 December 00:00 to 7 January 00:00 in Berlin, an hour ahead of UTC.
SQL = """
WITH stored AS (
  SELECT o.*, i.client_id,
    CASE WHEN cancelled_at IS NOT NULL THEN 'cancelled'
         WHEN payment_state IN ('voided', 'expired', 'refunded') OR (refunded > 0 AND refunded >= order_total)
           THEN CASE WHEN paid_at > $as_of THEN 'in_progress' ELSE 'cancelled' END
         WHEN payment_state IN ('paid', 'partially_refunded') AND coalesce(paid_at <= $as_of, true) THEN 'completed'
         ELSE 'in_progress' END AS status
  FROM orders o LEFT JOIN identities i USING (person_key)
  WHERE placed_at <= $as_of
), since AS (
  SELECT client_id, min(greatest(placed_at, coalesce(paid_at, placed_at))) AS first_completed_at
  FROM stored WHERE status = 'completed' AND client_id IS NOT NULL GROUP BY client_id
), services AS (
  SELECT store, order_key,
    bool_or(NOT (lower(product) = 'candle no 7' OR starts_with(lower(product), 'candle no 7 - '))) AS is_on
  FROM lines WHERE NOT is_tip GROUP BY store, order_key
), judged AS (
  SELECT order_total, currency,
    timezone('Europe/Berlin', placed_at) AS local,
    coalesce(first_completed_at >= placed_at, true) AS is_new,
    coalesce(is_on, true) AS is_on,
    status = 'cancelled' OR refunded > 0 AS lost,
    placed_at >= '2025-12-23 23:00+00' AND placed_at < '2026-01-06 23:00+00' AS away
  FROM stored LEFT JOIN since USING (client_id) LEFT JOIN services USING (store, order_key)
), clocked AS (
  SELECT *, isodow(local) AS d, hour(local) * 60 + minute(local) AS m FROM judged
), held AS (
  SELECT *, is_new AND is_on AND (away
      OR (d = 1 AND (m BETWEEN 540 AND 749 OR m BETWEEN 840 AND 1079))
      OR (d = 2 AND m >= 1080) OR (d = 5 AND m >= 1320) OR (d = 6 AND m < 360) OR d = 7) AS hold
  FROM clocked
)
SELECT strftime(local, '%H') AS "group", currency, count(*) AS orders, count(*) FILTER (hold) AS held,
  sum(order_total)::BIGINT AS "value", coalesce(sum(order_total) FILTER (hold), 0)::BIGINT AS held_value,
  count(*) FILTER (hold AND is_new) AS held_new, count(*) FILTER (hold AND lost) AS held_lost,
  count(*) FILTER (NOT hold AND lost) AS passed_lost
FROM held GROUP BY ALL ORDER BY ALL
"""


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        _make(number, Path(folder))
        ours, theirs = _Ours(Path(folder)), _Theirs(Path(folder))
        times: dict[str, list[float]] = {"ours": [], "duckdb": []}
        for turn in range(runs + 1):
            found = {}
            for name, side in (("duckdb", theirs), ("ours", ours)):
                begun = time.perf_counter()
                found[name] = side()
                if turn:
                    times[name].append(time.perf_counter() - begun)
            if not found["ours"].equals(found["duckdb"]):
                print("they differ", file=sys.stderr)
                return 1
        medians = {name: statistics.median(seconds) for name, seconds in times.items()}
        held = int(found["ours"]["held"].sum())
        print(
            f"{number:,} orders, {held:,} held; medians of {runs} turns; the same {found['ours'].height} rows"
        )
        for name, seconds in medians.items():
            print(f"{name:8} {seconds:7.3f} s  ratio {seconds / medians['duckdb']:.2f}")
    return 0


class _Ours:
    def __init__(self, folder: Path) -> None:
        frames = {name: pl.LazyFrame(schema=table.schema) for name, table in BY_NAME.items()}
        frames |= {
            name: pl.scan_parquet(folder / f"{name}.parquet")
            for name in ("orders", "order_lines", "identities")
        }
        self.facts = Facts(**frames, timezone=ZONE)
        self.rules = read_rules(RULES, "rules.toml", ZONE)

    def __call__(self) -> pl.DataFrame:
        as_of = as_of_from_date(date(2026, 10, 31), ZONE)
        rows = replay(
            self.facts, [self.rules], window=ALL_TIME, as_of=as_of, completed_when="paid", by=By.HOUR
        ).rows
        names = (
            "group",
            "currency",
            "orders",
            "held",
            "value",
            "held_value",
            "held_new",
            "held_lost",
            "passed_lost",
        )
        return rows.select(names).sort("group", "currency")


class _Theirs:
    def __init__(self, folder: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for view, name in (("orders", "orders"), ("lines", "order_lines"), ("identities", "identities")):
            self.connection.execute(f"CREATE VIEW {view} AS SELECT * FROM '{folder / name}.parquet'")

    def __call__(self) -> pl.DataFrame:
        as_of = datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC)
        found = self.connection.execute(SQL, {"as_of": as_of})
        columns = [column[0] for column in found.description]
        return pl.DataFrame(found.fetchall(), schema=columns, orient="row").sort("group", "currency")


def _make(number: int, folder: Path) -> None:
    """Invented orders of three years; every figure is made from the order's number, so that N gives the same files."""
    clients = max(1, int(number / 2.6))
    mixed = (pl.int_range(number, dtype=pl.UInt64) * 2_654_435_761) % 4_294_967_296
    base = pl.select(n=pl.int_range(number, dtype=pl.Int64), r=mixed.cast(pl.Int64))
    placed = pl.datetime(2023, 11, 1, time_zone="UTC").cast(BY_NAME["orders"].schema["placed_at"])
    seconds = pl.col("r") % (3 * 365 * 86_400)
    fate = pl.col("r") // 7 % 100
    orders = base.select(
        store=pl.lit("main"),
        order_key=pl.col("n").cast(pl.String),
        source=pl.lit("made"),
        kind=pl.lit("purchase"),
        placed_at=placed + pl.duration(seconds=seconds),
        placed_on=pl.lit(date(2026, 1, 1)),
        payment_state=pl.when(fate < 3).then(pl.lit("refunded")).when(fate < 5).then(pl.lit("pending")).otherwise(pl.lit("paid")),
        paid_at=pl.when(fate >= 5).then(placed + pl.duration(seconds=seconds + pl.col("r") % 90_000)),
        currency=pl.lit("EUR"),
        order_total=500 + pl.col("r") % 20_000,
        refunded=pl.when(fate < 3).then(500 + pl.col("r") % 20_000).when(fate == 6).then(100).otherwise(0),
        tip=pl.lit(0, dtype=pl.Int64),
        person_key="e:" + (pl.col("r") // 3 % clients).cast(pl.String),
    )  # fmt: skip
    # The local day, which windows are cut by.
    orders = orders.with_columns(placed_on=pl.col("placed_at").dt.convert_time_zone(ZONE).dt.date())
    BY_NAME["orders"].conform(orders).sort("person_key").write_parquet(folder / "orders.parquet")
    lines = base.join(pl.select(line_no=pl.int_range(1, 3, dtype=pl.Int32)), how="cross").select(
        store=pl.lit("main"),
        order_key=pl.col("n").cast(pl.String),
        placed_on=pl.lit(date(2026, 1, 1)),
        line_no="line_no",
        product="Candle No "
        + ((pl.col("r") // 11 + pl.col("line_no") % 2) % 600).cast(pl.String)
        + " - large",
        quantity_milli=pl.lit(1000, dtype=pl.Int64),
        is_tip=pl.lit(value=False),
    )
    BY_NAME["order_lines"].conform(lines).write_parquet(folder / "order_lines.parquet")
    keys = orders.select("person_key").unique().sort("person_key")
    keys.with_columns(client_id="person_key").write_parquet(folder / "identities.parquet")


if __name__ == "__main__":
    sys.exit(main())

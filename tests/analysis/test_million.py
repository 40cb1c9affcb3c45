"""A million orders: every metric, score and cohort beside SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.analysis.cohorts import cohorts
from clientlens.analysis.metrics import client_metrics
from clientlens.model.facts import Facts
from clientlens.model.tables import BY_NAME
from clientlens.model.timeframes import AsOf

ORDERS, LINES, CLIENTS = 1_000_000, 2_000_000, 200_000
FIRST = datetime(2023, 1, 1, tzinfo=UTC)
AS_OF = AsOf(datetime(2025, 12, 31, 22, 59, 59, 999999, tzinfo=UTC), date(2025, 12, 31), explicit=True)


def _drawn(number, below):
    """A number from 0 to below - 1 for each row, another one by `number`."""
    return (pl.col("n").hash(number) % below).cast(pl.Int64)


def _of(number, values):
    return _drawn(number, len(values)).replace_strict(dict(enumerate(values)))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Where the facts lie as Parquet, one file a table; most clients with a few orders, some with hundreds."""
    folder = tmp_path_factory.mktemp("million")
    orders = (
        pl.int_range(ORDERS, eager=True)
        .to_frame("n")
        .with_columns(
            store=pl.lit("main"),
            order_key=pl.col("n").cast(pl.String),
            source=pl.lit("plain_csv"),
            kind=pl.lit("purchase"),
            placed_at=(pl.lit(FIRST) + pl.duration(seconds=_drawn(2, 94_000_000))).cast(
                pl.Datetime("us", "UTC")
            ),
            payment_state=_of(3, ["paid"] * 4 + ["refunded", "pending"]),
            currency=_of(4, ["EUR"] * 3 + ["USD"]),
            order_total=_drawn(5, 20_000),
            refunded=_of(6, [0] * 4 + [100]),
            price=pl.when(_drawn(10, 9) > 0).then(_drawn(7, 15_000)),
            tip=_of(8, [0, 0, 100]),
            discount=_of(9, [None, 0, 500]),
            rating_milli=_of(11, [None, None, 3500, 4000, 5000]),
            person_key=pl.format("e:c{}", (CLIENTS * (_drawn(1, 999_983) / 999_983) ** 2).cast(pl.Int64)),
        )
        .with_columns(
            paid_at="placed_at", placed_on=pl.col("placed_at").dt.convert_time_zone("Europe/Rome").dt.date()
        )
    )
    lines = (
        pl.int_range(LINES, eager=True)
        .to_frame("n")
        .select(
            store=pl.lit("main"),
            order_key=_drawn(20, ORDERS).cast(pl.String),
            line_no=pl.col("n").cast(pl.Int32) + 1,
            product=pl.format("Article {}", _drawn(21, 300)),
            category=pl.format("Kind {}", _drawn(21, 300) % 7),
            quantity_milli=_drawn(22, 4) * 500 + 500,
            is_tip=_drawn(23, 50) == 0,
        )
        .join(orders.select("order_key", "placed_on", "person_key"), on="order_key")
    )
    identities = orders.select("person_key", client_id=pl.col("person_key").str.slice(2)).unique()
    clients = identities.select(
        "client_id", name="client_id", anonymous=pl.col("client_id").str.ends_with("7")
    )
    made = {"orders": orders, "order_lines": lines, "identities": identities, "clients": clients}
    for name, table in BY_NAME.items():
        frame = table.conform(made[name]) if name in made else pl.DataFrame(schema=table.schema)
        frame.sort(table.sort).write_parquet(folder / f"{name}.parquet")
    return folder


@pytest.mark.slow
def test_a_million_orders_are_what_sql_says(files, oracle, metric_oracle):
    facts = Facts(
        **{name: pl.scan_parquet(files / f"{name}.parquet") for name in BY_NAME}, timezone="Europe/Rome"
    )
    con = oracle.connect(**{name: files / f"{name}.parquet" for name in oracle.TABLES})
    asked = {"instant": AS_OF.instant, "completed_when": "paid", "home": "EUR"}
    rules = {"as_of": AS_OF, "completed_when": "paid", "home_currency": "EUR"}
    found = client_metrics(facts, **rules)
    wanted = metric_oracle.metrics(con, oracle._facts_sql, day=AS_OF.day, **asked)
    assert found.height == len(wanted)
    names = list(next(iter(wanted.values())))
    differ = [
        row["client_id"]
        for row in found.iter_rows(named=True)
        if {name: row[name] for name in names} != wanted[row["client_id"]]
    ]
    assert differ == []
    scores = metric_oracle.rfm(con, oracle._facts_sql, **asked)
    scored = found.filter(pl.col("r_score").is_not_null())
    assert {
        client: list(rest)
        for client, *rest in scored.select("client_id", "r_score", "f_score", "m_score").rows()
    } == scores
    rows = cohorts(facts, **rules).rows
    assert rows.drop("currency").rows() == metric_oracle.cohorts(
        con, oracle._facts_sql, whole=AS_OF.day, by="month", **asked
    )

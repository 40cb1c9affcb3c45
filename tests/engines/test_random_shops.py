"""Any shop: DuckDB gives the rows that Polars gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from runpy import run_path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.duckdb_engine import DuckDB
from clientlens.analysis.insights import insights
from clientlens.analysis.leaderboard import leaderboard
from clientlens.analysis.metric_answers import metrics
from clientlens.model.tables import REVIEWS, TABLES
from clientlens.model.timeframes import as_of_from_date, parse_window

SHOP = run_path(str(Path(__file__).resolve().parents[1] / "analysis" / "conftest.py"))
REVIEW = run_path(str(Path(__file__).with_name("awkward.py")))["review"]
START = datetime(2026, 2, 26, 20, tzinfo=UTC)
PRODUCTS = ["Soap", "soap", "Candle", "Candle - red", "Äpfel", "Straße 1", "Candle - "]

CLIENTS = st.sampled_from(["anna", "anna+b", "ben", "cleo", "dora"])
# Few moments, so that many orders share one; some on the edge of a day in Rome.
MOMENTS = st.integers(0, 40).map(lambda number: START + timedelta(hours=number * 3))
AMOUNTS = st.sampled_from([-500, 0, 1, 999, 1000, 1000, 2**40 + 1])
ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "client": st.none() | CLIENTS,
            "on": MOMENTS,
            "store": st.sampled_from(["main", "MAIN ", "Ärger"]),
            "payment_state": st.sampled_from(["paid"] * 5 + ["partially_refunded", "refunded", "pending"]),
            "paid_at": st.none() | MOMENTS,
            "fulfilled_at": st.none() | MOMENTS,
            "cancelled_at": st.none() | st.none() | MOMENTS,
            "currency": st.sampled_from(["EUR", "EUR", "JPY"]),
            "order_total": AMOUNTS,
            "refunded": st.sampled_from([0, 0, 0, 1, 1000]),
            "price": st.none() | AMOUNTS,
            "tip": st.sampled_from([0, 100]),
            "rating_milli": st.none() | st.sampled_from([1000, 3333, 4500]),
            "products": st.lists(st.sampled_from(PRODUCTS), max_size=3),
        }
    ),
    min_size=1,
    max_size=14,
)
WRITTEN = st.lists(
    st.tuples(
        CLIENTS,
        MOMENTS,
        st.none() | st.integers(1, 5),
        st.sampled_from(["main", "Main", "ärger", "other"]),
        st.none() | st.integers(0, 14).map(str),
        st.none() | st.sampled_from(PRODUCTS),
    ),
    max_size=8,
)


def _facts(drawn, reviews):
    orders, lines = [], []
    for number, one in enumerate(drawn):
        row = dict(one)
        products = row.pop("products")
        orders.append(SHOP["order"](str(number), row.pop("client"), row.pop("on"), number=str(number), **row))
        lines += [(str(number), product, row["store"]) for product in products]
    facts = SHOP["facts_of"](orders, lines)
    rows = [
        REVIEW(str(key), client, at, stars, seller=seller, order_id=order, service=service)
        for key, (client, at, stars, seller, order, service) in enumerate(reviews)
    ]
    return replace(facts, reviews=pl.LazyFrame(rows, schema=REVIEWS.schema, orient="row"))


class _InMemory(DuckDB):
    """DuckDB on frames instead of files, which would take most of the time here."""

    def __init__(self, facts):
        super().__init__({})
        self._frames = {table.name: getattr(facts, table.name).collect() for table in TABLES}

    def table(self, table):
        return self.small(self._frames[table.name])


@settings(deadline=None, max_examples=20)
@given(
    orders=ORDERS,
    reviews=WRITTEN,
    day=st.sampled_from([date(2026, 2, 28), date(2026, 3, 2), date(2026, 12, 31)]),
    completed_when=st.sampled_from(["paid", "fulfilled", "paid_or_fulfilled"]),
    window=st.sampled_from(["all", "3d", "month-to-date"]),
    question=st.sampled_from(["insights", "insights", "leaderboard", "metrics"]),
)
def test_any_shop_has_the_same_answers_on_duckdb(orders, reviews, day, completed_when, window, question):
    facts = _facts(orders, reviews)
    engine = _InMemory(facts)
    options = {"as_of": as_of_from_date(day, "Europe/Rome"), "completed_when": completed_when}
    more = {"home_currency": "EUR", "ignore": ["ÄPFEL", "STRASSE%"]}
    windows = [parse_window(text) for text in (window, "60d")]
    both = ["with_you", "platform"]
    ask = {
        "insights": lambda **on: insights(facts, windows=windows, scopes=both, **more, **options, **on),
        "leaderboard": lambda **on: leaderboard(
            facts, window=windows[0], rank_by="average", anonymous=True, **options, **on
        ),
        "metrics": lambda **on: metrics(facts, **more, **options, **on),
    }[question]
    ours, theirs = ask(), ask(engine=engine)
    assert theirs.rows.to_dicts() == ours.rows.to_dicts()
    assert theirs.notes == ours.notes

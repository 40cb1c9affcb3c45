"""Every engine gives the rows that Polars gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from runpy import run_path

import pytest

from clientlens.analysis import engines
from clientlens.analysis.insights import insights
from clientlens.analysis.leaderboard import RankBy, leaderboard
from clientlens.analysis.metric_answers import metrics
from clientlens.analysis.rates import parse_rates
from clientlens.model.timeframes import as_of_from_date, parse_window

AS_OF = as_of_from_date(date(2026, 3, 31), "Europe/Rome")
LATER = as_of_from_date(date(2026, 12, 31), "Europe/Rome")
BOTH = [parse_window("all"), parse_window("60d")]
SCOPES = ["with_you", "platform"]
WINDOWS = ["all", "30d", "6m", "last-month", "quarter-to-date", "2025-11-01..2026-02-28"]
IGNORED = ["geschenk äpfel_%", "STRASSE%", "s_ap", "% straSSe", "ß STRAßE"]
RATES = parse_rates(
    b"date,currency,rate\n2020-01-01,USD,0.9213333333\n2026-03-07,USD,0.5\n2020-01-01,JPY,0.0061234567\n"
    b"2020-01-01,EUR,1\n",
    "rates.csv",
)


@pytest.fixture(scope="module")
def awkward(stored, shop):
    facts = run_path(str(Path(__file__).with_name("awkward.py")))["awkward_facts"](shop)
    return stored(facts, lacking=("rating_milli", "external_id", "vendor", "category"))


@pytest.fixture(scope="module")
def random_shop(stored, shop):
    return stored(shop.random_facts(7, clients=60, orders=500))


def same(question, facts, engine, **options):
    ours, theirs = question(facts, **options), question(facts, engine=engine, **options)
    assert ours.rows.height
    assert theirs.rows.schema == ours.rows.schema
    assert theirs.rows.to_dicts() == ours.rows.to_dicts()
    assert (theirs.notes, theirs.title) == (ours.notes, ours.title)
    return ours


def test_insights_of_awkward_orders_in_both_scopes_and_two_windows(engine, on, awkward):
    paths, facts = awkward
    options = {"windows": BOTH, "as_of": AS_OF, "completed_when": "paid", "ignore": IGNORED}
    answer = same(insights, facts, on(engine, paths), scopes=SCOPES, home_currency="EUR", **options)
    rated = {
        (row["client_id"], row["currency"]): row["average_rating"]
        for row in answer.rows.to_dicts()
        if row["window"] == "all" and row["scope"] == "with_you"
    }
    # anna's EUR: order 1 has (5 + 4 + 4) / 3 = 4.333, order 3 has 3, that of ΟΔΟΣ has 2: 9.333 / 3 = 3.111.
    # fay: 1 by review and 1 by the file of order 3 (4.5 gave way to the review).
    assert (rated["anna", "EUR"], rated["fay", "EUR"]) == (31110, 10000)


def test_insights_of_named_clients(engine, on, awkward, monkeypatch):
    """So many that they are joined, not listed in the query; in one currency."""
    monkeypatch.setattr(engines, "LISTED", 1)
    paths, facts = awkward
    options = {"windows": BOTH, "as_of": AS_OF, "completed_when": "paid", "clients": ["fay", "anna", "ben"]}
    same(insights, facts, on(engine, paths), rates=RATES, home_currency="EUR", scopes=SCOPES, **options)


def test_metrics(engine, on, awkward):
    paths, facts = awkward
    options = {"as_of": AS_OF, "completed_when": "paid", "home_currency": "EUR", "ignore": IGNORED}
    same(metrics, facts, on(engine, paths), **options)


@pytest.mark.parametrize("completed_when", ["fulfilled", "paid_or_fulfilled"])
def test_insights_by_fulfilment(on, awkward, completed_when):
    paths, facts = awkward
    options = {"windows": BOTH[:1], "as_of": LATER, "completed_when": completed_when}
    same(insights, facts, on("duckdb", paths), **options)


def test_answers_of_a_larger_shop(on, random_shop):
    paths, facts = random_shop
    asked = on("duckdb", paths)
    options = {"as_of": AS_OF, "completed_when": "paid", "home_currency": "EUR", "ignore": ["Gift%"]}
    windows = [parse_window(text) for text in ("60d", "all", "last-quarter")]
    same(insights, facts, asked, windows=windows, scopes=SCOPES, **options)
    same(insights, facts, asked, windows=windows[:1], clients=["c000", "c007", "c000"], **options)
    same(metrics, facts, asked, **options)


@pytest.mark.parametrize("rank_by", RankBy)
@pytest.mark.parametrize("window", WINDOWS)
def test_leaderboards(engine, on, random_shop, window, rank_by):
    paths, facts = random_shop
    options = {"as_of": AS_OF, "completed_when": "paid", "rank_by": rank_by, "window": parse_window(window)}
    same(leaderboard, facts, on(engine, paths), **options)


def test_leaderboards_of_awkward_orders(engine, on, awkward):
    paths, facts = awkward
    asked = on(engine, paths)
    options = {"as_of": AS_OF, "completed_when": "paid", "window": parse_window("all"), "anonymous": True}
    answer = same(leaderboard, facts, asked, **options)
    ranks = {(row["client_id"], row["currency"]): row["rank"] for row in answer.rows.to_dicts()}
    assert ranks["ben", "EUR"] == ranks["cleo", "EUR"]
    same(leaderboard, facts, asked, **options, stores=["ΟΔΟΣ"], min_orders=2)
    same(leaderboard, facts, asked, **options, rates=RATES, home_currency="EUR")


def test_a_shop_without_anything(engine, on, stored, shop):
    paths, facts = stored(shop.facts_of([]))
    options = {"as_of": AS_OF, "completed_when": "paid", "engine": on(engine, paths)}
    assert insights(facts, windows=BOTH, **options).rows.is_empty()
    assert leaderboard(facts, window=BOTH[0], **options).rows.is_empty()

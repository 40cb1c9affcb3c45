"""Every figure of insights and leaderboard against the same question asked in SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from clientlens.analysis.insight_figures import favourite, figures, product_counts
from clientlens.analysis.insights import insights
from clientlens.analysis.leaderboard import leaderboard
from clientlens.analysis.order_facts import order_facts
from clientlens.model.timeframes import AsOf, parse_window

# Rome is two hours ahead of UTC on both days. The windows' days are worked out by hand.
END_OF_MARCH = AsOf(datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 3, 31), explicit=True)
ONE_JULY_MORNING = AsOf(datetime(2025, 7, 15, 8, tzinfo=UTC), date(2025, 7, 15), explicit=False)
MOMENTS = {
    "end of March": (
        END_OF_MARCH,
        {
            "all": (None, "2026-03-31", None),
            "60d": ("2026-01-31", "2026-03-31", ("2025-12-02", "2026-01-30")),
            "6m": ("2025-10-01", "2026-03-31", ("2025-04-01", "2025-09-30")),
            "last-month": ("2026-02-01", "2026-02-28", ("2026-01-01", "2026-01-31")),
            "year-to-date": ("2026-01-01", "2026-03-31", ("2025-01-01", "2025-03-31")),
        },
    ),
    "a morning in July": (
        ONE_JULY_MORNING,
        {
            "all": (None, "2025-07-15", None),
            "26w": ("2025-01-15", "2025-07-15", ("2024-07-17", "2025-01-14")),
            "last-quarter": ("2025-04-01", "2025-06-30", ("2025-01-01", "2025-03-31")),
            "2024-02-01..2025-01-31": ("2024-02-01", "2025-01-31", ("2023-02-01", "2024-01-31")),
        },
    ),
}
ASKED = [(moment, window) for moment, (_, windows) in MOMENTS.items() for window in windows]


@pytest.fixture(scope="module")
def facts(shop):
    return shop.random_facts(2026)


@pytest.fixture(scope="module")
def con(facts, oracle):
    return oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})


def asked(moment, window):
    as_of, windows = MOMENTS[moment]
    first, last, previous = windows[window]
    return as_of, {"instant": as_of.instant, "first": first, "last": last}, previous


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("completed_when", ["paid", "fulfilled", "paid_or_fulfilled"])
def test_each_order_has_the_status_that_sql_gives_it(facts, con, oracle, moment, completed_when):
    as_of = MOMENTS[moment][0]
    ours = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    found = {
        (store, key): status
        for store, key, status in ours.select("store", "order_key", "status").collect().rows()
    }
    assert found == oracle.statuses(con, instant=as_of.instant, completed_when=completed_when)
    assert set(found.values()) == {"completed", "in_progress", "cancelled"}


@pytest.mark.parametrize(("moment", "window"), ASKED)
@pytest.mark.parametrize("completed_when", ["paid", "paid_or_fulfilled"])
def test_insights_of_everyone_are_what_sql_says(facts, con, oracle, moment, window, completed_when):
    as_of, days, _ = asked(moment, window)
    answer = insights(
        facts,
        windows=[parse_window(window)],
        as_of=as_of,
        completed_when=completed_when,
        novice_below=5,
        ignore=["gift card%"],
    )
    wanted = oracle.insights(con, **days, completed_when=completed_when, novice_below=5, never="Gift card%")
    assert wanted
    columns = next(iter(wanted.values()))
    assert {
        (row["client_id"], row["currency"]): {name: row[name] for name in columns}
        for row in answer.rows.iter_rows(named=True)
    } == wanted


def test_several_windows_at_once_are_each_as_if_asked_alone(facts):
    options = {"as_of": END_OF_MARCH, "completed_when": "paid"}
    windows = [parse_window(text) for text in ("60d", "all", "last-month")]
    together = insights(facts, windows=windows, **options).rows
    for window in windows:
        alone = insights(facts, windows=[window], **options).rows.sort("client_id", "currency")
        assert alone.equals(together.filter(together["window"] == window.label).sort("client_id", "currency"))


@pytest.mark.parametrize(("moment", "window"), ASKED)
@pytest.mark.parametrize("rank_by", ["spend", "purchases", "average"])
@pytest.mark.parametrize(
    "options",
    [{}, {"top": 5, "min_orders": 2, "store": "main"}, {"top": 20, "anonymous": True}],
    ids=["whole", "main store, two orders, top 5", "with anonymous clients, top 20"],
)
def test_the_leaderboard_is_what_sql_says(facts, con, oracle, moment, window, rank_by, options):
    as_of, days, previous = asked(moment, window)
    wanted = oracle.leaderboard(
        con, **days, previous=previous, completed_when="paid", rank_by=rank_by, **options
    )
    ours = {"top": None, **options}
    store = ours.pop("store", None)
    answer = leaderboard(
        facts,
        as_of=as_of,
        window=parse_window(window),
        completed_when="paid",
        rank_by=rank_by,
        stores=None if store is None else [store],
        **ours,
    )
    assert wanted
    assert answer.rows.drop("name", "email").to_dicts() == wanted


def test_the_counting_runs_on_duckdb_as_it_does_on_polars(facts, con):
    spans = [parse_window(text).days(END_OF_MARCH) for text in ("all", "60d")]
    options = {"as_of": END_OF_MARCH, "completed_when": "paid_or_fulfilled"}
    here = order_facts(facts.orders, facts.identities, **options)
    there = order_facts(con.table("orders"), con.table("identities"), **options)
    here = here.with_columns(stars_milli="rating_milli")
    there = there.project("*, rating_milli AS stars_milli")
    counts_here = product_counts(here, facts.order_lines, spans, ["gift card%"])
    counts_there = product_counts(there, con.table("order_lines"), spans, ["gift card%"])
    ours = [figures(here, spans), *(favourite(counts_here, i) for i in range(2))]
    theirs = [figures(there, spans), *(favourite(counts_there, i) for i in range(2))]
    keys = ["client_id", "currency"]
    for one, other in zip(ours, theirs, strict=True):
        assert one.collect().sort(keys).equals(other.pl().sort(keys))

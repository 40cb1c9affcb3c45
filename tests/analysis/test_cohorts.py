"""Cohorts of a small shop worked out by hand, and of random shops beside SQL."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from clientlens.analysis.cohorts import Period, cohort_summary, cohorts, parse_minimum_age
from clientlens.analysis.order_facts import order_facts
from clientlens.errors import BadMinimumAge, BadWindow
from clientlens.model.timeframes import AsOf, as_of_from_date

RULES = {"completed_when": "paid", "home_currency": "EUR"}
END_OF_MAY = as_of_from_date(date(2026, 5, 31), "Europe/Rome")
LATE_IN_MAY = AsOf(datetime(2026, 5, 31, 20, tzinfo=UTC), date(2026, 5, 31), explicit=False)


@pytest.fixture(scope="module")
def small(shop):
    """January: ann, bob, cat. March: dan. Ann is back in February and April, Bob in March, Dan in May."""
    order = shop.order
    return shop.facts_of(
        [
            order("1", "ann", "2026-01-05", order_total=1000),
            order("2", "bob", "2026-01-31", order_total=2001),
            order("3", "cat", "2026-01-10", order_total=500, currency="USD"),
            order("4", "ann", "2026-02-01", order_total=3000, refunded=1000),
            order("5", "ann", "2026-02-20", order_total=100),
            order("6", "bob", "2026-03-01", order_total=400),
            order("7", "dan", "2026-03-15", order_total=700),
            order("8", "ann", "2026-04-30", order_total=50),
            order("9", "dan", "2026-05-31", order_total=800),
            # What is not completed, nobody's, or later begins no cohort and fills none.
            order("10", "eva", "2026-01-05", payment_state="voided", paid_at=None),
            order("11", None, "2026-01-05"),
            order("12", "cat", "2026-06-01"),
            order("13", "fay", "2026-06-01"),
        ]
    )


def rows_of(answer, *names):
    return answer.rows.select("cohort", "period", *names).rows()


def test_retention_counts_who_ordered_in_each_later_month(small):
    answer = cohorts(small, as_of=END_OF_MAY, **RULES)
    assert rows_of(answer, "clients", "active", "retention") == [
        ("2026-01", 0, 3, 3, 10000),
        ("2026-01", 1, 3, 1, 3333),  # Ann, twice
        ("2026-01", 2, 3, 1, 3333),  # Bob
        ("2026-01", 3, 3, 1, 3333),  # Ann
        ("2026-01", 4, 3, 0, 0),
        ("2026-03", 0, 1, 1, 10000),
        ("2026-03", 1, 1, 0, 0),
        ("2026-03", 2, 1, 1, 10000),  # Dan on the last day of May
    ]
    assert answer.rows["complete"].all()


def test_revenue_is_net_in_the_home_currency_and_adds_up(small):
    answer = cohorts(small, as_of=END_OF_MAY, **RULES)
    assert rows_of(answer, "revenue", "cumulative_revenue", "cumulative_revenue_per_client") == [
        ("2026-01", 0, 3001, 3001, 1000),  # 10.00 + 20.01, dollars apart; / 3 = 10.00(3)
        ("2026-01", 1, 2100, 5101, 1700),  # 30 - 10 + 1
        ("2026-01", 2, 400, 5501, 1834),  # 1833.67
        ("2026-01", 3, 50, 5551, 1850),
        ("2026-01", 4, 0, 5551, 1850),
        ("2026-03", 0, 700, 700, 700),
        ("2026-03", 1, 0, 700, 700),
        ("2026-03", 2, 800, 1500, 1500),
    ]
    assert set(answer.rows["currency"]) == {"EUR"}


def test_a_period_that_is_not_over_is_null_and_not_0(small):
    answer = cohorts(small, as_of=LATE_IN_MAY, **RULES)
    masked = answer.rows.filter(~pl.col("complete"))
    assert masked.select("cohort", "period").rows() == [("2026-01", 4), ("2026-03", 2)]
    figures = ["active", "retention", "revenue", "cumulative_revenue", "cumulative_revenue_per_client"]
    assert masked.select(figures).rows() == [(None,) * 5] * 2
    assert masked["clients"].to_list() == [3, 1]
    whole = cohorts(small, as_of=END_OF_MAY, **RULES).rows.join(masked, on=["cohort", "period"], how="anti")
    assert answer.rows.filter("complete").equals(whole)


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (Period.YEAR, [("2026", 0)]),
        (Period.QUARTER, [("2026-Q1", 0), ("2026-Q1", 1)]),
        (Period.MONTH, [*(("2026-01", n) for n in range(5)), *(("2026-03", n) for n in range(3))]),
    ],
)
def test_each_cohort_has_every_period_up_to_now(small, by, found):
    assert rows_of(cohorts(small, as_of=LATE_IN_MAY, by=by, **RULES)) == found


def test_weeks_are_those_of_iso(shop):
    # 2025-12-29 is the Monday of the first week of 2026; 2027-01-03 the Sunday of the last one, the 53rd.
    order = shop.order
    days = ["2025-12-28", "2025-12-29", "2026-01-04", "2026-01-05", "2027-01-03", "2027-01-04"]
    facts = shop.facts_of([order(str(n), f"c{n}", day) for n, day in enumerate(days)])
    answer = cohorts(facts, as_of=as_of_from_date(date(2027, 1, 10), "UTC"), by=Period.WEEK, **RULES)
    sizes = answer.rows.filter(period=0).select("cohort", "clients").rows()
    assert sizes == [("2025-W52", 1), ("2026-W01", 2), ("2026-W02", 1), ("2026-W53", 1), ("2027-W01", 1)]
    assert answer.rows.filter(cohort="2025-W52")["period"].max() == 54


def test_nothing_ordered_makes_no_cohort(shop):
    answer = cohorts(shop.facts_of([]), as_of=END_OF_MAY, completed_when="paid", home_currency=None)
    assert answer.rows.is_empty()
    assert answer.notes == ()


def test_the_repeat_purchase_rate_is_of_those_who_came_long_enough_ago(small):
    def asked(age, as_of=END_OF_MAY):
        answer = cohort_summary(small, as_of=as_of, completed_when="paid", minimum_age=parse_minimum_age(age))
        assert answer.single
        return answer.rows.row(0)[1:]

    # Ann, Bob, Cat and Dan; Ann was back after 27 days, Bob after 29, Dan after 77; Cat only in June.
    assert asked("77d") == (77, 4, 3, 7500, 3, 7500)  # Dan came on 15 March, just 77 days ago
    assert asked("78d") == (78, 3, 2, 6667, 2, 6667)
    assert asked("1d") == (1, 4, 3, 7500, 0, 0)
    assert asked("4w") == (28, 4, 3, 7500, 1, 2500)
    assert asked("1y") == (365, 0, 0, None, 0, None)
    # Four months before the last day of May is the last day of January, when Bob came.
    assert asked("4m") == (120, 3, 2, 6667, 2, 6667)


@pytest.mark.parametrize("text", ["all", "last-month", "2026-01-01..2026-02-01"])
def test_an_age_is_a_number_of_days_weeks_months_or_years(text):
    with pytest.raises(BadMinimumAge):
        parse_minimum_age(text)


def test_an_age_that_is_no_window_either_is_refused():
    with pytest.raises(BadWindow):
        parse_minimum_age("90")


# --- over random shops --------------------------------------------------------------------------------

MOMENTS = [
    AsOf(datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC), date(2026, 3, 31), explicit=True),
    AsOf(datetime(2025, 8, 20, 8, tzinfo=UTC), date(2025, 8, 20), explicit=False),
]


@pytest.mark.parametrize("by", Period)
@pytest.mark.parametrize("as_of", MOMENTS, ids=lambda moment: str(moment.day))
def test_cohorts_are_what_sql_says(shop, oracle, metric_oracle, by, as_of):
    facts = shop.random_facts(33)
    con = oracle.connect(**{name: getattr(facts, name) for name in oracle.TABLES})
    wanted = metric_oracle.cohorts(
        con,
        oracle._facts_sql,
        instant=as_of.instant,
        # Up to this day everything has happened.
        whole=as_of.day if as_of.explicit else as_of.day - timedelta(days=1),
        completed_when="paid",
        home="EUR",
        by=by.value,
    )
    found = cohorts(facts, as_of=as_of, by=by, **RULES).rows
    assert found.drop("currency").rows() == wanted
    assert len(wanted) >= 3


@pytest.mark.parametrize("by", Period)
def test_cells_add_up_to_all_clients_and_all_revenue(shop, by):
    facts = shop.random_facts(34)
    # The last day of a year, so that every period is over but the current week.
    as_of = as_of_from_date(date(2027, 1, 3) if by is Period.WEEK else date(2026, 12, 31), "Europe/Rome")
    rows = cohorts(facts, as_of=as_of, by=by, **RULES).rows
    done = (
        order_facts(facts.orders, facts.identities, as_of=as_of, completed_when="paid")
        .filter(pl.col("status") == "completed", pl.col("client_id").is_not_null())
        .collect()
    )
    assert rows["complete"].all()
    assert rows.filter(period=0)["clients"].sum() == done["client_id"].n_unique()
    assert rows["revenue"].sum() == done.filter(currency="EUR")["net_total"].sum()
    assert (rows["retention"] <= 10_000).all()
    assert (rows.filter(period=0)["retention"] == 10_000).all()


@pytest.mark.parametrize("as_of", MOMENTS, ids=lambda moment: str(moment.day))
def test_nothing_after_the_instant_changes_anything(shop, as_of):
    facts = shop.random_facts(35)
    earlier = {name: getattr(facts, name) for name in facts.__slots__}
    earlier["orders"] = facts.orders.filter(pl.col("placed_at") <= as_of.instant)
    rows = cohorts(facts, as_of=as_of, **RULES).rows
    assert rows.equals(cohorts(type(facts)(**earlier), as_of=as_of, **RULES).rows)
    assert rows.height > 100


def test_of_some_clients_alone_it_is_as_if_there_were_no_others(shop):
    facts = shop.random_facts(7)
    everybody = sorted(facts.clients.collect()["client_id"])
    some = everybody[::3]
    theirs = facts.identities.filter(pl.col("client_id").is_in(some)).select("person_key")
    parts = {name: getattr(facts, name) for name in inspect.signature(type(facts)).parameters}
    alone = type(facts)(**{**parts, "orders": facts.orders.join(theirs, on="person_key", how="semi")})
    asked = {"as_of": END_OF_MAY, "minimum_age": parse_minimum_age("90d")}
    among = cohorts(facts, among=some, **asked, **RULES)
    assert among.rows.equals(cohorts(alone, **asked, **RULES).rows)
    assert not among.rows.equals(cohorts(facts, **asked, **RULES).rows)
    assert among.notes == cohorts(alone, **asked, **RULES).notes
    summary = cohort_summary(facts, among=some, completed_when="paid", **asked)
    assert summary.rows.equals(cohort_summary(alone, completed_when="paid", **asked).rows)
    nobody = cohorts(facts, among=[], **asked, **RULES)
    assert nobody.rows.is_empty()

"""Metrics, segments and cohorts of the sample shops: beside SQL, and as they look."""

from __future__ import annotations

import runpy
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from clientlens.workspace.workspace import Workspace

ANALYSIS = Path(__file__).resolve().parents[1] / "analysis"
# End of 2026-10-31 in Berlin, after the clocks went back.
INSTANT = datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC)
DAY = date(2026, 10, 31)
SCALES = {
    "mean_days_between_orders": 1,
    "median_days_between_orders": 1,
    "items_per_order": 2,
    "average_rating": 4,
    **dict.fromkeys(("total_spend", "spend_last_365_days", "average_order_amount", "average_order_price"), 2),
    **dict.fromkeys(("refund_share", "discount_share", "tip_frequency", "completion_rate"), 4),
}
CLIENT = "theodelaroche-vernet@mail.example"


@pytest.fixture(scope="module")
def oracle():
    return runpy.run_path(str(ANALYSIS / "oracle.py"))


@pytest.fixture(scope="module")
def metric_oracle():
    return runpy.run_path(str(ANALYSIS / "metric_oracle.py"))


@pytest.fixture(scope="module")
def con(sample, oracle):
    with Workspace.open(sample) as opened:
        facts = opened.facts()
        return oracle["connect"](**{name: getattr(facts, name).collect() for name in oracle["TABLES"]})


def number(value):
    return None if value is None else Decimal(str(value))


def unscaled(row):
    """Figures as the numbers that JSON shows."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else number(value) / 10 ** SCALES[name]
        if name in SCALES and value is not None
        else value
        for name, value in row.items()
    }


def test_metrics_are_what_sql_says(shown, con, oracle, metric_oracle):
    wanted = metric_oracle["metrics"](
        con, oracle["_facts_sql"], instant=INSTANT, day=DAY, completed_when="paid", home="USD"
    )
    rows = shown("metrics", "--json").json
    names = list(next(iter(wanted.values())))
    assert len(rows) > 400
    assert {
        row["client_id"]: {name: number(row[name]) if name in SCALES else row[name] for name in names}
        for row in rows
    } == {client: unscaled(row) for client, row in wanted.items()}


def test_scores_are_what_sql_says(shown, con, oracle, metric_oracle):
    wanted = metric_oracle["rfm"](
        con, oracle["_facts_sql"], instant=INSTANT, completed_when="paid", home="USD"
    )
    rows = [row for row in shown("segments", "--clients", "--json").json if row["r_score"] is not None]
    assert {row["client_id"]: [row["r_score"], row["f_score"], row["m_score"]] for row in rows} == wanted


@pytest.mark.parametrize("by", ["week", "month", "quarter", "year"])
def test_cohorts_are_what_sql_says(shown, con, oracle, metric_oracle, by):
    wanted = metric_oracle["cohorts"](
        con,
        oracle["_facts_sql"],
        instant=INSTANT,
        whole=DAY,
        completed_when="paid",
        home="USD",
        by=by,
    )
    scales = {"retention": 4, "revenue": 2, "cumulative_revenue": 2, "cumulative_revenue_per_client": 2}
    rows = shown("cohorts", "--by", by, "--json").json
    assert [
        tuple(
            int(number(value) * 10 ** scales[name]) if name in scales and value is not None else value
            for name, value in row.items()
            if name != "currency"
        )
        for row in rows
    ] == wanted


def test_checkouts_are_those_of_the_list_of_clients(shown):
    listed = {row["client_id"]: row for row in shown("clients", "--json").json}
    rows = shown("metrics", "--json").json
    assert {row["client_id"] for row in rows} == set(listed)
    for row in rows:
        one = listed[row["client_id"]]
        assert row["abandoned_checkouts"] == one["abandoned_checkouts"]
        assert row["recovered_checkouts"] == one["recovered_checkouts"]
        assert row["open_checkouts"] == row["abandoned_checkouts"] - row["recovered_checkouts"]
    assert sum(row["abandoned_checkouts"] for row in rows) > 50


def test_figures_that_insights_show_too_are_the_same_where_one_currency_was_paid(shown):
    insights = shown("insights", "--json").json
    once = {client for client, times in Counter(row["client_id"] for row in insights).items() if times == 1}
    metrics = {row["client_id"]: row for row in shown("metrics", "--json").json}
    names = (
        *("completed_orders", "tip_frequency", "last_order_date", "preferred_service"),
        *("completion_rate", "experience", "average_rating"),
    )
    compared = 0
    for row in insights:
        if row["client_id"] in once:
            compared += 1
            assert {name: row[name] for name in names} == {
                name: metrics[row["client_id"]][name] for name in names
            }
            if row["currency"] == "USD":
                assert row["average_order_price"] == metrics[row["client_id"]]["average_order_price"]
    assert compared > 300


def test_the_row_of_one_client_is_that_of_the_run_over_all(ask, shown):
    (row,) = ask("metrics", CLIENT, "--json").json
    assert row in shown("metrics", "--json").json


def test_cells_add_up_to_the_clients(shown):
    cells = shown("segments", "--json").json
    clients = shown("segments", "--clients", "--json").json
    assert sum(cell["clients"] for cell in cells) == len(clients)
    assert sum(Decimal(cell["revenue"]) for cell in cells) == sum(
        Decimal(row["monetary"] or 0) for row in clients
    )
    assert Counter(row["segment"] for row in clients) == {
        name: count
        for name in {cell["segment"] for cell in cells}
        if (count := sum(cell["clients"] for cell in cells if cell["segment"] == name))
    }


def test_one_segment_lists_its_clients(ask, shown):
    rows = ask("segments", "at-risk", "--json").json
    assert rows
    assert rows == [
        row for row in shown("segments", "--clients", "--json").json if row["segment"] == "At risk"
    ]


def test_the_repeat_purchase_rate_is_the_same_in_note_and_summary(ask, shown):
    summary = ask("cohorts", "--summary", "--json").json
    assert summary["min_age_days"] == 90
    rate = Decimal(summary["repeat_purchase_rate"])
    assert rate == round(Decimal(summary["repeat_clients"]) / summary["clients"], 4)
    assert summary["repeat_clients_within"] <= summary["repeat_clients"]
    note = next(line for line in shown("cohorts", "--json").stderr.splitlines() if "repeat" in line)
    assert note == (
        f"note: repeat purchase rate {rate * 100:.2f} %: {summary['repeat_clients']} of {summary['clients']} clients "
        "who first ordered at least 90 days ago"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("metrics", "--describe", CLIENT), "--describe"),
        (("cohorts", "--summary", "--by", "year"), "--by year"),
        (("cohorts", "--summary", "--show", "revenue"), "--show revenue"),
        (("cohorts", "--min-age", "90m5"), "not a time window"),
        (("segments", "nobody"), "no segment is called 'nobody'"),
        (("segments", "loyal", "--json", "--by", "x"), "no such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_does_not_go_together_is_refused(ask, arguments, message):
    refused = ask(*arguments)
    assert (refused.code, refused.stdout) == (2, b"")
    assert message in refused.stderr


def test_metrics_are_described_without_a_workspace(clientlens):
    told = clientlens("metrics", "--describe", "--json")
    assert (told.code, told.stderr) == (0, "")
    assert {"name": "recency_days", "unit": "days"}.items() <= next(
        row for row in told.json if row["name"] == "recency_days"
    ).items()


# --- as it looks --------------------------------------------------------------------------------------


def drawn(ask, *words, width=80):
    shown = ask(*words, "--color", "never", tty=True, width=width, stderr_tty=False)
    assert shown.code == 0
    assert max(map(len, shown.lines)) <= width
    return shown.lines


def test_the_grid_of_segments_fits_80_columns_with_every_cell(ask):
    lines = drawn(ask, "segments")
    assert lines[1].split() == ["R", "5", "4", "3", "2", "1"]
    for recent, names in (("5", "Champions"), ("3", "Needs attention"), ("1", "Dormant")):
        assert next(line for line in lines if line.startswith(f"{recent} ")).count(names) >= 1
    cells = ask("segments", "--json").json
    text = "\n".join(lines)
    for cell in cells[:-1]:
        whole, part = cell["revenue"].split(".")
        assert f"{int(whole):,}.{part}" in text


def test_the_triangle_of_cohorts_fits_80_columns_and_says_what_is_cut(ask):
    lines = drawn(ask, "cohorts")
    assert lines[1].split()[:2] == ["first", "order"]
    assert any(line.startswith("not shown at this width: periods later") for line in lines)
    quarter = drawn(ask, "cohorts", "--by", "quarter")
    # Of 13 cohorts the last has none, and four lie beyond the width.
    assert sum(line.count("·") for line in quarter) == 8


def test_named_clients_stand_beside_each_other_with_units(ask):
    lines = drawn(ask, "metrics", CLIENT, "karl.tannhofer@example.org")
    assert lines[1].split() == ["Théo", "Delaroche-Vernet", "Karl", "Tannhofer"]
    assert next(line for line in lines if line.startswith("completed_orders")).split()[1:] == [
        *("28", "orders"),
        *("20", "orders"),
    ]
    assert "not shown at this width: what each is" in lines
    wide = drawn(ask, "metrics", CLIENT, width=130)
    assert "days from the last completed order to the as-of day" in "\n".join(wide)


def test_the_description_is_whole_at_80_columns(ask):
    text = " ".join(" ".join(drawn(ask, "metrics", "--describe")).split())
    assert "…" not in text
    assert "consent to e-mail marketing" in text

"""Rates files read strictly, amounts converted exactly."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.insights import insights
from clientlens.analysis.leaderboard import leaderboard
from clientlens.analysis.rates import convert, home_currency, parse_rates
from clientlens.errors import BadRates, NoRate, UnknownCurrency
from clientlens.model.money import DECIMALS
from clientlens.model.timeframes import as_of_from_date, parse_window

AS_OF = as_of_from_date(date(2026, 3, 31), "Europe/Rome")
HEADER = b"date,currency,rate\n"
ALL = [(None, AS_OF.day)]


def rates(*rows):
    return parse_rates(HEADER + "\n".join(rows).encode(), "rates.csv")


def orders(*rows):
    """Completed orders of one client: (day, currency, amount)."""
    return (
        pl.LazyFrame(
            [(datetime.fromisoformat(day).date(), currency, amount) for day, currency, amount in rows],
            schema={"placed_on": pl.Date, "currency": pl.String, "amount": pl.Int64},
            orient="row",
        )
        .with_row_index()
        .with_columns(client_id=pl.lit("ann"), status=pl.lit("completed"))
    )


def converted(table, *rows, home="EUR", spans=ALL):
    done = convert(orders(*rows), table, home=home, amounts=("amount",), spans=spans).collect().sort("index")
    assert set(done["currency"]) == {home}
    return done["amount"].to_list()


def test_a_file_becomes_whole_numbers():
    found = parse_rates(
        b"\xef\xbb\xbfDate, Currency ,RATE\r\n2026-01-01,USD,0.9213\r\n\r\n2026-01-01,JPY,0.0061234567\r\n2025-01-01,GBP,1\r\n",
        "rates.csv",
    )
    assert found.file == "rates.csv"
    assert found.table.rows() == [
        (date(2026, 1, 1), "USD", 9_213_000_000, 2),
        (date(2026, 1, 1), "JPY", 61_234_567, 4),
        (date(2025, 1, 1), "GBP", 10_000_000_000, 5),
    ]


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "the header is not date,currency,rate"),
        (b"\n", 1, "the header is not date,currency,rate"),
        (b"currency,date,rate\n", 1, "the header is not date,currency,rate"),
        (b"date;currency;rate\n2026-01-01;USD;0,9\n", 1, "the header is not date,currency,rate"),
        (HEADER, 1, "no rate in it"),
        (HEADER + b"2026-01-01,USD\n", 2, "2 cells instead of 3"),
        (HEADER + b"2026-01-01,USD,0,92\n", 2, "4 cells instead of 3"),
        (HEADER + b"2026-01-01,USD,1\n2026-02-30,USD,1\n", 3, "not a date: '2026-02-30'"),
        (HEADER + b"2026-01-01,usd,1\n", 2, "unknown currency 'usd'"),
        (HEADER + b"2026-01-01,USD,0\n", 2, "a rate of 0"),
        (HEADER + b"2026-01-01,USD,1\n2026-01-01,USD,1\n", 3, "a second rate for USD on 2026-01-01"),
        (HEADER + b'2026-01-01,USD,1\n"2026-01-02,USD,1\n', 3, "unexpected end of data"),
        (HEADER + b"2026-01-01,USD,1\n2026-01-02,\xff,1\n", 3, "not UTF-8 text"),
        *(
            (
                HEADER + b"2026-01-01,USD," + text + b"\n",
                2,
                f"not a rate: {text.decode()!r} (a number such as 0.9213, 10 decimals at most)",
            )
            for text in (
                b"",
                b"-1",
                b"+1",
                b"1e3",
                b"nan",
                b".5",
                b"1.",
                b"1.12345678901",
                b"123456789",
                b"1 000",
            )
        ),
    ],
)
def test_anything_else_is_refused_with_its_line(data, line, reason):
    with pytest.raises(BadRates) as caught:
        parse_rates(data, "rates.csv")
    assert caught.value.message == f"rates.csv:{line}: {reason}"
    assert (caught.value.file, caught.value.line) == ("rates.csv", line)


def test_the_latest_rate_on_or_before_the_day_counts():
    table = rates("2026-02-01,USD,0.8", "2026-01-01,USD,0.5", "2026-03-01,USD,0.7")
    assert converted(
        table,
        ("2026-01-01", "USD", 1000),
        ("2026-01-31", "USD", 1000),
        ("2026-02-01", "USD", 1000),
        ("2026-03-31", "USD", 1000),
        ("2020-01-01", "EUR", 1000),
    ) == [500, 500, 800, 700, 1000]


def test_each_amount_is_rounded_half_even_to_the_decimals_of_the_home_currency():
    table = rates("2026-01-01,USD,0.5", "2026-01-01,JPY,0.006125", "2026-01-01,KWD,3.0125")
    day = "2026-01-01"
    assert converted(
        table,
        (day, "USD", 5),  # 0.05 x 0.5 = 0.025 -> 0.02
        (day, "USD", 7),  # 0.07 x 0.5 = 0.035 -> 0.04
        (day, "USD", -5),  # -0.025 -> -0.02
        (day, "JPY", 2000),  # 2000 x 0.006125 = 12.25
        (day, "KWD", 1000),  # 1.000 x 3.0125 = 3.0125 -> 3.01
        (day, "KWD", None),
    ) == [2, 4, -2, 1225, 301, None]
    assert converted(rates("2026-01-01,EUR,163.5"), (day, "EUR", 100), (day, "EUR", 101), home="JPY") == [
        164,
        165,
    ]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.sampled_from(["USD", "JPY", "KWD", "CLF"]),
    st.sampled_from(["EUR", "KRW", "BHD"]),
    st.integers(-(10**12), 10**12),
    st.decimals("0.0000000001", "9999", places=10),
)
def test_it_is_what_decimal_arithmetic_says(currency, home, amount, rate):
    exact = Decimal(amount).scaleb(-DECIMALS[currency]) * rate
    wanted = exact.quantize(Decimal(1).scaleb(-DECIMALS[home]), rounding=ROUND_HALF_EVEN).scaleb(
        DECIMALS[home]
    )
    assert converted(
        rates(f"2026-01-01,{currency},{rate:f}"), ("2026-01-01", currency, amount), home=home
    ) == [int(wanted)]


@pytest.mark.parametrize(
    ("row", "day"), [("2026-01-02,USD,0.9", "2026-01-01"), ("2025-01-01,GBP,1.1", "2026-01-01")]
)
def test_a_missing_rate_is_named_with_its_first_day(row, day):
    with pytest.raises(NoRate) as caught:
        converted(rates(row), ("2026-01-03", "USD", 1), ("2026-01-01", "USD", 1))
    assert caught.value.message == f"rates.csv has no rate for USD on or before {day}"


def test_what_does_not_count_needs_no_rate():
    table = rates("2026-02-01,USD,0.5")
    unasked = [(date(2026, 2, 1), date(2026, 2, 28))]
    assert converted(table, ("2026-01-31", "USD", 10), ("2026-02-01", "USD", 10), spans=unasked) == [None, 5]
    free = orders(
        ("2026-01-01", "USD", 10), ("2026-01-01", "GBP", 10), ("2026-01-01", "JPY", None)
    ).with_columns(
        client_id=pl.Series([None, "ann", "ann"]), status=pl.Series(["completed", "cancelled", "completed"])
    )
    assert (
        convert(free, table, home="EUR", amounts=("amount",), spans=ALL).collect()["amount"].to_list()
        == [None] * 3
    )


def test_rates_for_another_home_currency_are_refused():
    table = rates("2026-01-01,USD,1", "2026-01-01,EUR,1.08")
    with pytest.raises(BadRates, match=r"rates.csv:3: a rate other than 1 for EUR, the home currency itself"):
        converted(table, ("2026-01-01", "USD", 1))
    assert converted(rates("2026-01-01,EUR,1.000"), ("2026-01-01", "EUR", 1)) == [1]


def test_an_unknown_home_currency_is_refused():
    with pytest.raises(UnknownCurrency):
        converted(rates("2026-01-01,USD,1"), ("2026-01-01", "USD", 1), home="XXX")


@pytest.fixture
def facts(shop):
    order = shop.order
    return shop.facts_of(
        [
            order("1", "ann", "2026-01-10", price=1000, order_total=1200),
            order("2", "ann", "2026-01-10", price=1001, order_total=1201, currency="USD"),
            order("3", "bob", "2026-03-10", price=1003, order_total=1203, refunded=200, currency="USD"),
            order("4", "bob", "2025-03-10", currency="GBP", payment_state="voided", paid_at=None),
        ],
        [("1", "Wick"), ("2", "Candle"), ("3", "Candle")],
    )


def test_insights_have_one_row_in_the_home_currency(facts):
    answer = insights(
        facts,
        windows=[parse_window("all")],
        as_of=AS_OF,
        completed_when="paid",
        rates=rates("2025-12-31,USD,0.5", "2026-03-10,USD,0.9"),
        home_currency="EUR",
    )
    # ann: 10.00 + (10.01 x 0.5 = 5.005 -> 5.00) = 15.00 over two; bob: 10.03 x 0.9 = 9.027 -> 9.03, one of two done
    assert answer.rows.select(
        "client_id",
        "currency",
        "completed_orders",
        "average_order_price",
        "preferred_service",
        "completion_rate",
    ).rows() == [("ann", "EUR", 2, 750, "Candle", 10_000), ("bob", "EUR", 1, 903, "Candle", 5_000)]
    assert not any("currencies" in note for note in answer.notes)


def test_the_leaderboard_ranks_in_the_home_currency(facts):
    answer = leaderboard(
        facts,
        window=parse_window("all"),
        as_of=AS_OF,
        completed_when="paid",
        rates=rates("2025-12-31,USD,0.5", "2026-03-10,USD,2"),
        home_currency="EUR",
    )
    # bob: (12.03 - 2.00) x 2 = 20.06; ann: 12.00 + 12.01 x 0.5 = 18.00 (6.005 -> 6.00)
    assert answer.rows.select("rank", "client_id", "total_spend", "currency", "revenue_share").rows() == [
        (1, "bob", 2006, "EUR", 5271),
        (2, "ann", 1800, "EUR", 4729),
    ]


def test_the_home_currency_is_that_of_most_completed_orders(shop):
    def home(*pairs):
        rows = [
            shop.order(str(n), None, currency=code, payment_state=state)
            for n, (code, state) in enumerate(pairs)
        ]
        return home_currency(shop.facts_of(rows).orders, completed_when="paid")

    assert home(("USD", "paid"), ("EUR", "paid"), ("EUR", "paid")) == "EUR"
    assert home(("USD", "paid"), ("EUR", "pending"), ("EUR", "voided")) == "USD"
    assert home(("USD", "paid"), ("EUR", "paid")) == "EUR"  # by code
    assert home(("USD", "pending")) is None
    assert home() is None

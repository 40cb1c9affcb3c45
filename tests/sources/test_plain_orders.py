"""Plain CSV and JSON of orders: each rule with a small file and exactly what is stored."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from clientlens.errors import AmbiguousDates, BadHeader, NoGoodRow, NotRecognised
from clientlens.model.batch import ReadOptions
from clientlens.model.tables import ORDER_LINES, ORDERS, PEOPLE
from clientlens.sources.reading import read_all

OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome", today=dt.date(2026, 11, 25))
HEAD = "order_id,placed_at,order_total,currency"
_WITH_ANOTHER = "set aside with another row of the same order"


@pytest.fixture
def orders(read):
    """Read plain rows below HEAD (and more columns)."""

    def reader(*rows, more="", head=HEAD, **options):
        name = options.pop("name", "orders.csv")
        text = "\n".join((head + more, *rows, ""))
        return read(text, replace(OPTIONS, **options), name=name)

    return reader


def columns(batch, *names):
    return sorted(batch.orders.select("order_key", *names).rows())


def problems(batch):
    return [(one.line, one.column, one.value, one.message) for one in batch.problems]


def test_an_order_has_the_shape_of_the_tables(orders):
    batch = orders("#1,2026-03-01,5.00,EUR,a@example.org,Candle", more=",email,product")
    assert batch.source == "plain_csv"
    assert batch.orders.drop("version", "file_no", "line", "row_count").schema == ORDERS.schema
    assert batch.order_lines.drop("version").schema == ORDER_LINES.schema
    assert batch.people.schema == PEOPLE.schema
    row = batch.orders.row(0, named=True)
    assert (row["order_key"], row["number"], row["store"], row["kind"]) == ("1", "1", "main", "purchase")
    assert (row["order_total"], row["refunded"], row["tip"], row["price"]) == (500, 0, 0, None)
    assert (row["placed_on"], row["person_key"]) == (dt.date(2026, 3, 1), "e:a@example.org")
    # Midnight in Rome, where winter is an hour ahead of UTC.
    assert row["placed_at"].astimezone(dt.UTC) == dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)


# --- which rows are one order ----------------------------------------------------------------------------


def test_a_row_without_line_columns_that_repeats_another_is_a_duplicate(orders):
    batch = orders("1,2026-03-01,5.00,EUR", "1,2026-03-01,5.00,EUR", "2,2026-03-01,5.00,EUR")
    assert columns(batch, "order_total", "row_count") == [("1", 500, 1), ("2", 500, 1)]
    assert (batch.rows_duplicate, batch.problems) == (1, ())


def test_two_equal_lines_stay_two(orders):
    batch = orders(*["1,2026-03-01,5.00,EUR,Candle"] * 2, more=",product")
    assert batch.order_lines.select("line_no", "product").rows() == [(1, "Candle"), (2, "Candle")]
    assert (batch.rows_duplicate, columns(batch, "row_count")) == (0, [("1", 2)])


def test_a_hash_before_the_number_makes_no_other_order(orders):
    batch = orders("#1,2026-03-01,5.00,EUR,Candle", "1,2026-03-01,5.00,EUR,Wick", more=",product")
    assert columns(batch, "row_count") == [("1", 2)]


@pytest.mark.parametrize(
    "number", ["1e5", "000123", "12345678901234567890123", "1.0", "NULL", "TRUE", "-7", "A 1"]
)
def test_an_order_number_is_kept_letter_for_letter(orders, number):
    assert columns(orders(f"{number},2026-03-01,5.00,EUR"), "number") == [(number, number)]


def test_the_same_number_in_two_stores_of_one_file_is_two_orders(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,north", "1,2026-03-02,6.00,EUR,south", "2,2026-03-02,7.00,EUR,", more=",store"
    )
    assert sorted(batch.orders.select("store", "order_key", "order_total").rows()) == [
        ("main", "2", 700),
        ("north", "1", 500),
        ("south", "1", 600),
    ]


def test_cells_that_later_rows_leave_blank_are_those_of_the_order(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,a@example.org,Candle", "1,,,,,Wick", '1,," ",," ",Jar', more=",email,product"
    )
    assert columns(batch, "order_total", "person_key", "row_count") == [("1", 500, "e:a@example.org", 3)]


def test_a_blank_that_is_typed_hides_no_later_cell(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,  ,Candle", "1,2026-03-01,5.00,EUR,a@example.org,Wick", more=",email,product"
    )
    assert columns(batch, "person_key") == [("1", "e:a@example.org")]


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("order_total", "5.00", "6.00"),
        ("placed_at", "2026-03-01", "2026-03-02"),
        ("currency", "EUR", "USD"),
        ("email", "a@example.org", "b@example.org"),
        ("name", "Ann", "Bea"),
        ("status", "paid", "pending"),
        ("tax", "1.00", "1.01"),
        ("completed_at", "2026-03-02", "2026-03-03"),
        ("channel", "web", "till"),
    ],
)  # fmt: skip
def test_another_value_of_the_order_sets_it_aside_and_the_later_row_is_told(orders, column, first, second):
    base = {"order_id": "1", "placed_at": "2026-03-01", "order_total": "5.00", "currency": "EUR"}
    names = list(dict.fromkeys([*base, column, "product"]))

    def row(**cells):
        return ",".join({**base, "product": "Candle", **cells}.get(name, "") for name in names)

    other = row(order_id="2", **({"status": "paid"} if column == "status" else {}))
    batch = orders(row(**{column: first}), other, row(**{column: second}), head=",".join(names))
    assert columns(batch) == [("2",)]
    assert problems(batch) == [
        (2, None, None, _WITH_ANOTHER),
        (4, column, second, "an earlier row of the same order says something else"),
    ]
    assert batch.rows_set_aside == 2


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [("email", "A@example.org", "a@Example.org"), ("order_total", "5.00", "5.0"), ("currency", "EUR", "eur"), ("name", "Ann", " Ann ")],
)  # fmt: skip
def test_the_same_value_written_differently_is_no_contradiction(orders, column, first, second):
    base = {
        "order_id": "1",
        "placed_at": "2026-03-01",
        "order_total": "5.00",
        "currency": "EUR",
        "product": "Jar",
    }
    names = list(dict.fromkeys([*base, column]))
    batch = orders(
        *(",".join({**base, column: cell}[name] for name in names) for cell in (first, second)),
        head=",".join(names),
    )
    assert (batch.problems, columns(batch, "row_count")) == ((), [("1", 2)])


def test_an_order_in_two_files_is_two_versions_of_it(write):
    first = write(f"{HEAD}\n1,2026-03-01,5.00,EUR\n", name="a.csv")
    second = write(f"{HEAD}\n1,2026-03-01,6.00,EUR\n2,2026-03-01,1.00,EUR\n", name="b.csv")
    (batch,) = read_all([first, second], OPTIONS)
    assert batch.orders.select("order_key", "order_total", "file_no", "line").rows() == [
        ("1", 500, 0, 2), ("1", 600, 1, 2), ("2", 100, 1, 3),
    ]  # fmt: skip
    assert batch.rows_duplicate == 0
    copy = write(f"{HEAD}\n1,2026-03-01,5.00,EUR\n", name="c.csv")
    (again,) = read_all([first, copy], OPTIONS)
    assert (again.orders.height, again.rows_duplicate) == (1, 1)


# --- refunds ---------------------------------------------------------------------------------------------


def test_negative_totals_beside_an_order_are_given_back(orders):
    batch = orders("1,2026-03-01,50.00,EUR", "1,2026-03-08,-20.00,EUR", "1,2026-03-09,-5.50,EUR")
    assert columns(batch, "order_total", "refunded", "row_count") == [("1", 5000, 2550, 3)]
    assert batch.orders["placed_on"].to_list() == [dt.date(2026, 3, 1)]


def test_a_refund_may_stand_before_its_order(orders):
    batch = orders("1,2026-03-08,-20.00,EUR", "1,2026-03-01,50.00,EUR")
    assert columns(batch, "order_total", "refunded", "line") == [("1", 5000, 2000, 3)]


def test_a_refund_adds_to_the_refunded_column(orders):
    batch = orders("1,2026-03-01,50.00,EUR,10.00", "1,2026-03-08,-20.00,EUR,", more=",refunded")
    assert columns(batch, "refunded") == [("1", 3000)]


def test_a_refund_alone_is_an_order_of_negative_total(orders):
    assert columns(orders("1,2026-03-08,-20.00,EUR"), "order_total", "refunded") == [("1", -2000, 0)]


def test_a_refund_is_of_the_orders_currency(orders):
    batch = orders("1,2026-03-01,50.00,EUR", "1,2026-03-08,-20.00,USD", "2,2026-03-01,1.00,EUR")
    assert columns(batch) == [("2",)]
    assert problems(batch)[1][:3] == (3, "currency", "USD")


def test_a_refund_in_json_finds_the_order_that_has_lines(read):
    records = [
        {"order_id": "1", "placed_at": "2026-03-08", "order_total": "-2.00", "currency": "EUR"},
        {"order_id": "1", "placed_at": "2026-03-01", "order_total": "5.00", "currency": "EUR",
         "lines": [{"product": "Jar"}, {"product": "Lid"}]},
    ]  # fmt: skip
    batch = read(json.dumps(records), OPTIONS, name="o.json")
    assert columns(batch, "order_total", "refunded", "row_count") == [("1", 500, 200, 2)]
    assert batch.order_lines["product"].to_list() == ["Jar", "Lid"]


# --- money -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "cells", "price"),
    [
        ("tax,shipping,fees,tip", "9.00,5.00,1.00,2.00", 3300),  # 50 - 9 - 5 - 1 - 2
        ("tax", "9.00", 4100),
        ("tax,shipping", ",5.00", 4500),  # a blank tax is none
        ("shipping", "5.00", None),  # whether tax is in it, nobody says
        ("price,tax", "40.00,9.00", 4000),
    ],
)
def test_the_price_is_what_the_total_leaves(orders, names, cells, price):
    assert columns(orders(f"1,2026-03-01,50.00,EUR,{cells}", more=f",{names}"), "price") == [("1", price)]


def test_the_total_is_what_the_price_and_its_parts_make(orders):
    batch = orders(
        "1,2026-03-01,EUR,40.00,9.00,5.00,1.00,2.00",
        head="order_id,placed_at,currency,price,tax,shipping,fees,tip",
    )
    assert columns(batch, "order_total", "price", "tip") == [("1", 5700, 4000, 200)]


def test_currencies_have_their_own_decimals(orders):
    batch = orders(
        "1,2026-03-01,500,JPY",
        "2,2026-03-01,5.25,EUR",
        "3,2026-03-01,5.125,KWD",
        "4,2026-03-01,12.345,EUR",
        "5,2026-03-01,5,",
    )
    assert columns(batch, "order_total", "currency") == [
        ("1", 500, "JPY"),
        ("2", 525, "EUR"),
        ("3", 5125, "KWD"),
    ]
    assert [one[:3] for one in problems(batch)] == [(5, "order_total", "12.345"), (6, "currency", None)]


def test_decimal_commas_and_dotted_days_need_no_option(orders):
    batch = orders(
        "1;22.05.2024;1.234,56;EUR;1,5;Jar;823,04", "2;01.06.2024;3,00;EUR;1;Jar;3,00",
        head=HEAD.replace(",", ";"), more=";quantity;product;unit_price",
    )  # fmt: skip
    assert columns(batch, "order_total", "placed_on") == [
        ("1", 123456, dt.date(2024, 5, 22)),
        ("2", 300, dt.date(2024, 6, 1)),
    ]
    # 1.5 x 823.04 = 1234.56
    assert batch.order_lines.select("quantity_milli", "unit_price", "line_total").rows()[0] == (
        1500,
        82304,
        123456,
    )


def test_each_file_has_its_own_decimal_sign(write):
    one = write(f"{HEAD.replace(',', ';')}\n1;2026-03-01;1.234,50;EUR\n", name="a.csv")
    two = write(f'{HEAD}\n2,2026-03-01,"1,234.50",EUR\n', name="b.csv")
    (batch,) = read_all([one, two], OPTIONS)
    assert batch.orders["order_total"].to_list() == [123450, 123450]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ("3,,10.00", (3000, None, 1000)),  # 10 does not go into three
        ("4,,10.00", (4000, 250, 1000)),
        ("3,0.33,", (3000, 33, 99)),
        ("0.5,0.25,", (500, 25, 12)),  # 12.5 to even
        ("1.5,0.25,", (1500, 25, 38)),  # 37.5 to even
        (",2.00,", (1000, 200, 200)),
        ("0,,5.00", (0, None, 500)),
        ("2,3.00,5.00", (2000, 300, 500)),
    ],
)
def test_lines_are_worked_out_half_to_even(orders, cells, line):
    batch = orders(f"1,2026-03-01,5.00,EUR,Jar,{cells}", more=",product,quantity,unit_price,line_total")
    assert batch.order_lines.select("quantity_milli", "unit_price", "line_total").rows() == [line]


def test_what_is_beyond_64_bits_is_told(orders):
    batch = orders("1,2026-03-01,5.00,EUR,Jar,999999999999,999999999999.99", "2,2026-03-01,5.00,EUR,Jar,1,5.00",
                   more=",product,quantity,unit_price")  # fmt: skip
    assert columns(batch) == [("2",)]
    assert problems(batch)[0][1::2] == ("quantity", "quantity and unit_price make more than can be counted")


# --- times -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2026-03-28 22:29:09 -0700", "2026-03-29 05:29:09"),
        ("2026-03-28T22:29:09+01:00", "2026-03-28 21:29:09"),
        ("2026-03-28T22:29:09.123Z", "2026-03-28 22:29:09.123000"),
        ("2026-03-28 22:29", "2026-03-28 21:29:00"),
        ("2026-07-28", "2026-07-27 22:00:00"),
        ("28.03.2026 22:29", "2026-03-28 21:29:00"),
        ("28/03/26 10:29 PM", "2026-03-28 21:29:00"),
        ("3/28/2026", "2026-03-27 23:00:00"),
        ("1990-01-01", "1989-12-31 23:00:00"),
        ("2028-11-25 23:59", "2028-11-25 22:59:00"),
    ],
)
def test_a_time(orders, cell, utc):
    (found,) = orders(f'1,"{cell}",5.00,EUR').orders["placed_at"].to_list()
    assert str(found.astimezone(dt.UTC).replace(tzinfo=None)) == utc


@pytest.mark.parametrize(
    "cell",
    ["2026-02-30", "2025-02-29", "2026-13-01", "2026-03-01 24:00", "1989-12-31", "1989-12-31 23:59", "2028-11-26", "28.03.2026",
     "2026-3-1", "March 1st", "2026-03-01T10:00:00Z", "20260301"],
)  # fmt: skip
def test_what_is_no_time_among_plain_ones(orders, cell):
    batch = orders("1,2026-03-01,5.00,EUR", f"2,{cell},5.00,EUR", "3,2026-03-01 10:00,5.00,EUR")
    assert columns(batch) == [("1",), ("3",)]
    assert [one[:3] for one in problems(batch)] == [(3, "placed_at", cell)]


def test_ambiguous_days_are_refused_and_a_column_beside_them_decides(orders):
    with pytest.raises(AmbiguousDates) as error:
        orders("1,03/03/2026,5.00,EUR", "2,03/04/2026,5.00,EUR")
    assert (error.value.line, "03/04/2026" in error.value.message) == (3, True)
    batch = orders("1,03/04/2026,5.00,EUR,22/04/2026", more=",completed_at")
    assert columns(batch, "placed_on") == [("1", dt.date(2026, 4, 3))]


def test_the_files_own_zone_can_be_told(orders):
    batch = orders("1,2026-03-01 00:30,5.00,EUR", timezone="Asia/Tokyo")
    assert columns(batch, "placed_on") == [("1", dt.date(2026, 2, 28))]
    assert any("read as Asia/Tokyo time" in note for note in batch.notes)


# --- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "state"),
    [
        *((word, "paid") for word in ("completed", "Paid", "DELIVERED", "fulfilled")),
        *((word, "pending") for word in ("pending", "open", "active", "late", "in progress", "In-Progress", "in_progress")),
        ("authorized", "authorized"), ("partially_paid", "partially_paid"), ("partially paid", "partially_paid"),
        *((word, "voided") for word in ("cancelled", "canceled", "voided", "failed")),
        ("expired", "expired"), ("refunded", "refunded"),
    ],
)  # fmt: skip
def test_a_status_word(orders, word, state):
    assert columns(orders(f"1,2026-03-01,5.00,EUR,{word}", more=",status"), "payment_state") == [("1", state)]


def test_a_word_that_nobody_knows_and_a_blank_among_words_are_told(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,paid",
        "2,2026-03-01,5.00,EUR,sent off",
        "3,2026-03-01,5.00,EUR,",
        more=",status",
    )
    assert columns(batch) == [("1",)]
    assert [one[:3] for one in problems(batch)] == [(3, "status", "sent off"), (4, "status", None)]


def test_without_any_word_orders_are_completed_or_cancelled_by_their_times(orders):
    batch = orders("1,2026-03-01,5.00,EUR,", "2,2026-03-01,5.00,EUR,2026-03-02", more=",cancelled_at")
    assert columns(batch, "payment_state") == [("1", "paid"), ("2", "voided")]
    assert "1 order without any status, counted as completed" in batch.notes


def test_kind_test_and_rating(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,booking,no,4,Trip", "1,2026-03-01,5.00,EUR,booking,no,5,Meal", "2,2026-03-01,5.00,EUR,,YES,,Jar",
        "3,2026-03-01,5.00,EUR,,,3.5,Jar", more=",kind,test,rating,product",
    )  # fmt: skip
    assert columns(batch, "kind", "rating_milli") == [("1", "booking", 4500), ("3", "purchase", 3500)]
    assert (batch.rows_skipped, batch.test_orders_skipped) == (1, 1)


def test_an_anonymous_client_has_the_weakest_key(orders):
    batch = orders("1,2026-03-01,5.00,EUR,v77,yes", "2,2026-03-01,5.00,EUR,k9,", more=",client_ref,anonymous")
    assert columns(batch, "person_key") == [("1", "s:main:v77"), ("2", "n:main:k9")]


def test_line_names_and_their_details(orders):
    batch = orders(
        "1,2026-03-01,5.00,EUR,Candle,red,,,C-1", "1,,,,,,Logo,basic,", "1,,,,,,,,S-9", "1,,,,,,Chat,,",
        more=",product,variant,service,package,sku",
    )  # fmt: skip
    assert batch.order_lines.select("product", "sku").rows() == [
        ("Candle - red", "C-1"), ("Logo - basic", None), ("S-9", "S-9"), ("Chat", None),
    ]  # fmt: skip


# --- headers ---------------------------------------------------------------------------------------------


def test_headers_are_known_in_any_order_and_case_and_unknown_ones_are_noted(orders):
    batch = orders("EUR,x,5.00,2026-03-01,1", head="Currency,Colour,ORDER TOTAL, placed-at ,Order_ID")
    assert columns(batch, "order_total") == [("1", 500)]
    assert any("were not read: Colour" in note for note in batch.notes)


def test_a_column_in_two_spellings_is_refused(orders):
    with pytest.raises(BadHeader, match="stands there twice"):
        orders("1,1,2026-03-01,5.00", head="order_id,Order_ID ,placed_at,order_total")


def test_a_header_of_no_kind_is_refused_by_name_too(read):
    with pytest.raises(NotRecognised, match="no plain file has these columns"):
        read("colour,total\nred,5\n", OPTIONS, source="plain_csv")


def test_no_good_row_is_told_by_its_own_fault(orders):
    with pytest.raises(NoGoodRow, match=r"order_total '6\.00': an earlier row") as error:
        orders("1,2026-03-01,5.00,EUR,Jar", "1,2026-03-01,6.00,EUR,Jar", more=",product")
    assert error.value.line == 3


# --- JSON ------------------------------------------------------------------------------------------------


def test_lines_nested_in_json(read):
    record = {
        "Order ID": 123456789012345678901234567890, "placed_at": "2026-03-01", "order_total": 5.10, "currency": "EUR",
        "test": False, "email": None, "product": "ignored where lines name theirs",
        "lines": [{"product": "Jar", "quantity": 2, "unit_price": 1.05}, {"sku": "L-1", "product": "Lid", "line_total": 3.00}],
    }  # fmt: skip
    batch = read(json.dumps(record), OPTIONS, name="o.json")
    assert columns(batch, "order_total", "row_count") == [("123456789012345678901234567890", 510, 1)]
    assert batch.order_lines.select("line_no", "sku", "product", "quantity_milli", "unit_price", "line_total").rows() == [
        (1, None, "Jar", 2000, 105, 210), (2, "L-1", "Lid", 1000, 300, 300),
    ]  # fmt: skip


def test_a_bad_line_in_json_sets_its_record_aside_as_one_row(read):
    good = {
        "order_id": "1",
        "placed_at": "2026-03-01",
        "order_total": "5.00",
        "currency": "EUR",
        "lines": [{"product": "A"}],
    }
    bad = {
        **good,
        "order_id": "2",
        "lines": [{"product": "A"}, {"product": "B", "quantity": "many"}, {"product": "C"}],
    }
    batch = read(json.dumps(good) + "\n" + json.dumps(bad) + "\n", OPTIONS, name="o.jsonl")
    assert columns(batch) == [("1",)]
    assert problems(batch) == [(2, "quantity", "many", "not a number with at most 3 decimals")]
    assert batch.rows_set_aside == 1

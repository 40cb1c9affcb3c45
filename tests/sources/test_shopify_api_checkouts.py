"""Tables of API checkouts as connectors write them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from clientlens.errors import BadHeader
from clientlens.sources.reading import read_all

KILN = Path(__file__).resolve().parents[2] / "data" / "sample" / "kiln"
COLUMNS = [
    "id", "name", "created_at", "completed_at", "updated_at", "abandoned_checkout_url", "customer_id", "email", "phone",
    "billing_address_address_1", "billing_address_phone", "shipping_address_address_1", "shipping_address_zip",
    "shipping_address_name", "total_price_set_shop_amount", "total_price_set_shop_currency_code",
]  # fmt: skip


def checkout(number="1", **cells):
    row = {
        "id": number, "name": f"#{number}", "created_at": "2026-05-01 18:00:00", "updated_at": "2026-05-01 18:06:00",
        "customer_id": "7201", "total_price_set_shop_amount": "32.00", "total_price_set_shop_currency_code": "EUR",
    }  # fmt: skip
    return {**row, **cells}


def test_the_sample_gives_three_checkouts_in_shop_money(shop):
    (batch,) = read_all([str(KILN / "abandoned_checkouts.csv")], shop.options)
    assert shop.accounted(batch) == (3, 3)
    columns = ["checkout_key", "total", "currency", "has_contact", "person_key"]
    assert batch.checkouts.select(columns).rows() == [
        ("36501", 3200, "EUR", True, "n:main:7201"),
        ("36502", 2400, "EUR", True, "n:main:7203"),  # shown to the client as 28.10 USD
        ("36290", 2400, "EUR", False, None),
    ]
    assert batch.checkouts["completed_at"].to_list() == [
        dt.datetime(2026, 5, 3, 10, 20, tzinfo=dt.UTC),
        None,
        None,
    ]
    assert batch.checkout_lines.height == 0
    assert batch.people.select("name", "phone", "city").rows() == [
        ("Nora Feld", None, "Bozen"),
        (None, "+390471555017", None),
    ]
    assert "deleted since, kept all the same" in batch.notes[0]


def test_times_without_a_zone_are_utc_unless_said_otherwise(read, shop):
    batch = read([checkout()], columns=COLUMNS)
    assert batch.checkouts["created_at"].to_list() == [dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)]
    assert any("read as UTC time" in note for note in batch.notes)
    batch = read([checkout()], replace(shop.options, timezone="Europe/Rome"), columns=COLUMNS)
    assert batch.checkouts["created_at"].to_list() == [dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)]


def test_the_name_of_a_checkout_is_nobodys_name(read):
    person = read([checkout(shipping_address_name="Bo Arbor")], columns=COLUMNS).people
    assert person["name"].to_list() == ["Bo Arbor"]


def test_an_address_is_taken_as_a_whole(read):
    row = checkout(
        shipping_address_address_1="Via Roma 1",
        shipping_address_zip="39100",
        billing_address_phone="+39 0471 555017",
    )
    person = read([row], columns=COLUMNS).people.row(0, named=True)
    assert (person["street"], person["postcode"], person["phone"]) == ("Via Roma 1", "39100", "+390471555017")


def test_a_table_of_the_rest_api_is_known_as_well(read):
    rest = [
        "id",
        "token",
        "cart_token",
        "email",
        "created_at",
        "completed_at",
        "updated_at",
        "currency",
        "total_price",
    ]
    row = {
        "id": "1", "token": "t1", "cart_token": "c1", "email": "A@example.com", "created_at": "2026-05-01T18:00:00+02:00",
        "currency": "EUR", "total_price": "32.00",
    }  # fmt: skip
    batch = read([row], columns=rest)
    assert batch.source == "shopify_api_checkouts"
    assert batch.checkouts.select("token", "cart_token", "person_key").row(0) == (
        "t1",
        "c1",
        "e:a@example.com",
    )


def test_equal_rows_are_one_and_contradicting_ones_are_set_aside(read):
    batch = read(
        [checkout(), checkout(), checkout("2"), checkout("2", updated_at="2026-05-02 00:00:00")],
        columns=COLUMNS,
    )
    assert batch.checkouts["checkout_key"].to_list() == ["1"]
    assert (batch.rows_duplicate, batch.rows_set_aside) == (1, 2)


def test_two_tables_of_one_checkout_are_two_versions(write, shop):
    names = [
        write([checkout()], name="a.csv", columns=COLUMNS),
        write([checkout(completed_at="2026-05-03 10:20:00")], name="b.csv", columns=COLUMNS),
    ]
    (batch,) = read_all(names, shop.options)
    assert batch.checkouts.select("version", "file_no", pl.col("completed_at").is_null()).rows() == [
        (0, 0, True),
        (1, 1, False),
    ]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"created_at": ""}, ("created_at", None, "the checkout needs a date")),
        ({"total_price_set_shop_amount": ""}, ("total_price_set_shop_amount", None, "the checkout needs a total")),
        ({"total_price_set_shop_amount": "-1.00"}, ("total_price_set_shop_amount", "-1.00", "an amount below 0")),
        ({"total_price_set_shop_currency_code": "EURO"},
         ("total_price_set_shop_currency_code", "EURO", "not an ISO 4217 currency code")),
        ({"id": ""}, ("id", None, "the row has no checkout number")),
        ({"completed_at": "soon"}, ("completed_at", "soon", "not a time as the rest of the file writes it")),
    ],
)  # fmt: skip
def test_a_bad_row_is_set_aside_with_its_line_and_column(read, cells, problem):
    batch = read([checkout(), checkout(**{"id": "2", **cells})], columns=COLUMNS)
    assert [(p.column, p.value, p.message) for p in batch.problems] == [problem]
    assert [p.line for p in batch.problems] == [3]
    assert batch.checkouts["checkout_key"].to_list() == ["1"]


def test_a_table_without_completed_at_is_refused(write, shop):
    columns = [name for name in COLUMNS if name != "completed_at"]
    with pytest.raises(BadHeader, match="there is no column 'completed_at'"):
        read_all([write([checkout()], columns=columns)], shop.options, source="shopify_api_checkouts")

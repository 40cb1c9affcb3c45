"""Real answers of Shopify's API, against figures worked out by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from clientlens.model.batch import ReadOptions
from clientlens.sources.reading import read_all

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples"
OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome")
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the folder of real exports is not here")


def load(shop, *names):
    (batch,) = read_all([str(SAMPLES / name) for name in names], OPTIONS)
    total, accounted = shop.accounted(batch)
    assert total == accounted
    assert (batch.problems, batch.rows_set_aside) == ((), 0)
    return batch


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def test_a_page_of_orders(shop):
    batch = load(shop, "shopify-rest-orders.json")
    row = batch.orders.row(0, named=True)
    expected = {
        "order_key": "1001", "source_id": "450789469", "payment_state": "partially_refunded",
        "fulfilment_state": "unfulfilled", "currency": "USD", "order_total": 59894, "refunded": 20900,
        # 3 x 199.00 = 597.00 less 10.00 by the code; 587.00 + 11.94 tax = 598.94. The subtotal there is before discounts.
        "price": 58700, "tax": 1194, "tax_basis": "on_top", "shipping": 0, "tip": 0, "discount": 1000,
        "discount_codes": "TENOFF", "channel": "web", "checkout_id": "901414060",
        "checkout_token": "bd5a8aa1ecd019dd3520ff791ee3a24c", "cart_token": "68778783ad298f1c80c3bafcddeea02f",
        "placed_at": utc(2008, 1, 10, 16), "fulfilled_at": None, "cancelled_at": None, "tags": None,
        "person_key": "e:bob.norman@mail.example.com",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert batch.order_lines.select("product", "sku", "quantity_milli", "unit_price").rows() == [
        ("IPod Nano - 8gb - green", "IPOD2008GREEN", 1000, 19900),
        ("IPod Nano - 8gb - red", "IPOD2008RED", 1000, 19900),
        ("IPod Nano - 8gb - black", "IPOD2008BLACK", 1000, 19900),
    ]
    person = batch.people.row(0, named=True)
    assert (person["number_key"], person["phone"], person["postcode"], person["accepts_email"]) == (
        "n:main:207119551", "+557734881234", "40202", False,
    )  # fmt: skip


def test_a_single_order_cancelled_and_refunded(shop):
    row = load(shop, "shopify-rest-order-single.json").orders.row(0, named=True)
    assert (row["payment_state"], row["order_total"], row["refunded"], row["price"]) == (
        "refunded",
        59894,
        1000,
        58700,
    )
    assert row["cancelled_at"] == row["updated_at"] == utc(2025, 7, 2, 16, 31, 21)


def test_both_together_are_two_states_of_one_order(shop):
    batch = load(shop, "shopify-rest-orders.json", "shopify-rest-order-single.json")
    assert batch.orders["order_key"].to_list() == ["1001", "1001"]
    assert batch.rows_duplicate == 0


def test_checkouts(shop):
    batch = load(shop, "shopify-rest-checkouts.json")
    row = batch.checkouts.row(0, named=True)
    expected = {
        "checkout_key": "450789469", "token": "2a1ace52255252df566af0faaedfbfa7",
        "cart_token": "68778783ad298f1c80c3bafcddeea02f", "created_at": utc(2012, 10, 12, 11, 5, 27),
        "updated_at": utc(2012, 10, 12, 11, 5, 27), "completed_at": None, "currency": "USD", "total": 37969,
        "discount_codes": "TENOFF", "has_contact": True, "person_key": "e:bob.norman@mail.example.com",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert batch.checkout_lines.select("product", "sku", "quantity_milli", "unit_price").rows() == [
        ("IPod Nano - 8GB - Red", "IPOD2008RED", 1000, 19900),
        ("IPod Nano - 8GB - Pink", "IPOD2008PINK", 1000, 19900),
    ]


def test_customers(shop):
    batch = load(shop, "shopify-rest-customers.json")
    columns = ["number_key", "name", "phone", "city", "country", "accepts_email", "joined_at", "is_profile"]
    assert batch.people.select(columns).rows() == [
        (
            "n:main:207119551",
            "Bob Norman",
            "+16136120707",
            "Louisville",
            "US",
            False,
            utc(2025, 7, 2, 16, 26, 48),
            True,
        ),
        (
            "n:main:1073339462",
            "Steve Lastnameson",
            "+15142546011",
            "Ottawa",
            "CA",
            False,
            utc(2025, 7, 2, 16, 27),
            True,
        ),
    ]
    assert batch.people_rows == 2


def test_a_bulk_operation(shop):
    batch = load(shop, "shopify-bulk-orders-SYNTHETIC.jsonl")
    assert (batch.files[0].rows, batch.rows_skipped, batch.test_orders_skipped) == (5, 2, 1)
    row = batch.orders.row(0, named=True)
    expected = {
        "order_key": "1001", "source_id": "1001", "row_count": 3, "payment_state": "paid",
        "fulfilment_state": "fulfilled", "currency": "EUR", "order_total": 9490, "refunded": 0, "shipping": 490,
        "tax": 1515, "tax_basis": "inside", "discount": 1000, "discount_codes": "WELCOME10", "tags": "vip, newsletter",
        "placed_at": utc(2025, 6, 15, 10, 30), "person_key": "e:a@example.com",
        "price": 7563,  # 90.00 x (94.90 - 15.15) / 94.90 = 75.6322...
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert batch.order_lines.select(
        "product", "sku", "vendor", "quantity_milli", "unit_price", "line_total"
    ).rows() == [("Widget A - Blue", "W-A-B", "Acme", 2000, 5000, 10000)]


def test_a_connectors_table_of_checkouts(shop):
    batch = load(shop, "dbt-shopify-gql-abandoned-checkouts.csv")
    assert batch.checkouts["checkout_key"].to_list() == [str(number) for number in range(5001, 5011)]
    assert batch.checkouts["total"].to_list() == [2199, 5599, 200, 300, 0, 500, 0, 100, 50, 500]
    assert batch.checkouts["person_key"].to_list() == [f"n:main:{number}" for number in range(1001, 1011)]
    assert batch.checkouts["completed_at"].to_list() == [
        utc(2025, 7, 17, 10), utc(2025, 7, 16, 9, 30), utc(2025, 7, 15, 7), utc(2025, 7, 14, 6), utc(2025, 7, 13, 5),
        None, None, None, None, None,
    ]  # fmt: skip
    assert batch.checkouts["created_at"][0] == utc(2025, 7, 17, 9)
    assert batch.checkouts["has_contact"].all()

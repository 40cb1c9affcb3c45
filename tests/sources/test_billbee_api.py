"""Billbee's API: figures worked out by hand beside each test."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from clientlens.errors import InputError
from clientlens.model.batch import ReadOptions
from clientlens.sources import exact
from clientlens.sources.reading import read_all

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample" / "billbee"
REAL = PROJECT / "../shared/samples"
real = pytest.mark.skipif(not REAL.exists(), reason="the folder of real exports is not here")
OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Berlin")
PAGES = ("orders-page1.json", "orders-page2.json")


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def item(total="10.00", tax="1.60", **more):
    fields = {"Product": {"Title": "Candle", "SKU": "C-1"}, "Quantity": "1", "IsCoupon": False}
    return {**fields, "TotalPrice": float(total), "TaxAmount": float(tax), **more}


def order(number=1, **more):
    """A paid order of one candle: 10.00 with 1.60 of tax, 4.90 shipping."""
    fields = {
        "BillBeeOrderId": 900 + number, "Id": f"S{number}", "OrderNumber": str(number), "State": 3,
        "CreatedAt": "2026-02-01T10:00:00Z", "PayedAt": "2026-02-01T10:00:05Z", "ShippedAt": None,
        "LastModifiedAt": "2026-02-01T10:00:06Z", "PaymentMethod": 3, "ShippingCost": 4.9, "TotalCost": 14.9,
        "AdjustmentCost": 0.0, "Currency": "EUR", "OrderItems": [item()],
        "Seller": {"Platform": "Shopify", "BillbeeShopName": "Wax"}, "Buyer": None,
        "Customer": {"Id": 77, "Number": 5, "Name": "Ann Arbor", "Email": "ann@example.com", "Tel1": None},
        "InvoiceAddress": {"FirstName": "Ann", "LastName": "Arbor", "Street": "Weg", "HouseNumber": "1",
                           "Zip": "10115", "City": "Berlin", "CountryISO2": "DE"},
        "ShippingAddress": None, "Tags": [], "IsCancelationFor": None, "LanguageCode": "DE",
    }  # fmt: skip
    return {**fields, **more}


@pytest.fixture
def api(read, shop):
    def reader(*orders, options=None):
        page = {"Paging": {"Page": 1, "TotalPages": 1}, "ErrorCode": 0, "Data": list(orders)}
        return read(json.dumps(page), name="page.json", options=options or OPTIONS)

    return reader


def one(batch, *columns):
    return batch.orders.select(columns).row(0)


def test_the_sample_pages_give_what_they_say(shop):
    (batch,) = read_all([str(SAMPLE / name) for name in (*PAGES, "customers.json")], OPTIONS)
    total, accounted = shop.accounted(batch)
    assert total == accounted == 12
    # 158.02 - (23.470588.. + 1.759495..) = 132.7899..; 20 - 3.1932.. = 16.8067..; 119 - 19; (30 - 10) - (4.7899.. -
    # 1.5966..) = 16.8067.., twice, since both states of 10034 are handed on; 10 - 1.5966.. = 8.4033..
    assert batch.orders.select("order_key", "payment_state", "order_total", "price", "tax").rows() == [
        ("gathered:10031", "paid", 16292, 13279, 2523), ("12-11990-00417", "paid", 2380, 1681, 319),
        ("id:100000200002003", "pending", 11900, 10000, 1900), ("gathered:10034", "paid", 2000, 1681, 319),
        ("gathered:10034", "paid", 2000, 1681, 319), ("gathered:10035", "voided", 1490, 840, 160),
    ]  # fmt: skip
    assert (batch.rows_duplicate, batch.rows_skipped, batch.test_orders_skipped) == (1, 2, 1)
    assert batch.people_rows == 3
    assert batch.problems == ()


@real
def test_the_documented_answer_gives_its_order():
    (batch,) = read_all([str(REAL / "billbee-api-orders-response.json")], OPTIONS)
    # Tax 25.348235294117647 -> 25.35; price 158.76 - 25.348235.. = 133.411764.. -> 133.41; discount 162.00 - 158.76.
    assert one(batch, "store", "number", "source_id", "external_id", "payment_state", "fulfilment_state") == (
        "test", "Test", "100000186018330", None, "paid", "fulfilled",
    )  # fmt: skip
    assert one(batch, "order_total", "shipping", "tax", "price", "discount", "currency") == (
        17076, 1200, 2535, 13341, 324, "EUR",
    )  # fmt: skip
    assert one(batch, "placed_at", "paid_at", "updated_at") == (
        utc(2022, 7, 22), utc(2022, 8, 10), utc(2022, 8, 17, 9, 47, 25),
    )  # fmt: skip
    # 12 x 13.50 = 162.00 before the discount.
    line = batch.order_lines.select("sku", "product", "quantity_milli", "unit_price", "line_total").row(0)
    assert line == ("TESTBESTAND", "Test Bestandsabgleich", 12_000, 1350, 15876)
    who = batch.people.select("email", "number_key", "street", "country", "language").row(0)
    assert who == ("max@mustermann.tld", "n:test:1", "Str hausnummer", "DE", "de")


@real
def test_pages_that_repeat_their_orders_give_each_once(shop):
    names = [str(REAL / f"billbee-mock-orders-page{page}.json") for page in (1, 2)]
    (batch,) = read_all(names, OPTIONS)
    assert shop.accounted(batch) == (20, 20)
    assert (batch.orders.height, batch.rows_duplicate, batch.problems) == (2, 18, ())
    # 3498.60 - 558.60 = 2940.00; 5299.84 - 846.192941.. = 4453.647058..; shipped on invoice is not paid.
    assert batch.orders.select(
        "source_id", "payment_state", "order_total", "shipping", "tax", "price"
    ).rows() == [
        ("300000180937794", "pending", 361284, 11424, 55860, 294000),
        ("300000181287820", "paid", 529984, 0, 84619, 445365),
    ]
    assert batch.orders["order_key"].to_list() == ["id:300000180937794", "id:300000181287820"]
    # 29 April 13:21:42 in Berlin's summer.
    assert batch.orders["paid_at"].to_list() == [None, utc(2023, 4, 29, 11, 21, 42)]
    assert set(batch.people["person_key"]) == {"n:main:23024", "e:wisneg.vnsr@gmail.com"}
    assert any("of 4 pages 2 are in none of the files: 3, 4" in note for note in batch.notes)


@real
def test_the_documented_customers_are_profiles():
    (batch,) = read_all([str(REAL / "billbee-api-customers-response.json")], OPTIONS)
    assert (batch.orders, batch.people_rows) == (None, 1)
    assert batch.people.select("email", "name", "number_key", "is_profile").row(0) == (
        "max@mustermann.tld", "Max", "n:main:1", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "paid", "expected"),
    [(1, None, "pending"), (4, None, "pending"), (3, None, "pending"), (7, None, "pending"), (5, "x", "paid"),
     (9, "x", "paid"), (16, "x", "paid"), (6, "x", "voided"), (8, None, "voided"), (8, "x", "voided")],
)  # fmt: skip
def test_payed_at_decides_unless_the_state_cancels(api, state, paid, expected):
    batch = api(order(State=state, PayedAt="2026-02-01T11:00:00Z" if paid else None))
    assert one(batch, "payment_state") == (expected,)


@pytest.mark.parametrize("state", [0, 17, 99, "new", None])
def test_an_unknown_state_is_named_and_sets_the_order_aside(api, state):
    batch = api(order(1, State=state), order(2))
    assert batch.orders["number"].to_list() == ["2"]
    assert {problem.column for problem in batch.problems} == {"State"}
    assert batch.problems[0].value == (str(state) if state is not None else None)


def test_of_two_states_of_an_order_the_later_change_wins_and_both_are_handed_on(api):
    batch = api(
        order(State=1, PayedAt=None),
        order(LastModifiedAt="2026-02-02T10:00:00.5Z"),
        order(State=1, PayedAt=None),
    )
    assert batch.orders.select("payment_state", "updated_at").rows() == [
        ("pending", utc(2026, 2, 1, 10, 0, 6)), ("paid", utc(2026, 2, 2, 10, 0, 0, 500_000)),
    ]  # fmt: skip
    assert (batch.rows_duplicate, batch.problems) == (1, ())


@pytest.mark.parametrize(
    ("platform", "external"),
    [("Shopify", "S1"), ("shopify", "S1"), (None, "S1"), ("Etsy", None), ("ebay", None)],
)
def test_only_orders_that_a_shopify_export_may_hold_are_linked(api, platform, external):
    batch = api(order(Seller={"Platform": platform, "BillbeeShopName": "Wax"}))
    assert one(batch, "store", "external_id", "channel") == ("Wax", external, platform)


def test_taxes_of_many_decimals_are_added_exactly_and_rounded_once(api):
    # 3 x 1.605 = 4.815 -> 4.82 (half to even); 30.00 - 4.815 = 25.185 -> 25.18; line by line it would be 1.60 x 3.
    items = [item(tax="1.605") for _ in range(3)]
    batch = api(order(OrderItems=items, TotalCost=34.9))
    assert one(batch, "tax", "price") == (482, 2518)


def test_vouchers_are_no_products(api):
    voucher = item(total="-4", tax="-0.64", IsCoupon=True)
    batch = api(order(OrderItems=[item(UnrebatedTotalPrice=12.0), voucher], TotalCost=10.9))
    # Price (10 - 4) - (1.60 - 0.64); discount 4 and 12 - 10.
    assert one(batch, "price", "tax", "discount") == (504, 96, 600)
    assert batch.order_lines.select("product", "unit_price", "line_total").rows() == [("Candle", 1200, 1000)]


def test_a_voucher_worth_more_than_the_goods_leaves_a_price_of_0(api):
    batch = api(order(OrderItems=[item(), item(total="-14.90", tax="0", IsDiscount=True)], TotalCost=0.0))
    assert one(batch, "price", "order_total") == (0, 0)
    assert any("vouchers" in note for note in batch.notes)


@pytest.mark.parametrize(
    ("adjustment", "total", "fees", "discount", "noted"),
    [
        (2.0, 16.9, 200, 0, False),
        (-2.0, 12.9, None, 200, False),
        (2.0, 14.9, None, 0, False),
        (0.0, 15.0, None, 0, True),
    ],
)
def test_an_adjustment_is_a_fee_or_a_discount_and_other_sums_are_counted(
    api, adjustment, total, fees, discount, noted
):
    batch = api(order(AdjustmentCost=adjustment, TotalCost=total))
    assert one(batch, "fees", "discount", "order_total") == (fees, discount, round(total * 100))
    assert any("add up to" in note for note in batch.notes) is noted


def test_offers_and_tests_are_left_out_and_counted(api):
    batch = api(order(1, State=14), order(2, PaymentMethod=42), order(3))
    assert batch.orders["number"].to_list() == ["3"]
    assert (batch.rows_skipped, batch.test_orders_skipped) == (2, 1)
    assert "1 offer left out: no sales" in batch.notes


def test_a_cancellation_cancels_its_order_and_is_no_sale_itself(api):
    batch = api(order(2, IsCancelationFor="S1", CreatedAt="2026-02-03T10:00:00Z"), order(1))
    assert one(batch, "number", "payment_state", "cancelled_at") == ("1", "voided", utc(2026, 2, 3, 10))
    assert (batch.orders.height, batch.rows_skipped) == (1, 1)
    assert "1 cancellation left out: no sales" in batch.notes


def test_a_cancellation_without_its_order_is_no_sale_and_says_so(api):
    batch = api(order(2, IsCancelationFor="S1"), order(3))
    assert batch.orders["number"].to_list() == ["3"]
    assert any("1 cancellation of orders that no file holds" in note for note in batch.notes)


def test_other_marketplaces_do_not_use_the_field(api):
    batch = api(order(2, IsCancelationFor="S1", Seller={"Platform": "Etsy", "BillbeeShopName": "Wax"}))
    assert batch.orders["number"].to_list() == ["2"]


def test_the_e_mail_falls_back_from_customer_to_buyer(api):
    nobody = {"Id": 77, "Number": 0, "Name": None, "Email": None}
    address = {"Street": "Weg", "City": "Bonn", "Email": "post@example.com"}
    batch = api(
        order(1, Customer={**nobody, "Email": "A@example.com"}),
        order(2, Customer=nobody, InvoiceAddress=None, ShippingAddress=address),
        order(
            3,
            Customer=nobody,
            Buyer={"Email": "relay@example.com", "FullName": "Re Lay"},
            InvoiceAddress=None,
        ),
        order(4, Customer=nobody, InvoiceAddress=None),
        order(5, Customer=None, InvoiceAddress=None),
    )
    assert batch.orders["person_key"].to_list() == [
        "e:a@example.com", "e:post@example.com", "e:relay@example.com", "n:Wax:77", None,
    ]  # fmt: skip


def test_times_with_and_without_zone_may_stand_side_by_side(api):
    batch = api(
        order(1, CreatedAt="2026-07-01T12:00:00.00"), order(2, CreatedAt="2026-07-01T12:00:00+00:00"),
        order(3, CreatedAt="2026-07-01T12:00:00Z", PayedAt="0001-01-01T00:00:00"), order(4, CreatedAt="gestern"),
    )  # fmt: skip
    assert batch.orders["placed_at"].to_list() == [
        utc(2026, 7, 1, 10),
        utc(2026, 7, 1, 12),
        utc(2026, 7, 1, 12),
    ]
    assert batch.orders["payment_state"].to_list() == ["paid", "paid", "pending"]
    assert [(problem.column, problem.value) for problem in batch.problems] == [("CreatedAt", "gestern")]
    assert sum("without a time zone" in note for note in batch.notes) == 1


@pytest.mark.parametrize(
    ("change", "column"),
    [({"TotalCost": None}, "TotalCost"), ({"TotalCost": "viel"}, "TotalCost"), ({"TotalCost": 14.905}, "TotalCost"),
     ({"Currency": "EURO"}, "Currency"), ({"CreatedAt": None}, "CreatedAt"), ({"OrderItems": [{"TotalPrice": "x"}]}, "TotalPrice"),
     ({"OrderItems": "none"}, None), ({"Customer": []}, None), ({"OrderNumber": {}}, None)],
)  # fmt: skip
def test_a_bad_field_sets_its_order_aside_and_no_other(api, change, column):
    batch = api(order(1), order(2, **change))
    assert batch.orders["number"].to_list() == ["1"]
    assert column in {problem.column for problem in batch.problems}
    assert batch.rows_set_aside == 1


def test_what_was_said_about_a_csv_of_the_call_does_not_touch_json(api):
    batch = api(order(), options=replace(OPTIONS, decimal="comma", date_format="%d/%m/%Y"))
    assert one(batch, "order_total") == (1490,)


def test_an_empty_page_is_a_page(read):
    batch = read(
        '{"Paging": {"Page": 3, "TotalPages": 2}, "ErrorCode": 0, "Data": []}', name="p.json", options=OPTIONS
    )
    assert (batch.source, batch.orders.height) == ("billbee_api", 0)


@pytest.mark.parametrize("text", ["1e400", "NaN", "1/3", "0x10", "", None, "1e-999", "1_000"])
def test_no_number_is_made_of_other_text(text):
    assert exact.number(text) is None


def _mutated(value, chance, draw):
    """The value with some of it replaced, dropped or doubled."""
    junk = [
        None,
        True,
        0,
        -1,
        1e300,
        12.345,
        "",
        "x",
        "1e9",
        "\x1b[31m",
        [],
        {},
        [None],
        [[{}]],
        "2026-02-30T10:00:00",
        99,
    ]
    if draw.random() < chance:
        return draw.choice(junk)
    if isinstance(value, dict):
        return {
            key: _mutated(inner, chance, draw) for key, inner in value.items() if draw.random() > chance / 2
        }
    if isinstance(value, list):
        kept = [_mutated(inner, chance, draw) for inner in value]
        return kept * 2 if draw.random() < chance else kept
    return value


@pytest.mark.parametrize("seed", range(30))
def test_hostile_json_is_read_or_refused_and_every_record_accounted_for(tmp_path, shop, seed):
    draw = random.Random(seed)
    page = json.loads((SAMPLE / draw.choice((*PAGES, "customers.json"))).read_text("utf-8"))
    hurt = copy.deepcopy(page)
    hurt["Data"] = [_mutated(one, draw.choice([0.01, 0.03, 0.1]), draw) for one in page["Data"]]
    path = tmp_path / "page.json"
    path.write_text(json.dumps(hurt), "utf-8")
    try:
        (batch,) = read_all([str(path)], OPTIONS)
    except InputError:
        return
    total, accounted = shop.accounted(batch)
    assert total == accounted == len(hurt["Data"])

"""Shopify's bulk operations: an object a line, children with `__parentId`."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from pathlib import Path

import pytest

from clientlens.errors import ClientlensError, NoGoodRow
from clientlens.sources.reading import read_all

KILN = Path(__file__).resolve().parents[2] / "data" / "sample" / "kiln"


def money(amount, currency="EUR"):
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def order(number=1, **values):
    """A paid order of 48.00, nothing else charged."""
    return {
        "id": f"gid://shopify/Order/{number}", "name": f"#{number}", "createdAt": "2026-03-05T08:00:00Z",
        "updatedAt": "2026-03-05T08:00:00Z", "test": False, "email": "ann@example.com", "currencyCode": "EUR",
        "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "UNFULFILLED", "taxesIncluded": False,
        "subtotalPriceSet": money("48.0"), "totalPriceSet": money("48.0"), **values,
    }  # fmt: skip


def item(number=1, of=1, **values):
    return {
        "id": f"gid://shopify/LineItem/{number}", "title": "Mug", "variantTitle": "blue", "sku": "MUG-B", "quantity": 2,
        "originalUnitPriceSet": money("24.0"), "__parentId": f"gid://shopify/Order/{of}", **values,
    }  # fmt: skip


def product(number=9, **values):
    return {"id": f"gid://shopify/Product/{number}", "title": "Mug", **values}


def lines_of(records):
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records)


@pytest.fixture
def bulk(read):
    def reader(*records, **how):
        return read(lines_of(records), name="bulk.jsonl", **how)

    return reader


def told(batch):
    return [(problem.line, problem.message) for problem in batch.problems]


@pytest.fixture(scope="module")
def batch(shop):
    (batch,) = read_all([str(KILN / "bulk.jsonl")], shop.options)
    total, accounted = shop.accounted(batch)
    assert total == accounted == 12
    return batch


class TestSample:
    """12 lines: 3 orders (one a test) with a line each, a discount, 2 of a product, a checkout and its line, a customer."""

    def test_orders_take_their_children_along(self, batch):
        assert batch.source == "shopify_bulk"
        assert batch.orders.select("order_key", "line", "row_count").rows() == [
            ("K-0901", 1, 3),
            ("K-0902", 6, 2),
        ]
        assert (batch.test_orders_skipped, batch.rows_skipped) == (
            1,
            4,
        )  # with its line; and the product's two
        assert batch.notes == (f"{batch.files[0].file}: 2 records of type Product left out",)

    def test_amounts_and_states_are_the_files(self, batch):
        columns = ["payment_state", "fulfilment_state", "order_total", "refunded", "price", "tax_basis"]
        assert batch.orders.select(columns).rows() == [
            ("paid", "fulfilled", 9490, 0, 7563, "inside"),  # 90.00 x (94.90 - 15.15) / 94.90 = 75.632...
            ("partially_refunded", "partial", 4800, 2400, 4034, "inside"),  # 48.00 - 7.66, no shipping
        ]
        assert batch.orders["fulfilled_at"][0] == dt.datetime(2026, 3, 7, 7, 30, tzinfo=dt.UTC)

    def test_ids_are_the_numbers_in_the_gids(self, batch):
        assert batch.orders["source_id"].to_list() == ["6001", "6002"]
        assert batch.people.filter(email="nora@example.org")["number_key"].to_list() == ["n:main:7201"]

    def test_a_checkout_has_its_token_from_its_address(self, batch):
        columns = ["checkout_key", "token", "total", "has_contact", "row_count"]
        assert batch.checkouts.select(columns).rows() == [
            ("36001", "hWN7b2c9d8e1f4a5b6c7d8e9", 2400, True, 2)
        ]
        assert batch.checkout_lines["product"].to_list() == ["Mug - green"]

    def test_a_customer_is_a_profile(self, batch):
        profile = batch.people.filter("is_profile").row(0, named=True)
        assert (profile["name"], profile["accepts_email"], batch.people_rows) == ("Lea Moser", True, 1)


class TestChildren:
    def test_they_may_stand_anywhere_even_before_their_parent(self, bulk):
        batch = bulk(item(1, of=2), order(1), order(2), item(2, of=1, title="Bowl"))
        found = batch.order_lines.select("order_key", "product").sort("order_key").rows()
        assert found == [("1", "Bowl - blue"), ("2", "Mug - blue")]
        assert batch.orders["row_count"].to_list() == [2, 2]

    def test_children_without_an_id_count_and_say_nothing(self, bulk):
        batch = bulk(order(), {"targetType": "LINE_ITEM", "__parentId": "gid://shopify/Order/1"})
        assert (batch.orders["row_count"].to_list(), batch.order_lines.height) == ([2], 0)

    def test_children_of_children_belong_to_the_order(self, bulk):
        batch = bulk(order(), item(), {"allocatedAmount": "1", "__parentId": "gid://shopify/LineItem/1"})
        assert batch.orders["row_count"].to_list() == [3]

    def test_an_unknown_parent_sets_the_child_aside_with_its_own(self, bulk):
        batch = bulk(order(), item(5, of=77), {"x": 1, "__parentId": "gid://shopify/LineItem/5"})
        reason = "its parent gid://shopify/Order/77 is not in the file"
        assert told(batch) == [(2, reason), (3, reason)]
        assert (batch.orders.height, batch.rows_set_aside) == (1, 2)

    def test_parents_in_a_circle_are_set_aside(self, bulk):
        one, two = "gid://shopify/LineItem/1", "gid://shopify/LineItem/2"
        batch = bulk(order(), {"id": one, "__parentId": two}, {"id": two, "__parentId": one})
        assert [message for _, message in told(batch)] == ["its parents go round in a circle"] * 2

    def test_an_order_below_its_customer_is_that_customers(self, bulk):
        customer = {"id": "gid://shopify/Customer/5", "email": "bo@example.com", "firstName": "Bo"}
        below = order(email=None, __parentId="gid://shopify/Customer/5")
        batch = bulk(customer, below, item())
        assert batch.orders["person_key"].to_list() == ["e:bo@example.com"]
        assert (batch.orders["row_count"].to_list(), batch.people_rows) == ([2], 1)

    def test_shipping_lines_say_what_shipping_cost(self, bulk):
        shipping = {
            "id": "gid://shopify/ShippingLine/1", "originalPriceSet": money("5.0"), "discountedPriceSet": money("3.0"),
            "__parentId": "gid://shopify/Order/1",
        }  # fmt: skip
        batch = bulk(order(totalPriceSet=money("51.0"), totalShippingPriceSet=money("5.0")), item(), shipping)
        assert batch.orders.select("shipping", "price").row(0) == (300, 4800)

    def test_a_tip_needs_no_more_than_its_title(self, bulk):
        tip = item(2, title="Tip", variantTitle=None, sku=None, quantity=1, originalUnitPriceSet=money("4.0"))
        batch = bulk(order(totalPriceSet=money("52.0")), item(), tip)
        assert batch.orders.select("tip", "price").row(0) == (400, 4800)
        assert batch.order_lines["is_tip"].to_list() == [False, True]


class TestUnreadable:
    def test_a_broken_line_takes_the_order_along_that_it_names(self, bulk):
        broken = '{"__parentId":"gid://shopify/Order/2","title":"Mu'
        batch = bulk(order(1), order(2), item(2, of=2), broken)
        assert batch.orders["order_key"].to_list() == ["1"]
        assert told(batch) == [
            (2, "line 4, which belongs to it, cannot be read"),
            (3, "set aside with its order"),
            (4, "the file ends in the middle of a value"),
        ]

    def test_a_broken_line_that_names_nobody_goes_alone(self, bulk):
        batch = bulk(order(1), '{"id":"gid://shopify/LineItem/1","title":"M')
        assert (batch.orders.height, batch.rows_set_aside) == (1, 1)

    def test_a_child_of_the_wrong_shape_takes_its_order_along(self, bulk):
        batch = bulk(order(1), order(2), item(1, of=2, quantity=[2]))
        assert batch.orders["order_key"].to_list() == ["1"]
        assert batch.rows_set_aside == 2

    def test_a_bad_amount_of_a_line_names_the_line(self, bulk):
        batch = bulk(order(1), order(2), item(1, of=2, originalUnitPriceSet=money("x")))
        assert [(p.line, p.column, p.value) for p in batch.problems] == [
            (2, None, None),
            (3, "originalUnitPriceSet", "x"),
        ]
        assert batch.rows_set_aside == 2

    def test_an_object_of_no_type_is_set_aside(self, bulk):
        batch = bulk(order(), {"title": "?"})
        assert told(batch) == [(2, "neither __typename nor id tells what it is, and it has no parent")]

    def test_a_state_that_is_not_there_is_told(self, bulk):
        batch = bulk(order(1), order(2, displayFinancialStatus=None))
        assert [(p.line, p.column, p.message) for p in batch.problems] == [
            (2, "displayFinancialStatus", "an order needs a financial status")
        ]

    def test_amounts_in_another_currency_than_the_orders_are_told(self, bulk):
        batch = bulk(order(1), order(2, totalPriceSet=money("48.0", "USD")))
        assert [(p.line, p.column, p.value) for p in batch.problems] == [(2, "totalPriceSet", "48.0 USD")]

    def test_a_file_of_nothing_good_is_refused(self, write, shop):
        with pytest.raises(NoGoodRow, match=r"bulk.jsonl:1: .*createdAt 'yesterday'"):
            read_all(
                [write(lines_of([order(createdAt="yesterday"), item()]), name="bulk.jsonl")], shop.options
            )


class TestVersions:
    def test_an_order_that_stands_twice_with_its_lines_is_kept_once(self, bulk):
        batch = bulk(order(), item(), order(), item())
        assert (batch.orders.height, batch.order_lines.height, batch.rows_duplicate) == (1, 1, 2)

    def test_a_later_state_is_a_version_with_its_own_lines(self, bulk):
        later = order(updatedAt="2026-04-01T00:00:00Z", displayFinancialStatus="REFUNDED")
        batch = bulk(order(), item(), later, item(), item(2, title="Bowl"))
        assert batch.orders.select("payment_state", "row_count").rows() == [("paid", 2), ("refunded", 3)]
        assert batch.order_lines["version"].to_list() == [0, 1, 1]


class TestRecognised:
    @pytest.mark.parametrize(
        "records",
        [[order()], [order(customer={"id": "gid://shopify/Customer/1"})], [product(__typename="Product"), order()],
         [item(), order()], [{"id": "gid://shopify/Customer/1", "email": "a@example.com", "firstName": "A"}]],
        ids=["one line", "one line with a customer inside", "a product first", "a child first", "a customer alone"],
    )  # fmt: skip
    def test_by_its_first_line_whatever_that_is(self, bulk, records):
        assert bulk(*records).source == "shopify_bulk"

    def test_nothing_but_products_is_skipped_whole(self, bulk):
        batch = bulk(
            product(__typename="Product"), product(8), {"x": 1, "__parentId": "gid://shopify/Product/8"}
        )
        assert (batch.orders.height, batch.rows_skipped, batch.people) == (0, 3, batch.people)


JUNK = [
    None,
    True,
    0,
    "",
    "x",
    "1,234.50",
    [],
    {},
    [1],
    [{}],
    {"shopMoney": {"amount": "x"}},
    "gid://shopify/Order/6001",
]


@pytest.mark.parametrize("seed", range(10))
def test_whatever_the_lines_hold_each_is_accounted_for(write, shop, seed):
    chance = random.Random(seed)
    records = [json.loads(text) for text in (KILN / "bulk.jsonl").read_text("utf-8").splitlines()] * 2
    for _ in range(12):
        record = chance.choice(records)
        spoiled = copy.deepcopy(record)
        key = chance.choice(list(record))
        if chance.random() < 0.3:
            del spoiled[key]
        else:
            spoiled[key] = chance.choice(JUNK)
        records[records.index(record)] = spoiled or {"x": 1}
    chance.shuffle(records)
    texts = [json.dumps(record) for record in records]
    texts[5] = texts[5][: len(texts[5]) // 2]
    try:
        (batch,) = read_all([write(lines_of(texts), name="x.jsonl")], shop.options, source="shopify_bulk")
    except ClientlensError:
        return
    total, accounted = shop.accounted(batch)
    assert total == accounted == 24

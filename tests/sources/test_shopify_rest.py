"""Shopify's REST API: orders, checkouts and customers as saved."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from clientlens.errors import ClientlensError, NoGoodRow, NotRecognised
from clientlens.sources.reading import read_all
from clientlens.sources.shopify_rest import recognises

KILN = Path(__file__).resolve().parents[2] / "data" / "sample" / "kiln"
ORDER = {
    "id": 6101, "name": "#1001", "created_at": "2026-09-14T18:31:05+02:00", "updated_at": "2026-09-14T18:31:09+02:00",
    "cancelled_at": None, "test": False, "currency": "EUR", "taxes_included": False, "financial_status": "paid",
    "fulfillment_status": None, "email": "ann@example.com", "subtotal_price": "20.00", "total_discounts": "0.00",
    "total_tax": "2.50", "total_price": "27.50", "customer": {"id": 7201, "email": "ann@example.com"},
    "line_items": [{"title": "Candle", "variant_title": "red", "sku": "C-1", "quantity": 2, "price": "10.00"}],
    "shipping_lines": [{"price": "5.00"}], "refunds": [],
}  # fmt: skip
"""20.00 goods, 5.00 shipping, 2.50 tax on top."""
CHECKOUT = {
    "id": 37001, "token": "c1f0", "cart_token": "aa11", "email": "ann@example.com", "completed_at": None,
    "created_at": "2026-09-12T20:02:00+02:00", "updated_at": "2026-09-12T20:09:30+02:00", "currency": "EUR",
    "total_price": "84.90", "line_items": [{"title": "Candle", "sku": "C-1", "quantity": 2, "price": "10.00"}],
    "abandoned_checkout_url": "https://kiln.example/1/checkouts/c1f0/recover",
}  # fmt: skip


def order(**values):
    return {**copy.deepcopy(ORDER), **values}


def line(**values):
    return {**ORDER["line_items"][0], **values}


def orders(*many):
    return json.dumps({"orders": many}, indent=1)


@pytest.fixture
def rest(read):
    def reader(*many, **how):
        return read(orders(*many), name="orders.json", **how)

    return reader


def told(batch):
    return [(problem.column, problem.value, problem.message) for problem in batch.problems]


@pytest.fixture(scope="module")
def batch(shop):
    names = ["orders.json", "checkouts.json", "customers.json"]
    (batch,) = read_all([str(KILN / name) for name in names], shop.options)
    total, accounted = shop.accounted(batch)
    assert total == accounted == 9
    return batch


class TestSample:
    """The sample shop's files; what every figure comes from stands beside it."""

    def test_five_orders_are_four_and_a_test(self, batch):
        assert batch.source == "shopify_rest"
        assert batch.orders.select("order_key", "source_id", "payment_state", "fulfilment_state").rows() == [
            ("K-1001", "6101", "paid", "fulfilled"),
            ("K-1002", "6102", "partially_refunded", "partial"),
            ("K-1004", "6104", "pending", "unfulfilled"),
            ("K-1005", "6105", "voided", "unfulfilled"),
        ]
        assert (batch.test_orders_skipped, batch.rows_skipped, batch.problems) == (1, 1, ())

    def test_amounts_are_the_files(self, batch):
        columns = ["order_total", "refunded", "tax", "shipping", "tip", "discount", "price", "tax_basis"]
        assert batch.orders.select(columns).rows() == [
            # goods 48.00 - 4.80 + 32.00 - 3.20 = 72.00, less their taxes 6.90 + 4.60; the tip is a line of 5.00
            (8190, 0, 1228, 490, 500, 800, 6050, "inside"),
            # of two refunds of 20.00 one failed
            (7733, 2000, 533, 1200, 0, 0, 6000, "on_top"),
            (2400, 0, 383, 0, 0, 0, 2017, "inside"),
            (3690, 0, 589, 490, 0, 0, 2689, "inside"),
        ]

    def test_times_are_those_of_placing_shipping_and_changing(self, batch):
        first, last = batch.orders.row(0, named=True), batch.orders.row(3, named=True)
        utc = dt.UTC
        assert first["placed_at"] == dt.datetime(2026, 9, 14, 16, 31, 5, tzinfo=utc)
        assert first["fulfilled_at"] == dt.datetime(
            2026, 9, 16, 8, 5, tzinfo=utc
        )  # the cancelled one is later
        assert first["updated_at"] == dt.datetime(2026, 9, 17, 7, 12, 44, tzinfo=utc)
        assert first["paid_at"] is None
        assert last["cancelled_at"] == dt.datetime(2026, 10, 3, 15, tzinfo=utc)

    def test_lines_have_title_and_variant_and_know_the_tip(self, batch):
        lines = batch.order_lines.filter(order_key="K-1001")
        assert lines.select("line_no", "product", "sku", "quantity_milli", "unit_price", "is_tip").rows() == [
            (1, "Mug - blue", "MUG-B", 2000, 2400, False),
            (2, "Bowl", "BOWL", 1000, 3200, False),
            (3, "Tip", None, 1000, 500, True),
        ]

    def test_an_order_and_its_checkout_have_the_same_tokens(self, batch):
        links = ["checkout_id", "checkout_token", "cart_token"]
        (id_, token, cart) = batch.orders.select(links).row(0)
        assert batch.checkouts.select("checkout_key", "token", "cart_token").row(0) == (id_, token, cart)
        assert batch.checkouts["completed_at"].to_list() == [
            dt.datetime(2026, 9, 14, 16, 31, 5, tzinfo=dt.UTC),
            None,
        ]
        assert batch.checkouts["total"].to_list() == [8490, 7200]
        assert batch.checkout_lines["product"].to_list() == ["Mug - blue", "Bowl", "Vase - tall"]

    def test_customers_are_profiles_with_their_entry_date_and_consent(self, batch):
        profiles = batch.people.filter("is_profile")
        assert profiles.select("number_key", "email", "phone", "joined_at", "accepts_email").rows() == [
            ("n:main:7201", "nora@example.org", None, dt.datetime(2025, 11, 2, 9, tzinfo=dt.UTC), True),
            ("n:main:7203", None, "+390471555017", dt.datetime(2026, 8, 1, 7, 30, tzinfo=dt.UTC), None),
        ]
        assert batch.people_rows == 2

    def test_an_order_of_nobody_is_unattributed(self, batch):
        assert batch.orders.filter(order_key="K-1004")["person_key"].to_list() == [None]


class TestForms:
    @pytest.mark.parametrize(
        "content",
        [
            json.dumps({"order": ORDER}),
            json.dumps({"order": ORDER, "notice": "x"}),
            json.dumps([ORDER]),
            json.dumps(ORDER),
            json.dumps(ORDER) + "\n" + json.dumps({**ORDER, "id": 1, "name": "#2"}) + "\n",
            orders(ORDER),
        ],
        ids=["single", "single with a notice", "array", "bare", "lines", "page"],
    )
    def test_orders_stand_in_many_envelopes(self, read, content):
        batch = read(content, name="a.json")
        assert (batch.source, batch.orders["order_key"][0]) == ("shopify_rest", "1001")

    def test_a_page_without_records_is_fine(self, read):
        batch = read('{"orders": []}', name="a.json")
        assert (batch.orders.height, batch.notes) == (0, (f"{batch.files[0].file}: no records",))

    def test_an_envelope_of_a_record_that_is_none_is_not_recognised(self, write, shop):
        with pytest.raises(NotRecognised, match="'order'"):
            read_all([write('{"order": []}', name="a.json")], shop.options)

    def test_a_record_of_no_kind_is_set_aside(self, read):
        batch = read(json.dumps([ORDER, {"id": 1, "created_at": "x"}]), name="a.json")
        assert (batch.orders.height, batch.rows_set_aside) == (1, 1)
        assert told(batch) == [(None, None, "neither an order, a checkout nor a customer")]


class TestPages:
    def test_an_order_on_two_pages_is_kept_once(self, write, shop):
        pages = [
            write(orders(ORDER, order(id=2, name="#1002")), name="1.json"),
            write(orders(ORDER), name="2.json"),
        ]
        (batch,) = read_all(pages, shop.options)
        assert (batch.orders.height, batch.rows_duplicate) == (2, 1)
        assert shop.accounted(batch) == (3, 3)

    def test_of_two_states_in_one_file_both_are_kept_with_their_times(self, rest):
        later = order(financial_status="refunded", updated_at="2026-10-01T00:00:00+02:00")
        batch = rest(ORDER, later)
        assert batch.orders["payment_state"].to_list() == ["paid", "refunded"]
        assert batch.orders["version"].to_list() == [0, 1]
        assert batch.order_lines["version"].to_list() == [0, 1]
        assert batch.orders["updated_at"].is_sorted()


class TestValues:
    def test_the_plain_order_has_price_and_link_to_its_customer(self, rest):
        row = rest(ORDER).orders.row(0, named=True)
        assert (row["order_total"], row["price"], row["shipping"], row["tax"]) == (2750, 2000, 500, 250)
        assert (row["person_key"], row["placed_on"]) == ("e:ann@example.com", dt.date(2026, 9, 14))

    def test_processed_at_is_not_when_it_was_placed(self, rest):
        batch = rest(order(processed_at="2025-01-01T00:00:00+01:00"))
        assert batch.orders["placed_on"].to_list() == [dt.date(2026, 9, 14)]

    def test_the_amounts_are_shop_money_though_the_client_paid_in_another(self, rest):
        usd = {
            "shop_money": {"amount": "27.50", "currency_code": "EUR"},
            "presentment_money": {"amount": "30.25"},
        }
        row = rest(order(presentment_currency="USD", total_price_set=usd)).orders.row(0, named=True)
        assert (row["currency"], row["order_total"]) == ("EUR", 2750)

    def test_a_currency_that_is_missing_may_be_given(self, write, shop):
        name = write(orders(order(currency=None)), name="a.json")
        with pytest.raises(NoGoodRow, match="currency is missing"):
            read_all([name], shop.options)
        (batch,) = read_all([name], replace(shop.options, currency="EUR"))
        assert batch.orders["price"].to_list() == [2000]

    def test_yen_have_no_decimals_even_where_the_api_writes_one(self, rest):
        lines = [line(price="1000.0")]
        batch = rest(
            order(currency="JPY", total_price="2000.0", subtotal_price="2000.0", total_tax="0.0", line_items=lines,
                  shipping_lines=[], total_discounts="0.0")
        )  # fmt: skip
        assert batch.orders.select("order_total", "price").row(0) == (2000, 2000)

    def test_free_shipping_by_a_code_is_shipping_of_nothing(self, rest):
        free = [{"price": "5.00", "discounted_price": "5.00", "discount_allocations": [{"amount": "5.00"}]}]
        row = rest(order(shipping_lines=free, total_price="22.50", total_discounts="5.00")).orders.row(
            0, named=True
        )
        assert (row["shipping"], row["price"], row["discount"]) == (0, 2000, 500)

    def test_a_shipping_line_that_was_removed_costs_nothing(self, rest):
        lines = [{"price": "9.00", "is_removed": True}, {"price": "5.00", "is_removed": False}]
        assert rest(order(shipping_lines=lines)).orders["shipping"].to_list() == [500]

    def test_a_tip_that_only_the_order_states_counts(self, rest):
        row = rest(order(total_price="30.50", total_tip_received="3.00")).orders.row(0, named=True)
        assert (row["tip"], row["price"]) == (300, 2000)

    def test_a_product_called_tip_is_a_product(self, rest):
        tip = line(
            title="Tip", variant_title=None, sku=None, product_id=5, taxable=False, requires_shipping=False
        )
        batch = rest(order(line_items=[tip]))
        assert batch.order_lines["is_tip"].to_list() == [False]
        assert batch.orders["tip"].to_list() == [0]

    def test_refunds_are_their_successful_transactions(self, rest):
        transactions = [
            {"kind": "refund", "status": "success", "amount": "3.00", "currency": "EUR"},
            {"kind": "refund", "status": "pending", "amount": "50.00"},
            {"kind": "void", "status": "success", "amount": "60.00"},
        ]
        refunds = [{"transactions": transactions}, {"transactions": transactions[:1]}]
        assert rest(order(refunds=refunds)).orders["refunded"].to_list() == [600]

    def test_a_payment_among_the_transactions_says_when(self, rest):
        transactions = [
            {"kind": "authorization", "status": "success", "created_at": "2026-09-14T18:31:06+02:00"},
            {"kind": "capture", "status": "success", "created_at": "2026-09-16T01:00:00+02:00"},
            {"kind": "capture", "status": "success", "created_at": "2026-09-15T23:30:00Z"},
            {"kind": "sale", "status": "failure", "created_at": "2026-09-20T00:00:00+02:00"},
        ]
        paid = rest(order(transactions=transactions)).orders["paid_at"].to_list()
        assert paid == [dt.datetime(2026, 9, 15, 23, 30, tzinfo=dt.UTC)]  # 01:00 +02:00 is 23:00 UTC

    def test_without_line_items_the_subtotal_is_the_price(self, rest):
        bare = order()
        del bare["line_items"]
        batch = rest(bare)
        assert (batch.orders["price"].to_list(), batch.order_lines.height) == ([2000], 0)

    def test_amounts_that_do_not_add_up_are_noted(self, rest):
        batch = rest(order(total_price="99.00"))
        assert batch.orders["price"].to_list() == [2000]
        assert "do not add up" in batch.notes[0]

    def test_taxes_included_or_not_is_found_where_it_is_not_said(self, rest):
        bases = rest(
            order(taxes_included=None), order(id=2, name="#2", taxes_included=None, total_price="25.00")
        )
        assert bases.orders["tax_basis"].to_list() == ["on_top", "inside"]

    def test_without_a_name_the_id_is_the_key(self, rest):
        assert rest(order(name=None)).orders.select("order_key", "number").row(0) == ("id:6101", None)

    def test_a_default_variant_is_no_variant(self, rest):
        assert (
            rest(order(line_items=[line(variant_title="Default Title")])).order_lines["product"][0]
            == "Candle"
        )

    def test_offsets_that_do_not_fit_the_workspace_are_noted(self, rest):
        notes = rest(order(created_at="2026-09-14T18:31:05-04:00")).notes
        assert any("offset -04:00" in note or "offset -0400" in note for note in notes)


class TestPeople:
    def test_an_order_without_a_customer_has_the_e_mail_it_was_placed_with(self, rest):
        assert rest(order(customer=None)).orders["person_key"].to_list() == ["e:ann@example.com"]

    def test_a_customer_number_alone_is_somebody(self, rest):
        batch = rest(order(email=None, customer={"id": 7201}))
        assert batch.orders["person_key"].to_list() == ["n:main:7201"]

    def test_the_billing_address_counts_and_else_the_shipping_address(self, rest):
        billing = {"name": "Ann Arbor", "address1": None, "city": "Rome", "country_code": "IT"}
        shipping = {
            "name": "Bo Arbor",
            "address1": "Via Roma 1",
            "zip": "39100",
            "city": "Bolzano",
            "country_code": "IT",
        }
        person = rest(order(billing_address=billing, shipping_address=shipping)).people.row(0, named=True)
        assert (person["name"], person["street"], person["city"]) == ("Ann Arbor", "Via Roma 1", "Bolzano")
        assert person["residence_key"] == "r:ann arbor|via roma 1||39100|bolzano|it"

    @pytest.mark.parametrize(
        ("values", "consent"),
        [
            ({"customer": {"id": 1, "email_marketing_consent": {"state": "subscribed"}}}, True),
            ({"customer": {"id": 1, "email_marketing_consent": {"state": "unsubscribed"}}}, False),
            ({"buyer_accepts_marketing": True}, True),
            ({"customer": {"id": 1, "accepts_marketing": False}}, False),
            ({}, None),
        ],
    )
    def test_consent_is_the_customers_state_or_the_buyers_tick(self, rest, values, consent):
        assert rest(order(**values)).people["accepts_email"].to_list() == [consent]


class TestProblems:
    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            ({"financial_status": None}, ("financial_status", None, "an order needs a financial status")),
            ({"financial_status": "settled"}, ("financial_status", "settled", "not a state of payment")),
            ({"total_price": "1,000.00"}, ("total_price", "1,000.00", "not an amount of this currency")),
            ({"total_tax": "2.505"}, ("total_tax", "2.505", "not an amount of this currency")),
            ({"created_at": None}, ("created_at", None, "the order needs a date")),
            ({"created_at": "2026-02-30T00:00:00Z"}, ("created_at", "2026-02-30T00:00:00Z", "no such day or hour")),
            ({"currency": "EURO"}, ("currency", "EURO", "not an ISO 4217 currency code")),
            ({"refunds": [{"transactions": [{"kind": "refund", "status": "success", "amount": "1.00", "currency": "USD"}]}]},
             ("refunds", "1.00 USD", "an amount in another currency than the rest of it")),
            ({"refunds": [{"transactions": [{"kind": "refund", "status": "success"}]}]},
             ("refunds", None, "a refund without an amount")),
            ({"line_items": [line(quantity=None)]}, ("line_items.quantity", None, "a line needs a quantity")),
            ({"line_items": [line(title=None, sku=None)]}, ("line_items.title", None, "a line needs a product or a service")),
            ({"name": ["#1"]}, (None, None, "name holds a list, not a text")),
            ({"line_items": {}}, (None, None, "line_items holds an object, not a list of objects")),
            ({"line_items": [line(sku={})]}, (None, None, "sku holds an object, not a text")),
            ({"customer": "Ann"}, (None, None, "customer holds a text or number, not an object")),
            ({"test": "no"}, (None, None, "test holds a text or number, not true or false")),
        ],
    )  # fmt: skip
    def test_a_fault_sets_its_order_aside_and_no_other(self, rest, values, problem):
        good = order(id=9, name="#9")
        batch = rest(good, order(**values))
        assert batch.orders["order_key"].to_list() == ["9"]
        assert batch.rows_set_aside == 1
        own = [one for one in told(batch) if not one[2].startswith("set aside")]
        assert own == [problem]
        first = batch.problems[0].line
        assert first == orders(good, order(**values)).split(' "id": 6101')[0].count("\n")

    def test_an_order_without_name_and_id_is_set_aside(self, rest):
        batch = rest(ORDER, order(name=None, id=None))
        assert told(batch) == [("name", None, "the row has no order number")]

    def test_a_checkout_without_a_date_is_set_aside(self, read):
        checkouts = [
            CHECKOUT,
            {**CHECKOUT, "id": 2, "created_at": None},
            {**CHECKOUT, "id": 3, "total_price": "-1.00"},
        ]
        batch = read(json.dumps({"checkouts": checkouts}), name="c.json")
        assert batch.checkouts["checkout_key"].to_list() == ["37001"]
        assert [one[2] for one in told(batch)] == ["the checkout needs a date", "an amount below 0"]

    def test_a_checkout_without_contact_is_kept_as_such(self, read):
        batch = read(json.dumps({"checkouts": [{**CHECKOUT, "email": None}]}), name="c.json")
        assert batch.checkouts.select("has_contact", "person_key").row(0) == (False, None)

    def test_a_customer_of_nothing_is_set_aside(self, read):
        customers = [{"id": 1, "orders_count": 0, "email": "a@example.com"}, {"id": None, "orders_count": 0}]
        batch = read(json.dumps({"customers": customers}), name="c.json")
        assert (batch.people.height, batch.rows_set_aside) == (1, 1)

    def test_a_decimal_comma_of_other_files_in_the_call_does_not_matter(self, write, shop):
        (batch,) = read_all([write(orders(ORDER), name="a.json")], replace(shop.options, decimal="comma"))
        assert batch.orders["order_total"].to_list() == [2750]

    @pytest.mark.parametrize(
        ("name", "good", "amount"),
        [("orders", order(id=2, name="#2"), "27.50"), ("checkouts", {**CHECKOUT, "id": 2}, None)],
    )
    def test_a_rejected_record_stands_as_it_was_and_goes_in_alone(self, read, name, good, amount):
        first = ORDER if name == "orders" else CHECKOUT
        amount = amount or good["total_price"]
        bad = {**good, "total_price": "x"}
        batch = read(json.dumps({name: [first, bad]}, indent=1), name="a.json")
        (text,) = batch.rejects[0].rows["text"]
        assert json.loads(text) == bad
        again = read(text.replace('"x"', json.dumps(amount)), name="bad.jsonl")
        whole = read(json.dumps({name: [good]}), name="a.json")
        assert again.source == "shopify_rest"
        for table in ("orders", "order_lines", "checkouts", "checkout_lines", "people"):
            ours, theirs = getattr(again, table), getattr(whole, table)
            assert (ours is None) == (theirs is None)
            assert ours is None or ours.equals(theirs)

    @pytest.mark.parametrize("key", ["order_number", "financial_status"])
    def test_an_order_without_an_envelope_is_known_by_either_key(self, key):
        assert recognises(("id", "created_at", key))
        assert not recognises(("id", "created_at", "completed_at", "invoice_url"))  # a draft


JUNK = [
    None, True, 0, -1, "", "x", "-5.00", "1,234.50", "1e5", "9" * 30, [], {}, [1], [{}], {"amount": "1.0"}, "JPY",
    {"shop_money": {"amount": "3.00", "currency_code": "USD"}}, "2026-02-30T00:00:00Z", "gid://shopify/Order/1",
]  # fmt: skip


def places(value):
    """Every key and index in a value, with what holds it."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def spoiled(value, chance):
    out = copy.deepcopy(value)
    for _ in range(chance.choice([1, 1, 2, 6])):
        holder, key = chance.choice(list(places(out)) or [({0: 0}, 0)])
        if chance.random() < 0.4:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(JUNK))
    return out


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["orders", "checkouts", "customers"])
def test_whatever_a_record_holds_it_is_read_or_set_aside(write, shop, kind, seed):
    chance = random.Random(f"{kind}{seed}")
    sample = json.loads((KILN / f"{kind}.json").read_text("utf-8"))[kind]
    content = json.dumps({kind: [spoiled(chance.choice(sample), chance) for _ in range(30)]})
    try:
        (batch,) = read_all([write(content, name="x.json")], shop.options, source="shopify_rest")
    except ClientlensError:
        return
    total, accounted = shop.accounted(batch)
    assert total == accounted == 30
    assert all(problem.line for problem in batch.problems)

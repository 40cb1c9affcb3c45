"""What becomes of an abandoned checkout, rule by rule; hours after T0 unless said otherwise."""

# ruff: noqa: S106 (tokens of carts, not passwords)

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from runpy import run_path

import pytest

from clientlens.analysis.recoveries import recoveries

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, as_of, client, moment = (factory[name] for name in ("Shop", "as_of", "client", "moment"))

MICROSECOND = timedelta(microseconds=1)
TEN_MINUTES = timedelta(minutes=10)
WEEK = timedelta(days=7)
A, B, C = ("A", "Candle"), ("B", "Wick"), ("C", "Wax")


def outcome(shop, until=24 * 60, **options):
    """checkout -> (status, recovered_by, order)."""
    found = recoveries(shop.facts(), as_of=as_of(until), completed_when="paid", **options)
    return {
        key: (status, by, order)
        for key, status, by, order in found.select(
            "checkout_key", "status", "recovered_by", "recovered_order_key"
        ).rows()
    }


OPEN = ("open", None, None)
REPEATED = ("repeated", None, None)


def linked(order):
    return ("recovered", "link", order)


def matched(order):
    return ("recovered", "same_email_within_window", order)


# --- which checkouts are abandoned ----------------------------------------------------------------------


@pytest.mark.parametrize(("idle", "rows"), [(TEN_MINUTES, 0), (TEN_MINUTES + MICROSECOND, 1)])
def test_a_checkout_is_abandoned_once_idle_for_more_than_ten_minutes(idle, rows):
    shop = Shop().checkout("1", timedelta(0), [A])
    assert len(outcome(shop, until=idle)) == rows


def test_activity_is_the_last_update_where_the_source_tells_it():
    shop = Shop().checkout("1", 0, [A], updated_at=moment(5))
    assert outcome(shop, until=5 + 0.1) == {}
    assert outcome(shop, until=5 + 0.2) == {"1": OPEN}
    # As of an instant before the update only the creation had happened.
    assert outcome(shop, until=4) == {"1": OPEN}


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        (timedelta(0), {}),
        (TEN_MINUTES, {}),
        (TEN_MINUTES + MICROSECOND, {"1": linked(None)}),
    ],
)
def test_completed_within_ten_minutes_is_an_ordinary_purchase(completed, expected):
    shop = Shop().checkout("1", timedelta(0), [A], completed_at=moment(completed))
    assert outcome(shop) == expected


@pytest.mark.parametrize(
    ("placed", "expected"), [(TEN_MINUTES, {}), (TEN_MINUTES + MICROSECOND, {"1": linked("1001")})]
)
def test_its_linked_order_within_ten_minutes_is_an_ordinary_purchase_too(placed, expected):
    shop = Shop().checkout("1", timedelta(0), [A], token="t").order("1001", placed, [A], checkout_token="t")
    assert outcome(shop) == expected


def test_a_completion_after_as_of_has_not_happened():
    shop = Shop().checkout("1", 0, [A], completed_at=moment(5))
    assert outcome(shop, until=4) == {"1": OPEN}
    assert outcome(shop, until=5) == {"1": linked(None)}


def test_without_contact_information_or_from_after_as_of_there_is_no_row():
    shop = Shop().checkout("1", 0, [A], email=None).checkout("2", 50, [A])
    assert outcome(shop, until=49) == {}


def test_the_grace_period_is_a_setting():
    shop = Shop().checkout("1", timedelta(0), [A], completed_at=moment(0.5))
    assert outcome(shop, minimum_age_minutes=29) == {"1": linked(None)}
    assert outcome(shop, minimum_age_minutes=30) == {}


# --- links ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checkout", "order"),
    [
        ({}, {"checkout_id": "1"}),
        ({"token": "t"}, {"checkout_token": "t"}),
        ({"cart_token": "k"}, {"cart_token": "k"}),
    ],
)
@pytest.mark.parametrize("status", ["completed", "in_progress", "cancelled"])
def test_the_shops_own_ids_link_whoever_ordered_whatever_when(checkout, order, status):
    shop = (
        Shop()
        .checkout("1", 0, [A], **checkout)
        .order("1001", 24 * 40, [B], email="other@example.org", status=status, **order)
    )
    assert outcome(shop) == {"1": linked("1001")}


def test_ids_of_another_store_do_not_link():
    shop = Shop().checkout("1", 0, [A]).order("1001", 2, [B], checkout_id="1", store="second")
    assert outcome(shop) == {"1": OPEN}
    # Nor do they link the order that has the same number here.
    assert outcome(shop.order("1001", 2, [B])) == {"1": OPEN}


def test_an_order_from_before_the_checkout_did_not_come_from_it():
    shop = Shop().checkout("1", 5, [A], cart_token="k").order("1001", 2, [A], cart_token="k")
    assert outcome(shop) == {"1": OPEN}


def test_a_linked_order_after_as_of_does_not_count():
    shop = Shop().checkout("1", 0, [A]).order("1001", 5, [A], checkout_id="1")
    assert outcome(shop, until=4) == {"1": OPEN}


def test_one_order_of_a_cart_recovers_its_latest_checkout_and_the_others_are_repeats():
    # Different articles: the cart alone says that it was one purchase.
    shop = (
        Shop()
        .checkout("1", 0, [A], cart_token="k")
        .checkout("2", 1, [B], cart_token="k")
        .order("1001", 2, [C], cart_token="k")
    )
    assert outcome(shop) == {"1": REPEATED, "2": linked("1001")}


def test_two_orders_of_one_cart_recover_two_checkouts():
    shop = Shop().checkout("1", 0, [A], cart_token="k").checkout("2", 1, [B], cart_token="k")
    shop.order("1001", 2, [C], cart_token="k").order("1002", 3, [C], cart_token="k")
    assert outcome(shop) == {"1": linked("1002"), "2": linked("1001")}


def test_the_checkouts_own_id_is_surer_than_a_shared_cart():
    # By cart alone the later checkout would take the order.
    shop = Shop().checkout("1", 0, [A], cart_token="k").checkout("2", 1, [B], cart_token="k")
    shop.order("1001", 2, [A], checkout_id="1", cart_token="k")
    assert outcome(shop) == {"1": linked("1001"), "2": REPEATED}


def test_a_linked_order_is_not_there_for_a_second_checkout():
    # The earlier checkout shares nothing with the order; it stays open.
    shop = Shop().checkout("1", 0, [B]).checkout("2", 1, [A]).order("1001", 2, [A], checkout_id="2")
    assert outcome(shop) == {"1": OPEN, "2": linked("1001")}


def test_a_completed_checkout_claims_its_clients_order_of_that_moment():
    # Without the claim the order of hour 3 would recover checkout 1 as well: two for one purchase.
    shop = Shop().checkout("1", 0, [A]).checkout("2", 2, [A], completed_at=moment(3))
    shop.order("1001", timedelta(hours=3, seconds=2), [A])
    assert outcome(shop) == {"1": REPEATED, "2": linked("1001")}


@pytest.mark.parametrize(
    ("apart", "expected"), [(TEN_MINUTES, linked("1001")), (TEN_MINUTES + MICROSECOND, linked(None))]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_that_moment_is_ten_minutes_long_either_way(apart, sign, expected):
    shop = Shop().checkout("1", 0, [A], completed_at=moment(3))
    shop.order("1001", timedelta(hours=3) + sign * apart, [B])
    assert outcome(shop) == {"1": expected}


def test_the_time_of_completion_goes_before_that_of_the_order():
    shop = Shop().checkout("1", 0, [A], completed_at=moment(3)).order("1001", 3.1, [A], checkout_id="1")
    found = recoveries(shop.facts(), as_of=as_of(), completed_when="paid")
    assert found["recovered_at"].to_list() == [moment(3)]


def test_a_linked_order_of_nobody_known_settles_the_tries_of_the_checkouts_client():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [A])
    shop.order("1001", 2, [A], email=None, checkout_id="2")
    assert outcome(shop) == {"1": REPEATED, "2": linked("1001")}


def test_a_completed_checkout_without_its_order_settles_earlier_tries_itself():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 2, [A, B], completed_at=moment(3)).checkout("3", 1, [C])
    assert outcome(shop) == {"1": REPEATED, "2": linked(None), "3": OPEN}


def test_an_order_far_from_the_completion_is_another_purchase():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 2, [B], completed_at=moment(3)).order("1001", 4, [A])
    assert outcome(shop) == {"1": matched("1001"), "2": linked(None)}


# --- same client within the window ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        (timedelta(hours=1), OPEN),  # exactly at the last activity
        (timedelta(hours=1) + MICROSECOND, matched("1001")),
        (timedelta(hours=1) + WEEK, matched("1001")),
        (timedelta(hours=1) + WEEK + MICROSECOND, OPEN),
    ],
)
def test_the_window_begins_after_the_last_activity_and_ends_with_the_seventh_day(placed, expected):
    shop = Shop().checkout("1", 0, [A], updated_at=moment(1)).order("1001", placed, [A])
    assert outcome(shop) == {"1": expected}


def test_an_order_at_the_very_moment_of_one_checkout_recovers_an_earlier_one():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [A]).order("1001", 1, [A])
    assert outcome(shop) == {"1": matched("1001"), "2": OPEN}


def test_the_window_is_a_setting():
    shop = Shop().checkout("1", 0, [A]).order("1001", 24 * 20, [A])
    assert outcome(shop) == {"1": OPEN}
    assert outcome(shop, match_window_days=30) == {"1": matched("1001")}


@pytest.mark.parametrize(
    ("wanted", "bought", "expected"),
    [
        ([("A", "Candle")], [("A", "Candle, new name")], matched("1001")),
        ([("A", "Candle")], [("B", "Candle")], OPEN),  # both have a SKU, and these differ
        ([(None, "Candle")], [(None, "Candle")], matched("1001")),
        ([(None, "Candle")], [("A", "candle")], matched("1001")),
        ([("A", "Candle")], [(None, "Candle")], matched("1001")),
        ([(None, "Candle")], [(None, "Wick")], OPEN),
        ([B, A], [C, A], matched("1001")),
        ([(None, "Tip")], [(None, "Tip", 1000, 100, True)], OPEN),  # a tip is no article
        ([], [], OPEN),
    ],
)
def test_an_article_in_common_is_a_sku_or_where_one_is_blank_a_title(wanted, bought, expected):
    shop = Shop().checkout("1", 0, wanted).order("1001", 2, bought)
    assert outcome(shop) == {"1": expected}


@pytest.mark.parametrize("status", ["in_progress", "cancelled"])
def test_only_a_completed_order_recovers_by_match(status):
    shop = Shop().checkout("1", 0, [A]).order("1001", 2, [A], status=status)
    assert outcome(shop) == {"1": OPEN}


def test_an_order_placed_or_paid_after_as_of_recovers_nothing():
    shop = Shop().checkout("1", 0, [A]).order("1001", 5, [A]).checkout("2", 0, [B])
    shop.order("1002", 3, [B], paid_at=moment(9))
    assert outcome(shop, until=4) == {"1": OPEN, "2": OPEN}
    assert outcome(shop, until=8) == {"1": matched("1001"), "2": OPEN}
    assert outcome(shop, until=9) == {"1": matched("1001"), "2": matched("1002")}


def test_another_clients_order_recovers_nothing():
    shop = Shop().checkout("1", 0, [A]).order("1001", 2, [A], email="bob@example.org")
    assert outcome(shop) == {"1": OPEN}


def test_a_client_is_one_over_its_keys():
    # The order carries the customer number alone; another record joins number and e-mail.
    shop = Shop().checkout("1", 0, [A]).order("1001", 2, [A], email=None, customer="7")
    shop.person(source="shopify_customers", profile=True, email="ann@example.org", number="7")
    assert outcome(shop) == {"1": matched("1001")}


def test_checkouts_and_orders_of_nobody_known_never_match():
    shop = Shop().checkout("1", 0, [A], email=None, has_contact=True).order("1001", 2, [A], email=None)
    assert outcome(shop) == {"1": OPEN}


# --- in time order, one for one -------------------------------------------------------------------------


def test_one_order_takes_the_latest_of_three_and_makes_those_sharing_an_article_repeats():
    # 1: candle; 2: wick only; 3: candle and wax; the order: candle and wax.
    shop = (
        Shop().checkout("1", 0, [A]).checkout("2", 1, [B]).checkout("3", 2, [A, C]).order("1001", 3, [A, C])
    )
    assert outcome(shop) == {"1": REPEATED, "2": OPEN, "3": matched("1001")}


def test_two_orders_between_two_checkouts_recover_both():
    shop = Shop().checkout("1", 0, [A]).order("1001", 1, [A]).checkout("2", 2, [A]).order("1002", 3, [A])
    assert outcome(shop) == {"1": matched("1001"), "2": matched("1002")}


def test_two_orders_after_two_checkouts_of_the_same_article_recover_one():
    # The first order settles both: checkout 1 was an earlier try at it.
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [A]).order("1001", 2, [A]).order("1002", 3, [A])
    assert outcome(shop) == {"1": REPEATED, "2": matched("1001")}


def test_two_orders_after_two_checkouts_of_different_articles_recover_both():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [B]).order("1001", 2, [A]).order("1002", 3, [A, B])
    assert outcome(shop) == {"1": matched("1001"), "2": matched("1002")}


def test_the_first_order_decides_what_is_left_for_the_next():
    # Order 1001 may take 1 or 2 and takes 2, the latest; 1 shares the candle and is a repeat, 3 is left for 1002.
    shop = Shop().checkout("1", 0, [A]).checkout("2", 1, [A, B]).checkout("3", 2.5, [B])
    shop.order("1001", 2, [A, B]).order("1002", 3, [A, B])
    assert outcome(shop) == {"1": REPEATED, "2": matched("1001"), "3": matched("1002")}


def test_a_try_older_than_the_window_is_still_a_repeat_of_what_was_bought():
    shop = Shop().checkout("1", 0, [A]).checkout("2", 24 * 9, [A]).order("1001", 24 * 10, [A])
    assert outcome(shop) == {"1": REPEATED, "2": matched("1001")}


def test_an_order_that_recovers_nothing_settles_nothing():
    shop = Shop().checkout("1", 0, [A]).order("1001", 24 * 10, [A])
    assert outcome(shop) == {"1": OPEN}


def test_a_checkout_begun_after_the_order_is_no_repeat():
    shop = Shop().checkout("1", 0, [A]).order("1001", 1, [A]).checkout("2", 2, [A])
    assert outcome(shop) == {"1": matched("1001"), "2": OPEN}


def test_the_row_says_when_and_where():
    shop = Shop().checkout("1", 0, [A]).order("1001", 3, [A], store="second", status="completed")
    [row] = recoveries(shop.facts(), as_of=as_of(), completed_when="paid").rows(named=True)
    assert row == {
        "store": "main",
        "checkout_key": "1",
        "client_id": client("ann@example.org"),
        "created_at": moment(0),
        "last_activity": moment(0),
        "currency": "EUR",
        "total": 500,
        "status": "recovered",
        "recovered_at": moment(3),
        "recovered_by": "same_email_within_window",
        "recovered_store": "second",
        "recovered_order_key": "1001",
        "recovered_order_status": "completed",
    }

"""Shopify's abandoned checkouts."""

from __future__ import annotations

import pytest

from clientlens.errors import NotRecognised
from clientlens.model.tables import CHECKOUT_LINES, CHECKOUTS
from clientlens.sources.reading import read_all
from clientlens.sources.shopify_checkouts import is_checkouts


def checkout(shop, name="#37107487441214", **cells):
    return shop.head(name, **{"Financial_Status": "", "Paid_at": "", "Id": name.strip("#"), **cells})


def test_the_header_tells_checkouts_from_orders_of_the_same_width(shop):
    def names(columns):
        return tuple(name.lower() for name in columns)

    without_staff_and_payment = [n for n in shop.full if n not in {*shop.staff, *shop.payment}]
    assert (len(shop.checkouts), len(without_staff_and_payment)) == (70, 71)
    assert is_checkouts(names(shop.checkouts))
    assert not is_checkouts(names(without_staff_and_payment))
    assert not is_checkouts(names([n for n in without_staff_and_payment if n != "Tags"]))
    assert not is_checkouts(names(shop.full[:47]))


def test_a_checkout_has_the_shape_of_the_tables(read, shop):
    later = shop.more("#37107487441214", Lineitem_quantity="0")
    batch = read([checkout(shop), later], columns=shop.checkouts)
    assert batch.source == "shopify_checkouts"
    assert batch.checkouts.drop("version", "file_no", "line", "row_count").schema == CHECKOUTS.schema
    assert batch.checkout_lines.drop("version").schema == CHECKOUT_LINES.schema
    row = batch.checkouts.row(0, named=True)
    assert (row["checkout_key"], row["total"], row["has_contact"]) == ("37107487441214", 2750, True)
    assert (row["updated_at"], row["completed_at"], row["row_count"]) == (None, None, 2)
    assert batch.checkout_lines["quantity_milli"].to_list() == [2000, 0]
    person = batch.people.row(0, named=True)
    assert (person["first_order_at"], person["seen_at"]) == (None, row["created_at"])


def test_a_checkout_without_an_id_has_its_name_and_one_without_contact_none(read, shop):
    batch = read(
        [checkout(shop, "#5", Id="", Email="", Phone="-"), checkout(shop, "#6", Id="3.7E+13")],
        columns=shop.checkouts,
    )
    assert batch.checkouts["checkout_key"].to_list() == ["5", "6"]
    assert batch.checkouts["has_contact"].to_list() == [False, True]


def test_a_bad_cell_sets_the_whole_checkout_aside(read, shop):
    batch = read(
        [checkout(shop, "#5"), shop.more("#5", Lineitem_price="?"), checkout(shop, "#6")],
        columns=shop.checkouts,
    )
    assert batch.checkouts["checkout_key"].to_list() == ["6"]
    assert batch.rows_set_aside == 2


def test_orders_are_not_taken_for_checkouts(write, shop):
    with pytest.raises(NotRecognised, match="these are orders"):
        read_all([write([shop.head()], columns=shop.checkouts)], shop.options)

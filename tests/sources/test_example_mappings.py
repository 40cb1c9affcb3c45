"""examples/mappings over an invented export of each platform; expected figures are worked out by hand from the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clientlens.errors import LinesAlone
from clientlens.sources.mapping import read_mapping
from clientlens.sources.reading import read_all

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "mappings"
SAMPLES = EXAMPLES / "sample"


@pytest.fixture
def imported(shop):
    def call(name, *files, **options):
        path = EXAMPLES / f"{name}.toml"
        mapping = read_mapping(path.read_bytes(), path.name)
        names = [str(SAMPLES / file) for file in files]
        (batch,) = read_all(names, replace(shop.options, mapping=mapping, **options))
        total, accounted = shop.accounted(batch)
        assert total == accounted
        assert batch.problems == ()
        return batch

    return call


def orders(batch, *names):
    return batch.orders.select("order_key", *names).rows()


def test_every_example_has_a_sample_and_a_note_on_what_cannot_be_known():
    for path in EXAMPLES.glob("*.toml"):
        assert read_mapping(path.read_bytes(), path.name).sections
        assert "known" in path.read_text("utf-8").lower()


def test_woocommerce(imported):
    batch = imported("woocommerce", "woocommerce.csv")
    assert orders(batch, "order_total", "price", "tax", "shipping", "fees", "refunded", "payment_state") == [
        # price = total - tax - shipping - fees: 58.45 - 8.55 - 4.90 - 0 = 45.00, and so on
        ("881", 5845, 4500, 855, 490, 0, 0, "paid"),
        ("882", 2380, 2000, 380, 0, 0, 0, "pending"),
        ("883", 3221, 2000, 531, 490, 200, 3221, "refunded"),
        ("884", 4760, 4000, 760, 0, 0, 1000, "paid"),
    ]
    assert batch.orders["order_total"].sum() == 16206
    assert batch.orders["person_key"].to_list() == [
        "e:lena@example.org", "e:ola@example.org", "e:lena@example.org", "e:mia@example.org",
    ]  # fmt: skip


def test_woocommerce_with_a_row_for_each_item(imported, write):
    text = (
        "order_number,order_date,status,order_total,tax_total,shipping_total,order_currency,billing_email,"
        "item_name,item_sku,item_quantity,item_total\n"
        "9,2026-03-28 14:05:11,completed,30.00,0.00,5.00,EUR,a@x.org,Candle,C-1,2,20.00\n"
        "9,2026-03-28 14:05:11,completed,30.00,0.00,5.00,EUR,a@x.org,Wick,W-1,1,5.00\n"
    )
    batch = imported("woocommerce", write(text))
    assert orders(batch, "order_total", "price", "row_count") == [("9", 3000, 2500, 2)]
    assert batch.order_lines.select("sku", "unit_price", "line_total").rows() == [
        ("C-1", 1000, 2000), ("W-1", 500, 500),
    ]  # fmt: skip


def test_etsy_orders_with_their_items(imported):
    batch = imported("etsy", "EtsySoldOrders2026.csv", "EtsySoldOrderItems2026.csv")
    assert orders(batch, "order_total", "price", "shipping", "payment_state", "person_key", "row_count") == [
        # price = order value - discount: 82.00 - 8.20
        ("3935110001", 8570, 7380, 490, "paid", "n:main:lena_k", 3),
        ("3935110002", 2500, 2500, 0, "paid", "n:main:oberg7", 2),
        ("3935110003", 1690, 1200, 490, "voided", "n:main:lena_k", 2),
    ]
    assert [str(day) for day in batch.orders["placed_on"]] == ["2026-03-04", "2026-03-11", "2026-04-01"]
    assert batch.order_lines.select("product", "quantity_milli", "line_total").rows() == [
        ("Candle - Size:large", 2000, 7000), ("Wick", 1000, 1200), ("Candle - Size:small", 1000, 2500), ("Wick", 1000, 1200),
    ]  # fmt: skip
    assert any("tell neither e-mails nor refunds" in note for note in batch.notes)


def test_etsy_orders_alone_and_items_alone(imported):
    batch = imported("etsy", "EtsySoldOrders2026.csv")
    assert (batch.orders["order_total"].sum(), batch.order_lines.height) == (12760, 0)
    with pytest.raises(LinesAlone):
        imported("etsy", "EtsySoldOrderItems2026.csv")


def test_ebay_in_english(imported):
    batch = imported("ebay", "ebay.csv", currency="USD")
    # Three orders in five rows (one sums up two items); a row of commas on either side of the header, two rows of foot.
    assert orders(batch, "order_total", "shipping", "row_count", "person_key") == [
        ("04-15250-08826", 6908, 500, 3, "e:kr@example.org"),
        ("11-15251-00017", 900, 200, 1, "n:main:sam_o"),
        ("21-15290-44120", 110415, 0, 1, "e:kr@example.org"),
    ]
    assert (batch.rows_skipped, batch.files[0].rows) == (2, 7)
    assert [str(day) for day in batch.orders["placed_on"]] == ["2026-07-25", "2026-08-02", "2026-08-19"]
    assert batch.orders["fulfilled_at"].null_count() == 2  # '--' but for one
    assert batch.order_lines.select("product", "quantity_milli", "unit_price", "line_total").rows() == [
        ("Brass Lamp", 1000, 4599, 4599), ("Bulb - [Watt:40]", 2000, 700, 1400), ("Bulb", 1000, 700, 700),
        ("Shade", 1000, 102000, 102000),
    ]  # fmt: skip


def test_ebay_in_german(imported):
    batch = imported("ebay-de", "ebay-de.csv")
    assert orders(batch, "order_total", "shipping", "currency", "person_key") == [
        ("23-12345-00041", 11699, 699, "EUR", "e:mia@example.org"),
        ("23-12346-00042", 125000, 0, "EUR", "n:main:hans_b"),
        ("23-12399-00043", 2450, 450, "EUR", "e:mia@example.org"),
    ]
    assert [str(day) for day in batch.orders["placed_on"]] == ["2025-12-10", "2026-03-02", "2026-05-21"]
    assert (batch.rows_skipped, batch.order_lines.height) == (2, 4)


def test_amazon(imported):
    batch = imported("amazon", "amazon.txt")
    assert orders(batch, "order_total", "price", "tax", "shipping", "fees", "payment_state") == [
        # goods 45.00 - 4.50 + 12.00 = 52.50; tax 3.71 + 0.49 + 0.99 + 0.25 = 5.44; shipping 5.99 - 5.99; wrap 3.00
        ("113-1000001-0000001", 6094, 5250, 544, 0, 300, "paid"),
        ("113-1000002-0000002", 0, 0, None, None, None, "voided"),
        ("113-1000003-0000003", 2436, 2250, 186, None, None, "pending"),
    ]
    assert batch.orders["person_key"].null_count() == 3
    assert batch.people.is_empty()
    assert any("names no buyer" in note for note in batch.notes)


def test_stripe(imported):
    batch = imported("stripe", "stripe.csv")
    assert orders(batch, "order_total", "refunded", "currency", "payment_state") == [
        ("ch_3A1", 12000, 0, "EUR", "paid"),
        ("ch_3A2", 6000, 1500, "EUR", "partially_refunded"),
        ("ch_3A3", 6000, 6000, "EUR", "refunded"),
        ("ch_3A4", 2500, 0, "JPY", "paid"),
        ("ch_3A5", 6000, 0, "EUR", "voided"),
    ]
    # 23:30 UTC on 30 June is 1 July in Rome.
    assert str(batch.orders["placed_on"][0]) == "2026-07-01"


def test_a_freelancers_marketplace(imported):
    batch = imported("freelance", "freelance.csv")
    assert orders(
        batch, "order_total", "price", "tip", "payment_state", "fulfilment_state", "rating_milli"
    ) == [
        ("FO1", 12000, 11000, 1000, "paid", "fulfilled", 5000),  # 110 and a tip of 10
        ("FO2", 30000, 30000, 0, "paid", "fulfilled", 4500),
        ("FO3", 8000, 8000, 0, "pending", None, None),
        ("FO4", 8000, 8000, 0, "pending", None, None),
        ("FO5", 10000, 10000, 0, "voided", None, None),
    ]
    assert set(batch.orders["kind"]) == {"booking"}
    assert batch.orders["person_key"].n_unique() == 3
    assert batch.order_lines["product"][0] == "Logo design - Basic"

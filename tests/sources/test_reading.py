"""From names to batches."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from clientlens.errors import NotRecognised, SourceNeeded, UnknownSource, Unreadable
from clientlens.sources import registry
from clientlens.sources.reading import read_all


def test_every_source_has_its_words():
    sources = registry.load()
    assert {"shopify_orders", "shopify_customers", "shopify_checkouts"} <= set(sources)
    for name, source in sources.items():
        assert source.name == name
        assert source.title
        assert source.doc.endswith(".")


def test_files_of_several_formats_are_read_by_format(write, shop):
    orders = write([shop.head()], name="a.csv")
    more = write([shop.head("#2")], name="c.csv")
    checkout = shop.head("#500002", Financial_Status="", Id="500002")
    checkouts = write([checkout], name="b.csv", columns=shop.checkouts)
    batches = read_all([orders, checkouts, more, orders], shop.options)
    assert [(batch.source, [file.file for file in batch.files]) for batch in batches] == [
        ("shopify_orders", [orders, more]),
        ("shopify_checkouts", [checkouts]),
    ]


def test_an_unknown_header_is_refused_with_what_was_found(write, shop):
    with pytest.raises(NotRecognised, match="'Datum', 'Betrag'") as error:
        read_all([write("Datum;Betrag\n1;2\n")], shop.options)
    assert (error.value.line, error.value.exit_code) == (1, 3)
    assert "clientlens sources" in error.value.hint or "template mapping" in error.value.hint


def test_standard_input_needs_a_source(shop):
    text = shop.text([shop.head()]).encode()
    with pytest.raises(SourceNeeded, match="standard input"):
        read_all(["-"], shop.options, stdin=io.BytesIO(text))
    (batch,) = read_all(["-"], shop.options, stdin=io.BytesIO(text), source="shopify_orders")
    assert batch.files[0].file == "-"
    with pytest.raises(UnknownSource):
        read_all(["-"], shop.options, stdin=io.BytesIO(text), source="etsy")


def test_one_unreadable_file_refuses_the_call(write, shop):
    with pytest.raises(Unreadable):
        read_all([write([shop.head()]), "missing.csv"], shop.options)


def test_progress_counts_all_bytes(write, shop):
    seen = []
    read_all([write([shop.head()])], replace(shop.options, progress=seen.append))
    assert sum(seen) == len(shop.text([shop.head()]))


def test_a_bad_order_of_many_lines_is_one_record_of_a_file_with_good_ones(read):
    lines = '"lines": [{"product": "A"}, {"product": "B"}, {"product": "C"}]'
    good = '{"order_id": "1", "placed_at": "2026-01-02", "order_total": 1, "currency": "EUR"}'
    bad = f'{{"order_id": "2", "placed_at": "2026-01-02", "order_total": "x", "currency": "EUR", {lines}}}'
    batch = read(f"[{good}, {bad}]", name="orders.json")
    assert (batch.orders["order_key"].to_list(), batch.rows_set_aside) == (["1"], 1)
    assert [(one.rows.height, one.records) for one in batch.rejects] == [(1, 1)]
    assert batch.rejects[0].rows["text"].to_list() == [bad]


def test_a_negative_order_with_lines_of_its_own_is_an_order(read):
    lines = '"lines": [{"product": "A"}, {"product": "B"}]'
    text = f'[{{"order_id": "1", "placed_at": "2026-01-02", "order_total": -5, "currency": "EUR", {lines}}}]'
    batch = read(text, name="orders.json")
    assert batch.orders.select("order_key", "order_total").rows() == [("1", -500)]
    assert batch.order_lines["product"].to_list() == ["A", "B"]


def test_etsys_reviews_are_month_first_even_alone(read):
    review = '{"reviewer": "Ann", "date_reviewed": "%s", "star_rating": 5, "order_id": 1}'
    days = [
        [
            day.isoformat()[:10]
            for day in read(f"[{', '.join(review % text for text in texts)}]", name="r.json").reviews[
                "reviewed_at"
            ]
        ]
        for texts in (["02/03/2026"], ["02/03/2026", "28/03/2026"])
    ]
    # Midnight in Berlin is the evening before in UTC: 3 February; then 2 and 28 March.
    assert days == [["2026-02-02"], ["2026-03-01", "2026-03-27"]]

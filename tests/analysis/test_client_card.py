"""The card of clients of every sort: as a page of 80 columns, kept as files, and as an object.

Write the pages anew with CLIENTLENS_WRITE_GOLDEN=1, and look at what changed.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from runpy import run_path

import polars as pl
import pytest
from rich.cells import cell_len

from clientlens.analysis.client_card import FIELDS, FIELDS_WITH_LINES, CardRules, client_card
from clientlens.analysis.sparkline import sparkline
from clientlens.model.entries import Entry
from clientlens.model.identity import client_id_of
from clientlens.outputs.format import Style, format_for

here = Path(__file__)
GOLDEN = here.with_name("golden")
factory = run_path(str(here.with_name("factory_h5.py")))
Shop, client, as_of, moment = (factory[name] for name in ("Shop", "client", "as_of", "moment"))

CANDLE, WICK = ("C-1", "Candle - red", 2000, 1450), ("W-1", "Wick", 1000, 250)
RULES = CardRules("paid", "EUR")
HOME = {
    "street": "Kerzenweg 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


def entry(seq, kind, body, *, who, subject=None, hours=24 * 30):
    return Entry(seq, moment(hours), "zoe", kind, f"e:{who}", subject, body, None, 1)


def card_of(shop, email, *, entries=(), rules=RULES, client_id=None, **more):
    return client_card(
        shop.facts("Europe/Berlin"),
        client_id or client(email),
        as_of=as_of(),
        entries=list(entries),
        rules=rules,
        **more,
    )


def drawn(card, *, width=80):
    return format_for("table", None).write(card, Style(width=width)).decode()


def as_json(card):
    return json.loads(format_for("json", None).write(card, Style()))


# --- the clients -----------------------------------------------------------------------------------------


def no_order():
    shop = Shop()
    shop.person(
        source="shopify_customers",
        profile=True,
        email="a@x.test",
        name="Zoë Zero",
        accepts_email=True,
        **HOME,
    )
    return shop, {}


def one_order():
    return Shop().order("1001", 10, [CANDLE, WICK], email="a@x.test", name="Otto Eins", tip=50), {}


def very_many_orders():
    shop = Shop()
    for number in range(10_000):
        shop.order(
            f"{number}", number / 8, [CANDLE] if number % 7 == 0 else [], email="a@x.test", name="Vera Viel"
        )
    return shop, {}


def only_abandoned():
    shop = Shop().checkout("77", 10, [CANDLE], email="a@x.test", total=2900)
    return shop.checkout("78", 90, [WICK], email="a@x.test", total=250), {}


def no_name():
    return Shop().order("1001", 10, [CANDLE], email="a@x.test"), {}


def long_name():
    return Shop().order("1001", 10, [CANDLE], email="a@x.test", name="Wolfeschlegelsteinhausen " * 12), {}


def arabic_and_emoji():
    name = "\u0645\u062d\u0645\u062f \u0639\u0644\u064a \U0001f469\u200d\U0001f373 \u738b\u5c0f\u660e"
    return Shop().order(
        "1001",
        10,
        [CANDLE],
        email="a@x.test",
        name=name,
    ), {}


def hostile_name():
    name = "\u202egnp.exe\u2066 \x1b[31mred\x1b]0;title\x07\nsecond line [bold]x[/bold]"
    return Shop().order("1001", 10, [(None, "\x1b[2JProduct\u202e")], email="a@x.test", name=name), {}


def anonymous():
    shop = Shop()
    key = shop.person(source="plain_csv", number="1042")
    shop.rows["events"] += [
        {"store": "main", "event_key": "row:1", "source": "plain_csv", "event": "follow", "happened_at": moment(0),
         "happened_on": moment(0).date(), "person_key": key}
    ]  # fmt: skip
    return shop, {"client_id": client_id_of(key)}


def everything():
    """A client of whom something is known in every section."""
    shop = Shop()
    ann = "ann@example.org"
    shop.person(
        source="shopify_customers",
        profile=True,
        email=ann,
        name="Ann Example",
        phone="+4930123456",
        company="Wax & Sons",
        language="de",
        birthday="--05-31",
        accepts_email=True,
        groups="Fairs",
        joined_at=moment(-24 * 400),
        **{**HOME, "street": "Old Road 9"},
    )
    shop.person(source="shopify_orders", email=ann, name="Ann Example", seen=500, **HOME)
    for number, (hours, lines) in enumerate([(0, [CANDLE]), (240, [CANDLE, WICK]), (500, [WICK])]):
        shop.order(f"{1001 + number}", hours, lines, email=ann, order_total=3000 + number)
    shop.order("1004", 700, [WICK], email=ann, status="cancelled")
    shop.checkout("77", 490, [WICK], email=ann).checkout("78", 1000, [CANDLE], email=ann)
    shop.order("1005", 30, [CANDLE], email="bob@example.org", name="Bob")
    shop.rows["events"] += [
        {"store": "main", "event_key": f"row:{n}", "source": "plain_csv", "event": event, "happened_at": moment(n),
         "happened_on": moment(n).date(), "person_key": f"e:{ann}"}
        for n, event in enumerate(("follow", "message", "login"))
    ]  # fmt: skip
    shop.rows["reviews"].append(
        {"store": "main", "review_key": "id:1", "source": "plain_csv", "platform": "Etsy", "seller": "main",
         "service": "Candle - red", "rating_milli": 4500, "reviewed_at": moment(300),
         "reviewed_on": moment(300).date(), "order_id": "1002", "person_key": f"e:{ann}"}
    )  # fmt: skip
    shop.rows["requests"].append(
        {"store": "main", "request_key": "r1", "source": "plain_csv", "requested_at": moment(50),
         "requested_on": moment(50).date(), "service": "Engraving", "price": 2000, "currency": "EUR",
         "person_key": f"e:{ann}"}
    )  # fmt: skip
    entries = [
        entry(1, "points_added", {"points": 100, "reason": "welcome"}, who=ann),
        entry(2, "points_subtracted", {"points": -30, "reason": "voucher"}, who=ann, hours=24 * 31),
        entry(3, "note_added", {"text": "likes red\nallergic to nuts"}, who=ann),
        entry(4, "group_joined", {"since": "2026-03-05"}, who=ann, subject="VIP"),
        entry(5, "message_drafted", {"template": "review_request", "language": "de", "sha256": "0"}, who=ann,
              subject="m1", hours=24 * 55),
    ]  # fmt: skip
    return shop, {"entries": entries, "email": ann}


CASES = {
    "no-order": no_order,
    "one-order": one_order,
    "very-many-orders": very_many_orders,
    "only-abandoned": only_abandoned,
    "no-name": no_name,
    "long-name": long_name,
    "arabic-and-emoji": arabic_and_emoji,
    "hostile-name": hostile_name,
    "anonymous": anonymous,
    "everything": everything,
}


@pytest.fixture(scope="module", params=CASES)
def case(request):
    shop, more = CASES[request.param]()
    email = more.pop("email", "a@x.test")
    return request.param, card_of(shop, email, **more)


def test_the_page_is_the_one_kept(case):
    name, card = case
    page = drawn(card)
    kept = GOLDEN / f"card-{name}.txt"
    if os.environ.get("CLIENTLENS_WRITE_GOLDEN"):
        kept.write_text(page, "utf-8")
    assert page == kept.read_text("utf-8")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_in_it_can_act(case, width):
    _, card = case
    for line in drawn(card, width=width).splitlines():
        assert cell_len(line) <= width, line
        assert not {"\x1b", "\u202e", "\u2066", "\x07"} & set(line)


def test_a_pipe_gets_every_word(case):
    name, card = case
    assert "…" not in drawn(card, width=None), name


def test_the_object_has_every_key(case):
    _, card = case
    found = as_json(card)
    assert list(found) == [field.name for field in FIELDS]
    assert found["letters"] == []


# --- what they say ---------------------------------------------------------------------------------------


def test_counts_are_0_and_figures_null_without_an_order():
    found = as_json(card_of(no_order()[0], "a@x.test"))
    assert (found["spending"], found["orders"], found["products"], found["history_length"]) == ([], [], [], 0)
    assert found["figures"]["completed_orders"] == 0
    assert found["figures"]["average_order_amount"] is None
    assert found["figures"]["segment"] == "Prospects"
    assert found["suggested_message"]["template"] == "invitation"
    assert found["checkouts"] == []  # Shopify would know of one


def test_checkouts_of_a_client_that_no_shopify_store_knows_are_not_available():
    shop = Shop().order("1", 0, email="a@x.test", source="plain_csv")
    assert as_json(card_of(shop, "a@x.test"))["checkouts"] is None


def test_the_figures_of_somebody_of_whom_everything_is_known():
    shop, more = everything()
    found = as_json(card_of(shop, more.pop("email"), **more))
    assert found["name"] == "Ann Example"
    assert [address["street"] for address in found["addresses"]] == ["Kerzenweg 1", "Old Road 9"]
    # 1001, 1002 and 1003 are completed: 30.00 + 30.01 + 30.02.
    assert found["spending"] == [
        {"currency": "EUR", "completed_orders": 3, "total_spend": 90.03, "average_order_amount": 30.01}
    ]
    # 0, 240 and 500 hours after noon of 1 March: 1, 11 and 22 March; 10 and 11 days apart.
    assert found["figures"]["mean_days_between_orders"] == 10.5
    assert found["figures"]["median_days_between_orders"] == 10.5
    assert found["months"][-1] == {"month": "2026-04", "completed_orders": 0}
    assert found["months"][-2] == {"month": "2026-03", "completed_orders": 3}
    assert len(found["months"]) == 24
    # In two orders each; the wick was ordered last. Two candles at a time.
    assert [(one["product"], one["orders"], one["quantity"]) for one in found["products"]] == [
        ("Wick", 2, 2),
        ("Candle - red", 2, 4),
    ]
    # Four orders and an open checkout; the other one came back as 1003.
    assert [(row["number"], row["badge"]) for row in found["orders"]] == [
        (None, "abandoned"),
        ("1004", None),
        ("1003", "recovered"),
        ("1002", None),
        ("1001", None),
    ]
    assert [row["status"] for row in found["checkouts"]] == ["open", "recovered"]
    assert (found["points"], [one["balance"] for one in found["points_entries"]]) == (70, [70, 100])
    assert [(one["group"], one["since"], one["by"]) for one in found["groups"]] == [
        ("Fairs", None, ["files"]),
        ("VIP", "2026-03-05", ["hand"]),
    ]
    assert [one["event"] for one in found["events"]] == ["login", "message", "follow"]
    assert [one["rating"] for one in found["reviews"]] == [4.5]
    assert [one["text"] for one in found["notes"]] == ["likes red\nallergic to nuts"]
    assert [one["request_id"] for one in found["requests"]] == ["r1"]
    assert [one["state"] for one in found["messages"]] == ["drafted"]
    assert found["suggested_message"]["template"] is None
    assert found["suggested_message"]["reason"].startswith("written to on 2026-04-25")
    # Of two buyers she has the more recent, more frequent and larger purchases: 1 + floor(5 x 1 / 2).
    assert [found["figures"][f"{letter}_score"] for letter in "rfm"] == [3, 3, 3]


def test_nothing_after_as_of_is_on_the_card():
    shop, more = everything()
    early = client_card(
        shop.facts(), client(more["email"]), as_of=as_of(1), entries=more["entries"], rules=RULES
    )
    found = as_json(early)
    assert found["figures"]["completed_orders"] == 1
    assert (found["points"], found["notes"], found["messages"], found["reviews"]) == (0, [], [], [])
    assert [one["event"] for one in found["events"]] == ["message", "follow"]
    assert [one["group"] for one in found["groups"]] == ["Fairs"]


def test_who_joined_later_has_a_card_of_zeros():
    shop = Shop().order("1", 100, email="a@x.test")
    found = as_json(client_card(shop.facts(), client("a@x.test"), as_of=as_of(1), entries=[], rules=RULES))
    assert found["figures"]["completed_orders"] == 0
    assert found["figures"]["segment"] is None


def test_the_whole_history_and_the_lines_are_there_when_asked_for():
    shop = Shop()
    for number in range(15):
        shop.order(f"{number}", number, [CANDLE], email="a@x.test")
    short = as_json(card_of(shop, "a@x.test"))
    assert (len(short["orders"]), short["history_length"]) == (10, 15)
    assert "5 more: --all shows them" in drawn(card_of(shop, "a@x.test"))
    whole = card_of(shop, "a@x.test", everything=True, lines=True)
    assert whole.fields == FIELDS_WITH_LINES
    found = as_json(whole)
    assert len(found["orders"]) == 15
    assert found["orders"][0]["lines"] == [
        {"sku": "C-1", "product": "Candle - red", "quantity": 2, "unit_price": 14.50, "total": 29.00}
    ]
    assert len([line for line in drawn(whole).splitlines() if "C-1" in line]) == 15


def test_orders_in_several_currencies_are_never_added_up():
    shop = Shop().order("1", 0, email="a@x.test", order_total=1000)
    shop.order("2", 1, email="a@x.test", order_total=500, currency="USD").order(
        "3", 2, email="a@x.test", order_total=700, currency="USD"
    )
    card = card_of(shop, "a@x.test")
    assert as_json(card)["spending"] == [
        {"currency": "USD", "completed_orders": 2, "total_spend": 12.00, "average_order_amount": 6.00},
        {"currency": "EUR", "completed_orders": 1, "total_spend": 10.00, "average_order_amount": 10.00},
    ]
    assert as_json(card)["figures"]["completed_orders"] == 3
    assert "17.00" not in drawn(card)
    assert "22.00" not in drawn(card)


def test_what_an_owner_looks_for_first_stands_first_and_insights_close_the_page():
    shop, more = everything()
    page = drawn(card_of(shop, more["email"], entries=more["entries"]))
    heads = ("points ", "Purchases", "Completed orders by month, 2", "Suggested message", "Notes")
    heads += ("Order requests", "Orders", "Products", "Points: 70", "Messages", "Insights: with you")
    places = [page.index(f"\n{head}") for head in heads]
    assert places == sorted(places)
    assert "· none, highest 3\n" in page
    assert "basis" not in page
    assert "what they rest on: clientlens insights " in page.splitlines()[-1]
    whole = drawn(card_of(shop, more["email"], entries=more["entries"], everything=True))
    assert "basis, all time" in whole


def test_a_note_is_one_line_after_the_other_and_a_long_one_is_cut():
    shop, _ = one_order()
    entries = [entry(1, "note_added", {"text": "red\nno nuts"}, who="a@x.test")]
    entries.append(entry(2, "note_added", {"text": "very " * 100}, who="a@x.test"))
    card = card_of(shop, "a@x.test", entries=entries)
    assert [one["text"] for one in as_json(card)["notes"]] == ["very " * 100, "red\nno nuts"]
    page = drawn(card)
    assert "red ↵ no nuts\n" in page
    assert "long notes are cut: --all shows them whole" in page
    assert page.count("very") == 56
    assert drawn(card_of(shop, "a@x.test", entries=entries, everything=True)).count("very") == 100


def test_a_ground_is_asked_for_where_nothing_tells_of_consent():
    shop, _ = one_order()
    card = card_of(shop, "a@x.test")
    said = as_json(card)["suggested_message"]
    assert said["command"] == f"clientlens message {client('a@x.test')} --lawful-basis TEXT"
    assert "first    say on what ground" in drawn(card)


@pytest.mark.parametrize(
    ("accepts", "hint"), [(True, "has not bought yet: invite"), (False, "has not bought yet")]
)
def test_no_hint_asks_to_write_to_who_opted_out(accepts, hint):
    shop = Shop()
    shop.person(source="shopify_customers", profile=True, email="a@x.test", name="Ann", accepts_email=accepts)
    assert f"segment  Prospects  {hint}\n" in drawn(card_of(shop, "a@x.test"))


def test_who_orders_several_times_a_day_has_no_rhythm_to_be_reminded_by():
    shop = Shop()
    for number in range(3):
        shop.order(f"{number}", 10, [CANDLE], email="a@x.test", order_total=0)
    page = drawn(card_of(shop, "a@x.test"))
    assert "days between, median" in page
    assert "rhythm" not in page
    assert "an offer near it" not in page


def test_hints_can_be_left_out():
    shop, more = everything()
    email = more.pop("email")
    assert "remind them then" in drawn(card_of(shop, email, **more))
    assert "remind them then" not in drawn(card_of(shop, email, hints=False, **more))


def test_a_nickname_stands_first_and_the_name_below():
    shop = Shop().order("1", 0, email="a@x.test", name="Anna Example")
    facts = shop.facts()
    clients = facts.clients.with_columns(nickname=pl.lit("Annie"))
    card = client_card(
        replace(facts, clients=clients), client("a@x.test"), as_of=as_of(), entries=[], rules=RULES
    )
    lines = drawn(card).splitlines()
    assert lines[1] == "Annie"
    assert "full name        Anna Example" in lines


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([0, 0], "··"),
        ([1, 1, 0], "▄▄·"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], "·▁▂▃▄▅▆▇█"),
        ([1, 100, 50, 99, 1000], "▁▁▁▁█"),
    ],
)
def test_a_sparkline_has_a_column_for_each_number(values, line):
    assert sparkline(values) == line


def test_moments_of_this_file_are_of_2026():
    assert moment(0) == datetime(2026, 3, 1, 12, tzinfo=UTC)

"""What `screen --record` keeps, and which orders take an open offer."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime

RECORD = ("--record",)
ALL = 'audience = "all"\n'


def order(number, at="2026-11-02T10:00", email="new@example.org", **more):
    return {"order_id": number, "placed_at": at, "email": email, "name": "Nora", "service": "Logo", **more}


def test_what_is_held_becomes_a_request_once(shop):
    rows = shop.screen(
        order("51", price="80.00", currency="EUR"), order("52", email="ada@example.org"), options=RECORD
    )
    assert [(row["decision"], row["recorded"]) for row in rows] == [("request", "new"), ("accept", None)]
    one = shop.json("show", "51")
    assert (one["request_id"], one["status"], one["name"], one["price"]) == (
        "order:51",
        "requested",
        "Nora",
        "80.00",
    )
    again = shop.screen(order("51", price="80.00", currency="EUR"), options=RECORD)
    assert again[0]["recorded"] == "already"
    assert len(shop.entries()) == 1


def test_the_same_again_by_other_rules_or_with_other_words_writes_nothing(shop):
    shop.screen(order("51"), options=RECORD)
    shop.now = datetime(2026, 11, 3, tzinfo=UTC)
    rows = shop.screen(order("51", requirements="in blue"), rules=ALL, options=RECORD)
    assert (rows[0]["decision"], rows[0]["recorded"], len(shop.entries())) == ("request", "already", 1)


def test_the_same_number_in_another_store_is_another_request(shop):
    shop.screen(order("51"), options=RECORD)
    rows = shop.screen(order("51"), options=(*RECORD, "--store", "other"))
    assert rows[0]["recorded"] == "new"
    assert {entry.subject for entry in shop.entries()} == {"request main/order:51", "request other/order:51"}


def test_a_request_that_is_imported_already_is_not_recorded(shop):
    asked = {
        "request_id": "Q-2",
        "requested_at": "2026-03-03T22:30",
        "email": "bea@example.org",
        "service": "Website",
    }
    rows = shop.screen(asked, options=RECORD)
    assert (rows[0]["decision"], rows[0]["recorded"], shop.entries()) == ("request", "already", [])


def test_without_record_nothing_is_written(shop):
    assert shop.screen(order("51"))[0]["recorded"] is None
    assert shop.entries() == []


def test_an_order_of_nobody_known_is_held_but_not_recorded(shop):
    (shop.folder / "rules.toml").write_text("")
    record = {
        "order_id": "53",
        "placed_at": "2026-11-02T10:00",
        "client_ref": "visitor_77",
        "service": "Logo",
    }
    done = shop(
        *("requests", "screen", "-", "--rules", "rules.toml", "--record", "-f", "jsonl"),
        stdin=json.dumps(record).encode(),
    )
    row = json.loads(done.stdout)
    assert (done.code, row["decision"], row["recorded"], shop.entries()) == (1, "request", "anonymous", [])
    assert "1 order not recorded: neither name, e-mail nor phone says who asks" in done.stderr


def offered(shop, *options):
    done = shop("requests", "approve", "Q-1", *options)
    assert done.code == 0, done.stderr


def test_a_client_with_an_open_offer_orders_without_a_request(shop):
    offered(shop)
    rows = shop.screen(order("60", email="ada@example.org"), rules=ALL, options=RECORD)
    assert (rows[0]["decision"], rows[0]["reasons"], rows[0]["offer_of"]) == ("bypass", ["open_offer"], "Q-1")
    one = shop.json("show", "Q-1")
    assert (one["status"], one["order_id"]) == ("accepted(bypass)", "order:60")
    again = shop.screen(order("60", email="ada@example.org"), rules=ALL, options=RECORD)
    assert (again[0]["decision"], again[0]["recorded"], len(shop.entries())) == ("bypass", "already", 2)
    # The offer was for one order.
    assert shop.screen(order("61", email="ada@example.org"), rules=ALL)[0]["decision"] == "request"
    assert [row["request_id"] for row in shop.json("list", "--status", "accepted")] == ["Q-1"]


def test_of_two_orders_the_earlier_takes_the_offer(shop):
    offered(shop)
    rows = shop.screen(
        order("62", "2026-11-03T10:00", "ada@example.org"),
        order("63", "2026-11-02T10:00", "ada@example.org"),
        rules=ALL,
    )
    assert {row["request_id"]: row["decision"] for row in rows} == {
        "order:62": "request",
        "order:63": "bypass",
    }


def test_an_offer_counts_by_the_orders_own_time(shop):
    offered(shop, "--expires", "2026-11-05")
    shop.now = datetime(2026, 11, 20, tzinfo=UTC)
    cases = {
        "2026-10-30T10:00": "request",  # before it was made, on 1 November at 13:00
        "2026-11-01T12:59": "request",
        "2026-11-01T13:00": "bypass",
        "2026-11-05T23:59": "bypass",  # though it has expired by now
        "2026-11-06T00:00": "request",
    }
    found = {at: shop.screen(order("64", at, "ada@example.org"), rules=ALL)[0]["decision"] for at in cases}
    assert found == cases


def test_an_order_in_time_that_is_told_late_takes_the_offer_all_the_same(shop):
    offered(shop, "--expires", "2026-11-05")
    shop.now = datetime(2026, 11, 20, tzinfo=UTC)
    assert shop.json("show", "Q-1")["status"] == "expired"
    rows = shop.screen(order("64", "2026-11-05T20:00", "ada@example.org"), rules=ALL, options=RECORD)
    assert rows[0]["recorded"] == "new"
    assert shop.json("show", "Q-1")["status"] == "accepted(bypass)"


def test_an_offer_of_another_service_or_client_is_none(shop):
    offered(shop)
    assert (
        shop.screen(order("65", email="ada@example.org", service="Website"), rules=ALL)[0]["decision"]
        == "request"
    )
    assert shop.screen(order("66", email="bea@example.org"), rules=ALL)[0]["decision"] == "request"
    assert (
        shop.screen(order("67", email="ada@example.org", service=None), rules=ALL)[0]["decision"] == "bypass"
    )


def test_an_offer_that_was_declined_or_withdrawn_is_none(shop):
    offered(shop)
    shop("requests", "withdraw", "Q-1")
    assert shop.screen(order("68", email="ada@example.org"), rules=ALL)[0]["decision"] == "request"


def test_a_held_order_gets_an_offer_and_its_client_takes_it(shop):
    """The whole way: held, approved, ordered again without a request; the client is in no file yet."""
    shop.screen(order("70", price="80.00", currency="EUR"), options=RECORD)
    assert shop.json("approve", "70", "--price", "90")["offer_price"] == "90.00"
    # The held order itself, told once more, does not take the offer made for it.
    same = shop.screen(order("70", "2026-11-01T14:00", price="80.00", currency="EUR"), options=RECORD)
    assert (same[0]["decision"], same[0]["recorded"]) == ("request", "already")
    rows = shop.screen(order("71", price="90.00", currency="EUR"), options=RECORD)
    assert (rows[0]["decision"], rows[0]["offer_of"]) == ("bypass", "order:70")
    assert [entry.kind for entry in shop.entries()] == [
        "request_received",
        "request_offered",
        "request_accepted",
    ]
    assert shop("workspace", "check").code == 0


def test_an_order_in_two_files_of_an_archive_is_recorded_once(shop):
    (shop.folder / "rules.toml").write_text("")
    with zipfile.ZipFile(shop.folder / "both.zip", "w") as archive:
        archive.writestr("a.json", json.dumps(order("80")))
        archive.writestr("b.json", json.dumps(order("80", requirements="in blue")))
    done = shop("requests", "screen", "both.zip", "--rules", "rules.toml", "--record", "--json")
    assert [row["recorded"] for row in json.loads(done.stdout)] == ["new", "already"]
    assert len(shop.entries()) == 1
    offered(shop)
    with zipfile.ZipFile(shop.folder / "both.zip", "w") as archive:
        for name in ("a.json", "b.json"):
            archive.writestr(name, json.dumps(order("81", email="ada@example.org")))
    done = shop("requests", "screen", "both.zip", "--rules", "rules.toml", "--record", "--json")
    assert [row["decision"] for row in json.loads(done.stdout)] == ["bypass", "bypass"]
    assert len(shop.entries()) == 3


def test_a_currency_or_zone_that_is_none_is_refused_before_anything_is_read(shop):
    (shop.folder / "rules.toml").write_text("")
    for option, told in (
        (("--currency", "EURO"), "unknown currency"),
        (("--timezone", "Mars"), "unknown time zone"),
    ):
        done = shop("requests", "screen", "missing.json", "--rules", "rules.toml", *option)
        assert (done.code, done.stdout) == (2, "")
        assert told in done.stderr


def test_the_history_tells_what_was_done_and_nothing_that_a_client_wrote(shop):
    order = {"order_id": "9", "placed_at": "2026-10-31T10:00", "email": "uta@example.org", "name": "Uta Horn",
             "requirements": "my secret " * 1000, "price": "5.00", "currency": "EUR"}  # fmt: skip
    shop.screen(order, rules="[offers]\nexpires_days = 7\n", options=("--record",))
    shop.json("approve", "9", "--price", "7.5")
    shop.json("decline", "Q-2", "--reason", "booked")
    rows = json.loads(shop("workspace", "history", "--json").stdout)
    assert [row["what"] for row in rows if row["kind"].startswith("request_")] == [
        "request main/order:9 received: new_client, any_time",
        "request main/order:9 offered: EUR 7.50",
        "request main/Q-2 declined: booked",
    ]
    for text in (shop("workspace", "history").stdout, shop("workspace", "history").stderr):
        assert not any(word in text for word in ("secret", "uta@", "Horn"))


def test_a_service_that_is_called_with_its_package_is_parted_as_a_line_of_an_order_is(shop):
    rules = 'audience = "all"\n[services]\nothers = false\n"Logo design" = true\n[packages."Logo design"]\nbasic = false\nothers = true\n'
    order = {"placed_at": "2026-10-31T10:00", "email": "uta@example.org", "price": "5.00", "currency": "EUR"}
    names = ("Logo design - premium", "logo  Design - basic", "Logo designs - x", "Logo design", None)
    rows = shop.screen(
        *({**order, "order_id": str(n), "service": name} for n, name in enumerate(names)), rules=rules
    )
    assert [(row["decision"], row["reasons"][0], row["service"], row["package"]) for row in rows] == [
        ("request", "all_clients", "Logo design", "premium"),
        ("accept", "package_off", "Logo design", "basic"),
        ("accept", "service_off", "Logo designs - x", None),
        ("request", "all_clients", "Logo design", None),
        ("accept", "service_off", None, None),
    ]


def test_a_held_order_that_comes_again_passes_once_its_offer_was_accepted(shop):
    order = {"order_id": "9", "placed_at": "2026-10-31T10:00", "email": "uta@example.org", "name": "Uta",
             "price": "5.00", "currency": "EUR"}  # fmt: skip

    def again():
        row = shop.screen(order, options=("--record",))[0]
        return row["decision"], row["reasons"][0], row["recorded"]

    assert again() == ("request", "new_client", "new")
    assert again() == ("request", "new_client", "already")
    shop.json("approve", "9")
    assert again() == ("request", "new_client", "already")
    shop.json("accept", "9")
    assert again() == ("accept", "agreed", None)
    assert len(shop.entries()) == 3


def test_a_held_order_whose_offer_another_order_took_stays_held(shop):
    order = {"order_id": "9", "placed_at": "2026-10-31T10:00", "email": "uta@example.org", "name": "Uta",
             "price": "5.00", "currency": "EUR"}  # fmt: skip
    shop.screen(order, options=("--record",))
    shop.json("approve", "9")
    other = {**order, "order_id": "10", "placed_at": "2026-11-02T10:00"}
    rows = shop.screen(order, other, options=("--record",))
    assert [row["decision"] for row in rows] == ["request", "bypass"]
    assert shop.screen(order)[0]["decision"] == "request"

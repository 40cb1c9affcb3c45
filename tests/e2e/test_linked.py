"""A shop imported directly and through Billbee: every sale once, every figure as if there were the shop alone."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal

import polars as pl
import pytest

from clientlens.workspace.workspace import Workspace

AS_OF = "2026-10-31"
PAGE = 250


@pytest.fixture(scope="module")
def shop(sample_files):
    return sample_files["lantern"]


@pytest.fixture(scope="module")
def alone(program, shop, tmp_path_factory):
    """A workspace with the shop's own files."""
    path = tmp_path_factory.mktemp("alone") / ".clientlens"
    done = program("-w", path, "import", *shop, "--store", "lantern", "--timezone", "Europe/Berlin")
    assert done.code == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def pages(alone, tmp_path_factory):
    """What Billbee would tell of the same orders, in pages of its API; how many there are."""
    folder = tmp_path_factory.mktemp("billbee")
    with Workspace.open(alone) as workspace:
        facts = workspace.facts()
        orders = facts.orders.join(
            facts.people.select("person_key", "email").unique("person_key"), on="person_key", how="left"
        )
        orders = orders.sort("placed_at").collect()
        lines = facts.order_lines.filter(~pl.col("is_tip")).collect().partition_by("order_key", as_dict=True)
    told = [_told(order, lines.get((order["order_key"],))) for order in orders.iter_rows(named=True)]
    files = []
    for number in range(0, len(told), PAGE):
        files.append(folder / f"page{len(files) + 1}.json")
        page = {
            "Paging": {"Page": len(files), "PageSize": PAGE},
            "ErrorCode": 0,
            "Data": told[number : number + PAGE],
        }
        files[-1].write_text(json.dumps(page), "utf-8")
    return files, len(told)


def _told(order, lines):
    goods = order["order_total"] - (order["shipping"] or 0)
    titles = lines["product"].to_list() if lines is not None else ["Candle"]
    items = [
        {"Product": {"Title": title, "SKU": None}, "Quantity": 1, "TotalPrice": 0, "TaxAmount": 0}
        for title in titles
    ]
    items[0]["TotalPrice"] = float(Decimal(goods) / 100)
    state = 8 if order["cancelled_at"] or order["payment_state"] in {"voided", "expired", "refunded"} else 4
    return {
        "BillBeeOrderId": 10**14 + int(order["source_id"]),
        "Id": order["source_id"],
        "OrderNumber": f"#{order['number']}",
        "State": state,
        "CreatedAt": order["placed_at"].isoformat(),
        "PayedAt": order["paid_at"].isoformat() if order["paid_at"] else None,
        "TotalCost": float(Decimal(order["order_total"]) / 100),
        "ShippingCost": float(Decimal(order["shipping"] or 0) / 100),
        "Currency": order["currency"],
        "OrderItems": items,
        "Seller": {"Platform": "Shopify", "BillbeeShopName": "lantern by billbee"},
        "Customer": {"Id": zlib.crc32(order["email"].encode()), "Email": order["email"]}
        if order["email"]
        else None,
    }


def _answers(program, path):
    found = {}
    for words in (("insights",), ("leaderboard", "--top", "0"), ("checkouts", "--summary"), ("clients",)):
        done = program("-w", path, "--as-of", AS_OF, *words, "--json", "--limit", "0")
        assert done.code == 0, done.stderr
        found[words[0]] = done.json
    return found


@pytest.mark.parametrize("first", ["shop", "billbee", "together"])
def test_a_shop_that_comes_through_billbee_too_is_counted_once(program, alone, shop, pages, tmp_path, first):
    files, count = pages
    path = tmp_path / ".clientlens"
    options = ("--store", "lantern", "--timezone", "Europe/Berlin", "--json")
    calls = {"shop": [shop, files], "billbee": [files, shop], "together": [[*shop, *files]]}[first]
    said = []
    for one in calls:
        done = program("-w", path, "import", *one, *options)
        assert done.code == 0, done.stderr
        said.append(done.json)
    assert said[-1]["orders_linked"] == count == 758
    assert said[-1]["rows_set_aside"] == 0
    shops_own = program("-w", tmp_path / "own", "import", *shop, *options).json
    if first == "together":
        assert said[-1]["totals"] == shops_own["totals"]
    ours, theirs = _answers(program, path), _answers(program, alone)
    assert ours["leaderboard"] == theirs["leaderboard"]
    assert ours["insights"] == theirs["insights"]
    assert ours["checkouts"] == theirs["checkouts"]
    spent = [
        [(row["client_id"], row["completed_orders"], row["total_spend"]) for row in one["clients"]]
        for one in (ours, theirs)
    ]
    assert spent[0] == spent[1]


BILLBEE = """\
Bestellnummer;Externe Bestellnummer;Plattform;Bestelldatum;Bezahlt am;Gesamtbetrag;Währung;E-Mail;Artikel;Menge
{number};1001;Shopify;01.03.2026 10:00;01.03.2026;{total};EUR;jane@example.org;Candle;1
"""


@pytest.mark.parametrize("number", ["B-77", "1001"])
@pytest.mark.parametrize("first", ["shop", "billbee"])
def test_in_one_store_a_sale_is_counted_once_too(clientlens, orders_csv, tmp_path, number, first):
    shop = orders_csv("shop.csv")
    (tmp_path / "billbee.csv").write_text(BILLBEE.format(number=number, total="25,00"), "utf-8")
    files = [shop, "billbee.csv"] if first == "shop" else ["billbee.csv", shop]
    for file in files:
        assert clientlens("import", file, "--timezone", "Europe/Berlin").code == 0
    (row,) = clientlens("--as-of", "2026-06-30", "leaderboard", "--json").json
    assert (row["purchases"], row["total_spend"]) == (1, "25.00")


@pytest.mark.parametrize("first", ["shop", "billbee"])
def test_another_amount_is_told_and_counted_once_whichever_came_second(
    clientlens, orders_csv, tmp_path, first
):
    shop = orders_csv("shop.csv")
    (tmp_path / "billbee.csv").write_text(BILLBEE.format(number="1001", total="999,99"), "utf-8")
    files = [shop, "billbee.csv"] if first == "shop" else ["billbee.csv", shop]
    assert clientlens("import", files[0], "--timezone", "Europe/Berlin").code == 0
    second = clientlens("import", files[1], "--timezone", "Europe/Berlin")
    assert second.code == 1
    assert "EUR 25.00 and EUR 999.99" in second.stderr
    (row,) = clientlens("--as-of", "2026-06-30", "leaderboard", "--json").json
    assert (row["purchases"], row["total_spend"]) == (1, "25.00")

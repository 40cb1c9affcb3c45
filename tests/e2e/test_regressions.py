"""What a careful reader once found wrong, so that it stays right."""

from __future__ import annotations

import csv
import io

import pytest

HEAD = {"Name": "#8", "Id": "5008", "Lineitem name": "Candle", "Lineitem price": "20.00"}
LATER = {"Name": "#8", "Email": "jane@example.org", "Created at": "2026-03-01 10:00:00 +0100"}


@pytest.fixture
def parts(orders_csv):
    """An order of three lines whose last one stands in the second part of the export."""
    blank = dict.fromkeys(
        "Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Billing Name,"
        "Refunded Amount,Id".split(","),
        "",
    )
    later = {**blank, **LATER, "Lineitem quantity": "1", "Lineitem price": "1.00"}
    one = orders_csv("one.csv", HEAD, {**later, "Lineitem name": "Wick"})
    two = orders_csv("two.csv", {**later, "Lineitem name": "Holder"}, {"Name": "#9", "Id": "5009"})
    return one, two


def lines_of_order(clientlens):
    rows = clientlens("orders", "8", "--lines", "--json").json
    return sorted(line["product"] for row in rows if row["number"] == "8" for line in row["lines"])


def test_an_order_cut_in_two_is_whole_once_its_parts_are_imported_together(clientlens, parts):
    one, two = parts
    assert clientlens("import", one, "--timezone", "Europe/Berlin").code == 0
    alone = clientlens("import", two)
    assert alone.code == 1
    assert "a later row whose order's first row is in none of the files" in alone.stderr
    assert lines_of_order(clientlens) == ["Candle", "Wick"]
    together = clientlens("import", one, two, "--json")
    assert (together.code, together.json["orders_updated"], together.json["rows_set_aside"]) == (0, 1, 0)
    assert lines_of_order(clientlens) == ["Candle", "Holder", "Wick"]
    # A part alone afterwards takes nothing away again.
    assert clientlens("import", one, "--json").json["orders_updated"] == 0
    assert lines_of_order(clientlens) == ["Candle", "Holder", "Wick"]


def test_rows_set_aside_of_two_formats_are_written_apart_and_come_back(clientlens, orders_csv, tmp_path):
    orders = orders_csv("orders.csv", {}, {"Total": "x"})
    customers = tmp_path / "customers.csv"
    customers.write_text(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
        "Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,"
        "Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,"
        "Total Spent,Total Orders,Note,Tax Exempt,Tags\n"
        "1,Ann,Lee,ann@example.org,yes,,,,,,,,,,no,0.00,0,,no,\n"
        "2,Bob,Lee,bob@example.org,perhaps,,,,,,,,,,no,0.00,0,,no,\n",
        "utf-8",
    )
    done = clientlens("import", orders, customers, "--timezone", "UTC", "--rejects", "bad.csv")
    assert done.code == 1
    assert not (tmp_path / "bad.csv").exists()
    corrected = {"shopify_orders": ("Total", "25.00"), "shopify_customers": ("Accepts Email Marketing", "no")}
    for source, (column, value) in corrected.items():
        path = tmp_path / f"bad.{source}.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
        assert len(rows) == 1
        rows[0][column] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        again = clientlens("import", path, "--json")
        assert (again.code, again.json["rows_stored"], again.json["files"][0]["source"]) == (0, 1, source)
    assert len(clientlens("orders", "--json").json) == 2
    assert {row["email"] for row in clientlens("clients", "--json").json} >= {
        "ann@example.org",
        "bob@example.org",
    }


def test_a_stores_name_is_trimmed_so_that_one_shop_stays_one(clientlens, orders_csv):
    orders = orders_csv("orders.csv")
    assert clientlens("import", orders, "--timezone", "UTC").code == 0
    again = clientlens("import", orders, "--store", " main ", "--json")
    assert (again.json["orders_added"], again.json["import_id"]) == (0, None)
    for bad in ("", "  ", "a\x1bb", "a\nb"):
        assert clientlens("import", orders, "--store", bad).code == 2
    assert clientlens("leaderboard", "--store", " main ").code == 0


def test_lines_are_drawn_in_a_table_under_their_order(clientlens, parts):
    assert clientlens("import", *parts, "--timezone", "Europe/Berlin").code == 0
    drawn = clientlens("orders", "8", "--lines").lines
    first = next(place for place, line in enumerate(drawn) if line.startswith("8 "))
    assert [line.split()[-4] for line in drawn[first : first + 3]] == ["Candle", "Wick", "Holder"]
    assert drawn[first + 1].startswith("  ")


def test_a_refund_in_full_is_among_the_undated_facts_of_a_leaderboard(clientlens, orders_csv):
    refunded = {"Financial Status": "refunded", "Refunded Amount": "25.00"}
    partly = {"Financial Status": "partially_refunded", "Refunded Amount": "5.00"}
    assert clientlens("import", orders_csv("orders.csv", refunded, partly, {}), "--timezone", "UTC").code == 0
    for answer in ("insights", "leaderboard", "orders"):
        told = clientlens(answer, "--as-of", "2026-03-31").text
        assert "2 orders with a refund or a status without a time" in told, answer


def test_settings_that_are_no_text_are_wrong_settings(clientlens, orders_csv, tmp_path):
    assert clientlens("import", orders_csv("orders.csv"), "--timezone", "UTC").code == 0
    (tmp_path / ".clientlens" / "clientlens.toml").write_bytes(b"\xff")
    done = clientlens("insights")
    assert done.code == 2
    assert "clientlens.toml: not UTF-8 text" in done.stderr

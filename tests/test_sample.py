"""data/sample is what its generator makes, and holds every oddity that docs/sample-data.md promises."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
SHOPS = ("lantern", "harbour")
FILES = (
    "orders_export_1.csv",
    "orders_export_2.csv",
    "orders_export_older.csv",
    "customers_export.csv",
    "checkouts_export.csv",
)

Row = dict[str, str]
Order = list[Row]


def rows_of(shop: str, name: str) -> list[Row]:
    with (SAMPLE / shop / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def grouped(shop: str, *names: str) -> dict[str, Order]:
    out: dict[str, Order] = defaultdict(list)
    for name in names:
        for row in rows_of(shop, name):
            out[row["Name"]].append(row)
    return out


@pytest.fixture(scope="module", params=SHOPS)
def shop(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def orders(shop: str) -> dict[str, Order]:
    return grouped(shop, "orders_export_1.csv", "orders_export_2.csv")


@pytest.fixture(scope="module")
def heads(orders: dict[str, Order]) -> list[Row]:
    return [rows[0] for rows in orders.values()]


def cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)


def is_tip(row: Row) -> bool:
    return row["Lineitem name"] == "Tip" and not row["Lineitem sku"]


class TestGenerator:
    def test_the_files_are_what_the_generator_makes(self):
        made = subprocess.run(
            [sys.executable, ROOT / "tools" / "make_sample.py", "--check"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (made.returncode, made.stderr) == (0, "")

    def test_there_are_five_files_for_each_shop_reviews_of_one_and_nothing_else(self):
        there = (path for shop in SHOPS for path in (SAMPLE / shop).rglob("*") if path.is_file())
        found = sorted(path.relative_to(SAMPLE).as_posix() for path in there)
        assert found == sorted(
            ["lantern/reviews.csv", *(f"{shop}/{name}" for shop in SHOPS for name in FILES)]
        )

    def test_it_stays_under_one_and_a_half_megabytes(self):
        assert sum(path.stat().st_size for path in SAMPLE.rglob("*.csv")) < 1_500_000


class TestReviews:
    def test_lanterns_name_its_orders_and_their_clients(self):
        reviews = rows_of("lantern", "reviews.csv")
        orders = grouped("lantern", "orders_export_1.csv", "orders_export_2.csv")
        own = [row for row in reviews if row["seller"] == "lantern"]
        assert (len(reviews), len(own)) == (504, 250)
        for row in own:
            lines = orders[row["order_id"]]
            assert row["email"] == lines[0]["Email"].lower()
            assert row["service"] in {line["Lineitem name"] for line in lines}
        assert not any(row["order_id"] for row in reviews if row["seller"] != "lantern")

    def test_there_are_five_other_sellers_and_three_who_never_bought(self):
        reviews = rows_of("lantern", "reviews.csv")
        assert len({row["seller"] for row in reviews}) == 6
        buyers = {
            row["Email"].lower()
            for shop in SHOPS
            for part in ("1", "2")
            for row in rows_of(shop, f"orders_export_{part}.csv")
        }
        assert len({row["email"] for row in reviews} - buyers) == 3


class TestSize:
    def test_the_shops_hold_1527_orders_and_2270_rows(self):
        counts = {shop: grouped(shop, "orders_export_1.csv", "orders_export_2.csv") for shop in SHOPS}
        assert {shop: len(orders) for shop, orders in counts.items()} == {"lantern": 758, "harbour": 769}
        assert sum(len(rows) for orders in counts.values() for rows in orders.values()) == 2270

    def test_some_400_e_mails_bought_and_14_of_them_in_both_shops(self):
        buyers = {
            shop: {
                row["Email"].lower()
                for name in FILES[:2]
                for row in rows_of(shop, name)
                if row["Email"] and row["Total"]
            }
            for shop in SHOPS
        }
        assert {shop: len(emails) for shop, emails in buyers.items()} == {"lantern": 210, "harbour": 198}
        assert len(buyers["lantern"] & buyers["harbour"]) == 14

    def test_the_orders_span_three_years_up_to_the_last_days_of_october_2026(self, heads):
        days = [row["Created at"][:10] for row in heads]
        assert "2023-11-01" <= min(days) <= "2023-11-08"
        assert "2026-10-28" <= max(days) <= "2026-10-31"

    def test_there_are_75_checkouts_in_each_shop(self, shop):
        assert len(grouped(shop, "checkouts_export.csv")) == 75


class TestBytes:
    def test_lantern_ends_lines_with_lf_and_harbour_with_crlf_around_cells_with_lf(self):
        for name in FILES:
            lantern, harbour = ((SAMPLE / shop / name).read_bytes() for shop in SHOPS)
            assert b"\r" not in lantern
            assert harbour.endswith(b"\r\n")
        assert b"gift wrap: yes\nmessage" in (SAMPLE / "harbour" / "orders_export_1.csv").read_bytes()

    def test_no_file_has_a_byte_order_mark(self, shop):
        assert not any((SAMPLE / shop / name).read_bytes().startswith(b"\xef\xbb\xbf") for name in FILES)

    def test_blanks_are_nothing_or_two_quotes(self, shop):
        text = (SAMPLE / shop / "orders_export_1.csv").read_text("utf-8")
        assert ',"",' in text
        assert ",,," in text

    def test_headers_have_79_71_and_70_columns_in_shopifys_order(self):
        headers = {
            (shop, name): (SAMPLE / shop / name).read_text("utf-8").splitlines()[0].split(",")
            for shop in SHOPS
            for name in FILES
        }
        assert [len(headers["lantern", name]) for name in FILES] == [79, 79, 79, 20, 70]
        assert [len(headers["harbour", name]) for name in FILES] == [71, 71, 71, 20, 70]
        full = headers["lantern", "orders_export_1.csv"]
        assert headers["harbour", "orders_export_1.csv"] == [
            c for c in full if c in headers["harbour", FILES[0]]
        ]
        assert headers["lantern", "customers_export.csv"][0] == "Customer ID"
        assert headers["harbour", "customers_export.csv"][0] == "First Name"
        assert "Duties" not in headers["harbour", "checkouts_export.csv"]

    def test_one_file_has_two_offsets(self, shop, heads):
        offsets = {"lantern": {"+0100", "+0200"}, "harbour": {"-0400", "-0500"}}
        assert {row["Created at"][-5:] for row in heads} == offsets[shop]

    def test_only_invented_domains_occur(self, shop):
        emails = {row["Email"].lower() for name in FILES for row in rows_of(shop, name) if row["Email"]}
        endings = ("example.com", "example.org", "example.net", ".example")
        assert [email for email in emails if not email.endswith(endings)] == []


class TestOrders:
    def test_the_amounts_of_every_order_add_up(self, shop, orders):
        for name, rows in orders.items():
            head = rows[0]
            goods = sum(
                cents(r["Lineitem price"]) * int(r["Lineitem quantity"]) for r in rows if not is_tip(r)
            )
            tips = sum(cents(r["Lineitem price"]) for r in rows if is_tip(r))
            on_top = cents(head["Taxes"]) if shop == "harbour" else 0
            subtotal, shipping, duties = (cents(head[c]) for c in ("Subtotal", "Shipping", "Duties"))
            assert (name, subtotal) == (name, goods - cents(head["Discount Amount"]))
            assert (name, cents(head["Total"])) == (name, subtotal + shipping + on_top + duties + tips)

    def test_each_shop_has_one_currency(self, shop, heads):
        assert {row["Currency"] for row in heads} == {{"lantern": "EUR", "harbour": "USD"}[shop]}

    def test_later_rows_hold_only_what_shopify_repeats(self, orders):
        repeated = {"Name", "Email", "Created at", "Vendor", "Phone"}
        later = [row for rows in orders.values() for row in rows[1:]]
        filled = {column for row in later for column, cell in row.items() if cell}
        assert len(later) > 300
        assert filled <= repeated | {column for column in filled if column.startswith("Lineitem ")}

    def test_the_rows_of_an_order_are_neighbours_in_one_part(self, shop):
        names = [[row["Name"] for row in rows_of(shop, name)] for name in FILES[:2]]
        assert not set(names[0]) & set(names[1])
        for part in names:
            runs = [name for before, name in zip(["", *part], part, strict=False) if before != name]
            assert len(runs) == len(set(runs))

    def test_every_financial_status_occurs(self, heads):
        assert set(Counter(row["Financial Status"] for row in heads)) == {
            "paid", "pending", "refunded", "partially_refunded", "voided", "authorized", "partially_paid", "expired",
        }  # fmt: skip

    def test_orders_are_cancelled_in_every_state_even_still_paid(self, heads):
        cancelled = Counter(row["Financial Status"] for row in heads if row["Cancelled at"])
        assert cancelled == {
            "paid": 7, "refunded": 6, "voided": 3, "pending": 3, "authorized": 2, "partially_refunded": 1,
        }  # fmt: skip

    def test_fulfilment_is_fulfilled_unfulfilled_partial_or_restocked(self, heads):
        assert {row["Fulfillment Status"] for row in heads} == {
            "fulfilled",
            "unfulfilled",
            "partial",
            "restocked",
        }

    def test_the_total_stays_gross_after_a_refund(self, heads):
        refunded = [
            (cents(row["Refunded Amount"]), cents(row["Total"])) for row in heads if row["Total"] != "0.00"
        ]
        assert sum(0 < back < total for back, total in refunded) >= 20
        assert sum(back == total for back, total in refunded) >= 20
        assert sum(back > total for back, total in refunded) == 1
        assert [
            r
            for r in heads
            if r["Financial Status"] == "partially_refunded" and r["Refunded Amount"] == "0.00"
        ]

    def test_tips_are_lines_outside_the_subtotal(self, orders):
        tips = [row for rows in orders.values() for row in rows if is_tip(row)]
        assert len(tips) >= 15
        assert {(row["Lineitem taxable"], row["Lineitem requires shipping"]) for row in tips} == {
            ("false", "false")
        }

    def test_taxes_are_inside_in_lantern_and_on_top_in_harbour(self, shop, orders):
        taxed = [
            r[0] for r in orders.values() if cents(r[0]["Taxes"]) and not any(is_tip(line) for line in r)
        ]
        plain = [row for row in taxed if not row["Duties"]]
        charged = {
            cents(r["Total"]) - cents(r["Subtotal"]) - cents(r["Shipping"]) == cents(r["Taxes"])
            for r in plain
        }
        assert len(plain) > 450
        assert charged == {shop == "harbour"}

    def test_orders_of_total_zero_are_exchanges_and_full_discounts(self, heads):
        free = [row for row in heads if row["Total"] == "0.00"]
        assert sum(row["Name"].endswith("-EXC") for row in free) == 3
        assert sum(row["Discount Code"] == "ONTHEHOUSE" for row in free) == 5
        assert not any(row["Paid at"] for row in free)

    def test_discounts_have_one_code_two_or_none(self, heads):
        codes = [row["Discount Code"] for row in heads if cents(row["Discount Amount"])]
        assert "" in codes
        assert "WELCOME10" in codes or "TRAIL10" in codes
        assert sum(", " in code for code in codes) == 4

    def test_duties_are_rare(self, heads):
        assert sum(bool(row["Duties"]) for row in heads) == 6

    def test_e_mails_are_spelled_in_several_ways(self, heads):
        spelled = {row["Email"] for row in heads if row["Email"]}
        assert len(spelled) > len({email.lower() for email in spelled}) + 20

    def test_orders_without_an_e_mail_have_a_phone_an_address_a_bare_name_or_nothing(self, shop, heads):
        def known(row: Row) -> str:
            if row["Phone"] or row["Billing Phone"]:
                return "phone"
            return "address" if row["Billing Address1"] else "name" if row["Billing Name"] else "nothing"

        counts = Counter(known(row) for row in heads if not row["Email"])
        assert counts == {
            "lantern": {"phone": 27, "address": 4, "name": 4, "nothing": 18},
            "harbour": {"phone": 3, "address": 4},
        }[shop]  # fmt: skip

    def test_cells_are_guarded_by_apostrophes(self, shop, heads):
        columns = {"Billing Zip", "Notes", "Billing Company"} | (
            {"Billing Phone"} if shop == "lantern" else set()
        )
        assert columns <= {column for row in heads for column, cell in row.items() if cell.startswith("'")}
        assert any(row["Billing Zip"].startswith("'0") for row in heads)
        assert any(row["Notes"].startswith("'-") for row in heads)

    def test_a_bare_international_phone_is_not_guarded(self, heads):
        assert any(row["Billing Phone"].startswith("+") for row in heads)

    def test_cells_hold_line_breaks_and_quotes(self, orders):
        rows = [row for order in orders.values() for row in order]
        assert any("\n" in row["Note Attributes"] for row in rows)
        assert any("\n" in row["Notes"] for row in rows)
        assert any('"' in row["Note Attributes"] or '"' in row["Lineitem name"] for row in rows)

    def test_ids_are_unique_and_lanterns_grow_to_14_digits(self, shop, heads):
        ids = [row["Id"] for row in heads]
        assert len(set(ids)) == len(ids)
        assert {len(text) for text in ids} == ({13, 14} if shop == "lantern" else {13})

    def test_odd_names_occur(self):
        names = {
            row["Billing Name"]
            for shop in SHOPS
            for name in FILES[:2]
            for row in rows_of(shop, name)
            if row["Billing Name"]
        }
        parts = (
            "Φαναριώτη",
            "Żółtobrzeski",
            "Işıkpınar",
            "山ノ浦",
            "القنديل",
            "[/b]",
            "\x1b[31m",
            "🕯",
            "e\u0301",
        )
        assert [part for part in parts if not any(part in name for name in names)] == []

    def test_formulas_stand_plain_in_a_name_and_guarded_in_notes(self):
        heads = rows_of("lantern", "orders_export_1.csv") + rows_of("lantern", "orders_export_2.csv")
        assert any(row["Billing Name"].startswith("=HYPERLINK(") for row in heads)
        assert any(row["Notes"].startswith("'=SUM(") for row in heads)


class TestOlderExport:
    def test_it_repeats_most_orders_to_the_letter_and_knows_others_less_well(self, shop, orders):
        older = grouped(shop, "orders_export_older.csv")
        same = sum(orders[name] == rows for name, rows in older.items())
        assert (len(older), same) == {"lantern": (41, 29), "harbour": (32, 20)}[shop]

    def test_orders_were_still_pending_unfulfilled_or_not_refunded(self, shop, orders):
        older = grouped(shop, "orders_export_older.csv")
        pairs = [(rows[0], orders[name][0]) for name, rows in older.items()]
        changed = Counter(
            (old["Financial Status"], new["Financial Status"])
            for old, new in pairs
            if old["Financial Status"] != new["Financial Status"]
        )
        assert changed["pending", "paid"] >= 3
        assert changed["authorized", "voided"] == 1
        assert changed["paid", "refunded"] >= 1
        assert changed["paid", "partially_refunded"] >= 2
        assert any(
            old["Fulfillment Status"] == "unfulfilled" != new["Fulfillment Status"] for old, new in pairs
        )


class TestCheckouts:
    @pytest.fixture
    def checkouts(self, shop: str) -> list[Order]:
        return list(grouped(shop, "checkouts_export.csv").values())

    def test_they_have_no_status_and_are_numbered_by_a_14_digit_id(self, checkouts):
        assert {rows[0]["Financial Status"] for rows in checkouts} == {""}
        assert all(rows[0]["Name"] == f"#{rows[0]['Id']}" and len(rows[0]["Id"]) == 14 for rows in checkouts)

    def test_some_have_a_phone_only_one_has_nothing_and_a_line_counts_zero(self, checkouts):
        heads = [rows[0] for rows in checkouts]
        assert sum(not row["Email"] and bool(row["Phone"]) for row in heads) == 3
        assert sum(not row["Email"] and not row["Phone"] for row in heads) == 1
        assert sum(row["Lineitem quantity"] == "0" for rows in checkouts for row in rows) == 2

    def test_some_came_back_within_seven_days_with_a_common_sku(self, checkouts, orders):
        bought = defaultdict(list)
        for rows in orders.values():
            for row in rows:
                bought[row["Email"].lower(), row["Lineitem sku"]].append(row["Created at"][:10])
        back = sum(
            any(
                rows[0]["Created at"][:10] <= day
                for row in rows
                if row["Lineitem sku"]
                for day in bought[row["Email"].lower(), row["Lineitem sku"]]
            )
            for rows in checkouts
        )
        assert 25 <= back < len(checkouts) - 15


class TestCustomers:
    def test_lists_hold_buyers_readers_and_phones(self, shop):
        rows = rows_of(shop, "customers_export.csv")
        assert len(rows) == {"lantern": 237, "harbour": 224}[shop]
        assert sum(row["Tags"] == "newsletter" for row in rows) >= 20
        assert sum(not row["Email"] for row in rows) == {"lantern": 4, "harbour": 2}[shop]

    def test_two_of_lantern_are_a_number_and_nothing_else(self):
        bare = [
            row
            for row in rows_of("lantern", "customers_export.csv")
            if not (row["First Name"] or row["Email"] or row["Phone"])
        ]
        assert [row["Customer ID"][:1] for row in bare] == ["'", "'"]

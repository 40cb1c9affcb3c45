"""Shopify orders: first rows and later rows, versions, money, people, and every fault set aside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from clientlens.errors import AmbiguousDates, BadHeader, NoGoodRow, NotRecognised, UnterminatedQuote
from clientlens.model.tables import ORDER_LINES, ORDERS, PEOPLE
from clientlens.sources.reading import read_all


def problems(batch):
    return [(p.line, p.column, p.value, p.message) for p in batch.problems]


def numbers(batch):
    return batch.orders["number"].to_list()


def test_an_order_has_the_shape_of_the_tables(read, shop):
    batch = read([shop.head(), shop.more()])
    extra = ["version", "file_no", "line", "row_count"]
    assert batch.orders.drop(extra).schema == ORDERS.schema
    assert batch.orders.select(extra).rows() == [(0, 0, 2, 2)]
    assert batch.order_lines.drop("version").schema == ORDER_LINES.schema
    assert batch.people.schema == PEOPLE.schema
    order = batch.orders.row(0, named=True)
    assert (order["order_key"], order["number"], order["source_id"]) == ("1001", "1001", "500001001")
    assert order["placed_at"] == dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    assert (order["placed_on"], order["currency"], order["order_total"]) == (dt.date(2026, 3, 1), "EUR", 2750)
    assert (order["channel"], order["person_key"], order["kind"]) == ("web", "e:ann@example.com", "purchase")
    lines = batch.order_lines.select(
        "line_no", "product", "quantity_milli", "unit_price", "line_total", "is_tip"
    )
    assert lines.rows() == [(1, "Candle - red", 2000, 1000, 2000, False), (2, "Wick", 1000, 100, 100, False)]


@pytest.mark.parametrize("cut", [(), ("Payment References",), "payment", "staff", "both", 47])
def test_every_header_variant_gives_the_same_orders(read, shop, cut):
    gone = {"payment": shop.payment, "staff": shop.staff, "both": shop.staff + shop.payment}.get(cut, cut)
    columns = shop.full[:47] if cut == 47 else [name for name in shop.full if name not in set(gone)]
    batch = read([shop.head(), shop.more(), shop.head("#1002")], columns=columns)
    assert (numbers(batch), batch.orders["price"].to_list()) == (["1001", "1002"], [2000, 2000])
    assert batch.orders["refunded"].to_list() == [0, 0]


def test_the_cells_of_one_order_never_leak_into_the_next(read, shop):
    first = shop.head(Cancelled_at="2026-03-02 10:00:00 +0100", Tags="vip", Discount_Code="TEN", Source="pos")
    batch = read([first, shop.more(), shop.head("#1002", Source="", Paid_at="")])
    columns = ["cancelled_at", "tags", "discount_codes", "channel", "paid_at"]
    assert batch.orders.select(columns).row(1) == (None,) * 5
    assert batch.orders["cancelled_at"].null_count() == 1


# Hand-worked: price is what goods cost without tax, shipping, duties and tips.
@pytest.mark.parametrize(
    ("cells", "basis", "price"),
    [
        # 20.00 + 5.00 + 2.50 = 27.50
        ({}, "on_top", 2000),
        # 20.00 + 5.00 = 25.00 with 4.51 inside: 20 x (25 - 4.51) / 25 = 16.392
        ({"Taxes": "4.51", "Total": "25.00"}, "inside", 1639),
        # 0.05 of 0.50 and 0.50: 0.50 x 0.95 / 1.00 = 0.475, half to even 0.48; 0.49 x ... stays exact
        ({"Subtotal": "0.50", "Shipping": "0.50", "Taxes": "0.05", "Total": "1.00"}, "inside", 48),
        # 0.50 x 0.93 / 1.00 = 0.465, half to even 0.46
        ({"Subtotal": "0.50", "Shipping": "0.50", "Taxes": "0.07", "Total": "1.00"}, "inside", 46),
        # duties 3.00 are taken off first
        ({"Total": "30.50", "Duties": "3.00"}, "on_top", 2000),
        ({"Total": "99.00"}, "unclear", 2000),
        ({"Subtotal": "0.00", "Shipping": "0.00", "Taxes": "0.00", "Total": "0.00"}, "on_top", 0),
    ],
)
def test_price_by_hand(read, shop, cells, basis, price):
    batch = read([shop.head(**cells)])
    assert batch.orders.select("tax_basis", "price").row(0) == (basis, price)
    assert any("do not add up" in note for note in batch.notes) == (basis == "unclear")


def test_a_tip_is_a_line_that_is_no_product(read, shop):
    tip = shop.more(Lineitem_name="Tip", Lineitem_sku="", Lineitem_price="3.85", Lineitem_taxable="false",
                    Lineitem_requires_shipping="false")  # fmt: skip
    towel = shop.more(Lineitem_name="Tip", Lineitem_sku="T-1")
    batch = read([shop.head(Total="31.35"), tip, towel])
    assert batch.orders.select("tip", "price", "tax_basis").row(0) == (385, 2000, "on_top")
    assert batch.order_lines["is_tip"].to_list() == [False, True, False]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Financial Status", "", "an order's first row needs a financial status"),
        ("Financial Status", "bezahlt", "not a financial status of Shopify's"),
        ("Currency", "EURO", "not an ISO 4217 currency code"),
        ("Currency", "", "the currency is missing (--currency to give it)"),
        ("Total", "", "the order needs a total"),
        ("Total", "12.345", "not an amount of this currency"),
        ("Total", "1,234.00", "not an amount of this currency"),
        ("Total", "NaN", "not an amount of this currency"),
        ("Total", "1e308", "not an amount of this currency"),
        ("Total", "99999999999999999999", "not an amount of this currency"),
        ("Total", "-5.00", "an amount below 0"),
        ("Taxes", "inf", "not an amount of this currency"),
        ("Created at", "", "the order needs a date"),
        (
            "Created at",
            "2026-02-30 10:00:00 +0100",
            "no such day or hour",
        ),
        ("Created at", "2026-03-01 10:00:00", "not a time as the rest of the file writes it"),
        ("Cancelled at", "yesterday", "not a time as the rest of the file writes it"),
        ("Lineitem quantity", "two", "not a quantity"),
        ("Lineitem quantity", "-1", "a quantity below 0"),
        ("Lineitem quantity", "", "a line needs a quantity"),
        ("Lineitem name", "", "a line needs a name"),
        ("Lineitem price", "1.2.3", "not an amount of this currency"),
    ],
)
def test_a_bad_cell_sets_its_whole_order_aside(read, shop, column, value, message):
    bad = {**shop.head("#2"), column: value}
    batch = read([shop.head("#1"), bad, shop.more("#2"), shop.head("#3"), shop.head("#4")])
    assert numbers(batch) == ["1", "3", "4"]
    assert set(batch.order_lines["order_key"]) == {"1", "3", "4"}
    shown = value or None
    assert problems(batch)[:1] == [(3, column, shown, message)]
    assert problems(batch)[-1] == (4, None, None, "set aside with another row of the same order")
    assert batch.rejects[0].rows["Name"].to_list() == ["#2", "#2"]
    assert batch.rejects[0].rows.columns == shop.full


def test_a_bad_later_row_takes_the_first_row_along(read, shop):
    batch = read([shop.head("#1"), shop.more("#1", Lineitem_price="x"), shop.head("#2")])
    assert numbers(batch) == ["2"]
    assert [(p.line, p.column) for p in batch.problems] == [(2, None), (3, "Lineitem price")]
    assert batch.rows_set_aside == 2


def test_rejects_corrected_and_read_again_are_the_order(read, shop):
    batch = read([shop.head("#1"), shop.head("#2", Total="27.5O", Notes='a "b"\nc'), shop.more("#2")])
    rejects = batch.rejects[0].rows.with_columns(pl.col("Total").str.replace("O", "0"))
    again = read(rejects.write_csv(), name="rejects.csv")
    assert (numbers(again), again.order_lines.height) == (["2"], 2)


@pytest.mark.parametrize("glue", ['"abc"def', "a\0b"])
def test_a_row_that_is_broken_takes_its_order_along(read, shop, glue):
    text = shop.text([shop.head("#1"), shop.more("#1", Notes="HERE"), shop.head("#2")]).replace("HERE", glue)
    batch = read(text)
    assert (numbers(batch), batch.rows_set_aside) == (["2"], 2)
    assert [p.line for p in batch.problems] == [2, 3]


def test_a_row_too_short_takes_its_order_along(read, shop):
    lines = shop.text([shop.head("#1"), shop.more("#1"), shop.head("#2")]).splitlines()
    lines[2] = ",".join(lines[2].split(",")[:20])
    batch = read("\n".join(lines) + "\n")
    assert (numbers(batch), batch.rows_set_aside) == (["2"], 2)
    assert batch.problems[1].message == "the row has 20 cells, the header 79"
    assert batch.rejects[0].rows["Name"].to_list() == ["#1", "#1"]


def test_a_footer_and_a_header_in_the_middle_are_no_orders(read, shop):
    lines = shop.text([shop.head("#1"), shop.head("#2")]).splitlines()
    total = ",".join(["Total", *[""] * 10, "55.00", *[""] * 67])
    batch = read("\n".join([lines[0], lines[1], lines[0], lines[2], total]) + "\n")
    assert (numbers(batch), batch.rows_set_aside) == (["1", "2"], 2)
    assert batch.orders["order_total"].sum() == 5500
    assert {p.line for p in batch.problems} == {3, 5}


def test_a_footer_with_nothing_but_its_name_is_no_order(read, shop):
    batch = read(shop.text([shop.head("#1")]) + "Total" + "," * 78 + "\n")
    assert problems(batch) == [
        (3, "Name", "Total", "a later row whose order's first row is in none of the files")
    ]


def test_blank_lines_are_no_rows(read, shop):
    text = shop.text([shop.head("#1"), shop.more("#1"), shop.head("#2")])
    batch = read(text.replace("\n", "\n\n") + "\n\n")
    assert (batch.files[0].rows, numbers(batch), batch.orders["line"].to_list()) == (3, ["1", "2"], [3, 7])


def test_an_unterminated_quote_refuses_the_file(write, shop):
    text = shop.text([shop.head("#1"), shop.head("#2", Notes="HERE"), shop.head("#3", Notes='x "y"')])
    with pytest.raises(UnterminatedQuote) as error:
        read_all([write(text.replace("HERE", '"open'))], shop.options)
    assert error.value.line == 3


def test_a_header_name_twice_refuses_the_file(write, shop):
    with pytest.raises(BadHeader):
        read_all([write([shop.head()], columns=[*shop.full, "total"])], shop.options)


@pytest.mark.parametrize("how", [{"end": "\r\n"}, {"end": "\r"}, {"delimiter": ";"}, {"delimiter": "\t"}])
def test_line_ends_and_delimiters_change_nothing(read, shop, how):
    rows = [shop.head("#1", Note_Attributes="a: b\nc: d"), shop.more("#1"), shop.head("#2")]
    assert read(rows, **how).orders.equals(read(rows).orders)


def test_a_byte_order_mark_and_sep_are_no_columns(read, shop):
    text = shop.text([shop.head("#1")], delimiter=";")
    assert numbers(read(b"\xef\xbb\xbf" + b"sep=;\n" + text.encode())) == ["1"]
    assert numbers(read(b"\xef\xbb\xbf" + text.encode())) == ["1"]


def test_decimal_commas_of_a_spreadsheet_are_seen(read, shop):
    amounts = {
        "Total",
        "Subtotal",
        "Shipping",
        "Taxes",
        "Lineitem price",
        "Discount Amount",
        "Refunded Amount",
    }
    cells = shop.head("#1").items()
    rows = [{name: text.replace(".", ",") if name in amounts else text for name, text in cells}]
    batch = read(rows, delimiter=";")
    assert (batch.orders["order_total"].item(), batch.order_lines["unit_price"].item()) == (2750, 1000)


def test_two_files_are_one_export(write, shop):
    one = write([shop.head("#2"), shop.head("#1")], name="1.csv")
    two = write([shop.more("#1"), shop.head("#3")], name="2.csv")
    for names in ([one, two], [two, one]):
        (batch,) = read_all(names, shop.options)
        assert shop.accounted(batch) == (4, 4)
        lines = batch.order_lines.filter(pl.col("order_key") == "1").sort("line_no")
        assert lines["product"].to_list() == ["Candle - red", "Wick"]
        assert batch.orders.filter(pl.col("number") == "1")["row_count"].item() == 2
        assert batch.rows_set_aside == 0


def test_overlapping_exports_give_versions_and_count_repeats(write, shop):
    old = write(
        [shop.head("#1"), shop.more("#1"), shop.head("#2", Financial_Status="pending")], name="old.csv"
    )
    new = write([shop.head("#2"), shop.head("#1"), shop.more("#1")], name="new.csv")
    (batch,) = read_all([old, new], shop.options)
    assert shop.accounted(batch) == (6, 6)
    assert batch.rows_duplicate == 2
    assert sorted(batch.orders.select("number", "payment_state", "version").rows()) == [
        ("1", "paid", 0), ("2", "paid", 2), ("2", "pending", 1),
    ]  # fmt: skip
    assert batch.order_lines.select("order_key", "version").rows() == [("1", 0), ("1", 0), ("2", 1), ("2", 2)]


def test_two_different_orders_of_one_number_in_one_file_are_set_aside(read, shop):
    batch = read(
        [shop.head("#1"), shop.head("#1", Total="28.50"), shop.more("#1"), shop.head("#2"), shop.head("#2")]
    )
    assert (numbers(batch), batch.rows_duplicate, batch.rows_set_aside) == (["2"], 1, 3)
    assert batch.problems[0].message == "this order stands in the file twice, with different content"


def test_a_later_row_without_its_first_row_is_set_aside(read, shop):
    batch = read([shop.more("#9"), shop.head("#1"), shop.more("#8")])
    assert numbers(batch) == ["1"]
    assert [(p.line, p.value) for p in batch.problems] == [(2, "#9"), (4, "#8")]


def test_an_order_without_a_number_is_set_aside(read, shop):
    batch = read([shop.head("#1"), shop.head("#1", Name=""), shop.more("#1", Name="")])
    assert numbers(batch) == ["1"]
    assert [p.message for p in batch.problems] == ["the row has no order number"] * 2


def test_nothing_good_is_refused_naming_the_first_bad_row(write, shop):
    with pytest.raises(NoGoodRow) as error:
        read_all([write([shop.head("#1", Total="x"), shop.more("#1")])], shop.options)
    assert (error.value.line, error.value.exit_code) == (2, 3)
    assert "Total 'x'" in error.value.message


def test_ids_are_text_and_destroyed_ones_are_missing(read, shop):
    batch = read(
        [
            shop.head("#1", Id="00012"),
            shop.head("#1e5", Id="4.83E+12"),
            shop.head("J-1", Id="12345678901234567890123"),
        ]
    )
    assert batch.orders["source_id"].to_list() == ["00012", None, "12345678901234567890123"]
    assert numbers(batch) == ["1", "1e5", "J-1"]
    assert any("destroyed the Id of 1 order " in note for note in batch.notes)


def test_a_currency_given_fills_a_blank_one_and_decides_the_decimals(read, shop):
    whole = dict.fromkeys(("Total", "Subtotal", "Lineitem price"), "1500") | {
        "Taxes": "0",
        "Shipping": "0",
    }
    blank = {**shop.head("#1"), **whole, "Currency": "", "Refunded Amount": "", "Discount Amount": ""}
    batch = read([blank], replace(shop.options, currency="JPY"))
    assert batch.orders.select("currency", "order_total").row(0) == ("JPY", 1500)


def test_people_are_told_apart_by_their_details(read, shop):
    batch = read([
        shop.head("#1", Email=" ANN@example.com "),
        shop.head("#2", Created_at="2026-04-01 10:00:00 +0200", Accepts_Marketing="no"),
        shop.head("#3", Email="", Phone="'+39 340 1234567", Billing_Phone="0471 123456"),
        shop.head("#4", Email="", Billing_Phone="340 1234567"),
        shop.head("#5", Email="nobody"),
        shop.head("#6", Email="", Billing_Address1="", Shipping_Name="Bo", Shipping_Address1="Weg 2", Shipping_City="Graz"),
        shop.head("#7", Email="", Billing_Address1="", Billing_Zip="", Billing_City=""),
    ])  # fmt: skip
    assert batch.orders["person_key"].to_list() == [
        "e:ann@example.com", "e:ann@example.com", "p:+393401234567", "p:+393401234567",
        "r:ann arbor|via roma 1||39100|bolzano|it", "r:ann arbor|weg 2|||graz|it", None,
    ]  # fmt: skip
    assert batch.people.height == 4
    ann = batch.people.row(by_predicate=pl.col("email_key").is_not_null(), named=True)
    assert (ann["first_order_at"].day, ann["seen_at"].month, ann["name"], ann["postcode"]) == (
        1,
        4,
        "Ann Arbor",
        "39100",
    )
    assert ann["accepts_email"] is False
    assert ann["is_profile"] is False
    assert any("1 order with an e-mail that is none" in note for note in batch.notes)


def test_offsets_that_do_not_fit_the_workspace_are_said(read, shop):
    assert not any("does not fit" in note for note in read([shop.head()]).notes)
    notes = read([shop.head()], replace(shop.options, workspace_timezone="America/New_York")).notes
    assert any("+0100" in note and "America/New_York" in note for note in notes)


def test_cash_on_delivery_is_said_from_five_orders_on(read, shop):
    def some(count):
        return [
            shop.head(f"#{n}", Financial_Status="pending", Fulfillment_Status="fulfilled")
            for n in range(count)
        ]

    assert any("orders.completed_when" in note for note in read(some(5)).notes)
    assert not any("orders.completed_when" in note for note in read(some(4)).notes)


def test_spreadsheet_dates_need_evidence(write, read, shop):
    def dated(*days):
        return [shop.head(f"#{n}", Created_at=day, Paid_at="") for n, day in enumerate(days)]

    batch = read(dated("02/01/2024 11:23", "15/01/2024 11:23"))
    assert batch.orders["placed_on"].to_list() == [dt.date(2024, 1, 2), dt.date(2024, 1, 15)]
    with pytest.raises(AmbiguousDates) as error:
        read_all([write(dated("02/01/2024 11:23"))], shop.options)
    assert (error.value.line, error.value.file[-10:]) == (2, "orders.csv")


def test_checkouts_with_deleted_columns_are_not_taken_for_orders(write, shop):
    columns = [name for name in shop.checkouts if name not in {"Receipt Number", "Billing Province Name"}]
    row = shop.head("#500001", Id="500001", Financial_Status="", Paid_at="")
    with pytest.raises(NotRecognised, match="abandoned checkouts"):
        read_all([write([row], columns=columns)], shop.options)


def test_a_header_alone_is_an_empty_export(read, shop):
    batch = read([])
    assert (batch.orders.height, batch.order_lines.height, batch.people.height, batch.files[0].rows) == (
        0,
        0,
        0,
        0,
    )
    assert "a header and no rows" in batch.notes[0]

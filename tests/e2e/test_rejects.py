"""`import --rejects`: what is set aside is written so that it goes in, corrected, as the whole file would have."""

from __future__ import annotations

import json

import pytest

PAID = {"created_at": "2026-09-14T18:31:05+02:00", "currency": "EUR", "email": "ann@example.com"}
ITEM = {"title": "Candle", "sku": "C-1", "quantity": 2, "price": "10.00"}
REST_ORDER = {
    "id": 1, "name": "#1", **PAID, "financial_status": "paid", "subtotal_price": "20.00", "total_tax": "0.00",
    "total_price": "20.00", "line_items": [ITEM], "customer": {"id": 7, "email": "ann@example.com"},
}  # fmt: skip
REST_CHECKOUT = {
    "id": 3, "token": "c1", "cart_token": "a1", "completed_at": None, **PAID, "total_price": "84.90",
    "line_items": [ITEM], "abandoned_checkout_url": "https://kiln.example/1/checkouts/c1/recover",
}  # fmt: skip
BILLBEE_ORDER = {
    "BillBeeOrderId": 901, "Id": "S1", "OrderNumber": "1", "State": 7, "CreatedAt": "2026-02-01T10:00:00Z",
    "PayedAt": "2026-02-01T10:00:05Z", "ShippingCost": 4.90, "TotalCost": 14.90, "Currency": "EUR",
    "OrderItems": [{"Product": {"Title": "Candle"}, "Quantity": 1, "TotalPrice": 10.0, "TaxAmount": 1.60}],
    "Seller": {"Platform": "Shopify", "BillbeeShopName": "Wax"}, "Customer": {"Number": 5, "Email": "ann@example.com"},
}  # fmt: skip
BILLBEE_CUSTOMER = {"Id": 11, "Name": "Ann Lee", "Number": 5, "Tel1": None, "Email": "ann@example.com"}
REVIEW = {"reviewer": "Ann", "date_reviewed": "02/03/2026", "star_rating": 5, "message": "ok", "order_id": 1}
PLAIN = {
    "order_id": "1", "placed_at": "2026-01-02", "order_total": "9.50", "currency": "EUR", "email": "a@example.com",
    "lines": [{"product": "A", "line_total": 5}, {"product": "B", "line_total": 4.5}],
}  # fmt: skip


def money(amount):
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def bulk(number, total="48.0"):
    """A customer, an order of theirs, its line and a discount without an id."""
    customer, order = f"gid://shopify/Customer/{number}", f"gid://shopify/Order/{number}"
    return [
        {"id": customer, "firstName": "Ann", "lastName": f"Lee {number}", "email": f"ann{number}@example.com"},
        {"id": order, "name": f"#{number}", "createdAt": "2026-03-05T08:00:00Z", "displayFinancialStatus": "PAID",
         "currencyCode": "EUR", "subtotalPriceSet": money("48.0"), "totalPriceSet": money(total), "__parentId": customer},
        {"id": f"gid://shopify/LineItem/{number}", "title": "Mug", "quantity": 2, "__parentId": order,
         "originalUnitPriceSet": money("24.0")},
        {"__typename": "DiscountCodeApplication", "code": "X", "__parentId": order},
    ]  # fmt: skip


def lines_of(records):
    return "".join(json.dumps(one) + "\n" for one in records)


def array(key, first, **second):
    records = [first, {**first, **second}]
    return json.dumps({key: records} if key else records, indent=2)


JSON = {
    "rest orders": (array("orders", REST_ORDER, id=2, name="#2", total_price="20.0O"), "20.0O", "20.00", 1),
    "rest checkouts": (array("checkouts", REST_CHECKOUT, id=4, total_price="84.9O"), "84.9O", "84.90", 1),
    "rest customers": (
        array("customers", {"id": 7, "orders_count": 1, "email": "a@example.com", "created_at": PAID["created_at"]},
              id=8, email={"wrong": 1}), '{"wrong": 1}', '"b@example.com"', 1),
    "bulk": (lines_of([*bulk(1), *bulk(2, "4x.0")]), "4x.0", "48.0", 4),
    "billbee orders": (
        array("Data", BILLBEE_ORDER, BillBeeOrderId=902, Id="S2", OrderNumber="2", TotalCost="x"), '"x"', "14.90", 1),
    "billbee customers": (
        array("Data", BILLBEE_CUSTOMER, Id=12, Number=6, Email=["x"]), '["x"]', '"b@example.com"', 1),
    "etsy reviews": (array("", REVIEW, date_reviewed="04/05/2O26", order_id=2), "2O26", "2026", 1),
    "plain orders": (array("orders", PLAIN, order_id="2", order_total="9,x"), "9,x", "9.50", 1),
    "plain lines": (
        lines_of([PLAIN]) + '{"order_id": "2", "placed_at": "2026-01-03", "order_total": 8.10, "currency": "EUR"\n',
        'EUR"\n', 'EUR"}\n', 1),
}  # fmt: skip
"""Name -> a file of which a record is bad, what is wrong in it, what is right, how many records are written out."""


@pytest.fixture
def stored(clientlens):
    """`stored(workspace)`: what a workspace answers."""

    def call(workspace):
        questions = (("orders",), ("clients",), ("checkouts",), ("insights",))
        answers = [
            clientlens("--workspace", workspace, *question, "--json", "--as-of", "2026-10-31")
            for question in questions
        ]
        assert {answer.code for answer in answers} == {0}
        return [answer.text for answer in answers]

    return call


@pytest.mark.parametrize("name", JSON)
def test_records_of_json_go_in_when_they_are_corrected(clientlens, stored, tmp_path, name):
    text, wrong, right, count = JSON[name]
    (tmp_path / "export.json").write_text(text)
    done = clientlens("import", "export.json", "--timezone", "UTC", "--rejects", "bad.csv", "--json")
    assert done.code == 1, done.stderr
    written = (tmp_path / "bad.jsonl").read_text()
    assert not (tmp_path / "bad.csv").exists()
    # Each record set aside is told of; the customer of a bulk's order goes along, but is none.
    assert len(done.json["problems"]) == done.json["rows_set_aside"] == (3 if name == "bulk" else 1)
    noun = "1 record" if count == 1 else f"{count} records"
    assert f"note: wrote {noun} to bad.jsonl, to be corrected and imported again" in done.stderr
    assert len(written.splitlines()) == count
    assert '"fault"' not in written
    mended = "".join(mended_line(line, wrong, right) for line in written.splitlines(keepends=True))
    assert mended != written
    (tmp_path / "bad.jsonl").write_text(mended)
    again = clientlens("import", "bad.jsonl", "--json")
    assert again.code == 0, again.stderr
    assert again.json["files"][0]["source"] == done.json["files"][0]["source"]
    whole = json.dumps(json.loads(text)) if text[0] == "[" or "\n  " in text else text
    (tmp_path / "export.json").write_text(whole.replace(wrong, right))
    assert clientlens("--workspace", "whole", "import", "export.json", "--timezone", "UTC").code == 0
    assert stored(".clientlens") == stored("whole")


def mended_line(line, wrong, right):
    """A written line put right: what stood on several lines has blanks where these ended."""
    for spelled in (
        wrong,
        wrong.replace("{", "{ ").replace("}", " }"),
        wrong.replace("[", "[ ").replace("]", " ]"),
    ):
        line = line.replace(spelled, right)
    return line


ORDERS = "order_id;placed_at;order_total;currency;product\n"


def test_kinds_and_headers_are_written_apart_with_their_own_delimiter(clientlens, tmp_path):
    (tmp_path / "a.csv").write_text(ORDERS + "1;2026-01-02;5,00;EUR;A\n2;2026-01-02;5,x;EUR;B\n")
    (tmp_path / "b.csv").write_text("name,email,phone\nAnn,ann@example.com,\n,,\n,,x\n")
    (tmp_path / "c.json").write_text(array("checkouts", REST_CHECKOUT, id=4, total_price="x"))
    files = ("a.csv", "b.csv", "c.json")
    done = clientlens("import", *files, "--timezone", "UTC", "--rejects", "bad.csv")
    assert done.code == 1, done.stderr
    assert sorted(path.name for path in tmp_path.glob("bad*")) == [
        "bad.plain_csv-2.csv", "bad.plain_csv.csv", "bad.shopify_rest.jsonl",
    ]  # fmt: skip
    assert (tmp_path / "bad.plain_csv.csv").read_text() == ORDERS + "2;2026-01-02;5,x;EUR;B\n"
    assert (tmp_path / "bad.plain_csv-2.csv").read_text().startswith("name,email,phone\n")


@pytest.mark.parametrize("name", ["bad.csv", "bad.jsonl"])
def test_no_file_that_would_be_written_is_replaced_and_then_nothing_is_stored(clientlens, tmp_path, name):
    (tmp_path / name).write_text("mine")
    (tmp_path / "c.json").write_text(array("checkouts", REST_CHECKOUT, id=4, total_price="x"))
    refused = clientlens("import", "c.json", "--timezone", "UTC", "--rejects", "bad.csv")
    assert (refused.code, refused.stdout) == (2, b"")
    assert f"{name} exists already" in refused.stderr
    assert (tmp_path / name).read_text() == "mine"
    assert not (tmp_path / ".clientlens").exists()


def test_rejects_keep_the_encoding_and_the_header_of_their_file(clientlens, tmp_path):
    mapping = (
        'encoding = "cp1252"\ndelimiter = ";"\ncurrency = "EUR"\n'
        '[columns]\norder_id = "Nr"\nplaced_at = "Day"\norder_total = "Größe"\nproduct = "Ware"\n'
    )
    (tmp_path / "m.toml").write_text(mapping, "utf-8")
    text = "Nr;Day;Größe;;Ware;\n1;2026-03-01;5,00;;Tür;\n2;2026-03-02;6,oo;;Öl;\n"
    (tmp_path / "s.csv").write_bytes(text.encode("cp1252"))
    arguments = ("--mapping", "m.toml", "--timezone", "UTC", "--json")
    done = clientlens("import", "s.csv", *arguments, "--rejects", "bad.csv")
    assert done.code == 1, done.stderr
    written = (tmp_path / "bad.csv").read_bytes().decode("cp1252")
    assert written == "Nr;Day;Größe;;Ware;\n2;2026-03-02;6,oo;;Öl;\n"
    (tmp_path / "bad.csv").write_bytes(written.replace("oo", "00").encode("cp1252"))
    again = clientlens("import", "bad.csv", *arguments)
    assert (again.code, again.json["totals"][0]["order_total"]) == (0, "6.00")


def test_a_cell_that_is_read_twice_is_told_once(clientlens, tmp_path):
    (tmp_path / "m.toml").write_text(
        'delimiter = ";"\ncurrency = "EUR"\n[columns]\norder_id = "Nr"\nplaced_at = "Day"\nproduct = "What"\n'
        'line_total = "Sum"\n[sums]\norder_total = ["Sum"]\n'
    )
    (tmp_path / "s.csv").write_text(
        "Nr;Day;What;Sum\n1;2026-03-01;A;5,00 €\n2;2026-03-02;A;9,5x €\n2;2026-03-02;B;1,00 €\n"
    )
    done = clientlens("import", "s.csv", "--mapping", "m.toml", "--timezone", "UTC", "--json")
    assert [(one["line"], one["column"]) for one in done.json["problems"]] == [(3, "Sum"), (4, None)]
    assert done.json["rows_set_aside"] == 2


def test_lines_of_a_log_are_written_as_they_stood(clientlens, tmp_path):
    good = '1.2.3.4 - - [05/Mar/2026:10:00:00 +0000] "GET /q/abcdefghijklmnop HTTP/1.1" 302 0 "-" "Phone"\n'
    (tmp_path / "access.log").write_text(good + good.replace("05/Mar", "5x/Mar"))
    done = clientlens("import", "access.log", "--timezone", "UTC", "--rejects", "bad.csv")
    assert done.code == 1, done.stderr
    assert (tmp_path / "bad.log").read_text() == good.replace("05/Mar", "5x/Mar")

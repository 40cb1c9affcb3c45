"""Writers of small Shopify files, and the columns of the real ones."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest

from clientlens.model.batch import ReadOptions
from clientlens.sources.reading import read_all

FULL = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,"
    "Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,"
    "Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
).split(",")
STAFF = ["Outstanding Balance", "Employee", "Location", "Device ID"]
PAYMENT = ["Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References"]
CHECKOUTS = [name for name in FULL if name not in {*STAFF, *PAYMENT, "Duties"}]
OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome")


def head(name="#1001", **cells):
    """A plain paid order of one line: 20.00 goods, 5.00 shipping, 2.50 tax on top."""
    row = {
        "Name": name, "Email": "ann@example.com", "Financial Status": "paid", "Paid at": "2026-03-01 10:00:05 +0100",
        "Fulfillment Status": "unfulfilled", "Accepts Marketing": "no", "Currency": "EUR", "Subtotal": "20.00",
        "Shipping": "5.00", "Taxes": "2.50", "Total": "27.50", "Discount Amount": "0.00",
        "Created at": "2026-03-01 10:00:00 +0100", "Lineitem quantity": "2", "Lineitem name": "Candle - red",
        "Lineitem price": "10.00", "Lineitem sku": "C-1", "Lineitem requires shipping": "true",
        "Lineitem taxable": "true", "Billing Name": "Ann Arbor", "Billing Address1": "Via Roma 1",
        "Billing City": "Bolzano", "Billing Zip": "'39100", "Billing Country": "IT", "Refunded Amount": "0.00",
        "Vendor": "Wax", "Id": f"50000{name.strip('#')}", "Source": "web",
    }  # fmt: skip
    return {**row, **{key.replace("_", " "): value for key, value in cells.items()}}


def more(name="#1001", **cells):
    """A later row of an order: the line, and what Shopify repeats."""
    row = {
        "Name": name, "Email": "ann@example.com", "Created at": "2026-03-01 10:00:00 +0100", "Lineitem quantity": "1",
        "Lineitem name": "Wick", "Lineitem price": "1.00", "Lineitem sku": "W-1", "Lineitem requires shipping": "true",
        "Lineitem taxable": "true", "Vendor": "Wax",
    }  # fmt: skip
    return {**row, **{key.replace("_", " "): value for key, value in cells.items()}}


def csv_text(rows, columns=None, delimiter=",", end="\n"):
    columns = columns or FULL
    out = io.StringIO(newline="")
    # The writer quotes a cell only for its own kind of line end.
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue()


def rows_accounted(batch):
    """Both sides of the identity that every batch promises."""
    frames = (batch.orders, batch.checkouts, batch.reviews, batch.events, batch.scans, batch.requests)
    kept = [frame["row_count"].sum() for frame in frames if frame is not None]
    total = sum(file.rows for file in batch.files)
    return total, sum(
        kept
    ) + batch.people_rows + batch.rows_skipped + batch.rows_duplicate + batch.rows_set_aside


@pytest.fixture
def write(tmp_path):
    """Write bytes, text or rows to a file of the test's folder; gives its path as text."""

    def writer(content, name="orders.csv", **how):
        data = content if isinstance(content, (bytes, str)) else csv_text(content, **how)
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    return writer


@pytest.fixture
def read(write):
    """Write one file, read it, and check that each of its rows is accounted for."""

    def reader(content, options=OPTIONS, *, source=None, **how):
        (batch,) = read_all([write(content, **how)], options, source=source)
        total, accounted = rows_accounted(batch)
        assert total == accounted
        return batch

    return reader


@pytest.fixture(scope="session")
def shop():
    """What the tests build files from; a fixture, since test folders are no packages."""
    return SimpleNamespace(
        head=head, more=more, text=csv_text, full=FULL, staff=STAFF, payment=PAYMENT, checkouts=CHECKOUTS,
        options=OPTIONS, accounted=rows_accounted,
    )  # fmt: skip

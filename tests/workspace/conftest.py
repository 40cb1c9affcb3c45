"""Hand-made batches: only what a test is about is named, the rest is the same everywhere."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.model.batch import Batch, FileReport
from clientlens.model.tables import (
    BY_NAME,
    CHECKOUT_LINES,
    CHECKOUTS,
    EVENTS,
    ORDER_LINES,
    ORDERS,
    PEOPLE,
    REQUESTS,
    REVIEWS,
    SCANS,
    Table,
)
from clientlens.workspace import importing
from clientlens.workspace.workspace import Workspace

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def instant(text):
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _frame(table: Table, rows, extra):
    return pl.DataFrame(rows, schema={**table.schema, **extra}, orient="row")


def order(number="1001", day="2026-01-10", *, email="anna@example.com", lines=(("Candle", 1),), **values):
    """One version of an order: a dictionary of its columns, `lines` as (product, pieces)."""
    placed = instant(f"{day}T10:00:00")
    return {
        "store": "main",
        "order_key": number,
        "source": "shopify_orders",
        "source_id": f"5{number}",
        "number": number,
        "kind": "purchase",
        "placed_at": placed,
        "placed_on": date.fromisoformat(day),
        "payment_state": "paid",
        "paid_at": placed,
        "currency": "EUR",
        "order_total": 1000,
        "refunded": 0,
        "tip": 0,
        "person_key": f"e:{email}" if email else None,
        "lines": lines,
        "row_count": max(len(lines), 1),
        **values,
    }


def checkout(key="77", day="2026-01-10", *, email="anna@example.com", lines=(("Candle", 1),), **values):
    """One version of a checkout."""
    return {
        "store": "main",
        "checkout_key": key,
        "source": "shopify_checkouts",
        "created_at": instant(f"{day}T10:00:00"),
        "created_on": date.fromisoformat(day),
        "currency": "EUR",
        "total": 1000,
        "has_contact": True,
        "person_key": f"e:{email}" if email else None,
        "lines": lines,
        "row_count": max(len(lines), 1),
        **values,
    }


def review(key="id:1", at="2026-01-10T10:00:00", *, email="anna@example.com", **values):
    """One version of a review."""
    return {
        "store": "main",
        "review_key": key,
        "source": "plain_csv",
        "seller": "Wax and Wick",
        "rating_milli": 4500,
        "reviewed_at": instant(at),
        "reviewed_on": date.fromisoformat(at[:10]),
        "price": 1990,
        "currency": "EUR",
        "person_key": f"e:{email}",
        **values,
    }


def event(key="row:1", at="2026-01-10T10:00:00", *, email="anna@example.com", **values):
    """One event."""
    return {
        "store": "main",
        "event_key": key,
        "source": "plain_csv",
        "event": "follow",
        "happened_at": instant(at),
        "happened_on": date.fromisoformat(at[:10]),
        "person_key": f"e:{email}",
        **values,
    }


def scan(key="row:1", at="2026-01-10T10:00:00", **values):
    """One scan of a letter's code."""
    return {
        "scan_key": key,
        "source": "scan_log",
        "code": "abc",
        "scanned_at": instant(at),
        "scanned_on": date.fromisoformat(at[:10]),
        **values,
    }


def request(key="r1", at="2026-01-10T10:00:00", *, email="anna@example.com", **values):
    """One version of an order request."""
    return {
        "store": "main",
        "request_key": key,
        "source": "plain_csv",
        "requested_at": instant(at),
        "requested_on": date.fromisoformat(at[:10]),
        "service": "Logo",
        "person_key": f"e:{email}",
        **values,
    }


def person(email, /, **values):
    """One record of a person, as an order gives it."""
    return {
        "person_key": f"e:{email}",
        "source": "shopify_orders",
        "store": "main",
        "is_profile": False,
        "email_key": f"e:{email}",
        "email": email,
        "name": email.split("@")[0].title(),
        **values,
    }


def _documents(rows, heads, lines, day, key):
    head_rows, line_rows = [], []
    for version, row in enumerate(rows):
        head_rows.append(
            {name: row.get(name) for name in heads.schema}
            | {
                "version": version,
                "file_no": row.get("file_no", 0),
                "line": version + 2,
                "row_count": row["row_count"],
            }
        )
        line_rows += [
            {
                "store": row["store"],
                key: row[key],
                day: row[day],
                "line_no": number,
                "product": product,
                "quantity_milli": pieces * 1000,
                "is_tip": False,
                "person_key": row["person_key"],
                "version": version,
            }
            for number, (product, pieces) in enumerate(row["lines"], 1)
        ]
    extra = {"version": pl.Int32, "file_no": pl.Int32, "line": pl.Int64, "row_count": pl.Int64}
    line_rows = [{name: row.get(name) for name in [*lines.schema, "version"]} for row in line_rows]
    return _frame(heads, head_rows, extra), _frame(lines, line_rows, {"version": pl.Int32})


def _single(table, rows):
    """The frame of records that have no lines; None for none."""
    if not rows:
        return None
    extra = {"version": pl.Int32, "file_no": pl.Int32, "line": pl.Int64, "row_count": pl.Int64}
    place = [{"version": n, "file_no": 0, "line": n + 2, "row_count": 1} for n in range(len(rows))]
    return _frame(
        table,
        [{name: row.get(name) for name in table.schema} | at for row, at in zip(rows, place, strict=True)],
        extra,
    )


def batch(
    *orders,
    checkouts=(),
    reviews=(),
    events=(),
    scans=(),
    requests=(),
    people=None,
    people_rows=0,
    name="orders.csv",
    **values,
):
    """A batch of one file (`name`, also its content's identity) that holds these versions."""
    singles = (*reviews, *events, *scans, *requests)
    if people is None:
        records = (*orders, *checkouts, *reviews, *events, *requests)
        emails = sorted({o["person_key"][2:] for o in records if o["person_key"]})
        people = [person(email) for email in emails]
    order_heads, order_lines = _documents(orders, ORDERS, ORDER_LINES, "placed_on", "order_key")
    checkout_heads, checkout_lines = _documents(
        checkouts, CHECKOUTS, CHECKOUT_LINES, "created_on", "checkout_key"
    )
    rows = sum(row["row_count"] for row in (*orders, *checkouts)) + len(singles) + people_rows
    rows += sum(values.get(key, 0) for key in ("rows_skipped", "rows_duplicate", "rows_set_aside"))
    store = (orders or checkouts or ({"store": "main"},))[0]["store"]
    report = FileReport(
        file=name,
        source="shopify_orders",
        store=store,
        rows=rows,
        bytes=10,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
    )
    return Batch(
        **{
            "source": "shopify_orders",
            "store": store,
            "files": (report,),
            "orders": order_heads,
            "order_lines": order_lines,
            "checkouts": checkout_heads if checkouts else None,
            "checkout_lines": checkout_lines if checkouts else None,
            "reviews": _single(REVIEWS, reviews),
            "events": _single(EVENTS, events),
            "scans": _single(SCANS, scans),
            "requests": _single(REQUESTS, requests),
            "people": _frame(PEOPLE, [{n: p.get(n) for n in PEOPLE.schema} for p in people], {}),
            "people_rows": people_rows,
            **values,
        }
    )


def add(path, *batches, **values):
    return importing.add(
        path, batches, **{"timezone": "Europe/Rome", "at": AT, "command": "import orders.csv", **values}
    )


def content(path):
    """Table -> its current rows as a list of dictionaries, and the hashes of the current files."""
    with Workspace.open(path) as workspace:
        tables = {name: getattr(workspace.facts(), name).collect().rows() for name in BY_NAME}
        hashes = sorted((f.file.table, f.file.month, f.file.sha256) for f in workspace.state.live("current"))
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}, hashes


def orders_of(path):
    with Workspace.open(path) as workspace:
        return workspace.facts().orders.sort("order_key").collect()


class Make:
    """The helpers above in one place, for tests."""

    order = staticmethod(order)
    checkout = staticmethod(checkout)
    review = staticmethod(review)
    event = staticmethod(event)
    scan = staticmethod(scan)
    request = staticmethod(request)
    person = staticmethod(person)
    batch = staticmethod(batch)
    add = staticmethod(add)
    content = staticmethod(content)
    orders_of = staticmethod(orders_of)
    instant = staticmethod(instant)
    at = AT


@pytest.fixture(scope="session")
def make():
    return Make


@pytest.fixture
def ws(tmp_path):
    return tmp_path / "shop" / ".clientlens"

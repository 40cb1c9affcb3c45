"""A table of orders comes back the same, in whatever dialect of CSV or JSON it was written."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.model.batch import ReadOptions
from clientlens.sources.reading import read_all

CI = settings(max_examples=20, deadline=None, derandomize=True)
OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome", currency="EUR")
ORDER_CELLS = ("order_id", "placed_at", "order_total", "currency", "status", "email", "name", "city")
LINE_CELLS = ("sku", "product", "quantity", "unit_price")
_HOSTILE = "aZ09äß€,;|\t\"' \n\r=+-@<[\\/:#.%$\u202e\u200b\x1b\u3042😀"
_LATIN = "aZ09äß€,;|\t\"' \n=+-@<[\\/:#.%$"


@dataclass(frozen=True)
class Dialect:
    separator: str
    quoting: int
    end: str
    encoding: str
    comma: bool
    thousands: str
    dates: str
    upper: bool
    order: int


@st.composite
def dialects(draw):
    separator = draw(st.sampled_from(",;\t|"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    comma = draw(st.booleans())
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return Dialect(
        separator,
        # Python's writer quotes a lone CR only from 3.13 on.
        draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])) if end != "\r" else csv.QUOTE_ALL,
        end,
        encoding,
        comma,
        draw(st.sampled_from(["", "." if comma else ",", "'", " "])),
        draw(st.sampled_from(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"])),
        draw(st.booleans()),
        draw(st.integers(0, 10_000)),
    )


def _clean(text):
    """Text that a cell can hold: neither blank at its ends, nor guarded by an apostrophe, nor a NUL."""
    bare = unicodedata.normalize("NFC", text.strip()).strip().lstrip("'")
    return bare.strip()


def words(alphabet):
    return st.text(alphabet, min_size=0, max_size=8).map(_clean)


@st.composite
def tables(draw, alphabet=_HOSTILE):
    """Orders as plain values: amounts in cents, times to the minute; the second has a day above 12 and cents."""
    count = draw(st.integers(2, 5))
    orders = []
    for number in range(count):
        placed = datetime(2024, 1, 13) + timedelta(minutes=draw(st.integers(0, 1_000_000)))  # noqa: DTZ001
        if number == 1:
            placed = placed.replace(day=22, hour=12)
        if placed.month in (3, 10):  # an hour that the clock skips or repeats comes back as another
            placed = placed.replace(month=5)
        lines = [
            {
                "sku": draw(words(alphabet)),
                "product": draw(words(alphabet)) or "Candle",
                "quantity": draw(st.integers(0, 99)),
                "unit_price": draw(st.integers(0, 99_999_999)),
            }
            for _ in range(draw(st.integers(0, 3)))
        ]
        orders.append({
            "order_id": f"{number}{draw(st.sampled_from(['', 'e5', '-x', '/7', '#']))}",
            "placed_at": placed,
            "order_total": 1_234_567 if number == 1 else draw(st.integers(0, 10**13)),
            "status": draw(st.sampled_from(["paid", "pending", "cancelled"])),
            "email": draw(st.sampled_from(["", "ann@example.org", "b.ö@example.org"])),
            "name": draw(words(alphabet)),
            "city": draw(words(alphabet)),
            "lines": lines,
        })  # fmt: skip
    return orders


def amount(minor, dialect):
    whole, cents = divmod(minor, 100)
    grouped = f"{whole:,}".replace(",", dialect.thousands)
    return f"{grouped}{',' if dialect.comma else '.'}{cents:02d}"


def rows_of(order, dialect):
    shared = {
        "order_id": order["order_id"],
        "placed_at": order["placed_at"].strftime(dialect.dates),
        "order_total": amount(order["order_total"], dialect),
        "currency": "EUR",
        **{name: order[name] for name in ("status", "email", "name", "city")},
    }
    lines = [{**line, "unit_price": amount(line["unit_price"], dialect)} for line in order["lines"]]
    return [{**shared, **line} for line in lines] or [shared]


def written(orders, dialect):
    names = [*ORDER_CELLS, *LINE_CELLS]
    turn = dialect.order % len(names)
    names = names[turn:] + names[:turn]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.separator, lineterminator=dialect.end, quoting=dialect.quoting)
    writer.writerow([name.replace("_", " ").upper() if dialect.upper else name for name in names])
    for order in orders:
        for row in rows_of(order, dialect):
            cells = [str(row.get(name, "")) for name in names]
            # Before Python 3.13 the writer left a lone carriage return bare, which then ends the record.
            own = csv.writer(out, delimiter=dialect.separator, lineterminator=dialect.end,
                             quoting=csv.QUOTE_ALL if any("\r" in cell for cell in cells) else dialect.quoting)  # fmt: skip
            own.writerow(cells)
    return out.getvalue().encode(dialect.encoding)


def wanted(orders):
    """What must come back, worked out from the values alone."""
    return sorted(
        (
            order["order_id"].strip("#") if order["order_id"].startswith("#") else order["order_id"],
            order["placed_at"].strftime("%Y-%m-%d %H:%M"),
            order["order_total"],
            {"paid": "paid", "pending": "pending", "cancelled": "voided"}[order["status"]],
            tuple(
                (line["sku"] or None, line["product"], line["quantity"] * 1000, line["unit_price"])
                for line in order["lines"]
            ),
        )
        for order in orders
    )


def people_wanted(orders):
    return {
        (order["email"], order["name"] or None, order["city"] or None) for order in orders if order["email"]
    }


def found(batches):
    out = []
    for batch in batches:
        assert sum(file.rows for file in batch.files) == (
            int(batch.orders["row_count"].sum())
            + batch.rows_duplicate
            + batch.rows_skipped
            + batch.rows_set_aside
        )
        assert batch.problems == ()
        lines = {}
        for version, *line in batch.order_lines.select(
            "version", "sku", "product", "quantity_milli", "unit_price"
        ).iter_rows():
            lines.setdefault(version, []).append(tuple(line))
        local = batch.orders["placed_at"].dt.convert_time_zone("Europe/Rome").dt.strftime("%Y-%m-%d %H:%M")
        columns = batch.orders.select("version", "order_key", "order_total", "payment_state").rows()
        for (version, key, total, state), at in zip(columns, local, strict=True):
            out.append((key, at, total, state, tuple(lines.get(version, ()))))
    return sorted(out)


def people_found(batches):
    return {
        row for batch in batches for row in batch.people.filter(batch.people["email"].is_not_null()).select("email", "name", "city").iter_rows()
    }  # fmt: skip


def read(tmp_path, *contents, suffix="csv", **options):
    names = []
    for number, data in enumerate(contents):
        path = tmp_path / f"{number}.{suffix}"
        path.write_bytes(data)
        names.append(str(path))
    return read_all(names, replace(OPTIONS, **options))


def _encoding(dialect):
    return None if dialect.encoding.startswith("utf-8") else dialect.encoding


@CI
@given(st.data(), dialects())
def test_orders_come_back_from_every_dialect(tmp_path_factory, data, dialect):
    _comes_back(tmp_path_factory, data, dialect)


@pytest.mark.slow
@settings(CI, max_examples=1000)
@given(st.data(), dialects())
def test_orders_come_back_from_every_dialect_at_length(tmp_path_factory, data, dialect):
    _comes_back(tmp_path_factory, data, dialect)


def _comes_back(tmp_path_factory, data, dialect):
    orders = data.draw(tables(_LATIN if dialect.encoding == "cp1252" else _HOSTILE))
    batches = read(tmp_path_factory.mktemp("d"), written(orders, dialect), encoding=_encoding(dialect))
    assert found(batches) == wanted(orders)
    assert people_found(batches) == people_wanted(orders)


_PLAIN = Dialect(",", csv.QUOTE_MINIMAL, "\n", "utf-8", comma=False, thousands="", dates="%Y-%m-%d %H:%M", upper=False, order=0)  # fmt: skip
_FIXED = [
    {"order_id": "0007", "placed_at": datetime(2024, 5, 4, 9, 5), "order_total": 123_456_789, "status": "paid",  # noqa: DTZ001
     "email": "ann@example.org", "name": 'Ann "A" Ä; |', "city": "Bozen, BZ",
     "lines": [{"sku": "1e5", "product": '5" pipe', "quantity": 2, "unit_price": 123_450}] * 2},
    {"order_id": "1e5", "placed_at": datetime(2024, 6, 22, 12, 0), "order_total": 1_234_567, "status": "pending",  # noqa: DTZ001
     "email": "", "name": "", "city": "", "lines": []},
]  # fmt: skip


@pytest.mark.parametrize("separator", ",;\t|")
@pytest.mark.parametrize("dates", ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"])
@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("thousands", ["", "g", "'", " "])
def test_every_way_to_write_a_number_with_every_separator(tmp_path, separator, dates, comma, thousands):
    group = {"g": "." if comma else ","}.get(thousands, thousands)
    dialect = replace(_PLAIN, separator=separator, dates=dates, comma=comma, thousands=group)
    batches = read(tmp_path, written(_FIXED, dialect))
    assert found(batches) == wanted(_FIXED)
    assert people_found(batches) == people_wanted(_FIXED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_every_encoding_with_every_line_end(tmp_path, encoding, end, quoting):
    dialect = replace(_PLAIN, encoding=encoding, end=end, quoting=quoting)
    batches = read(tmp_path, written(_FIXED, dialect), encoding=_encoding(dialect))
    assert found(batches) == wanted(_FIXED)
    assert people_found(batches) == people_wanted(_FIXED)


def as_json(order):
    dialect = Dialect(
        "", 0, "", "", comma=False, thousands="", dates="%Y-%m-%dT%H:%M:%S", upper=False, order=0
    )
    head, *_ = rows_of({**order, "lines": []}, dialect)
    lines = [{**line, "unit_price": amount(line["unit_price"], dialect)} for line in order["lines"]]
    return {**head, "lines": lines} if lines else head


def _numbers(text, orders):
    """The same JSON with its amounts as numbers."""
    for order in orders:
        plain = f"{order['order_total'] // 100}.{order['order_total'] % 100:02d}"
        text = text.replace(f'"order_total": "{plain}"', f'"order_total": {plain}')
    return text


@CI
@given(
    tables(),
    st.sampled_from(["array", "lines", "envelope"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_orders_come_back_from_json(tmp_path_factory, orders, form, escaped, numbers, indent):
    records = [as_json(order) for order in orders]
    if form == "lines":
        text = "".join(json.dumps(record, ensure_ascii=escaped) + "\n" for record in records)
    else:
        text = json.dumps(
            records if form == "array" else {"page": 1, "orders": records},
            ensure_ascii=escaped,
            indent=indent,
        )
    text = _numbers(text, orders) if numbers else text
    batches = read(tmp_path_factory.mktemp("j"), text.encode(), suffix="json")
    assert found(batches) == wanted(orders)
    assert people_found(batches) == people_wanted(orders)


@CI
@given(tables(), st.randoms(use_true_random=False))
def test_neither_the_order_of_files_nor_of_orders_in_them_changes_anything(tmp_path_factory, orders, random):
    folder = tmp_path_factory.mktemp("o")
    half = len(orders) // 2
    first = read(folder, written(orders[:half], _PLAIN), written(orders[half:], _PLAIN))
    second = read(folder, written(orders[half:], _PLAIN), written(orders[:half], _PLAIN))
    mixed = list(orders)
    random.shuffle(mixed)
    third = read(folder, written(mixed, _PLAIN))
    assert found(first) == found(second) == found(third) == wanted(orders)
    assert first[0].people.equals(second[0].people)
    assert first[0].people.equals(third[0].people)


@CI
@given(tables(), st.randoms(use_true_random=False))
def test_rows_of_an_order_need_not_be_neighbours(tmp_path_factory, orders, random):
    """The lines of an order keep their own order, whatever stands between them."""
    queues = [rows_of(order, _PLAIN) for order in orders]
    names = [*ORDER_CELLS, *LINE_CELLS]
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    while queues := [queue for queue in queues if queue]:
        row = random.choice(queues).pop(0)
        writer.writerow([row.get(name, "") for name in names])
    batches = read(tmp_path_factory.mktemp("r"), out.getvalue().encode())
    assert found(batches) == wanted(orders)

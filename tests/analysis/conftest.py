"""Small shops for the tests of figures; amounts are minor units, times noon of the day unless stated."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from clientlens.model.facts import Facts
from clientlens.model.tables import BY_NAME

ROME = ZoneInfo("Europe/Rome")


def noon(day):
    return datetime.combine(date.fromisoformat(str(day)), time(12), tzinfo=UTC)


def order(key, client, on="2026-03-01", **other):
    """A paid order over 10.00 EUR; `client` None: unattributed. `on` may be an instant."""
    placed = on if isinstance(on, datetime) else noon(on)
    return {
        "store": "main",
        "order_key": key,
        "source": "plain_csv",
        "kind": "purchase",
        "placed_at": placed,
        "placed_on": placed.astimezone(ROME).date(),
        "payment_state": "paid",
        "paid_at": placed,
        "currency": "EUR",
        "order_total": 1000,
        "refunded": 0,
        "price": 800,
        "tip": 0,
        "person_key": client and f"e:{client}@example.org",
        **other,
    }


def facts_of(orders, lines=(), clients=None):
    """Facts of `orders`; `lines` are (order_key, product[, store[, is_tip]]), each client's id is its name.

    `clients` holds details by client where they differ from a registered client of that name.
    """
    by_key = {(row["store"], row["order_key"]): row for row in orders}
    order_lines = []
    for number, (key, product, *rest) in enumerate(lines, start=1):
        store, is_tip = (*rest, *("main", False)[len(rest) :])
        owner = by_key[store, key]
        order_lines.append(
            {
                "store": store,
                "order_key": key,
                "placed_on": owner["placed_on"],
                "line_no": number,
                "product": product,
                "quantity_milli": 1000,
                "is_tip": is_tip,
                "person_key": owner["person_key"],
            }
        )
    known = sorted({row["person_key"] for row in orders if row["person_key"]})
    names = {key: key.removeprefix("e:").removesuffix("@example.org").split("+")[0] for key in known}
    people = {
        name: {
            "client_id": name,
            "name": name.title(),
            "email": f"{name}@example.org",
            "anonymous": False,
            **((clients or {}).get(name) or {}),
        }
        for name in sorted(set(names.values()))
    }
    rows = {
        "orders": orders,
        "order_lines": order_lines,
        "identities": [{"person_key": key, "client_id": name} for key, name in names.items()],
        "clients": list(people.values()),
    }
    frames = {
        name: table.conform(pl.DataFrame(rows[name], schema_overrides=table.schema))
        if rows.get(name)
        else pl.DataFrame(schema=table.schema)
        for name, table in BY_NAME.items()
    }
    return Facts(**{name: frame.lazy() for name, frame in frames.items()}, timezone="Europe/Rome")


def random_facts(seed, *, clients=300, orders=2000):
    """A shop with everything that makes figures go wrong: ties, refunds, cancellations, currencies, tips, two keys."""
    rng = random.Random(seed)
    people = [f"c{number:03}" for number in range(clients)]
    details = {
        name: {"anonymous": True, "name": None, "email": None} for name in people if rng.random() < 0.1
    }
    rows, lines = [], []
    for number in range(orders):
        placed = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(3 * 365 * 86400))
        if rng.random() < 0.1:  # some orders of one instant, to tie the most recent ones
            placed = placed.replace(day=1, hour=22, minute=30, second=0)

        def later(share, placed=placed):
            return placed + timedelta(hours=rng.randrange(2000)) if rng.random() < share else None

        # A skewed choice: some clients have many orders, some a few, some none.
        client = people[int(clients * rng.random() ** 4)] if rng.random() > 0.05 else None
        total = rng.choice([0, 500, 1000, 1000, 1500, 2000, 3333, 12345])
        refunded = rng.choice([0, 0, 0, 0, 0, 1, 500, total])
        store = rng.choice(["main", "main", "second"])
        key = str(number)
        rows.append(
            order(
                key,
                client and client + ("+other" if rng.random() < 0.2 else ""),
                placed,
                store=store,
                payment_state=rng.choice(
                    ["paid"] * 9
                    + "partially_refunded partially_refunded refunded voided expired pending authorized".split()
                ),
                fulfilment_state=rng.choice(["fulfilled", "fulfilled", "unfulfilled", None]),
                paid_at=later(0.7),
                fulfilled_at=later(0.5),
                cancelled_at=later(0.08),
                currency=rng.choice(["EUR"] * 6 + ["USD", "JPY"]),
                order_total=total,
                refunded=refunded,
                price=rng.choice([None, total, total * 4 // 5, total * 4 // 5, 7]),
                tip=rng.choice([0, 0, 0, 100]),
            )
        )
        for _ in range(rng.randrange(4)):
            product = rng.choice(["Äpfel", "Candle", "Candle - red", "Gift card 10", "Soap", "soap", "Wick"])
            lines.append((key, product, store))
        if rng.random() < 0.2:
            lines.append((key, "Tip", store, True))
    return facts_of(rows, lines, details)


def review(key, client, on="2026-03-01", stars=5, *, seller="main", **other):
    """A review by `client`; `on` may be an instant, `stars` None."""
    written = on if isinstance(on, datetime) else noon(on)
    return {
        "store": "main",
        "review_key": key,
        "source": "plain_csv",
        "seller": seller,
        "rating_milli": None if stars is None else stars * 1000,
        "reviewed_at": written,
        "reviewed_on": written.astimezone(ROME).date(),
        "person_key": f"e:{client}@example.org",
        **other,
    }


def with_reviews(facts, reviews):
    """`facts` and these reviews; reviewers who never ordered become clients, their id being their name."""
    known = set(facts.identities.collect()["person_key"])
    new = sorted({row["person_key"] for row in reviews} - known)
    names = [key.removeprefix("e:").removesuffix("@example.org").split("+")[0] for key in new]
    strangers = sorted(set(names) - set(facts.clients.collect()["client_id"]))
    people = [{"client_id": name, "email": f"{name}@example.org", "anonymous": False} for name in strangers]
    more = {
        "reviews": reviews,
        "identities": [{"person_key": key, "client_id": name} for key, name in zip(new, names, strict=True)],
        "clients": people,
    }
    frames = {}
    for name, rows in more.items():
        stored = getattr(facts, name).collect()
        if rows:
            table = BY_NAME[name]
            stored = pl.concat([stored, table.conform(pl.DataFrame(rows, schema_overrides=table.schema))])
        frames[name] = stored.lazy()
    return replace(facts, **frames)


def random_reviews(seed, *, clients=300, reviews=800):
    """Reviews by the clients of `random_facts` and by others, of the stores and of others, over the same years."""
    rng = random.Random(seed)
    rows = []
    for number in range(reviews):
        written = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(3 * 365 * 86400))
        if rng.random() < 0.1:
            written = written.replace(day=1, hour=22, minute=30, second=0)
        client = int(clients * rng.random() ** 3)
        who = (
            f"c{client:03}" + ("+other" if rng.random() < 0.1 else "")
            if rng.random() < 0.8
            else f"r{client:03}"
        )
        rows.append(
            review(
                str(number),
                who,
                written,
                rng.choice([1, 2, 3, 4, 5, 5, 5, None]),
                seller=rng.choice(["main", " MAIN ", "second", "Inkwell", "inkwell", "papertrail", "Äther"]),
                service=rng.choice(["Äpfel", "Candle", "Candle - red", "Gift card 10", "Soap", "Logo", None]),
                platform=rng.choice(["gigboard", "row", None]),
            )
        )
    return rows


@pytest.fixture(scope="session")
def shop():
    """`order`, `review`, `facts_of`, `with_reviews`, `random_facts`, `random_reviews` and `noon`."""
    return SimpleNamespace(
        order=order,
        review=review,
        facts_of=facts_of,
        with_reviews=with_reviews,
        random_facts=random_facts,
        random_reviews=random_reviews,
        noon=noon,
    )


@pytest.fixture(scope="session")
def oracle():
    return SimpleNamespace(**run_path(str(Path(__file__).with_name("oracle.py"))))


@pytest.fixture(scope="session")
def metric_oracle():
    return SimpleNamespace(**run_path(str(Path(__file__).with_name("metric_oracle.py"))))

"""The rule for abandoned checkouts written once more, slowly and over plain records, against the real one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from runpy import run_path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.recoveries import recoveries

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, as_of, moment = (factory[name] for name in ("Shop", "as_of", "moment"))

GRACE, WINDOW = 10, 7 * 24 * 60  # all times here are whole minutes after T0
ARTICLES = {"A": ("A", "Candle"), "B": ("B", "Wick"), "n": (None, "No number")}


def abandoned(checkouts, until):
    """Those that count, with `last` activity and the completion known `until` then."""
    found = {}
    for key, checkout in checkouts.items():
        last = checkout["at"]
        if checkout["updated"] is not None and checkout["updated"] <= until:
            last = max(last, checkout["updated"])
        done = checkout["done"] if checkout["done"] is not None and checkout["done"] <= until else None
        if last < until - GRACE and (done is None or done > checkout["at"] + GRACE):
            found[key] = {**checkout, "last": last, "done": done}
    return found


def links(checkouts, orders):
    """(strength, time, order, later checkout first, checkout), best first; drops checkouts that were never abandoned."""
    place = {
        key: i
        for i, key in enumerate(
            sorted(checkouts, key=lambda k: (checkouts[k]["last"], checkouts[k]["at"], k))
        )
    }
    found = []
    for key, checkout in list(checkouts.items()):
        for number, order in orders.items():
            if order["checkout_id"] == key:
                strength = 0
            elif checkout["token"] and checkout["token"] == order["token"]:
                strength = 1
            elif checkout["cart"] and checkout["cart"] == order["cart"]:
                strength = 2
            else:
                continue
            if order["at"] > checkout["at"] + GRACE:
                found.append((strength, order["at"], number, -place[key], key))
            elif order["at"] >= checkout["at"] and checkout["done"] is None:
                checkouts.pop(key, None)
    return sorted(link for link in found if link[-1] in checkouts), place


def by_loop(checkouts, orders, until):
    """checkout -> (status, order)."""
    orders = {number: order for number, order in orders.items() if order["at"] <= until}
    checkouts = abandoned(checkouts, until)
    pairs, place = links(checkouts, orders)
    claim = {}
    for _, _, number, _, key in pairs:
        if key not in claim and number not in claim.values():
            claim[key] = number
    near = sorted(
        (abs(order["at"] - checkout["done"]), number, place[key], key)
        for key, checkout in checkouts.items()
        if checkout["done"] is not None and key not in claim
        for number, order in orders.items()
        if order["who"] == checkout["who"] and number not in claim.values()
    )
    for apart, number, _, key in near:
        if apart <= GRACE and key not in claim and number not in claim.values():
            claim[key] = number
    status = {
        key: ("recovered", claim.get(key)) if key in claim or checkout["done"] is not None else ("open", None)
        for key, checkout in checkouts.items()
    }
    claimed_by = {number: key for key, number in claim.items()}
    purchases = [
        (order["at"], False, number, number in claimed_by, order)
        for number, order in orders.items()
        if number in claimed_by or order["status"] == "completed"
    ]
    purchases += [
        (checkout["done"], True, key, True, checkout)
        for key, checkout in checkouts.items()
        if checkout["done"] is not None and key not in claim
    ]
    for at, _, name, claims, purchase in sorted(purchases, key=lambda p: p[:3]):
        alike = [
            key
            for key, checkout in checkouts.items()
            if status[key][0] == "open"
            and checkout["last"] < at
            and checkout["who"] == purchase["who"]
            and checkout["articles"] & purchase["articles"]
        ]
        if claims:
            alike += [
                key
                for _, _, number, _, key in pairs
                if number == name and status[key][0] == "open" and checkouts[key]["last"] < at
            ]
        else:
            near = [key for key in alike if at <= checkouts[key]["last"] + WINDOW]
            if not near:
                continue
            latest = max(near, key=place.__getitem__)
            status[latest] = ("recovered", name)
            alike.remove(latest)
        for key in alike:
            status[key] = ("repeated", None)
    return status


def scene(span):
    minute = st.integers(0, span)
    common = {
        "at": minute,
        "who": st.sampled_from(["ann@example.org", "bob@example.org"]),
        "articles": st.sets(st.sampled_from("ABn"), min_size=1, max_size=2),
        "token": st.sampled_from([None, None, "t1", "t2"]),
        "cart": st.sampled_from([None, None, "k1", "k2"]),
    }
    later = st.none() | minute
    checkout = st.fixed_dictionaries({**common, "updated": later, "done": later})
    order = st.fixed_dictionaries(
        {
            **common,
            "status": st.sampled_from(["completed", "completed", "in_progress", "cancelled"]),
            "checkout_id": st.sampled_from([None, None, "c0", "c1", "c2"]),
        }
    )
    return st.tuples(
        st.lists(checkout, max_size=7), st.lists(order, max_size=7), st.integers(span // 2, 3 * span)
    )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.sampled_from([60, 2000, 30_000]).flatmap(scene))
def test_the_outcome_is_that_of_the_sequential_rule(drawn):
    begun, bought, until = drawn
    checkouts = {
        # An update or a completion is drawn as minutes after the beginning.
        f"c{i}": {**c, **{k: None if c[k] is None else c["at"] + c[k] for k in ("updated", "done")}}
        for i, c in enumerate(begun)
    }
    orders = {f"o{i}": order for i, order in enumerate(bought)}
    shop = Shop()
    for key, checkout in checkouts.items():
        shop.checkout(
            key,
            minutes(checkout["at"]),
            [ARTICLES[a] for a in sorted(checkout["articles"])],
            email=checkout["who"],
            updated_at=moment(minutes(checkout["updated"])),
            completed_at=moment(minutes(checkout["done"])),
            token=checkout["token"],
            cart_token=checkout["cart"],
        )
    for number, order in orders.items():
        shop.order(
            number,
            minutes(order["at"]),
            [ARTICLES[a] for a in sorted(order["articles"])],
            email=order["who"],
            status=order["status"],
            checkout_id=order["checkout_id"],
            checkout_token=order["token"],
            cart_token=order["cart"],
        )
    found = recoveries(shop.facts(), as_of=as_of(minutes(until)), completed_when="paid")
    outcome = {
        key: (status, order)
        for key, status, order in found.select("checkout_key", "status", "recovered_order_key").rows()
    }
    assert outcome == by_loop(checkouts, orders, until)
    recovering = found["recovered_order_key"].drop_nulls()
    assert recovering.n_unique() == recovering.len()
    assert found["checkout_key"].n_unique() == found.height
    assert found.filter((pl.col("status") == "recovered") != pl.col("recovered_at").is_not_null()).is_empty()


def minutes(number):
    return None if number is None else timedelta(minutes=number)

"""What points come to: sums by hand, and laws that hold whatever happens in whatever order."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis import points
from clientlens.analysis.points import ADDED, EARNED, SUBTRACTED, balances
from clientlens.analysis.points_earned import earnings, parse_rates
from clientlens.errors import BadPointsRate, NoCurrency, TooManyPoints
from clientlens.model.entries import Entry
from clientlens.model.tables import IDENTITIES
from clientlens.model.timeframes import AsOf

NOW = AsOf(datetime(2026, 6, 1, 12, tzinfo=UTC), date(2026, 6, 1), explicit=False)


def entry(seq, key, number, kind=ADDED, *, at=NOW.instant, **body):
    return Entry(seq, at, "ada", kind, key, None, {"points": number, **body}, None, 1)


def identities(owners):
    """Person key -> client."""
    rows = pl.DataFrame(
        sorted(owners.items()), schema={"person_key": pl.String, "client_id": pl.String}, orient="row"
    )
    return IDENTITIES.conform(rows).lazy()


def written(found, ledger):
    """The ledger with what is to be written added, as the workspace would."""
    keys = {one.key for one in ledger}
    new = [event for event in found.events() if event.key not in keys]
    return [
        *ledger,
        *(
            Entry(
                len(ledger) + n, NOW.instant, "ada", e.kind, e.person_key, e.subject, dict(e.body), e.key, 1
            )
            for n, e in enumerate(new, 1)
        ),
    ]


def earn(facts, ledger, *rates, **more):
    values = {"as_of": NOW, "until": None, "since": None, "completed_when": "paid", **more}
    return earnings(facts, ledger, rates=parse_rates(rates or ("1",), "EUR"), **values)


def told(found):
    return found.rows.select("order", "points").rows()


def test_a_balance_is_the_sum_over_all_keys_of_a_client():
    entries = [entry(1, "a", 5), entry(2, "b", 7), entry(3, "a", -2, SUBTRACTED), entry(4, "c", 1)]
    assert balances(entries, identities({"a": "one", "b": "one", "c": "two"})).rows() == [
        ("one", 10),
        ("two", 1),
    ]
    # Nobody has the key c today.
    assert balances(entries, identities({"a": "one", "b": "two"})).rows() == [("one", 3), ("two", 7)]
    assert balances([], identities({})).schema == {"client_id": pl.String, "points": pl.Int64}


def test_what_was_written_after_as_of_does_not_count():
    entries = [entry(1, "a", 5), entry(2, "a", 7, at=NOW.instant + timedelta(microseconds=1))]
    assert balances(entries, identities({"a": "one"}), NOW).rows() == [("one", 5)]


keys = st.sampled_from(["a", "b", "c"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("post"), keys, st.integers(-50, 50)),
        st.tuples(st.sampled_from(["merge", "split"]), keys, keys),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(steps)
def test_the_balance_is_the_sum_of_the_history_in_any_interleaving(steps):
    owners, ledger, sums = {"a": "a", "b": "b", "c": "c"}, [], dict.fromkeys("abc", 0)
    for what, key, other in steps:
        if what == "post":
            # A client's entries carry its smallest key.
            smallest = min(one for one, owner in owners.items() if owner == owners[key])
            ledger.append(entry(len(ledger) + 1, smallest, other))
            sums[smallest] += other
        elif what == "merge":
            low, high = sorted((owners[key], owners[other]))
            owners = {one: low if owner == high else owner for one, owner in owners.items()}
        else:
            rest = [one for one, owner in owners.items() if owner == owners[key] and one != key]
            owners |= {one: min(rest) for one in rest} | {key: key}
        found = dict(balances(ledger, identities(owners)).rows())
        expected = {
            client: sum(sums[one] for one, owner in owners.items() if owner == client)
            for client in set(owners.values())
        }
        assert found == {client: total for client, total in expected.items() if client in found}
        assert all(expected[client] == 0 for client in expected.keys() - found.keys())
        assert sum(found.values()) == sum(one.body["points"] for one in ledger)


orders = st.lists(
    st.tuples(
        st.integers(0, 3),  # which order
        st.integers(0, 9_999),  # its total, in cents
        st.integers(0, 9_999),  # refunded of it
        st.sampled_from(["paid", "paid", "pending", "voided"]),
        st.sampled_from(["anna", "bob", None]),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=40)
@given(orders, st.sampled_from(["1", "0.5", "0.3333", "7"]), st.booleans())
def test_every_order_has_earned_its_rate_of_what_it_brought_whatever_happened_to_it(
    shop, orders, rate, twice
):
    ledger, now = [], {}
    for which, total, refunded, state, client in orders:
        now[which] = (total, min(refunded, total), state, client)
        rows = [
            shop.order(
                str(key), who, "2026-03-01", order_total=of, refunded=back, payment_state=how, number=str(key)
            )
            for key, (of, back, how, who) in now.items()
        ]
        facts = shop.facts_of(rows)
        for _ in range(1 + twice):
            ledger = written(earn(facts, ledger, rate, allow_negative=True), ledger)
        assert told(earn(facts, ledger, rate, allow_negative=True)) == []
        due = {
            (str(key), f"e:{who}@example.org"): int(Fraction(rate) * (of - back) / 100)
            for key, (of, back, how, who) in now.items()
            if how == "paid" and who and not (back and back >= of)
        }
        found: dict = {}
        for one in ledger:
            place = (one.body["order_key"], one.person_key)
            found[place] = found.get(place, 0) + one.body["points"]
        # Of a client whom no order names any more nothing is taken back until one does.
        known = {key for (key,) in facts.identities.select("person_key").collect().rows()}
        held = {place: total for place, total in found.items() if total and place[1] in known}
        assert held == {place: total for place, total in due.items() if total}


@settings(deadline=None, max_examples=40)
@given(orders, st.lists(st.integers(1, 200), max_size=6))
def test_no_balance_falls_below_0_by_refunds_alone(shop, orders, spent):
    ledger, now = [], {}
    for turn, (which, total, refunded, state, _) in enumerate(orders):
        now[which] = (total, min(refunded, total), state)
        facts = shop.facts_of(
            [
                shop.order(str(key), "anna", "2026-03-01", order_total=of, refunded=back, payment_state=how)
                for key, (of, back, how) in now.items()
            ]
        )
        ledger = written(earn(facts, ledger), ledger)
        balance = sum(one.body["points"] for one in ledger)
        assert balance >= 0
        if turn < len(spent) and spent[turn] <= balance:
            ledger.append(entry(len(ledger) + 1, "e:anna@example.org", -spent[turn], SUBTRACTED))


@pytest.mark.parametrize(
    ("currency", "total", "rate", "worth"),
    [
        ("EUR", 1999, "1", 19),
        ("JPY", 1999, "JPY=0.01", 19),  # no decimals: 19.99
        ("KWD", 19999, "KWD=1", 19),  # three decimals: 19.999
        ("EUR", 3, "33.3333", 0),  # 0.999999
        ("EUR", 3, "33.3334", 1),  # 1.000002
        ("EUR", 9_007_199_254_740_993, "1", 90_071_992_547_409),  # beyond what a float holds
    ],
)
def test_rounding_down_is_exact(shop, currency, total, rate, worth):
    facts = shop.facts_of([shop.order("1", "anna", currency=currency, order_total=total)])
    if worth > points.MOST:
        with pytest.raises(TooManyPoints, match="order 1 would earn more than"):
            earn(facts, [], rate)
    else:
        assert [number for _, number in told(earn(facts, [], rate))] == [worth] * bool(worth)


def test_a_lone_order_below_0_costs_nothing(shop):
    facts = shop.facts_of([shop.order("1", "anna", order_total=-500), shop.order("2", "anna")])
    assert earn(facts, []).rows["points"].to_list() == [10]


def test_two_earners_of_the_same_state_write_the_same_keys(shop):
    facts = shop.facts_of([shop.order("1", "anna"), shop.order("1", "anna", store="second")])
    first, second = earn(facts, []), earn(facts, [])
    assert first.events() == second.events()
    ledger = written(second, written(first, []))
    assert len(ledger) == 2
    assert len({one.key for one in ledger}) == 2


def test_rates_are_read_exactly_and_slips_are_told():
    assert parse_rates(["1.50", "usd = 2"], "EUR") == {"EUR": "1.5", "USD": "2"}
    for text in ("", "1,5", "x", "EUR=", "1000000", "-1", "1e3"):
        with pytest.raises(BadPointsRate):
            parse_rates([text], "EUR")
    with pytest.raises(BadPointsRate, match="a second rate for EUR"):
        parse_rates(["1", "EUR=2"], "EUR")
    with pytest.raises(NoCurrency):
        parse_rates(["1"], None)


def test_a_hundred_thousand_entries_are_added_up_in_a_moment():
    entries = [
        entry(n, f"e:{n % 5000}", n % 7 - 2, EARNED, store="main", order_key=str(n)) for n in range(100_000)
    ]
    owners = identities({f"e:{n}": f"c{n % 4000}" for n in range(5000)})
    start = time.perf_counter()
    found = balances(entries, owners)
    took = time.perf_counter() - start
    assert found["points"].sum() == sum(n % 7 - 2 for n in range(100_000))
    assert took < 5  # 0.2 s where nothing else runs

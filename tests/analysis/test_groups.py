"""Who is in which group: laws over any sequence of joining, leaving, merging and splitting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.groups import (
    DELETED,
    JOINED,
    LEFT,
    RULE,
    Asked,
    Groups,
    by_hand,
    group_name,
    same_group,
)
from clientlens.errors import BadExpression, BadGroupName, UnknownGroup
from clientlens.model.entries import Entry
from clientlens.model.timeframes import AsOf

NOW = AsOf(datetime(2026, 6, 1, 12, tzinfo=UTC), date(2026, 6, 1), explicit=False)
RULES = {"completed_when": "paid", "home_currency": "EUR", "ignore": ()}


def entry(seq, kind, group, key=None, *, at=NOW.instant, **body):
    return Entry(seq, at, "ada", kind, key, group, body, None, 1)


def key_of(name):
    return f"e:{name}@example.org"


@pytest.fixture
def facts(shop):
    """Anna with two orders; Bob with one, whom files put into two groups."""
    rows = [shop.order("1", "anna"), shop.order("2", "anna"), shop.order("3", "bob")]
    return shop.facts_of(rows, clients={"bob": {"groups": "Blue, Green"}})


def everybody(facts, *entries, as_of=NOW):
    return Groups(facts, entries, Asked(as_of, RULES)).everybody().rows()


def test_what_puts_a_client_into_a_group_is_told(facts):
    found = everybody(
        facts,
        entry(1, JOINED, "Blue", key_of("bob"), since="2026-05-01"),
        entry(2, RULE, "Blue", expression="completed_orders = 1"),
        entry(3, JOINED, "vip", key_of("anna")),
        entry(4, JOINED, "vip", key_of("nobody")),
    )
    assert found == [
        ("bob", "Blue", date(2026, 5, 1), "files, hand, rule"),
        ("bob", "Green", None, "files"),
        ("anna", "vip", date(2026, 6, 1), "hand"),
    ]


def test_a_day_is_that_of_the_workspace(facts):
    late = datetime(2026, 5, 31, 22, 30, tzinfo=UTC)  # half past midnight in Rome
    assert everybody(facts, entry(1, JOINED, "vip", key_of("anna"), at=late))[-1][2] == date(2026, 6, 1)


def test_a_rule_that_no_longer_can_be_asked_says_so(facts):
    known = Groups(facts, [entry(1, RULE, "old", expression="in_group('gone')")], Asked(NOW, RULES))
    with pytest.raises(BadExpression, match="no group is called 'gone'"):
        known.members("old")
    with pytest.raises(UnknownGroup):
        known.named("gone")


@pytest.mark.parametrize("text", ["", "\t", "a,b", "\u200b", "a\x00", "x" * 101])
def test_a_name_is_visible_and_without_a_comma(text):
    with pytest.raises(BadGroupName):
        group_name(text)


def test_names_are_compared_whole_then_without_case():
    assert group_name("  cafe\u0301  crème ") == "café crème"
    assert same_group("vip", ["VIP", "Vip", "vip"]) == "vip"
    assert same_group("viP", ["VIP", "Vip"]) == "VIP"
    assert same_group("STRASSE", ["straße"]) == "straße"
    assert same_group("vi", ["VIP"]) is None


people = st.sampled_from(["a", "b", "c"])
groups = st.sampled_from(["one", "two"])
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([JOINED, LEFT]), groups, people),
        st.tuples(st.just(DELETED), groups, st.none()),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(steps, st.integers(0, 30))
def test_membership_by_hand_is_what_a_set_would_hold(steps, upto):
    """A set to which people come and from which they go; looked back on after any of the steps."""
    entries, inside, seen = [], {"one": set(), "two": set()}, []
    for number, (kind, group, who) in enumerate(steps, 1):
        at = NOW.instant + timedelta(days=number)
        entries.append(entry(number, kind, group, who, at=at))
        if kind == JOINED:
            inside[group].add(who)
        elif kind == LEFT:
            inside[group].discard(who)
        else:
            inside[group].clear()
        seen.append({(name, one) for name, members in inside.items() for one in members})
    assert set(by_hand(entries, "UTC")) == (seen[-1] if seen else set())
    if steps and upto:
        number = min(upto, len(steps))
        instant = NOW.instant + timedelta(days=number)
        as_of = AsOf(instant, instant.date(), explicit=True)
        assert set(by_hand(entries, "UTC", as_of)) == seen[number - 1]


def test_nobody_is_in_no_group(facts):
    assert everybody(facts)[0] == ("bob", "Blue", None, "files")
    assert Groups(facts, [], Asked(NOW, RULES)).members("vip").schema == {
        "client_id": pl.String,
        "group": pl.String,
        "since": pl.Date,
        "by": pl.String,
    }

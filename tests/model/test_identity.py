"""Who is one client, worked out by hand."""

from __future__ import annotations

import base64
import hashlib
import random
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.model.identity import (
    CODE_LETTERS,
    NO_CORRECTIONS,
    Corrections,
    Identified,
    client_id_of,
    client_ids,
    resolve,
    with_first_events,
)
from clientlens.model.tables import PEOPLE


def person(**known):
    """One record; keys are derived from the details given, as a source would."""
    keys = {
        "email_key": "e:" + known["email"] if "email" in known else None,
        "number_key": f"n:main:{known['number']}" if "number" in known else None,
        "phone_key": "p:" + known["phone"] if "phone" in known else None,
        "residence_key": "r:" + known["home"] if "home" in known else None,
        "source_key": f"s:main:{known['source_id']}" if "source_id" in known else None,
    }
    row = {
        "person_key": min(key for key in keys.values() if key),
        "source": known.get("source", "shopify_orders"),
        "store": known.get("store", "main"),
        "is_profile": known.get("profile", False),
        "seen_at": known.get("seen_at"),
        **keys,
    }
    told = "name email phone street city accepts_email language birthday groups first_order_at joined_at"
    for name in told.split():
        row[name] = known.get(name)
    return row


def people(*rows):
    return PEOPLE.conform(pl.DataFrame(list(rows), schema_overrides=PEOPLE.schema, infer_schema_length=None))


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


def groups(found: Identified) -> set[frozenset[str]]:
    """The keys of each client."""
    listed = found.identities.group_by("client_id").agg("person_key")["person_key"].to_list()
    return {frozenset(keys) for keys in listed}


def test_the_id_is_twelve_base32_characters_of_the_sha256_of_the_smallest_key():
    digest = hashlib.sha256(b"e:ann@example.org").digest()
    expected = base64.b32encode(digest).decode()[:12].lower()
    assert client_id_of("e:ann@example.org") == expected
    found = resolve(people(person(number="7", email="ann@example.org")))
    assert found.clients["client_id"].to_list() == [expected]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40)))
def test_the_ids_of_a_column_are_the_ids_of_its_keys(keys):
    assert client_ids(pl.Series(keys, dtype=pl.String)).to_list() == [client_id_of(key) for key in keys]


def test_a_record_carrying_an_email_and_a_number_joins_the_two():
    found = resolve(
        people(
            person(email="ann@example.org"),
            person(number="7"),
            person(email="ann@example.org", number="7"),
            person(email="bob@example.org"),
        )
    )
    assert groups(found) == {
        frozenset({"e:ann@example.org", "n:main:7"}),
        frozenset({"e:bob@example.org"}),
    }


def test_a_long_chain_of_joins_is_one_client():
    links = [person(email=f"m{n:03}@example.org", number=f"{n:03}") for n in range(100)]
    links += [person(email=f"m{n + 1:03}@example.org", number=f"{n:03}") for n in range(100)]
    random.Random(3).shuffle(links)
    found = resolve(people(*links))
    assert found.clients.height == 1
    assert found.clients["client_id"].item() == client_id_of("e:m000@example.org")


def test_two_emails_with_one_phone_and_one_address_stay_two_clients():
    found = resolve(
        people(
            person(email="ann@example.org", phone="+4930", home="x|y"),
            person(email="bob@example.org", phone="+4930", home="x|y"),
        )
    )
    assert found.clients.height == 2


def test_a_record_with_only_a_phone_belongs_to_the_one_client_who_has_it():
    found = resolve(people(person(email="ann@example.org", phone="+4930"), person(phone="+4930")))
    assert groups(found) == {frozenset({"e:ann@example.org", "p:+4930"})}
    assert found.clients["client_id"].item() == client_id_of("e:ann@example.org")


def test_a_record_with_only_a_phone_that_two_clients_have_stands_alone():
    found = resolve(
        people(
            person(email="ann@example.org", phone="+4930"),
            person(email="bob@example.org", phone="+4930"),
            person(phone="+4930"),
            person(phone="+4930", name="Till"),
        )
    )
    assert groups(found) == {
        frozenset({"e:ann@example.org"}),
        frozenset({"e:bob@example.org"}),
        frozenset({"p:+4930"}),
    }


def test_an_address_joins_only_records_without_email_number_and_phone():
    found = resolve(
        people(
            person(phone="+4930", home="ann|street 1"),
            person(home="ann|street 1"),
            person(home="carl|street 9"),
            person(email="zoe@example.org", home="carl|street 9", phone="+1"),
            person(email="yan@example.org", home="carl|street 9"),
        )
    )
    assert groups(found) == {
        frozenset({"p:+4930", "r:ann|street 1"}),
        frozenset({"r:carl|street 9"}),
        frozenset({"e:zoe@example.org"}),
        frozenset({"e:yan@example.org"}),
    }


def test_a_client_known_by_the_sources_id_alone_is_anonymous_with_that_number():
    found = resolve(people(person(source_id="1042"), person(number="9")))
    shown = found.clients.select("anonymous", "source_number").sort("source_number").rows()
    assert shown == [(True, "1042"), (True, "9")]


def test_details_come_from_the_list_of_clients_then_from_the_latest_record():
    found = resolve(
        people(
            person(
                email="a@example.org", name="Old Name", seen_at=day(1), street="Old 1", accepts_email=True
            ),
            person(email="a@example.org", name="New Name", seen_at=day(9), street="New 2", city="B"),
            person(
                email="a@example.org", name="Ann Listed", profile=True, street="List 3", accepts_email=False
            ),
            person(email="b@example.org", name="First", seen_at=day(1), first_order_at=day(1)),
            person(
                email="b@example.org",
                name="Second",
                seen_at=day(2),
                first_order_at=day(2),
                accepts_email=True,
            ),
        )
    )
    shown = found.clients.sort("email").select("name", "street", "city", "accepts_email", "joined_at").rows()
    assert shown == [
        ("Ann Listed", "New 2", "B", False, None),
        ("Second", None, None, True, day(1)),
    ]


@pytest.mark.parametrize(("names", "reported"), [(50, 0), (51, 1)])
def test_a_key_carried_by_more_than_fifty_names_is_reported(names, reported):
    rows = [person(email="till@example.org", name=f"Name {n}") for n in range(names)]
    found = resolve(people(*rows, person(email="ann@example.org", name="Ann")))
    assert found.shared_keys.height == reported
    if reported:
        assert found.shared_keys.row(0) == ("e:till@example.org", client_id_of("e:till@example.org"), 51)


def test_nobody_gives_no_clients():
    found = resolve(PEOPLE.conform(pl.DataFrame(schema=PEOPLE.schema)))
    assert found.clients.is_empty()
    assert found.identities.is_empty()


few = st.sampled_from(["1", "2", "3", "4"])
records = st.lists(
    st.fixed_dictionaries(
        {}, optional={"email": few, "number": few, "phone": few, "home": few, "source_id": few}
    ).filter(bool),
    min_size=1,
    max_size=12,
)


def by_the_book(rows, corrections=NO_CORRECTIONS):
    """The rules of the module's docstring, one record at a time, as sets."""
    clients = []
    for row in rows:
        both = {key for key in (row["email_key"], row["number_key"]) if key}
        for mine in [{key} for key in both] if both & corrections.apart or not both else [both]:
            touching = [c for c in clients if c & mine]
            clients = [c for c in clients if not c & mine] + [set().union(mine, *touching)]
    carried = [({k for k in (r["email_key"], r["number_key"]) if k}, r) for r in rows]
    for column, stronger in (("phone_key", 2), ("residence_key", 3)):
        before = [set(c) for c in clients]
        order = ("email_key", "number_key", "phone_key", "residence_key")
        for row in rows:
            if row[column] is None or any(row[name] for name in order[:stronger]):
                continue
            holders = [
                n
                for n, c in enumerate(before)
                if any(r[column] == row[column] and r["person_key"] in c for _, r in carried)
            ]
            home = clients[holders[0]] if len(holders) == 1 else None
            if home is not None and corrections.apart & (before[holders[0]] | {row[column]}):
                home = None
            if home is None:
                home = next((c for c in clients if row[column] in c), None)
            if home is None:
                clients.append({row[column]})
            else:
                home.add(row[column])
    for row in rows:
        if row["person_key"] == row["source_key"] and not any(row["person_key"] in c for c in clients):
            clients.append({row["person_key"]})
    clients = as_people_said(clients, corrections)
    return {frozenset(c) for c in clients if any(row["person_key"] in c for row in rows)}


def as_people_said(clients, corrections):
    """The same with the clients of these pairs of keys made one."""
    for pair in corrections.joined:
        ends = [c for c in clients if c & set(pair)]
        if all(any(key in c for c in ends) for key in pair):
            clients = [c for c in clients if c not in ends] + [set().union(*ends)]
    return clients


@settings(max_examples=200, deadline=None, derandomize=True)
@given(records, st.randoms(use_true_random=False))
def test_any_order_of_records_gives_the_clients_of_the_rules(details, rnd):
    rows = [person(**{**d, "name": "N" + str(n)}) for n, d in enumerate(details)]
    shuffled = list(rows)
    rnd.shuffle(shuffled)
    first, second = resolve(people(*rows)), resolve(people(*shuffled))
    assert groups(first) == by_the_book(rows)
    assert first.identities.equals(second.identities)
    assert first.clients.equals(second.clients)


some_key = st.builds(
    lambda kind, value: kind + value, st.sampled_from(["e:", "n:main:", "p:", "r:", "s:main:"]), few
)
said = st.builds(
    lambda joined, apart: Corrections(tuple(joined), apart),
    st.lists(st.tuples(some_key, some_key), max_size=3),
    st.frozensets(some_key, max_size=3),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(records, said, st.randoms(use_true_random=False))
def test_any_corrections_give_the_clients_of_the_rules_and_of_what_people_said(details, corrections, rnd):
    rows = [person(**d) for d in details]
    shuffled = list(rows)
    rnd.shuffle(shuffled)
    found = resolve(people(*rows), corrections)
    assert groups(found) == by_the_book(rows, corrections)
    assert set(found.identities["client_id"]) == set(found.clients["client_id"])
    again = resolve(people(*shuffled), Corrections(corrections.joined[::-1], corrections.apart))
    assert found.identities.equals(again.identities)
    assert found.clients.equals(again.clients)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(records, st.frozensets(some_key, min_size=1, max_size=3))
def test_what_is_kept_apart_never_makes_the_rules_join_more(details, apart):
    rows = people(*(person(**d) for d in details))
    whole = groups(resolve(rows))
    for part in groups(resolve(rows, Corrections(apart=apart))):
        assert any(part <= client for client in whole)


def test_a_key_kept_apart_is_joined_by_no_rule():
    rows = people(
        person(email="ann@example.org", number="7", phone="+4930"),
        person(email="bob@example.org", number="7"),
        person(phone="+4930"),
    )
    ann, bob, seven, phone = "e:ann@example.org", "e:bob@example.org", "n:main:7", "p:+4930"
    assert groups(resolve(rows)) == {frozenset({ann, bob, seven, phone})}
    for apart, expected in {
        bob: [{ann, seven, phone}, {bob}],
        # Nobody is known by the number alone, so that nobody is left with it.
        seven: [{ann, phone}, {bob}],
        phone: [{ann, bob, seven}, {phone}],
        ann: [{ann}, {bob, seven}, {phone}],
    }.items():
        found = resolve(rows, Corrections(apart=frozenset({apart})))
        assert groups(found) == {frozenset(keys) for keys in expected}


def test_a_phone_stays_its_own_where_the_two_who_have_it_are_joined_by_hand():
    rows = people(*(person(email=f"{who}@example.org", phone="+4930") for who in "ab"), person(phone="+4930"))
    found = resolve(rows, Corrections(joined=(("e:a@example.org", "e:b@example.org"),)))
    assert groups(found) == {frozenset({"e:a@example.org", "e:b@example.org"}), frozenset({"p:+4930"})}


def test_language_and_birthday_come_from_the_list_then_from_the_latest_record_and_groups_from_all():
    found = resolve(
        people(
            person(email="a@example.org", language="de", seen_at=day(1), groups="regulars, b2b"),
            person(
                email="a@example.org", language="it", birthday="--05-01", seen_at=day(9), groups="b2b,vip"
            ),
            person(email="a@example.org", profile=True, language="en-gb", groups=" , "),
            person(email="b@example.org", language="fr", birthday="1980-02-29", groups="vip,,a"),
            person(email="c@example.org"),
        )
    )
    shown = found.clients.sort("email").select("language", "birthday", "groups").rows()
    assert shown == [
        ("en-gb", "--05-01", "b2b, regulars, vip"),
        ("fr", "1980-02-29", "a, vip"),
        (None, None, None),
    ]


def test_anonymous_clients_of_one_number_are_told_apart_by_the_beginning_of_their_ids():
    elsewhere = person(number="7") | {
        "number_key": "n:second:7",
        "person_key": "n:second:7",
        "store": "second",
    }
    found = resolve(people(person(number="7"), elsewhere, person(number="8"))).clients
    told = {f"7 ({client_id_of(key)[:4]})" for key in ("n:main:7", "n:second:7")}
    assert len(told) == 2
    assert set(found["source_number"]) == told | {"8"}


def test_anonymous_clients_whose_ids_begin_alike_are_shown_with_the_whole_of_them():
    keys = _alike(lambda number: f"r:road {number}")
    found = resolve(people(*(person(home=key[2:]) for key in keys)))
    assert found.clients["anonymous"].all()
    assert sorted(found.clients["source_number"]) == sorted(map(client_id_of, keys))


def _alike(key_of):
    """The first two keys whose ids begin with the same letters: by the birthday rule some thousand are enough."""
    seen = {}
    for number in range(20_000):
        key = key_of(number)
        other = seen.setdefault(client_id_of(key)[:CODE_LETTERS], key)
        if other != key:
            return other, key
    raise AssertionError


def test_an_event_before_everything_else_is_when_a_client_joined():
    known = resolve(
        people(
            person(email="ann@example.org", joined_at=day(3), first_order_at=day(2)),
            person(email="bob@example.org", first_order_at=day(5)),
            person(email="cyd@example.org"),
        )
    )
    events = pl.DataFrame(
        {
            "person_key": [f"e:{who}@example.org" for who in ("ann", "bob", "bob", "cyd", "gone")],
            "happened_at": [day(4), day(4), day(6), day(9), day(1)],
        },
        schema_overrides={"happened_at": PEOPLE.schema["joined_at"]},
    )
    read = with_first_events(known.clients.lazy(), events.lazy(), known.identities.lazy()).collect()
    assert read.schema == known.clients.schema
    assert dict(read.select("email", "joined_at").iter_rows()) == {
        "ann@example.org": day(2),  # its first order
        "bob@example.org": day(4),  # the first of its events, before its order
        "cyd@example.org": day(9),  # nothing else is known
    }

"""Pairs that people may want to merge: worked out by hand, and by comparing everybody with everybody."""

from __future__ import annotations

import random
import time
from itertools import combinations

import polars as pl
import pytest

from clientlens.analysis.merge_suggestions import REASONS, suggest_merges
from clientlens.model.facts import Facts
from clientlens.model.identity import Corrections, client_id_of, resolve
from clientlens.model.tables import BY_NAME, PEOPLE


def facts_of(*records, corrections=None):
    """Records under e-mail, or under their phone; `home` is a residence key without its letter."""
    rows = []
    for record in records:
        keys = {
            "email_key": f"e:{record['email']}" if "email" in record else None,
            "phone_key": f"p:{record['phone']}" if "phone" in record else None,
            "residence_key": f"r:{record['home']}" if "home" in record else None,
        }
        rows.append(
            {
                "person_key": min(key for key in keys.values() if key),
                "source": "plain_csv",
                "store": "main",
                "is_profile": False,
                **keys,
                **{name: record.get(name) for name in ("name", "email", "phone", "postcode", "city")},
            }
        )
    people = PEOPLE.conform(pl.DataFrame(rows, schema_overrides=PEOPLE.schema, infer_schema_length=None))
    found = resolve(people, corrections or Corrections())
    frames = {name: pl.LazyFrame(schema=table.schema) for name, table in BY_NAME.items()}
    frames |= {
        "people": people.lazy(),
        "identities": found.identities.lazy(),
        "clients": found.clients.lazy(),
    }
    return Facts(**frames, timezone="UTC")


def seen(facts, split=()):
    """(e-mail, the other's e-mail, reason, key) of each row."""
    return suggest_merges(facts, split).rows.select("email", "other_email", "reason", "key").rows()


ANN = {"email": "ann@example.org", "name": "Ann Müller", "postcode": "10115", "city": "Berlin"}


def test_the_same_phone_is_the_best_reason_and_a_pair_is_told_once():
    home = "ann müller|road 1||10115|berlin|de"
    facts = facts_of(
        {**ANN, "phone": "+4930", "home": home},
        {**ANN, "email": "ann@example.net", "phone": "+4930", "home": home},
    )
    assert seen(facts) == [("ann@example.net", "ann@example.org", "same_phone", "+4930")]


@pytest.mark.parametrize(
    ("mine", "theirs", "reason", "key"),
    [
        (
            {"home": "ann müller|road 1||10115|berlin|de"},
            {"home": "ann müller|road 1||10115|berlin|de", "city": "Mitte"},
            "same_name_and_address",
            "ann müller, road 1, 10115, berlin, de",
        ),
        (
            {},
            {"name": " ANN  Muller", "city": "Mitte"},
            "same_name_and_postcode",
            "ann muller, 10115",
        ),
        (
            {},
            {"name": "Ann Mu\u0308ller", "postcode": "10 999", "city": "BERLIN"},
            "same_name_and_town",
            "ann muller, berlin",
        ),
        (
            {"postcode": "EH6 6QW"},
            {"postcode": "eh66qw", "city": None},
            "same_name_and_postcode",
            "ann muller, eh66qw",
        ),
    ],
)
def test_case_accents_and_spaces_do_not_matter(mine, theirs, reason, key):
    facts = facts_of({**ANN, **mine}, {**ANN, "email": "zoe@example.org", **theirs})
    assert seen(facts) == [("ann@example.org", "zoe@example.org", reason, key)]


@pytest.mark.parametrize(
    "theirs",
    [
        {"name": "Anna Müller"},
        {"postcode": "1", "city": "Rome"},
        {"name": None},
        {"postcode": None, "city": " "},
    ],
)
def test_a_name_alone_or_a_place_alone_suggests_nothing(theirs):
    assert seen(facts_of(ANN, {**ANN, "email": "zoe@example.org", **theirs})) == []


def test_clients_who_are_one_already_are_not_suggested_whoever_joined_them():
    by_hand = Corrections(joined=(("e:ann@example.org", "e:zoe@example.org"),))
    facts = facts_of(ANN, {**ANN, "email": "zoe@example.org"}, {**ANN}, corrections=by_hand)
    assert seen(facts) == []


def test_a_pair_that_people_took_apart_is_not_suggested_again():
    three = [{**ANN, "email": f"{who}@example.org"} for who in "abc"]
    split = [("e:c@example.org", "e:a@example.org"), ("e:gone@example.org", "e:a@example.org")]
    pairs = [row[:2] for row in seen(facts_of(*three), split)]
    assert pairs == [("a@example.org", "b@example.org"), ("b@example.org", "c@example.org")]


def test_the_first_of_a_pair_is_the_one_whose_id_a_merged_client_has():
    facts = facts_of(
        {"phone": "+4930", "name": "Ann"},
        {**ANN, "phone": "+4930"},
        {**ANN, "email": "zoe@example.org", "phone": "+4930"},
    )
    rows = suggest_merges(facts).rows.select("client_id", "other_client_id").rows()
    ann, zoe, till = (client_id_of(key) for key in ("e:ann@example.org", "e:zoe@example.org", "p:+4930"))
    assert sorted(rows) == sorted([(ann, zoe), (ann, till), (zoe, till)])


@pytest.mark.parametrize(("people", "told"), [(50, 50 * 49 // 2), (51, 0)])
def test_what_more_than_fifty_share_is_left_out_and_counted(people, told):
    crowd = [{"email": f"{n}@example.org", "name": f"Name {n}", "phone": "+4930"} for n in range(people)]
    answer = suggest_merges(facts_of(*crowd))
    assert answer.rows.height == told
    expected = ("left out: 1 phone, address or name shared by more than 50 clients or 50 names",)
    assert answer.notes == (() if told else expected)


def test_nobody_gives_no_pairs():
    empty = {name: pl.LazyFrame(schema=table.schema) for name, table in BY_NAME.items()}
    answer = suggest_merges(Facts(**empty, timezone="UTC"))
    assert answer.rows.is_empty()
    assert answer.rows.columns == [field.name for field in answer.fields]


def test_a_crowd_that_shares_everything_takes_no_time():
    # Compared with each other, 30,000 clients are 450 million pairs.
    crowd = [{**ANN, "email": f"{n}@example.org", "phone": "+4930"} for n in range(30_000)]
    facts = facts_of(*crowd)
    begun = time.perf_counter()
    assert suggest_merges(facts).rows.is_empty()
    assert time.perf_counter() - begun < 30


@pytest.mark.parametrize("seed", range(5))
def test_the_pairs_are_those_of_comparing_everybody_with_everybody(seed):
    rng = random.Random(seed)
    records = []
    for number in range(60):
        record = {"email": f"c{number:02}@example.org", "name": rng.choice(["Ann", "Bob", "Cora", None])}
        record |= {"postcode": rng.choice(["1", "2", "3", None]), "city": rng.choice(["Rome", "Bonn", None])}
        if rng.random() < 0.5:
            record["phone"] = f"+49{rng.randrange(20)}"
        records.append(record)
    expected = []
    for one, other in combinations(records, 2):
        if one.get("phone") and one.get("phone") == other.get("phone"):
            reason = 0
        elif (
            one["name"]
            and one["name"] == other["name"]
            and one["postcode"]
            and one["postcode"] == other["postcode"]
        ):
            reason = 2
        elif one["name"] and one["name"] == other["name"] and one["city"] and one["city"] == other["city"]:
            reason = 3
        else:
            continue
        expected.append((one["email"], other["email"], REASONS[reason]))
    assert sorted(row[:3] for row in seen(facts_of(*records))) == sorted(expected)

"""Every join has a reason that a person can check."""

from __future__ import annotations

import polars as pl

from clientlens.analysis.client_explain import ByHand, explain
from clientlens.model.facts import Facts
from clientlens.model.identity import Corrections, client_id_of, resolve
from clientlens.model.tables import BY_NAME, PEOPLE


def facts_of(*records, by_hand=None):
    rows = []
    for record in records:
        keys = {
            k: record.get(k) for k in ("email_key", "number_key", "phone_key", "residence_key", "source_key")
        }
        rows.append(
            {
                "person_key": min(k for k in keys.values() if k),
                "source": record.get("source", "shopify_orders"),
                "store": "main",
                "is_profile": False,
                **keys,
            }
        )
    people = PEOPLE.conform(pl.DataFrame(rows, schema_overrides=PEOPLE.schema))
    said = by_hand or ByHand()
    found = resolve(people, Corrections(tuple(said.joined), frozenset(said.apart)))
    empty = {n: pl.LazyFrame(schema=t.schema) for n, t in BY_NAME.items()}
    empty |= {"people": people.lazy(), "identities": found.identities.lazy(), "clients": found.clients.lazy()}
    return Facts(**empty, timezone="UTC")


def test_each_key_says_what_joined_it():
    facts = facts_of(
        {"email_key": "e:ann@example.org", "phone_key": "p:+4930"},
        {"email_key": "e:ann@example.org", "number_key": "n:main:7", "source": "shopify_customers"},
        {"email_key": "e:zoe@example.org", "number_key": "n:main:7", "source": "shopify_customers"},
        {"phone_key": "p:+4930"},
        {"email_key": "e:bob@example.org", "residence_key": "r:ann|road 1||10115|berlin|de"},
        {"email_key": "e:ann@example.org", "residence_key": "r:ann|road 1||10115|berlin|de"},
    )
    answer = explain(facts, client_id_of("e:ann@example.org"))
    seen = answer.rows.select("kind", "key", "identifies", "joined_to", "reason", "records").rows()
    assert seen == [
        ("email", "ann@example.org", True, None, "strongest key: gives the client its id", 3),
        (
            "customer_number",
            "main:7",
            True,
            "ann@example.org",
            "one record carries both (shopify_customers, store main)",
            2,
        ),
        (
            "email",
            "zoe@example.org",
            True,
            "main:7",
            "one record carries both (shopify_customers, store main)",
            1,
        ),
        (
            "phone",
            "+4930",
            True,
            "ann@example.org",
            "the record has no e-mail or customer number, and only this client has this phone",
            2,
        ),
        (
            "address",
            "ann, road 1, 10115, berlin, de",
            False,
            None,
            "known, but not used: another client has it too, and it never joins two e-mails",
            1,
        ),
    ]
    assert [f.name for f in answer.fields] == answer.rows.columns


def test_a_client_known_by_phone_alone_says_so():
    facts = facts_of({"phone_key": "p:+4930", "residence_key": "r:x|y||1|z|"})
    seen = (
        explain(facts, client_id_of("p:+4930"))
        .rows.select("kind", "identifies", "joined_to", "reason")
        .rows()
    )
    assert seen == [
        ("phone", True, None, "the record has no e-mail or customer number: it is known by this alone"),
        ("address", False, None, "known, but not used: a stronger key identifies its records"),
    ]


def told(facts, key, by_hand):
    answer = explain(facts, client_id_of(key), by_hand)
    return answer.rows.select("key", "identifies", "joined_to", "reason").rows()


def test_a_join_by_hand_says_when_and_by_whom_and_the_rules_keep_their_reasons():
    by_hand = ByHand(joined={("e:ann@example.org", "n:main:9"): "on 2026-11-25 by ada"})
    facts = facts_of(
        {"email_key": "e:ann@example.org", "phone_key": "p:+4930"},
        {"phone_key": "p:+4930"},
        {"email_key": "e:bob@example.org", "number_key": "n:main:9"},
        {"number_key": "n:main:9"},
        by_hand=by_hand,
    )
    only = "the record has no e-mail or customer number, and only this client has this phone"
    assert told(facts, "e:ann@example.org", by_hand) == [
        ("ann@example.org", True, None, "strongest key: gives the client its id"),
        ("+4930", True, "ann@example.org", only),
        ("bob@example.org", True, "ann@example.org", "joined by hand on 2026-11-25 by ada (main:9)"),
        ("main:9", True, "bob@example.org", "one record carries both (shopify_orders, store main)"),
    ]


def test_a_phone_that_two_have_is_joined_by_hand_rather_than_by_the_rule():
    by_hand = ByHand(
        joined={
            ("e:ann@example.org", "e:bob@example.org"): "on 2026-11-24",
            ("e:bob@example.org", "p:+4930"): "on 2026-11-25 by ada",
        }
    )
    facts = facts_of(
        {"email_key": "e:ann@example.org", "phone_key": "p:+4930"},
        {"email_key": "e:bob@example.org", "phone_key": "p:+4930"},
        {"phone_key": "p:+4930"},
        by_hand=by_hand,
    )
    assert told(facts, "e:ann@example.org", by_hand) == [
        ("ann@example.org", True, None, "strongest key: gives the client its id"),
        ("bob@example.org", True, "ann@example.org", "joined by hand on 2026-11-24"),
        ("+4930", True, "bob@example.org", "joined by hand on 2026-11-25 by ada"),
    ]


def test_what_is_kept_apart_is_told_on_both_sides():
    by_hand = ByHand(apart={"e:bob@example.org": "on 2026-11-25 by ada", "p:+4930": "on 2026-11-26"})
    facts = facts_of(
        {"email_key": "e:ann@example.org", "number_key": "n:main:7", "phone_key": "p:+4930"},
        {"email_key": "e:bob@example.org", "number_key": "n:main:7"},
        {"phone_key": "p:+4930"},
        by_hand=by_hand,
    )
    assert told(facts, "e:ann@example.org", by_hand) == [
        ("ann@example.org", True, None, "strongest key: gives the client its id"),
        ("main:7", True, "ann@example.org", "one record carries both (shopify_orders, store main)"),
        ("+4930", False, None, "kept apart by hand on 2026-11-26"),
    ]
    assert told(facts, "e:bob@example.org", by_hand) == [
        (
            "bob@example.org",
            True,
            None,
            "strongest key: gives the client its id; kept apart by hand on 2026-11-25 by ada",
        ),
        (
            "main:7",
            False,
            None,
            "not used: bob@example.org is kept apart by hand on 2026-11-25 by ada",
        ),
    ]
    alone = "the record has no e-mail or customer number: it is known by this alone"
    assert told(facts, "p:+4930", by_hand) == [
        ("+4930", True, None, f"{alone}; kept apart by hand on 2026-11-26")
    ]

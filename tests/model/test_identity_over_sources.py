"""One person in a Shopify shop, in Billbee and in a CSV: one client by their keys, or two."""

from __future__ import annotations

from itertools import permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.model.identity import client_id_of, resolve
from clientlens.model.tables import PEOPLE
from clientlens.sources.parsing import email as read_email
from clientlens.sources.parsing import email_key
from clientlens.sources.phones import read_phones

JANE = "e:jane@example.org"


def record(source, store, *, email=None, number=None, phone=None, country=None):
    """What a source makes of one record: its keys are read as the sources read them."""
    phones = read_phones(
        pl.Series([phone], dtype=pl.String),
        pl.Series([country], dtype=pl.String),
        store=store,
        default_country=None,
    )
    keys = {
        "email_key": pl.select(email_key(read_email(pl.lit(email, pl.String)))).item(),
        "number_key": number and f"n:{store}:{number}",
        "phone_key": phones[0].item(),
    }
    known = {name: key for name, key in keys.items() if key}
    return {"person_key": min(known.values()), "source": source, "store": store, "is_profile": False, **known}


def clients(records):
    """The keys of each client, sorted."""
    rows = pl.DataFrame(list(records), schema_overrides=PEOPLE.schema, infer_schema_length=None)
    found = resolve(PEOPLE.conform(rows)).identities
    return sorted(found.group_by("client_id").agg(pl.col("person_key").sort())["person_key"].to_list())


SHOPIFY = record("shopify_orders", "shop", email="jane@example.org", phone="+49 30 123456")
BILLBEE = record("billbee_orders", "shop-de", email="jane@example.org", number="4711")
BY_PHONE = record("plain_csv", "main", phone="030 / 123456", country="DE")
BY_REFERENCE = record("plain_csv", "main", number="J-1", phone="030 / 123456", country="DE")
MARKETPLACE = record("billbee_orders", "shop-de", number="4711")


@pytest.mark.parametrize("order", list(permutations([SHOPIFY, BILLBEE, BY_PHONE, MARKETPLACE])))
def test_email_number_and_a_national_phone_make_one_client_in_any_order(order):
    assert clients(order) == [[JANE, "n:shop-de:4711", "p:+4930123456"]]


def test_a_reference_of_a_csv_is_its_own_client_though_the_phone_is_the_same():
    # A record with a customer number is matched by it alone: a phone is proposed, never used.
    assert clients([SHOPIFY, BILLBEE, BY_REFERENCE]) == [[JANE, "n:shop-de:4711"], ["n:main:J-1"]]


def test_a_reference_with_an_email_in_the_same_csv_joins_it():
    listed = record("plain_csv", "main", email="Jane@Example.org", number="J-1")
    assert clients([SHOPIFY, BILLBEE, BY_REFERENCE, listed]) == [[JANE, "n:main:J-1", "n:shop-de:4711"]]


def test_a_number_is_meaningful_in_its_own_store_only():
    other = record("plain_csv", "main", number="4711")
    assert clients([BILLBEE, other]) == [[JANE, "n:shop-de:4711"], ["n:main:4711"]]


def test_a_national_phone_without_a_country_counts_in_its_store_alone():
    unknown = record("plain_csv", "main", phone="030 / 123456")
    assert clients([SHOPIFY, unknown]) == [[JANE], ["p:main:030123456"]]


def test_a_phone_that_two_clients_have_leads_to_neither():
    john = record("shopify_orders", "shop", email="john@example.org", phone="+4930123456")
    assert clients([SHOPIFY, john, BY_PHONE]) == [[JANE], ["e:john@example.org"], ["p:+4930123456"]]


few = st.sampled_from(["1", "2", "3"])
anyone = st.builds(
    record,
    st.sampled_from(["shopify_orders", "billbee_orders", "plain_csv"]),
    st.sampled_from(["shop", "shop-de", "main"]),
    email=st.none() | few.map("{}@example.org".format),
    number=st.none() | few,
    phone=few.map("030 12345{}".format),
    country=st.sampled_from(["DE", "IT", None]),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(anyone, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_clients_and_their_ids_are_a_function_of_the_set_of_records(records, rnd):
    shuffled = [*records, *records[:2]]
    rnd.shuffle(shuffled)
    found = clients(records)
    assert clients(shuffled) == found
    rows = pl.DataFrame(shuffled, schema_overrides=PEOPLE.schema, infer_schema_length=None)
    ids = resolve(PEOPLE.conform(rows)).clients["client_id"].to_list()
    assert ids == sorted(client_id_of(keys[0]) for keys in found)

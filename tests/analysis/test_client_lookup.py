"""Whom a CLIENT argument means."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import polars as pl
import pytest

from clientlens.analysis.client_lookup import find_clients, find_key, find_one
from clientlens.analysis.client_search import folded
from clientlens.errors import AmbiguousClient, UnknownClient, UnknownKey
from clientlens.model.identity import client_id_of

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, client = factory["Shop"], factory["client"]

ZOE, ANN, ANNA, JO = (client(f"{who}@example.org") for who in ("zoe", "ann", "anna", "jo"))


@pytest.fixture
def facts():
    shop = (
        Shop()
        .order("1001", 0, email="zoe@example.org", name="Zoë Müller", customer="7")
        .order("AB-7", 1, email="ann@example.org", name="Ann Example")
        .order("1002", 2, email="anna@example.org", name="Anna Example")
        .order("1002", 3, email="jo@example.org", name="Jo Große", store="second", source="plain_csv")
        .order("55", 4, email=None, customer="1042")
        .order("66", 5, email=None)
    )
    # Zoë under another e-mail: the customer number joins the two.
    shop.person(source="shopify_customers", profile=False, email="zz@example.org", number="7", seen=-9)
    return shop.facts()


def ids(facts, query):
    return find_clients(facts, query)["client_id"].to_list()


@pytest.mark.parametrize("query", [ZOE, ZOE.upper(), f" {ZOE} "])
def test_a_client_id_is_known_in_any_case(facts, query):
    assert find_one(facts, query) == ZOE


@pytest.mark.parametrize("key", ["e:zz@example.org", "n:main:7"])
def test_an_id_from_before_a_merge_still_leads_to_the_client(facts, key):
    assert client_id_of(key) != ZOE
    assert find_one(facts, client_id_of(key)) == ZOE


@pytest.mark.parametrize("query", ["zoe@example.org", "ZZ@example.org"])
def test_every_e_mail_of_a_client_leads_to_it(facts, query):
    assert find_one(facts, query) == ZOE


def test_a_whole_e_mail_goes_before_a_part_of_another():
    shop = Shop().order("1", 0, email="ann@example.org").order("2", 1, email="joann@example.org")
    assert ids(shop.facts(), "ann@example.org") == [ANN]
    assert set(ids(shop.facts(), "ann@example")) == {ANN, client("joann@example.org")}


def test_a_whole_e_mail_is_its_owners_or_nobodys(facts):
    """What is written down about ann@ must not end up with somebody whose e-mail is nearly so, or holds it."""
    for query in ("anni@example.org", "nn@example.org", "ann@example.or", " nn@EXAMPLE.org "):
        with pytest.raises(UnknownClient):
            find_one(facts, query)
    with pytest.raises(UnknownClient, match=r"did you mean 'jo@example\.org'"):
        find_one(facts, "joo@example.org")
    assert find_one(facts, "anna@exam") == ANNA  # a part, as nobody writes a whole one


@pytest.mark.parametrize("query", ["1001", "#1001"])
def test_an_order_number_leads_to_its_client(facts, query):
    assert find_one(facts, query) == ZOE


def test_an_order_number_is_matched_whole_and_in_any_case(facts):
    assert find_one(facts, "ab-7") == ANN
    with pytest.raises(UnknownClient):
        find_one(facts, "#100")


def test_an_order_number_of_two_stores_is_ambiguous(facts):
    assert ids(facts, "1002") == [ANNA, JO]


def test_an_order_of_nobody_known_finds_nobody(facts):
    assert ids(facts, "66") == []


@pytest.mark.parametrize("query", ["zoe muller", "ZOË  MÜLLER", "Zoe\u0308 Mu\u0308ller"])
def test_a_full_name_is_known_without_case_accents_and_spaces(facts, query):
    assert find_one(facts, query) == ZOE


def test_a_full_name_goes_before_a_part_of_another(facts):
    # As a part, "ann example" is in no other name; "Anna Example" has "ann" and "example" too.
    assert ids(facts, "ann example") == [ANN]
    assert ids(facts, "example ann") == [ANN, ANNA]


@pytest.mark.parametrize(
    ("query", "expected"), [("mull", [ZOE]), ("jo@", [JO]), ("exam", [ANN, ANNA, JO, ZOE]), ("grosse", [JO])]
)
def test_parts_of_name_or_e_mail_come_after_that(facts, query, expected):
    assert ids(facts, query) == expected


def test_all_words_must_be_found(facts):
    assert ids(facts, "zoe example") == [ZOE]
    assert ids(facts, "zoe anna") == []


@pytest.mark.parametrize("query", ["muler", "mulller", "mullar", "mulelr", "zoe mullre"])
def test_one_slip_is_forgiven_where_nothing_matches_exactly(facts, query):
    assert ids(facts, query) == [ZOE]


@pytest.mark.parametrize("query", ["mular", "zie", "", "  ", "%", "."])
def test_two_slips_or_short_words_or_signs_find_nobody(facts, query):
    expected = [ANN, ANNA, JO, ZOE] if query == "." else []  # every e-mail has a full stop
    assert ids(facts, query) == expected


def test_an_anonymous_client_is_found_by_the_name_it_is_shown_with(facts):
    assert find_one(facts, "anonymous 1042") == client_id_of("n:main:1042")


def test_the_candidates_have_the_name_shown_and_come_by_name(facts):
    found = find_clients(facts, "example.org")
    assert found.columns == ["client_id", "name", "email", "city"]
    assert found["name"].to_list() == ["Ann Example", "Anna Example", "Jo Große", "Zoë Müller"]


def test_an_ambiguous_argument_names_five_candidates_at_most():
    shop = Shop()
    for i in range(7):
        shop.order(f"{i}", i, email=f"c{i}@example.org", name=f"Same Name {i}")
    with pytest.raises(AmbiguousClient) as caught:
        find_one(shop.facts(), "same")
    expected = ", ".join(f"Same Name {i} ({client(f'c{i}@example.org')}, c{i}@example.org)" for i in range(5))
    assert caught.value.message == "7 clients match 'same'"
    assert caught.value.hint == f"name one of them: {expected}, and 2 more"


def test_a_candidate_without_a_name_is_named_by_its_e_mail():
    shop = Shop().order("1", 0, email="same1@example.org").order("2", 0, email="same2@example.org")
    with pytest.raises(AmbiguousClient) as caught:
        find_one(shop.facts(), "same")
    assert "same1@example.org (" in caught.value.hint


def test_a_candidate_with_a_name_as_long_as_a_story_is_told_by_its_beginning():
    shop = (
        Shop().order("1", 0, email="a@x.test", name="Long " * 60).order("2", 1, email="b@x.test", name="Long")
    )
    with pytest.raises(AmbiguousClient) as caught:
        find_one(shop.facts(), "x.test")
    assert f"{'Long ' * 11}Long… ({client('a@x.test')}, a@x.test)" in caught.value.hint


def test_an_unknown_client_says_what_was_asked(facts):
    with pytest.raises(UnknownClient) as caught:
        find_one(facts, "nobody at all")
    assert caught.value.message == "no client matches 'nobody at all'"
    assert caught.value.exit_code == 2


def test_folding_takes_off_accents_and_case():
    assert pl.select(folded(pl.lit("ÀÉÎõü Straße ΆΣ"))).item().replace("ς", "σ") == "aeiou strasse ασ"


@pytest.fixture
def keyed():
    shop = Shop()
    address = "r:zoe müller|road 1||10115|berlin|de"
    details = {"phone_key": "p:+4930123456", "residence_key": address}
    shop.person(source="shopify_orders", email="zoe@example.org", number="7", seen=0, **details)
    return shop.facts()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ZOE@example.org", "e:zoe@example.org"),
        ("main:7", "n:main:7"),
        ("n:main:7", "n:main:7"),
        ("+49 (30) 123-456", "p:+4930123456"),
        ("Zoe Müller, Road 1,  10115, Berlin, DE", "r:zoe müller|road 1||10115|berlin|de"),
    ],
)
def test_a_key_is_named_as_explain_shows_it(keyed, text, key):
    assert find_key(keyed, ZOE, text) == key


@pytest.mark.parametrize("text", ["7", "", "ann@example.org", "30123456", "e:"])
def test_what_is_no_key_of_the_client_is_refused(keyed, text):
    with pytest.raises(UnknownKey, match=f"client {ZOE} has no key"):
        find_key(keyed, ZOE, text)

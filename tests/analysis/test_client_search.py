"""Whom words mean, whatever the accents and typos: the same for `clients QUERY` and for a CLIENT argument."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.analysis.client_list import client_list
from clientlens.analysis.client_lookup import find_clients, find_one
from clientlens.analysis.client_search import _accents, all_matches, first_matches, folded, proposals
from clientlens.errors import UnknownClient

factory = run_path(str(Path(__file__).with_name("factory_h5.py")))
Shop, client, as_of = factory["Shop"], factory["client"], factory["as_of"]

PEOPLE = {
    "zoe": {"name": "Zoë Müller-Großmann", "city": "Köln"},
    "ann": {"name": "Ann O’Brien", "company": "Brien & Söhne GmbH", "city": "São Tomé"},
    "jorgen": {"name": "Jørgen Łukasz Mueller", "city": "København"},
    "francois": {"name": "François  Lefèvre", "city": "Aix-en-Provence"},
    "ekaterina": {"name": "Екатерина Йванова", "city": "Αθήνα"},
    "firm": {"company": "Kerzen König"},
    "nobody": {},
}


@pytest.fixture(scope="module")
def facts():
    shop = Shop()
    for number, (who, details) in enumerate(PEOPLE.items()):
        shop.person(source="plain_csv", profile=True, email=f"{who}@mail.example", street="Road 1", **details)
        shop.order(f"A{number}", number, email=f"{who}@mail.example")
    return shop.facts()


def who(found):
    names = {client(f"{one}@mail.example"): one for one in PEOPLE}
    return sorted(names[client_id] for client_id in found["client_id"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("zoë", ["zoe"]),
        ("ZOE", ["zoe"]),
        ("müller", ["jorgen", "zoe"]),  # Müller and Mueller are one name
        ("mueller", ["jorgen", "zoe"]),
        ("MUELLER-GROSSMANN", ["zoe"]),
        ("muller", ["zoe"]),
        ("großmann", ["zoe"]),
        ("grossmann", ["zoe"]),
        ("grossman", ["zoe"]),  # a part of it, so no typo
        ("koeln", ["zoe"]),
        ("koln", ["zoe"]),
        ("soehne", ["ann"]),
        ("sohne gmbh", ["ann"]),
        ("o'brien", ["ann"]),
        ("O’Brien, Ann", ["ann"]),
        ("sao tome", ["ann"]),
        ("jorgen lukasz", ["jorgen"]),
        ("joergen", ["jorgen"]),
        ("kobenhavn", ["jorgen"]),
        ("francois lefevre", ["francois"]),
        ("provence", ["francois"]),
        ("екатерина", ["ekaterina"]),
        ("ЙВАНОВА", ["ekaterina"]),
        ("αθηνα", ["ekaterina"]),
        ("könig kerzen", ["firm"]),
        ("nobody@", ["nobody"]),
        ("#A2", ["jorgen"]),
        ("a2", ["jorgen"]),
        ("mueller #a2", ["jorgen"]),
        ("mueller a0", ["zoe"]),
        ("mueller a1", []),
        ("mail.example", sorted(PEOPLE)),
    ],
)
def test_a_query_is_compared_without_case_accents_and_umlauts(facts, query, expected):
    found, typos = all_matches(facts, query)
    assert who(found) == expected
    assert typos is (not expected)


def _slips(word):
    """Every way to type a word with one letter wrong, missing, too many, or swapped with the next."""
    for place in range(len(word)):
        yield word[:place] + "x" + word[place + 1 :]
        yield word[:place] + word[place + 1 :]
        yield word[:place] + "x" + word[place:]
        yield word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
    yield word + "x"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("lefevre", "francois"), ("lukasz", "jorgen"), ("kerzen", "firm"), ("екатерина", "ekaterina")],
)
def test_one_slip_in_any_place_is_forgiven(facts, word, expected):
    for typed in set(_slips(word)):
        found, _ = all_matches(facts, typed)
        # What is left of a word may be a part of it, or of another's e-mail; more than one client is never closer.
        assert expected in who(found), typed
        assert who(first_matches(facts, typed)) == who(found), typed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("grosmann", ["zoe"]),
        ("grosmnan", ["zoe"]),  # two slips in a word of eight letters
        ("grosmnax", []),  # three
        ("lfeever", []),  # seven letters may have one
        ("zeo", []),  # three letters say too little
        ("jorgne mueler", ["jorgen"]),
        ("ann brein", ["ann"]),
        ("lefevre@mail.exmaple", []),
        ("francios@mail.example", ["francois"]),
        ("fracnios@mail.exampel", []),
    ],
)
def test_the_longer_a_word_the_more_slips_are_forgiven(facts, query, expected):
    found, typos = all_matches(facts, query)
    assert typos
    assert who(found) == expected


def test_typos_are_forgiven_only_where_nothing_matches_as_it_is_written():
    shop = (
        Shop()
        .order("1", 0, email="a@x.example", name="Anna Meier")
        .order("2", 1, email="b@x.example", name="Bo Meyer")
    )
    assert all_matches(shop.facts(), "meier")[0]["client_id"].to_list() == [client("a@x.example")]
    found, typos = all_matches(shop.facts(), "meiier")
    assert (found["client_id"].to_list(), typos) == ([client("a@x.example")], True)
    both, _ = all_matches(shop.facts(), "mejer")
    assert both.height == 2


def test_the_fewest_slips_come_first():
    shop = Shop()
    for number, name in enumerate(["Wagenknechd", "Wagenknecht", "Wagenknechtt"]):
        shop.order(f"{number}", number, email=f"{name}@x.example".lower(), name=name)
    assert find_clients(shop.facts(), "wagenknect")["name"].to_list() == [
        "Wagenknecht",  # one letter missing
        "Wagenknechd",  # two slips
        "Wagenknechtt",
    ]


def test_a_query_lists_more_than_a_client_argument_takes_but_those_on_top():
    shop = Shop()
    for number, name in enumerate(["Ann Lindt", "Lindt", "Joann Lindtner"]):
        shop.order(f"{number}", number, email=f"c{number}@x.example", name=name)
    facts = shop.facts()
    assert find_one(facts, "lindt") == client("c1@x.example")
    rows = client_list(facts, query="lindt", as_of=as_of(), completed_when="paid").rows
    assert rows["name"].to_list() == ["Lindt", "Ann Lindt", "Joann Lindtner"]


def test_a_list_with_typos_forgiven_says_so(facts):
    answer = client_list(facts, query="lefevrr", as_of=as_of(), completed_when="paid")
    assert answer.rows["name"].to_list() == ["François  Lefèvre"]
    assert answer.notes == ("nothing matches 'lefevrr' as it is written: with typos forgiven",)


def test_who_finds_nobody_is_asked_whether_somebody_alike_was_meant(facts):
    answer = client_list(facts, query="Kerze Konrad", as_of=as_of(), completed_when="paid")
    assert answer.rows.is_empty()
    assert answer.notes == ("nothing matches 'Kerze Konrad'; did you mean 'Kerzen König'?",)
    with pytest.raises(
        UnknownClient, match=r"no client matches 'Kerze Konrad'; did you mean 'Kerzen König'\?"
    ):
        find_one(facts, "Kerze Konrad")
    assert proposals(facts, "q") == []


@pytest.mark.parametrize("query", [",", " ; ", "\x1f", "%", "\\", "[", "(?i)", "#", "@"])
def test_signs_are_no_patterns(facts, query):
    found, _ = all_matches(facts, query)
    assert found.height == (len(PEOPLE) if query == "@" else 0)


names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp")),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip(" ,;#\u00a0").strip() == text and text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(names, min_size=1, max_size=4, unique=True))
def test_every_client_is_found_by_its_own_name(found_names):
    shop = Shop()
    for number, name in enumerate(found_names):
        shop.person(source="plain_csv", profile=True, email=f"c{number}@x.example", name=name)
    facts = shop.facts()
    for number, name in enumerate(found_names):
        mine = client(f"c{number}@x.example")
        assert mine in first_matches(facts, name)["client_id"].to_list()
        assert mine in all_matches(facts, name)[0]["client_id"].to_list()


def test_the_quick_way_to_take_accents_off_gives_what_the_whole_one_gives():
    letters = pl.DataFrame({"letter": list(_accents()), "quick": list(_accents().values())})
    assert letters.filter(folded(pl.col("letter")) != pl.col("quick")).is_empty()
    assert len(_accents()) > 300

"""Shopify customers, in every layout."""

from __future__ import annotations

import pytest

from clientlens.errors import BadHeader
from clientlens.model.tables import PEOPLE
from clientlens.sources.reading import read_all

NEW = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
).split(",")
OLD = (
    "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,Province Code,Country,"
    "Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Tags,Note,Tax Exempt"
).split(",")
OLDEST = [
    n.replace("Accepts Email Marketing", "Accepts Marketing") for n in OLD if n != "Accepts SMS Marketing"
]
VALUES = {
    "Customer ID": "'7662672412994", "First Name": "Ann", "Last Name": "Arbor", "Email": "Ann@Example.com",
    "Company": "Wax", "Address1": "Via Roma 1", "City": "Bolzano", "Province": "Bolzano", "Province Code": "BZ",
    "Country": "Italy", "Country Code": "IT", "Zip": "'39100", "Phone": "'+39 340 1234567", "Total Spent": "9.00",
    "Total Orders": "1", "Accepts Email Marketing": "yes", "Accepts Marketing": "yes", "Accepts SMS Marketing": "no",
    "Tax Exempt": "no",
}  # fmt: skip
VALUES |= {f"Default Address {key}": value for key, value in VALUES.items() if key != "Phone"}


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        (NEW, 20),
        ([*NEW, "Accepts WhatsApp Marketing"], 21),
        (OLD, 20),
        (["Customer ID", *OLD], 21),
        (OLDEST, 19),
    ],
)
def test_every_layout_gives_the_same_person(read, columns, count):
    assert len(columns) == count
    batch = read([VALUES], columns=columns)
    assert batch.people.schema == PEOPLE.schema
    person = batch.people.row(0, named=True)
    assert (person["person_key"], person["name"], person["accepts_email"]) == (
        "e:ann@example.com",
        "Ann Arbor",
        True,
    )
    assert (person["street"], person["postcode"], person["province"], person["country"]) == (
        "Via Roma 1",
        "39100",
        "BZ",
        "IT",
    )
    assert (person["phone_key"], person["company"]) == ("p:+393401234567", "Wax")
    assert person["number_key"] == ("n:main:7662672412994" if "Customer ID" in columns else None)
    assert person["is_profile"] is True
    assert (person["seen_at"], person["joined_at"], person["first_order_at"]) == (None, None, None)


def test_a_person_without_any_key_is_set_aside(read):
    nobody = {"First Name": "Bo", "Phone": "-"}
    batch = read([VALUES, nobody], columns=OLD)
    assert (batch.people_rows, batch.rows_set_aside) == (1, 1)
    assert batch.problems[0].line == 3


def test_a_flag_that_is_no_word_is_set_aside(read):
    batch = read([VALUES, {**VALUES, "Accepts Email Marketing": "ja"}], columns=NEW)
    assert [(p.line, p.column, p.value) for p in batch.problems] == [(3, "Accepts Email Marketing", "ja")]


def test_the_phone_of_the_address_stands_in(read):
    row = {**VALUES, "Phone": "-", "Default Address Phone": "340 7654321", "Email": "", "Customer ID": ""}
    assert read([row], columns=NEW).people["person_key"].to_list() == ["p:+393407654321"]


def test_numbers_that_a_spreadsheet_destroyed_are_missing_and_said(read):
    batch = read(
        [{**VALUES, "Customer ID": "7.02255E+12", "Phone": "3.9E+11"}], columns=["Customer ID", *OLD]
    )
    assert batch.people.select("number_key", "phone_key", "phone").row(0) == (None, None, None)
    assert len([note for note in batch.notes if "destroyed" in note]) == 2


def test_another_table_is_not_taken_for_customers(write, shop):
    with pytest.raises(BadHeader, match="'Email'"):
        read_all([write("x,y\n1,2\n")], shop.options, source="shopify_customers")

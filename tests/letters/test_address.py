"""Postal addresses: a table worked out by hand from what the postal services write, what is missing, keys."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.letters.address import ClientAddress, addressed
from clientlens.letters.countries import country_code, country_language


def of(*parts, home="DE", lines=6):
    """Name, company, street, street2, postcode, city, province, country."""
    return addressed(ClientAddress(*parts), home=home, language=country_language(home), most_lines=lines)


ERIKA = ("Erika Mustermann", None, "Heidestraße 17", None, "51147", "Köln", None, "DE")
TABLE = [
    ("DE", ERIKA, "Erika Mustermann/Heidestraße 17/51147 Köln"),
    ("DE", (*ERIKA[:7], None), "Erika Mustermann/Heidestraße 17/51147 Köln"),
    ("DE", (*ERIKA[:4], "D-51147", "51147 Köln", "NW", "Deutschland"), "Erika Mustermann/Heidestraße 17/51147 Köln"),
    ("DE", ("Erika M.", "Muster GmbH", "Weg 1", "c/o Ott", "'01067", "Dresden", None, "Germany"), "Muster GmbH/Erika M./c_o Ott/Weg 1/01067 Dresden"),
    ("DE", ("Muster GmbH", "MUSTER GMBH", "Postfach 1234", None, "10115", "Berlin", None, "DEU"), "MUSTER GMBH/Postfach 1234/10115 Berlin"),
    ("DE", ("Ute Ott", None, "Lange Straße", "12 a", "10115", "Berlin", None, "de"), "Ute Ott/Lange Straße 12 a/10115 Berlin"),
    ("AT", ERIKA, "Erika Mustermann/Heidestraße 17/51147 KÖLN/DEUTSCHLAND"),
    ("DE", ("Franz Huber", None, "Mariahilfer Straße 45", "Top 7", "A-1060", "Wien", None, "Österreich"), "Franz Huber/Top 7/Mariahilfer Straße 45/1060 WIEN/ÖSTERREICH"),
    ("DE", ("Urs Zürcher", None, "Bahnhofstrasse 3", None, "CH-8001", "Zürich", "ZH", "Suisse"), "Urs Zürcher/Bahnhofstrasse 3/8001 ZÜRICH/SCHWEIZ"),
    ("FR", ("Urs Zürcher", None, "Bahnhofstrasse 3", None, "8001", "Zürich", None, "CH"), "Urs Zürcher/Bahnhofstrasse 3/8001 ZÜRICH/SUISSE"),
    ("FR", ("Léa Blanc", None, "10 rue de l'Église", None, "75001", "Paris", None, "FR"), "Léa Blanc/10 rue de l'Église/75001 PARIS"),
    ("DE", ("Léa Blanc", None, "10 rue Haute", None, "75 001", "Paris", None, "Frankreich"), "Léa Blanc/10 rue Haute/75001 PARIS/FRANKREICH"),
    ("IT", ("Ada Rossi", None, "Via Roma 1", None, "20019", "Settimo Milanese", "Milano", "Italia"), "Ada Rossi/Via Roma 1/20019 SETTIMO MILANESE MI"),
    ("DE", ("Ada Rossi", None, "Via Roma 1", None, "00184", "Roma", None, "IT"), "Ada Rossi/Via Roma 1/00184 ROMA RM/ITALIEN"),
    ("DE", ("Jan de Wit", None, "Keizersgracht 1", None, "1015cj", "Amsterdam", "NH", "Nederland"), "Jan de Wit/Keizersgracht 1/1015 CJ AMSTERDAM/NIEDERLANDE"),
    ("DE", ("Luc Maes", None, "Wetstraat 16", None, "B-1000", "Brussel", None, "België"), "Luc Maes/Wetstraat 16/1000 BRUSSEL/BELGIEN"),
    ("DE", ("Bo Lund", None, "Vestergade 2", "st. tv.", "8000", "Aarhus C", None, "DK"), "Bo Lund/st. tv./Vestergade 2/8000 AARHUS C/DÄNEMARK"),
    ("DE", ("Åsa Berg", None, "Storgatan 5", None, "SE-11122", "Stockholm", None, "Sverige"), "Åsa Berg/Storgatan 5/111 22 STOCKHOLM/SCHWEDEN"),
    ("DE", ("Jan Żak", None, "ul. Długa 4", None, "00950", "Warszawa", None, "Polska"), "Jan Żak/ul. Długa 4/00-950 WARSZAWA/POLEN"),
    ("DE", ("Eva Sanz", None, "Calle Mayor 1", "2º B", "28013", "Madrid", "M", "España"), "Eva Sanz/2º B/Calle Mayor 1/28013 MADRID/SPANIEN"),
    ("GB", ("Jane Doe", None, "10 Mill Lane", "Headington", "ox37bw", "Oxford", "Oxfordshire", "United Kingdom"), "Jane Doe/10 Mill Lane/Headington/OXFORD/OX3 7BW"),
    ("DE", ("Jane Doe", None, "10 Mill Lane", None, "OX3 7BW", "Oxford", None, "England"), "Jane Doe/10 Mill Lane/OXFORD/OX3 7BW/VEREINIGTES KÖNIGREICH"),
    ("GB", ("Ann Ray", None, "1 Quay St", None, None, "Cobh", "Co. Cork", "IE"), "Ann Ray/1 Quay St/COBH/CO. CORK/IRELAND"),
    ("US", ("John Doe", None, "1 Main St", "Apt 4B", "100011234", "New York", "New York", "US"), "John Doe/1 Main St/Apt 4B/NEW YORK NY 10001-1234"),
    ("DE", ("John Doe", None, "1 Main St", None, "94043", "Mountain View", "CA", "USA"), "John Doe/1 Main St/MOUNTAIN VIEW CA 94043/VEREINIGTE STAATEN VON AMERIKA"),
    ("US", ("Zoé Roy", None, "12 rue X", None, "k1a0b1", "Ottawa", "Ontario", "Canada"), "Zoé Roy/12 rue X/OTTAWA ON K1A 0B1/CANADA"),
    ("GB", ("Kim Lee", None, "2 Bay Rd", None, "2000", "Sydney", "New South Wales", "Australia"), "Kim Lee/2 Bay Rd/SYDNEY NSW 2000/AUSTRALIA"),
    ("DE", ("Rin Sato", None, "1-1 Chiyoda", None, "1000001", "Chiyoda-ku", "Tokyo", "Japan"), "Rin Sato/1-1 Chiyoda/CHIYODA-KU, TOKYO 100-0001/JAPAN"),
    ("DE", ("Ng Wai", None, "8 Pier Rd", None, None, "Kowloon", None, "HK"), "Ng Wai/8 Pier Rd/KOWLOON/HONGKONG"),
    ("DE", ("Ona Ozola", None, "Brīvības 1", None, "LV-1010", "Rīga", None, "Latvia"), "Ona Ozola/Brīvības 1/RĪGA, LV-1010/LETTLAND"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("home", "parts", "lines"), TABLE, ids=[f"{home}-{lines}" for home, _, lines in TABLE]
)
def test_an_address_is_written_as_its_country_writes_it(home, parts, lines):
    found = of(*parts, home=home)
    assert (found.faults, [line.replace("/", "_") for line in found.lines]) == ((), lines.split("/"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": None}, ("no name",)),
        ({"name": "\u200b - "}, ("no name",)),
        ({"street": " ", "city": None}, ("no street", "no town")),
        ({"postcode": None}, ("no postcode",)),
        ({"postcode": "1067"}, ("its postcode is none of DE",)),
        ({"country": "Narnia"}, ("its country is not known",)),
        ({"name": "Eve\u202etxt.exe"}, ("name has characters that cannot be printed",)),
        ({"city": "Kö\x1bln"}, ("city has characters that cannot be printed",)),
    ],
)
def test_what_an_address_lacks_is_named_without_a_word_of_it(change, told):
    parts = dict(zip(ClientAddress.__slots__, ERIKA, strict=True)) | change
    found = of(*parts.values())
    assert (found.lines, found.faults) == ((), told)


def test_an_address_of_more_lines_than_the_window_takes_is_not_cut():
    parts = ("John Doe", "Doe Inc.", "1 Main St", "Apt 4B", "94043", "Mountain View", "CA", "US")
    assert of(*parts).lines == ("Doe Inc.", "John Doe", "1 Main St", "Apt 4B", "MOUNTAIN VIEW CA 94043", "VEREINIGTE STAATEN VON AMERIKA")  # fmt: skip
    assert of(*parts, lines=5).faults == ("it has 6 lines, and the window takes 5",)


def test_a_street_without_a_number_is_told_and_taken():
    found = of("Ute Ott", None, "Schloss Neuschwanstein", None, "87645", "Schwangau", None, "DE")
    assert (len(found.lines), found.notes) == (3, ("its street has no number",))


def test_countries_are_known_by_code_and_by_name():
    named = {"de": "DE", "DEU": "DE", "UK": "GB", "Tschechien": "CZ", "CZECH REPUBLIC": "CZ", "Autriche": "AT", "ITALIA": "IT", "Türkei": "TR", "Tuerkei": "TR", "U.S.A.": "US", "Holland": "NL", "Côte d’Ivoire": "CI", "XX": None, "EU": None}  # fmt: skip
    assert {name: country_code(name) for name in named} == named


TEXT = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["Ä b 1", "10115", "\u202e", "\n\n", "a\nb", "-", "\ud800", "é", "x" * 300]),
)
COUNTRY = st.one_of(
    st.none(), st.sampled_from(["DE", "IT", "US", "GB", "IE", "JP", "LV", "AE", "TR", "Narnia"])
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.tuples(*[TEXT] * 7, COUNTRY), st.sampled_from(["DE", "US"]), st.integers(2, 6))
def test_whatever_a_file_says_lines_are_full_few_and_printable_or_faults_say_why(parts, home, most):
    found = of(*parts, home=home, lines=most)
    assert bool(found.lines) != bool(found.faults)
    assert len(found.lines) <= most
    for line in found.lines:
        assert line == line.strip() == unicodedata.normalize("NFC", line) != ""
        assert not any(unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for one in line)
    assert not found.lines or len(found.lines) >= 3

"""Names and addresses as they are compared."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.model.postal import household, household_expr, residence, residence_expr

TEXT = st.none() | st.text(max_size=20)


def test_one_address_is_the_same_however_it_is_written() -> None:
    plain = residence("René Müller", "Große Hauptstraße 5", "10115", "Berlin")
    assert plain == "muller rene|grosse hauptstr 5|10115"
    assert residence("MUELLER, Rene", "Grosse Hauptstr. 5", "10 115", "Berlin-Mitte") == plain
    assert residence("Rene Muller", "große  hauptstrasse 5", "10115", None) == plain
    assert residence("René Müller", "Große Haupt Straße 5", "D-10115", "Berlin") == plain
    assert residence("René Müller", "Große Haupt Straße 5", "DE 10115", "Berlin") == plain


@pytest.mark.parametrize(
    "other",
    [
        ("Renate Müller", "Große Hauptstraße 5", "10115", "Berlin"),
        ("René Müller", "Große Hauptstraße 15", "10115", "Berlin"),
        ("René Müller", "Große Hauptstraße 5", "10117", "Berlin"),
    ],
)
def test_another_person_street_or_postcode_is_another_residence(other: tuple[str, str, str, str]) -> None:
    assert residence(*other) != residence("René Müller", "Große Hauptstraße 5", "10115", "Berlin")


def test_without_name_street_or_place_there_is_no_residence() -> None:
    assert residence(None, "Ring 1", "10115", "Berlin") is None
    assert residence("Ann", " . ", "10115", "Berlin") is None
    assert residence("Ann", "Ring 1", None, "-") is None
    assert residence("Ann", "Ring 1", None, "Cork") == "ann|ring 1|cork"


def test_a_flat_makes_another_household_and_a_name_does_not() -> None:
    assert household("Ring 1", "Flat 2", "10115", "Berlin") != household("Ring 1", None, "10115", "Berlin")
    assert household("Ring 1", " ", "10115", "Berlin") == household("ring 1", None, "10115", None)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=5))
def test_a_column_of_addresses_gives_what_each_gives_alone(rows: list[tuple[str | None, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=dict.fromkeys("abcd", pl.String), orient="row")
    columns = [pl.col(name) for name in "abcd"]
    found = frame.select(residence_expr(*columns).alias("r"), household_expr(*columns).alias("h"))
    assert found.rows() == [(residence(*row), household(*row)) for row in rows]

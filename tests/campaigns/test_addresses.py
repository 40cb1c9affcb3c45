"""Many addresses are checked as one is."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.campaigns.addresses import address_check
from clientlens.letters.address import ClientAddress, addressed

WORDS = st.sampled_from(
    [None, "", "Jo", "Straße 5", "5", "N/A", "-", "a\x00b", "Ö’Neil & Co.", "\u202eJo", "Bozen"]
)
ROWS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("name", "company", "street", "street2", "city"), WORDS),
        "postcode": st.sampled_from([None, "39100", "3910", "SW1A 1AA"]),
        "province": st.sampled_from([None, "BZ", "Bozen", "Kent"]),
        "country": st.sampled_from([None, "IT", "GB", "IE", "Italien", "Atlantis"]),
    }
)
SCHEMA = dict.fromkeys(
    ("name", "company", "street", "street2", "city", "postcode", "province", "country"), pl.String
)


@settings(deadline=None)
@given(st.lists(ROWS, max_size=30), st.integers(2, 6))
def test_an_address_is_whole_among_many_exactly_if_it_is_alone(rows, most_lines):
    check = address_check(home="IT", language="de", most_lines=most_lines)
    found = check(pl.DataFrame(rows, schema=SCHEMA)).to_list()
    alone = [
        addressed(ClientAddress.of(row), home="IT", language="de", most_lines=most_lines).faults
        for row in rows
    ]
    assert [bool(one) for one in found] == [bool(one) for one in alone]
    for told, faults in zip(found, alone, strict=True):
        assert told in {None, "no address", ", ".join(faults)}

"""The one name a client is shown with."""

from __future__ import annotations

import polars as pl
import pytest

from clientlens.analysis.client_names import shown_name


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({"name": "Ann", "company": "Wax Ltd"}, "Ann"),
        ({"company": "Wax Ltd"}, "Wax Ltd"),
        ({"company": "Wax Ltd", "anonymous": True}, "Wax Ltd"),
        ({"anonymous": True, "source_number": "1042"}, "Anonymous 1042"),
        ({"anonymous": True}, "Anonymous abcd"),
        ({"source_number": "1042"}, None),  # an e-mail or phone says more than a number
    ],
)
def test_a_client_is_shown_with_the_best_that_is_known(known, shown):
    row = {
        "client_id": "abcdefghijkl",
        "name": None,
        "company": None,
        "source_number": None,
        "anonymous": False,
        **known,
    }
    schema = {name: pl.Boolean if name == "anonymous" else pl.String for name in row}
    assert pl.DataFrame([row], schema=schema).select(shown_name()).to_dict(as_series=False) == {
        "name": [shown]
    }

from __future__ import annotations

import pytest

from clientlens.requests.checklist import missing

WANTED = ("Brand name", "Colours?", "Size")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Brand name: ACME\nColours: red\nSize: A4", []),
        ("brand NAME acme; colours red; size A4", []),
        ("The size is A4, the brand  name is ACME, and the colours are up to you", []),
        ("Brand name:\nACME\nColours?\nred\nSize =\n A4", []),
        ("Brand name: \nColours: red\nSize: A4", ["Brand name"]),
        ("Brand name: ACME\nColours: ???\nSize", ["Colours?", "Size"]),
        ("Brand name\nACME", ["Brand name", "Colours?", "Size"]),  # no sign leads to the next line
        ("Brandname: ACME, sizes: A4", ["Brand name", "Colours?", "Size"]),  # other words
        ("Colours: ; Size: A4", ["Brand name", "Colours?"]),
        ("Size: \n\nSize: A4", ["Brand name", "Colours?"]),  # asked twice, answered once
        ("", ["Brand name", "Colours?", "Size"]),
        (None, ["Brand name", "Colours?", "Size"]),
    ],
)
def test_an_item_is_answered_where_something_follows_it(text, left):
    assert missing(WANTED, text) == left

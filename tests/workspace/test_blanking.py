"""What is blanked of people who are forgotten in what was written about others, and what is not."""

from __future__ import annotations

import pytest

from clientlens.workspace.blanking import Blanking, words_of

WORDS = words_of(["o'hara@example.org", "mara@example.org", "+49 351 5559731", "12345", "Ring 1234567", None])
BLANKING = Blanking({"e:mara@example.org"}, WORDS, {"u3bi4moptkr7"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("email = 'MARA@example.org' or spend > 5", "email = '[forgotten]' or spend > 5"),
        ("knows o'hara@example.org. Call", "knows [forgotten]. Call"),
        ("mara@example.org.Next", "[forgotten].Next"),
        ("key e:mara@example.org 3", "key e:[forgotten] 3"),
        ("xmara@example.org, mara@example.orgs", None),
        ("+49 (0)351 / 555 97 31, 0351-5559731 or 555 97 31", "[forgotten], [forgotten] or [forgotten]"),
        ("030 1234567 0351 5559731 2026-03-01", "030 1234567 [forgotten] 2026-03-01"),
        ("25559731, 55597310, order 12345, Ring 1234567", None),
        ("id u3bi4moptkr7", "id [forgotten]"),
        ("a5559731 and u3bi4moptkr7x", None),
    ],
)
def test_whole_addresses_numbers_and_ids_are_blanked_and_longer_ones_are_not(text, left):
    assert BLANKING.value({"a": [text, 1, None]}) == {"a": [text if left is None else left, 1, None]}


def test_a_text_that_is_a_key_is_blanked_whole():
    assert BLANKING.value(["e:mara@example.org"]) == ["[forgotten]"]

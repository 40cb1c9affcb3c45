"""Layouts and print services: figures of the carriers' sheets, what each pair gives, files with slips."""

from __future__ import annotations

from importlib import resources

import pytest

from clientlens.errors import BadLayout, LayoutNotTaken, UnknownLayout, UnknownProvider
from clientlens.letters.layout import Rect
from clientlens.letters.layoutfiles import (
    geometry_named,
    layout_from,
    layout_named,
    layout_names,
    provider_from,
    provider_named,
    provider_names,
)


@pytest.mark.parametrize(
    ("layout", "window", "folds"),
    [
        # KOMA-Script's DIN, DINmtext, SN, SNleft, NF and US commercial envelope files.
        ("din5008-b", (20, 45, 85, 45), (105, 210)),
        ("din5008-a", (20, 27, 85, 45), (87, 192)),
        ("swiss-right", (112, 45, 90, 45), (105, 210)),
        ("swiss-left", (20, 35.5, 100, 45), (105, 210)),
        ("france", (100, 35, 100, 45), (99, 198)),
        ("us-10", (12.7, 57.2, 101.6, 25.4), (93.1, 186.3)),
    ],
)
def test_windows_and_folds_are_those_of_the_envelopes(layout, window, folds):
    found = layout_named(layout)
    assert (found.window, found.folds) == (Rect(*window), folds)
    assert found.page == (Rect(0, 0, 215.9, 279.4) if layout == "us-10" else Rect(0, 0, 210, 297))


TAKEN = {
    "none": set(layout_names()),
    "epost": {"din5008-b"},
    "letterxpress": {"din5008-a", "din5008-b", "swiss-left"},
    "pingen": {"din5008-b", "swiss-left"},
}


def test_which_service_takes_which_layout_is_known_and_every_other_pair_is_refused():
    taken = {name: set() for name in provider_names()}
    for provider in provider_names():
        for layout in layout_names():
            try:
                geometry_named(layout, provider)
            except LayoutNotTaken:
                continue
            taken[provider].add(layout)
    assert taken == TAKEN


def test_epost_moves_the_address_below_its_franking_and_the_text_below_105():
    found = geometry_named("din5008-b", "epost")
    assert (found.address, found.type.most_lines, found.type.leading) == (Rect(25, 66, 80, 24), 6, 3.9)
    assert found.return_line == Rect(25, 45, 80, 8)
    assert (found.body.y, found.marks, found.printable) == (105, (), Rect(12, 7, 195.5, 283))


def test_pingen_has_no_room_for_a_sender():
    found = geometry_named("din5008-b", "pingen")
    assert (found.address, found.type.most_lines, found.return_line) == (Rect(25, 60, 80, 25.5), 6, None)
    assert found.most_bytes == 8_000_000


def test_five_lines_fill_the_common_ground_of_the_german_services():
    # y 66 to 85.5: 3.4 to the first baseline, four times 3.9, 0.9 below the last: 19.9; ink of capitals without accents
    # begins 0.9 lower.
    both = geometry_named("din5008-b", "epost").address.within(geometry_named("din5008-b", "pingen").address)
    assert both == Rect(25, 66, 80, 19.5)
    assert geometry_named("din5008-b", "epost").type.needed(5) == pytest.approx(19.9)


def test_a_refused_pair_says_why_and_what_is_taken():
    with pytest.raises(LayoutNotTaken) as caught:
        geometry_named("france", "epost")
    assert caught.value.message == "epost cannot send letters of the layout france: its window is elsewhere"
    assert caught.value.hint == "it takes din5008-b"
    with pytest.raises(LayoutNotTaken, match="it is for Letter paper, not A4"):
        geometry_named("us-10", "pingen")


def test_a_wrong_name_is_told_with_the_one_that_may_be_meant():
    with pytest.raises(UnknownLayout, match="no layout is called 'din5008'; did you mean 'din5008-b'"):
        layout_named("din5008")
    with pytest.raises(UnknownProvider, match="no print service is called 'e-post'; did you mean 'epost'"):
        provider_named("e-post")
    with pytest.raises(UnknownLayout):
        layout_named("../providers/epost")


def test_everything_wrong_in_a_file_is_told_at_once():
    text = resources.files("clientlens.letters").joinpath("layouts", "din5008-b.toml").read_text("utf-8")
    slips = text.replace("window = [20", "window = [-20").replace("size_pt = 10", "size_pt = 9").replace("info", "infos")  # fmt: skip
    with pytest.raises(BadLayout) as caught:
        layout_from(slips, "mine")
    assert caught.value.faults == (
        "unknown key 'infos'",
        "window is a list of 4 lengths in mm",
        "size_pt is a size of type from 10 to 12",
        "info is a list of 4 lengths in mm",
    )
    misplaced = text.replace("info = [125, 50, 75, 44]", "info = [100, 50, 75, 60]")
    with pytest.raises(BadLayout, match="window and info overlap; info and body overlap"):
        layout_from(misplaced, "mine")
    with pytest.raises(BadLayout, match=r"mine\.toml: not TOML"):
        provider_from("title =", "mine")
    with pytest.raises(BadLayout, match="papers is a list of A4 or Letter"):
        provider_from('title = "x"\npapers = ["A5"]\nmargins = [1, 1, 1, 1]', "mine")

"""How named clients are drawn: two panels each, with what the figures rest on and what to do with them."""

from __future__ import annotations

import pytest

BOTH_SHOPS = "theodelaroche-vernet@mail.example"
LANTERN = "svenja64@inbox.example.com"
STRANGER = "wren.hollis@example.net"
NO_REVIEW = "wyatt.yarrowby43@inbox.example.com"


@pytest.fixture
def drawn(reviewed, program):
    """`drawn("insights", CLIENT)`, as of the sample's last day."""

    def call(*words, **kwargs):
        told = program("-w", reviewed, "--as-of", "2026-10-31", "insights", *words, **kwargs)
        assert told.code == 0, told.stderr
        return told

    return call


def row_of(told, label, panel="With you"):
    """The cells of a row of a panel."""
    lines = told.lines
    start = next(n for n, line in enumerate(lines) if line.startswith(panel))
    return next(line for line in lines[start:] if line.startswith(label))[len(label) :].split()


def test_one_client_has_two_panels_with_both_windows(drawn):
    told = drawn(LANTERN)
    assert told.lines[0] == "Client insights as of 2026-10-31"
    assert told.lines[1:3] == ["Svenja Birkholz", LANTERN]
    panels = [line for line in told.lines if line.startswith(("With you", "Platform"))]
    assert panels == ["With you  amounts in EUR", "Platform"]
    heads = [line.split() for line in told.lines if line.strip().startswith("all time")]
    assert heads == [["all", "time", "last", "60", "days"]] * 2


def test_both_panels_are_full_for_somebody_in_both_shops(drawn):
    told = drawn(BOTH_SHOPS, "--no-hints")
    platform = told.text[told.text.index("\nPlatform") :]
    labels = (
        *("orders reviewed", "rating", "price from", "price to", "last review", "prefers"),
        *("repeat orders", "completion", "experience"),
    )
    for label in labels:
        assert row_of(told, label, "Platform"), label
    assert platform.count("high") == 2


def test_figures_of_the_other_scope_are_not_drawn(drawn):
    own, platform = drawn(LANTERN, "--no-hints").text.split("\nPlatform")
    assert not any(label in own for label in ("price from", "repeat orders", "completion "))
    assert not any(label in platform for label in ("tips", "average price", "completed  "))


def test_a_figure_that_is_not_known_has_an_empty_cell_and_no_hint(drawn):
    told = drawn(STRANGER)
    assert "With you" not in told.text
    assert row_of(told, "price from", "Platform") == []
    assert told.lines[-1] == "1 client on the platform alone: no order ever completed with you"


def test_of_somebody_without_a_review_only_what_similar_clients_do_is_drawn(drawn):
    platform = drawn(NO_REVIEW).text.split("\nPlatform")[1]
    assert "orders reviewed  " in platform
    assert "last review" not in platform
    assert "no review; " in platform


def test_the_basis_stands_below_each_panel(drawn):
    told = drawn(BOTH_SHOPS)
    assert (
        "basis, all time, EUR: 15 completed orders, 0 cancelled; price known of 15, tip in 0, stars for 8, "
        "preferred in 8" in told.lines
    )
    assert (
        "basis, all time: 12 reviews, stars in 12, 3 sellers, 3 more than once, preferred in 3; 9 clients of yours alike "
        "in service and experience, prices in USD of 9, 71 of 73 orders completed" in told.lines
    )


def test_hints_can_be_left_out(drawn):
    assert "sees orders through" in drawn(LANTERN).text
    assert "sees orders through" not in drawn(LANTERN, "--no-hints").text
    assert drawn(LANTERN, "--json").stdout == drawn(LANTERN, "--json", "--no-hints").stdout


@pytest.mark.parametrize("client", [BOTH_SHOPS, LANTERN, STRANGER, NO_REVIEW])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_lost(drawn, client, width):
    told = drawn(client, tty=True, width=width, environment={"NO_COLOR": "1"})
    assert max(map(len, told.lines)) <= width
    wide = drawn(client).text
    for word in set(wide.split()) - {"─" * len(word) for word in wide.split()}:
        if any(letter.isdigit() for letter in word):
            assert word in told.text


def test_hints_stand_beside_their_figures_where_there_is_room_and_below_where_not(drawn):
    beside = drawn(LANTERN, tty=True, width=100, environment={"NO_COLOR": "1"})
    assert any(
        line.startswith("completed ") and line.endswith("sees orders through") for line in beside.lines
    )
    below = drawn(LANTERN, tty=True, width=50, environment={"NO_COLOR": "1"})
    assert "completed      sees orders through" in below.lines


def test_several_clients_are_drawn_one_below_the_other(drawn):
    lines = drawn(LANTERN, STRANGER).lines
    assert lines.index(LANTERN) < lines.index("With you  amounts in EUR") < lines.index(STRANGER)
    assert lines.count("Platform") == 2


def test_colours_are_there_for_a_terminal_alone(drawn):
    assert "\x1b[" in drawn(LANTERN, tty=True, environment={"TERM": "xterm"}).text
    assert "\x1b[" not in drawn(LANTERN).text


def test_everyone_on_the_platform_has_headers_of_reviews(drawn):
    told = drawn("--scope", "platform", "--limit", "3")
    assert told.lines[0].startswith("Client insights on the platform, all time, as of 2026-10-31")
    assert told.lines[1].split()[:4] == ["client", "email", "reviews", "rating"]
    assert {row["scope"] for row in drawn("--scope", "platform", "--json").json} == {"platform"}


def test_both_scopes_of_everyone_say_which_is_which(drawn):
    rows = drawn("--scope", "both").text
    assert "with_you" in rows
    assert "platform" in rows


def test_thresholds_come_from_the_settings(drawn):
    def told(**environment):
        (row,) = drawn(
            BOTH_SHOPS, "--scope", "platform", "--window", "all", "--json", environment=environment
        ).json
        return row["price_low"], row["repeat_order_rate"], row["completion_level"], row["experience"]

    low, *others = told()
    assert (low is not None, others) == (True, ["high", "high", "experienced"])
    assert told(CLIENTLENS_INSIGHTS_SIMILAR_CLIENTS="1000") == (None, "high", None, "experienced")
    assert told(CLIENTLENS_INSIGHTS_REPEAT_SELLERS="4")[1] is None
    assert told(CLIENTLENS_INSIGHTS_REPEAT_PERCENT="90")[1] is None
    assert told(CLIENTLENS_INSIGHTS_COMPLETION_PERCENT="99")[2] is None
    assert told(CLIENTLENS_INSIGHTS_NOVICE_BELOW="1000")[3] == "novice"


def test_a_window_without_orders_does_not_make_a_stranger_of_a_client(drawn):
    told = drawn(LANTERN, "--window", "2024-01-01..2024-01-01")
    assert row_of(told, "orders") == "0 knows you: build on it".split()
    assert row_of(told, "orders reviewed", "Platform") == ["0"]
    assert "nothing known: ask, do not guess" in drawn(NO_REVIEW).text

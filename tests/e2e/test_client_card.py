"""`clientlens client`: each figure is that of the command it comes from, and the answer is what the schema says."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import jsonschema
import pytest

NAMED = ("gideon_juniper@example.com", "scarlett@example.org", "formula@example.com")


@pytest.fixture(scope="module", params=[*NAMED, "HB1001"])
def who(request):
    return request.param


@pytest.fixture
def card(shown, who):
    return shown("client", who, "--all", "--json").json


def test_the_insights_are_those_of_insights(shown, who, card):
    assert card["insights"] == shown("insights", who, "--json").json


def test_the_figures_are_those_of_metrics_scores_among_all_clients_included(shown, who, card):
    (row,) = shown("metrics", who, "--json").json
    assert card["figures"] == {name: row[name] for name in card["figures"]}


def test_the_history_is_that_of_orders(shown, who, card):
    assert card["orders"] == shown("orders", who, "--all", "--json").json
    assert card["history_length"] == len(card["orders"])
    lines = shown("client", who, "--lines", "--json").json
    assert lines["orders"] == shown("orders", who, "--lines", "--json").json


def test_the_details_spending_groups_and_points_are_those_of_clients(shown, card):
    rows = shown("clients", card["client_id"], "--json").json
    for name in ("name", "email", "phone", "anonymous", "joined_at", "points"):
        assert card[name] == rows[0][name], name
    assert [one["group"] for one in card["groups"]] == rows[0]["groups"]
    spent = {
        row["currency"]: (row["completed_orders"], row["total_spend"]) for row in rows if row["currency"]
    }
    assert {
        one["currency"]: (one["completed_orders"], one["total_spend"]) for one in card["spending"]
    } == spent
    abandoned = [one for one in card["checkouts"] if one["status"] != "repeated"]
    assert len(abandoned) == rows[0]["abandoned_checkouts"]


def test_the_checkouts_are_those_of_checkouts(shown, card):
    rows = shown("checkouts", "--json").json
    assert card["checkouts"] == [row for row in rows if row["client_id"] == card["client_id"]]


def test_the_months_add_up_to_the_orders_of_two_years(card):
    since = card["months"][0]["month"]
    done = [one for one in card["orders"] if one["status"] == "completed" and one["placed_at"][:7] >= since]
    assert sum(one["completed_orders"] for one in card["months"]) == len(done)


@pytest.mark.parametrize("lines", [(), ("--lines",)])
def test_the_answer_is_what_the_schema_says(shown, who, lines):
    import json

    schema = json.loads(shown("schema", " ".join(("client", *lines))).stdout)
    answer = json.loads(shown("client", who, *lines, "--json").stdout)
    jsonschema.validate(answer, schema)


def test_points_notes_and_groups_that_people_wrote_are_on_it(clientlens, own_sample):
    """On a copy: what is written must not be seen by other tests."""
    one = ("-w", own_sample, "--as-of", "2026-12-31")
    for call in (
        ("points", "add", NAMED[0], "120", "--reason", "welcome"),
        ("clients", "note", NAMED[0], "likes tents"),
        ("clients", "nickname", NAMED[0], "Gid"),
        ("groups", "add", "VIP", NAMED[0]),
    ):
        done = clientlens(*call, "-w", own_sample)
        assert done.code == 0, done.stderr
    card = clientlens("client", NAMED[0], "--json", *one).json
    assert (card["name"], card["nickname"], card["points"]) == ("Gid", "Gid", 120)
    assert [one["text"] for one in card["notes"]] == ["likes tents"]
    assert "VIP" in [one["group"] for one in card["groups"]]
    history = clientlens("points", "history", NAMED[0], "--json", *one).json
    assert card["points_entries"] == history[::-1]
    assert clientlens("client", "gid", "--json", *one).json["client_id"] == card["client_id"]


def test_several_clients_are_told_apart_and_nobody_is_guessed(shown, ask):
    refused = ask("client", "juniper")
    assert (refused.code, refused.stdout) == (2, b"")
    assert "gideon_juniper@example.com, Brooklyn)" in refused.stderr
    unknown = ask("client", "Gidion Jumperr")
    assert unknown.code == 2
    assert "did you mean 'Gideon Juniper'" in unknown.stderr


def test_every_format_holds_the_whole_card(shown, who):
    for name in ("jsonl", "csv", "parquet"):
        answer = shown("client", who, "-f", name)
        assert answer.stdout


def test_the_page_about_the_card_is_up_to_date():
    root = Path(__file__).parents[2]
    page = run_path(str(root / "tools" / "card_page.py"))["page"]()
    assert page == (root / "docs" / "client-card.md").read_text("utf-8")

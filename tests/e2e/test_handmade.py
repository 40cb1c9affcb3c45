"""Every figure of the hand-made set (tests/handmade/FIGURES.md shows the working) through the command line.

Amounts and ratios are compared as the very text that stands in the JSON answer.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

HANDMADE = Path(__file__).resolve().parents[1] / "handmade"
FIGURES = tomllib.loads((HANDMADE / "figures.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def handmade(program, tmp_path_factory):
    """The workspace, and what each import said."""
    path = tmp_path_factory.mktemp("handmade") / ".clientlens"
    main = [f"main/{name}.csv" for name in ("orders_1", "orders_2", "customers", "checkouts")]
    said = {
        "main": program(
            *("-w", path, "import", *main, "--store", "main", "--timezone", FIGURES["timezone"], "--json"),
            folder=HANDMADE,
        ),
        "studio": program(
            "-w", path, "import", "studio/orders.csv", "--store", "studio", "--json", folder=HANDMADE
        ),
    }
    return path, said


@pytest.fixture
def told(handmade, program):
    """The JSON answer to a question, as of the day of the figures."""

    def call(*question, as_of=FIGURES["as_of"]):
        answered = program("-w", handmade[0], "--as-of", as_of, *question, "--json")
        assert answered.code == 0, answered.stderr
        return answered.json

    return call


def number(value):
    """Hours are shown without needless zeros (18, 37.5): as numbers they are compared."""
    return None if value is None else Decimal(str(value))


def same(found, expected):
    """What was worked out equals the answer; keys that it leaves out are null, but for those it cannot say."""
    expected = dict(expected)
    unchecked = expected.pop("unchecked", [])
    expected.pop("in_everyone", None)
    wanted = dict.fromkeys(found) | expected
    assert set(wanted) == set(found)
    seen = {name: value for name, value in found.items() if name not in unchecked}
    wanted = {name: value for name, value in wanted.items() if name not in unchecked}
    if wanted.get("basis"):
        wanted["basis"] = dict.fromkeys(seen["basis"]) | wanted["basis"]
    if "hours_to_recovery" in wanted:
        assert number(seen.pop("hours_to_recovery")) == number(wanted.pop("hours_to_recovery"))
    assert seen == wanted


def same_rows(found, expected):
    for one, other in zip(found, expected, strict=False):
        same(one, other)
    assert len(found) == len(expected)


@pytest.mark.parametrize("store", FIGURES["imports"])
def test_the_counts_of_each_import(handmade, store):
    said = handmade[1][store]
    assert said.code == 0
    expected = FIGURES["imports"][store]
    assert {name: said.json[name] for name in expected} == expected


def _by_key(rows):
    found = {(row["client_id"], row["window"], row.get("currency")): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("client", sorted({row["client_id"] for row in FIGURES["insights"]}))
def test_insights_of_one_client(told, client):
    expected = _by_key([row for row in FIGURES["insights"] if row["client_id"] == client])
    found = _by_key(told("insights", client, "--scope", "with-you"))
    assert set(found) == set(expected)
    for key, row in expected.items():
        same(found[key], row)


@pytest.mark.parametrize("window", ["all", "60d"])
def test_insights_of_everybody(told, window):
    expected = _by_key([row for row in FIGURES["insights"] if row["window"] == window and row["in_everyone"]])
    found = _by_key(told("insights", "--window", window))
    assert set(found) == set(expected)
    for key, row in expected.items():
        same(found[key], row)


def test_who_never_completed_an_order_has_no_row_of_their_own_shops(told):
    asked = told("insights")
    for client in FIGURES["never_completed"]["client_ids"]:
        assert client not in {row["client_id"] for row in asked}
        assert told("insights", client, "--scope", "with-you") == []
        assert {row["scope"] for row in told("insights", client)} == {"platform"}


@pytest.mark.parametrize("rank_by", FIGURES["leaderboard"])
@pytest.mark.parametrize("window", ["all", "last-quarter"])
def test_the_leaderboard(told, rank_by, window):
    same_rows(
        told("leaderboard", "--rank-by", rank_by, "--window", window), FIGURES["leaderboard"][rank_by][window]
    )


def test_checkouts(told):
    same_rows(told("checkouts"), FIGURES["checkouts"])


@pytest.mark.parametrize("status", ["open", "recovered", "repeated"])
def test_checkouts_of_one_status(told, status):
    same_rows(
        told("checkouts", "--status", status),
        [row for row in FIGURES["checkouts"] if row["status"] == status],
    )


def test_the_summary_of_checkouts(told):
    found = told("checkouts", "--summary")
    assert found["as_of"] == FIGURES["as_of"]
    (of_currency,) = found.pop("by_currency")
    expected = dict(FIGURES["checkout_summary"])
    hours = expected.pop("median_hours_to_recovery")
    for figures in (of_currency | found, of_currency):
        assert {name: figures[name] for name in expected} == expected
        assert number(figures["median_hours_to_recovery"]) == number(hours)


@pytest.mark.parametrize("client", FIGURES["orders"])
def test_the_order_history(told, client):
    email = {"ada": "ada@example.org", "emil": "emil@example.com"}[client]
    same_rows(told("orders", email, "--all"), FIGURES["orders"][client])


def test_clients(told):
    def by_key(rows):
        found = {(row["client_id"], row.get("currency")): row for row in rows}
        assert len(found) == len(rows)
        return found

    found, expected = by_key(told("clients")), by_key(FIGURES["clients"])
    assert set(found) == set(expected)
    for key, row in expected.items():
        same(found[key], row)


def test_no_money_is_lost(handmade, sums_of):
    found = sums_of(handmade[0], "2027-01-01")
    assert set(found) == {row["currency"] for row in FIGURES["identity"]}
    for row in FIGURES["identity"]:
        assert found[row["currency"]] == {name: row[name] for name in found[row["currency"]]}
        imported = FIGURES["imports"]["main" if row["currency"] == "EUR" else "studio"]["totals"]
        assert imported == [{name: row[name] for name in ("currency", "orders", "order_total")}]

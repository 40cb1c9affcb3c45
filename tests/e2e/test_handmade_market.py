"""Both scopes of the client insights on tests/handmade/market, every figure worked out by hand in FIGURES.md there."""

from __future__ import annotations

from pathlib import Path

import pytest

HANDMADE = Path(__file__).resolve().parents[1] / "handmade"
KEYS = (
    *("completed_orders", "average_rating", "average_order_price", "price_low", "price_high", "currency"),
    *("tip_frequency", "last_order_date", "preferred_service", "repeat_order_rate", "completion_rate"),
    *("completion_level", "experience"),
)
BASIS = (
    *("rated_orders", "priced_orders", "tipped_orders", "preferred_service_orders", "cancelled_orders"),
    *("lifetime_orders", "sellers", "repeat_sellers", "similar_by", "similar_clients"),
    *("similar_priced_clients", "similar_completed_orders", "similar_cancelled_orders"),
)
BOTH, SERVICE = "service_and_experience", "service"


def own(orders, rating, price, tips, last, prefers, completion, experience):
    """A row of with_you: what it shows of KEYS."""
    return (orders, rating, price, None, None, "EUR", tips, last, prefers, None, completion, None, experience)


def seen(reviews, rating, low, high, last, prefers, repeat, level, experience):
    """A row of platform: what it shows of KEYS."""
    currency = "EUR" if low else None
    return (reviews, rating, None, low, high, currency, None, last, prefers, repeat, None, level, experience)


def own_basis(rated, priced, tipped, preferred, cancelled, lifetime):
    return (rated, priced, tipped, preferred, cancelled, lifetime, *[None] * 7)


def seen_basis(rated, preferred, lifetime, sellers, again, by, clients, priced, completed, cancelled):
    return (
        *(rated, None, None, preferred, None, lifetime),
        *(sellers, again, by, clients, priced, completed, cancelled),
    )


# client -> (scope, window) -> figures and basis; see FIGURES.md, "The market".
FIGURES = {
    "ana": {
        ("with_you", "all"): (
            own(4, "4.5", "115.00", "0.2500", "2026-06-01", "Logo", "1.0000", "experienced"),
            own_basis(2, 4, 1, 4, 0, 4),
        ),
        ("with_you", "60d"): (
            own(1, None, "130.00", "0.0000", "2026-06-01", "Logo", "1.0000", "experienced"),
            own_basis(0, 1, 0, 1, 0, 4),
        ),
        ("platform", "all"): (
            seen(6, "4.5", "90.33", "151.67", "2026-06-10", "Banner", "high", None, "experienced"),
            seen_basis(6, 4, 6, 3, 3, BOTH, 5, 5, 15, 1),
        ),
        ("platform", "60d"): (
            seen(1, 4, None, None, "2026-06-10", "Banner", None, None, "experienced"),
            seen_basis(1, 1, 6, 1, 0, BOTH, 5, 4, 4, 0),
        ),
    },
    "ben": {
        ("with_you", "all"): (
            own(3, None, "90.33", "0.0000", "2026-05-02", "Logo", "0.7500", "experienced"),
            own_basis(0, 3, 0, 3, 1, 3),
        ),
        ("with_you", "60d"): (
            own(1, None, "101.00", "0.0000", "2026-05-02", "Logo", "1.0000", "experienced"),
            own_basis(0, 1, 0, 1, 0, 3),
        ),
        ("platform", "all"): (
            seen(0, None, "100.00", "151.67", None, None, None, "high", None),
            seen_basis(0, 0, 0, 0, 0, BOTH, 5, 5, 16, 0),
        ),
        ("platform", "60d"): (
            seen(0, None, None, None, None, None, None, None, None),
            seen_basis(0, 0, 0, 0, 0, BOTH, 5, 4, 4, 0),
        ),
    },
    "gus": {
        ("with_you", "all"): (
            own(1, None, "50.00", "0.0000", "2026-03-01", "Logo", "1.0000", "novice"),
            own_basis(0, 1, 0, 1, 0, 1),
        ),
        ("with_you", "60d"): (own(0, *[None] * 6, "novice"), own_basis(0, 0, 0, 0, 0, 1)),
        ("platform", "all"): (
            seen(0, None, "81.42", "133.33", None, None, None, None, None),
            seen_basis(0, 0, 0, 0, 0, SERVICE, 7, 7, 21, 1),
        ),
        ("platform", "60d"): (
            seen(0, None, "101.00", "155.00", None, None, None, None, None),
            seen_basis(0, 0, 0, 0, 0, SERVICE, 7, 5, 5, 0),
        ),
    },
    "ida": {
        ("with_you", "all"): (
            own(3, None, "20.00", "0.0000", "2025-11-06", "Poster", "1.0000", "experienced"),
            own_basis(0, 3, 0, 3, 0, 3),
        ),
        ("with_you", "60d"): (own(0, *[None] * 6, "experienced"), own_basis(0, 0, 0, 0, 0, 3)),
        ("platform", "all"): (seen(0, *[None] * 8), seen_basis(0, 0, 0, 0, 0, None, 0, 0, 0, 0)),
        ("platform", "60d"): (seen(0, *[None] * 8), seen_basis(0, 0, 0, 0, 0, None, 0, 0, 0, 0)),
    },
    "jon": {
        ("platform", "all"): (
            seen(6, "4.2", "92.75", "142.50", "2026-06-30", "Logo", None, None, "experienced"),
            seen_basis(5, 4, 6, 3, 2, BOTH, 6, 6, 19, 1),
        ),
        ("platform", "60d"): (
            seen(3, 4, "101.00", "155.00", "2026-06-30", "Poster", None, None, "experienced"),
            seen_basis(3, 2, 6, 2, 1, BOTH, 6, 5, 5, 0),
        ),
    },
    "kim": {
        ("platform", "all"): (
            seen(1, 2, "69.38", "124.17", "2026-05-01", "Logo", None, None, "novice"),
            seen_basis(1, 1, 1, 1, 0, SERVICE, 8, 8, 22, 1),
        ),
        ("platform", "60d"): (
            seen(0, None, "101.00", "155.00", None, None, None, None, "novice"),
            seen_basis(0, 0, 1, 0, 0, SERVICE, 8, 5, 5, 0),
        ),
    },
    "lou": {
        ("platform", "all"): (
            seen(1, 3, None, None, "2026-06-15", "Flyer", None, None, "novice"),
            seen_basis(1, 1, 1, 1, 0, None, 0, 0, 0, 0),
        ),
        ("platform", "60d"): (
            seen(1, 3, None, None, "2026-06-15", "Flyer", None, None, "novice"),
            seen_basis(1, 1, 1, 1, 0, None, 0, 0, 0, 0),
        ),
    },
}


@pytest.fixture(scope="module")
def told(program, tmp_path_factory):
    """The JSON answer to a question, as of 2026-06-30."""
    path = tmp_path_factory.mktemp("market") / ".clientlens"
    files = ("market/orders.csv", "market/reviews.csv")
    said = program(
        *("-w", path, "import", *files, "--store", "atelier", "--timezone", "Europe/Berlin", "--json"),
        folder=HANDMADE,
    )
    assert (said.code, said.json["orders_added"], said.json["reviews_added"]) == (0, 29, 15), said.stderr

    def call(*question):
        answered = program("-w", path, "--as-of", "2026-06-30", "insights", *question, "--json")
        assert answered.code == 0, answered.stderr
        return answered.json

    return call


def figures(row):
    return tuple(row[key] for key in KEYS), tuple(row["basis"][key] for key in BASIS)


@pytest.mark.parametrize("client", FIGURES)
def test_both_panels_of_a_client(told, client):
    rows = told(f"{client}@example.org")
    assert [(row["scope"], row["window"]) for row in rows] == list(FIGURES[client])
    for row in rows:
        assert tuple(row["basis"]) == BASIS
        assert figures(row) == FIGURES[client][row["scope"], row["window"]]


@pytest.mark.parametrize("window", ["all", "60d"])
def test_the_platform_of_everybody(told, window):
    rows = {row["email"].split("@")[0]: row for row in told("--scope", "platform", "--window", window)}
    wanted = {
        client: by_key["platform", window]
        for client, by_key in FIGURES.items()
        if by_key["platform", window][0][0]
    }
    assert {client: figures(row) for client, row in rows.items()} == wanted


def test_who_has_both_scopes_stands_first_and_who_has_one_has_one_row(told):
    rows = told("--scope", "both", "--window", "60d")
    assert [(row["email"][:3], row["scope"]) for row in rows] == [
        # One order each; the last one first.
        *(("ana", "with_you"), ("ana", "platform"), ("eva", "with_you"), ("dov", "with_you")),
        *(("cyd", "with_you"), ("ben", "with_you")),
        # No order in these days: Jon has three reviews, Lou one. Lou's cancelled order gives no row.
        *(("jon", "platform"), ("lou", "platform")),
    ]


def test_one_scope_alone(told):
    assert [row["scope"] for row in told("ana@example.org", "--scope", "with-you")] == ["with_you"] * 2
    assert [row["scope"] for row in told("ana@example.org", "--scope", "platform")] == ["platform"] * 2
    assert told("jon@example.org", "--scope", "with-you") == []

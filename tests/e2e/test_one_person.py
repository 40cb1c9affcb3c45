"""One person in a shop, in Billbee and in a list of one's own is one client; and what people correct about it."""

from __future__ import annotations

import itertools

import pytest

BILLBEE = """\
Bestellnummer;Bestelldatum;Bezahlt am;Gesamtbetrag;Währung;Kundennummer;E-Mail;Vorname;Nachname;Artikel;Menge;Shopname
B-7;03.03.2026 09:15;03.03.2026;18,50;EUR;4711;Jane@Example.org;Jane;Doe;Dochtschere;1;wachs-shop
B-8;04.03.2026 10:00;04.03.2026;9,00;EUR;4711;;Jane;Doe;Docht;1;wachs-shop
"""
OWN = """\
order_id,placed_at,order_total,currency,status,client_ref,email,name,phone,country
C-1,2026-03-09 11:00,40.00,EUR,completed,jd,jane@example.org,Jane D.,,
C-2,2026-03-10 11:00,5.00,EUR,completed,jd,,,,
C-3,2026-03-11 11:00,7.00,EUR,completed,,,Jay,030 5550 134,DE
"""
AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture
def files(orders_csv, tmp_path):
    """Shop, Billbee and own list; Jane's orders 25.00 + 18.50 + 9.00 + 40.00 + 5.00, and one by phone alone."""
    shop = orders_csv("shop.csv", {"Email": "jane@example.org", "Phone": "+49 30 5550134"})
    (tmp_path / "billbee.csv").write_text(BILLBEE, "utf-8")
    (tmp_path / "own.csv").write_text(OWN, "utf-8")
    return [shop, "billbee.csv", "own.csv"]


def _clients(clientlens):
    rows = clientlens("-w", "ws", *AS_OF, "clients", "--json").json
    return {row["client_id"]: (row["completed_orders"], row["total_spend"]) for row in rows}


def test_she_is_one_client_whatever_came_first(clientlens, files):
    found = []
    for number, order in enumerate(itertools.permutations(files)):
        workspace = f"ws{number}"
        for file in order:
            done = clientlens("-w", workspace, "import", file, "--timezone", "Europe/Berlin")
            assert done.code == 0, done.stderr
        rows = clientlens("-w", workspace, *AS_OF, "clients", "--json").json
        # The phone of C-3 is Jane's alone, so it is hers.
        assert [(row["completed_orders"], row["total_spend"]) for row in rows] == [(6, "104.50")]
        found.append(rows[0]["client_id"])
    assert len(set(found)) == 1


def test_why_is_told_key_by_key(clientlens, files):
    clientlens("-w", "ws", "import", *files, "--timezone", "Europe/Berlin")
    told = clientlens("-w", "ws", "clients", "explain", "jane@example.org", "--json").json
    keys = {row["key"]: (row["kind"], row["identifies"]) for row in told}
    assert keys == {
        "jane@example.org": ("email", True),
        "main:jd": ("customer_number", True),
        "wachs-shop:4711": ("customer_number", True),
        "+49305550134": ("phone", True),
    }


def test_a_key_taken_out_by_hand_stays_out_and_every_id_keeps_finding_its_client(clientlens, files):
    clientlens("-w", "ws", "import", *files, "--timezone", "Europe/Berlin")
    (before,) = _clients(clientlens)
    done = clientlens("-w", "ws", "clients", "split", "jane@example.org", "wachs-shop:4711", "--json")
    assert done.code == 0, done.stderr
    parted = _clients(clientlens)
    # B-8 is told by the customer number alone; B-7 has Jane's e-mail too and stays hers.
    assert sorted(parted.values()) == [(1, "9.00"), (5, "95.50")]
    (other,) = set(parted) - {before}
    clientlens("-w", "ws", "import", *files, "--timezone", "Europe/Berlin")
    assert _clients(clientlens) == parted
    done = clientlens("-w", "ws", "clients", "merge", before, other)
    assert done.code == 0, done.stderr
    assert _clients(clientlens) == {before: (6, "104.50")}
    for known in (before, other):
        assert clientlens("-w", "ws", *AS_OF, "clients", "explain", known).code == 0

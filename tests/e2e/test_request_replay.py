"""Replays beside a plain loop over the stored rows, which knows the definitions and nothing of our code; and by hand."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from clientlens.analysis.order_facts import order_facts
from clientlens.model.timeframes import AsOf
from clientlens.requests.known import first_completions
from clientlens.workspace.workspace import Workspace

NEW = 'audience = "new"\n'
MIXED = """
audience = "all"
timezone = "America/New_York"
[schedule]
monday = ["09:00-12:00", "20:00-00:00"]
friday = ["22:00-06:00"]
sunday = ["00:00-24:00"]
[[away]]
from = 2026-05-04
to = 2026-05-17
[[away]]
from = 2026-06-01
to = 2026-06-03
orders = "pass"
[services]
others = true
"Candle Amber" = true
"Wick trimmer" = false
[packages."Candle Amber"]
small = false
others = true
"""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AWAY = (("2026-05-04", "2026-05-17", True), ("2026-06-01", "2026-06-03", False))
LAST = datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC)  # the end of the 31st in Berlin


def happened(at, until):
    return at is None or at <= until


def cancelled(order, until=LAST):
    whole = order["refunded"] > 0 and order["refunded"] >= order["order_total"]
    if order["cancelled_at"] is not None:
        return order["cancelled_at"] <= until
    over = order["payment_state"] in ("voided", "expired", "refunded") or whole
    return over and happened(order["paid_at"], until)


def completed(order, until):
    whole = order["refunded"] > 0 and order["refunded"] >= order["order_total"]
    paid = order["payment_state"] in ("paid", "partially_refunded")
    return order["cancelled_at"] is None and not whole and paid and happened(order["paid_at"], until)


def new_held(order, lines, known):
    return not known


def mixed_held(order, lines, known):
    """MIXED, said once more in plain words."""
    local = order["placed_at"].astimezone(ZoneInfo("America/New_York"))
    day, minute = local.strftime("%A"), local.hour * 60 + local.minute
    away = next((hold for first, last, hold in AWAY if first <= local.date().isoformat() <= last), None)
    timely = (
        (day == "Monday" and (540 <= minute < 720 or minute >= 1200))
        or (day == "Friday" and minute >= 1320)
        or (day == "Saturday" and minute < 360)
        or day == "Sunday"
    )
    names = [line for line in lines if line is not None]
    on = not names or any(name not in ("Wick trimmer", "Candle Amber - small") for name in names)
    return on and (timely if away is None else away)


@pytest.fixture(scope="module")
def rows(sample):
    """Orders with client_id, and the names of their lines, as stored."""
    with Workspace.open(sample) as workspace:
        facts = workspace.facts()
        owner = dict(facts.identities.collect().iter_rows())
        orders = [
            {**row, "client_id": owner.get(row["person_key"])}
            for row in facts.orders.collect().iter_rows(named=True)
            if row["placed_at"] <= LAST
        ]
        lines = defaultdict(list)
        for row in facts.order_lines.collect().sort("line_no").iter_rows(named=True):
            if not row["is_tip"]:
                lines[row["store"], row["order_key"]].append(row["product"])
    return orders, lines


def by_loop(rows, held, group, since=None):
    """(group, currency) -> the counts and sums of a replay."""
    orders, lines = rows
    mine = defaultdict(list)
    for order in orders:
        if order["client_id"] is not None:
            mine[order["client_id"]].append(order)
    found = defaultdict(lambda: defaultdict(int))
    for order in orders:
        if since is not None and order["placed_on"].isoformat() < since:
            continue
        at = order["placed_at"]
        known = any(
            other["placed_at"] < at and completed(other, at) and (other["paid_at"] or other["placed_at"]) < at
            for other in mine[order["client_id"]]
        )
        names = lines[order["store"], order["order_key"]]
        hold = held(order, names, known)
        lost = cancelled(order) or order["refunded"] > 0
        into = found[group(order, names), order["currency"]]
        into["orders"] += 1
        into["value"] += order["order_total"]
        into["held"] += hold
        into["held_value"] += order["order_total"] * hold
        into["held_new"] += hold and not known
        into["held_lost"] += hold and lost
        into["passed_lost"] += lost and not hold
    return found


def hour(zone):
    return lambda order, _: f"{order['placed_at'].astimezone(ZoneInfo(zone)).hour:02d}"


def weekday(zone):
    return lambda order, _: order["placed_at"].astimezone(ZoneInfo(zone)).strftime("%A")


def service(order, names):
    """What the rules MIXED call the first line."""
    if not names:
        return None
    return "Candle Amber" if names[0].startswith("Candle Amber - ") else names[0]


CASES = [
    (NEW, new_held, "total", lambda *_: None),
    (NEW, new_held, "hour", hour("Europe/Berlin")),
    (MIXED, mixed_held, "total", lambda *_: None),
    (MIXED, mixed_held, "hour", hour("America/New_York")),
    (MIXED, mixed_held, "weekday", weekday("America/New_York")),
    (MIXED, mixed_held, "service", service),
]


@pytest.mark.parametrize(
    ("rules", "held", "by", "group"), CASES, ids=[f"{c[1].__name__}-{c[2]}" for c in CASES]
)
@pytest.mark.parametrize("since", [None, "2026-05-01"])
def test_a_replay_agrees_with_a_plain_loop(ask, rows, tmp_path, rules, held, by, group, since):
    (tmp_path / "r.toml").write_text(rules)
    window = () if since is None else ("--window", f"{since}..2026-10-31")
    done = ask("requests", "replay", "--rules", "r.toml", "--by", by, *window, "--json")
    assert done.code == 0, done.stderr
    expected = by_loop(rows, held, group, since)
    assert len(done.json) == len(expected) > 0
    for row in done.json:
        want = expected[row["group"], row["currency"]]
        counts = ("orders", "held", "held_new", "held_lost", "passed_lost")
        assert {name: row[name] for name in counts} == {name: want[name] for name in counts}
        money = {name: row[name].replace(".", "") for name in ("value", "held_value")}
        assert {name: int(text) for name, text in money.items()} == {name: want[name] for name in money}
    assert sum(row["held"] for row in done.json) > 0


def test_new_clients_are_those_of_the_status_at_each_moment(sample, rows):
    """The vectorised rule beside the status that every figure uses, asked at the moment of each of 60 orders."""
    orders, _ = rows
    with Workspace.open(sample) as workspace:
        facts = workspace.facts()
        end = AsOf(LAST, LAST.date(), explicit=True)
        since = dict(first_completions(facts, as_of=end, completed_when="paid").collect().iter_rows())
        for order in orders[::13]:
            at = order["placed_at"]
            then = order_facts(
                facts.orders,
                facts.identities,
                as_of=AsOf(at, at.date(), explicit=True),
                completed_when="paid",
            ).collect()
            before = [
                row
                for row in then.iter_rows(named=True)
                if row["client_id"] == order["client_id"] is not None
                and row["status"] == "completed"
                and row["placed_at"] < at
                and (row["paid_at"] or row["placed_at"]) < at
            ]
            known = since.get(order["client_id"])
            assert (known is not None and known < at) is bool(before)


def test_two_rule_files_stand_side_by_side(ask, tmp_path):
    (tmp_path / "a.toml").write_text(NEW)
    (tmp_path / "b.toml").write_text(MIXED)
    both = ask("requests", "replay", "--rules", "a.toml", "--rules", "b.toml", "--json")
    against = ask("requests", "replay", "--rules", "a.toml", "--against", "b.toml", "--json")
    assert both.stdout == against.stdout
    alone = [ask("requests", "replay", "--rules", name, "--json").json for name in ("a.toml", "b.toml")]
    assert both.json == [row for rows in zip(*alone, strict=True) for row in rows]
    table = ask("requests", "replay", "--rules", "a.toml", "--against", "b.toml")
    assert "a.toml" in table.lines[1]
    assert "b.toml" in table.lines[1]


def test_rules_that_are_off_are_replayed_as_if_they_were_on(ask, tmp_path):
    (tmp_path / "on.toml").write_text(NEW)
    (tmp_path / "off.toml").write_text("enabled = false\n" + NEW)
    on, off = (ask("requests", "replay", "--rules", f"{name}.toml", "--json") for name in ("on", "off"))
    assert [{**row, "rules": ""} for row in on.json] == [{**row, "rules": ""} for row in off.json]
    assert "switched off, replayed as if they were on: off.toml" in off.stderr


# Six orders by hand. Ada's first order is paid on 2 January; her second is hers as a known client, her third too.
# Bea's first is refunded in whole, so she is new at her second; its 5.00 of 50.00 were given back, and it is lost as well.
# Order 6 is nobody's. Held (new): 1, 4, 5, 6. Lost of these: 4 and 5. Lost of 2 and 3: 3, which was cancelled.
BY_HAND = """order_id,placed_at,order_total,currency,status,refunded,completed_at,cancelled_at,email,product
1,2026-01-01 10:00,10.00,EUR,completed,,2026-01-02 10:00,,ada@example.org,Candle
2,2026-01-03 10:00,20.00,EUR,completed,,2026-01-04 10:00,,ada@example.org,Candle
3,2026-01-05 10:00,30.00,EUR,cancelled,,,2026-01-06 10:00,ada@example.org,Wick
4,2026-01-05 11:00,40.00,EUR,completed,40.00,2026-01-05 12:00,,bea@example.org,Candle
5,2026-01-08 10:00,50.00,EUR,completed,5.00,2026-01-08 12:00,,bea@example.org,Candle
6,2026-01-09 10:00,60.00,EUR,completed,,2026-01-09 12:00,,,Candle
"""


def wilson(k, n, z=1.2816):
    """Solved for its ends as the roots of (p - t)² = z² t(1 - t)/n."""
    p = k / n
    a, b, c = 1 + z * z / n, -(2 * p + z * z / n), p * p
    root = math.sqrt(b * b - 4 * a * c)
    return f"{(-b - root) / (2 * a):.4f}", f"{(-b + root) / (2 * a):.4f}"


def test_six_orders_by_hand(clientlens, tmp_path):
    (tmp_path / "orders.csv").write_text(BY_HAND)
    assert clientlens("import", "orders.csv", "--timezone", "Europe/Rome").code == 0
    (tmp_path / "r.toml").write_text(NEW)
    done = clientlens("requests", "replay", "--rules", "r.toml", "--json")
    low, high = wilson(2, 4)
    passed = wilson(1, 2)
    assert done.json == [
        {
            "rules": "r.toml", "by": "total", "group": None, "currency": "EUR", "orders": 6, "held": 4,
            "held_share": "0.6667", "value": "210.00", "held_value": "160.00", "held_value_share": "0.7619",
            "held_new": 4, "held_new_share": "1.0000",
            "held_lost": 2, "held_lost_share": "0.5000", "held_lost_low": low, "held_lost_high": high,
            "passed_lost": 1, "passed_lost_share": "0.5000", "passed_lost_low": passed[0], "passed_lost_high": passed[1],
        }
    ]  # fmt: skip
    by_service = clientlens("requests", "replay", "--rules", "r.toml", "--by", "service", "--json").json
    assert [(row["group"], row["orders"], row["held"]) for row in by_service] == [
        ("Candle", 5, 4),
        ("Wick", 1, 0),
    ]
    assert json.loads(done.stdout)[0]["held_value"] == 160.00


@pytest.mark.parametrize("by", ["hour", "weekday", "service"])
def test_at_80_columns_what_was_lost_of_held_stands_beside_what_was_lost_of_the_others(
    program, sample, tmp_path, by
):
    (tmp_path / "new.toml").write_text(NEW)
    done = program(
        "-w", sample, "requests", "replay", "--rules", tmp_path / "new.toml", "--by", by,
        tty=True, width=80, environment={"NO_COLOR": "1"},
    )  # fmt: skip
    head = done.lines[1]
    assert "lost of held  lost of passed" in head
    assert max(map(len, done.lines)) <= 80

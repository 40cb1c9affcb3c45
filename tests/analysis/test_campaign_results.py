"""A campaign small enough to be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import polars as pl
import pytest

from clientlens.analysis.campaign_effect import Arms, newcombe
from clientlens.analysis.campaign_orders import arrival
from clientlens.analysis.campaign_results import campaign_results
from clientlens.analysis.letter_history import (
    ASSIGNED,
    HELD,
    MAILED,
    STATUS,
    WAVE,
    Wave,
    assigned_of,
    wave_body,
    waves_of,
)
from clientlens.errors import NeverRun, UnknownWave
from clientlens.model.entries import Entry
from clientlens.model.fingerprints import SUMS
from clientlens.model.tables import BY_NAME
from clientlens.model.timeframes import AsOf, as_of_from_date

JUNE = Wave(
    campaign="june",
    wave="2026-06-01",
    period="",
    in_home_on=date(2026, 6, 5),
    in_home_days=2,
    window_days=60,
    holdout=Fraction(1, 3),
    seed="s",
    currency="EUR",
    per_letter_minor=100,
    fixed_minor=500,
    margin=Fraction(2, 5),
    coupon="June15",
    spec_sha256="0",
)


class Ledger:
    """Entries as runs write them."""

    def __init__(self):
        self.entries = []

    def add(self, kind, at, subject, body, client=None):
        key = client and f"e:{client}@example.org"
        moment = datetime.fromisoformat(f"{at}T09:00:00+00:00")
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq, moment, "me", kind, key, subject, body, None, 1))

    def run(self, wave, mailed=(), held=()):
        self.add(WAVE, wave.wave, wave.campaign, wave_body(wave))
        for client in (*mailed, *held):
            name = f"{wave.campaign}-{client}" if wave.wave < "2026-07" else f"{wave.wave}-{client}"
            letter = name if client in mailed else ""
            body = {
                "period": "",
                "wave": wave.wave,
                "arm": MAILED if letter else HELD,
                "household": "h",
                "residence": "r",
                "in_home_on": wave.in_home_on.isoformat(),
                "cost_minor": wave.per_letter_minor if letter else 0,
                "currency": wave.currency,
                "letter_id": letter,
                "code": letter and f"code-{letter}",
                "language": "en",
                "template": "t",
            }
            self.add(ASSIGNED, wave.wave, wave.campaign, body, client)
        return self

    def mark(self, letter, status, on):
        self.add(STATUS, on, letter, {"status": status, "on": on})
        return self


@pytest.fixture
def june(shop):
    """Six are to get a letter, three are held back; `m` was two clients when it was assigned, one to each arm."""

    def order(key, client, on, total=1000, **more):
        return shop.order(key, client, on, order_total=total, **more)

    facts = shop.facts_of(
        [
            *(order(f"old-{name}", name, "2025-01-01") for name in "abcdefghi"),
            order("old-m", "m", "2025-01-01"),
            order("old-m2", "m+other", "2025-01-01"),
            order("a1", "a", "2026-06-05", 2000, discount_codes="WELCOME , june15"),  # the first day
            order("a2", "a", "2026-06-30", 1500),  # after a letter of another campaign, too
            order("b1", "b", "2026-08-03", 1000, refunded=200),  # the last day
            order("c1", "c", "2026-06-04"),  # before the planned day, but after the letter came
            order("d1", "d", "2026-08-04"),  # the day after the last
            order("e0", "e", "2026-05-20", discount_codes="JUNE15"),  # before the run
            order("e1", "e", "2026-06-20", 3000),  # whose letter never left
            order("f1", "f", "2026-06-20", payment_state="voided"),
            order("g1", "g", "2026-06-10", 5000, currency="USD", discount_codes="JUNE15"),
            order("j1", "j", "2026-06-12", discount_codes="JUNE15"),  # a stranger who found the coupon
            order("j2", "j", "2026-06-12", discount_codes="JUNE150"),
            order("k1", "k", "2026-06-15", 1200),  # c, with another e-mail
            order("m1", "m", "2026-06-15", 9900),
        ]
    )
    home = "r:c doe|1 high street||12345|town||"
    people = [
        {
            "person_key": f"e:{name}@example.org",
            "source": "s",
            "store": "main",
            "is_profile": False,
            "email_key": f"e:{name}@example.org",
            "residence_key": home,
        }
        for name in "ck"
    ]
    scans = [
        {"scan_key": str(number), "source": "s", "code": code, "scanned_at": at, "scanned_on": at.date()}
        for number, (code, at) in enumerate(
            [
                ("code-june-a", datetime(2026, 6, 4, 18, tzinfo=UTC)),
                ("code-june-a", datetime(2026, 6, 6, 18, tzinfo=UTC)),
                ("code-june-d", datetime(2026, 6, 5, 7, tzinfo=UTC)),
                ("code-nobody", datetime(2026, 6, 5, 7, tzinfo=UTC)),
            ]
        )
    ]
    facts = replace(
        facts,
        people=BY_NAME["people"].conform(pl.DataFrame(people)).lazy(),
        scans=BY_NAME["scans"].conform(pl.DataFrame(scans)).lazy(),
    )
    ledger = Ledger().run(JUNE, mailed=["a", "b", "c", "d", "e", "f", "m"], held=["g", "h", "i", "m+other"])
    later = replace(JUNE, campaign="later", wave="2026-06-20", in_home_on=date(2026, 6, 24), coupon=None)
    ledger.run(later, mailed=["a", "h"], held=["i"])
    for name in "ac":
        ledger.mark(f"june-{name}", "handed_over", "2026-06-01").mark(f"june-{name}", "printed", "2026-06-01")
    ledger.mark("june-c", "delivered", "2026-06-04").mark("june-e", "failed", "2026-06-02")
    return facts, ledger.entries


def ask(june, as_of="2026-08-31", **more):
    facts, entries = june
    day = as_of if isinstance(as_of, AsOf) else as_of_from_date(date.fromisoformat(as_of), "Europe/Rome")
    return campaign_results(
        facts, entries, "june", as_of=day, completed_when="paid", home_currency="EUR", **more
    )


def row_of(answer):
    return answer.rows.row(0, named=True)


def test_letters_are_counted_by_where_they_stand(june):
    row = row_of(ask(june))
    assert row["letters"] == {
        "letters": 7,
        "assigned": 4,  # b, d, f and m
        "rendered": 0,
        "handed_over": 0,
        "printed": 1,
        "delivered": 1,
        "failed": 1,
        "held": 4,
        "forgotten_mailed": 0,
        "forgotten_held": 0,
        "cost": 6 * 100 + 500,  # e's was never printed
        "currency": "EUR",
    }
    assert row["scans"] == {
        "letters_scanned": 2,
        "scans": 3,
        "first_scan_at": datetime(2026, 6, 4, 18, tzinfo=UTC),
    }


def test_coupons_are_orders_that_name_the_campaign_whoever_placed_them(june):
    assert row_of(ask(june))["coupons"] == {
        "codes": ["June15"],
        "orders": 3,  # a1, g1, j1
        "of_mailed": 1,
        "of_held": 1,
        "of_others": 1,
        "revenue": 2000 + 1000,
        "currency": "EUR",
    }


# By hand: the letters to a and c were printed on 1 June and came on the 3rd; those to b, d, f and m are taken to have
# come on the planned 5th. d1 is one day late; a2 belongs to the later letter; k has c's name and address.
def test_matchback_credits_one_order_to_the_latest_letter_before_it(june):
    row = row_of(ask(june))
    orders = [(one["letter_id"], one["days"], one["scanned"], one["matched_by"]) for one in row["reactions"]]
    assert orders == [
        ("june-c", 1, False, "client"),
        ("june-a", 2, True, "client"),
        ("june-c", 12, False, "name and address"),
        ("june-m", 10, False, "client"),
        ("june-b", 59, False, "client"),
    ]
    assert row["matchback"] == {
        "orders": 5,
        "letters": 4,
        "revenue": 1000 + 2000 + 1200 + 9900 + 800,
        "roas": 135_455,  # 149.00 / 11.00 = 13.54545…
        "currency": "EUR",
    }


# By hand: of a to f, a, b and e ordered from 5 June to 3 August; of g to i, g did: 3/6 - 1/3 = 0.1667. a spent 20 + 15,
# b 8, e 30: 73.00 among six, 12.17 each; g's order is in dollars. Cost: letters to a, b, c, d, f at 1.00, and 5.00.
def test_a_letter_that_came_back_and_was_made_again_arrives_after_that(june):
    ledger = Ledger().run(JUNE, mailed=["a"])
    ledger.mark("june-a", "printed", "2026-06-03").mark("june-a", "failed", "2026-06-09")
    ledger.mark("june-a", "rendered", "2026-07-01").mark("june-a", "printed", "2026-07-04")
    (letter,) = assigned_of(ledger.entries)
    days = [arrival(letter, JUNE, date(2026, month, day)) for month, day in ((6, 8), (6, 9), (7, 2), (7, 5))]
    assert days == [date(2026, 6, 5), None, date(2026, 7, 3), date(2026, 7, 6)]


def test_uplift_compares_everybody_who_was_assigned_whatever_became_of_the_letter(june):
    answer = ask(june)
    row = row_of(answer)
    interval = newcombe(Arms(6, 3, 3, 1))
    assert row["uplift"] == {
        "mailed": 6,
        "mailed_buyers": 3,
        "mailed_rate": 5000,
        "held": 3,
        "held_buyers": 1,
        "held_rate": 3333,
        "difference": 1667,
        "difference_low": round(interval.low * 10**4),
        "difference_high": round(interval.high * 10**4),
        "verdict": "not_shown",
        "words": f"not shown: {interval.low * 100:+.1f} to {interval.high * 100:+.1f} points",
    }
    revenue, gain = row["revenue"], row["incremental"]
    assert (revenue["mailed_per_client"], revenue["held_per_client"], revenue["difference"]) == (
        1217,
        0,
        1217,
    )
    assert revenue["largest_share"] == 4795  # a: 35 of 73
    assert (gain["cost"], gain["incremental_revenue"], gain["incremental_roas"]) == (1000, 7300, 73_000)
    assert gain["profit"] == 7300 * 2 // 5 - 1000
    assert row["split"]["p_value"] == 10_000
    assert row["final"]
    said = " ".join(answer.notes)
    assert "1 client left out of uplift: known as two" in said
    assert "one client brought 48 % of this revenue" in said
    assert "orders in other currencies make buyers" in said
    assert "fewer than 5 buyers" in said
    assert "1 of the clients held back got a letter of another campaign in the window" in said  # h
    buyers = [(one["mailed_buyers"], one["held_buyers"]) for one in row["curve"]]
    assert buyers == [(1, 0)] * 5 + [(1, 1)] * 10 + [(2, 1)] * 44 + [(3, 1)]


def test_an_open_window_has_no_verdict(june):
    row = row_of(ask(june, "2026-06-20"))
    assert row["uplift"]["verdict"] is None
    assert row["uplift"]["words"].startswith("so far, day 16 of 60: ")
    assert row["uplift"]["words"].endswith(" points; the verdict comes after 2026-08-03")
    assert not row["final"]
    assert len(row["curve"]) == 16
    # Of the same day, its end closes the window, its noon does not.
    noon = AsOf(datetime(2026, 8, 3, 10, tzinfo=UTC), date(2026, 8, 3), explicit=False)
    assert [row_of(ask(june, day))["final"] for day in ("2026-08-02", noon, "2026-08-03")] == [
        False,
        False,
        True,
    ]


def test_before_the_letters_come_there_is_nothing_to_compare(june):
    row = row_of(ask(june, "2026-06-03"))
    assert row["uplift"]["words"] == "not begun: the letters are planned to arrive on 2026-06-05"
    assert row["curve"] == []
    assert row["matchback"]["orders"] == 0


def test_orders_that_are_not_stored_yet_are_spoken_of(june):
    facts, entries = june
    until_july = replace(facts, orders=facts.orders.filter(pl.col("placed_on") < date(2026, 7, 1)))
    said = " ".join(ask((until_july, entries)).notes)
    assert "the latest order stored is of 2026-06-30: what was placed after it is not known" in said


def test_a_second_wave_is_compared_within_itself_and_counts_nobody_twice(june):
    facts, entries = june
    ledger = Ledger()
    ledger.entries = list(entries)
    second = replace(JUNE, wave="2026-07-01", in_home_on=date(2026, 7, 5), fixed_minor=500)
    ledger.run(second, mailed=["j", "a"], held=["k", "h"])
    answer = ask((facts, ledger.entries), "2026-09-30")
    row = row_of(answer)
    assert [(one["mailed"], one["held"], one["compared"]) for one in row["waves"]] == [
        (6, 3, True),
        (1, 1, True),
    ]
    assert (row["uplift"]["mailed"], row["uplift"]["held"]) == (7, 4)
    # By hand: w = 6·3/9 = 2 and 1·1/2; d = 1/6 and 0: (2/6) / 2.5.
    assert row["uplift"]["difference"] == 1333
    assert "2 assignments of clients who count already: in their first wave alone" in answer.notes
    assert row["letters"]["cost"] == 6 * 100 + 2 * 100 + 500
    alone = row_of(ask((facts, ledger.entries), "2026-09-30", wave="2026-07-01"))
    assert (alone["uplift"]["mailed"], alone["uplift"]["held"], alone["letters"]["cost"]) == (2, 2, 200)
    earlier = ask((facts, ledger.entries), "2026-08-10")
    assert "1 wave still open: left out of uplift; --wave shows one as it stands" in earlier.notes
    assert row_of(earlier)["uplift"] == row_of(ask(june))["uplift"]


def test_a_split_that_chance_does_not_make_is_told(june):
    facts, entries = june
    wrong = [
        replace(one, body={**one.body, "holdout": "99/100"}) if one.kind == WAVE else one for one in entries
    ]
    answer = ask((facts, wrong))
    assert row_of(answer)["split"]["suspicious"]
    assert answer.notes[0].startswith("do not trust the comparison: 33.3 % held back where 99.0 % were meant")


def test_what_was_never_run_is_named(june):
    facts, entries = june
    as_of = as_of_from_date(date(2026, 8, 31), "Europe/Rome")
    with pytest.raises(NeverRun, match="did you mean 'june'"):
        campaign_results(facts, entries, "jun", as_of=as_of, completed_when="paid", home_currency="EUR")
    with pytest.raises(UnknownWave):
        ask(june, wave="2026-06-02")
    with pytest.raises(NeverRun, match=r"by the end of 2026-05-31, which --as-of asks about$"):
        ask(june, "2026-05-31")


def test_a_wave_reads_back_as_it_was_written(june):
    _, entries = june
    assert waves_of(entries, campaign="june") == [JUNE]
    assert len(assigned_of(entries)) == 14
    assert all(len(line) <= 80 for line in ask(june).drawing)


def test_nobody_mailed_and_no_orders_at_all_are_told_as_what_they_are(june):
    facts, _ = june
    alone = row_of(ask((facts, Ledger().run(JUNE, held=["g"]).entries)))
    assert alone["uplift"]["words"] == "nothing to compare with: nobody was to get a letter"
    unheld = row_of(ask((facts, Ledger().run(JUNE, mailed=["a"]).entries), "2026-06-03"))
    assert (
        unheld["uplift"]["words"] == "nothing to compare with: nobody was held back"
    )  # before the letters come
    assert (alone["matchback"]["orders"], alone["matchback"]["roas"]) == (0, 0)
    empty = replace(facts, orders=facts.orders.filter(pl.lit(value=False)))
    answer = campaign_results(
        empty,
        Ledger().run(replace(JUNE, currency="", fixed_minor=0), mailed=["a", "b"]).entries,
        "june",
        as_of=as_of_from_date(date(2026, 8, 31), "Europe/Rome"),
        completed_when="paid",
        home_currency=None,
    )
    row = row_of(answer)
    assert row["uplift"]["words"] == "nothing to compare with: nobody was held back"
    assert row["split"]["p_value"] == 3173  # by hand: none of 2 held, a third meant: χ² = (2/3)² / (4/9) = 1
    assert (row["letters"]["cost"], row["revenue"]["currency"], row["incremental"]["profit"]) == (
        None,
        None,
        None,
    )


def test_clients_who_were_forgotten_since_are_counted_and_in_no_figure(june):
    before = row_of(ask(june))
    sums = [
        {"campaign": "june", "wave": "2026-06-01", "arm": arm, "clients": clients, "cost_minor": 100}
        for arm, clients in (("mailed", 2), ("held", 1))
    ]
    sums.append(sums[0] | {"campaign": "may"})
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    body = {"clients": 4, "orders": [], "letters": sums}
    june[1].append(Entry(99, moment, "me", SUMS, None, None, body, None, 1))
    answer = ask(june)
    letters = row_of(answer)["letters"]
    assert letters == before["letters"] | {"forgotten_mailed": 2, "forgotten_held": 1}
    assert "3 assignments of clients forgotten since (2 mailed, 1 held back)" in " ".join(answer.notes)

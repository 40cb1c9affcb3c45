"""What `campaigns plan` says: the figures, the smallest effect, what anybody would have done without a letter."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest

from clientlens.campaigns.baseline import Baseline, baseline
from clientlens.campaigns.plan_answer import plan_answer
from clientlens.campaigns.plan_fields import WHY
from clientlens.campaigns.recipients import Reason
from clientlens.campaigns.spec import Audience, Holdout, Money
from clientlens.cli.campaign_planning import lift_of
from clientlens.errors import BadLift

DESK = SimpleNamespace(**run_path(str(Path(__file__).with_name("planned.py"))))
DAY = date(2026, 11, 26)


def base(clients, buyers):
    return Baseline(clients, buyers, date(2026, 9, 28), DAY)


def answered(spec, clients, base_, **other):
    facts = DESK.shop_of({f"c{n:03}": DESK.home(f"Via {n}") for n in range(clients)})
    return plan_answer(DESK.planned(facts, spec), base_, "Europe/Rome", **other)


def test_those_who_were_meant_a_window_ago_are_what_the_effect_is_compared_with():
    # The window is 60 days, 28 September to 26 November. Meant on 27 September: who had not ordered for 90 days.
    orders = [
        DESK.order("1", "back", "2026-05-01"),
        DESK.order("2", "back", "2026-10-10"),
        DESK.order("3", "back", "2026-10-11"),
        DESK.order("4", "gone", "2026-05-01"),
        DESK.order("5", "busy", "2026-09-01"),
        DESK.order("6", "busy", "2026-11-01"),
        DESK.order("7", "objects", "2026-05-01"),
        DESK.order("8", "first", "2026-09-28"),
    ]
    clients = {name: {} for name in ("back", "gone", "busy", "objects", "first")}
    question = DESK.asked(DESK.shop_of(clients, orders), suppressed={"objects"})
    spec = DESK.campaign(audience=Audience(where="recency_days > 90"))
    found = baseline(spec, question.market, DESK.as_of(DAY))
    assert found == base(2, 1)  # back and gone; back came back
    assert found.rate == 0.5


def test_the_figures_add_up():
    spec = DESK.campaign(
        holdout=Holdout(Fraction(1, 2), "s"), money=Money("EUR", 95, 1000, 3000), repeat="month"
    )
    row = answered(spec, 60, base(1000, 50)).rows.row(0, named=True)
    assert (row["mailed"], row["cost"]) == (
        21,
        1000 + 21 * 95,
    )  # 29.95; another letter would make 30.90 of 30.00
    assert row["audience"] == row["mailed"] + row["held"] + row["left_out"] == 60
    assert len(row["recipients"]) == row["mailed"] + row["held"]
    assert {one["cost"] for one in row["recipients"]} == {95, 0}
    assert {one["period"] for one in row["recipients"]} == {"2026-11"}
    assert row["reasons"] == [{"reason": "budget", "clients": row["left_out"], "meaning": WHY[Reason.BUDGET]}]
    assert len(row["not_written_to"]) == row["left_out"]


def test_a_wanted_lift_takes_a_published_number_of_clients():
    # 5 % to 6 %, a tenth held back: 37,981 and 4,221.
    spec = DESK.campaign(holdout=Holdout(Fraction(1, 10), "s"))
    answer = answered(spec, 20, base(1000, 50), lift=lift_of("20%"))
    row = answer.rows.row(0, named=True)
    assert (row["wanted_lift"], row["needed_mailed"], row["needed_held"]) == (2000, 37_981, 4_221)
    assert "37,981 letters and 4,221 held back" in answer.parts[0].rows.row(0)


def test_a_small_list_is_told_what_it_cannot_show():
    # With (1.96 + 0.8416)² = 7.8489 the difference d solves d² = 7.8489 ((0.2 + d)(0.8 - d) / mailed + 0.16 / held).
    spec = DESK.campaign(holdout=Holdout(Fraction(3, 10), "s"))
    answer = answered(spec, 30, base(50, 10))
    row = answer.rows.row(0, named=True)
    mailed, held, found = row["mailed"], row["held"], row["smallest_difference"] / 10_000
    square = 7.8489
    assert found**2 == pytest.approx(
        square * ((0.2 + found) * (0.8 - found) / mailed + 0.16 / held), rel=1e-3
    )
    from_ = f"{100 * (0.2 + found):.1f} % buyers among those mailed"
    assert answer.notes[0].startswith(
        f"only a large effect will show: {from_}, where 20 % buy anyway; hold out half ([holdout] share = 0.5; then from "
    )
    assert answer.notes[0].endswith(" % on), or take several waves together")
    words = answer.parts[0].rows.row(0, named=True)
    assert words["held_back"] == f"{held} of {mailed + held}, by lot (30 % of all households)"
    assert words["would_buy_anyway"].startswith("20 %: 10 of 50 such clients did, ")
    assert words["effect_shows_from"] == f"{from_} ({1 + found / 0.2:.1f} times as many)"
    assert answered(DESK.campaign(), 3, base(9, 3)).notes == (
        "nobody is held back, so nothing will tell what the letters changed: set [holdout] share",
    )
    assert "not known" in answered(spec, 30, base(0, 0)).notes[0]
    assert answered(spec, 0, base(0, 0)).notes == ()


@pytest.mark.parametrize("buyers", [0, 600])
def test_a_lift_of_nothing_or_beyond_everybody_takes_no_number_that_could_be_said(buyers):
    answer = answered(DESK.campaign(), 20, base(1000, buyers), lift=lift_of("100%"))
    assert answer.rows["needed_mailed"].to_list() == [None]
    assert "cannot be said" in answer.parts[0].rows.row(0)


@pytest.mark.parametrize(("text", "lift"), [("20", Fraction(1, 5)), ("+2.5 %", Fraction(1, 40))])
def test_a_lift_is_percent_more_buyers(text, lift):
    assert lift_of(text) == lift
    for wrong in ("0", "-5", "a fifth", "20 points", "1001"):
        with pytest.raises(BadLift):
            lift_of(wrong)

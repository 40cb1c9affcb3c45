"""The report of a small history, worked out by hand.

Rome is one hour ahead of UTC until 29 March 2026. Hours of the rules: Monday to Friday 09:00 to 18:00.

    request  asked                       answered                     after        in hours   became
    Q-1      Monday 2 March 10:00        1 November 12:00 UTC, offer  244 d 3 h    yes        accepted
    Q-2      Tuesday 3 March 22:30       the same, declined           242 d 14.5 h no         declined
    Q-3      Wednesday 4 March 09:00     never                                     yes        withdrawn
    Q-4      Thursday 5 March 09:00      never                                     yes        waiting

In minutes: Q-1 from 2 March 09:00 UTC to 1 November 12:00 UTC is 244 days and 3 hours, 351,540; Q-2 from 3 March 21:30
UTC is 242 days, 14 hours and 30 minutes, 349,350. Median of both: 350,445. 90th percentile: 349,350 + 0.9 x 2,190 =
351,321.
"""

from __future__ import annotations

from datetime import datetime

import pytest

RULES = "[schedule]\n" + "".join(
    f'{day} = ["09:00-18:00"]\n' for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
)


@pytest.fixture
def told(shop):
    (shop.workspace / "requests.toml").write_text(RULES)
    for change in (
        ("approve", "Q-1", "--expires", "2026-11-03"),
        ("accept", "Q-1"),
        ("decline", "Q-2"),
        ("withdraw", "Q-3"),
    ):
        assert shop("requests", *change).code == 0
    return shop


def test_states_and_conversion(told):
    found = told.json("report")
    states = (
        "requests",
        "approved",
        "declined",
        "accepted",
        "expired",
        "withdrawn",
        "waiting",
        "conversion",
        "bypassed",
    )
    assert [found[name] for name in states] == [4, 1, 1, 1, 0, 1, 1, "1.0000", 0]


def test_response_in_and_out_of_hours(told):
    rows = {row["when"]: list(row.values())[1:] for row in told.json("report")["response"]}
    assert rows == {
        # requests, answered, rate (without the one withdrawn unanswered), median, 90th percentile
        "all": [4, 2, "0.6667", 350_445, 351_321],
        "in hours": [3, 1, "0.5000", 351_540, 351_540],
        "out of hours": [1, 1, "1.0000", 349_350, 349_350],
    }


def test_working_hours_count_where_the_rules_have_them(told):
    path = told.workspace / "requests.toml"
    path.write_text(path.read_text() + '[working_hours]\ntuesday = ["22:00-23:00"]\n')
    rows = {row["when"]: row["requests"] for row in told.json("report")["response"]}
    assert rows == {"all": 4, "in hours": 1, "out of hours": 3}


def test_by_service_the_most_asked_for_first(told):
    rows = told.json("report")["services"]
    assert [
        (row["service"], row["requests"], row["approved"], row["declined"], row["conversion"]) for row in rows
    ] == [
        ("Logo", 3, 1, 0, "1.0000"),
        ("Website", 1, 0, 1, None),
    ]


def test_the_heat_map_has_every_hour_and_adds_up(told):
    heat = told.json("report")["heat"]
    assert len(heat) == 7 * 24
    found = {(cell["weekday"], cell["hour"]): cell["requests"] for cell in heat if cell["requests"]}
    assert found == {("monday", 10): 1, ("tuesday", 22): 1, ("wednesday", 9): 1, ("thursday", 9): 1}


def test_offers_that_end_soon_whenever_they_were_asked_for(shop):
    shop(
        "requests", "approve", "Q-1", "--expires", "2026-11-03"
    )  # ends on the 4th at 00:00: in 2 days 11 hours
    shop("requests", "approve", "Q-4", "--no-expiry")

    def ending(*options):
        return [row["request_id"] for row in shop.json("report", *options)["ending"]]

    assert ending() == ["Q-1"]
    assert ending("--within", "2d") == []
    assert ending("--window", "60d") == ["Q-1"]
    shop.now = datetime.fromisoformat("2026-11-03T23:00:00+00:00")
    assert ending() == []  # it has expired
    assert shop.json("report")["expired"] == 1


def test_a_window_is_of_the_days_on_which_they_were_asked(told):
    assert told.json("report", "--window", "2026-03-03..2026-03-04")["requests"] == 2


def test_the_table_fits_eighty_columns(told):
    done = told("requests", "report")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "When they come, by local weekday and hour" in done.stdout


def test_no_rules_are_no_hours(shop):
    done = shop("requests", "report")
    assert "out of hours" not in done.stdout
    assert "no hours are known: there are no rules" in done.stdout


def test_of_many_services_the_first_twenty_are_drawn_and_the_others_counted(shop):
    rows = "\n".join(f"S-{n},2026-03-02 10:00,s{n}@example.org,service {n}" for n in range(30))
    (shop.folder / "many.csv").write_text(f"request_id,requested_at,email,service\n{rows}\n")
    assert shop("import", "many.csv").code == 0
    drawn = shop("requests", "report").stdout
    assert (drawn.count("\nservice "), "and 12 more services (--json has all)" in drawn) == (19, True)
    assert len(shop.json("report")["services"]) == 32

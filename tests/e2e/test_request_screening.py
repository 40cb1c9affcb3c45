"""Incoming orders, one a case, and what the rules say of each: decision and every reason, worked out by hand."""

from __future__ import annotations

import json

import pytest

ORDERS = """order_id,placed_at,order_total,currency,status,completed_at,cancelled_at,email,name,phone,street,postcode,city,service,package
1,2026-01-10 10:00,100.00,EUR,completed,2026-01-12 09:00,,ada@example.org,Ada,+39 06 5550101,,,,Logo,basic
2,2026-01-11 10:00,100.00,EUR,cancelled,,2026-01-12 10:00,bea@example.org,Bea,,,,,Logo,basic
3,2026-01-12 10:00,100.00,EUR,pending,,,cleo@example.org,Cleo,,,,,Logo,basic
4,2026-02-01 10:00,100.00,EUR,completed,2026-02-20 10:00,,dora@example.org,Dora,,,,,Logo,basic
"""
ELSEWHERE = """order_id,placed_at,order_total,currency,status,completed_at,client_ref,email,name
901,2025-05-01 10:00,30.00,EUR,completed,2025-05-02 10:00,eva_k,eva@example.org,Eva
902,2025-05-01 10:00,30.00,EUR,completed,2025-05-02 10:00,fay_m,,Fay
"""
ALWAYS = 'enabled = true\naudience = "all"\n'
NEW = 'enabled = true\naudience = "new"\n'
MONDAY = ALWAYS + '[schedule]\nmonday = ["09:00-12:30", "14:00-18:00"]\n'
EVENING = ALWAYS + '[schedule]\nfriday = ["21:00-00:00"]\n'
LATE = ALWAYS + '[schedule]\nfriday = ["20:00-24:00"]\n'
NIGHT = ALWAYS + '[schedule]\nsunday = ["22:00-06:00"]\n'
SMALL_HOURS = ALWAYS + '[schedule]\nsunday = ["02:00-03:00"]\n'
NEW_YORK = ALWAYS + 'timezone = "America/New_York"\n[schedule]\nsunday = ["02:00-03:00"]\n'
NEW_YORK_TWICE = ALWAYS + 'timezone = "America/New_York"\n[schedule]\nsunday = ["01:00-02:00"]\n'
SERVICES = ALWAYS + (
    "[services]\nothers = false\nLogo = true\nWebsite = true\nGift = false\n"
    "[packages.Logo]\nbasic = false\npremium = true\nothers = true\n"
)
AWAY = (
    ALWAYS
    + '[schedule]\nmonday = ["09:00-10:00"]\n[[away]]\nfrom = 2026-12-24\nto = 2026-12-26\n'
    + '[[away]]\nfrom = 2026-12-30T12:00:00\nto = 2026-12-30T18:00:00\norders = "pass"\n'
)
CHECKLIST = NEW + '[requirements]\nLogo = ["Brand name", "Colours"]\n'
TEXT = "Brand name: ACME\nColours: green"


def asked(at, **more):
    return {"request_id": "R", "requested_at": at, "email": "new@example.org", "service": "Logo", **more}


CASES = [
    # what, rules, what comes in, decision, reasons
    ("a stranger, new clients held", NEW, asked("2026-03-02T10:00"), "request", ["new_client", "any_time"]),
    ("a client with a completed order", NEW, asked("2026-03-02T10:00", email="ada@example.org"), "accept", ["known_client"]),
    ("the e-mail in capitals is the same client", NEW, asked("2026-03-02T10:00", email=" ADA@Example.org "), "accept", ["known_client"]),
    ("a cancelled order makes nobody known", NEW, asked("2026-03-02T10:00", email="bea@example.org"), "request", ["new_client", "any_time"]),
    ("nor does one in progress", NEW, asked("2026-03-02T10:00", email="cleo@example.org"), "request", ["new_client", "any_time"]),
    ("at the order's own time nothing was completed yet", NEW, asked("2026-02-20T09:59", email="dora@example.org"), "request", ["new_client", "any_time"]),
    ("at the very moment of completion it was not before", NEW, asked("2026-02-20T10:00", email="dora@example.org"), "request", ["new_client", "any_time"]),
    ("a minute later it was", NEW, asked("2026-02-20T10:01", email="dora@example.org"), "accept", ["known_client"]),
    ("known by another store alone, by e-mail", NEW, asked("2026-03-02T10:00", email="eva@example.org"), "accept", ["known_client"]),
    ("the other store's user name is a stranger here", NEW, asked("2026-03-02T10:00", email=None, client_ref="fay_m"), "request", ["new_client", "any_time"]),
    ("known by the user name in that store", NEW, asked("2026-03-02T10:00", email=None, client_ref="fay_m", store="other"), "accept", ["known_client"]),
    ("all clients are held", ALWAYS, asked("2026-03-02T10:00", email="ada@example.org"), "request", ["all_clients", "any_time"]),
    ("rules switched off", NEW.replace("true", "false"), asked("2026-03-02T10:00"), "accept", ["rules_disabled"]),
    ("every reason to pass is told", MONDAY.replace("all", "new").replace("true", "false"), asked("2026-03-03T10:00", email="ada@example.org"), "accept", ["rules_disabled", "known_client", "out_of_hours"]),
    # services and packages
    ("a service that is on", SERVICES, asked("2026-03-02T10:00", service="Website"), "request", ["all_clients", "any_time"]),
    ("its name in other case and blanks", SERVICES, asked("2026-03-02T10:00", service=" website "), "request", ["all_clients", "any_time"]),
    ("a service that is off", SERVICES, asked("2026-03-02T10:00", service="Gift"), "accept", ["service_off"]),
    ("a service that is not named", SERVICES, asked("2026-03-02T10:00", service="Poster"), "accept", ["service_off"]),
    ("no service at all is one of the others", SERVICES, asked("2026-03-02T10:00", service=None), "accept", ["service_off"]),
    ("a package that is off", SERVICES, asked("2026-03-02T10:00", package="basic"), "accept", ["package_off"]),
    ("a package that is on", SERVICES, asked("2026-03-02T10:00", package="Premium"), "request", ["all_clients", "any_time"]),
    ("another package", SERVICES, asked("2026-03-02T10:00", package="gold"), "request", ["all_clients", "any_time"]),
    ("packages of a service without switches", SERVICES, asked("2026-03-02T10:00", service="Website", package="basic"), "request", ["all_clients", "any_time"]),
    # hours: 2 March 2026 is a Monday
    ("before the first range", MONDAY, asked("2026-03-02T08:59:59"), "accept", ["out_of_hours"]),
    ("the first minute counts", MONDAY, asked("2026-03-02T09:00:00"), "request", ["all_clients", "in_hours"]),
    ("the last second counts", MONDAY, asked("2026-03-02T12:29:59"), "request", ["all_clients", "in_hours"]),
    ("the end does not", MONDAY, asked("2026-03-02T12:30:00"), "accept", ["out_of_hours"]),
    ("between two ranges of a day", MONDAY, asked("2026-03-02T13:00:00"), "accept", ["out_of_hours"]),
    ("the second range", MONDAY, asked("2026-03-02T17:59"), "request", ["all_clients", "in_hours"]),
    ("another day", MONDAY, asked("2026-03-03T10:00"), "accept", ["out_of_hours"]),
    ("to 00:00 is to midnight", EVENING, asked("2026-03-06T23:59:59"), "request", ["all_clients", "in_hours"]),
    ("and not into the next day", EVENING, asked("2026-03-07T00:00"), "accept", ["out_of_hours"]),
    ("nor the midnight before", EVENING, asked("2026-03-06T00:00"), "accept", ["out_of_hours"]),
    ("to 24:00", LATE, asked("2026-03-06T23:59:59"), "request", ["all_clients", "in_hours"]),
    ("24:00 is the next day's", LATE, asked("2026-03-07T00:00"), "accept", ["out_of_hours"]),
    ("over midnight, the first part", NIGHT, asked("2026-03-01T22:00"), "request", ["all_clients", "in_hours"]),
    ("over midnight and the week's end, the second part", NIGHT, asked("2026-03-02T05:59"), "request", ["all_clients", "in_hours"]),
    ("over midnight, after it", NIGHT, asked("2026-03-02T06:00"), "accept", ["out_of_hours"]),
    ("over midnight, the day before has none", NIGHT, asked("2026-03-01T05:00"), "accept", ["out_of_hours"]),
    # clocks: Rome goes to summer time on 29 March 2026 at 01:00 UTC, and back on 25 October at 01:00 UTC
    ("Rome in spring: the last moment before the missing hour", SMALL_HOURS, asked("2026-03-29T00:59:59Z"), "accept", ["out_of_hours"]),
    ("Rome in spring: the moment after it shows 03:00", SMALL_HOURS, asked("2026-03-29T01:00:00Z"), "accept", ["out_of_hours"]),
    ("Rome in autumn: the hour the first time", SMALL_HOURS, asked("2026-10-25T00:30:00Z"), "request", ["all_clients", "in_hours"]),
    ("Rome in autumn: the hour the second time", SMALL_HOURS, asked("2026-10-25T01:30:00Z"), "request", ["all_clients", "in_hours"]),
    ("Rome in autumn: after it", SMALL_HOURS, asked("2026-10-25T02:00:00Z"), "accept", ["out_of_hours"]),
    # New York: 8 March 2026 at 07:00 UTC, and 1 November at 06:00 UTC
    ("New York in spring: before the missing hour", NEW_YORK, asked("2026-03-08T06:59:59Z"), "accept", ["out_of_hours"]),
    ("New York in spring: after it", NEW_YORK, asked("2026-03-08T07:00:00Z"), "accept", ["out_of_hours"]),
    ("New York in autumn: the hour the first time", NEW_YORK_TWICE, asked("2026-11-01T05:15:00Z"), "request", ["all_clients", "in_hours"]),
    ("New York in autumn: the hour the second time", NEW_YORK_TWICE, asked("2026-11-01T06:15:00Z"), "request", ["all_clients", "in_hours"]),
    ("New York in autumn: after it", NEW_YORK_TWICE, asked("2026-11-01T07:00:00Z"), "accept", ["out_of_hours"]),
    # away
    ("the day before the time away", AWAY, asked("2026-12-23T23:59:59"), "accept", ["out_of_hours"]),
    ("the first moment away", AWAY, asked("2026-12-24T00:00"), "request", ["all_clients", "away"]),
    ("the last day is in it whole", AWAY, asked("2026-12-26T23:59:59"), "request", ["all_clients", "away"]),
    ("the day after", AWAY, asked("2026-12-27T00:00"), "accept", ["out_of_hours"]),
    ("away when orders pass", AWAY, asked("2026-12-30T12:00"), "accept", ["away_passes"]),
    ("a time as its end is not in it", AWAY.replace("monday", "wednesday").replace("09:00-10:00", "00:00-24:00"), asked("2026-12-30T18:00"), "request", ["all_clients", "in_hours"]),
    # the checklist
    ("all questions answered", CHECKLIST, asked("2026-03-02T10:00", requirements=TEXT), "request", ["new_client", "any_time"]),
    ("a question left open", CHECKLIST, asked("2026-03-02T10:00", requirements="Brand name: ACME"), "request", ["new_client", "any_time", "requirements_missing"]),
    ("left open by a known client: held for that alone", CHECKLIST, asked("2026-03-02T10:00", email="ada@example.org", requirements="Brand name:\nColours: red"), "request", ["requirements_missing"]),
    ("answered by a known client", CHECKLIST, asked("2026-03-02T10:00", email="ada@example.org", requirements=TEXT), "accept", ["known_client"]),
    ("another service has no checklist", CHECKLIST, asked("2026-03-02T10:00", email="ada@example.org", service="Poster"), "accept", ["known_client"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(program, tmp_path_factory):
    """A folder with a workspace of two stores, in Rome. Not to be changed."""
    folder = tmp_path_factory.mktemp("shop")
    for store, text in (("main", ORDERS), ("other", ELSEWHERE)):
        (folder / f"{store}.csv").write_text(text)
        done = program("import", f"{store}.csv", "--store", store, "--timezone", "Europe/Rome", folder=folder)
        assert done.code == 0, done.stderr
    return folder


@pytest.fixture
def screened(shop, program, tmp_path):
    """`screened(rules, record, *options)`: the one row of the answer."""

    def call(rules, record, *options):
        path = tmp_path / "rules.toml"
        path.write_text(rules)
        done = program(
            *(
                "-w",
                shop / ".clientlens",
                "requests",
                "screen",
                "-",
                "--rules",
                path,
                "-f",
                "jsonl",
                *options,
            ),
            stdin=json.dumps(record).encode(),
            folder=shop,
        )
        assert done.code == 0, done.stderr
        return json.loads(done.stdout)

    return call


@pytest.mark.parametrize(
    ("rules", "record", "decision", "reasons"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_rules_decide(screened, rules, record, decision, reasons):
    row = screened(rules, record)
    assert (row["decision"], row["reasons"]) == (decision, reasons)


def test_at_least_forty_cases_are_tried():
    assert len(CASES) >= 40
    assert len({case[0] for case in CASES}) == len(CASES)


def test_each_reason_is_told_in_words_and_what_is_missing_is_listed(screened):
    row = screened(CHECKLIST, asked("2026-03-02T10:00", requirements="Colours: blue"))
    assert row["missing"] == ["Brand name"]
    assert row["why"] == [
        "the client has no completed order with you",
        "the rules hold at any time",
        "the text leaves questions of the checklist open",
    ]


def test_a_client_is_found_by_phone_where_there_is_no_e_mail(screened):
    order = {
        "order_id": "77", "placed_at": "2026-03-02T10:00", "order_total": "10.00", "currency": "EUR",
        "name": "A. B.", "phone": "+39 06 5550101", "lines": [{"service": "Logo", "package": "basic"}],
    }  # fmt: skip
    row = screened(NEW, order)
    assert (row["request_id"], row["decision"], row["service"]) == ("order:77", "accept", "Logo - basic")


def test_of_several_lines_one_that_is_held_holds_the_order(screened):
    order = {
        "order_id": "78", "placed_at": "2026-03-02T10:00", "order_total": "10.00", "currency": "EUR",
        "email": "new@example.org", "lines": [{"product": "Gift"}, {"service": "Logo", "package": "premium"}],
    }  # fmt: skip
    assert screened(SERVICES, order)["decision"] == "request"
    order["lines"][1]["package"] = "basic"
    row = screened(SERVICES, order)
    assert (row["decision"], row["reasons"]) == ("accept", ["package_off"])


def test_an_order_without_a_price_is_read_like_a_request(screened):
    row = screened(
        NEW,
        {"order_id": "#79", "placed_at": "2026-03-02T10:00", "email": "new@example.org", "service": "Logo"},
    )
    assert (row["request_id"], row["decision"], row["amount"]) == ("order:79", "request", None)


def test_a_bad_line_is_set_aside_and_the_others_are_answered(shop, program, tmp_path):
    (tmp_path / "rules.toml").write_text(NEW)
    lines = [
        json.dumps(asked("2026-03-02T10:00")),
        "{broken",
        json.dumps({**asked("2026-02-30T10:00"), "request_id": "S"}),
    ]
    done = program(
        *(
            "-w",
            shop / ".clientlens",
            "requests",
            "screen",
            "-",
            "--rules",
            tmp_path / "rules.toml",
            "-f",
            "jsonl",
        ),
        stdin="\n".join(lines).encode(),
        folder=shop,
    )
    assert done.code == 1
    assert [json.loads(line)["request_id"] for line in done.lines] == ["R"]
    assert "2 rows set aside" in done.stderr
    assert "-:2: this is no JSON" in done.stderr
    assert "-:3: requested_at '2026-02-30T10:00'" in done.stderr


def test_a_file_of_one_bad_line_is_refused(shop, program, tmp_path):
    (tmp_path / "rules.toml").write_text(NEW)
    done = program(
        *(
            "-w",
            shop / ".clientlens",
            "requests",
            "screen",
            "-",
            "--rules",
            tmp_path / "rules.toml",
            "--json",
        ),
        stdin=json.dumps(asked("yesterday")).encode(),
        folder=shop,
    )
    assert (done.code, done.stdout) == (3, b"")
    assert done.error["code"] == "no_good_row"


def test_clients_alone_cannot_be_screened(shop, program, tmp_path):
    (tmp_path / "rules.toml").write_text(NEW)
    (tmp_path / "clients.csv").write_text("email,name\nada@example.org,Ada\n")
    done = program(
        *(
            "-w",
            shop / ".clientlens",
            "requests",
            "screen",
            tmp_path / "clients.csv",
            "--rules",
            tmp_path / "rules.toml",
        ),
        folder=shop,
    )
    assert (done.code, done.stdout) == (3, b"")
    assert "it holds neither orders nor order requests" in done.stderr

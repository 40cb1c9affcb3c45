"""Plain clients, reviews, events, scans and requests: each rule with a small file and exactly what is stored."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from clientlens.errors import NoGoodRow
from clientlens.model.batch import ReadOptions
from clientlens.model.tables import EVENTS, PEOPLE, REQUESTS, REVIEWS, SCANS

OPTIONS = ReadOptions(store="main", workspace_timezone="Europe/Rome", today=dt.date(2026, 11, 25))
REVIEWS_HEAD = "review_id,platform,seller,client_ref,service,rating,reviewed_at,price,currency,order_id\n"


def problems(batch):
    return [(one.line, one.column, one.value, one.message) for one in batch.problems]


def bare(frame):
    return frame.drop("version", "file_no", "line", "row_count")


# --- clients ---------------------------------------------------------------------------------------------


def test_clients_are_people_with_what_the_list_says(read):
    text = (
        "client_ref,email,first_name,last_name,birthday,language,group,joined_at,accepts_email,postcode\n"
        'k1,Ann@Example.org,Ann,Arbor,5.1.1980,de_AT,"b, a,b",2026-02-01,yes,01067\n'
        "k2,,Bea,,--02-29,EN,,,NO,\n"
    )
    batch = read(text, OPTIONS)
    assert batch.people.schema == PEOPLE.schema
    names = (
        "person_key",
        "name",
        "email",
        "birthday",
        "language",
        "groups",
        "accepts_email",
        "postcode",
        "is_profile",
    )
    assert batch.people.select(names).rows() == [
        (
            "e:ann@example.org",
            "Ann Arbor",
            "ann@example.org",
            "1980-01-05",
            "de-at",
            "a,b",
            True,
            "01067",
            True,
        ),
        ("n:main:k2", "Bea", None, "--02-29", "en", None, False, None, True),
    ]
    assert batch.people["joined_at"].to_list()[0] == dt.datetime(2026, 1, 31, 23, tzinfo=dt.UTC)
    assert (batch.people_rows, batch.orders) == (2, None)


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("birthday", "30.02.1980", "not a day"),
        ("birthday", "29.02.2001", "not a day"),
        ("birthday", "--02-30", "not a day"),
        ("birthday", "1.2.80", "not a day"),
        ("language", "German", "not a language tag"),
        ("accepts_email", "ja", "neither yes nor no"),
        ("anonymous", "1", "neither yes nor no"),
        ("anonymous", "yes", "marked as anonymous"),
        ("joined_at", "2026-02-30", "no such day"),
    ],
)
def test_a_detail_that_is_none_sets_the_client_aside(read, column, cell, message):
    rest = ",2026-01-01" if column != "joined_at" else ""
    head = f"email,{column}" + (",joined_at" if rest else "")
    batch = read(
        f"{head}\na@example.org,{cell}{rest}\nb@example.org,{rest}\n"
        + (f"c@example.org,2026-01-01{rest}\n" if not rest else ""),
        OPTIONS,
    )
    assert [(line, name, value) for line, name, value, _ in problems(batch)] == [(2, column, cell)]
    assert message in batch.problems[0].message


def test_somebody_who_cannot_be_known_is_told(read):
    batch = read("email,name,phone\na@example.org,Ann,\n,Bea,\n,,+39 340 1234567\n", OPTIONS)
    assert [(line, message) for line, _, _, message in problems(batch)] == [
        (3, "neither an e-mail, a client_ref, a phone, nor a name with an address")
    ]
    assert (batch.people_rows, batch.rows_set_aside) == (2, 1)


# --- reviews ---------------------------------------------------------------------------------------------


def test_reviews_are_stored_as_they_stand(read):
    text = REVIEWS_HEAD + (
        "r1,etsy,candleworks,lena,Candle,4.5,2026-03-01,12.50,EUR,#77\n"
        "r1,etsy,candleworks,lena,Candle,4.5,2026-03-01,12.50,EUR,#77\n"
        "r2,etsy,other,max,,5,2026-03-02,,,\n"
    )
    batch = read(text, OPTIONS)
    assert bare(batch.reviews).schema == REVIEWS.schema
    names = (
        "review_key",
        "platform",
        "seller",
        "service",
        "rating_milli",
        "reviewed_on",
        "price",
        "currency",
        "order_id",
        "person_key",
    )
    assert batch.reviews.select(names).rows() == [
        (
            "id:r1",
            "etsy",
            "candleworks",
            "Candle",
            4500,
            dt.date(2026, 3, 1),
            1250,
            "EUR",
            "77",
            "n:main:lena",
        ),
        ("id:r2", "etsy", "other", None, 5000, dt.date(2026, 3, 2), None, None, None, "n:main:max"),
    ]
    assert batch.rows_duplicate == 1


def test_reviews_without_an_id_may_be_equal_and_are_as_many(read):
    row = {"seller": "candleworks", "email": "a@example.org", "rating": 5, "reviewed_at": "2026-03-01"}
    batch = read(json.dumps([row, row]), OPTIONS, name="r.json")
    assert (batch.reviews.height, batch.reviews["review_key"].n_unique(), batch.rows_duplicate) == (2, 2, 0)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("x,etsy,,lena,,5,2026-03-01,,,", "seller", "the row needs it"),
        ("x,etsy,s,,,5,2026-03-01,,,", "client_ref", "nothing says whose it is"),
        ("x,etsy,s,lena,,6,2026-03-01,,,", "rating", "stars go from 1 to 5"),
        ("x,etsy,s,lena,,0.5,2026-03-01,,,", "rating", "stars go from 1 to 5"),
        ("x,etsy,s,lena,,five,2026-03-01,,,", "rating", "not a number"),
        ("x,etsy,s,lena,,5,,,,", "reviewed_at", "the row needs a time"),
        ("x,etsy,s,lena,,5,2026-03-01,5.00,,", "currency", "currency is missing"),
        ("x,etsy,s,lena,,5,2026-03-01,5.001,EUR,", "price", "not an amount"),
        ("r1,etsy,s,lena,,4,2026-03-01,,,", "review_id", "twice, with different content"),
    ],
)
def test_a_bad_review_is_set_aside(read, row, column, message):
    batch = read(f"{REVIEWS_HEAD}r1,etsy,s,max,,5,2026-03-01,,,\n{row}\n", OPTIONS)
    assert batch.reviews.height == 1
    assert {(line, name) for line, name, _, _ in problems(batch)} == {(3, column)}
    assert message in batch.problems[0].message


# --- events, scans, requests -----------------------------------------------------------------------------


def test_events_are_follow_message_or_login_and_equal_ones_are_one(read):
    text = "client_ref,event,at\nlena,Follow,2026-03-01 09:30\nlena,Follow,2026-03-01 09:30\nlena,login,2026-03-01 09:30\nlena,wave,2026-03-01\n"
    batch = read(text, OPTIONS)
    assert bare(batch.events).schema == EVENTS.schema
    assert batch.events["event"].to_list() == ["follow", "login"]
    assert batch.rows_duplicate == 1
    assert problems(batch) == [(5, "event", "wave", "neither follow, message nor login")]


def test_scans_are_of_nobody(read):
    batch = read(
        "code,scanned_at,user_agent\nk3v9,2026-03-01T09:30:00Z,Phone\n,2026-03-01T09:30:00Z,\nk3v9,2026-03-01T09:30:00Z,Phone\n",
        OPTIONS,
    )
    assert bare(batch.scans).schema == SCANS.schema
    assert batch.scans.select("code", "user_agent").rows() == [("k3v9", "Phone")]
    assert (batch.people, batch.rows_duplicate) == (None, 1)
    assert problems(batch) == [(3, "code", None, "the row needs it")]


def test_requests_keep_their_own_id_and_their_day_wherever_they_come_from(read):
    text = (
        "request_id,requested_at,email,service,package,requirements,start_date,price,currency\n"
        'Q1,2026-03-01 09:30,a@example.org,Logo,basic,"two\nlines",2026-04-10,50,EUR\n'
        "Q2,2026-03-02 09:30,a@example.org,Logo,basic,,2026-02-30,50,EUR\n"
        "Q1,2026-03-01 09:30,a@example.org,Logo,basic,other,2026-04-10,50,EUR\n"
    )
    batch = read(text, ReadOptions(store="main", workspace_timezone="Europe/Rome", timezone="Asia/Tokyo"))
    assert bare(batch.requests).schema == REQUESTS.schema
    assert batch.requests.select("request_key", "requirements", "start_date", "price").rows() == [
        ("Q1", "two\nlines", dt.date(2026, 4, 10), 5000)
    ]
    # 09:30 in Tokyo is half past one at night in Rome.
    assert batch.requests["requested_at"].to_list() == [dt.datetime(2026, 3, 1, 0, 30, tzinfo=dt.UTC)]
    assert [one[:2] for one in problems(batch)] == [(4, "start_date"), (5, "request_id")]


def test_nothing_but_bad_rows_is_refused(read):
    with pytest.raises(NoGoodRow, match="event 'wave'"):
        read("client_ref,event,at\nlena,wave,2026-03-01\n", OPTIONS)


# --- access logs -----------------------------------------------------------------------------------------

CODE = "abcdefghij0123456789"


def test_an_access_log_gives_scans_of_codes_alone(read):
    def line(request, status=200, agent='Phone \\"X\\"'):
        return f'203.0.113.9 - - [01/Mar/2026:09:30:00 +0100] "{request}" {status} 5 "-" "{agent}"\n'

    text = (
        line(f"GET /q/{CODE} HTTP/1.1") + line(f"HEAD /q/{CODE} HTTP/1.1") + line("GET /index.html HTTP/1.1")
        + line(f"GET /q/{CODE} HTTP/1.1", 404) + "not a line\n" + "\n"
        + line(f"GET /{CODE}?utm=x HTTP/2.0", 302, "Tablet").replace("01/Mar", "30/Feb")
    )  # fmt: skip
    batch = read(text, OPTIONS, name="access.log")
    assert batch.source == "scan_log"
    assert batch.scans["code"].to_list() == [CODE]
    assert batch.scans["scanned_at"].to_list() == [dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)]
    assert (batch.rows_skipped, batch.rows_set_aside) == (3, 2)
    assert [(line, message) for line, _, _, message in problems(batch)] == [
        (5, "not a line of an access log"),
        (7, "not a line of an access log"),
    ]
    assert "203.0.113.9" not in str(batch.scans.rows())
    # A campaign's address may have its code anywhere in path or query, beside what advertisers add.
    places = ("/l?c={}", "/l/?utm_id=abcdefghij0123456789&c={}&x=1", "/l/{}/welcome", "/l/{}.html")
    own = [f"0123456789ABCDE{n}" for n in range(len(places))]
    text = "".join(
        line(f"GET {place.format(code)} HTTP/1.1") for place, code in zip(places, own, strict=True)
    )
    assert sorted(read(text, OPTIONS, name="access.log").scans["code"]) == own

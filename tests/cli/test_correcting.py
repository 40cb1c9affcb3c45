"""`clients merge`, `split`, `suggest-merges`: what they print, and what they leave."""

from __future__ import annotations

import json

import jsonschema
import pytest

HEADER = (
    "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Billing Name,Billing Street,Billing Zip,Billing City,Billing Country,Phone,Id"
)
ROWS = [
    "1001,ann@example.org,Ann Example,Road 1,10115,Berlin,+4930123456",
    "1002,ann@example.net,Ann  EXAMPLE,Road 1,10115,Berlin,",
    "1003,bob@example.org,Bob Example,Lane 2,20095,Hamburg,+4930123456",
    "1004,,Till,,,,+4940111111",
]


@pytest.fixture
def shop(call, tmp_path):
    """Four orders: Ann under two e-mails, Bob with Ann's phone, and one with a phone alone."""
    lines = [HEADER]
    for row in ROWS:
        number, email, name, street, postcode, city, phone = row.split(",")
        created = "2026-03-01 10:00:00 +0100"
        address = f"{name},{street},{postcode},{city},DE,{phone}"
        lines.append(f"#{number},{email},paid,EUR,25.00,{created},1,Candle,25.00,{address},5{number}")
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    path = tmp_path / "ws"
    done = call("import", tmp_path / "orders.csv", "--timezone", "Europe/Berlin", ws=path)
    assert done.code == 0, done.stderr
    return path


@pytest.fixture
def ids(call, shop):
    """E-mail (None: the till's) -> client id, as things are now."""
    return lambda: {row["email"]: row["client_id"] for row in call("clients", "--json", ws=shop).json}


def as_promised(call, name, result):
    assert (result.code, result.stderr) == (0, "")
    jsonschema.validate(result.json, json.loads(call("schema", *name.split()).text))
    return result.json


def test_a_merge_tells_what_became_of_both_and_their_orders_are_one_history(call, shop, ids):
    before = ids()
    rows = as_promised(
        call, "clients merge", call("clients", "merge", "1002", "ann@example.org", "--json", ws=shop)
    )
    kept = before["ann@example.net"]  # the smaller of the two e-mails
    assert [(row["client_id_before"], row["name_before"], row["client_id"], row["name"]) for row in rows] == [
        (before["ann@example.net"], "Ann  EXAMPLE", kept, rows[0]["name"]),
        (before["ann@example.org"], "Ann Example", kept, rows[0]["name"]),
    ]
    assert {row["number"] for row in call("orders", kept, "--json", ws=shop).json} == {"1001", "1002"}
    assert call("insights", before["ann@example.org"], "--json", ws=shop).json[0]["client_id"] == kept


def test_a_split_gives_both_back(call, shop, ids):
    before = call("clients", "--json", ws=shop).stdout
    was = ids()
    call("clients", "merge", "ann@example.org", "ann@example.net", ws=shop)
    rows = as_promised(
        call,
        "clients split",
        call("clients", "split", "ann@example.org", "ann@example.org", "--json", ws=shop),
    )
    assert [(row["client_id"], row["email"]) for row in rows] == [
        (was["ann@example.org"], "ann@example.org"),
        (was["ann@example.net"], "ann@example.net"),
    ]
    assert call("clients", "--json", ws=shop).stdout == before


def test_a_merge_and_a_split_tell_names_as_people_corrected_them(call, shop):
    call("clients", "edit", "ann@example.org", "--name", "Anna Right", "--email", "anna@example.org", ws=shop)
    merged = call("clients", "merge", "anna@example.org", "ann@example.net", "--json", ws=shop).json
    assert [row["name_before"] for row in merged] == ["Anna Right", "Ann  EXAMPLE"]
    assert {(row["name"], row["email"]) for row in merged} == {("Anna Right", "anna@example.org")}
    split = call("clients", "split", "anna@example.org", "ann@example.org", "--json", ws=shop).json
    assert [(row["name_before"], row["name"], row["email"]) for row in split] == [
        ("Anna Right", "Anna Right", "anna@example.org"),
        ("Anna Right", "Ann  EXAMPLE", "ann@example.net"),
    ]


def test_a_table_says_it_in_a_line(call, shop):
    merged = call("clients", "merge", "1001", "1003", ws=shop).text
    assert merged.splitlines()[0] == "Two clients are one now"
    split = call("clients", "split", "1001", "BOB@example.org", ws=shop).text
    assert split.splitlines()[0] == "One client is 2 now"


def test_explain_tells_who_joined_and_the_history_too(call, shop):
    call("clients", "merge", "1001", "1003", ws=shop)
    rows = call("clients", "explain", "1003", "--json", ws=shop).json
    by_hand = {row["key"]: (row["joined_to"], row["reason"]) for row in rows if row["identifies"]}
    assert by_hand["bob@example.org"] == ("ann@example.org", "joined by hand on 2026-11-01 by ada")
    call("clients", "split", "1001", "bob@example.org", ws=shop)
    rows = call("workspace", "history", "--json", ws=shop).json
    assert [(row["actor"], row["what"]) for row in rows[1:]] == [
        ("ada", "merged the clients of ann@example.org and bob@example.org"),
        ("ada", "split bob@example.org off its client (takes back a merge)"),
    ]


def test_suggestions_are_pairs_and_end_when_people_have_decided(call, shop):
    def suggested():
        rows = as_promised(
            call, "clients suggest-merges", call("clients", "suggest-merges", "--json", ws=shop)
        )
        return [(row["email"], row["other_email"], row["reason"], row["key"]) for row in rows]

    phone = ("ann@example.org", "bob@example.org", "same_phone", "+4930123456")
    home = "ann example, road 1, 10115, berlin, de"
    assert suggested() == [phone, ("ann@example.net", "ann@example.org", "same_name_and_address", home)]
    call("clients", "merge", "ann@example.org", "bob@example.org", ws=shop)
    assert [row[:2] for row in suggested()] == [("ann@example.net", "ann@example.org")]
    call("clients", "split", "bob@example.org", "bob@example.org", ws=shop)
    assert suggested() == [("ann@example.net", "ann@example.org", "same_name_and_address", home)]
    call("clients", "merge", "ann@example.net", "ann@example.org", ws=shop)
    assert suggested() == []


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (
            ("merge", "1001", "ann@example.org"),
            "same_client",
            "'1001' and 'ann@example.org' are one client already",
        ),
        (("merge", "1001", "nobody"), "unknown_client", "no client matches 'nobody'"),
        (("merge", "example", "1001"), "ambiguous_client", "3 clients match 'example'"),
        (("split", "1001", "999"), "unknown_key", "has no key '999'"),
        (("split", "1001", "ann@example.org"), "nothing_to_split", "no other record would be left"),
        (
            ("split", "1001", "+4930123456"),
            "nothing_to_split",
            "it is known, but joins nothing to this client",
        ),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(call, shop, words, code, message):
    before = call("workspace", "history", "--json", ws=shop).stdout
    refused = call("clients", *words, "--json", ws=shop)
    assert (refused.code, refused.stdout) == (2, b"")
    assert refused.error["code"] == code
    assert message in refused.error["message"]
    assert call("workspace", "history", "--json", ws=shop).stdout == before


def test_an_undone_import_takes_a_merge_to_sleep_and_importing_again_wakes_it(call, shop, tmp_path):
    call("clients", "merge", "1001", "1003", ws=shop)
    together = call("clients", "--json", ws=shop).stdout
    call("workspace", "undo", ws=shop)
    assert call("clients", "--json", ws=shop).json == []
    call("import", tmp_path / "orders.csv", ws=shop)
    assert call("clients", "--json", ws=shop).stdout == together
    assert call("workspace", "check", ws=shop).code == 0


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv", "parquet"])
def test_a_merge_is_told_in_every_format(call, shop, name):
    done = call("clients", "merge", "1001", "1003", "-f", name, ws=shop)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout

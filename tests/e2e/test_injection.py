"""Text from files is data wherever it comes out: nothing in it moves a cursor, hides, runs or breaks a format."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import polars as pl
import pytest
from rich.cells import cell_len

NAMES = {
    "markup": "[/b][bold]Bold[/nope]",
    "escape": "\x1b[31mRed\x1b[2J\x1b]0;title\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "c1": "\x9b31mC1\x85next",
    "bidi": "\u202egnp.exe\u2066x\u2069",
    "invisible": "zero\u200bwidth\ufeff\u2060",
    "emoji code": ":skull: :smiley:",
    "formula": '=HYPERLINK("https://evil.example","pay")',
    "plus": "+4912345",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "fullwidth": "\uff1d1+1",
    "apostrophe": "'=1+1",
    "newline": "first\nsecond\r\nthird\tfourth",
    "quote": 'He said "no", twice',
    "format": "{0} {name} %s %(x)s $HOME `id` $(id)",
    "json": '", "name": "other',
    "long": "x" * 300,
    "wide": "漢" * 150,
    "combining": "e" + "\u0301" * 50,
}
GUARDED = {"formula", "plus", "minus", "at", "fullwidth", "apostrophe"}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def hostile(program, tmp_path_factory):
    """A workspace of clients with such names, products and towns."""
    folder = tmp_path_factory.mktemp("hostile")
    columns = [
        "Name",
        "Email",
        "Financial Status",
        "Paid at",
        "Currency",
        "Subtotal",
        "Shipping",
        "Taxes",
        "Total",
    ]
    columns += ["Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku"]
    columns += [
        "Lineitem requires shipping",
        "Lineitem taxable",
        "Billing Name",
        "Shipping Name",
        "Shipping City",
    ]
    columns += ["Refunded Amount", "Id", "Fulfillment Status", "Lineitem fulfillment status"]
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number, name in enumerate(NAMES.values()):
            day = f"2026-03-{number + 1:02} 10:00:00 +0100"
            writer.writerow(
                [
                    *(f"#{1001 + number}", f"c{number}@example.org", "paid", day, "EUR"),
                    *(
                        "20.00",
                        "0.00",
                        "0.00",
                        "20.00",
                        day,
                        "1",
                        name,
                        "20.00",
                        f"S{number}",
                        "true",
                        "true",
                    ),
                    *(name, name, name, "0.00", str(5001 + number), "fulfilled", "fulfilled"),
                ]
            )
    path = folder / ".clientlens"
    done = program("-w", path, "import", folder / "orders.csv", "--timezone", "UTC", "--json")
    assert (done.code, done.json["orders_added"]) == (0, len(NAMES)), done.stderr

    def call(*args, **kwargs):
        return program("-w", path, "--as-of", "2026-10-31", *args, **kwargs)

    return call


def harmless(text):
    """Only line feeds and characters that show themselves; colours of our own are taken off first."""
    left = COLOUR.sub("", text)
    return [
        character
        for character in left
        if character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    ]


QUESTIONS = [
    ("insights",),
    ("insights", "c1@example.org"),
    ("leaderboard",),
    ("orders", "--all", "--lines"),
    ("clients",),
    ("clients", "explain", "c1@example.org"),
    ("workspace", "imports"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
@pytest.mark.parametrize("terminal", [{}, {"tty": True, "width": 80}, {"tty": True, "width": 200}], ids=str)
def test_tables_show_names_and_obey_none_of_them(hostile, question, terminal):
    drawn = hostile(*question, **terminal)
    assert drawn.code == 0
    assert harmless(drawn.text + drawn.stderr) == []
    if terminal:
        assert max(cell_len(COLOUR.sub("", line)) for line in drawn.lines) <= terminal["width"]


def test_a_colour_in_a_name_is_spelled_out_not_shown(hostile):
    text = hostile("clients").text
    assert "\x1b" not in text
    assert r"\x1b[31mRed\x1b[2J\x1b]0;title\x07" in text
    assert r"\u202egnp.exe\u2066x\u2069" in text
    assert r"zero\u200bwidth" in text
    assert "[/b][bold]Bold[/nope]" in text
    assert ":skull: :smiley:" in text
    assert r"first\nsecond\r\nthird\tfourth" in text
    assert "{0} {name} %s %(x)s $HOME `id` $(id)" in text


def test_a_table_has_one_line_for_each_client_whatever_their_names(hostile):
    rows = [line for line in hostile("clients").lines if "@example.org" in line]
    assert len(rows) == len(NAMES)


def _expected(name):
    """What becomes of a name on import: composed (NFC), and without the one apostrophe that a guard puts there."""
    name = unicodedata.normalize("NFC", name)
    return name.removeprefix("'") if name == NAMES["apostrophe"] else name


def test_json_and_parquet_hold_names_letter_for_letter(hostile):
    by_mail = {f"c{number}@example.org": name for number, name in enumerate(NAMES.values())}
    rows = hostile("clients", "--json").json
    assert {row["email"]: row["name"] for row in rows} == {
        mail: _expected(name) for mail, name in by_mail.items()
    }
    frame = pl.read_parquet(io.BytesIO(hostile("clients", "-f", "parquet").stdout))
    assert dict(zip(frame["email"], frame["name"], strict=True)) == {
        row["email"]: row["name"] for row in rows
    }
    for line in hostile("clients", "--json").stdout.split(b"\n"):
        assert not re.search(rb"[\x00-\x1f]", line)


def test_csv_guards_what_a_spreadsheet_would_run(hostile):
    names = {row["email"]: row["name"] for row in hostile("clients", "--json").json}
    for safe in (True, False):
        options = () if safe else ("--no-csv-safe",)
        text = hostile("clients", "-f", "csv", *options).text
        cells = {row["email"]: row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))}
        assert set(cells) == set(names)
        for mail, cell in cells.items():
            runs = names[mail][0] in "=+-@\uff1d"
            assert cell == (("'" if runs and safe else "") + names[mail])
            if safe:
                assert cell[0] not in "=+-@\t\r\uff1d"


def test_the_guard_comes_off_again_on_import(hostile, clientlens, orders_csv):
    names = {row["email"]: row["name"] for row in hostile("clients", "--json").json}
    text = hostile("clients", "-f", "csv").text
    guarded = {row["email"]: row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    rows = [{"Email": mail, "Billing Name": name} for mail, name in guarded.items()]
    assert clientlens("import", orders_csv("again.csv", *rows)).code == 0
    again = {row["email"]: row["name"] for row in clientlens("clients", "--json").json}
    assert again == names


HOSTILE_WORDS = ["\x1b[31mred\x1b[0m", "\u202eevil", "a\nb", "[/nope]", "{x}%s", ":skull:", "x" * 3000]


@pytest.mark.parametrize("word", HOSTILE_WORDS, ids=range(len(HOSTILE_WORDS)))
@pytest.mark.parametrize(
    "arguments",
    [
        ("insights", "WORD"),
        ("WORD",),
        ("insights", "--window", "WORD"),
        ("insights", "--as-of", "WORD"),
        ("insights", "--format", "WORD"),
        ("insights", "--WORD"),
        ("leaderboard", "--store", "WORD"),
        ("leaderboard", "--rank-by", "WORD"),
        ("import", "WORD"),
        ("import", "WORD.csv", "--source", "WORD"),
        ("import", "a.csv", "--encoding", "WORD"),
        ("import", "a.csv", "--timezone", "WORD"),
        ("import", "a.csv", "--expect-total", "WORD"),
        ("schema", "WORD"),
        ("-w", "WORD", "workspace", "status"),
    ],
    ids=" ".join,
)
def test_an_error_message_obeys_nothing_that_was_typed(hostile, tmp_path, arguments, word):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    refused = hostile(*(argument.replace("WORD", word) for argument in arguments), folder=tmp_path)
    assert harmless(refused.text + refused.stderr) == []
    if arguments == ("insights", "WORD") and refused.code == 0:
        return  # somebody is called so
    assert refused.code in {2, 3, 4}
    assert refused.stdout == b""
    lines = refused.stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["clientlens", "hint"]


def test_a_file_name_is_shown_harmless_and_reported_as_it_is(clientlens, orders_csv):
    file = orders_csv("\x1b[31mred\u202e.csv", {}, {"Total": "\x1b[2Jx"})
    told = clientlens("import", file)
    assert told.code == 1
    assert harmless(told.text + told.stderr) == []
    assert r"\x1b[31mred\u202e.csv:3" in told.stderr
    assert r"\x1b[2Jx" in told.stderr
    assert harmless(clientlens("workspace", "imports").text) == []
    assert clientlens("workspace", "imports", "--json").json[0]["files"] == [str(file)]


def test_a_file_name_that_is_no_text_is_told_and_not_a_bug(clientlens, orders_csv, tmp_path):
    import os

    odd = os.fsdecode(os.fsencode(str(tmp_path)) + b"/orders\xff.csv")
    orders_csv("orders.csv").rename(odd)
    told = clientlens("import", odd)
    assert (told.code, told.stdout) == (2, b"")
    assert harmless(told.stderr) == []
    assert r"orders\udcff.csv' is not UTF-8 text" in told.stderr
    assert clientlens("import", odd, "--json").error["code"] == "not_text"

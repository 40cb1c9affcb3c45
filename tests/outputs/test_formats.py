"""Every format over one awkward answer, byte for byte, and what must hold whatever the bytes are."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from clientlens.errors import UnknownFormat
from clientlens.model.answer import Answer, Field, Kind
from clientlens.outputs.format import Style, format_for, formats
from clientlens.outputs.schema import json_schema
from clientlens.sources.parsing import unapostrophe

GOLDEN = Path(__file__).parent / "golden"
NAME = Field("name", Kind.TEXT, "name")


def texts(*values: str | None) -> Answer:
    return Answer("t", (NAME,), pl.DataFrame({"name": values}, schema={"name": pl.String}), "UTC")


def amounts(count: int) -> Answer:
    fields = (
        Field("window", Kind.TEXT, "w"),
        Field("spend", Kind.MONEY, "s"),
        Field("currency", Kind.TEXT, "c"),
    )
    rows = {
        "window": [f"w{n}" for n in range(count)],
        "spend": [123456789] * count,
        "currency": ["EUR"] * count,
    }
    return Answer("a", fields, pl.DataFrame(rows), "UTC", panels=("window",))


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv"])
def test_the_bytes_of_a_format_are_the_golden_ones(awkward, suffix):
    assert formats()[suffix].write(awkward, Style()) == (GOLDEN / f"awkward.{suffix}").read_bytes()


@pytest.mark.parametrize("width", [80, 200, None])
def test_the_bytes_of_a_table_are_the_golden_ones(awkward, width):
    assert (
        formats()["table"].write(awkward, Style(width=width))
        == (GOLDEN / f"awkward-{width or 'pipe'}.txt").read_bytes()
    )


def test_parquet_gives_back_the_golden_frame_and_schema(awkward):
    written = pl.read_parquet(io.BytesIO(formats()["parquet"].write(awkward, Style())))
    golden = pl.read_parquet(GOLDEN / "awkward.parquet")
    assert written.schema == golden.schema
    assert written.equals(golden)
    assert written["spend"].to_list()[:3] == [Decimal("1234567.89"), Decimal(-1200), Decimal("-0.005")]
    assert written["basis"].null_count() == 2


def test_json_has_the_decimals_of_each_currency_and_the_offset_of_each_season(awkward):
    rows = json.loads(formats()["json"].write(awkward, Style()), parse_float=str)
    assert [row["spend"] for row in rows[:4]] == ["1234567.89", -1200, "-0.005", "0.00"]
    assert rows[0]["lines"][0] == {"product": 'Wick "5"', "quantity": "1.5", "total": "-0.05"}
    assert [row["joined_at"] for row in rows[:3]] == [
        "2026-02-01T00:30:00+01:00",
        "2026-08-01T00:15:05+02:00",
        None,
    ]
    assert datetime.fromisoformat(rows[1]["joined_at"]).utcoffset() is not None


def test_json_is_what_its_schema_says(awkward):
    schema = json_schema(awkward.name, awkward.fields)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(formats()["json"].write(awkward, Style())))


def test_a_single_thing_is_an_object():
    one = Answer("t", (NAME,), pl.DataFrame({"name": ["x"]}), "UTC", single=True)
    assert json.loads(formats()["json"].write(one, Style())) == {"name": "x"}


@pytest.mark.parametrize(("name", "empty"), [("json", b"[]\n"), ("jsonl", b""), ("csv", b"name\n")])
def test_no_rows_are_a_whole_and_empty_answer(name, empty):
    assert formats()[name].write(texts(), Style()) == empty


@pytest.mark.parametrize("name", ["json", "jsonl"])
@given(st.lists(st.text(), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_json_gives_back_any_text(name, values):
    written = formats()[name].write(texts(*values), Style()).decode()
    rows = json.loads(written) if name == "json" else [json.loads(row) for row in written.split("\n")[:-1]]
    assert [row["name"] for row in rows] == values


@given(st.text(alphabet="'=+-@0a ＝＋－＠\t", max_size=6))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_import_takes_off_exactly_the_apostrophe_that_csv_put_on(value):
    written = formats()["csv"].write(texts(value), Style()).decode()
    cell = list(csv.reader(io.StringIO(written, newline="")))[1:] or [[""]]
    back = pl.DataFrame({"x": [cell[0][0] if cell[0] else ""]}).select(unapostrophe(pl.col("x"))).item()
    assert back == value


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'=", "''=", "'5"])
def test_a_text_like_a_formula_gets_an_apostrophe_unless_told_otherwise(start):
    guarded, bare = (
        formats()["csv"].write(texts(start + "x"), Style(csv_safe=safe)) for safe in (True, False)
    )
    assert next(csv.reader(io.StringIO(guarded.decode(), newline="").readlines()[1:]))[0] == "'" + start + "x"
    assert b"'" + start.encode() not in bare.replace(start.encode(), b"", 1) or start.startswith("'")


def test_numbers_never_get_an_apostrophe(awkward):
    rows = list(csv.DictReader(io.StringIO(formats()["csv"].write(awkward, Style()).decode(), newline="")))
    assert [row["spend"] for row in rows[1:3]] == ["-1200", "-0.005"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200, None])
def test_a_table_never_cuts_a_figure(awkward, width):
    shown = formats()["table"].write(awkward, Style(width=width)).decode()
    assert all(figure in shown for figure in ("1,234,567.89", "-1,200", "-0.005"))


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_table_keeps_to_the_width_and_says_what_it_hides(awkward, width):
    from rich.cells import cell_len

    lines = formats()["table"].write(awkward, Style(width=width)).decode().splitlines()
    table = lines[1 : 3 + awkward.rows.height]
    assert max(cell_len(line) for line in table) <= width
    assert any("not shown at this width" in line for line in lines) == ("groups" not in table[0])


def test_panels_that_do_not_fit_beside_each_other_stand_below():
    shown = formats()["table"].write(amounts(30), Style(width=80)).decode()
    assert shown.count("1,234,567.89") == 30
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_in_a_pipe_no_text_is_cut_however_long():
    assert formats()["table"].write(texts("x" * 12_000), Style()).decode().count("x") == 12_000


def test_nothing_in_a_table_can_act_on_the_terminal(awkward):
    shown = formats()["table"].write(awkward, Style()).decode()
    assert not {"\x1b", "\x07", "\u202e", "\u2028"} & set(shown)
    assert ":skull:" in shown
    assert "[/b]" in shown


def test_a_cut_is_said_and_zero_shows_all():
    answer = texts(*(f"client {n}" for n in range(60)))
    assert "50 of 60 rows; --limit 0 shows them" in formats()["table"].write(answer, Style()).decode()
    assert "client 59" in formats()["table"].write(answer, Style(limit=0)).decode()


@pytest.mark.parametrize(
    ("file", "name"),
    [("a.JSON", "json"), ("b.ndjson", "jsonl"), ("c.parquet", "parquet"), (None, "table"), ("-", "table")],
)
def test_the_suffix_chooses_the_format(file, name):
    assert format_for(None, file).name == name


@pytest.mark.parametrize("file", ["board.xlsx", "board"])
def test_a_file_of_an_unknown_kind_is_refused(file):
    with pytest.raises(UnknownFormat):
        format_for(None, file)

"""CSV files: the fast way and the exact way agree, and no fault is read as good."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clientlens.errors import BadHeader, Unreadable, UnterminatedQuote
from clientlens.sources import csvfile
from clientlens.sources.csvexact import read_exactly
from clientlens.sources.csvfile import _read_fast, normalise, read_csv, read_header
from clientlens.sources.input import InputFile

SETTINGS = settings(max_examples=50, deadline=None, derandomize=True)
WANTED = ["a", "b", "c"]


def given_text(text):
    data = text.encode()
    return InputFile("f.csv", data, len(data), "")


def both_ways(text):
    """Result of each way, or the error; the fast way only where it dares."""
    file = given_text(text)
    header = read_header(file)
    columns = [name for name in WANTED if name in header.names]
    return _read_fast(file, header, columns), read_exactly(file, header, columns)


def shape(table):
    return (
        table.frame.rows(),
        table.lines.to_list(),
        table.rows,
        [(row.line, row.message) for row in table.bad],
    )


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        (" Lineitem compare-at  Price ", "lineitem compare at price"),
        ("Canceled at", "cancelled at"),
        ("Cancelled At", "cancelled at"),
        ("SKU", "sku"),
    ],
)
def test_headers_are_compared_without_case_dashes_and_spelling(spelled, name):
    assert normalise(spelled) == name


@pytest.mark.parametrize(
    ("text", "delimiter", "line"),
    [
        ("a,b,c\n1,2,3\n", ",", 2),
        ("a;b;c\n1;2;3\n", ";", 2),
        ("a\tb\tc\n1\t2\t3\n", "\t", 2),
        ('"a,x";b;c\n1;2;3\n', ";", 2),
        ("sep=;\na;b;c\n1;2;3\n", ";", 3),
        ('"sep=|"\na|b|c\n1|2|3\n', "|", 3),
        ('"a\nx",b,c\n1,2,3\n', ",", 3),
        ("\n\na,b,c\n1,2,3\n", ",", 4),
    ],
)
def test_the_delimiter_is_found_on_the_header(text, delimiter, line):
    header = read_header(given_text(text))
    assert (header.delimiter, header.line, len(header.cells)) == (delimiter, line, 3)
    table = read_csv(given_text(text), ["b"])
    assert table.frame.rows() == [("2",)]
    assert table.lines.to_list() == [line]


def test_a_header_name_twice_is_refused():
    with pytest.raises(BadHeader, match="stands there twice"):
        read_header(given_text("Name,Lineitem compare at price,Lineitem compare-at price\n"))


def test_a_header_without_an_end_is_refused():
    with pytest.raises(UnterminatedQuote) as error:
        read_header(given_text('a,"b,c\n1,2,3\n'))
    assert error.value.line == 1


def test_nothing_but_blank_lines_is_refused():
    with pytest.raises(Unreadable, match="no data"):
        read_header(given_text("\n \n"))


def test_blank_cells_are_null_however_they_are_written():
    table = read_csv(given_text('a,b,c\n,"",x\n'), WANTED)
    assert table.frame.rows() == [(None, None, "x")]


def test_cells_keep_their_text_letter_for_letter():
    table = read_csv(given_text("a,b,c\n000123,1e5,12345678901234567890123\nNULL,nan,TRUE\n"), WANTED)
    assert table.frame.rows() == [("000123", "1e5", "12345678901234567890123"), ("NULL", "nan", "TRUE")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_fast_way_knows_the_line_of_every_record(end):
    text = end.join(["a,b,c", '1,"x', 'y ""z""",3', "", '"4",5,6', '7,"",9']) + end
    fast, exact = both_ways(text)
    assert fast is not None
    assert shape(fast) == shape(exact)
    assert fast.lines.to_list() == [2, 5, 6]
    assert fast.raw([0, 2]) == [("1", f'x{end}y "z"', "3"), ("7", "", "9")]


def test_files_with_carriage_returns_alone_are_read():
    table = read_csv(given_text("a,b,c\r1,2,3\r4,5,6\r"), WANTED)
    assert table.frame.rows() == [("1", "2", "3"), ("4", "5", "6")]
    assert table.lines.to_list() == [2, 3]


def test_blank_lines_and_all_blank_records_are_no_rows():
    for text in ("a,b,c\n1,2,3\n\n\n,,\n4,5,6\n\n", 'a,b,c\n1,2,3\n\n\n,,\n4,5,6"\n\n'):
        table = read_csv(given_text(text), WANTED)
        assert (table.rows, table.lines.to_list(), table.bad) == (2, [2, 6], ())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,2", "the row has 2 cells, the header 3"),
        ("1,2,3,4", "the row has 4 cells, the header 3"),
        ("1,2\0,3", "the row holds a NUL byte"),
        ('1,"abc"def,3', "text is glued to a closing quote"),
        ('1,"abc" ,3', "text is glued to a closing quote"),
        ("A, b ,C", "the header stands here again"),
        ("a,b,c", "the header stands here again"),
    ],
)
def test_a_bad_record_is_set_aside_with_its_line(row, message):
    table = read_csv(given_text(f'a,b,c\n"x\ny",2,3\n{row}\n7,8,9\n'), WANTED)
    assert table.frame.rows() == [("x\ny", "2", "3"), ("7", "8", "9")]
    assert [(bad.line, bad.message) for bad in table.bad] == [(4, message)]
    assert (table.rows, table.lines.to_list()) == (3, [2, 5])


def test_a_stray_quote_inside_an_unquoted_cell_is_text():
    table = read_csv(given_text('a,b,c\n1,5" pipe,3\n4,5"" or 6,""\n'), WANTED)
    assert table.frame.rows() == [("1", '5" pipe', "3"), ("4", '5"" or 6', None)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b,c\n1,2,3\n4,"5,6\n7,8,9\n', 3),
        ('a,b,c\n1,2,3\n4,"5,6\n7,"8",9\n', 3),
        ('a,b,c\n"1\n1",2,"3\n4,5,6\n', 3),
        ('a,b,c\n1,2,"', 2),
    ],
)
def test_a_quote_that_never_closes_is_refused_where_it_opens(text, line):
    with pytest.raises(UnterminatedQuote) as error:
        read_csv(given_text(text), WANTED)
    assert error.value.line == line


def test_a_cell_larger_than_a_block_is_read(monkeypatch):
    monkeypatch.setattr(csvfile, "_BLOCK", 1 << 10)
    large = "x" * 5000
    table = read_csv(given_text(f'a,b,c\n1,"{large}",3\n'), WANTED)
    assert table.frame.rows() == [("1", large, "3")]


def test_quotes_are_found_across_slices(monkeypatch):
    text = "a,b,c\n" + "".join(f'{n},"x\n""{n}""",y\n' for n in range(50))
    whole = shape(read_csv(given_text(text), WANTED))
    monkeypatch.setattr(csvfile, "_SLICE", 7)
    fast, _ = both_ways(text)
    assert fast is not None
    assert shape(fast) == whole


def test_delimiters_inside_quotes_part_no_cells():
    good = "".join(f'{n},"x,\n""{n}"",",y\n' for n in range(50))
    fast, exact = both_ways("a,b,c\n" + good)
    assert fast is not None
    assert shape(fast) == shape(exact)
    for bad in ("1,2\n", "1,2,3,\n", "1\n1,2,3,4,5\n", "1,2,3,\n1,2\n", '"1,2",3\n'):
        fast, exact = both_ways("a,b,c\n" + good + bad + good)
        assert fast is None
        assert exact.frame.height == 100


cells = st.text(alphabet='ab1 ,;"\n\r\0é', max_size=6)


@SETTINGS
@given(st.lists(st.tuples(cells, cells, cells), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_csv_module_writes_comes_back(rows, end):
    out = io.StringIO(newline="")
    # Before Python 3.13 the writer left a lone carriage return bare, which then ends the record.
    quoting = csv.QUOTE_ALL if any("\r" in cell for row in rows for cell in row) else csv.QUOTE_MINIMAL
    csv.writer(out, lineterminator=end, quoting=quoting).writerows([("a", "b", "c"), *rows])
    table = read_csv(given_text(out.getvalue()), WANTED)
    kept = [
        tuple(cell or None for cell in row)
        for row in rows
        if "".join(row).strip() and "\0" not in "".join(row)
    ]
    assert table.frame.rows() == kept
    assert table.rows == sum(bool("".join(row).strip()) for row in rows)


@SETTINGS
@given(st.text(alphabet='ab,"\n', max_size=40), st.booleans())
def test_the_fast_way_gives_what_the_exact_way_gives_or_nothing(body, end):
    text = "a,b,c\n" + body + ("\n" if end else "")
    try:
        fast, exact = both_ways(text)
    except UnterminatedQuote:
        with pytest.raises(UnterminatedQuote):
            read_csv(given_text(text), WANTED)
        header = read_header(given_text(text))
        assert _read_fast(given_text(text), header, WANTED) is None
        return
    if fast is not None:
        assert shape(fast) == shape(exact)
        assert fast.raw(range(fast.frame.height)) == exact.raw(range(exact.frame.height))


def test_a_header_alone_has_no_rows():
    table = read_csv(given_text("a,b,c\n"), WANTED)
    assert (table.rows, table.frame.shape, table.frame.schema["a"]) == (0, (0, 3), pl.String)

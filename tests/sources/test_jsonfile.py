"""JSON read strictly: every record has its line, numbers keep their text, and what is doubtful is told."""

from __future__ import annotations

import json

import pytest

from clientlens.errors import BadJson
from clientlens.sources.input import InputFile
from clientlens.sources.jsonfile import Number, first_names, read_json


def given_text(text):
    data = text.encode()
    return InputFile("f.json", data, len(data), "")


def read(text):
    return read_json(given_text(text))


def shape(found):
    return [(one.line, one.value) for one in found.records], [(row.line, row.message) for row in found.bad]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[{"a": 1},\n{"a": 2}]', [1, 2]),
        ('[\n\n{"a": 1},\n {"a": 2}\n]', [3, 4]),
        ('{"a": 1}\n{"a": 2}\n', [1, 2]),
        ('{"a": 1}\r\n\r\n  {"a": 2}', [1, 3]),
        ('{"orders": [{"a": 1},\n{"a": 2}]}', [1, 2]),
        ('{"page": {"n": 1},\n"orders": [{"a": 1}, {"a": 2}], "more": []}', [2, 2]),
        ('[{"a": 1},\r{"a": 2}]', [1, 2]),
    ],
)
def test_records_are_found_with_their_lines(text, lines):
    found = read(text)
    assert shape(found) == ([(line, {"a": str(n)}) for n, line in enumerate(lines, start=1)], [])
    assert found.rows == 2


def test_one_object_is_one_record():
    assert shape(read('\n{"a": "b",\n"c": [1]}')) == ([(2, {"a": "b", "c": ["1"]})], [])
    assert read('{"order": {"id": 7, "x": 1}}').records[0].value == {"id": "7", "x": "1"}


def test_what_stands_around_the_records_is_known_by_its_keys():
    found = read('{"Paging": {"Page": 1}, "Data": [{"Id": 7}]}')
    assert (found.key, first_names(found.file)) == ("Data", ("Paging:", "Data:", "Id"))


@pytest.mark.parametrize(
    "number", ["0", "-0", "1.10", "1e5", "1E+400", "123456789012345678901234567890", "0.1000"]
)
def test_numbers_keep_their_text(number):
    (record,) = read(f'[{{"a": {number}}}]').records
    assert record.value["a"] == number
    assert isinstance(record.value["a"], Number)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' stands there twice"),
        ('{"b": [{"a": 1, "a": 2}]}', "the key 'a' stands there twice"),
        ('{"a": NaN}', "NaN and Infinity are no numbers in JSON"),
        ('{"a": -Infinity}', "NaN and Infinity are no numbers in JSON"),
        ('{"a": "\\ud800"}', "the record holds half of a character"),
        ('{"\\udfff": 1}', "the record holds half of a character"),
        ('{"a": "x\\u0000"}', "the record holds a NUL"),
        ('{"a": "\\\\\\u0000"}', "the record holds a NUL"),
        ("7", "this is no object"),
        ('"text"', "this is no object"),
        ("null", "this is no object"),
        ("[]", "this is no object"),
    ],
)
def test_a_doubtful_record_is_bad_alone(bad, message):
    good = '{"z": 1}'
    assert shape(read(f"[{good},\n{bad},\n{good}]")) == ([(1, {"z": "1"}), (3, {"z": "1"})], [(2, message)])
    assert shape(read(f"{good}\n{bad}\n{good}")) == ([(1, {"z": "1"}), (3, {"z": "1"})], [(2, message)])


@pytest.mark.parametrize("text", ["\\\\u0000", "\\ud83d\\ude00", "\\u00e4", "\\\\\\\\u0000", "\\\\ud800"])
def test_what_only_looks_like_a_bad_escape_is_fine(text):
    (record,) = read(f'[{{"a": "{text}"}}]').records
    assert record.value["a"] == json.loads(f'"{text}"')


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[{"a": 1}', 1, "the file ends in the middle of a value"),
        ('[\n{"a": 1},\n', 3, "the file ends in the middle of a value"),
        ('[{"a": 1}\n{"a": 2}]', 2, "this is no JSON (a comma between two records is missing)"),
        ('[{"a": 1},\n{"a": "x]', 2, "the file ends in the middle of a value"),
        ('[{"a": 1},\n{a: 2}]', 2, "this is no JSON (expecting property name enclosed in double quotes)"),
        ('[{"a": 1}]\nmore', 2, "something stands behind its end"),
        ('{"orders": [\n]}]', 2, "something stands behind its end"),
        ('{"orders": [], \n"orders": []}', 2, "the key 'orders' stands there twice"),
        ('{"a": 1,\n"b" 2}', 2, "this is no JSON (a colon behind a key is missing)"),
        ("[" * 100_000, 1, "it is nested too deep"),
        ('{"a":' * 100_000, 1, "it is nested too deep"),
        ("text", 1, "it begins with neither { nor ["),
    ],
)
def test_what_is_not_json_throughout_is_refused(text, line, message):
    with pytest.raises(BadJson) as error:
        read(text)
    assert (error.value.line, error.value.message) == (line, f"f.json:{line}: {message}")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ('{"a": ', "the file ends in the middle of a value"),
        ('{"a": 1} x', "something stands behind the object"),
        ("{'a': 1}", "this is no JSON (expecting property name enclosed in double quotes)"),
        ("[" * 100_000, "it is nested too deep"),
    ],
)
def test_a_broken_line_is_bad_alone(bad, message):
    assert shape(read(f'{{"z": 1}}\n{bad}\n{{"z": 2}}\n')) == (
        [(1, {"z": "1"}), (3, {"z": "2"})],
        [(2, message)],
    )


RECORDS = [{"order_id": "ä1", "lines": [{"product": "x\ny"}]}, {"order_id": "2", "total": 5.25}]
ARRAY = json.dumps(RECORDS, ensure_ascii=False, indent=1)
LINES = "".join(json.dumps(record) + "\n" for record in RECORDS)


@pytest.mark.parametrize("text", [ARRAY, '{"page": 1, "orders": ' + ARRAY + "}"])
def test_an_array_cut_anywhere_is_refused(text):
    for end in range(1, len(text)):
        with pytest.raises(BadJson):
            read(text[:end])
    assert read(text).rows == 2


def test_lines_cut_anywhere_lose_nothing_but_whole_lines():
    first = LINES.index("\n")
    for end in range(1, len(LINES)):
        text = LINES[:end]
        try:
            found = read(text)
        except BadJson:
            assert end < first  # not even the first line is whole
            continue
        # As many records as lines were begun, a broken last one among the bad.
        assert found.rows == len(text.splitlines())
        assert len(found.bad) == (0 if end in {first, first + 1, len(LINES) - 1} else 1)


@pytest.mark.parametrize("key", ["order", "orders", "Data", "client"])
def test_an_envelope_with_nothing_in_it_has_no_records(key):
    found = read(f'{{"{key}": []}}')
    names = first_names(found.file)
    assert key in names or f"{key}:" in names

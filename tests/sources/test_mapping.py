"""Mapping files: what they may say, and how a slip in them is told."""

from __future__ import annotations

import pytest

from clientlens.errors import BadMapping
from clientlens.sources.mapping import read_mapping

GOOD = """
[columns]
order_id = "Nr"
placed_at = "Datum"
order_total = ["Summe", "Betrag"]
"""


def faults(text):
    with pytest.raises(BadMapping) as caught:
        read_mapping(text.encode(), "m.toml")
    assert caught.value.exit_code == 2
    return caught.value.faults


def test_a_mapping_is_read():
    mapping = read_mapping(
        ('currency = "EUR"\ndelimiter = "tab"\nblank = "--"\nnote = "hm"\n' + GOOD).encode(), "m.toml"
    )
    (section,) = mapping.sections
    assert (mapping.currency, mapping.note, mapping.name) == ("EUR", "hm", "m.toml")
    assert section.columns == {
        "order_id": ("Nr",), "placed_at": ("Datum",), "order_total": ("Summe", "Betrag"),
    }  # fmt: skip
    assert (section.kind, section.delimiter, section.blank) == ("orders", "\t", ("--",))


def test_several_kinds_of_file_take_over_what_stands_above_them():
    text = 'blank = ["--"]\n[status]\n"Fertig" = "completed"\n' + "".join(
        f'[[file]]\n{kind}[file.columns]\norder_id = "Nr"\n{rest}'
        for kind, rest in (
            ("", 'placed_at = "Datum"\norder_total = "Summe"\n'),
            (
                'kind = "lines"\nblank = []\n'.replace("blank = []\n", 'blank = "-"\n'),
                'product = "Artikel"\n',
            ),
        )
    )
    orders, lines = read_mapping(text.encode(), "m.toml").sections
    assert (orders.kind, orders.blank, orders.status) == ("orders", ("--",), {"fertig": "completed"})
    assert (lines.kind, lines.blank) == ("lines", ("-",))


def test_constants_may_be_numbers_and_yes_or_no_but_no_fractions():
    constants = '[constants]\ntest = false\nquantity = 1\nchannel = "fair"\n'
    (section,) = read_mapping((GOOD + constants).encode(), "m.toml").sections
    assert section.constants == {"test": "no", "quantity": "1", "channel": "fair"}
    assert faults(GOOD + "[constants]\ntax = 1.5\n") == [(7, "'tax' takes text in quotes")]


def test_the_hash_is_of_the_content():
    one, two = read_mapping(GOOD.encode(), "a.toml"), read_mapping(GOOD.encode(), "b.toml")
    assert one.sha256 == two.sha256
    assert one.sha256 != read_mapping((GOOD + "# x\n").encode(), "a.toml").sha256


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('curency = "EUR"' + GOOD, 1, "unknown key 'curency' (did you mean 'currency'?)"),
        (GOOD + 'emial = "Mail"\n', 6, "no plain column is called 'emial' (did you mean 'email'?)"),
        ('kind = "order"' + GOOD, 1, "unknown kind 'order' (did you mean 'orders'?)"),
        ('decimal = ","' + GOOD, 1, "'decimal' is comma or point"),
        ('currency = "Euro"' + GOOD, 1, "unknown currency 'Euro': an ISO 4217 code such as EUR"),
        ('timezone = "Rome"' + GOOD, 1, "unknown time zone 'Rome': such as Europe/Rome"),
        ('date_format = "dd.mm.yyyy"' + GOOD, 1, "'date_format' is made of signs such as %d/%m/%Y %H:%M"),
        ('date_format = ["%d.%m.%Y", "%Q"]' + GOOD, 1, "'date_format' is made of signs such as %d/%m/%Y %H:%M"),
        ('delimiter = ";;"' + GOOD, 1, "'delimiter' is one sign such as ';', or tab"),
        (GOOD + "email = 3\n", 6, "'email' takes text in quotes, or a list of such texts"),
        (GOOD + "email = []\n", 6, "'email' takes text in quotes, or a list of such texts"),
        (GOOD + '[optional]\norder_id = "No"\n', 7, "'order_id' stands under [columns] already"),
        (GOOD + '[sums]\norder_totl = "x"\n', 7, "no amount of an order is called 'order_totl' (did you mean 'order_total'?)"),
        (GOOD + '[fill]\n"Datumm" = "x"\n', 7, "no column of the mapping is called 'Datumm' (did you mean 'Datum'?)"),
        ('columns = "x"\n', 1, "'columns' is a table: write [columns] and its lines below"),
        ('[columns]\norder_id = "Nr"\norder_total = "S"\n', 1, "orders need placed_at, which no column becomes"),
        ('kind = "events"\nsummary_row = "x"\n[columns]\nevent = "E"\nat = "A"\nemail = "M"\n', 2,
         "'summary_row' is for orders, not for events"),
        ('kind = "lines"\n[columns]\norder_id = "Nr"\nproduct = "P"\n', 1,
         "lines need the orders they are of: another [[file]] of kind 'orders'"),
        ('[file]\nkind = "orders"\n', 1, "write [[file]] with two brackets, one for each kind of file"),
        ('[[file]]\ncurrency = "EUR"\n[file.columns]\norder_id = "Nr"\nplaced_at = "D"\nprice = "P"\n', 2,
         "'currency' holds for all files: write it above the first [[file]]"),
        (GOOD + '[[file]]\n[file.columns]\norder_id = "Nr"\nplaced_at = "D"\nprice = "P"\n', 2,
         "'columns' belongs into a [[file]], since there are some"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(text, line, told):
    assert (line, told) in faults(text)


def test_an_unknown_status_is_told_with_the_known_ones():
    ((line, told),) = faults(GOOD + '[status]\n"Fertig" = "complete"\n')
    assert line == 7
    assert told.startswith(
        "no status is called 'complete' (did you mean 'completed'?); there are completed, paid"
    )


def test_all_slips_are_told_at_once():
    text = 'knid = "orders"\ndecimal = "x"\n[columns]\nordr_id = "Nr"\n[status]\n"a" = "b"\n'
    with pytest.raises(BadMapping) as caught:
        read_mapping(text.encode(), "m.toml")
    assert [line for line, _ in caught.value.faults] == [1, 2, 4, 6]
    assert caught.value.message.startswith("m.toml:1: unknown key 'knid'")
    assert "; line 2: 'decimal' is comma or point; line 4: no plain column" in caught.value.message


@pytest.mark.parametrize(
    ("data", "line", "told"),
    [
        (b"a = \n", 1, "not TOML: Invalid value"),
        (b'[columns]\norder_id = "Nr\n', 2, "not TOML: Illegal character '\\n'"),
        (b'ok = "1"\n\xff\n', 2, "not UTF-8 text"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(data, line, told):
    with pytest.raises(BadMapping) as caught:
        read_mapping(data, "m.toml")
    assert caught.value.faults == [(line, told)]


def test_lines_are_found_in_quoted_dotted_and_nested_keys():
    text = (
        'blank = [\n  "--",\n]\ncolumns.order_id = "Nr"\ncolumns.placed_at = "D"\ncolumns.price = 1\n'
        'status = { "x" = "y" }\n'
    )
    assert [line for line, _ in faults(text)] == [6, 7]


@pytest.mark.parametrize(
    "line",
    ['encoding = "utf8x"', 'encoding = "hex"', 'decimal = "dot"', 'timezone = "Berlin"', 'currency = "EURO"', 'delimiter = ";;"'],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_line(line):
    assert [number for number, _ in faults(f'note = "x"\n{line}\n{GOOD}')] == [2]


def test_twenty_slips_are_listed_and_the_others_counted():
    text = GOOD + "".join(f'wrong{number} = "x"\n' for number in range(23))
    with pytest.raises(BadMapping) as caught:
        read_mapping(text.encode(), "m.toml")
    assert caught.value.message.count("no plain column is called") == 20
    assert caught.value.message.endswith("; and 3 more")

"""Tables of other makes read by a mapping; figures worked out by hand beside each file."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import pytest

from clientlens.errors import BadHeader, LinesAlone, MappingMisfit, NoGoodRow, NotRecognised
from clientlens.sources.mapping import read_mapping
from clientlens.sources.reading import read_all

ORDERS = """
[columns]
order_id = "Nr"
placed_at = "Tag"
order_total = "Summe"
"""


@pytest.fixture
def mapped(write, shop):
    """Read files by a mapping; every row is accounted for."""

    def call(toml, *contents, **options):
        mapping = read_mapping(toml.encode(), "m.toml")
        names = [write(content, name=f"f{number}.csv") for number, content in enumerate(contents)]
        batches = read_all(names, replace(shop.options, mapping=mapping, **{"currency": "EUR", **options}))
        for batch in batches:
            total, accounted = shop.accounted(batch)
            others = (batch.reviews, batch.events, batch.scans, batch.requests)
            assert total == accounted + sum(int(one["row_count"].sum()) for one in others if one is not None)
        return batches[0] if len(batches) == 1 else batches

    return call


def column(batch, name):
    return batch.orders[name].to_list()


def test_columns_are_found_by_name_whatever_their_case_and_order(mapped):
    batch = mapped(ORDERS, "SUMME,x,nr,Tag \n5.00,?,A1,2026-03-01\n")
    assert (column(batch, "order_key"), column(batch, "order_total")) == (["A1"], [500])
    assert batch.source == "plain_csv"


def test_of_several_columns_the_first_filled_one_counts(mapped):
    toml = ORDERS.replace('"Summe"', '["Summe", "Betrag"]') + 'email = ["Mail", "Mail 2"]\n'
    batch = mapped(
        toml, "Nr,Tag,Betrag,Summe,Mail 2\n1,2026-03-01,7.00,5.00,a@x.org\n2,2026-03-01,7.00,,b@x.org\n"
    )
    assert column(batch, "order_total") == [500, 700]
    assert column(batch, "person_key") == ["e:a@x.org", "e:b@x.org"]


def test_an_optional_column_may_be_missing_and_a_constant_is_in_every_row(mapped):
    toml = ORDERS + '[optional]\nemail = "Mail"\n[constants]\nkind = "booking"\nchannel = "fair"\n'
    batch = mapped(toml, "Nr,Tag,Summe\n1,2026-03-01,5.00\n")
    assert (column(batch, "kind"), column(batch, "channel")) == (["booking"], ["fair"])


def test_words_of_a_status_are_translated_and_an_unknown_one_is_told(mapped):
    toml = ORDERS + 'status = "Stand"\n[status]\n"In Arbeit" = "in progress"\n"Fertig" = "completed"\n'
    batch = mapped(
        toml,
        "Nr,Tag,Summe,Stand\n1,2026-03-01,5.00,in arbeit\n2,2026-03-01,5.00,FERTIG\n3,2026-03-01,5.00,Weg\n",
    )
    assert column(batch, "payment_state") == ["pending", "paid"]
    ((problem),) = batch.problems
    assert (problem.line, problem.column, problem.value) == (4, "Stand", "Weg")


def test_cells_that_mean_nothing_are_blank_and_a_blank_may_stand_for_something(mapped):
    toml = (
        'blank = ["--", "n/a"]\n'
        + ORDERS
        + ('refunded = "Zurück"\nstatus = "Stand"\n[fill]\n"Stand" = "paid"\n"Zurück" = "1.00"\n')
    )
    batch = mapped(
        toml,
        "Nr,Tag,Summe,Zurück,Stand\n1,2026-03-01,5.00,--,--\n2,2026-03-01,5.00,0.50,pending\n3,2026-03-01,5.00, n/a ,\n",
    )
    assert column(batch, "refunded") == [100, 50, 100]
    assert column(batch, "payment_state") == ["paid", "pending", "paid"]


def test_amounts_are_added_up_over_the_rows_of_an_order(mapped):
    # Order 1: price 20 - 2 + 5 = 23, tax 4; total 23 + 4 = 27.
    toml = """
[columns]
order_id = "Nr"
placed_at = "Tag"
product = "Was"
line_total = "Preis"
[sums]
price = ["Preis", "-Rabatt"]
tax = ["Steuer"]
"""
    batch = mapped(
        toml,
        "Nr,Tag,Was,Preis,Rabatt,Steuer\n1,2026-03-01,a,20.00,2.00,3.00\n1,2026-03-01,b,5.00,,1.00\n2,2026-03-02,a,1.00,,\n",
    )
    assert column(batch, "price") == [2300, 100]
    assert column(batch, "order_total") == [2700, 100]
    assert batch.order_lines["line_total"].to_list() == [2000, 500, 100]


def test_the_header_may_stand_below_other_rows_and_the_foot_is_left_out(mapped):
    toml = 'footer = ["* Zeilen", "Ende*"]\n' + ORDERS
    batch = mapped(
        toml,
        'Bericht\n"mit\nUmbruch"\n,,\n\nNr,Tag,Summe\n,,\n1,2026-03-01,5.00\n2,2026-03-01,x\n1,Zeilen,\nEnde : Laden\n',
    )
    assert column(batch, "order_key") == ["1"]
    assert column(batch, "line") == [8]
    assert [(one.line, one.column) for one in batch.problems] == [(9, "Summe")]
    assert (batch.rows_skipped, batch.rows_set_aside, batch.files[0].rows) == (2, 1, 4)
    assert any("2 rows of its foot left out" in note for note in batch.notes)


def test_rows_behind_a_foot_are_still_told_by_their_own_line_and_cells(mapped):
    # Two reports, one below the other.
    toml = 'footer = ["Ende*"]\n' + ORDERS
    batch = mapped(toml, "Nr,Tag,Summe\n1,2026-03-01,5.00\nEnde,,\n2,2026-03-01,x\n3,2026-03-01,6.00\n")
    assert [(one.line, one.value) for one in batch.problems] == [(4, "x")]
    assert batch.rejects[0].rows.rows() == [("2", "2026-03-01", "x")]
    assert column(batch, "line") == [2, 5]


def test_a_row_with_data_is_no_foot_whatever_it_says(mapped):
    toml = 'footer = ["*"]\n' + ORDERS
    batch = mapped(toml, "Nr,Tag,Summe\n1,2026-03-01,5.00\n")
    assert (column(batch, "order_key"), batch.rows_skipped) == (["1"], 0)


SUMMARY = (
    'summary_row = "Artikel"\n' + ORDERS + 'shipping = "Porto"\nproduct = "Artikel"\nquantity = "Zahl"\n'
)


def test_in_an_order_with_a_summary_row_only_that_row_speaks_of_the_order(mapped):
    # The item rows' totals (3, 4) are their own; the order's is 9 with 2 of shipping. Order 2 has one row for both.
    batch = mapped(
        SUMMARY,
        "Nr,Tag,Summe,Porto,Artikel,Zahl\n1,2026-03-01,9.00,2.00,,3\n1,2026-03-01,3.00,1.00,Lampe,1\n"
        "1,2026-03-01,4.00,1.00,Birne,2\n2,2026-03-02,4.00,1.00,Birne,1\n",
    )
    assert (column(batch, "order_total"), column(batch, "shipping")) == ([900, 400], [200, 100])
    assert batch.order_lines["product"].to_list() == ["Lampe", "Birne", "Birne"]
    assert batch.order_lines["quantity_milli"].to_list() == [1000, 2000, 1000]


def test_a_summary_row_also_has_the_only_say_in_what_is_added_up(mapped):
    # Order 1: tax 0.50, not 0.50 + 0.20 + 0.30; order 2 has no summary: 0.20 + 0.10.
    batch = mapped(
        SUMMARY + '[sums]\ntax = ["Steuer"]\n',
        "Nr,Tag,Summe,Porto,Artikel,Zahl,Steuer\n1,2026-03-01,9.00,2.00,,3,0.50\n1,2026-03-01,3.00,1.00,Lampe,1,0.20\n"
        "1,2026-03-01,4.00,1.00,Birne,2,0.30\n2,2026-03-02,4.00,1.00,Birne,1,0.20\n2,2026-03-02,4.00,1.00,Lampe,1,0.10\n",
    )
    assert column(batch, "tax") == [50, 30]
    assert column(batch, "price") == [900 - 200 - 50, 400 - 100 - 30]


def test_a_file_with_lone_carriage_returns_is_read(mapped):
    assert column(mapped(ORDERS, "x\rNr,Tag,Summe\r1,2026-03-01,5.00\r"), "order_total") == [500]


def test_without_a_summary_row_rows_that_contradict_each_other_are_set_aside(mapped):
    text = "Nr,Tag,Summe,Porto,Artikel,Zahl\n1,2026-03-01,3.00,1.00,Lampe,1\n1,2026-03-01,4.00,1.00,Birne,2\n2,2026-03-01,4.00,1.00,Birne,2\n"
    batch = mapped(SUMMARY, text)
    assert (column(batch, "order_key"), batch.rows_set_aside) == (["2"], 2)


TWO = (
    '[[file]]\n[file.columns]\norder_id = "Nr"\nplaced_at = "Tag"\norder_total = "Summe"\n'
    '[[file]]\nkind = "lines"\n[file.columns]\norder_id = "Nr"\nproduct = "Was"\nline_total = "Preis"\n'
)


def test_lines_of_another_file_belong_to_their_orders(mapped):
    batch = mapped(
        TWO,
        "Nr,Was,Preis,Tag\n1,a,2.00,2026-03-09\n1,b,3.00,2026-03-09\n9,c,1.00,2026-03-09\n",
        "Nr,Tag,Summe\n1,2026-03-01,6.00\n2,2026-03-01,7.00\n",
    )
    assert column(batch, "order_total") == [600, 700]
    assert column(batch, "row_count") == [3, 1]
    assert batch.order_lines.select("order_key", "product").rows() == [("1", "a"), ("1", "b")]
    assert [one.message for one in batch.problems] == ["a line whose order is in none of the files"]


def test_lines_without_any_orders_are_refused(mapped):
    with pytest.raises(LinesAlone, match="it holds only lines of orders") as caught:
        mapped(TWO, "Nr,Was,Preis\n1,a,2.00\n")
    assert caught.value.exit_code == 3


def test_months_of_other_languages_and_several_forms_are_read(mapped):
    toml = 'date_format = ["%d-%b-%y", "%d. %B %Y %H:%M"]\n' + ORDERS
    days = ["10-Dez-25", "02-Mär-26", "3. maggio 2026 10:00", "4. août 2026 10:00", "05-Feb-30"]
    batch = mapped(
        toml,
        "Nr,Tag,Summe\n" + "".join(f"{number},{day},5.00\n" for number, day in enumerate(days)),
        today=dt.date(2026, 11, 25),
    )
    assert [str(day) for day in column(batch, "placed_on")] == [
        "2025-12-10", "2026-03-02", "2026-05-03", "2026-08-04",
    ]  # fmt: skip
    assert [one.value for one in batch.problems] == ["05-Feb-30"]  # more than two years from now


def test_options_win_over_the_mapping(mapped):
    toml = 'decimal = "comma"\ncurrency = "EUR"\ntimezone = "Asia/Tokyo"\n' + ORDERS
    text = "Nr;Tag;Summe\n1;2026-03-01 03:00;1.500\n"
    by_mapping = mapped(toml, text, currency=None)
    assert (column(by_mapping, "order_total"), column(by_mapping, "currency")) == ([150000], ["EUR"])
    assert str(column(by_mapping, "placed_at")[0]) == "2026-02-28 18:00:00+00:00"
    by_option = mapped(toml, text.replace("1.500", "1.50"), currency="USD", decimal="point", timezone="UTC")
    assert (column(by_option, "order_total"), column(by_option, "currency")) == ([150], ["USD"])
    assert str(column(by_option, "placed_at")[0]) == "2026-03-01 03:00:00+00:00"


def test_the_encoding_of_a_mapping_is_that_of_its_own_files_alone(mapped):
    toml = 'encoding = "cp1252"\n' + ORDERS + 'name = "Käufer"\nstreet = "Straße"\ncity = "Ort"\n'
    strange = "Nr,Tag,Summe,Käufer,Straße,Ort\n1,2026-03-01,5.00,Jörg,Weg 1,Köln\n".encode("cp1252")
    own = "order_id,placed_at,order_total,name,street,city\n2,2026-03-01,6.00,Zoë,Weg 2,Ulm\n"
    batch = mapped(toml, strange, own)
    assert sorted(batch.people["name"].to_list()) == ["Jörg", "Zoë"]


def test_files_that_do_not_fit_are_recognised_as_usual(mapped, shop):
    toml = 'decimal = "comma"\n' + ORDERS
    plain, shopify = mapped(
        toml,
        "order_id,placed_at,order_total\n7,2026-03-01,7.50\n",
        shop.text([shop.head()]),
        "Nr;Tag;Summe\n1;2026-03-01;5,50\n",
    )
    assert sorted(zip(column(plain, "order_key"), column(plain, "order_total"), strict=True)) == [
        ("1", 550),
        ("7", 750),
    ]
    assert [file.file[-6:] for file in plain.files] == ["f0.csv", "f2.csv"]
    assert shopify.source == "shopify_orders"


def test_a_file_that_fits_nothing_is_refused_with_the_columns_that_are_meant(mapped, shop):
    with pytest.raises(MappingMisfit) as caught:
        mapped(ORDERS, "Nr.,Tag,Sume\n1,2026-03-01,5.00\n")
    assert caught.value.message.endswith(
        "f0.csv:1: the mapping does not fit: there is no column 'Nr' (did you mean 'Nr.'?), 'Summe' (did you mean 'Sume'?)"
    )
    assert caught.value.exit_code == 3
    with pytest.raises(MappingMisfit, match="no column 'Nr'"):
        mapped(ORDERS, shop.text([shop.head()]))  # a call of which the mapping reads nothing


def test_a_column_that_is_read_may_not_stand_there_twice_but_others_may(mapped):
    with pytest.raises(BadHeader, match="'Summe' stands there twice"):
        mapped(ORDERS, "Nr,Tag,Summe,summe\n1,2026-03-01,5.00,6.00\n")
    batch = mapped(ORDERS, "Nr,Tag,Summe,x,x\n1,2026-03-01,5.00,,\n2,2026-03-01,?,a,b\n")
    assert batch.rejects[0].rows.row(0) == ("2", "2026-03-01", "?", "a", "b")


def test_standard_input_is_read_by_a_mapping_without_naming_a_source(shop):
    mapping = read_mapping(ORDERS.encode(), "m.toml")
    options = replace(shop.options, mapping=mapping, currency="EUR")
    (batch,) = read_all(["-"], options, stdin=io.BytesIO(b"Nr,Tag,Summe\n1,2026-03-01,5.00\n"))
    assert column(batch, "order_total") == [500]


@pytest.mark.parametrize(
    ("kind", "columns", "text", "table"),
    [
        ("clients", 'email = "Mail"\nname = "Wer"', "Wer,Mail\nAnn,a@x.org\n", "people"),
        ("reviews", 'seller = "Wem"\nreviewed_at = "Tag"\nclient_ref = "Wer"', "Wem,Tag,Wer\nme,2026-03-01,ann\n", "reviews"),
        ("events", 'event = "Was"\nat = "Tag"\nemail = "Wer"', "Was,Tag,Wer\nfollow,2026-03-01,a@x.org\n", "events"),
        ("scans", 'code = "Code"\nscanned_at = "Tag"', "Code,Tag\nk3,2026-03-01\n", "scans"),
        ("requests", 'request_id = "Nr"\nrequested_at = "Tag"\nemail = "Wer"', "Nr,Tag,Wer\n1,2026-03-01,a@x.org\n", "requests"),
    ],
)  # fmt: skip
def test_every_kind_of_plain_file_can_be_mapped(mapped, kind, columns, text, table):
    batch = mapped(f'kind = "{kind}"\n[columns]\n{columns}\n', text)
    assert getattr(batch, table).height == 1


def test_money_is_read_as_in_any_plain_file(mapped):
    # (5.00) is no amount; -5.00 alone is an order of negative total.
    batch = mapped(ORDERS, "Nr,Tag,Summe\n1,2026-03-01,-5.00\n2,2026-03-01,(5.00)\n")
    assert column(batch, "order_total") == [-500]
    assert [one.value for one in batch.problems] == ["(5.00)"]
    with pytest.raises(NoGoodRow):
        mapped(ORDERS, "Nr,Tag,Summe\n2,2026-03-01,(5.00)\n")


def test_a_file_that_looks_like_orders_is_told_how_to_map_it(write, shop):
    with pytest.raises(NotRecognised) as caught:
        read_all([write("Beleg-Nr;Verkauft;Brutto\n1;28.03.2026;5,00 €\n")], shop.options)
    assert "though they look like orders" in caught.value.message
    assert caught.value.hint == "'clientlens template mapping --from FILE' drafts a mapping to import it with"

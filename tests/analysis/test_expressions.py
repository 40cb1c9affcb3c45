"""What an expression means, on a table of six clients that every expected answer here is read off by hand."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

import polars as pl
import pytest

from clientlens.analysis.expressions import Asked, Column, chosen
from clientlens.errors import BadExpression
from clientlens.model.answer import Kind

COLUMNS = (
    Column("client_id", Kind.TEXT, "who"),
    Column("name", Kind.TEXT, "name"),
    Column("country", Kind.TEXT, "country"),
    Column("band", Kind.TEXT, "one of two words", values=("novice", "experienced")),
    Column("orders", Kind.INTEGER, "orders"),
    Column("spend", Kind.MONEY, "spend"),
    Column("rate", Kind.SCALED, "ratio", scale=4),
    Column("last", Kind.DATE, "day"),
    Column("joined", Kind.INSTANT, "instant"),
    Column("anonymous", Kind.BOOLEAN, "anonymous"),
    Column("top", Kind.TEXTS, "a list"),
)
#     name             country band        orders spend  rate   last          joined (UTC)         anonymous
ROWS = {
    "a": ("Ann", "DE", "novice", 0, None, None, None, "2026-01-01 22:59", False),
    "b": ("Bob_1", "DE", "novice", 1, 9998, 2500, "2026-02-28", "2026-01-01 23:00", False),
    "c": ("Böb%", "FR", "experienced", 3, 9999, 3333, "2026-03-01", "2026-01-02 12:00", False),
    "d": ("STRASSE", None, "experienced", 7, 10000, 10000, "2026-03-02", None, None),
    "e": ("Straße", "at", "experienced", 3, 0, 0, "2025-12-31", None, True),
    "f": (None, "FR", "experienced", 4, -500, 5000, "2024-02-29", None, None),
}
TABLE = pl.DataFrame(
    [
        (
            key,
            *row[:6],
            row[6] and date.fromisoformat(row[6]),
            row[7] and datetime.fromisoformat(row[7]).replace(tzinfo=UTC),
            row[8],
            [],
        )
        for key, row in ROWS.items()
    ],
    schema={
        "client_id": pl.String,
        "name": pl.String,
        "country": pl.String,
        "band": pl.String,
        "orders": pl.Int64,
        "spend": pl.Int64,
        "rate": pl.Int64,
        "last": pl.Date,
        "joined": pl.Datetime("us", "UTC"),
        "anonymous": pl.Boolean,
        "top": pl.List(pl.String),
    },
    orient="row",
)


def ask(text, table=TABLE, decimals=2, **asked):
    """The client_ids of which `text` is true, in one string."""
    functions = tuple(Asked(name, "", find) for name, find in asked.items())
    rows = chosen(
        text,
        table,
        columns=COLUMNS,
        asked=functions,
        as_of=date(2026, 3, 31),
        timezone="Europe/Rome",  # one hour ahead of UTC in winter
        decimals=decimals,
    )
    return "".join(rows["client_id"])


def refused(text, **asked):
    with pytest.raises(BadExpression) as caught:
        ask(text, **asked)
    return caught.value


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("orders >= 3", "cdef"),
        ("orders = 3", "ce"),
        ("orders <> 3", "abdf"),
        ("orders != 3", "abdf"),
        ("3 > orders", "ab"),
        ("ORDERS > 2 AND Country = 'FR'", "cf"),
        ("orders between 1 and 3", "bce"),
        ("orders not between 1 and 3", "adf"),
        ("orders in (0, 7)", "ad"),
        ("orders not in (0, 7)", "bcef"),
        ("orders = 1 or orders = 3 and country = 'FR'", "bc"),
        ("(orders = 1 or orders = 3) and country = 'FR'", "c"),
        ("not orders = 1 and not orders = 3", "adf"),
        ("not (orders = 1 or orders = 3)", "adf"),
        ("orders + 1 = 4", "ce"),
        ("orders * 2 - 1 = 5", "ce"),
        ("orders - 1 - 1 = 1", "ce"),
        ("12 / orders / 2 = 2", "ce"),
        ("-orders < -3", "df"),
        ("- -orders > 3", "df"),
        ("abs(spend) = 5", "f"),
        ("2 + 2 * 2 = 6", "abcdef"),
        ("true", "abcdef"),
        ("false", ""),
        ("1 = 1 and orders = 7", "d"),
        ("length(name) = 3", "a"),
        ("lower(name) = 'ann'", "a"),
        ("upper(country) = 'AT'", "e"),
        ("name < 'Bob'", "a"),
        ("name = country", ""),
        ("as_of = '2026-03-31'", "abcdef"),
    ],
)
def test_an_expression_chooses_the_clients_of_whom_it_is_true(text, clients):
    assert ask(text) == clients


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("country = 'DE'", "ab"),
        ("country <> 'DE'", "cef"),  # not d, whose country nobody knows
        ("not country = 'DE'", "cef"),
        ("country in ('DE', 'FR')", "abcf"),
        ("country not in ('DE', 'FR')", "e"),
        ("country is null", "d"),
        ("country is not null", "abcef"),
        ("not country is null", "abcef"),
        ("not (country = 'DE' and orders = 7)", "abcef"),  # d: not known and true is not known
        ("country = 'DE' or orders = 7", "abd"),  # d: not known or true is true
        ("country = 'DE' and orders = 0 or country = 'x' and orders = 9", "a"),
        ("not (country = 'x' and orders = 9)", "abcdef"),  # not known and false is false
        ("spend = spend", "bcdef"),
        ("coalesce(spend, 0) = 0", "ae"),
        ("coalesce(country, name) = 'STRASSE'", "d"),
        ("coalesce(last, '1999-01-01') < '2000-01-01'", "a"),
        ("anonymous", "e"),
        ("not anonymous", "abc"),
        ("anonymous = false", "abc"),
        ("anonymous <> true", "abc"),
        ("anonymous is null", "df"),
        ("anonymous is true", "e"),
        ("anonymous is not true", "abcdf"),
        ("anonymous is false", "abc"),
        ("anonymous is not false", "def"),
        ("coalesce(anonymous, true)", "def"),
        ("(orders = 7) = anonymous", "abc"),
        ("(orders = 3) = anonymous", "abe"),
        ("(country = 'DE') is null", "d"),
    ],
)
def test_what_is_not_known_is_neither_true_nor_false(text, clients):
    assert ask(text) == clients


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("spend > 99.99", "d"),
        ("spend >= 99.99", "cd"),
        ("spend = 99.99", "c"),
        ("spend = 99.990", "c"),
        ("spend > 99.989", "cd"),
        ("spend < 99.981", "bef"),
        ("spend between 99.98 and 99.99", "bc"),
        ("spend = 100", "d"),
        ("spend = 100.", "d"),
        ("spend < .01", "ef"),
        ("spend < -4.99", "f"),
        ("spend + 0.01 = 100", "c"),
        ("spend * 3 = 299.97", "c"),
        # 99.99 / 3 is 33.33 exactly; 100 / 7 is no decimal, and is still exact.
        ("spend / orders = 33.33", "c"),
        ("spend / orders * orders = spend", "bcdef"),
        ("spend / orders > 14.285714285714285714", "bcd"),
        ("spend / orders < 14.285714285714285715", "def"),
        ("spend / orders is null", "a"),  # nothing spent, and no order
        ("orders / orders = 1", "bcdef"),  # 0 / 0 is not known
        ("rate = 0.25", "b"),
        ("rate > 1/3", "df"),  # 0.3333 is less than a third
        ("rate >= 0.3333", "cdf"),
        ("rate * spend = 24.995", "b"),
        ("rate * spend = 100", "d"),
        ("orders / spend < 0", "f"),  # by a number below 0
        ("orders / spend > -0.81", "bcdf"),
        ("spend = 99999999999999999999999.99", ""),
    ],
)
def test_amounts_and_ratios_are_compared_exactly(text, clients):
    assert ask(text) == clients


@pytest.mark.parametrize(("decimals", "amount"), [(0, "9999"), (2, "99.99"), (3, "9.999"), (4, "0.9999")])
def test_an_amount_has_the_decimals_of_the_home_currency(decimals, amount):
    assert ask(f"spend = {amount}", decimals=decimals) == "c"


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("last < '2026-03-01'", "bef"),
        ("last <= '2026-03-01'", "bcef"),
        ("last = '2026-03-01'", "c"),
        ("'2026-03-01' < last", "d"),
        ("last between '2026-02-28' and '2026-03-01'", "bc"),
        ("last in ('2026-02-28', '2024-02-29')", "bf"),
        ("last = date '2026-03-01'", "c"),
        ("last < as_of - interval '30 days'", "bef"),  # 1 March is 30 days before 31 March
        ("last <= as_of - interval '30 days'", "bcef"),
        ("last <= as_of - interval 30 days", "bcef"),
        ("last = as_of - interval '1 month'", "b"),  # 31 March: the last of February
        ("last + interval '1 year' = '2025-02-28'", "f"),  # from 29 February
        ("last + interval '4 years' = '2028-02-29'", "f"),
        ("last >= as_of - interval '3 months'", "bcde"),  # 31 December
        ("last > as_of - interval '3 months'", "bcd"),
        ("last >= as_of - interval '1 quarter'", "bcde"),
        ("last >= as_of - interval '4 weeks'", ""),
        ("last >= as_of - interval '1 month 4 weeks'", "bcd"),  # 28 February, then 31 January
        ("interval '1 day' + last = '2026-03-02'", "c"),
        ("as_of - last = 30", "c"),
        ("as_of - last > 30", "bef"),
        ("as_of - '2026-03-01' = 30", "abcdef"),
        ("'2026-03-31' - interval '30 days' = last", "c"),
        # The local day: 23:00 UTC on New Year's Day is midnight in Rome.
        ("joined = '2026-01-01'", "a"),
        ("joined = '2026-01-02'", "bc"),
        ("joined < '2026-01-02'", "a"),
        ("joined is null", "def"),
    ],
)
def test_dates_are_days_and_months_are_clipped_to_their_end(text, clients):
    assert ask(text) == clients


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("name like 'Bob%'", "b"),
        ("name like '%o%'", "b"),
        ("name like 'b%'", ""),
        ("name ilike 'b%'", "bc"),
        ("name not like 'B%'", "ade"),
        ("name not ilike 'b%'", "ade"),
        ("name like 'B_b_1'", "b"),
        ("name like 'B_b_'", "c"),  # one letter, which is two bytes
        ("name like 'Bob\\_1'", "b"),
        ("name like 'Böb\\%'", "c"),
        ("name like 'Bo\\b%'", "b"),
        ("name like '%!%' escape '!'", "c"),
        ("name like '%!_%' escape '!'", "b"),
        ("name ilike 'strasse'", "d"),  # a sharp s is not two letters
        ("name ilike 'STRAßE'", "e"),
        ("name ilike 'straẞe'", "e"),  # the capital one is the same letter
        ("name like ''", ""),
        ("name like '%'", "abcde"),
        ("name like '^A.*$'", ""),
        ("name like '.*'", ""),
        ("country like name", None),
    ],
)
def test_like_compares_whole_texts(text, clients):
    if clients is None:
        assert "pattern in quotes" in refused(text).message
    else:
        assert ask(text) == clients


def test_texts_are_equal_however_their_accents_are_stored():
    apart = unicodedata.normalize("NFD", "Böb%")
    assert apart != "Böb%"
    assert ask(f"name = '{apart}'") == "c"
    stored_apart = TABLE.with_columns(pl.col("name").str.normalize("NFD"))
    assert ask("name = 'Böb%' and name like 'B_b_' and length(name) = 4", stored_apart) == "c"


def test_a_quote_within_a_text_is_written_twice():
    table = TABLE.with_columns(name=pl.lit("O'Hara; -- x"))
    assert ask("name = 'O''Hara; -- x'", table) == "abcdef"


def test_a_function_asks_for_clients_by_a_text():
    assert ask("bought('Candle%')", bought=lambda _: ["c", "a", "zzz"]) == "ac"
    assert ask("not bought('Candle%')", bought=lambda _: ["c", "a"]) == "bdef"
    assert ask("bought('x')", bought=lambda _: []) == ""
    seen = []
    ask("bought('It''s 100\\%')", bought=lambda text: seen.append(text) or ())
    assert seen == ["It's 100\\%"]


@pytest.mark.parametrize(
    "text", ["1 = 1", "orders > 1", "country = 'DE' or true", "coalesce(spend, 0) / 2 > 1"]
)
def test_of_nobody_the_answer_is_nobody(text):
    assert ask(text, TABLE.clear()) == ""


def test_of_one_client_the_answer_is_that_client_or_nobody():
    assert ask("orders = 7 or false", TABLE[3:4]) == "d"
    assert ask("orders = 8 or false", TABLE[3:4]) == ""


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("name = 5", "name = 5", "name is text, 5 is a number: they cannot be compared"),
        ("orders > '3'", "orders > '3'", "orders is a number, '3' is text: they cannot be compared"),
        (
            "orders in (1, 'x')",
            "orders in (1, 'x')",
            "orders is a number, 'x' is text: they cannot be compared",
        ),
        (
            "orders between 1 and country",
            "orders between 1 and country",
            "orders is a number, country is text",
        ),
        ("last > 5", "last > 5", "last is a date, 5 is a number: they cannot be compared"),
        ("last = name", "last = name", "last is a date, name is text: they cannot be compared"),
        ("anonymous > false", "anonymous > false", "conditions are equal or not, none is larger"),
        ("anonymous = 1", "anonymous = 1", "anonymous is a condition, 1 is a number"),
        ("orders and true", "orders", "this is a number, not a condition"),
        ("not name", "name", "this is text, not a condition"),
        ("spend", "spend", "this is a number, not a condition"),
        ("name + 1 = 2", "name + 1", "name is text, 1 is a number: + does not go with them"),
        ("last + 1 = last", "last + 1", "last is a date, 1 is a number: + does not go with them"),
        ("last * last = 1", "last * last", "last is a date, last is a date: * does not go with them"),
        ("-name = 'x'", "-name", "name is text, and only numbers have a sign"),
        ("orders like '1%'", "orders like '1%'", "orders is a number, and like compares texts"),
        ("lower(orders) = 'x'", "lower(orders)", "orders is a number, and lower takes text"),
        ("abs(name) = 1", "abs(name)", "name is text, and abs takes a number"),
        ("abs(1, 2) = 1", "abs(1, 2)", "abs takes one value"),
        (
            "coalesce(name, 1) = 'x'",
            "coalesce(name, 1)",
            "name is text, 1 is a number: coalesce takes values of one kind",
        ),
        ("coalesce(name) = 'x'", "coalesce(name)", "coalesce takes two values or more"),
        ("name is true", "name is true", "name is text, not a condition"),
        ("top = 'x'", "top", "this is a list and cannot be compared"),
        ("band = 'expert'", "'expert'", "band is never this"),
        ("band in ('novice', 'Experienced')", "'Experienced'", "band is never this"),
        ("last < '2026-02-30'", "'2026-02-30'", "there is no such day"),
        ("last < '31.03.2026'", "'31.03.2026'", "a date is compared with what is not a date"),
        ("last < date '2026-3-1'", "'2026-3-1'", "a date is compared with what is not a date"),
        ("last < as_of - interval '3 fortnights'", "interval '3 fortnights'", "not a length of time"),
        ("last < as_of - interval ''", "interval ''", "not a length of time"),
        ("last < as_of - interval '999999 years'", "interval '999999 years'", "more than 1,000 years"),
        ("as_of - last > interval '9 days'", "as_of - last > interval '9 days'", "is a length of time"),
        ("order > 3", "order", "each client is looked at by itself in an expression"),
        ("ordres > 3", "ordres", "no figure or column has this name; did you mean orders?"),
        ("lenght(name) > 3", "lenght(name)", "no function has this name; did you mean length?"),
        ("orders(1) > 3", "orders(1)", "orders is no function"),
        ("lower = 'x'", "lower", "this is a function"),
        ("bought(name)", "bought(name)", "bought takes one text in quotes"),
        ("bought('a', 'b')", "bought('a', 'b')", "bought takes one text in quotes"),
        ("name like 'x\\'", "name like 'x\\'", "the pattern ends with \\"),
        ("name like 'x' escape 'ab'", "'ab'", "not one character"),
        ("name = null", "null", "nothing is equal to null"),
        ("orders in (1, null)", "null", "nothing is equal to null"),
        ("1 < orders < 3", "<", "two comparisons in a row"),
        ("orders > 99,99", ",", "a list is not expected here"),
        ("orders > 1e3", "1e3", "not a number"),
        ("orders > 1_000", "1_000", "not a number"),
        ("orders > 1.2.3", "1.2.3", "not a number"),
        ("orders >", "", "something is missing"),
        ("rate > 25%", "%", "% stands in patterns alone"),
        ("spend > $5", "$5", "amounts stand without a sign of currency"),
        ("spend > \u20ac 5.00", "\u20ac 5.00", "amounts stand without a sign of currency"),
        ("(orders > 1", "", "a ) is missing"),
        ("orders in (1, 2", "", "a ) is missing"),
        ("orders between 1", "", "between takes two ends"),
        ("orders == 1", "==", "this is not how values are compared"),
        ("orders > 1 && true", "&&", "this is not how conditions are joined"),
        ("orders > 1 || true", "||", "this is not how conditions are joined"),
        ("!anonymous", "!", "this is not how a condition is turned round"),
        ('name = "Ann"', '"', "quotes of this kind are not taken"),
        ("name = \u2018Ann\u2019", "\u2018", "quotes of this kind are not taken"),
        ("name = 'Ann", "'Ann", "the text is not closed"),
    ],
)
def test_a_mistake_is_told_with_its_part_of_the_expression(text, part, reason):
    error = refused(text, bought=lambda _: [])
    assert text[error.start : error.end] == part
    assert reason in error.message
    assert part in error.message
    assert error.exit_code == 2
    assert "\n" not in error.message
    assert error.hint


def test_the_place_is_counted_in_characters():
    assert refused("name = 'Böb' and orders > 'x'").message.startswith(
        "character 18 of the expression, orders > 'x':"
    )


def test_numbers_too_large_to_be_exact_are_refused_rather_than_wrapped_around():
    assert "too large" in refused(f"orders > 1{'0' * 40}").message
    big = TABLE.with_columns(spend=pl.lit(2**62))
    assert "too large" in refused_in(big, "spend * spend * spend > 1").message
    assert "too large" in refused_in(big, f"spend * spend + 1.{'0' * 17}1 > 1").message
    assert ask("spend * spend > 46116860184273879.03 * 46116860184273879.03", big) == "abcdef"


def refused_in(table, text):
    with pytest.raises(BadExpression) as caught:
        ask(text, table)
    return caught.value


def test_dates_may_go_as_far_as_intervals_can_take_them():
    back = " - interval '1000 years'" * 15
    assert ask(f"last > as_of{back}") == "bcdef"
    assert ask(f"last < as_of{back.replace('-', '+')}") == "bcdef"
    assert ask(f"as_of - (as_of{back}) > 365 * 14000") == "abcdef"

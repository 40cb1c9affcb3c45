"""Expressions made up at random against the same conditions written in DuckDB's SQL."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from clientlens.analysis.expressions import Column, chosen
from clientlens.model.answer import Kind

AS_OF = date(2026, 3, 31)
COLUMNS = (
    Column("client_id", Kind.TEXT, ""),
    Column("n", Kind.INTEGER, ""),
    Column("k", Kind.INTEGER, ""),
    Column("m", Kind.MONEY, ""),
    Column("r", Kind.SCALED, "", scale=4),
    Column("t", Kind.TEXT, ""),
    Column("u", Kind.TEXT, ""),
    Column("d", Kind.DATE, ""),
    Column("e", Kind.DATE, ""),
    Column("b", Kind.BOOLEAN, ""),
    Column("c", Kind.BOOLEAN, ""),
)
SCHEMA = {
    "client_id": pl.String,
    **dict.fromkeys("nkmr", pl.Int64),
    **dict.fromkeys("tu", pl.String),
    **dict.fromkeys("de", pl.Date),
    **dict.fromkeys("bc", pl.Boolean),
}
# What columns hold and what they are compared with come from the same few values, so that they meet.
LETTERS = "aAbß%_\\é'ü. "
SPANS = ("day", "week", "month", "year")

integers = st.integers(-4, 4)
cents = st.sampled_from([-1, 0, 1, 99, 100, 101, 9998, 9999, 10000, 33])
ratios = st.sampled_from([0, 1, 2500, 3333, 3334, 5000, 10000])
texts = st.text(LETTERS, max_size=3) | st.sampled_from(["%", "_", "\\", "a", "A", "a%", "a_", "ß", "."])
days = st.dates(date(2024, 1, 25), date(2024, 3, 5)) | st.dates(date(2026, 1, 25), date(2026, 4, 2))
tables = st.lists(
    st.tuples(
        *(st.none() | one for one in (integers, integers, cents, ratios, texts, texts, days, days)),
        st.none() | st.booleans(),
        st.none() | st.booleans(),
    ),
    min_size=0,
    max_size=12,
)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def decimal(minor, scale):
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**scale)
    return f"{sign}{whole}.{part:0{scale}d}"


def both(strategy):
    """What is written alike in both languages."""
    return strategy.map(lambda text: (text, text))


# Every part is a pair: ours, and DuckDB's. There, decimals are exact where they are declared so.
numbers = st.deferred(
    lambda: (
        both(st.sampled_from(["n", "k", "m", "r"]))
        | integers.map(lambda n: (f"({n})", f"({n})::DECIMAL(6, 0)"))
        | cents.map(lambda n: (f"({decimal(n, 2)})", f"({decimal(n, 2)})::DECIMAL(6, 2)"))
        | ratios.map(lambda n: (decimal(n, 4), f"{decimal(n, 4)}::DECIMAL(6, 4)"))
    )
)
sums = (
    numbers
    | st.tuples(numbers, st.sampled_from("+-*"), numbers).map(
        lambda p: (f"({p[0][0]} {p[1]} {p[2][0]})", f"({p[0][1]} {p[1]} {p[2][1]})")
    )
    | numbers.map(lambda p: (f"abs({p[0]})", f"abs({p[1]})"))
    | numbers.map(lambda p: (f"(-{p[0]})", f"(-{p[1]})"))
    | st.tuples(numbers, numbers).map(
        lambda p: (f"coalesce({p[0][0]}, {p[1][0]})", f"coalesce({p[0][1]}, {p[1][1]})")
    )
    | both(st.sampled_from(["length(t)", "length(u)"]))
)
words = st.deferred(
    lambda: (
        both(st.sampled_from(["t", "u", "lower(t)", "coalesce(t, u)"]))
        | texts.map(lambda text: (quoted(text), quoted(text)))
    )
)
columns_of_text = both(st.sampled_from(["t", "u", "lower(u)"]))


def moved(parts):
    (ours, sql), sign, count, span = parts
    return f"({ours} {sign} interval '{count} {span}s')", f"(({sql}) {sign} INTERVAL {count} {span})::DATE"


dates = st.deferred(
    lambda: (
        both(st.sampled_from(["d", "e"]))
        | st.just(("as_of", f"DATE '{AS_OF}'"))
        | days.map(lambda day: (f"date '{day}'", f"DATE '{day}'"))
        | st.tuples(
            both(st.sampled_from(["d", "e"])),
            st.sampled_from("+-"),
            st.integers(0, 14),
            st.sampled_from(SPANS),
        ).map(moved)
    )
)
comparisons = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def compared(side):
    return st.tuples(side, comparisons, side).map(
        lambda p: (f"{p[0][0]} {p[1]} {p[2][0]}", f"({p[0][1]} {p[1]} {p[2][1]})")
    )


def between(side):
    return st.tuples(side, st.sampled_from(["between", "not between"]), side, side).map(
        lambda p: (f"{p[0][0]} {p[1]} {p[2][0]} and {p[3][0]}", f"({p[0][1]} {p[1]} {p[2][1]} and {p[3][1]})")
    )


def listed(side):
    return st.tuples(side, st.sampled_from(["in", "not in"]), st.lists(side, min_size=1, max_size=3)).map(
        lambda p: (
            f"{p[0][0]} {p[1]} ({', '.join(one for one, _ in p[2])})",
            f"({p[0][1]} {p[1]} ({', '.join(one for _, one in p[2])}))",
        )
    )


def unknown(side):
    return st.tuples(side, st.sampled_from(["is null", "is not null"])).map(
        lambda p: (f"{p[0][0]} {p[1]}", f"({p[0][1]} {p[1]})")
    )


def divided(parts):
    """x / y compared with z, which DuckDB is asked without a division."""
    (x, sql_x), (y, sql_y), sign, (z, sql_z) = parts
    turned = sign.translate(str.maketrans("<>", "><")) if sign != "<>" else sign
    sql = (
        f"(CASE WHEN {sql_y} > 0 THEN {sql_x} {sign} {sql_z} * {sql_y} "
        f"WHEN {sql_y} < 0 THEN {sql_x} {turned} {sql_z} * {sql_y} END)"
    )
    return f"{x} / {y} {sign} {z}", sql


patterns = st.lists(
    st.sampled_from(["%", "_", "\\%", "\\_", "\\\\", "\\a", "a", "A", "ß", "é", "."]), max_size=4
).map("".join)


def liked(parts):
    (subject, sql), negated, word, pattern = parts
    ours = f"{subject} {negated}{word} {quoted(pattern)}"
    return ours, f"({sql} {negated}{word} {quoted(pattern)} ESCAPE '\\')"


predicates = (
    *(kind(side) for kind in (compared, between, listed, unknown) for side in (sums, words, dates)),
    st.tuples(numbers, numbers, comparisons, numbers).map(divided),
    st.tuples(
        columns_of_text, st.sampled_from(["", "not "]), st.sampled_from(["like", "ilike"]), patterns
    ).map(liked),
    st.tuples(both(st.sampled_from(["d", "e"])), comparisons, days).map(
        lambda p: (f"{p[0][0]} {p[1]} '{p[2]}'", f"({p[0][1]} {p[1]} DATE '{p[2]}')")
    ),
    st.tuples(dates, dates, comparisons, st.integers(-40, 40)).map(
        lambda p: (f"{p[0][0]} - {p[1][0]} {p[2]} {p[3]}", f"(({p[0][1]}) - ({p[1][1]}) {p[2]} {p[3]})")
    ),
    both(st.sampled_from(["b", "c", "true", "false", "coalesce(b, c)"])),
    st.tuples(
        st.sampled_from("bc"), st.sampled_from(["is", "is not"]), st.sampled_from(["null", "true", "false"])
    ).map(lambda p: (" ".join(p), f"({' '.join(p)})")),
    st.tuples(st.sampled_from("bc"), st.sampled_from(["=", "<>"]), st.sampled_from(["b", "c", "true"])).map(
        lambda p: (" ".join(p), f"({' '.join(p)})")
    ),
)


def joined(inner):
    """Ours without needless parentheses, DuckDB's with all of them: so precedence is compared as well."""
    return (
        st.lists(inner, min_size=2, max_size=4).map(
            lambda parts: (
                " and ".join(f"({one})" if " or " in one else one for one, _ in parts),
                f"({' AND '.join(sql for _, sql in parts)})",
            )
        )
        | st.lists(inner, min_size=2, max_size=4).map(
            lambda parts: (" or ".join(one for one, _ in parts), f"({' OR '.join(sql for _, sql in parts)})")
        )
        | inner.map(
            lambda p: (
                f"not ({p[0]})" if " or " in p[0] or " and " in p[0] else f"not {p[0]}",
                f"(NOT {p[1]})",
            )
        )
    )


conditions = st.recursive(st.one_of(*predicates), joined, max_leaves=6)


def by_sql(rows, condition):
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t (client_id INT, n DECIMAL(6, 0), k DECIMAL(6, 0), m DECIMAL(8, 2), r DECIMAL(8, 4), "
        "t TEXT, u TEXT, d DATE, e DATE, b BOOLEAN, c BOOLEAN)"
    )
    for number, (n, k, m, r, *rest) in enumerate(rows):
        amounts = [None if m is None else decimal(m, 2), None if r is None else decimal(r, 4)]
        con.execute(f"INSERT INTO t VALUES ({', '.join('?' * 11)})", [number, n, k, *amounts, *rest])
    return [
        str(one) for (one,) in con.execute(f"SELECT client_id FROM t WHERE {condition} ORDER BY 1").fetchall()
    ]


def by_us(rows, text):
    table = pl.DataFrame([(str(i), *row) for i, row in enumerate(rows)], schema=SCHEMA, orient="row")
    found = chosen(text, table, columns=COLUMNS, as_of=AS_OF, timezone="UTC", decimals=2)
    return found["client_id"].to_list()


@given(tables, conditions)
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_an_expression_chooses_whom_sql_chooses(rows, condition):
    text, sql = condition
    note(f"{text}\n{sql}")
    if len(text) > 2000:
        return
    assert by_us(rows, text) == by_sql(rows, sql)


@given(st.lists(texts, min_size=1, max_size=6), patterns, st.sampled_from(["like", "ilike"]))
@settings(max_examples=200, deadline=None)
def test_like_means_what_it_means_in_sql(names, pattern, word):
    rows = [(None, None, None, None, name, *[None] * 5) for name in names]
    text = f"t {word} {quoted(pattern)}"
    note(text)
    assert by_us(rows, text) == by_sql(rows, f"t {word} {quoted(pattern)} ESCAPE '\\'")


@given(days, st.sampled_from("+-"), st.integers(0, 30), st.sampled_from(SPANS), st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_a_day_moves_as_far_as_in_sql(day, sign, count, span, more):
    """`more` days come after the months, as in SQL's one interval of both."""
    (there,) = duckdb.execute(
        f"SELECT (DATE '{day}' {sign} INTERVAL {count} {span} {sign} INTERVAL {more} day)::DATE"
    ).fetchone()
    rows = [(None, None, None, None, None, None, day, None, None, None)]
    assert by_us(rows, f"d {sign} interval '{count} {span}s {more} days' = '{there}'") == ["0"]

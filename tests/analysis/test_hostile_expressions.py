"""What is no honest expression is refused at once: nothing is read, nothing is run, and the program does not fall over.

Each is tried in this process, and those that could end a process in one of its own as well.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from clientlens.analysis.expression_tree import MAX_DEPTH
from clientlens.analysis.expression_words import MAX_LENGTH
from clientlens.analysis.selection import check
from clientlens.errors import BadExpression

HOSTILE = {
    "a subquery": "completed_orders in (select 1)",
    "a scalar subquery": "completed_orders > (select max(completed_orders) from self)",
    "exists": "exists (select 1 from self)",
    "any": "completed_orders = any (select 1)",
    "a file read": "read_csv('/etc/passwd') is not null",
    "a file scanned": "name in (scan_parquet('/etc/passwd'))",
    "a table of a file": "'/etc/passwd'.name = 'x'",
    "a window": "sum(completed_orders) over () > 1",
    "a rank": "row_number() over (order by total_spend) < 10",
    "an aggregate": "total_spend > avg(total_spend)",
    "a count": "count(*) > 1",
    "an aggregate with a filter": "max(total_spend) filter (where anonymous) > 1",
    "a wildcard": "*",
    "a qualified wildcard": "self.*",
    "columns by pattern": "columns('^a.*$') = 1",
    "a column named as a pattern": '"^.*$" = 1',
    "backticks": "`name` = 'x'",
    "brackets": "[name] = 'x'",
    "a second statement": "1 = 1; drop table clients",
    "a semicolon alone": "anonymous;",
    "a line comment": "1 = 1 -- and the rest",
    "a block comment": "1 = 1 /* and the rest */",
    "an unclosed comment": "1 = 1 /*",
    "a cast": "cast(name as int) = 1",
    "a short cast": "name::int = 1",
    "a try_cast": "try_cast(name as date) is null",
    "a struct cast": "name::struct(a int) is null",
    "a regular expression": "name ~ '(a+)+$'",
    "regexp_like": "regexp_like(name, '(a+)+$')",
    "rlike": "name rlike '(a+)+$'",
    "similar to": "name similar to 'x'",
    "an unknown function": "system('id') = 0",
    "a function with a dot": "pg_catalog.pg_sleep(10) is null",
    "an empty call": "bought()",
    "a computed pattern": "bought(lower('X%'))",
    "a huge number": f"completed_orders > {'9' * 1500}",
    "a huge decimal": f"completed_orders > 0.{'9' * 1500}",
    "an overflow": "9999999999999999999 * 9999999999999999999 > completed_orders",
    "infinity": "total_spend > 1e400",
    "not a number": "total_spend = 'NaN'",
    "a hexadecimal number": "completed_orders = 0xFF",
    "a blob": "name = x'00'",
    "an escape string": r"name = e'\000'",
    "a NUL": "name = 'a\0b'",
    "a NUL outside of text": "name\0 = 'a'",
    "a lone surrogate": "name = '\ud800'",
    "a Cyrillic letter": "n\u0430me = 'x'",
    "full-width digits": "completed_orders > \uff13",
    "other digits": "completed_orders > \u0663",
    "a full-width quote": "name = \uff07x\uff07",
    "a no-break space": "name\u00a0= 'x'",
    "a zero-width space": "name\u200b = 'x'",
    "text turned round": "name = 'x' \u202e and anonymous",
    "a line separator": "name = 'x'\u2028-- y",
    "a backslash": "name = 'x' \\ 1",
    "a backslash before a quote": r"name = 'x\' or 1 = 1 --'",
    "a pattern that ends in its escape": "name like 'x\\'",
    "a case": "case when anonymous then true end",
    "cases within cases": "case when 1=1 then " * 60 + "1" + " end" * 60,
    "a lambda": "list_any(name, x -> x = 1)",
    "a parameter": "completed_orders > $1",
    "a question mark": "completed_orders > ?",
    "an at sign": "@@version = 1",
    "an alias": "completed_orders > 1 as x",
    "a where": "where completed_orders > 1",
    "an assignment": "completed_orders := 1",
    "an arrow": "name->'a' = 1",
    "a division by nothing": "1 / = 2",
    "not a condition": "total_spend",
    "nothing": "",
    "blanks": " \t\n ",
    "a deep not": "not " * 400 + "anonymous",
    "deep parentheses": "(" * 900 + "1=1" + ")" * 900,
    "deep signs": "- " * 900 + "1 = 1",
    "deep calls": "abs(" * 400 + "1" + ")" * 400 + " = 1",
    "deep coalesce": "coalesce(" * 150 + "1" + ",1)" * 150 + " = 1",
    "a long sum": "1" + "+1" * 900 + " = 1",
    "an unclosed text": "name = '" + "x" * 1500,
    "only quotes": "'" * 1999,
    "only commas": "," * 1999,
    "10,000 ands": "1=1 and " * 10_000 + "1=1",
    "5,000 parentheses": "(" * 5_000 + "1=1" + ")" * 5_000,
    "5,000 open parentheses": "(" * 5_000,
    "10,000 nots": "not " * 10_000 + "anonymous",
    "5,000 cases": "case when 1=1 then " * 5_000,
    "a megabyte": "x" * 1_000_000,
    "a megabyte of text": "name = '" + "x" * 1_000_000 + "'",
    "a list of 50,000": f"completed_orders in ({', '.join(['1'] * 50_000)})",
}


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 14


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_expression_is_refused_at_once(case):
    began = time.perf_counter()
    with pytest.raises(BadExpression) as caught:
        check(HOSTILE[case])
    assert time.perf_counter() - began < 1
    assert caught.value.exit_code == 2
    assert "\n" not in f"{caught.value.message}{caught.value.hint}"
    assert len(caught.value.message) < 300
    assert caught.value.hint


DEEP = [case for case, text in HOSTILE.items() if len(text) > 500]


def test_those_that_could_end_a_process_do_not_end_one_of_their_own():
    """All in one process, with a stack as small as a thread's: what overflows it would be killed by a signal."""
    program = f"""
import sys, threading
from clientlens.analysis.selection import check
from clientlens.errors import BadExpression
def run():
    for text in {[HOSTILE[case] for case in DEEP]!r}:
        try:
            check(text)
        except BadExpression:
            print("refused")
threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""
    done = subprocess.run(
        [sys.executable, "-"], input=program, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.splitlines() == ["refused"] * len(DEEP)


@pytest.mark.parametrize(
    "text",
    [
        " and ".join(["completed_orders > 1"] * 80),
        " or ".join(["1=1"] * 285),
        f"completed_orders in ({', '.join(['1'] * 650)})",
        "(" * MAX_DEPTH + "anonymous" + ")" * MAX_DEPTH,
        "not " * (MAX_DEPTH - 1) + "anonymous",
        "(" * 10 + "not " * 9 + "anonymous" + ")" * 10,
        "completed_orders = 1" + " + 1" * (MAX_DEPTH - 2),
        f"name like '{'%a' * 900}'",
        f"bought('{'_%' * 900}')",
        f"name = '{'x' * (MAX_LENGTH - 9)}'",
    ],
)
def test_what_is_long_but_honest_is_taken(text):
    assert len(text) <= MAX_LENGTH
    check(text)


@pytest.mark.parametrize(
    ("text", "one_more"),
    [
        ("(" * MAX_DEPTH + "anonymous" + ")" * MAX_DEPTH, "({})"),
        ("not " * (MAX_DEPTH - 1) + "anonymous", "not {}"),
        ("completed_orders = 1" + " + 1" * (MAX_DEPTH - 2), "{} + 1"),
        (f"name = '{'x' * (MAX_LENGTH - 9)}'", "{} "),
    ],
)
def test_the_caps_are_where_they_are_said_to_be(text, one_more):
    check(text)
    with pytest.raises(BadExpression):
        check(one_more.format(text))

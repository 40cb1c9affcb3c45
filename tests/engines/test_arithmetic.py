"""The exact arithmetic of each engine against Python's own fractions."""

from __future__ import annotations

from fractions import Fraction

import narwhals.stable.v2 as nw
import polars as pl

from clientlens.analysis.engines import Polars
from clientlens.analysis.ratios import portable_quotient

LARGEST = 2**63 - 1
PRODUCTS = [
    (amount, rate, more, by)
    for amount in (0, 1, 2, 3, -1, -3, 5, -5, 25, -25, 12345, -999_999_999_999)
    for rate, more, by in (
        (10**10, 1, 10**10),
        (5 * 10**9, 1, 10**10),  # halves, which go to the even neighbour
        (9_213_333_333, 100, 10**10),
        (61_234_567, 1, 10**12),
        (10**10, 10_000, 10**14),
    )
] + [(LARGEST, 10**10, 1, 10**10), (-LARGEST, 10**10, 1, 10**10), (2**53 + 1, 99_999_999_999, 1, 10**12)]


def _on_each(on, engine):
    return on(engine, {}), Polars()


def test_amounts_times_a_rate_are_exact_and_rounded_half_even(on, engine):
    rows = [*PRODUCTS, (None, 1, 1, 1), (7, None, 1, 1)]
    columns = ["amount", "rate", "more", "_by"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64), orient="row").with_row_index()
    wanted = [round(Fraction(a * r * m, b)) for a, r, m, b in PRODUCTS] + [None, None]
    for one in _on_each(on, engine):
        scaled = one.scaled(
            one.small(frame.with_columns(pl.col("index").cast(pl.Int64))),
            ("amount",),
            ("rate", "more"),
            "_by",
        )
        found = one.collect(scaled)[0].sort("index")
        assert found["_scaled_amount"].to_list() == wanted
        assert found.schema["_scaled_amount"] == pl.Int64


def test_means_of_stars_are_exact_and_rounded_half_even(on, engine):
    pairs = [(n, d) for n in (0, 1, 5, 13_000, 4_999_999, 2**53 - 1) for d in (1, 2, 3, 6, 7, 1000)]
    frame = pl.DataFrame(pairs, schema={"n": pl.Int64, "d": pl.Int64}, orient="row")
    for one in _on_each(on, engine):
        asked = nw.from_native(one.small(frame)).with_columns(
            found=portable_quotient(nw.col("n"), nw.col("d"))
        )
        found = one.collect(asked.to_native())[0]
        assert found.schema["found"] == pl.Int64
        assert {(n, d): q for n, d, q in found.rows()} == {(n, d): round(Fraction(n, d)) for n, d in pairs}

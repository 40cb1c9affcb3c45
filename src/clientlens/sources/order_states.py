"""What became of a plain order: its status word, its times, its kind, and whether it is a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from clientlens.sources.findings import counted
from clientlens.sources.order_values import value_of
from clientlens.sources.parsing import blank_to_null, boolean, by_distinct, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientlens.sources.findings import Findings

_PAID = ("paid", None)
_DONE = ("paid", "fulfilled")
_OPEN = ("pending", None)
STATUS_WORDS: dict[str, tuple[str, str | None]] = {
    "completed": _DONE,
    "paid": _PAID,
    "delivered": _DONE,
    "fulfilled": _DONE,
    "in_progress": _OPEN,
    "pending": _OPEN,
    "open": _OPEN,
    "active": _OPEN,
    "late": _OPEN,
    "authorized": ("authorized", None),
    "partially_paid": ("partially_paid", None),
    "partially_refunded": ("partially_refunded", None),
    "cancelled": ("voided", None),
    "canceled": ("voided", None),
    "voided": ("voided", None),
    "failed": ("voided", None),
    "expired": ("expired", None),
    "refunded": ("refunded", None),
}
"""Status words -> the state of payment, and of fulfilment where the word says something about it."""

_USUAL = ("completed", "paid", "delivered", "in progress", "pending", "cancelled", "refunded", "expired")

_PAYMENT_STATES = (
    "pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired",
)  # fmt: skip
_KINDS = ("purchase", "booking")


def with_states(
    heads: pl.DataFrame, own_words: Mapping[str, str], findings: Findings, *, skips: bool
) -> pl.DataFrame:
    """Heads with `o_kind`, `o_payment_state`, `o_fulfilment_state`, `o_paid_at`, `o_fulfilled_at`, `o_cancelled_at`
    and `_skip` (test, or what the format's reader says; null: an order to be kept), `_statusless` (Boolean: counted as
    completed because nothing says otherwise).

    A word that is not known is told, never guessed at. Without any word an order is completed, unless a time says that
    it was cancelled; a file with a status column states it in each order.

    Args:
        own_words: a format's words, as `parsing.word` gives them -> words of `STATUS_WORDS`.
        skips: the heads have a column `skip`.
    """
    words = {**{text: text for text in STATUS_WORDS}, **own_words}
    payment = {text: STATUS_WORDS[meaning][0] for text, meaning in words.items()}
    fulfilment = {
        text: STATUS_WORDS[meaning][1] for text, meaning in words.items() if STATUS_WORDS[meaning][1]
    }
    completed, cancelled = pl.col(value_of("completed_at")), pl.col(value_of("cancelled_at"))
    heads = heads.with_columns(
        _word=by_distinct(heads["status"], word),
        _state=by_distinct(heads["payment_state"], word),
        _kind=by_distinct(heads["kind"], word),
        _test=by_distinct(heads["test"], boolean),
    ).with_columns(
        _by_word=pl.col("_word").replace_strict(payment, default=None, return_dtype=pl.String),
        _stated=(pl.col("_word").is_not_null() | pl.col("_state").is_not_null()).any().over("_file"),
    )
    findings.check(
        heads, {"status": pl.col("_word").is_not_null() & pl.col("_by_word").is_null()}, _told(words)
    )
    findings.check(
        heads, {"payment_state": ~pl.col("_state").is_in(_PAYMENT_STATES)}, "not a state of payment"
    )
    findings.check(heads, {"kind": ~pl.col("_kind").is_in(_KINDS)}, "neither purchase nor booking")
    findings.check(
        heads,
        {"test": blank_to_null(pl.col("test")).is_not_null() & pl.col("_test").is_null()},
        "neither yes nor no",
    )
    findings.check(
        heads, {"placed_at": blank_to_null(pl.col("placed_at")).is_null()}, "the order needs a date"
    )
    wordless = (
        pl.col("_by_word").is_null() & pl.col("_state").is_null() & completed.is_null() & cancelled.is_null()
    )
    told = pl.Series(sorted(findings.rows), dtype=pl.UInt32).implode()
    findings.check(
        heads.filter(~pl.col("_i").is_in(told)),
        {"status": pl.col("_stated") & wordless & pl.col("_word").is_null()},
        "the order needs a status, as others of its file have",
    )
    by_time = (
        pl.when(cancelled.is_not_null() & completed.is_null())
        .then(pl.lit("voided"))
        .otherwise(pl.lit("paid"))
    )
    by_fulfilment = pl.col("_word").replace_strict(fulfilment, default=None, return_dtype=pl.String)
    return heads.with_columns(
        o_kind=pl.col("_kind").fill_null("purchase"),
        o_payment_state=pl.coalesce("_state", "_by_word", by_time),
        o_fulfilment_state=pl.coalesce(
            by_distinct(heads["fulfilment_state"], word),
            by_fulfilment,
            pl.when(completed.is_not_null()).then(pl.lit("fulfilled")),
        ),
        o_paid_at=pl.coalesce(value_of("paid_at"), completed),
        o_fulfilled_at=pl.coalesce(value_of("fulfilled_at"), completed),
        o_cancelled_at=cancelled,
        _statusless=~pl.col("_stated") & wordless,
        _skip=pl.coalesce(
            blank_to_null(pl.col("skip")) if skips else pl.lit(None, dtype=pl.String),
            pl.when(pl.col("_test").fill_null(value=False)).then(pl.lit("test")),
        ),
    )


def about_states(heads: pl.DataFrame) -> list[str]:
    """A note on orders of which nothing says what became of them, by `_statusless` of the ones that are kept."""
    taken = int(heads["_statusless"].sum())
    return [f"{counted(taken, 'order')} without any status, counted as completed"] if taken else []


def _told(words: Mapping[str, str]) -> str:
    own = [text for text in words if text not in STATUS_WORDS and not text.isdigit()]
    return f"not a known status; known are {', '.join([*own[:8], *_USUAL])}, …"

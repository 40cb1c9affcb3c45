"""The values of placeholders: what is known of clients, as text in a language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.placeholders import BY_NAME, PLACEHOLDERS
from clientlens.analysis.ratios import quotient
from clientlens.model.answer import Kind
from clientlens.model.money import DECIMALS
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf

GREETINGS = {"en": "Dear", "de": "Guten Tag", "it": "Gentile"}
"""How a letter begins, before the name and whoever bears it."""


def client_rows(
    facts: Facts,
    client_ids: Sequence[str],
    *,
    as_of: AsOf,
    completed_when: str,
    home_currency: str | None,
    points: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """What placeholders and the rules of writing need to know of clients.

    Args:
        as_of: nothing after it counts. completed_when: as for `order_facts`.
        home_currency: of `total_spend`. points: balances by client_id, 0 for others; None: not known.

    Returns:
        One row per client, in the order of `client_ids`: the columns of `tables.CLIENTS`, `name` as shown, and
        completed_orders (Int64), last_order_date (Date), last_product (String), total_spend and average_order (Int64,
        minor units of `currency`), currency, points (Int64).
    """
    wanted = pl.LazyFrame({"client_id": list(client_ids)}, schema={"client_id": pl.String})
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    done = orders.filter(pl.col("status") == COMPLETED).join(wanted, on="client_id", how="semi")
    home = pl.col("currency") == (home_currency or "")
    bought = done.group_by("client_id").agg(
        completed_orders=pl.len().cast(pl.Int64),
        last_order_date=pl.col("placed_on").max(),
        total_spend=pl.when(home.any()).then(pl.col("net_total").filter(home).sum()),
        average_order=quotient(pl.col("net_total").filter(home).sum(), home.sum().cast(pl.Int64)),
    )
    lines = (
        done.select("client_id", "placed_at", "store", "order_key")
        .join(facts.order_lines.filter(~pl.col("is_tip")), on=["store", "order_key"])
        .sort("placed_at", "store", "order_key", "line_no", descending=[True, False, False, False])
        .group_by("client_id", maintain_order=True)
        .agg(last_product=pl.col("product").first())
    )
    balances = pl.LazyFrame(
        {"client_id": list(points or {}), "points": list((points or {}).values())},
        schema={"client_id": pl.String, "points": pl.Int64},
    )
    return (
        wanted.join(facts.clients, on="client_id", maintain_order="left")
        .with_columns(shown_name())
        .join(bought, on="client_id", how="left", maintain_order="left")
        .join(lines, on="client_id", how="left", maintain_order="left")
        .join(balances, on="client_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("completed_orders").fill_null(0),
            pl.coalesce("points", pl.lit(None if points is None else 0, dtype=pl.Int64)),
            currency=pl.lit(home_currency),
        )
        .collect()
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one client, to be said in a language.

    language: a tag that babel knows (de, it-ch). values: by placeholder: text, a whole number, a date, money in minor
    units; None or not there: nothing is known. currencies: of money, by placeholder.
    """

    language: str
    values: Mapping[str, Any]
    currencies: Mapping[str, str | None]

    def text(self, name: str) -> str | None:
        """A placeholder as its language writes it; None where nothing is known.

        Of a client's own details one line each, nothing invisible in it; only who writes may use several.
        """
        value, one = self.values.get(name), BY_NAME[name]
        if value is None or one.block:
            return value
        if one.skeleton:
            return _part_of_date(value, one.skeleton, self.language)
        return written(value, one.kind, self.language, self.currencies.get(name))

    def value(self, name: str) -> Any:
        """The same to compare with: text, int, date or Decimal (of money)."""
        value = self.values.get(name)
        if value is None or BY_NAME[name].kind is not Kind.MONEY:
            return value
        return Decimal(value).scaleb(-DECIMALS[str(self.currencies[name])])

    def and_also(self, values: Mapping[str, Any]) -> Known:
        """The same, and this besides."""
        return replace(self, values={**self.values, **values})


def known_of(
    rows: pl.DataFrame, languages: Sequence[str], *, as_of: AsOf, also: Mapping[str, str | None]
) -> list[Known]:
    """What is known of each client, all of them in a few passes.

    Args:
        rows: of `client_rows`; columns that only letters need (rank, coupon, campaign_url, checkout_*) may be missing.
        languages: of each row, a tag that babel knows: how dates, numbers and money are written.
        also: what is the same for all, by placeholder: shop, sender_name, coupon, and the blocks.

    Returns:
        In the order of `rows`.
    """
    # `name` of an anonymous client is its number: nothing to address anybody with.
    table = rows.with_columns(
        pl.when(~pl.col("anonymous")).then("name").alias("name"),
        language=pl.Series(list(languages), dtype=pl.String),
        today=pl.lit(as_of.day),
    ).with_columns(
        *(
            pl.lit(text, dtype=pl.String).alias(name)
            for name, text in also.items()
            if not BY_NAME[name].block
        ),
        greeting=pl.col("language").str.slice(0, 2).replace_strict(GREETINGS, default=GREETINGS["en"]),
    )
    said = [one for one in PLACEHOLDERS if not one.block]
    needed = {name for one in said for name in (*one.expression.meta.root_names(), one.currency)}
    missing = {name: pl.lit(None) for name in sorted(needed - set(table.columns))}
    table = table.with_columns(**missing)
    values = table.select(one.expression.alias(one.name) for one in said)
    money = [one for one in said if one.kind is Kind.MONEY]
    currencies = table.select(pl.col(one.currency).cast(pl.String).alias(one.name) for one in money)
    blocks = {name: text for name, text in also.items() if BY_NAME[name].block}
    # Once per letter or message.
    return [
        Known(language, {**row, **blocks}, currency)
        # Those who are written to, each in a language of their own.
        for language, row, currency in zip(
            languages, values.iter_rows(named=True), currencies.iter_rows(named=True), strict=True
        )
    ]


def values_of(
    row: pl.DataFrame, *, language: str, as_of: AsOf, also: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Every placeholder of one client as text; arguments as for `known_of`, of one row."""
    (known,) = known_of(row, [language], as_of=as_of, also=also)
    return {one.name: known.text(one.name) for one in PLACEHOLDERS}


def written(value: Any, kind: Kind, language: str, currency: str | None) -> str | None:
    """A value as a language writes it, see `Known`; money in minor units of `currency`; None where it is none."""
    match kind:
        case _ if value is None:
            return None
        case Kind.DATE:
            return _date(value, language)
        case Kind.MONEY:
            assert currency is not None  # noqa: S101 - there is no sum without one
            return _money(value, currency, language)
        case Kind.INTEGER:
            return number(value, language)
        case _:
            return one_line(str(value)) or None


# Babel takes its time, and the letters of a campaign say the same days and numbers again and again.
@lru_cache(maxsize=4096)
def _date(value: date, language: str) -> str:
    from babel.dates import format_date

    return str(format_date(value, format="long", locale=_locale(language)))


@lru_cache(maxsize=1024)
def _part_of_date(value: date, skeleton: str, language: str) -> str:
    from babel.dates import format_skeleton

    return str(format_skeleton(skeleton, value, locale=_locale(language)))


@lru_cache(maxsize=4096)
def short_date(value: date, language: str) -> str:
    """A day in few letters that nobody can take for another: 12.03.2026, 12 mar 2026, Mar 12, 2026.

    Figures alone would not do: 1/9/2026 is a day in January or in September.
    """
    from babel.dates import format_date

    return str(format_date(value, "medium", locale=_locale(language)))


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str) -> str:
    from babel.numbers import format_currency

    amount = Decimal(minor).scaleb(-DECIMALS[currency])
    return str(format_currency(amount, currency, locale=_locale(language)))


@lru_cache(maxsize=4096)
def number(value: int | Decimal, language: str) -> str:
    """A number as a language writes it."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=_locale(language)))


@lru_cache(maxsize=256)
def _locale(language: str) -> str:
    """The tag as babel knows it; without its region where it knows no such one."""
    from babel import Locale, UnknownLocaleError

    for tag in (language, language.partition("-")[0]):
        try:
            return str(Locale.parse(tag, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"

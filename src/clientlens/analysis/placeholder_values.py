"""The values of placeholders: what is known of clients, as text in a language."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from clientlens.analysis.client_names import shown_name
from clientlens.analysis.order_facts import COMPLETED, order_facts
from clientlens.analysis.placeholders import PLACEHOLDERS
from clientlens.model.answer import Kind
from clientlens.model.money import DECIMALS
from clientlens.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientlens.model.facts import Facts
    from clientlens.model.timeframes import AsOf


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
        completed_orders (Int64), last_order_date (Date), last_product (String), total_spend (Int64, minor units of
        `currency`), currency, points (Int64).
    """
    wanted = pl.LazyFrame({"client_id": list(client_ids)}, schema={"client_id": pl.String})
    orders = order_facts(facts.orders, facts.identities, as_of=as_of, completed_when=completed_when)
    done = orders.filter(pl.col("status") == COMPLETED).join(wanted, on="client_id", how="semi")
    home = pl.col("currency") == (home_currency or "")
    bought = done.group_by("client_id").agg(
        completed_orders=pl.len().cast(pl.Int64),
        last_order_date=pl.col("placed_on").max(),
        total_spend=pl.when(home.any()).then(pl.col("net_total").filter(home).sum()),
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


def values_of(
    row: pl.DataFrame, *, language: str, as_of: AsOf, also: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Every placeholder of one client as text.

    Args:
        row: one row of `client_rows`.
        language: a tag that babel knows (de, it-ch): how dates, numbers and money are written.
        also: shop, sender_name, and the blocks.

    Returns:
        Text by name; None where nothing is known. Of a client's own details one line each, nothing invisible in it.
    """
    known = row.with_columns(
        today=pl.lit(as_of.day),
        shop=pl.lit(also.get("shop"), dtype=pl.String),
        sender_name=pl.lit(also.get("sender_name"), dtype=pl.String),
    )
    # `name` of an anonymous client is its number: nothing to address anybody with.
    said = known.select(one.expression.alias(one.name) for one in PLACEHOLDERS if not one.block).row(
        0, named=True
    )
    currency = row["currency"][0]
    return {
        one.name: also.get(one.name) if one.block else written(said[one.name], one.kind, language, currency)
        for one in PLACEHOLDERS
    }


def written(value: Any, kind: Kind, language: str, currency: str | None) -> str | None:
    """A value as a language writes it, see `values_of`; money in minor units of `currency`; None where it is none."""
    from babel.dates import format_date
    from babel.numbers import format_currency, format_decimal

    if value is None:
        return None
    locale = _locale(language)
    match kind:
        case Kind.DATE:
            return str(format_date(value, format="long", locale=locale))
        case Kind.MONEY:
            assert currency is not None  # noqa: S101 - there is no sum without one
            amount = Decimal(value).scaleb(-DECIMALS[currency])
            return str(format_currency(amount, currency, locale=locale))
        case Kind.INTEGER:
            return str(format_decimal(value, locale=locale))
        case _:
            return one_line(str(value)) or None


def _locale(language: str) -> str:
    """The tag as babel knows it; without its region where it knows no such one."""
    from babel import Locale, UnknownLocaleError

    for tag in (language, language.partition("-")[0]):
        try:
            return str(Locale.parse(tag, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"
